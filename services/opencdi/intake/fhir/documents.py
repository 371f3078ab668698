"""DocumentReference and Composition: documents by version and authentication (DOMAIN F.5, F.6)."""

from collections.abc import Mapping
from typing import Any, Literal

from opencdi.clinical.vocabulary import Authentication
from opencdi.events.facts import Coded, NoteFiled, NoteRetracted
from opencdi.events.ids import content_hash, keyed_hash
from opencdi.events.problems import Unusable
from opencdi.intake.content import plain_text, text_in_base64
from opencdi.intake.fhir.reading import (
    Resource,
    at,
    author_in,
    coded,
    each,
    first,
    identifiers,
    own_id,
    relative,
    time_in,
    version_time,
)
from opencdi.intake.narrative import text_of_xhtml
from opencdi.intake.tables import AUTHENTICATION_BY_DOCSTATUS, confidentiality_of, note_type_of
from opencdi.intake.time import claims_future
from opencdi.intake.told import Context, Item

_RELATED = (
    ("code", "code.coding.0.code"),
    ("target.identifier.value", "targetIdentifier.value"),
    ("target.reference", "targetReference.reference"),
)
_VOUCHING = ("legal", "professional", "official")
"""Modes of Composition.attester that sign for the content; "personal" does not."""


def document_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """The document; raises `Unusable` for a DocumentReference without readable content."""
    kind = first(resource, "resourceType")
    status = first(resource, "status") if kind == "Composition" else first(resource, "docStatus")
    told_at = version_time(resource, context, "meta.lastUpdated", "date")
    version = (told_at.sortable,)
    relation, target_id = _relation(resource, context)
    own_id = _document_id(resource, context)
    note_id = target_id if relation == "replacement" else own_id
    if "entered-in-error" in (first(resource, "status"), status):
        return [Item(NoteRetracted(note_id=note_id, at=told_at), version)]
    if first(resource, "status") == "superseded":
        return []  # what stands in its place says so itself, by `relatesTo`
    text = _sections(resource) if kind == "Composition" else attached(resource, "content", problems, context.beside)
    if text is None and kind == "Composition":
        problems.append(("NO_CONTENT", "Composition.section"))
        return []
    if text is None:
        raise Unusable(problems[-1][0] if problems else "NO_CONTENT", "DocumentReference.content")
    code = coded(at(resource, "type"))
    note_type = note_type_of(code or Coded(code=""), context.site)
    if note_type == "other" and (code is None or code.code not in context.site.note_type_by_code):
        problems.append(("NOTE_TYPE_UNMAPPED", f"{kind}.type"))
    written_at = time_in(resource, context, "date", "context.period.start", problems=problems) or told_at
    if claims_future(written_at, context.received_at):
        problems.append(("FUTURE_TIME", f"{kind}.date"))
        written_at = told_at
    signed = next((attester for attester in each(resource, "attester") if _mode(attester) in _VOUCHING), None)
    known: Authentication | None = AUTHENTICATION_BY_DOCSTATUS.get(status) or ("authenticated" if signed else None)
    fact = NoteFiled(
        note_id=note_id,
        note_type=note_type,
        type_code=code,
        title=first(resource, "title", "description") or (code.text if code else ""),
        author=author_in(at(resource, "author.0"), context),
        written_at=written_at,
        authentication=known or context.site.authentication_default,
        authentication_assumed=known is None,
        authenticated_at=(time_in(signed or {}, context, "time") or told_at) if known == "authenticated" else None,  # R4 may not say when
        relation=relation,
        parent_id=target_id if relation == "addendum" else None,
        text_hash=content_hash(text),
        length=len(text),
        confidentiality=confidentiality_of(labels_of(resource), code, context.site),
    )
    number = first(resource, "id")
    names = (own_id, *((_referred(f"{kind}/{number}", context),) if number else ()))
    return [Item(fact, version, text=text, also=tuple(name for name in dict.fromkeys(names) if name != note_id))]


def labels_of(resource: Resource) -> list[str]:
    """Every confidentiality label that the resource carries (DOMAIN F.17)."""
    codings = [coding for told in each(resource, "securityLabel") for coding in each(told, "coding")]
    labels = [first(coding, "code") for coding in (*codings, *each(resource, "meta.security"))]
    return [*labels, *filter(None, (first(resource, "confidentiality"),))]


def _mode(attester: Resource) -> str:
    return first(attester, "mode", "mode.0", "mode.coding.0.code")


def _document_id(resource: Resource, context: Context) -> str:
    number = first(resource, "masterIdentifier.value")
    if number:
        return keyed_hash(context.key, "document", number)
    if first(resource, "resourceType") == "Composition" and first(resource, "id") and not identifiers(resource):
        return _referred(f"Composition/{first(resource, 'id')}", context)  # a Composition and a DocumentReference may share an id
    return own_id(resource, context, "document")


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


def attached(resource: Resource, path: str, problems: list[tuple[str, str]], beside: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The text of the first readable attachment there: the others are the same in other formats.  `beside`: Binaries that came with it."""
    kind = first(resource, "resourceType")
    for content in each(resource, path):
        attachment, where = (at(content, "attachment"), f"{path}.attachment") if path == "content" else (content, path)
        data, url = at(attachment, "data"), first(attachment, "url")
        if not data and url:
            data = at(beside.get(relative(url), {}), "data")
            if not data:
                problems.append(("CONTENT_ELSEWHERE", f"{kind}.{where}.url"))
        if not isinstance(data, str) or not data:
            continue
        if text := text_in_base64(data, problems, f"{kind}.{where}.data", first(attachment, "contentType").lower()):
            return plain_text(text)
    return None


def _sections(resource: Resource) -> str | None:
    """Title and words of each section, those inside it behind it."""
    lines: list[str] = []
    waiting = list(each(resource, "section"))[::-1]
    while waiting:
        section = waiting.pop()
        inner = list(each(section, "section"))
        waiting.extend(inner[::-1])
        div = at(section, "text.div")
        words = text_of_xhtml(div) if isinstance(div, str) else ""
        if inner or words.strip():
            lines.extend(line for line in (first(section, "title", "code.text"), words) if line.strip())
    return plain_text("\n".join(lines)) if lines else None
