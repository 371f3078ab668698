"""DiagnosticReport: its words.  The results that it names are Observations of their own (DOMAIN F.5)."""

from opencdi.clinical.vocabulary import Authentication, NoteType
from opencdi.events.facts import Coded, NoteFiled, NoteRetracted
from opencdi.events.ids import content_hash, keyed_hash
from opencdi.intake.content import plain_text
from opencdi.intake.fhir.documents import attached, labels_of
from opencdi.intake.fhir.orders import order_numbers, orders_behind
from opencdi.intake.fhir.reading import (
    Resource,
    at,
    author_in,
    coded,
    each,
    first,
    identifiers,
    own_id,
    performer_in,
    time_in,
    version_time,
)
from opencdi.intake.tables import (
    NOTE_TYPE_BY_SECTION,
    REPORT_CHARACTERS,
    REPORT_STATUS_BY_FHIR,
    confidentiality_of,
    note_type_of,
)
from opencdi.intake.time import claims_future
from opencdi.intake.told import Context, Item
from opencdi.intake.values import measurement

_NO_TEXT_YET = frozenset({"registered"})


def report_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """The report as one document; a few words without a kind of document are a result in words, as in an ORU."""
    sent = first(resource, "status")
    if sent in _NO_TEXT_YET:
        return []
    status = REPORT_STATUS_BY_FHIR.get(sent)
    if status is None:
        problems.append(("REPORT_STATUS_UNKNOWN", "DiagnosticReport.status"))
        status = "preliminary"
    told_at = version_time(resource, context, "issued", "meta.lastUpdated")
    version = ("0" if status == "preliminary" else "1", told_at.sortable)
    service = coded(at(resource, "code")) or Coded(code="")
    orders = (*orders_behind(resource, context), *order_numbers(resource, context))
    note_id = _report_id(resource, context, service)
    note_type = note_type_of(service, context.site, _section(resource))
    text = _text(resource, context, problems)
    in_words = note_type == "other" and len(text or "") < REPORT_CHARACTERS
    retracted = [Item(NoteRetracted(note_id=note_id, at=told_at), version, orders)] if status == "withdrawn" else []
    if text is None or (retracted and not in_words):
        return retracted
    written_at = time_in(resource, context, "effectiveDateTime", "effectivePeriod.start", "effectiveInstant", problems=problems) or told_at
    if in_words:
        if not (service.code or service.text):
            problems.append(("RESULT_WITHOUT_CODE", "DiagnosticReport.code"))
            return retracted
        fact = measurement(
            context, measurement_id=own_id(resource, context, "result", "words"), code=service, sent=text, unit="", status=status,
            taken_at=written_at, performer=performer_in(resource, context),
        )  # fmt: skip
        return [*retracted, Item(fact, version, orders)]  # whichever of the two its text was told as
    if claims_future(written_at, context.received_at):
        problems.append(("FUTURE_TIME", "DiagnosticReport.effective"))
        written_at = told_at
    signed: Authentication = "unsigned" if status == "preliminary" else "authenticated"
    note = NoteFiled(
        note_id=note_id,
        note_type=note_type,
        type_code=service if service.code or service.text else None,
        title=service.text,
        author=author_in(at(resource, "resultsInterpreter.0"), context),
        written_at=written_at,
        authentication=signed,
        text_hash=content_hash(text),
        length=len(text),
        confidentiality=confidentiality_of(labels_of(resource), service, context.site),
    )
    return [Item(note, version, orders, text)]


def _report_id(resource: Resource, context: Context, service: Coded) -> str:
    number = next(iter(identifiers(resource)), None)
    # Of the filler's number, as an ORU of the same report is known.
    return keyed_hash(context.key, "report", number.value, service.code) if number else own_id(resource, context, "report")


def _section(resource: Resource) -> NoteType:
    codes = (first(coding, "code") for category in each(resource, "category") for coding in each(category, "coding"))
    return next((NOTE_TYPE_BY_SECTION[code] for code in codes if code in NOTE_TYPE_BY_SECTION), "other")


def _text(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> str | None:
    """The report as issued, and its conclusion where that is not in it already."""
    issued = (attached(resource, "presentedForm", problems, context.beside) or "").strip("\n")
    named = [told.text or told.code for concept in each(resource, "conclusionCode") if (told := coded(concept))]
    conclusion = plain_text(first(resource, "conclusion")) or ("" if issued else plain_text("\n".join(named)))
    pieces = [issued] if conclusion and " ".join(conclusion.split()) in " ".join(issued.split()) else [issued, conclusion]
    return "\n".join(filter(None, pieces)) or None
