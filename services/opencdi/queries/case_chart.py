"""A stay told in short form, for the cases of rules: in the order of arrival; each line begins with its clinical time.

    d1 08:00 heart-rate 118 /min                          a result (with id=c1, preliminary, corrected, withdrawn, problem=X, usual=3-5)
    d1 08:00 baseline creatinine 1.0 mg/dL 60 d before    carried from an earlier stay (with basis=week-before, id=b1), or `withdrawn`
    d1 08:05 culture blood-culture: Escherichia coli      the laboratory's words on a germ (with set=2, id=, preliminary …)
    d1 08:10 given ceftriaxone 2 g IV                     a drug given · `prescribed` a drug ordered · `ordered` an order (id=o1, cancelled)
    d1 09:00 note progress: pneumonia; possible sepsis    (first: dietitian, unsigned, attested, echo, id=n1, r2, label=R, by=1001,
                                                          section=findings)
    d1 10:00 retract n1 · class observation · attending 1002 · listed N186 · discharged · not-discharged · cancelled · moved · failed · tick
    d1 10:30 coded principal R079 chest-pain; tied I214 nstemi; conflict L89153 pressure-injury undetermined; open debridement[depth]
    d1 11:00 approve · edit question: text · view · answer aki · dismiss · monitor 2 d · take-back · reopen      (`by 1002`: another person)
    d1 12:00 not-for-me · not-for-me 1003 · pass-to 1003 · covered-by 1003

A finding may be led by: no, possible, unlikely, ruled-out, history, family, copied; `[severity=severe]` gives an attribute.
`number ejection-fraction 30 %` among the findings is a number that the note writes; `copied number …` one that it carries on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self, get_args

from opencdi.bus.room import Outgoing, Record, Room, State
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import AuthorRole, NoteType
from opencdi.events.audiences import Alarm, ProviderQuery, QueryAlert
from opencdi.events.contract import MadeBy
from opencdi.events.entry import Envelope, Page, entry_of, headers_of
from opencdi.events.facts import (
    Coded,
    DiagnosisListed,
    DischargeCancelled,
    EncounterCancelled,
    EncounterDischarged,
    EncounterMoved,
    EncounterUpdated,
    Fact,
    PatientIdentified,
)
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage, FailedPage, FindingsPage, TickPage
from opencdi.events.people import (
    Person,
    QueryAnswered,
    QueryApproved,
    QueryDismissed,
    QueryEdited,
    QueryMonitored,
    QueryReaddressed,
    QueryReopened,
    QueryViewed,
    QueryWithdrawn,
)
from opencdi.events.reading import Finding, NoteRead, ValueInText
from opencdi.events.timeline import NoteSaid, changes, said_in, timelines
from opencdi.events.topics import ALARMS, CODING, PROVIDER_QUERIES, QUERIES, QUERY_ALERTS
from opencdi.events.wording import shown_text
from opencdi.queries.case_codes import codes_told
from opencdi.queries.case_facts import DAY_1, BadCase, act, baseline, culture, result

ENCOUNTER, TENANT = "case", "cases"
_READ_NOT_TREATED = ("radiology", "pathology", "laboratory")  # their reader does not treat the patient, so his words never count
_LINE = re.compile(r"d(\d+) (\d\d):(\d\d) (.+)")
_BY = re.compile(r" ?\bby (\d+)$")
_MADE_BY = MadeBy(room="nlp", software="cases")


def approval_of(alert: QueryAlert, **decided: Any) -> QueryApproved:
    """What a specialist's page sends to let the question that it shows go; `decided` is told over it."""
    shown = {"encounter_id": alert.encounter_id, "query_id": alert.query_id, "as_of": alert.as_of}
    return QueryApproved.model_validate({**shown, "shown_text": shown_text(alert.wording) if alert.wording else "", **decided})


