"""Which earlier value stands for the patient's own level (DOMAIN D.0, Q-23)."""

from datetime import UTC, datetime, timedelta

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import EncounterClass
from opencdi.knowledge.baselines import Earlier, baseline_of

BEGAN = datetime(2026, 5, 4, 8, tzinfo=UTC)
Told = tuple[int, float, EncounterClass | None]


def earlier(days: int, value: float, told_class: EncounterClass | None = "outpatient") -> Earlier:
    return Earlier(f"{value}@{days}", value, ClinicalTime(BEGAN - timedelta(days=days)), "e", told_class)


@pytest.mark.parametrize(
    ("told", "value", "days", "basis"),
    [
        ([(60, 1.0, "outpatient")], 1.0, 60, "outpatient-median"),
        ([(300, 0.8, "outpatient"), (60, 1.4, "outpatient"), (20, 1.0, "emergency")], 1.0, 20, "outpatient-median"),
        ([(60, 1.0, "outpatient"), (30, 1.2, "observation")], 1.2, 30, "outpatient-median"),  # of two the newer
        ([(30, 1.0, None), (2, 2.0, "emergency")], 1.0, 30, "outpatient-median"),  # no class told: no stay that we know of
        ([(5, 1.6, "emergency"), (2, 1.1, "inpatient"), (90, 0.7, "inpatient")], 1.1, 2, "week-before"),
        ([(92, 0.7, "inpatient"), (90, 0.9, "inpatient")], 0.9, 90, "earlier-stay"),
        ([(90, 0.9, "unmapped")], 0.9, 90, "earlier-stay"),
        ([(7, 1.0, "outpatient")], 1.0, 7, "outpatient-median"),
        ([(365, 1.0, "outpatient")], 1.0, 365, "outpatient-median"),
    ],
)
def test_creatinine(told: list[Told], value: float, days: int, basis: str) -> None:
    found = baseline_of("creatinine", (earlier(*one) for one in told), BEGAN)
    assert found is not None
    assert (found.value.value, found.value.measurement_id, found.basis) == (value, f"{value}@{days}", basis)


def test_too_old_or_not_before_the_stay_is_none() -> None:
    assert baseline_of("creatinine", [earlier(366, 1.0), earlier(-1, 1.0)], BEGAN) is None


def test_a_month_is_not_placed_and_the_day_of_the_beginning_is_not_before_it() -> None:
    month = Earlier("m", 1.0, ClinicalTime(BEGAN - timedelta(days=60), "month"))
    day = Earlier("d", 1.0, ClinicalTime(BEGAN.replace(hour=0), "day"))
    assert baseline_of("creatinine", [month, day], BEGAN) is None


@pytest.mark.parametrize(
    ("analyte", "told", "value", "basis"),
    [
        ("hemoglobin", [(60, 13.0, "outpatient"), (30, 11.0, "inpatient"), (2, 8.0, "emergency")], 11.0, "latest"),
        ("hemoglobin", [(3, 9.0, "emergency"), (2, 8.0, "emergency")], 8.0, "week-before"),
        ("ejection-fraction", [(700, 55.0, "outpatient"), (800, 60.0, "outpatient")], 55.0, "latest"),
        ("oxygen-flow", [(20, 2.0, "outpatient")], 2.0, "latest"),
    ],
)
def test_of_all_others_the_latest(analyte: str, told: list[Told], value: float, basis: str) -> None:
    found = baseline_of(analyte, (earlier(*one) for one in told), BEGAN)
    assert found is not None
    assert (found.value.value, found.basis) == (value, basis)
