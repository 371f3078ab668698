"""Reports and notes that come as results: lines of words, or a document in OBX-5 (DOMAIN F.5, F.6)."""

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import Authentication, NoteType
from opencdi.events.facts import Coded, NoteFiled, NoteRetracted
from opencdi.events.ids import content_hash
from opencdi.events.people import Person
from opencdi.intake.content import is_wrapped, text_of_ed, words_in
from opencdi.intake.hl7v2.groups import Group, status_of
from opencdi.intake.hl7v2.message import Segment, raw
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.tables import (
    DOCUMENT_SECTION,
    FILES,
    NO_RESULT_YET,
    NOTE_TYPE_BY_SECTION,
    REPORT_CHARACTERS,
    REPORT_SUFFIXES,
    RESULT_STATUS_BY_OBX11,
    confidentiality_of,
    names_note_type,
    note_type_of,
    role_of,
)
from opencdi.intake.time import claims_future
from opencdi.intake.told import Item
from opencdi.intake.values import measurement


def report_cancelled(reading: Reading, group: Group) -> bool:
    """Whether all that an order of a document says is that it is cancelled, though by an OBX without a type, or by the OBR alone."""
    sent = (status_of(reading, group, obx) for obx in group.observations or [["OBX"]])
    withdrawn = all(RESULT_STATUS_BY_OBX11.get(status) == "withdrawn" for status in sent)
    return withdrawn and (_is_document(reading, group) or _note_type(reading, group, _kind(reading, group)) != "other")


def report_of(
    reading: Reading, group: Group, lines: list[Segment], identity: tuple[str, ...], orders: tuple[str, ...], version_at: ClinicalTime,
    written_at: ClinicalTime,
) -> None:  # fmt: skip
    """Text lines of one order: one document, or results in words where they are few, in no file, and no document is ordered.

    A line that is withdrawn is no part of the document; where all are, the document is retracted.
    """
    message, site = reading.message, reading.context.site
    stands = [obx for obx in lines if RESULT_STATUS_BY_OBX11.get(status_of(reading, group, obx)) != "withdrawn"]
    withdrawn = not stands
    all_lines, lines = lines, stands or lines
    pieces = [_words_of(reading, obx) for obx in lines]
    text = "\n".join(piece for piece in pieces if piece is not None).strip("\n")
    document = _is_document(reading, group) or any(
        piece and (_is_file(obx) or _suffix(reading, obx) in REPORT_SUFFIXES) for obx, piece in zip(lines, pieces, strict=True)
    )
    if is_wrapped(text):  # one file, cut into lines
        text = words_in(text, reading.told.problems, "OBX-5") or ""
        pieces = [text, *(None for _ in lines[1:])]
    service, kind = reading.code(raw(group.obr, 4)), _kind(reading, group)
    note_type = _note_type(reading, group, kind)
    status = "withdrawn" if withdrawn else RESULT_STATUS_BY_OBX11.get(status_of(reading, group, lines[0]), "preliminary")
    version = ("0" if status == "preliminary" else "1", version_at.sortable)
    # A clinical document's number is its own, whatever it is called today; a laboratory's may be that of several services.
    own = () if _is_document(reading, group) and message.component(group.obr, 3) else (service.code,)
    note_id = reading.id_of("report", *identity, *own)
    if withdrawn:  # whichever of the two its text was told as
        reading.told.items.append(Item(NoteRetracted(note_id=note_id, at=version_at), version, orders))
    if note_type == "other" and len(text) < REPORT_CHARACTERS and not document:
        _results_in_words(reading, group, all_lines, identity, orders, version_at, written_at)
        return
    if withdrawn or not text:
        return
    signed: Authentication = "unsigned" if status == "preliminary" else "authenticated"
    if claims_future(written_at, reading.context.received_at):
        reading.told.problems.append(("FUTURE_TIME", "OBR-7"))
        written_at = version_at
    fact_note = NoteFiled(
        note_id=note_id,
        note_type=note_type,
        type_code=kind if kind.code or kind.text else None,
        title=service.text or kind.text,
        author=_author(reading, group, lines[0]),
        written_at=written_at,
        authentication=signed,
        text_hash=content_hash(text),
        length=len(text),
        confidentiality=confidentiality_of((), kind, site),
    )
    reading.told.items.append(Item(fact_note, version, orders, text))


