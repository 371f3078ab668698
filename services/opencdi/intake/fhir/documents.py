"""DocumentReference: documents by version and authentication (DOMAIN F.5, F.6)."""

from typing import Literal

from opencdi.clinical.vocabulary import Authentication
from opencdi.events.facts import Coded, NoteFiled, NoteRetracted
from opencdi.events.ids import content_hash, keyed_hash
from opencdi.events.problems import Unusable
from opencdi.intake.content import plain_text, text_in_base64
from opencdi.intake.fhir.reading import Resource, at, coded, each, first, own_id, person_in, relative, time_in, version_time
from opencdi.intake.tables import AUTHENTICATION_BY_DOCSTATUS, confidentiality_of, note_type_of, role_of
from opencdi.intake.time import claims_future
from opencdi.intake.told import Context, Item

_RELATED = (("code", "code.coding.0.code"), ("target.identifier.value",), ("target.reference",))


def document_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """The document; raises `Unusable` for one without readable content."""
    told_at = version_time(resource, context, "meta.lastUpdated", "date")
    version = (told_at.sortable,)
    relation, target_id = _relation(resource, context)
    own_id = _document_id(resource, context)
    note_id = target_id if relation == "replacement" else own_id
    if first(resource, "status") == "entered-in-error" or first(resource, "docStatus") == "entered-in-error":
        return [Item(NoteRetracted(note_id=note_id, at=told_at), version)]
    text = _text(resource, problems)
    if text is None:
        raise Unusable(problems[-1][0] if problems else "NO_CONTENT", "DocumentReference.content")
    code = coded(at(resource, "type"))
    note_type = note_type_of(code or Coded(code=""), context.site)
    if note_type == "other" and (code is None or code.code not in context.site.note_type_by_code):
        problems.append(("NOTE_TYPE_UNMAPPED", "DocumentReference.type"))
    written_at = time_in(resource, context, "date", "context.period.start", problems=problems) or told_at
    if claims_future(written_at, context.received_at):
        problems.append(("FUTURE_TIME", "DocumentReference.date"))
        written_at = told_at
    known: Authentication | None = AUTHENTICATION_BY_DOCSTATUS.get(first(resource, "docStatus"))
    fact = NoteFiled(
        note_id=note_id,
        note_type=note_type,
        type_code=code,
        title=first(resource, "description") or (code.text if code else ""),
        author=person_in(at(resource, "author.0"), role_of("", note_type, context.site)),
        written_at=written_at,
        authentication=known or context.site.authentication_default,
        authentication_assumed=known is None,
        relation=relation,
        parent_id=target_id if relation == "addendum" else None,
        text_hash=content_hash(text),
        length=len(text),
        confidentiality=confidentiality_of(_labels(resource), code, context.site),
    )
    names = (own_id, *((_referred(first(resource, "id"), context),) if first(resource, "id") else ()))
    return [Item(fact, version, text=text, also=tuple(name for name in dict.fromkeys(names) if name != note_id))]


def _labels(resource: Resource) -> list[str]:
    codings = [coding for told in each(resource, "securityLabel") for coding in each(told, "coding")]
    return [first(coding, "code") for coding in (*codings, *each(resource, "meta.security"))]


def _document_id(resource: Resource, context: Context) -> str:
    number = first(resource, "masterIdentifier.value")
    return keyed_hash(context.key, "document", number) if number else own_id(resource, context, "document")


def _relation(resource: Resource, context: Context) -> tuple[Literal["new", "addendum", "replacement"], str]:
    """How it relates to another document, and that one's id."""
    for related in each(resource, "relatesTo"):
        code, number, reference = (first(related, *paths) for paths in _RELATED)
        target_id = keyed_hash(context.key, "document", number) if number else _referred(reference, context) if reference else ""
        if code == "appends" and target_id:
            return "addendum", target_id
        if code in ("replaces", "transforms") and target_id:
            return "replacement", target_id
    return "new", ""


def _referred(reference: str, context: Context) -> str:
    # An id is this feed's alone; what has a number too is known by that and leads there from its id.
    return keyed_hash(context.key, "document", context.feed, relative(reference).removeprefix("DocumentReference/"))


def _text(resource: Resource, problems: list[tuple[str, str]]) -> str | None:
    for content in each(resource, "content"):
        attachment = at(content, "attachment")
        data = at(attachment, "data")
        if not isinstance(data, str) or not data:
            continue
        text = text_in_base64(data, problems, "DocumentReference.content.attachment.data")
        if text and first(attachment, "contentType").startswith("text/html"):
            problems.append(("HTML_READ_AS_TEXT", "DocumentReference.content.attachment.contentType"))
        if text:
            return plain_text(text)
    return None
