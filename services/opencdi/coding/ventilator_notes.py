"""The ventilator's code, from what notes and lists say of it: hours from start and stop, a question where these leave them open (B46)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from opencdi.coding.done import IN_SURGERY, Said, StayDays, working
from opencdi.coding.procedure_table import ProcedureTable
from opencdi.coding.state import Stay
from opencdi.coding.ventilation import Episode, Event, Kind, Moment, episodes, range_of
from opencdi.events.pages import WorkingProcedure
from opencdi.knowledge.procedure_names import AT, DONE

_INVASIVE: Final[dict[str, Kind]] = {
    "intubation": "start", "ventilation": "start", "extubation": "stop", "still-ventilated": "still", "tracheostomy": "tracheostomy",
}  # fmt: skip
_NONINVASIVE: Final[dict[str, Kind]] = {"noninvasive-ventilation": "start", "noninvasive-ended": "stop"}
_HIGH_FLOW: Final[dict[str, Kind]] = {"high-flow": "start", "high-flow-ended": "stop"}
_STATES: Final = frozenset({"noninvasive-ventilation", "high-flow"})
"""Names of what is on the patient as well as of what was begun."""
_KINDS: Final = (
    ("ventilation", "invasive", _INVASIVE),
    ("noninvasive-ventilation", "noninvasive", _NONINVASIVE),
    ("high-flow", "high-flow", _HIGH_FLOW),
)
_LASTED: Final = "lasted"
"""The attribute that says for how many hours, as a provider told it."""
_TIMES: Final = "times"
"""What is missing where the hours are open."""
_NEAR: Final = 1.0
"""Hours: what is told as nearer to the edge of a range than this may lie on either side of it."""
_TO_THE_HOUR: Final = frozenset({"second", "minute", "hour"})
_BEGUN: Final = 1.0
"""Hours that must be proven before a code is said of ventilation that goes on."""
_USUAL_AFTER_SURGERY: Final = 48.0
"""Hours: more is asked about, less belongs to the operation (Coding Clinic: ventilation during surgery is not coded unless prolonged)."""


def ventilated(
    stay: Stay, done: Sequence[Said], table: ProcedureTable, days: StayDays, recorded: Sequence[WorkingProcedure]
) -> Iterator[WorkingProcedure]:
    """The codes of invasive ventilation, of noninvasive, and of high flow by nasal cannula."""
    for slug, kind, names in _KINDS:
        by_hours = table.ventilation[kind]
        if any(one.status == "recorded" and one.code in by_hours.values() for one in recorded):
            continue  # the record wins
        of_kind = [one for one in done if one.done and one.finding.concept in names]
        said = [one for one in of_kind if _elsewhere(one) or days.refusal(one.when) is None]
        yield from _of_kind(stay, slug, said, names, by_hours, table)


def _of_kind(
    stay: Stay, slug: str, said: list[Said], names: Mapping[str, Kind], by_hours: Mapping[str, str], table: ProcedureTable
) -> Iterator[WorkingProcedure]:
    arrived = stay.admitted_at.at if stay.admitted_at else stay.inpatient_at
    left = stay.discharged_at.at if stay.discharged_at else None
    events = [event for one in said if (event := _event(one, names, stay)) is not None]
    on_list = list(_on_list(stay, slug, table))
    events += on_list
    told = episodes(events, arrived, left)
    began = [one for one in said if names[one.finding.concept] != "tracheostomy"]
    if any(one.finding.attributes.get("hours") == "over-96" for one in said):
        yield working(slug, began, code=by_hours["over-96"], reasons=("a provider says more than 96 consecutive hours",))
        return
    if (hours := _said_to_last(said)) and _leave_open(told):
        yield working(slug, said, code=by_hours[range_of(hours)], reasons=(f"a provider says {hours:g} hours",))
        return
    if not told and (began or on_list):
        yield _hours_open(slug, began, by_hours, table, "no start with a time")
    for episode in told:
        yield _coded(slug, began, episode, by_hours, table, here=left is None)


def _coded(
    slug: str, said: list[Said], episode: Episode, by_hours: Mapping[str, str], table: ProcedureTable, *, here: bool
) -> WorkingProcedure:
    lasted = _words(episode)
    if episode.for_surgery and (episode.at_least if episode.at_most is None else episode.at_most) <= _USUAL_AFTER_SURGERY:
        return working(slug, said, status="flagged", reasons=(lasted, "for an operation and no longer than usual: part of it"))
    if episode.for_surgery:
        asks = ("ventilated for an operation: longer than usual, and why?",)
        return working(slug, said, status="question", asks=asks, choices=tuple(by_hours.values()), reasons=(lasted,))
    if hours := episode.hours:
        return working(slug, said, code=by_hours[hours], reasons=(lasted,))
    if episode.stop is None and here and episode.at_least < _BEGUN:
        return working(slug, said, status="flagged", reasons=("begun, and its end not told: the code follows from its hours",))
    if episode.stop is None and here:
        return working(
            slug, said, code=by_hours[range_of(episode.at_least)], reasons=(lasted, "still ventilated: the code of the hours so far")
        )
    return _hours_open(slug, said, by_hours, table, lasted)


def _hours_open(slug: str, said: list[Said], by_hours: Mapping[str, str], table: ProcedureTable, reason: str) -> WorkingProcedure:
    asks, choices = (table.asks[_TIMES],), tuple(by_hours.values())
    return working(slug, said, status="question", asks=asks, lacking=(_TIMES,), choices=choices, reasons=(reason,))


def _said_to_last(said: Sequence[Said]) -> float | None:
    """How many hours providers say that it lasted: one number of which the range is certain."""
    told = {float(one.finding.attributes[_LASTED]) for one in said if _LASTED in one.finding.attributes}
    certain = {range_of(max(0.0, hours - _NEAR)) for hours in told} | {range_of(hours + _NEAR) for hours in told}
    return max(told) if len(certain) == 1 else None


def _leave_open(told: Sequence[Episode]) -> bool:
    """Whether the times told of one ventilation leave its hours open: then a provider's own count says them."""
    return not told or (len(told) == 1 and not told[0].for_surgery and told[0].hours is None)


