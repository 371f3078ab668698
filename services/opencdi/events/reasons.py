"""What each reason code means, in words for an interface analyst, and what to do: one table for answers, dead letters and problems.

The codes themselves stand where they are raised; a test finds them there and compares.
"""

from typing import NamedTuple


class Reason(NamedTuple):
    """`means`: what was found; `remedy`: what the sender or the site can do, "" where nothing need be done."""

    means: str
    remedy: str = ""


_ASK_VENDOR = "have the sending system mended"
_DRAW_AGAIN = "the next specimen counts"
REASONS: dict[str, Reason] = {
    # --- refused: nothing was stored for the line; a copy lies in the gateway's dead letters
    "EMPTY_MESSAGE": Reason("there is nothing between the frame's marks", _ASK_VENDOR),
    "NO_MSH": Reason("the message does not begin with a readable MSH segment", _ASK_VENDOR),
    "NO_ENCODING_CHARACTERS": Reason("MSH-2 does not say which separators are used", _ASK_VENDOR),
    "SEVERAL_MESSAGES": Reason("a second MSH stands inside one frame", "frame each message by itself, or send a batch file"),
    "UNSUPPORTED_VERSION": Reason("MSH-12 is no version from 2.1 to 2.8", "send 2.1 to 2.8; an empty MSH-12 is taken"),
    "UNSUPPORTED_PROCESSING_ID": Reason("this listener does not take that MSH-11", "send it to the listener for it (CDI_PROCESSING_ID)"),
    "TOO_LARGE": Reason("the message is larger than a record may be", "send large documents in parts, or by reference"),
    "BUS_DOWN": Reason("it cannot be stored now", "send it again, unchanged"),
    "NOT_UTF8": Reason("the body is not UTF-8", "FHIR JSON is UTF-8"),
    "EMPTY_BODY": Reason("the body is empty", _ASK_VENDOR),
    "NOT_JSON": Reason("the body is not JSON", _ASK_VENDOR),
    "JSON_ONLY": Reason("the body is another format of FHIR than JSON", "send application/fhir+json"),
    "FHIR_VERSION": Reason("the Content-Type names a version of FHIR that is not read", "send fhirVersion 4.0, 4.3 or 5.0, or none"),
    "NESTED_TOO_DEEPLY": Reason("the JSON is nested more deeply than anybody reads", _ASK_VENDOR),
    "NOT_AN_OBJECT": Reason("something that must be a JSON object is none", _ASK_VENDOR),
    "NOT_A_LIST": Reason("something that must be a list is none", _ASK_VENDOR),
    "NO_RESOURCE_TYPE": Reason("a resource does not say of which type it is", _ASK_VENDOR),
    "NO_SUCH_TYPE": Reason("the URL names no type of resource", "POST /fhir/TYPE, PUT /fhir/TYPE/ID, or POST /fhir"),
    "NOT_AN_ID": Reason("the URL's id is no FHIR id", "letters, digits, '-' and '.', at most 64"),
    "TYPE_IS_NOT_THE_URLS": Reason("the resource is of another type than its URL says", "send it to its own URL"),
    "ID_IS_NOT_THE_URLS": Reason("the resource has another id than its URL says", "send it to its own URL"),
    "BUNDLE_TYPE": Reason("this kind of Bundle is not taken here", "transaction, batch, message, or a subscription's history"),
    "EMPTY_BUNDLE": Reason("the Bundle has no entry"),
    "TOO_MANY_ENTRIES": Reason("the Bundle has more entries than one transaction may", "cut it into several"),
    "NO_MESSAGE_HEADER": Reason("the first entry of a message Bundle is no MessageHeader", _ASK_VENDOR),
    "NO_MESSAGE": Reason("the Parameters of $process-message have no content", "send the message Bundle as content, or bare"),
    "ASYNCHRONOUS": Reason("a message is to be answered later and elsewhere; each is answered at once", "send async=false, or none"),
    "NOTIFICATION_WITHOUT_CONTENT": Reason(
        "a subscription's notification tells that something happened and does not bring it; nothing can be fetched from here",
        "set the subscription's content to full-resource (handshakes and heartbeats are taken)",
    ),
    "SAME_RESOURCE_TWICE": Reason("a transaction writes one resource twice, and has no order", "send the last state, or two Bundles"),
    "METHOD": Reason("an entry asks for something that is neither writing nor deleting", "send what is to be stored"),
    "DELETE_BY_STATUS": Reason("nothing is deleted here", "send the resource with the status entered-in-error, or cancelled"),
    "CONDITION": Reason(
        "a condition that only a search or a version could keep; nothing is stored rather than something twice",
        "If-None-Exist, and PUT by criteria, name one identifier that the resource itself carries",
    ),
    # --- dead letters: stored and acknowledged, and laid aside whole
    "NO_PATIENT": Reason("it names no patient by whom it could be filed", "send PID-3, or a subject with an identifier or a reference"),
    "UNKNOWN_MESSAGE_TYPE": Reason("there is no mapping for this MSH-9", "route it elsewhere, or ask for a mapping"),
    "NO_DOCUMENT_NUMBER": Reason("a document without a number cannot be corrected later", "fill TXA-12"),
    "NO_CONTENT": Reason("a document without words", "send its text in OBX-5, an attachment with data, or sections"),
    "NO_CODE": Reason("it does not say what it is about", "fill its code"),
    "MODIFIER_NOT_UNDERSTOOD": Reason("a modifier that nobody here knows could turn it into its opposite", "send it without"),
    "DRUG_MISSING": Reason("it names no drug", "send a code or its words"),
    "NO_OLD_IDENTIFIER": Reason("a merge that does not say what is merged", "fill MRG"),
    "NO_NEW_IDENTIFIER": Reason("a merge that does not say into what", "fill PID-3, PID-18 or PV1-19 as the trigger wants"),
    "MERGE_INTO_ITSELF": Reason("a merge of a number into itself", _ASK_VENDOR),
    "NOT_A_RESOURCE": Reason("it is no FHIR resource", _ASK_VENDOR),
    "PARTS_MISSING": Reason("a part of the transaction never came", "send the transaction again, whole"),
    "PART_MISNUMBERED": Reason("the parts of a transaction do not count up", "this is our own fault: tell us"),
    "POISONED": Reason("a room stopped at this entry twice; it is skipped and kept", "this is our own fault: tell us, then replay it"),
    "NOT_A_MESSAGE": Reason("a record on `inbound` without the gate's headers", "only the gateway may write `inbound`"),
    "NOT_A_TICK": Reason("a tick without a time", "only the gateway may write `inbound`"),
    "UNKNOWN_ENCOUNTER": Reason("it is about an encounter that nobody knows", "decide on the page of the encounter"),
    "UNREADABLE_DECISION": Reason("a decision that is not of the contract", "see schemas/cdi.inbound.v1.schema.json"),
    "UNREADABLE_RECEIPT": Reason("a receipt that is not of the contract", "see schemas/cdi.inbound.v1.schema.json"),
    "UNREADABLE_SITE_DATA": Reason("site data that are not of the contract", "mend the field that is named, and send them again"),
    "UNREADABLE_SITE_MAPPING": Reason(
        "the mapping of a code that is not of the contract", "mend the field that is named, and send it again"
    ),
    "DELETED_AT_THE_SENDER": Reason(
        "a history says that a resource was deleted, not why: nothing is taken back", "send the resource with the status entered-in-error"
    ),
    # --- problems: the message was used; what is named here was not, or was taken for something
    "NO_VISIT": Reason(
        "it cannot be told which visit it is about; kept with the patient until that is known", "send PV1-19 or the encounter"
    ),
    "TOO_MANY_MERGES": Reason(
        "one number was merged with more others than any patient has; this merge is not followed", "give each patient a number of their own"
    ),
    "TOO_MANY_WAIT": Reason(
        "more waits with this patient for its visit than is kept; the oldest is no longer", "send ADT before results, or PV1-19"
    ),
    "VISIT_REUSED": Reason("a visit number came again long after its discharge: taken for a new visit"),
    "NUMBER_REUSED": Reason("another patient's result, order or document has this number: taken for another one", "number across patients"),
    "VISIT_NOT_SPLIT": Reason(
        "a visit left its stay; what was told of the stay and named no visit stayed behind", "a person must look through both stays"
    ),
    "IDENTITY_CONFLICT": Reason("one list of identifiers names two patients; the first counts, nobody is merged", "send a merge (A40)"),
    "TOLD_WHILE_MERGED": Reason(
        "a merge was undone; what was told in between may be the other patient's", "a person must look through the stay"
    ),
    "CONTROL_ID_REUSED": Reason("an MSH-10 came again with other content; it is used", "number messages anew"),
    "CLASS_UNMAPPED": Reason("a patient class that no table of the site has: no DRG until it has", "map it (site data, class_by_code)"),
    "DISPOSITION_UNMAPPED": Reason("a disposition that no table of the site has", "map it (site data, disposition_by_code)"),
    "NOTE_TYPE_UNMAPPED": Reason(
        "a kind of document that no table of the site has; taken for other", "map it (site data, note_type_by_code)"
    ),
    "BIRTH_DATE_UNREADABLE": Reason("the birth date is no date; not used", _ASK_VENDOR),
    "UNREADABLE_TIME": Reason("a time that cannot be read; not used", "YYYYMMDDHHMMSS+ZZZZ, or a FHIR dateTime"),
    "FUTURE_TIME": Reason(
        "something is said to have happened that lies ahead; that time, or the fact, is not used", "set the sender's clock"
    ),
    "CLOCK_SKEW": Reason("MSH-7 lies ahead; the time of arrival counts", "set the sender's clock"),
    "CHARSET_UNKNOWN": Reason(
        "MSH-18 names no character set that we know; read as UTF-8, else Windows-1252", "name it as HL7 table 0211 does"
    ),
    "VERSION_ASSUMED": Reason("MSH-12 is empty; read as all versions are, since each says more than the one before", "fill MSH-12"),
    "CODE_SYSTEM": Reason("an ICD-9 code; kept, and not coded", "send ICD-10"),
    "CONTENT_ELSEWHERE": Reason("the document's content lies elsewhere and was not sent (RP)", "send the content itself"),
    "CONTENT_NOT_READ": Reason("content in a format that is not read", "send text, RTF, or a PDF that holds text"),
    "CONTENT_TOO_LARGE": Reason("content larger than is read", "send it in parts"),
    "CONTENT_WITHOUT_TEXT": Reason("a PDF that holds pictures and no text", "send the text"),
    "NOT_BASE64": Reason("content that says it is base64 and is not", _ASK_VENDOR),
    "NOT_HEX": Reason("content that says it is hexadecimal and is not", _ASK_VENDOR),
    "LINK_IS_NO_MERGE": Reason("linked records that both live on; they stay two patients", "send a merge, or a link that replaces"),
    "MEDICATION_BY_REFERENCE": Reason("a drug that is named by reference only", "send its code, or the Medication contained"),
    "ORDER_STATUS_UNKNOWN": Reason("an order's status that FHIR does not have; taken for active", _ASK_VENDOR),
    "ORDER_WITHOUT_NUMBER_OR_CODE": Reason(
        "an order that cannot be told from others; not used", "fill ORC-2 or ORC-3, and what is ordered"
    ),
    "REPORT_STATUS_UNKNOWN": Reason("a report's status that FHIR does not have; taken for preliminary", _ASK_VENDOR),
    "RESULT_STATUS_UNKNOWN": Reason(
        "a result's status that HL7 and FHIR do not have, or FHIR's unknown; taken for preliminary",
        "OBX-11 by HL7 table 0085, or status by FHIR",
    ),
    "RESULT_WITHOUT_CODE": Reason("a result that does not say of what; not used", "fill OBX-3, or the code"),
    # --- quarantined: the fact is kept with this in `problem`, and no rule uses its value
    "MAPPING_NEEDED": Reason("a local code that is not mapped to LOINC", "map it (site data, loinc_by_local_code)"),
    "UNIT_UNKNOWN": Reason("a unit that this analyte cannot be reckoned from", "send UCUM"),
    "UNIT_MISSING": Reason("a number without the unit that its analyte needs", "send UCUM"),
    "UNIT_CONTRADICTED": Reason("the value names another unit than the field of the unit", _ASK_VENDOR),
    "IMPOSSIBLE_VALUE": Reason("a value that no living patient has", "look at the unit and the device"),
    "HEMOLYZED": Reason("the specimen was haemolysed, and that spoils this analyte", _DRAW_AGAIN),
    "LIPEMIC": Reason("the specimen was lipaemic, and that spoils this analyte", _DRAW_AGAIN),
    "ICTERIC": Reason("the specimen was icteric, and that spoils this analyte", _DRAW_AGAIN),
    "CLOTTED": Reason("the specimen was clotted, and that spoils this analyte", _DRAW_AGAIN),
    "PLATELETS_CLUMPED": Reason("the platelets were clumped", _DRAW_AGAIN),
    "CONTAMINATED": Reason("the specimen was contaminated, or drawn above an infusion", _DRAW_AGAIN),
    "INSUFFICIENT_SPECIMEN": Reason("there was too little of the specimen", _DRAW_AGAIN),
    "SPECIMEN_REJECTED": Reason("the laboratory rejected the specimen", _DRAW_AGAIN),
    "OTHER_SPECIMEN": Reason("measured in something else than this analyte is: urine, a body fluid, the cord"),
    "OTHER_PERSON": Reason("measured in the child, a donor or a relative, and filed with this patient"),
    # --- kept with the patient: used as soon as that is known
    "WAITS": Reason("it is not yet known which stay it is about, or what it refers to"),
    # --- no effect: understood, and nothing of it changes the chart
    "DUPLICATE": Reason("the same message came before"),
    "NOTHING_NEW": Reason("all that it says was said before"),
    "UNCHANGED": Reason("it was said before"),
    "SUPERSEDED": Reason("something newer is known already"),
    "ENCOUNTER_CLOSED": Reason("the stay is over, billed and forgotten"),
    "ANOTHER_SYSTEMS_COPY": Reason("one of several copies was taken back; another system's still stands"),
    "NOT_ABOUT_THE_CHART": Reason("it tells of the line, not of a patient"),
    "ACKNOWLEDGEMENT": Reason("an answer to somebody's message"),
    "ADMISSION_PENDING": Reason("an admission that is planned, or no longer"),
    "ALTERNATE_NUMBER": Reason("another number that names nobody here was changed"),
    "BED_STATUS": Reason("the state of a bed"),
    "MASTER_FILE_NOT_USED": Reason("a master file of something else than staff"),
    "NO_RESULT": Reason("it has no value yet, or only names its members"),
    "NO_STAY_IS_DELETED": Reason("records of patients and accounts are never deleted by a message"),
    "NO_TEXT": Reason("a report without words yet"),
    "NOT_AN_ORDER": Reason("a plan or a proposal"),
    "NOT_DONE": Reason("a procedure that is not over"),
    "QUERY": Reason("somebody asks, or is answered; we are not asked by HL7"),
    "REFERRAL_NOT_USED": Reason("a referral"),
    "RESOURCE_NOT_USED": Reason("a type of resource of which there is no fact"),
    "SCHEDULE_NOT_USED": Reason("an appointment"),
    "SPECIMEN_STATUS_NOT_USED": Reason("where a specimen is"),
    "STAFF_NOTED": Reason("who one of the staff is: known for the documents that follow"),
    "NO_STAFF": Reason("a staff file that names nobody by a number", "fill STF-1, STF-2 or PRA-6"),
    "SUPPLY_NOT_USED": Reason("supplies"),
    "VACCINATION_HISTORY_NOT_USED": Reason("a history of vaccinations"),
}


def meaning_of(code: str) -> str:
    """What the code means, for people."""
    return REASONS[code].means if code in REASONS else code
