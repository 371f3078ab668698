"""What the senders' codes mean, where HL7 and FHIR themselves define them.  A site's own codes are site data."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from opencdi.clinical.confidentiality import highest
from opencdi.clinical.vocabulary import Authentication, AuthorRole, EncounterClass, NoteType, ResultStatus
from opencdi.events.facts import Coded
from opencdi.intake.told import Context, LinkKind, Merged, VisitEvent
from opencdi.knowledge.device_terms import loinc_of_device_term
from opencdi.knowledge.note_names import note_type_by_name
from opencdi.knowledge.site import SiteData

AllergyCategory = Literal["drug", "food", "environment", "other"]

# --- HL7 v2 events --------------------------------------------------------------------------------------------------
VISIT_EVENT_BY_TRIGGER: dict[str, VisitEvent] = {
    "A01": "admit", "A02": "snapshot", "A03": "discharge", "A04": "admit", "A05": "plan", "A06": "snapshot", "A07": "snapshot",
    "A08": "snapshot", "A09": "snapshot", "A10": "snapshot",
    "A11": "cancel-admit", "A12": "snapshot", "A13": "cancel-discharge",
    "A15": "snapshot", "A16": "snapshot", "A25": "snapshot", "A26": "snapshot",  # what is pending is told by PV2-9; the stay goes on
    "A17": "snapshot",  # two patients change beds
    "A21": "snapshot", "A22": "snapshot", "A52": "snapshot", "A53": "snapshot",  # a leave of absence ends no stay
    "A23": "cancel-admit", "A38": "cancel-admit",
    "A60": "mention",  # allergies
    "A32": "snapshot", "A33": "snapshot", "A54": "snapshot", "A55": "snapshot", "A61": "snapshot", "A62": "snapshot",
}  # fmt: skip
ON_LEAVE_BY_TRIGGER = {"A21": True, "A22": False, "A52": False, "A53": True}
"""Leaves and returns from a leave of absence, and what cancels either."""
NEWBORN_ADMISSIONS = frozenset({"N", "4"})
"""PV1-4: HL7 table 0007, and UB-04 form locator 14, which many send instead."""
CANCELS = frozenset({"A11", "A12", "A13", "A25", "A26", "A27", "A32", "A33", "A38", "A52", "A53", "A55"})
"""Events that undo another one: their EVN-6 is when that one happened (HL7 2.5.1, 3.4.1.6), so EVN-2 says when they were told."""
PERSON_TRIGGERS = frozenset({"A28", "A31"})
MERGE_BY_TRIGGER: dict[str, tuple[Merged, ...]] = {
    "A18": ("patient",), "A30": ("patient",), "A34": ("patient",), "A39": ("patient",), "A40": ("patient",), "A43": ("patient",),
    "A46": ("patient",), "A47": ("patient",),
    "A35": ("account",), "A41": ("account",), "A49": ("account",), "A36": ("patient", "account"),
    "A42": ("visit",), "A50": ("visit",), "A44": ("account-to-patient",), "A45": ("visit-to-account",),
}  # fmt: skip
RENUMBERED = frozenset({"A43", "A46", "A47", "A49", "A50"})
"""Triggers that may come with the number unchanged: another one, which names nobody here, was."""
UNLINKED = "ADT^A37"
BILLING_TYPES = frozenset({"BAR^P01", "BAR^P05", "BAR^P06", "BAR^P10", "BAR^P12", "DFT^P03", "DFT^P11"})
STAFF_TYPES = frozenset({"MFN^M02", "PMU^B01", "PMU^B02"})
PROBLEM_TYPES = frozenset({"PPR^PC1", "PPR^PC2", "PPR^PC3"})
UNUSED_BY_TYPE = {
    "ADT^A14": "ADMISSION_PENDING", "ADT^A27": "ADMISSION_PENDING", "ADT^A20": "BED_STATUS", "ADT^A19": "QUERY",
    "ADT^A24": "LINK_IS_NO_MERGE",  # linked records stay distinct
    "ADT^A29": "NO_STAY_IS_DELETED", "ADT^A48": "ALTERNATE_NUMBER", "ADT^A51": "ALTERNATE_NUMBER",
    "BAR^P02": "NO_STAY_IS_DELETED",
}  # fmt: skip
"""Well-formed messages that tell nothing which we keep a fact of, by type; `UNUSED_BY_KIND`: by the first component of MSH-9."""
UNUSED_BY_KIND = {
    "ACK": "ACKNOWLEDGEMENT", "MCF": "ACKNOWLEDGEMENT", "ORL": "ACKNOWLEDGEMENT", "ORG": "ACKNOWLEDGEMENT", "ORR": "ACKNOWLEDGEMENT",
    "MFK": "ACKNOWLEDGEMENT", "ORI": "ACKNOWLEDGEMENT", "ORN": "ACKNOWLEDGEMENT", "ORS": "ACKNOWLEDGEMENT", "ORB": "ACKNOWLEDGEMENT",
    "ORP": "ACKNOWLEDGEMENT", "ORA": "ACKNOWLEDGEMENT", "RRG": "ACKNOWLEDGEMENT", "BRP": "ACKNOWLEDGEMENT", "BRT": "ACKNOWLEDGEMENT",
    "ORD": "ACKNOWLEDGEMENT", "RRE": "ACKNOWLEDGEMENT", "RRA": "ACKNOWLEDGEMENT", "RRD": "ACKNOWLEDGEMENT", "SRR": "ACKNOWLEDGEMENT",
    "SIU": "SCHEDULE_NOT_USED", "SRM": "SCHEDULE_NOT_USED",
    "MFN": "MASTER_FILE_NOT_USED", "PMU": "MASTER_FILE_NOT_USED",
    "QBP": "QUERY", "QRY": "QUERY", "RSP": "QUERY", "ORF": "QUERY", "ADR": "QUERY",
    "QCN": "QUERY", "QSB": "QUERY", "QVR": "QUERY", "RTB": "QUERY", "DSR": "QUERY", "DOC": "QUERY", "OSQ": "QUERY", "OSR": "QUERY",
    "MFQ": "QUERY", "MFR": "QUERY", "SQM": "QUERY", "SQR": "QUERY", "VXQ": "QUERY", "VXX": "QUERY", "VXR": "QUERY", "RQI": "QUERY",
    "RQP": "QUERY", "RQC": "QUERY", "RPI": "QUERY", "RPL": "QUERY", "RCI": "QUERY", "RCL": "QUERY",
    "VXU": "VACCINATION_HISTORY_NOT_USED", "REF": "REFERRAL_NOT_USED", "RRI": "REFERRAL_NOT_USED", "SSU": "SPECIMEN_STATUS_NOT_USED",
    "OMN": "SUPPLY_NOT_USED", "OMS": "SUPPLY_NOT_USED", "BPS": "SUPPLY_NOT_USED",
}  # fmt: skip
TRIGGER_OF_OLD_TYPE = {"ORU": "R01", "ORM": "O01", "RDE": "O01", "RAS": "O01", "RDS": "O01"}
"""Before version 2.2 MSH-9 was the kind alone; of ADT and MDM, EVN-1 tells the rest."""
RESULT_TYPES = frozenset({"ORU^R01", "ORU^R03", "ORU^R30", "ORU^R31", "ORU^R32", "ORU^R40", "OUL^R21", "OUL^R22", "OUL^R23", "OUL^R24"})
ORDER_TYPES = frozenset({
    "ORM^O01", "OMG^O19", "OML^O21", "OML^O33", "OML^O35", "OMI^O23", "OMP^O09", "RDE^O11", "RDE^O25", "RDE^O01", "RDS^O13", "RDS^O01",
    "RAS^O17", "RAS^O01", "OMD^O03", "OMB^O27",
})  # fmt: skip
RELATION_BY_TRIGGER = {
    "T01": "new", "T02": "new", "T03": "status", "T04": "status", "T05": "addendum", "T06": "addendum", "T07": "edit", "T08": "edit",
    "T09": "replacement", "T10": "replacement", "T11": "cancel",
}  # fmt: skip

# --- status ---------------------------------------------------------------------------------------------------------
# HL7 table 0085, as HL7's guide "V2 to FHIR" has it in Observation.status (A amended, C corrected, X cancelled, D and W entered-in-error).
# That guide leaves out B, an appended report: FHIR's "amended" is new information too.
RESULT_STATUS_BY_OBX11: dict[str, ResultStatus] = {
    "P": "preliminary", "R": "preliminary", "S": "preliminary", "F": "final", "U": "final", "V": "final",
    "A": "corrected", "B": "corrected", "C": "corrected", "D": "withdrawn", "W": "withdrawn", "X": "withdrawn",
    # In words, and of documents, as large systems write OBX-11 and OBR-25.
    "FINAL": "final", "AU": "final", "AUTH": "final", "AUTH (VERIFIED)": "final", "AUTHVERIFIED": "final", "VERIFIED": "final",
    "MODIFIED": "corrected", "CORRECTED": "corrected", "ALTERED": "corrected", "PRELIM": "preliminary", "PRELIMINARY": "preliminary",
    "IN PROGRESS": "preliminary", "UNAUTH": "preliminary", "IN ERROR": "withdrawn", "INERROR": "withdrawn", "CANCELED": "withdrawn",
    "CANCELLED": "withdrawn",
}  # fmt: skip
OBX11_BY_OBR25 = {"A": "S", "M": "P", "S": "I", "Y": "I", "Z": "I"}
"""HL7 table 0123, where its letters mean something else than in 0085: some results are there, corrected and not final, scheduled, and the
answers to a query for what is not there."""
RESULT_STATUS_BY_FHIR: dict[str, ResultStatus] = {
    "preliminary": "preliminary", "final": "final", "amended": "corrected", "corrected": "corrected", "entered-in-error": "withdrawn",
    "cancelled": "withdrawn",
}  # fmt: skip
REPORT_STATUS_BY_FHIR: dict[str, ResultStatus] = {  # DiagnosticReport.status; "registered" has nothing to read yet
    "partial": "preliminary", "preliminary": "preliminary", "final": "final", "amended": "corrected", "corrected": "corrected",
    "appended": "corrected", "cancelled": "withdrawn", "entered-in-error": "withdrawn",
}  # fmt: skip
# Allergies: HL7 table 0127 and AllergyIntolerance.category, 0128 and reaction.severity, 0323 and 0438.
ALLERGY_CATEGORY: dict[str, AllergyCategory] = {
    "DA": "drug", "DRUG": "drug", "FA": "food", "FOOD": "food", "EA": "environment", "AA": "environment",
    "PA": "environment", "LA": "environment",
    "MA": "other", "MC": "other", "medication": "drug", "food": "food", "environment": "environment", "biologic": "other",
}  # fmt: skip
ALLERGY_SEVERITY: dict[str, Literal["mild", "moderate", "severe"]] = {
    "MI": "mild", "MO": "moderate", "SV": "severe", "mild": "mild", "moderate": "moderate", "severe": "severe",
}  # fmt: skip
_NONE_KNOWN = re.compile(r"\b(?:nk(?:d|f)?a|no known\b.{0,30}\ballerg\w*|no (?:drug |food )?allerg\w*|none known)\b", re.IGNORECASE)
_NONE_KNOWN_CODES: dict[str, AllergyCategory | None] = {  # SNOMED CT
    "716186003": None, "409137002": "drug", "429625007": "food", "428607008": "environment", "428197003": "environment",
}  # fmt: skip
_NO_CLASS = frozenset({"N", "U"})
"""PV1-2, HL7 table 0004: not applicable, unknown."""
_LOINC = re.compile(r"[0-9]{1,7}-[0-9]\Z")
NO_RESULT_YET = frozenset({"I", "N", "O"})
NO_OBSERVATION_YET = frozenset({"registered", "specimen-in-process"})
AUTHENTICATION_BY_TXA17: dict[str, Authentication] = {
    "AU": "authenticated", "LA": "authenticated", "DI": "unsigned", "DO": "unsigned", "IN": "unsigned", "IP": "unsigned",
    "PA": "needs-cosignature",
}  # fmt: skip
AUTHENTICATION_BY_DOCSTATUS: dict[str, Authentication] = {  # R5 has more of them
    "final": "authenticated", "amended": "authenticated", "corrected": "authenticated", "appended": "authenticated",
    "preliminary": "unsigned", "partial": "unsigned", "registered": "unsigned",
}  # fmt: skip
ORDER_STATUS_BY_FHIR: dict[str, Literal["active", "completed", "cancelled"]] = {
    "active": "active", "on-hold": "active", "draft": "active", "unknown": "active", "completed": "completed", "stopped": "completed",
    "ended": "completed", "cancelled": "cancelled", "revoked": "cancelled", "entered-in-error": "cancelled",
}  # fmt: skip
NO_ORDER_INTENTS = frozenset({"proposal", "plan", "option"})
PROCEDURE_STATUS_BY_FHIR: dict[str, Literal["done", "withdrawn"]] = {  # until it is over, or known to be, nothing is on the list
    "completed": "done", "not-done": "withdrawn", "entered-in-error": "withdrawn",
}  # fmt: skip
LINK_BY_FHIR: dict[str, LinkKind] = {"replaced-by": "lives-on-as", "replaces": "was"}  # the others link records that both live on
CANCELLED_ORDERS = frozenset({"CA", "DC", "OC", "CR", "DR", "OD"})

SYSTEM_BY_OID = {  # HL7's registry: how CWE-3 and FHIR's urn:oid: may name what has a short name too
    "2.16.840.1.113883.6.1": "LN", "2.16.840.1.113883.6.96": "SCT", "2.16.840.1.113883.6.90": "I10", "2.16.840.1.113883.6.4": "I10P",
    "2.16.840.1.113883.6.103": "I9", "2.16.840.1.113883.6.12": "CPT", "2.16.840.1.113883.6.285": "HCPCS",
    "2.16.840.1.113883.6.88": "RXNORM", "2.16.840.1.113883.6.24": "MDC",
}  # fmt: skip

FILES = frozenset({"ED", "RP"})  # OBX-2: what is no value but a file, or a pointer to one
DOCUMENT_SECTION = "MDOC"
"""OBR-24 of what is no examination but a clinical document; in no table of HL7's, and sent by many."""
REPORT_SUFFIXES = frozenset({"GDT", "IMP", "REC", "ADT"})
"""OBX-3.1.2 (HL7 2.5.1, 7.1.3): diagnosis, impression, recommendation, addendum are lines of a report, and no results."""
REPORT_CHARACTERS = 200
"""Words of an order that names no kind of document are a report from this length on; below it they are a result in words."""

