"""ORU and OUL: results, vital signs, and reports sent as one line per OBX (DOMAIN F.5)."""

import re
from functools import lru_cache

from opencdi.events.facts import Coded
from opencdi.events.hl7_structure import Signs
from opencdi.events.ids import derived_id
from opencdi.intake.hl7v2.groups import Group, groups_in, order_numbers, status_of
from opencdi.intake.hl7v2.message import NULL, Segment, raw, unescaped
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.hl7v2.reports import report_cancelled, report_of
from opencdi.intake.tables import FILES, NO_RESULT_YET, RESULT_STATUS_BY_OBX11, loinc_of
from opencdi.intake.told import Item
from opencdi.intake.values import measurement, unit_sent
from opencdi.knowledge.analytes import analyte_by_loinc
from opencdi.knowledge.device_terms import DEVICE_TERMS
from opencdi.knowledge.specimens import FLAW_BY_CODE, Flaw, flaws_in, specimen_words

_WORDS = frozenset({"TX", "FT", "TXT"})
_SIGNS = re.compile(r"[\^&~_]")
_AS_SENT_BEFORE = "U"
"""OBX-11: final now, and not sent again.  Which value that is, only the version with it can say: what has none changes none."""
_REMARK = 300
"""Characters: what is longer is a report and speaks of more than its specimen."""
_ORDER = 10
"""Characters that the ids of one order's results share, so that a store which sorts by id keeps together what comes together."""


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
    # F.5: filler number, else placer number with the service (either may stand in ORC alone); without any, the patient and the draw.
    filler, placer = message.component(obr, 3), message.component(obr, 2)
    if not filler and not placer:
        placer = message.component(group.orc, 3) or message.component(group.orc, 2)
    taken_of_order = reading.time(obr, 7)
    identity = (filler,) if filler else (placer, service.code) if placer else (_patient(reading), service.code, raw(obr, 7))
    order_id = reading.id_of("result", *identity)
    specimen = message.component(group.specimen, 4, 2) or message.component(group.specimen, 4) or message.component(obr, 15) or None
    kind_of_specimen, flaws = _specimen_of(reading, group), _flaws_of(reading, group)
    series = reading.context.feed in reading.context.site.series_feeds
    cancelled = report_cancelled(reading, group)
    for obx in group.observations:
        kind = message.component(obx, 2).upper()
        code = reading.code(raw(obx, 3))
        # What has a unit is a value, though its sender calls it words.
        if kind in FILES or (kind in _WORDS and not raw(obx, 6) and not _known(code, reading)) or (not kind and cancelled):
            lines.append(obx)
            continue
        sent_status = status_of(reading, group, obx)
        if sent_status in NO_RESULT_YET or (sent_status == _AS_SENT_BEFORE and not raw(obx, 5)):
            continue
        if sent_status == "X" and code.system == DEVICE_TERMS and not kind and not raw(obx, 5):
            continue  # the device, and the part of it, that the readings behind it are from (IHE PCD-01)
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
            specimen_id=reading.id_of("specimen", number) if (number := message.component(group.specimen, 2)) else order_id,
            kind_of_specimen=kind_of_specimen,
            flaws=flaws,
            reference=message.component(obx, 7) or None,
            method=message.component(obx, 17, 2) or message.component(obx, 17) or None,
            performer=reading.person(obx, 16),
        )
        reading.told.items.append(Item(fact, ("0" if status == "preliminary" else "1", told_at), orders))
    if lines or cancelled:
        observed_at = taken_of_order or (reading.time(lines[0], 14) if lines else None)
        report_of(reading, group, lines, identity, orders, version_at, observed_at or version_at)


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
    if value == NULL:
        return ""
    if kind == "SN":
        parts = [part.strip() for part in message.parts(value)]
        return "".join(parts)
    if kind in ("CE", "CWE", "CNE", "CF"):
        parts = message.parts(value)
        return (parts[1] if len(parts) > 1 and parts[1] else parts[0]).strip()
    return message.plain(value.replace(message.header.signs.repetition, "\n")).strip() if value else ""
