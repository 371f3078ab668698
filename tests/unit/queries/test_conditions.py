"""What the named conditions mean, at their edges."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.queries.chart import Chart, Point, Stay
from opencdi.queries.condition import Change, Measurement, OxygenationRatio, RatioToBaseline
from opencdi.queries.measurements import beyond, changed, low_oxygenation, measured, oxygen_at, times_baseline
from opencdi.queries.sofa import points_of

ZERO = datetime(2026, 5, 1, tzinfo=timezone(timedelta(hours=-4)))


def at(hours: float, value: float, comparator: str | None = None, precision: str = "minute") -> Point:
    time = ClinicalTime(ZERO + timedelta(hours=hours), precision)  # type: ignore[arg-type]
    return Point(measurement_id=f"m{hours}", value=value, unit="mg/dL", comparator=comparator, at=time)


def chart(**series: list[Point]) -> Chart:
    told = {name.replace("_", "-"): tuple(points) for name, points in series.items()}
    stay = Stay(tenant="t", started_at=ZERO)
    return Chart(stay, lambda analyte: told.get(analyte, ()), lambda concept: (), lambda treatment: ())


RISE = Change(kind="change", analyte="creatinine", direction="rise", by="delta", within_h=48)


@pytest.mark.parametrize(
    ("hours", "value", "met"), [(48, 1.3, True), (48.1, 1.3, False), (24, 1.29, False), (24, 1.3, True), (0.5, 2.0, True)]
)
def test_a_rise_within_the_window(hours: float, value: float, met: bool) -> None:
    assert bool(list(changed(RISE, chart(creatinine=[at(0, 1.0), at(hours, value)]), 0.3))) is met


@given(st.integers(min_value=1, max_value=300))
def test_an_exact_difference_always_counts(hundredths: int) -> None:
    low = hundredths / 100
    assert list(changed(RISE, chart(creatinine=[at(0, low), at(5, round(low + 0.3, 2))]), 0.3))


def test_a_date_enters_no_window_finer_than_a_day() -> None:
    short = RISE.model_copy(update={"within_h": 12})
    days = chart(creatinine=[at(0, 1.0, precision="day"), at(6, 2.0, precision="day")])
    assert not list(changed(short, days, 0.3))
    assert list(changed(RISE, days, 0.3))


def test_the_lowest_value_before_is_the_baseline() -> None:
    ratio = RatioToBaseline(kind="ratio-to-baseline", analyte="creatinine", at_least="ratio", within_h=168)
    signs = list(times_baseline(ratio, chart(creatinine=[at(0, 0.9), at(24, 0.8), at(96, 1.2)]), 1.5))
    assert [cited.indicator.text for cited in signs[0].cited] == ["creatinine 0.8 mg/dL", "creatinine 1.2 mg/dL"]
    assert not list(times_baseline(ratio, chart(creatinine=[at(0, 1.2), at(96, 0.8)]), 1.5))


@pytest.mark.parametrize(
    ("comparator", "value", "above", "met"),
    [
        (None, 2.1, True, True),
        (None, 2.0, True, False),
        ("<", 5.0, True, False),
        (">", 5.0, True, True),
        (">", 1.0, False, False),
        ("<", 1.0, False, True),
    ],
)
def test_a_result_beyond_the_measuring_range(comparator: str | None, value: float, above: bool, met: bool) -> None:
    condition = Measurement(kind="measurement", analyte="lactate", **({"above": "x"} if above else {"below": "x"}))
    assert beyond(at(0, value, comparator), condition, 2.0) is met


@pytest.mark.parametrize(("flow", "fraction", "estimated"), [(0, 0.21, False), (2, 0.28, True), (6, 0.44, True), (10, None, True)])
def test_oxygen_by_cannula(flow: float, fraction: float | None, estimated: bool) -> None:
    told, was = oxygen_at(chart(oxygen_flow=[at(0, flow)]), at(1, 90))
    assert was is estimated
    assert told == (pytest.approx(fraction) if fraction is not None else None)


def test_room_air_is_not_taken_for_granted_while_oxygen_runs() -> None:
    condition = Measurement(kind="measurement", analyte="spo2", below="x", oxygen="room-air")
    assert not list(measured(condition, chart(spo2=[at(1, 88)], oxygen_flow=[at(0, 4)]), 91))
    assert not list(measured(condition, chart(spo2=[at(1, 88)], oxygen_flow=[at(0, 15)]), 91))
    sign = next(iter(measured(condition, chart(spo2=[at(1, 88)]), 91)))
    assert sign.cited[0].indicator.label == "no oxygen charted"


def test_oxygenation_ratio_needs_an_oxygen_fraction() -> None:
    condition = OxygenationRatio(kind="oxygenation-ratio", below="x")
    assert not list(low_oxygenation(condition, chart(pao2=[at(0, 60)]), 300))
    assert list(low_oxygenation(condition, chart(pao2=[at(0.1, 60)], fio2=[at(0, 40)]), 300))


@pytest.mark.parametrize(
    ("analyte", "value", "points"),
    [
        ("platelets", 150, 0),
        ("platelets", 149, 1),
        ("platelets", 19, 4),
        ("creatinine", 1.2, 1),
        ("creatinine", 5.0, 4),
        ("gcs", 15, 0),
        ("gcs", 14, 1),
        ("gcs", 5, 4),
        ("bilirubin-total", 2.0, 2),
        ("map", 69, 1),
        ("map", 70, 0),
    ],
)
def test_sofa_points(analyte: str, value: float, points: int) -> None:
    assert points_of(analyte, value) == points