# --- what kind of document, and who wrote it -----------------------------------------------------------------------------
_OFTEN_MEANT_OTHERWISE: dict[str, NoteType] = {"PN": "procedure"}
"""HL7's code of a procedure note, which many send for a progress note and say so beside it."""
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X\Z")  # a NUCC code; the site's table may name its beginning, "207*"
NOTE_TYPE_BY_SECTION: dict[str, NoteType] = {  # OBR-24, HL7 table 0074, and DICOM's modalities
    "RAD": "radiology", "CT": "radiology", "CUS": "radiology", "NMR": "radiology", "NMS": "radiology", "OUS": "radiology",
    "RUS": "radiology",
    "RX": "radiology", "VUS": "radiology", "XRC": "radiology", "SP": "pathology", "CP": "pathology", "PAT": "pathology", "TX": "other",
    "CR": "radiology", "DX": "radiology", "XR": "radiology", "MR": "radiology", "US": "radiology", "MG": "radiology", "NM": "radiology",
}  # fmt: skip


def loinc_of(code: Coded, site: SiteData) -> str | None:
    """The LOINC code that is meant; None while a local code is unmapped."""
    if code.system == "LN" and _LOINC.match(code.code):  # else somebody names LOINC beside a code of his own
        return code.code
    table = site.loinc_by_local_code
    by_site = table.get(f"{code.code}^{code.system}") or table.get(code.code) if table else None
    return by_site or loinc_of_device_term(code.code, code.system, code.text)


