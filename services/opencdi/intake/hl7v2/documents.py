"""MDM T01-T11: documents, their versions and who vouches for them (DOMAIN F.5, F.6)."""

from typing import Literal, cast

from opencdi.clinical.vocabulary import Authentication
from opencdi.events.facts import NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import content_hash
from opencdi.events.problems import Unusable
from opencdi.intake.content import text_of_ed, words_in
from opencdi.intake.hl7v2.message import Segment, raw
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.tables import AUTHENTICATION_BY_TXA17, FILES, RELATION_BY_TRIGGER, confidentiality_of, note_type_of, role_of
from opencdi.intake.time import claims_future
from opencdi.intake.told import Item


def document_of(reading: Reading, trigger: str) -> None:
    """The document that TXA describes and the OBX segments contain."""
    message, site = reading.message, reading.context.site
    txa = message.first("TXA")
    number, parent = message.component(txa, 12), message.component(txa, 13)
    number = number or message.component(txa, 12, 3)
    relation = RELATION_BY_TRIGGER[trigger]
    if txa is not None and not (number or parent) and trigger == "T02":
        number = _unnumbered(reading, txa)
        reading.told.problems.append(("NO_DOCUMENT_NUMBER", "TXA-12"))
    if txa is None or not (number or parent):
        raise Unusable("NO_DOCUMENT_NUMBER", "TXA-12")
    event_at = reading.told_at
    version = (event_at.sortable,)
    # A replacement is the same document, from now on known under a new number too; an addendum and an edit keep their own.
    note_id = reading.id_of("document", parent if relation == "replacement" and parent else number or parent)
    own_id = reading.id_of("document", number or parent)
    orders = tuple(reading.id_of("order", n) for n in (message.component(txa, 14), message.component(txa, 15)) if n)
    authentication, assumed = _authentication(reading, message.component(txa, 17), message.component(txa, 19))
    if relation == "cancel" or authentication == "cancelled":
        reading.told.items.append(Item(NoteRetracted(note_id=note_id, at=event_at), version, orders))
        return
    noted = len(reading.told.problems)
    text = _text(reading)
    if text is None:
        if relation == "status" or trigger in ("T01", "T05", "T07", "T09"):
            status = NoteStatusChanged(note_id=note_id, revision=0, authentication=authentication, at=event_at)
            reading.told.items.append(Item(status, version, orders))
            return
        raise Unusable(*(reading.told.problems[-1] if len(reading.told.problems) > noted else ("NO_CONTENT", "OBX-5")))
    kind = reading.code(raw(txa, 2))
    note_type = note_type_of(kind, site)
    if note_type == "other" and kind.code not in site.note_type_by_code:
        reading.told.problems.append(("NOTE_TYPE_UNMAPPED", "TXA-2"))
    author_field = next((n for n in (9, 5, 10) if raw(txa, n)), 9)
    role = role_of(reading.degree(txa, author_field), message.component(txa, author_field), reading.context)
    written_at = reading.time(txa, 4) or reading.time(txa, 6) or reading.time(txa, 7) or event_at
    if claims_future(written_at, reading.context.received_at):
        reading.told.problems.append(("FUTURE_TIME", "TXA-4"))
        written_at = event_at
    fact = NoteFiled(
        note_id=note_id,
        note_type=note_type,
        type_code=kind if kind.code or kind.text else None,
        title=message.component(txa, 16) or kind.text,
        author=reading.person(txa, author_field, role),
        written_at=written_at,
        authentication=authentication,
        authentication_assumed=assumed,
        authenticated_at=reading.time_of_action(txa, 22),
        relation=cast(Literal["new", "addendum", "replacement"], {"edit": "replacement", "status": "new"}.get(relation, relation)),
        parent_id=reading.id_of("document", parent) if relation == "addendum" and parent else None,
        text_hash=content_hash(text),
        length=len(text),
        confidentiality=confidentiality_of((message.component(txa, 18),), kind, site),
    )
    reading.told.items.append(Item(fact, version, orders, text, (own_id,) if own_id != note_id else ()))


def _unnumbered(reading: Reading, txa: Segment) -> str:
    """What a new document without a number is known by, as a report without an order's is: whose it is, its kind, when it was written.

    Sent again it is the same one; what is to correct, add to or cancel it must name a number.
    """
    written = next(filter(None, (raw(txa, number) for number in (4, 6, 7))), reading.sent_at.sortable)
    return "^".join((reading.message.component(reading.message.first("PID"), 3), raw(txa, 2), written))


def _authentication(reading: Reading, completion: str, availability: str) -> tuple[Authentication, bool]:
    if availability in ("CA", "OB"):
        return "cancelled", False
    found = AUTHENTICATION_BY_TXA17.get(completion)
    return (found, False) if found else (reading.context.site.authentication_default, True)


def _text(reading: Reading) -> str | None:
    message, problems = reading.message, reading.told.problems
    pieces: list[str] = []
    for obx in message.every("OBX"):
        value, kind = raw(obx, 5), message.component(obx, 2).upper()
        if kind in FILES:
            piece = text_of_ed(kind, message.parts(value), reading.told)
        else:
            piece = "\n".join(message.plain(part) for part in value.split(message.header.signs.repetition))
        if piece is not None:
            pieces.append(piece)
    return words_in("\n".join(pieces), problems, "OBX-5") if any(pieces) else None