@dataclass
class Chart:
    """A stay told line by line to the room, and what the room said."""

    room: Room
    encounter_id: str = ENCOUNTER
    states: dict[str, State] = field(default_factory=dict)
    alerts: list[QueryAlert] = field(default_factory=list)
    asked: list[ProviderQuery] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    passed_on: list[bytes] = field(default_factory=list)
    notes: dict[str, NoteRead] = field(default_factory=dict)
    lines: dict[str, NoteSaid] = field(default_factory=dict)
    said: int = 0
    now: datetime = DAY_1

    @classmethod
    def of(cls, room: Room, *lines: str, **begin: Any) -> Self:
        """A stay that has lived through these lines; `begin` as for that."""
        chart = cls(room)
        chart.begin(**begin)
        for line in lines:
            chart.line(line)
        return chart

    def begin(self, *, age: int = 70, encounter_class: str = "inpatient", attending: str = "1001") -> None:
        """The admission: an inpatient of that age under an attending physician."""
        at = ClinicalTime(DAY_1)
        born = f"{DAY_1.year - age}-01-01"
        updated = EncounterUpdated.model_validate(
            {
                "visit_id": "v",
                "encounter_class": encounter_class,
                "attending": {"staff_id": attending, "name": "Attending"} if attending else None,
                "at": at,
            }
        )
        self.tell(FactsPage(facts=(PatientIdentified(patient_id="p", mrn="m", birth_date=born), updated), patient_id="p"))

    def tell(self, *pages: Page, kind: str = "entry", replays: str | None = None) -> list[Outgoing]:
        """One entry down the line; time goes on by a second at least."""
        self.said += 1
        self.now += timedelta(seconds=1)
        envelope = Envelope(
            entry_id=f"e{self.said}/0",
            kind=kind,
            tenant=TENANT,
            received_at=self.now,
            source="cases",
            encounter_id=None if kind == "tick" else self.encounter_id,
            replays=replays,
        )
        entry = entry_of(envelope, pages)
        headers = headers_of(entry, event_type="cdi.coding.entry", source="coding")
        told = list(self.room.step(self.states, Record(CODING.name, envelope.encounter_id, entry.encode(), headers)))
        for message in told:
            if message.topic is QUERY_ALERTS:
                self.alerts.append(QueryAlert.read(message.value))
            elif message.topic is PROVIDER_QUERIES:
                self.asked.append(ProviderQuery.read(message.value))
            elif message.topic is ALARMS:
                self.alarms.append(Alarm.read(message.value))
            elif message.topic is QUERIES:
                self.passed_on.append(message.value)
        return told

    def line(self, line: str) -> None:
        """One line of a case."""
        if not (match := _LINE.fullmatch(line)):
            raise BadCase(line)
        day, hour, minute, rest = match.groups()
        at = DAY_1 + timedelta(days=int(day) - 1, hours=int(hour), minutes=int(minute))
        self.now = max(self.now, at)
        word = rest.partition(" ")[0]
        if word == "tick":
            self.tell(TickPage(at=at, feeds={name: at for name in rest.split()[1:]}), kind="tick")
        elif word == "failed":
            self.tell(FailedPage(room="nlp", reason="CASE"))
        elif word in ("note", "retract"):
            note, before = _note(rest, at), timelines(self.lines)
            self.notes[note.note_id], self.lines[note.note_id] = note, said_in(note)
            moved = changes(before, timelines(self.lines))
            self.tell(FindingsPage(as_of=f"e{self.said}/0", made_by=_MADE_BY, notes=(note,), timeline=moved))
        elif word == "coded":
            self.tell(codes_told(rest.removeprefix("coded"), self.notes.values(), f"e{self.said}/0"))
        else:
            self.tell(FactsPage(facts=(self._fact(rest, at),), patient_id="p"))

    def _physician(self) -> Person:
        asked = self.asked[-1].wording.addressed_to.staff_id if self.asked else "1001"
        return Person(staff_id=asked, role="provider")

    def _fact(self, rest: str, instant: datetime) -> Fact:
        at = ClinicalTime(instant, "minute")
        word, _, told = rest.partition(" ")
        decided: dict[str, Any] = {
            "decision_id": f"d{self.said}",
            "encounter_id": self.encounter_id,
            "actor": self._physician() if word in ("view", "answer", "not-for-me") else Person(staff_id="9001", role="nurse"),
            "decided_at": instant,
            "as_of": self.alerts[-1].as_of if self.alerts else "none",
        }
        query_id = self.alerts[-1].query_id if self.alerts else "none"
        if by := _BY.search(told):
            told = told[: by.start()]
            decided["actor"] = decided["actor"].model_copy(update={"staff_id": by[1]})
        match word:
            case "given" | "prescribed" | "ordered":
                return act(word, told, at)
            case "culture":
                return culture(told, at)
            case "baseline":
                return baseline(told)
            case "listed":
                return DiagnosisListed(listing_id=told, code=Coded(code=told, system="I10"), role="problem", at=at)
            case "class":
                return EncounterUpdated.model_validate({"visit_id": "v", "encounter_class": told, "at": at})
            case "attending":
                return EncounterUpdated(visit_id="v", attending=Person(staff_id=told, name="Attending"), at=at)
            case "cancelled":
                return EncounterCancelled(at=at)
            case "discharged":
                return EncounterDischarged(at=at, disposition=told or "01")
            case "not-discharged":
                return DischargeCancelled(at=at)
            case "moved":
                return EncounterMoved(into="elsewhere", at=at)
            case "approve":
                return approval_of(self.alerts[-1], **decided) if self.alerts else QueryApproved(query_id=query_id, **decided)
            case "view":
                return QueryViewed(query_id=query_id, **decided)
            case "edit":
                field, _, text = told.partition(": ")
                edit = {"options": {field.removeprefix("option "): text}} if field.startswith("option ") else {field: text}
                return QueryEdited(query_id=query_id, **edit, **decided)
            case "dismiss":
                return QueryDismissed(query_id=query_id, reason="other", **decided)
            case "monitor":
                return QueryMonitored(query_id=query_id, recheck_at=instant + timedelta(days=float(told.split()[0])), **decided)
            case "take-back":
                return QueryWithdrawn(query_id=query_id, reason="other", **decided)
            case "reopen":
                return QueryReopened(query_id=query_id, **decided)
            case "not-for-me" | "pass-to" | "covered-by":
                to = Person(staff_id=told, role="provider") if told else None
                because = {"not-for-me": "not-for-me", "pass-to": "provider-changed", "covered-by": "covering"}[word]
                return QueryReaddressed.model_validate({"query_id": query_id, "to": to, "because": because, **decided})
            case "answer":
                return QueryAnswered(query_id=query_id, option_id=told, **decided)
            case _:
                return result(rest, at)