def says_no_class(code: str, site: SiteData) -> bool:
    """Whether that class says nothing of the visit: the PV1 that an A08, A28 or A31 must have though it is about the person alone."""
    return code in _NO_CLASS and code not in site.class_by_code


def class_of(code: str, site: SiteData) -> EncounterClass:
    """The class that PV1-2 or "PV1-2/PV1-18" names; what is in no table is "unmapped", never a default (DOMAIN F.4)."""
    return site.class_by_code.get(code) or site.class_by_code.get(code.partition("/")[0]) or "unmapped"


def names_note_type(code: Coded, site: SiteData) -> bool:
    """Whether it is known what kind of note that document code, or its name, names."""
    return code.code in site.note_type_by_code or code.text in site.note_type_by_code or _by_name(code) is not None


def note_type_of(code: Coded, site: SiteData, otherwise: NoteType = "other") -> NoteType:
    """The kind of note that a document code names, by the site's table, else by the plain English name that stands beside it or for it."""
    by_code, by_name = site.note_type_by_code.get(code.code), _by_name(code)
    if by_name is not None and by_code is not None and by_code == _OFTEN_MEANT_OTHERWISE.get(code.code):
        return by_name
    return by_code or site.note_type_by_code.get(code.text) or by_name or otherwise


def _by_name(code: Coded) -> NoteType | None:
    return note_type_by_name(code.text) or note_type_by_name(code.code)


