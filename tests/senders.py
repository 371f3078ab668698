"""Messages as a hospital's systems write them, in few words: HL7 v2 by segment, FHIR by resource, about patients who do not exist."""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from opencdi.hospital.message import Message
from opencdi.hospital.story import taken_at
from opencdi.intake.hl7v2.message import Message as Hl7
from opencdi.testing import DAY_ZERO


@dataclass(frozen=True)
class Who:
    """A patient, a visit of theirs, and its account."""

    mrn: str
    name: str
    born: str
    sex: str
    visit: str
    account: str
    pv1: str = "I"
    place: str = "5E^501^A"
    attending: str = "77^Lindqvist^Sara"
    since: str = "0 04:00"

    def ids(self) -> str:
        return "~".join(f"{number}^^^MERCY^MR" for number in self.mrn.split("~"))


@dataclass(frozen=True)
class Sent:
    """A message with its day and time, as a hospital's systems send it."""

    at: str
    kind: str
    who: Who
    segments: tuple[str, ...] = ()
    feed: str = "ADT"
    visit: bool = True  # with PV1 and its number
    left: str = ""  # PV1-36
    charset: str = ""
    signs: str = "^~\\&"

    def message(self) -> Message:
        at = taken_at(self.at, DAY_ZERO)
        now, who = stamp(self.at), self.who
        trigger = self.kind.partition("^")[2]
        head = [
            "MSH|" + self.signs,
            self.feed,
            "MERCY",
            "CDI",
            "MERCY",
            now,
            "",
            self.kind,
            f"M{now}{self.kind[-3:]}{self.feed}",
            "P",
            "2.5.1",
        ]
        lines = ["|".join(head), f"EVN|{trigger}|{now}", f"PID|1||{who.ids()}||{who.name}||{who.born}|{who.sex}||||||||||{who.account}"]
        if self.visit:
            pv1 = {
                2: who.pv1,
                3: who.place,
                7: who.attending,
                19: f"{who.visit}^^^MERCY",
                36: self.left,
                44: stamp(who.since),
                45: now if self.left else "",
            }
            lines.append("|".join(["PV1", "1", *(pv1.get(n, "") for n in range(2, 46))]).rstrip("|"))
        told = "\r".join([*lines, *self.segments]) + "\r"
        return Message(at, self.feed, told.replace("@now", now).encode(), "every feed")


def stamp(at: str) -> str:
    return f"{taken_at(at, DAY_ZERO):%Y%m%d%H%M%S%z}"


def adt(at: str, trigger: str, who: Who, *segments: str, **more: Any) -> Message:
    return Sent(at, f"ADT^{trigger}", who, segments, **more).message()


def results(at: str, who: Who, order: str, *values: tuple[str, str, str], status: str = "F", taken: str = "", **more: Any) -> Message:
    """One order's values: (code, value, unit)."""
    when = stamp(taken or at)
    obr = f"OBR|1||{order}|24323-8^Panel^LN|||{when}|||||||||||||||@now|||{status}"
    obx = (f"OBX|{n}|NM|{code}||{value}|{unit}|||||{status}|||{when}" for n, (code, value, unit) in enumerate(values, 1))
    return Sent(at, "ORU^R01", who, (obr, *obx), feed="LAB", **more).message()


def document(
    at: str, trigger: str, who: Who, number: str, text: str = "", parent: str = "", *, status: str = "AU", kind: str = "11506-3^Progress note^LN",
    written: str = "", available: str = "AV", **more: Any,
) -> Message:  # fmt: skip
    told = {
        1: "1",
        2: kind,
        3: "TX",
        4: stamp(written or at),
        6: stamp(written or at),
        9: who.attending,
        12: number,
        13: parent,
        17: status,
    }
    txa = "|".join(["TXA", *((told | {19: available}).get(n, "") for n in range(1, 20))])
    obx = (f"OBX|1|TX|{kind}||{text}||||||F",) if text else ()
    return Sent(at, f"MDM^{trigger}", who, (txa, *obx), feed="DOCS", **more).message()


def report(at: str, who: Who, order: str, *lines: str, status: str = "F", kind: str = "18748-4^Chest film^LN", **more: Any) -> Message:
    obr = f"OBR|1||{order}|{kind}|||@now|||||||||||||||@now|||{status}|||||||{who.attending}"
    return Sent(
        at, "ORU^R01", who, (obr, *(f"OBX|{n}|TX|||{line}||||||{status}" for n, line in enumerate(lines, 1))), feed="RAD", **more
    ).message()


def order(at: str, who: Who, control: str, number: str, code: str, *, kind: str = "ORM^O01", **more: Any) -> Message:
    return Sent(at, kind, who, (f"ORC|{control}|{number}|||||||@now", f"OBR|1|{number}||{code}"), feed="ORDERS", **more).message()


def drug(
    at: str, who: Who, number: str, name: str, *, kind: str = "RAS^O17", control: str = "RE", gone: str = "", given: str = "", **more: Any
) -> Message:
    rxa = f"RXA|0|1|{stamp(given or at)}|{stamp(given or at)}|^{name}|1|g|||||||||||||CP|{gone}"
    detail = rxa if kind.startswith("RAS") else f"RXE||^{name}|1||g"
    return Sent(at, kind, who, (f"ORC|{control}|{number}|||||||@now", detail, "RXR|IV^Intravenous"), feed="PHARMACY", **more).message()


def bill(at: str, kind: str, who: Who, *segments: str) -> Message:
    return Sent(at, kind, who, segments, feed="BILLING").message()


def fhir(at: str, who: Who, kind: str, number: str, *, updated: str = "", **told: Any) -> Message:
    """One resource about that stay, which names patient and visit by their numbers."""
    visit = {"identifier": {"system": "MERCY", "value": who.visit}}
    context = {"context": {"encounter": [visit]}} if kind == "DocumentReference" else {"encounter": visit}
    subject = {"subject": {"identifier": {"system": "MERCY", "value": who.mrn.split("~")[0]}}}
    if kind in ("Patient", "Encounter"):
        subject, context = {}, {}
    when = taken_at(at, DAY_ZERO)
    resource = (
        {"resourceType": kind, "id": number, "meta": {"lastUpdated": taken_at(updated or at, DAY_ZERO).isoformat()}} | subject | context
    )
    return Message(when, "fhir", json.dumps(resource | told).encode(), "every feed")


def coded(code: str, text: str, system: str = "http://loinc.org") -> dict[str, Any]:
    return {"code": {"coding": [{"system": system, "code": code, "display": text}]}}


def attachment(text: str) -> dict[str, Any]:
    return {"contentType": "text/plain", "data": b64encode(text.encode()).decode()}


def iso(at: str) -> str:
    return taken_at(at, DAY_ZERO).isoformat()


def printed(message: Hl7) -> str:
    """A message that was split, as it was: its fields by its own signs."""
    sign = message.header.signs.field
    lines = ((name + sign + sign.join(fields[1:])) if name == "MSH" else sign.join((name, *fields)) for name, *fields in message.segments)
    return "\r".join(lines)