def _note(rest: str, at: datetime) -> NoteRead:
    head, _, body = rest.partition(":")
    words = head.split()
    if words[0] == "retract":
        return NoteRead(
            note_id=words[1], revision=99, note_type="progress", author_role="provider", written_at=ClinicalTime(at),
            authentication="cancelled", counts=False, retracted=True,
        )  # fmt: skip
    if words[1] not in get_args(NoteType):
        raise BadCase(rest)
    role: AuthorRole = next((told for told in get_args(AuthorRole) if told in words[2:]), "provider")
    unsigned, echo, attested = "unsigned" in words, "echo" in words, "attested" in words
    section = next((word[8:] for word in words if word.startswith("section=")), _SECTIONS.get(words[1], "assessment-and-plan"))
    revision = next((int(word[1:]) for word in words if re.fullmatch(r"r\d+", word)), 1)
    by = next((word[3:] for word in words if word.startswith("by=")), None)
    return NoteRead.model_validate(
        {
            "note_id": next((word[3:] for word in words if word.startswith("id=")), content_hash(rest + str(at))[:8]),
            "revision": revision,
            "note_type": words[1],
            "author": {"staff_id": by or "2002", "name": f"Dr. {by}" if by else "Author"},
            "author_role": role,
            "written_at": ClinicalTime(at, "minute"),
            "authentication": "unsigned" if unsigned else "authenticated",
            "counts": (role == "provider" or attested) and not unsigned and not echo and words[1] not in _READ_NOT_TREATED,
            "query_echo": echo,
            "attested": attested,
            "confidentiality": next((word[6:] for word in words if word.startswith("label=")), None),
            "findings": tuple(_findings(body, section)),
            "values": tuple(_numbers(body)),
        }
    )


_NUMBER = re.compile(r"(copied )?number (\S+) (\S+) ?(.*)")


def _numbers(body: str) -> Iterator[ValueInText]:
    start = 0
    for part in filter(None, (told.strip() for told in body.split(";"))):
        if match := _NUMBER.fullmatch(part):
            copied, analyte, value, unit = match.groups()
            text = f"{analyte.replace('-', ' ')} {value} {unit}".strip()
            yield ValueInText(
                start=start, end=start + len(text), text=text, analyte=analyte, value=float(value), unit=unit or None, copied=bool(copied)
            )
        start += len(part) + 2


_SECTIONS = {"radiology": "impression", "pathology": "impression"}
_LED: dict[str, dict[str, Any]] = {
    "no": {"assertion": "absent", "active": "no"},
    "possible": {"assertion": "possible", "certainty": "possible", "active": "unknown"},
    "unlikely": {"assertion": "possible", "certainty": "unlikely", "active": "unknown"},
    "ruled-out": {"assertion": "absent", "certainty": "ruled-out", "active": "no"},
    "history": {"temporality": "historical", "active": "no"},
    "family": {"experiencer": "other", "active": "no"},
    "copied": {"copied": True},
}


def _findings(body: str, section: str) -> Iterator[Finding]:
    start = 0
    for part in filter(None, (told.strip() for told in body.split(";"))):
        if _NUMBER.fullmatch(part):
            start += len(part) + 2
            continue
        words, _, attributes = part.partition("[")
        lead, _, concept = words.strip().partition(" ")
        led, concept = (_LED[lead], concept) if concept else ({}, lead)
        said = {"assertion": "present", "temporality": "current", "active": "yes", "certainty": "certain", "experiencer": "patient", **led}
        text = concept.replace("-", " ")
        yield Finding.model_validate(
            {
                "start": start, "end": start + len(text), "text": text, "concept": concept, "kind": "diagnosis",
                "section": section,
                "attributes": dict(told.split("=") for told in attributes.rstrip("]").split(",") if told), **said,
            }
        )  # fmt: skip
        start += len(text) + 2
