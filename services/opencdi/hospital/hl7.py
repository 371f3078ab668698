"""HL7 v2.5.1 as this hospital's engine sends it: ADT, ORU, MDM, ORM, RDE and RAS."""

from datetime import datetime

from opencdi.hospital.observables import NOTE_TYPES, OBSERVABLES
from opencdi.hospital.story import Drug, Event, Note, Report, Results, Story, taken_at

_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\"}


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S%z")


def _text(text: str) -> str:
    return "".join(_ESCAPES.get(c, c) for c in text).replace("\n", "\\.br\\")


def _segments(*rows: tuple[str, dict[int, str]]) -> bytes:
    """Segments from field number -> value."""
    lines = []
    for name, fields in rows:
        lines.append("|".join([name, *(fields.get(i, "") for i in range(1, max(fields, default=0) + 1))]))
    return ("\r".join(lines) + "\r").encode()


def _header(feed: str, kind: str, at: datetime, control_id: str) -> tuple[str, dict[int, str]]:
    sender = {"ADT": "EHR", "LAB": "LAB", "VITALS": "MONITOR", "DOCS": "TRANSCRIPTION", "ORDERS": "CPOE", "PHARMACY": "PHARMACY"}[feed]
    # MSH-1 is the separator itself, so every later field stands one place earlier.
    return "MSH", {1: "^~\\&", 2: sender, 3: "MERCY", 4: "CDI", 5: "MERCY", 6: _stamp(at), 8: kind, 9: control_id, 10: "P", 11: "2.5.1"}


def _patient(story: Story) -> tuple[str, dict[int, str]]:
    patient = story.patient
    return "PID", {
        1: "1", 3: f"{patient.mrn}^^^MERCY^MR", 5: patient.name, 7: patient.born.replace("-", ""), 8: patient.sex, 18: story.visit.account,
    }  # fmt: skip


def _visit(story: Story, event: Event, at: datetime) -> tuple[str, dict[int, str]]:
    told, fields = event.admit, {1: "1", 3: story.visit.location, 7: story.visit.attending, 19: f"{story.visit.number}^^^MERCY"}
    if told:
        fields |= {2: told.patient_class, 3: told.location or story.visit.location, 7: told.attending or story.visit.attending}
    if told and told.trigger in ("A01", "A04", "A05", "A06"):
        fields[44] = _stamp(at)
    if event.discharge:
        fields |= {36: event.discharge.disposition, 45: _stamp(at)}
    return "PV1", fields


def _results(story: Story, event: Event, told: Results, feed: str, at: datetime, start: datetime, control_id: str) -> bytes:
    taken = _stamp(taken_at(told.taken, start) if told.taken else at)
    order = told.order or control_id
    panel = "24323-8^Laboratory panel^LN" if feed == "LAB" else "85353-1^Vital signs^LN"
    rows = []
    for nth, (analyte, value) in enumerate(told.values.items(), 1):
        loinc, name, unit = OBSERVABLES[analyte]
        kind = "ST" if isinstance(value, str) else "NM"
        rows.append(
            ("OBX", {1: str(nth), 2: kind, 3: f"{loinc}^{name}^LN", 5: str(value), 6: f"{unit}^{unit}^UCUM", 11: told.status, 14: taken})
        )
    return _segments(
        _header(feed, "ORU^R01^ORU_R01", at, control_id),
        _patient(story),
        _visit(story, event, at),
        ("OBR", {1: "1", 3: order, 4: panel, 7: taken, 22: _stamp(at), 25: told.status}),
        *rows,
    )