def _words(episode: Episode) -> str:
    least, most = episode.at_least, episode.at_most
    if most is None:
        return f"at least {least:.0f} consecutive hours so far"
    return f"{least:.0f} consecutive hours" if round(least) == round(most) else f"between {least:.0f} and {most:.0f} consecutive hours"


def _on_list(stay: Stay, slug: str, table: ProcedureTable) -> Iterator[Event]:
    """What the hospital's list says of the ventilator under a code that is not ICD-10-PCS: from when, and until when."""
    for record in stay.recorded.values():
        named = table.others.get(record.system, {}).get(record.code, {})
        if named.get("procedure") == slug and record.at.precision in _TO_THE_HOUR:
            yield Event("start", Moment(record.at.at, record.at.at))
            if record.until is not None and record.until.precision in _TO_THE_HOUR:
                yield Event("stop", Moment(record.until.at, record.until.at))


def is_state(said: Said) -> bool:
    """Whether it says how the patient is, not what was done: "intubated and sedated", "to the ICU intubated"."""
    told = said.finding
    return told.concept == "intubation" and told.text.lower() == "intubated" and not {AT, "where", "for"} & told.attributes.keys()


def _elsewhere(said: Said) -> bool:
    return said.finding.attributes.get("where") == "elsewhere"


def _event(said: Said, names: Mapping[str, Kind], stay: Stay) -> Event | None:
    """What happened at the ventilator; None where no time can be told."""
    if said.finding.concept in _STATES and said.finding.attributes[DONE] != "yes":
        return None  # "HFNC 5/6" says that it went on, not that it began
    kind: Kind = "still" if is_state(said) else names[said.finding.concept]
    told = said.finding.attributes
    arrived = stay.admitted_at.at if stay.admitted_at else stay.inpatient_at
    at = said.when
    if kind == "still" and _LASTED in told:
        return None  # how long it was, not that it goes on
    if kind == "still":
        at = at or Moment(said.note.written_at.at, said.note.written_at.at)
    elif _elsewhere(said) and arrived and kind == "start":
        at = Moment(arrived, arrived)
    return Event(kind, at, told.get("for") == "surgery" or said.note.note_type in IN_SURGERY) if at else None
