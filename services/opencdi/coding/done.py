"""What providers say was done in this stay, and when (DOMAIN B46, F.6)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from opencdi.coding.procedure_times import moment_of, whole_day
from opencdi.coding.quotes import evidence_of
from opencdi.coding.state import Stay
from opencdi.coding.ventilation import Moment
from opencdi.events.pages import WorkingProcedure
from opencdi.events.reading import Finding, NoteRead
from opencdi.knowledge.procedure_names import AT, DONE

_ON_THE_DAY: Final = frozenset({"operative", "procedure"})
"""Notes that are written of what was done that day."""
_TELL_WHAT_WAS: Final = frozenset({"history-and-physical", "consult"})
_WHAT_WAS: Final = frozenset({"history-of-present-illness", "past-medical-history", "past-surgical-history"})
_AT_THE_DOOR: Final = frozenset({"still-ventilated"})
_TO_COME: Final = frozenset({"plan", "discharge-instructions"})
_NOT_THE_REPORT: Final = (
    _WHAT_WAS | _TO_COME | {"chief-complaint", "family-history", "assessment", "assessment-and-plan", "impression", "medications"}
)
"""What the note of a procedure tells beside what was done in it."""
_NAMES_A_DAY: Final = re.compile(r"\d\d-\d\d|yesterday|pod")
_BEFORE_IT: Final = frozenset({"anesthesia"})
"""Notes that name an operation that is still to come; what the anaesthesia itself does is part of it (B3.1b)."""
IN_SURGERY: Final = frozenset({"operative"})
"""Notes of an operation."""
_PAYMENT_WINDOW_DAYS: Final = 3
_NOT_OF_THE_NAME: Final = frozenset({AT, DONE})


@dataclass(frozen=True, slots=True)
class Said:
    """One mention of something done, and when."""

    note: NoteRead
    finding: Finding
    when: Moment | None
    done: bool = True
    """Whether these words say that it was done; else they only tell more of what others say was done: "2 u PRBC via peripheral IV"."""

    @property
    def details(self) -> dict[str, str]:
        """What is said of it beside when and whether."""
        return {name: value for name, value in self.finding.attributes.items() if name not in _NOT_OF_THE_NAME}


@dataclass(frozen=True, slots=True)
class StayDays:
    """The days of the stay, in the facility's own clock."""

    arrived: date | None
    left: date | None
    born: str | None
    zone: ZoneInfo

    def refusal_of_record(self, when: Moment) -> str | None:
        """The same of the hospital's own list: what it did in the three days before an admission is of the stay (42 CFR 412.2(c)(5))."""
        if self.arrived is None:
            return self.refusal(when)
        return replace(self, arrived=self.arrived - timedelta(days=_PAYMENT_WINDOW_DAYS)).refusal(when)

    def refusal(self, when: Moment | None) -> str | None:
        """Why something of that time is none of this stay's; None where it may be."""
        if when is None:
            return None
        day = when.earliest.astimezone(self.zone).date()
        if self.born and day.isoformat()[: len(self.born)] < self.born:
            return f"done on {day.isoformat()}, before the patient was born: the date cannot be right"
        if self.arrived and day < self.arrived:
            return f"done on {day.isoformat()}, before this stay"
        if self.left and day > self.left:
            return f"done on {day.isoformat()}, after the discharge"
        return None


def days_of(stay: Stay, zone: ZoneInfo) -> StayDays:
    """From the admission, or the order where that came first, to the discharge."""
    began = min((at for at in (stay.admitted_at.at if stay.admitted_at else None, stay.inpatient_at) if at), default=None)
    return StayDays(
        began.astimezone(zone).date() if began else None,
        stay.discharged_at.at.astimezone(zone).date() if stay.discharged_at else None,
        stay.birth_date,
        zone,
    )


def done_in(notes: Iterable[NoteRead], days: StayDays) -> Iterator[Said]:
    """What providers say was done, in the order of writing."""
    counting = sorted(
        (note for note in notes if note.counts and not note.retracted and note.note_type not in _BEFORE_IT),
        key=lambda note: (note.written_at.at, note.note_id),
    )
    for note in counting:
        for finding in note.procedures:
            when = moment_of(finding.attributes.get(AT, ""), note.written_at, days.zone)
            if _was_done(note, finding, when, days) and (when is not None or _of_this_stay(note, finding)):
                if when is None and note.note_type in _ON_THE_DAY:
                    when = whole_day(note.written_at.at.astimezone(days.zone).date(), days.zone)
                yield Said(note, finding, when)
            elif _tells_more(note, finding):
                yield Said(note, finding, None, done=False)


