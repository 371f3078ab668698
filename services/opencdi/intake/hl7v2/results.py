"""ORU and OUL: results, vital signs, and reports sent as one line per OBX (DOMAIN F.5)."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import Authentication, NoteType
from opencdi.events.facts import Coded, NoteFiled, NoteRetracted
from opencdi.events.hl7_structure import Signs
from opencdi.events.ids import content_hash, derived_id
from opencdi.intake.content import is_wrapped, text_of_ed, words_in
from opencdi.intake.hl7v2.message import Segment, raw, unescaped
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.tables import (
    NO_RESULT_YET,
    NOTE_TYPE_BY_SECTION,
    REPORT_CHARACTERS,
    RESULT_STATUS_BY_OBX11,
    confidentiality_of,
    loinc_of,
    note_type_of,
    role_of,
)
from opencdi.intake.time import claims_future
from opencdi.intake.told import Item
from opencdi.intake.values import measurement, unit_sent
from opencdi.knowledge.analytes import analyte_by_loinc
from opencdi.knowledge.specimens import FLAW_BY_CODE, Flaw, flaws_in, specimen_words

_WORDS = frozenset({"TX", "FT"})
_SIGNS = re.compile(r"[\^&~_]")
_AS_SENT_BEFORE = "U"
"""OBX-11: final now, and not sent again.  Which value that is, only the version with it can say: what has none changes none."""
_REMARK = 300
"""Characters: what is longer is a report and speaks of more than its specimen."""
_ORDER = 10
"""Characters that the ids of one order's results share, so that a store which sorts by id keeps together what comes together."""


@dataclass(slots=True)
class Group:
    """An OBR with its results; `orc` is the ORC before it."""

    obr: Segment
    orc: Segment | None = None
    observations: list[Segment] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    specimen: Segment | None = None


def groups_in(reading: Reading) -> list[Group]:
    """The order groups of the message; results before any OBR (in ADT) make a group without order number.

    An ORU tells the specimen behind the results, an OUL before the orders that were made of it; a note or a comment about one result of a
    group is about the specimen of all.
    """
    groups: list[Group] = []
    orc: Segment | None = None
    specimen: Segment | None = None
    specimen_first = reading.message.header.message_type.startswith(("OUL^R22", "OUL^R23"))
    for segment in reading.message.segments:
        name = segment[0]
        if name == "ORC":
            orc = segment
        elif name == "OBR":
            groups.append(Group(segment, orc, specimen=specimen))
            orc = None
        elif name == "OBX":
            if not groups:
                groups.append(Group(["OBR"]))
            groups[-1].observations.append(segment)
        elif name == "NTE" and groups:
            groups[-1].comments.append(reading.message.plain(raw(segment, 3)))
        elif name == "SPM" and specimen_first:
            specimen = segment
        elif name == "SPM" and groups:
            groups[-1].specimen = segment
    return groups


def order_numbers(reading: Reading, *segments: Segment | None) -> tuple[str, ...]:
    """Ids of the placer and filler numbers in ORC-2/3 and OBR-2/3: they lead to the visit (DOMAIN F.1)."""
    numbers = (reading.message.component(segment, n) for segment in segments if segment is not None for n in (2, 3))
    return tuple(reading.id_of("order", number) for number in dict.fromkeys(numbers) if number)


def results_of(reading: Reading) -> None:
    """All results and reports of the message."""
    for group in groups_in(reading):
        _group(reading, group)