def confidentiality_of(sent: Iterable[str], code: Coded | None, site: SiteData) -> str | None:
    """A document's label: the highest that its sender gave it or the site rules for its kind; where none restricts it, the first sent."""
    told = [*sent, *(site.confidentiality_by_code.get(name, "") for name in ((code.code, code.text) if code else ()))]
    return highest(told) or next(filter(None, told), None)


def role_by_words(words: Iterable[str], site: SiteData) -> AuthorRole:
    """The role that one of the sender's words names; a student's and a scribe's words make nobody else of them (DOMAIN F.6)."""
    table = site.author_role_by_code
    found = [role for word in words if word for role in (_role_by_word(word, table),) if role is not None]
    return next((role for role in found if role in ("student", "scribe")), found[0] if found else "unknown")


def _role_by_word(word: str, table: Mapping[str, AuthorRole]) -> AuthorRole | None:
    if (role := table.get(word) or table.get(word.upper())) is not None or not _TAXONOMY.match(word):
        return role
    return next((role for length in (5, 4, 3, 2) if (role := table.get(f"{word[:length]}*"))), None)


def role_of(sent: str, staff_id: str, context: Context) -> AuthorRole:
    """The author's role: by the document's own word for it, else as the hospital's staff are known; else nlp tells it (DOMAIN F.6)."""
    told = context.site.author_role_by_code.get(sent)
    if told is None and staff_id and (known := context.known_staff(staff_id)) is not None:
        return known.role
    return told or "unknown"


def none_known(code: Coded, category: AllergyCategory | None) -> tuple[bool, AllergyCategory | None]:
    """Whether this is the word that there is no allergy, and of what kind none is known (None: of any)."""
    if code.code in _NONE_KNOWN_CODES:
        return True, _NONE_KNOWN_CODES[code.code]
    words = f"{code.code} {code.text}"
    if not _NONE_KNOWN.search(words):
        return False, category
    of = words.lower()
    return True, "drug" if "drug" in of or "nkda" in of or "medic" in of else "food" if "food" in of or "nkfa" in of else None