def _document(story: Story, note: Note, event: Event, at: datetime, control_id: str) -> bytes:
    loinc, title = NOTE_TYPES[note.type]
    author = note.by or story.visit.attending
    status = "AU" if note.signed else "DI"
    fields = {
        1: "1", 2: f"{loinc}^{title}^LN", 3: "TX", 4: _stamp(at), 6: _stamp(at), 9: author, 12: note.id, 13: note.parent or "",
        17: status, 19: "CA" if note.event == "T11" else "AV", 22: f"{author}^^^^^^^^^^^^{_stamp(at)}" if note.signed else "",
    }  # fmt: skip
    lines = [("OBX", {1: "1", 2: "TX", 3: f"{loinc}^{title}^LN", 5: _text(note.text), 11: "F"})] if note.text else []
    return _segments(
        _header("DOCS", f"MDM^{note.event}^MDM_T02", at, control_id), ("EVN", {1: note.event, 2: _stamp(at)}), _patient(story),
        _visit(story, event, at), ("TXA", fields), *lines,
    )  # fmt: skip


def _report(story: Story, report: Report, event: Event, at: datetime, control_id: str) -> bytes:
    loinc, title = NOTE_TYPES[report.type]
    fields = {
        1: "1", 3: report.number, 4: f"{loinc}^{title}^LN", 7: _stamp(at), 22: _stamp(at), 25: report.status,
        32: report.by or story.visit.attending,
    }  # fmt: skip
    lines = [("OBX", {1: str(n), 2: "TX", 5: _text(line), 11: report.status}) for n, line in enumerate(report.text.splitlines(), 1)]
    return _segments(
        _header("LAB", "ORU^R01^ORU_R01", at, control_id), _patient(story), _visit(story, event, at), ("OBR", fields), *lines,
    )  # fmt: skip


def _pharmacy(story: Story, drug: Drug, event: Event, at: datetime, control_id: str, *, given: bool) -> bytes:
    if given:
        detail = ("RXA", {1: "0", 2: "1", 3: _stamp(at), 4: _stamp(at), 5: f"^{drug.name}", 6: drug.dose, 20: "CP"})
        kind = "RAS^O17^RAS_O17"
    else:
        detail = ("RXE", {1: "", 2: f"^{drug.name}", 3: drug.dose})
        kind = "RDE^O11^RDE_O11"
    return _segments(
        _header("PHARMACY", kind, at, control_id), _patient(story), _visit(story, event, at),
        ("ORC", {1: "RE" if given else "NW", 2: drug.order, 9: _stamp(at)}), detail, ("RXR", {1: drug.route}),
    )  # fmt: skip


def message_of(story: Story, event: Event, at: datetime, start: datetime, control_id: str) -> tuple[str, bytes]:
    """The feed and the message that tells this event."""
    if event.vitals:
        return "VITALS", _results(story, event, event.vitals, "VITALS", at, start, control_id)
    if event.labs:
        return "LAB", _results(story, event, event.labs, "LAB", at, start, control_id)
    if event.note:
        return "DOCS", _document(story, event.note, event, at, control_id)
    if event.report:
        return "LAB", _report(story, event.report, event, at, control_id)
    if event.given:
        return "PHARMACY", _pharmacy(story, event.given, event, at, control_id, given=True)
    if event.ordered:
        return "PHARMACY", _pharmacy(story, event.ordered, event, at, control_id, given=False)
    if event.order:
        order = event.order
        return "ORDERS", _segments(
            _header("ORDERS", "ORM^O01^ORM_O01", at, control_id), _patient(story), _visit(story, event, at),
            ("ORC", {1: "NW", 2: order.number, 9: _stamp(at)}), ("OBR", {1: "1", 2: order.number, 4: f"{order.code}^{order.name}^LN"}),
        )  # fmt: skip
    trigger = event.admit.trigger if event.admit else "A11" if event.cancel_admit else "A13" if event.cancel_discharge else "A03"
    reason = ("PV2", {3: f"^{event.admit.reason}"}) if event.admit and event.admit.reason else ("PV2", {})
    return "ADT", _segments(
        _header("ADT", f"ADT^{trigger}^ADT_A01", at, control_id), ("EVN", {1: trigger, 2: _stamp(at), 6: _stamp(at)}), _patient(story),
        _visit(story, event, at), reason,
    )  # fmt: skip