def _group(reading: Reading, group: Group) -> None:
    message, obr = reading.message, group.obr
    orders = order_numbers(reading, group.orc, obr)
    version_at = reading.happened(obr, 22) or reading.sent_at
    told_at = version_at.sortable
    lines: list[Segment] = []
    service = reading.code(raw(obr, 4))
    # F.5: filler number, else placer number with the service; without either, the patient and the time of the draw.
    filler, placer = message.component(obr, 3), message.component(obr, 2)
    taken_of_order = reading.time(obr, 7)
    identity = (filler,) if filler else (placer, service.code) if placer else (_patient(reading), service.code, raw(obr, 7))
    order_id = reading.id_of("result", *identity)
    specimen = message.component(group.specimen, 4, 2) or message.component(group.specimen, 4) or message.component(obr, 15) or None
    kind_of_specimen, flaws = _specimen_of(reading, group), _flaws_of(reading, group)
    series = reading.context.feed in reading.context.site.series_feeds
    report_cancelled = _report_cancelled(reading, group, service)
    for obx in group.observations:
        kind = message.component(obx, 2).upper()
        code = reading.code(raw(obx, 3))
        if kind in ("ED", "RP") or (kind in _WORDS and not _known(code, reading)) or (not kind and report_cancelled):
            lines.append(obx)
            continue
        sent_status = _status(reading, group, obx)
        if sent_status in NO_RESULT_YET or (sent_status == _AS_SENT_BEFORE and not raw(obx, 5)):
            continue
        if not (code.code or code.text):
            if raw(obx, 5):
                reading.told.problems.append(("RESULT_WITHOUT_CODE", "OBX-3"))
            continue
        status = RESULT_STATUS_BY_OBX11.get(sent_status)
        if status is None:
            reading.told.problems.append(("RESULT_STATUS_UNKNOWN", "OBX-11"))
            status = "preliminary"
        own = reading.time(obx, 14)
        taken = own or taken_of_order or reading.sent_at
        moment = (raw(obx, 14),) if series or not (filler or placer) else ()
        own_id = derived_id(order_id, code.code or code.text, message.component(obx, 4), *moment)
        fact = measurement(
            reading.context,
            measurement_id=order_id[:_ORDER] + own_id[_ORDER:],
            code=code,
            sent=_value(reading, obx, kind),
            unit=_unit(reading, obx),
            status=status,
            taken_at=taken,
            abnormal=message.component(obx, 8) or None,
            specimen=specimen,
            kind_of_specimen=kind_of_specimen,
            flaws=flaws,
            method=message.component(obx, 17, 2) or message.component(obx, 17) or None,
        )
        reading.told.items.append(Item(fact, ("0" if status == "preliminary" else "1", told_at), orders))
    if lines or report_cancelled:
        _words(reading, group, lines, service, identity, orders, version_at, taken_of_order or version_at)


def _status(reading: Reading, group: Group, obx: Segment) -> str:
    return reading.message.component(obx, 11) or reading.message.component(group.obr, 25) or "F"


def _note_type(reading: Reading, group: Group, service: Coded) -> NoteType:
    return note_type_of(service, reading.context.site, NOTE_TYPE_BY_SECTION.get(reading.message.component(group.obr, 24), "other"))


def _report_cancelled(reading: Reading, group: Group, service: Coded) -> bool:
    """Whether all that an order of a document says is that it is cancelled, though by an OBX without a type, or by the OBR alone."""
    sent = [_status(reading, group, obx) for obx in group.observations or [["OBX"]]]
    return all(RESULT_STATUS_BY_OBX11.get(status) == "withdrawn" for status in sent) and _note_type(reading, group, service) != "other"


def _patient(reading: Reading) -> str:
    return reading.message.component(reading.message.first("PID"), 3)


def _known(code: Coded, reading: Reading) -> bool:
    loinc = loinc_of(code, reading.context.site)
    return loinc is not None and loinc in analyte_by_loinc()


def _unit(reading: Reading, obx: Segment) -> str:
    value = raw(obx, 6)
    return value if not value or value.isalnum() else _unit_in(value, reading.message.header.signs)


@lru_cache(maxsize=4096)
def _unit_in(value: str, signs: Signs) -> str:
    """OBX-6: code, its words, another code; "10^3/uL" with its component sign unescaped is one unit."""
    parts = [unescaped(part, signs).strip() for part in value.split(signs.repetition, 1)[0].split(signs.component)]
    if parts[0].lower() in ("10", "x10") and len(parts) > 1 and parts[1][:1].isdigit():
        parts[:2] = [f"{parts[0]}^{parts[1]}"]
    parts += [""] * (5 - len(parts))
    return unit_sent(parts[0], parts[3], parts[1], parts[4])


def _specimen_of(reading: Reading, group: Group) -> str:
    """What was taken, and from where; of an older message by OBR-15: code, additives, words, site."""
    if group.specimen is None:
        parts = [*(_SIGNS.sub(" ", part) for part in raw(group.obr, 15).split(reading.message.header.signs.component)), "", "", "", ""]
        return specimen_words(f"{parts[0]} {parts[2]}".strip(), parts[3])
    kind = f"{raw(group.specimen, 4)} {raw(group.specimen, 5)}"
    return specimen_words(_SIGNS.sub(" ", kind).strip(), _SIGNS.sub(" ", raw(group.specimen, 8)))


