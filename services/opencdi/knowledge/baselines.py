"""Which of a patient's earlier values stands for the own level before a stay (DOMAIN D.0, B63, Q-23)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import BaselineBasis, EncounterClass

REACH: dict[str, timedelta] = {
    analyte: timedelta(days=days)
    for analyte, days in (
        ("creatinine", 365), ("hemoglobin", 365), ("spo2", 365), ("oxygen-flow", 365), ("weight", 365), ("ejection-fraction", 730),
    )
}  # fmt: skip
"""What is carried from one stay to the next, and how far back it may lie."""
KEPT: dict[str, int] = {"creatinine": 6}
"""So many values of one stay are remembered, the newest: a median and a week need several, the latest of them needs few."""
KEPT_ELSE = 2
_WEEK = timedelta(days=7)  # what is newer may be of the illness that the patient comes with
_DAY = timedelta(days=1)
_OUTPATIENT: frozenset[EncounterClass | None] = frozenset({"outpatient", "emergency", "observation", "preadmit", None})


@dataclass(frozen=True, slots=True)
class Earlier:
    """A value from before the stay.  Where no encounter or no class was told it is an outpatient's: of stays we are told."""

    measurement_id: str
    value: float
    at: ClinicalTime
    encounter_id: str | None = None
    encounter_class: EncounterClass | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The value that stands for the others: always one that was measured, so that it can be quoted with its time and place."""

    value: Earlier
    basis: BaselineBasis
    of: int  # how many values it was chosen from


def baseline_of(analyte: str, earlier: Iterable[Earlier], began: datetime) -> Baseline | None:
    """The baseline of a stay that began at that instant.

    Creatinine by DOMAIN D.0: the median of outpatients' values 7 to 365 days before, of an even number the newer of the middle two; else
    the lowest of the week before; else the last of an earlier stay.  All others: the latest, of the week before only if there is no older.
    """
    known = [one for one in earlier if one.at.fits_window(_DAY) and began - REACH[analyte] <= one.at.at and one.at.latest <= began]
    known.sort(key=_when)
    before = [one for one in known if one.at.at <= began - _WEEK]
    week = known[len(before) :]
    if analyte != "creatinine":
        return Baseline(before[-1], "latest", len(before)) if before else Baseline(week[-1], "week-before", len(week)) if week else None
    if outpatient := [one for one in before if one.encounter_class in _OUTPATIENT]:
        return Baseline(_middle(outpatient), "outpatient-median", len(outpatient))
    if week:
        return Baseline(min(week, key=lambda one: one.value), "week-before", len(week))
    return Baseline(before[-1], "earlier-stay", len(before)) if before else None


def _middle(values: list[Earlier]) -> Earlier:
    by_value = sorted(values, key=lambda one: one.value)
    half = len(by_value) // 2
    return by_value[half] if len(by_value) % 2 else max(by_value[half - 1 : half + 1], key=_when)


def _when(one: Earlier) -> tuple[datetime, str]:
    return one.at.at, one.measurement_id