def _of_this_stay(note: NoteRead, finding: Finding) -> bool:
    """Whether what is told without a day is of this stay: what led to it is told in the history and to whom one is called."""
    if note.note_type in _TELL_WHAT_WAS:
        return finding.concept in _AT_THE_DOOR or finding.attributes.get("where") == "here"
    if note.note_type == "discharge-summary" and finding.section == "history-of-present-illness":
        return all(one.section != "hospital-course" for one in (*note.findings, *note.procedures))  # the course begins without a heading
    return not (note.note_type == "discharge-summary" and finding.section in _WHAT_WAS)


def _was_done(note: NoteRead, finding: Finding, when: Moment | None, days: StayDays) -> bool:
    """Whether these words say that it was done to this patient; of the past only what a day of this stay is told for."""
    # In the note of a delivery the tear "of a viable female infant" is the mother's.
    another = finding.experiencer != "patient" and not (finding.experiencer == "other" and _is_the_report(note, finding))
    if another or finding.assertion != "present" or finding.temporality == "hypothetical":
        return False
    told = finding.attributes[DONE]
    if told == "past" or finding.temporality == "historical":
        return when is not None and told != "no" and days.arrived is not None and days.refusal(when) is None
    return told == "yes" or (told == "unsaid" and (_is_the_report(note, finding) or _is_over(note, finding, when, days)))


def _is_the_report(note: NoteRead, finding: Finding) -> bool:
    """Whether the note is of what was done: it needs no word that says so ("EGD: duodenal ulcer")."""
    if note.note_type in IN_SURGERY and finding.section == "assessment":
        return all(one.section == "assessment" for one in note.procedures)  # the report follows the diagnosis without a heading
    return note.note_type in _ON_THE_DAY and finding.section not in _NOT_THE_REPORT


def _is_over(note: NoteRead, finding: Finding, when: Moment | None, days: StayDays) -> bool:
    """Whether the day or the hour told beside it is of this stay and past: "Lap chole 1/30", "alteplase 0848"."""
    if when is None or finding.section in _TO_COME or days.arrived is None or days.refusal(when) is not None:
        return False
    at = finding.attributes.get(AT, "")
    if "T" in at:
        return when.latest <= note.written_at.at
    return bool(_NAMES_A_DAY.match(at)) and when.earliest.astimezone(days.zone).date() < note.written_at.at.astimezone(days.zone).date()


def _tells_more(note: NoteRead, finding: Finding) -> bool:
    """Whether this names something of now, neither planned nor past nor denied, without saying that it was done."""
    of_now = finding.experiencer == "patient" and finding.assertion == "present" and finding.temporality == "current"
    history = finding.section in _WHAT_WAS and (note.note_type in _TELL_WHAT_WAS or finding.section != "history-of-present-illness")
    return of_now and finding.attributes[DONE] == "unsaid" and not history and finding.section not in _TO_COME


def working(
    slug: str,
    group: Sequence[Said],
    *,
    code: str = "",
    status: Literal["recorded", "proposed", "question", "flagged"] = "proposed",
    asks: tuple[str, ...] = (),
    lacking: tuple[str, ...] = (),
    choices: tuple[str, ...] = (),
    reasons: tuple[str, ...] = (),
) -> WorkingProcedure:
    """The procedure with its evidence and its first day."""
    ordered = sorted(group, key=lambda said: (said.note.written_at.at, said.note.note_id, said.finding.start))
    days = sorted(said.when.earliest.date() for said in ordered if said.when)
    return WorkingProcedure.model_validate(
        {
            "procedure": slug, "code": code, "status": status, "on": days[0].isoformat() if days else None,
            "asks": asks, "lacking": lacking,
            "choices": choices, "reasons": reasons, "evidence": tuple(evidence_of(said.note, said.finding) for said in ordered[:8]),
        }
    )  # fmt: skip