def _flaws_of(reading: Reading, group: Group) -> tuple[Flaw, ...]:
    """What was wrong with it: reasons of a rejection, condition, notes, flags in words, and what stands where a number should."""
    message = reading.message
    codes = (message.component(group.specimen, number) for number in (21, 24))
    told = [*group.comments, *(raw(group.specimen, number) for number in (14, 21, 24)), raw(group.obr, 13), raw(group.obr, 39)]
    for obx in group.observations:
        told.append(raw(obx, 8))
        if raw(obx, 2) != "NM" and len(words := raw(obx, 5)) < _REMARK:
            told.append(words)
    said = (flaw for words in told if len(words) > 2 for flaw in flaws_in(words))
    return tuple(dict.fromkeys((*(FLAW_BY_CODE[code] for code in codes if code in FLAW_BY_CODE), *said)))


def _value(reading: Reading, obx: Segment, kind: str) -> str:
    message, value = reading.message, raw(obx, 5)
    if value == '""':
        return ""
    if kind == "SN":
        parts = [part.strip() for part in message.parts(value)]
        return "".join(parts)
    if kind in ("CE", "CWE", "CNE", "CF"):
        parts = message.parts(value)
        return (parts[1] if len(parts) > 1 and parts[1] else parts[0]).strip()
    return message.plain(value).replace(message.header.signs.repetition, "\n").strip() if value else ""


def _words(
    reading: Reading, group: Group, lines: list[Segment], service: Coded, identity: tuple[str, ...], orders: tuple[str, ...],
    version_at: ClinicalTime, written_at: ClinicalTime,
) -> None:  # fmt: skip
    """Text lines of one order: one document, or results in words where they are few and no document is ordered.

    A line that is withdrawn is no part of the document; where all are, the document is retracted.
    """
    message, site = reading.message, reading.context.site
    stands = [obx for obx in lines if RESULT_STATUS_BY_OBX11.get(_status(reading, group, obx)) != "withdrawn"]
    withdrawn = not stands
    lines = stands or lines
    pieces = [
        text_of_ed(raw(obx, 2), message.parts(raw(obx, 5)), reading.told)
        if raw(obx, 2).upper() in ("ED", "RP")
        else _value(reading, obx, "TX")
        for obx in lines
    ]
    text = "\n".join(piece for piece in pieces if piece is not None).strip("\n")
    if is_wrapped(text):  # one file, cut into lines
        text = words_in(text, reading.told.problems, "OBX-5") or ""
        pieces = [text, *(None for _ in lines[1:])]
    note_type = _note_type(reading, group, service)
    status = "withdrawn" if withdrawn else RESULT_STATUS_BY_OBX11.get(_status(reading, group, lines[0]), "preliminary")
    version = ("0" if status == "preliminary" else "1", version_at.sortable)
    note_id = reading.id_of("report", *identity, service.code)
    if withdrawn:  # whichever of the two its text was told as
        reading.told.items.append(Item(NoteRetracted(note_id=note_id, at=version_at), version, orders))
    if note_type == "other" and len(text) < REPORT_CHARACTERS:
        for obx, piece in zip(lines, pieces, strict=True):
            code = reading.code(raw(obx, 3))
            code = code if code.code or code.text else service  # lines of words often name nothing but their order
            if not (piece or withdrawn) or not (code.code or code.text):
                continue
            fact = measurement(
                reading.context,
                measurement_id=reading.id_of("result", *identity, code.code or code.text, message.component(obx, 4),
                message.component(obx, 1)),
                code=code, sent=piece or "", unit="", status=status, taken_at=written_at,
            )  # fmt: skip
            reading.told.items.append(Item(fact, version, orders))
        return
    if withdrawn:
        return
    if not text:
        return
    signed: Authentication = "unsigned" if status == "preliminary" else "authenticated"
    if claims_future(written_at, reading.context.received_at):
        reading.told.problems.append(("FUTURE_TIME", "OBR-7"))
        written_at = version_at
    fact_note = NoteFiled(
        note_id=note_id,
        note_type=note_type,
        type_code=service if service.code or service.text else None,
        title=service.text,
        author=reading.person(group.obr, 32, role_of("", message.component(group.obr, 32), note_type, reading.context)),
        written_at=written_at,
        authentication=signed,
        text_hash=content_hash(text),
        length=len(text),
        confidentiality=confidentiality_of((), service, site),
    )
    reading.told.items.append(Item(fact_note, version, orders, text))