def _results_in_words(
    reading: Reading, group: Group, lines: list[Segment], identity: tuple[str, ...], orders: tuple[str, ...], version_at: ClinicalTime,
    written_at: ClinicalTime,
) -> None:  # fmt: skip
    """Each line a result of its own; of lines with one code, the first, the second …, whatever they are numbered in a correction."""
    message, service = reading.message, reading.code(raw(group.obr, 4))
    known: dict[tuple[str, str], int] = {}
    for obx in lines:
        code = reading.code(raw(obx, 3))
        code = code if code.code or code.text else service  # lines of words often name nothing but their order
        name = (code.code or code.text, message.component(obx, 4))
        known[name] = nth = known.get(name, 0) + 1
        sent = status_of(reading, group, obx)
        status = RESULT_STATUS_BY_OBX11.get(sent, "preliminary")
        piece = _words_of(reading, obx) if not _is_file(obx) else ""
        if not name[0] or sent in NO_RESULT_YET or not (piece or status == "withdrawn"):
            continue
        fact = measurement(
            reading.context,
            measurement_id=reading.id_of("result", *identity, *name, str(nth)),
            code=code,
            sent=piece or "",
            unit="",
            status=status,
            taken_at=reading.time(obx, 14) or written_at,
            abnormal=message.component(obx, 8) or None,
            performer=reading.person(obx, 16),
        )
        reading.told.items.append(Item(fact, ("0" if status == "preliminary" else "1", version_at.sortable), orders))


def _is_file(obx: Segment) -> bool:
    return raw(obx, 2).strip().upper() in FILES


def _is_document(reading: Reading, group: Group) -> bool:
    return reading.message.component(group.obr, 24).upper() == DOCUMENT_SECTION


def _suffix(reading: Reading, obx: Segment) -> str:
    """What part of a report this line is."""
    code = raw(obx, 3).split(reading.message.header.signs.component, 1)[0]
    return code.partition(reading.message.header.signs.subcomponent)[2].strip().upper() if reading.message.header.signs.subcomponent else ""


def _words_of(reading: Reading, obx: Segment) -> str | None:
    message, value = reading.message, raw(obx, 5)
    if _is_file(obx):
        return text_of_ed(raw(obx, 2), message.parts(value), reading.told)
    return message.plain(value.replace(message.header.signs.repetition, "\n")).strip()


def _kind(reading: Reading, group: Group) -> Coded:
    """What kind of document this is: the service ordered, unless it is OBX-3 alone that says so."""
    service = reading.code(raw(group.obr, 4))
    told = reading.code(raw(group.observations[0], 3)) if group.observations else service
    if names_note_type(service, reading.context.site) or not (told.code or told.text):
        return service
    says_more = _is_document(reading, group) or not (service.code or service.text) or names_note_type(told, reading.context.site)
    return told if says_more else service


def _note_type(reading: Reading, group: Group, kind: Coded) -> NoteType:
    return note_type_of(kind, reading.context.site, NOTE_TYPE_BY_SECTION.get(reading.message.component(group.obr, 24), "other"))


def _author(reading: Reading, group: Group, obx: Segment) -> Person | None:
    """OBR-32, who interpreted it; where nobody is named there, OBX-16, who answers for it."""
    segment, number = (group.obr, 32) if raw(group.obr, 32) else (obx, 16)
    degree = reading.degree(segment, number) if segment is obx else ""
    return reading.person(segment, number, role_of(degree, reading.message.component(segment, number), reading.context))
