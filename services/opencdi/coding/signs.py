"""Findings from before the inpatient order: evidence that a diagnosis documented later was already there (Guidelines appendix I).

Results reach this room by the thousand and hardly any matters here, so an entry is decoded only where its bytes name an analyte of
`guidelines.yaml`.  The order may come after them, fall and be given anew, so which of them are from before it is asked only when it counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from opencdi.bus.room import State
from opencdi.clinical.time import ClinicalTime
from opencdi.coding.guideline_data import Bound, GuidelineData
from opencdi.coding.of_note import remembered
from opencdi.coding.onset import AT_ADMISSION
from opencdi.events.facts import Fact, MeasurementResulted
from opencdi.events.reading import NoteRead
from opencdi.knowledge.analytes import ANALYTES
from opencdi.knowledge.units import in_house_unit

MOST = 40
"""So many findings of one stay are kept: the earliest, among which are those from before the order."""
_ANALYTE_BY_SLUG = {analyte.slug: analyte for analyte in ANALYTES}


@dataclass(frozen=True, slots=True)
class Presenting:
    """A value outside its bounds, and where it was seen."""

    analyte: str
    value: float
    told: str  # "spo2 84 % at 2026-05-05 05:35"


class SignSeen(State):
    """One result that a sign asks for."""

    analyte: str
    value: float
    unit: str
    taken_at: ClinicalTime


class Signs(State):
    """`signs/<encounter>`: measurement id -> result outside a bound; a corrected result replaces or removes itself."""

    seen: dict[str, SignSeen] = Field(default_factory=dict)


def may_hold_signs(facts_page: bytes, data: GuidelineData) -> bool:
    """Whether to decode the page for results: a look at the bytes."""
    return data.names_a_sign.search(facts_page) is not None


def after_results(signs: Signs, facts: Iterable[Fact], data: GuidelineData) -> Signs:
    """The signs after these results, in whatever order they come (DOMAIN F.5: a superseded value is no evidence)."""
    seen = dict(signs.seen)
    for fact in facts:
        if not isinstance(fact, MeasurementResulted):
            continue
        seen.pop(fact.measurement_id, None)
        usable = fact.value is not None and fact.problem is None and fact.status in ("final", "corrected")
        if usable and fact.analyte and _outside(data.bounds.get(fact.analyte, ()), fact.value):
            assert fact.value is not None  # noqa: S101  # narrowed by `usable`
            seen[fact.measurement_id] = SignSeen(analyte=fact.analyte, value=fact.value, unit=fact.unit or "", taken_at=fact.taken_at)
    if seen == signs.seen:
        return signs
    return Signs(seen=dict(sorted(seen.items(), key=lambda found: (found[1].taken_at.at, found[0]))[:MOST]))


def _outside(bounds: tuple[Bound, ...], value: float | None) -> bool:
    return value is not None and any(bound.holds(value) for bound in bounds)


def presenting(signs: Signs, notes: Iterable[NoteRead], inpatient_at: datetime | None) -> tuple[Presenting, ...]:
    """What was measured before the order, or is written in the admission's own notes, which describe the patient as he came."""
    found: list[Presenting] = []
    if inpatient_at is not None:
        for seen in signs.seen.values():
            if seen.taken_at.latest <= inpatient_at:
                at = seen.taken_at.at.isoformat(timespec="minutes")
                found.append(Presenting(seen.analyte, seen.value, f"{seen.analyte} {seen.value:g} {seen.unit} at {at}"))
    for note in notes:
        if note.note_type in AT_ADMISSION and note.counts and not note.retracted:
            found += _written_in(note)
    return tuple(found)


@remembered
def _written_in(note: NoteRead) -> list[Presenting]:
    found = []
    for value in note.values:
        analyte = _ANALYTE_BY_SLUG.get(value.analyte)
        number = in_house_unit(analyte, value.value, value.unit or analyte.unit) if analyte else None
        if analyte and number is not None and analyte.low <= number <= analyte.high:
            found.append(Presenting(value.analyte, number, f"{value.analyte} {number:g} {analyte.unit} in the admission note"))
    return found


def sign_of(code: str, data: GuidelineData, seen: Iterable[Presenting], claimed: Iterable[str]) -> str | None:
    """The findings that show this diagnosis at admission, in words; None where there are too few."""
    held, codes = tuple(seen), tuple(claimed)
    for _, sign in data.signs_of(code):
        if sign.unless and any(one.startswith(sign.unless) for one in codes):
            continue
        first: Mapping[str, str] = _first_outside(sign.of, held)
        if len(first) >= sign.at_least:
            return "; ".join(first.values())
    return None


def _first_outside(bounds: tuple[Bound, ...], seen: tuple[Presenting, ...]) -> dict[str, str]:
    """analyte -> its first value outside."""
    found: dict[str, str] = {}
    for one in seen:
        if one.analyte not in found and any(bound.analyte == one.analyte and bound.holds(one.value) for bound in bounds):
            found[one.analyte] = one.told
    return found
