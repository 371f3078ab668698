"""An analyte's course: what was withdrawn or quarantined is shown, and never drawn."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.events.baselines import BaselineCarried
from opencdi.events.facts import Coded, MeasurementResulted
from opencdi.store.encounters import Item
from opencdi.workbench.results import HEIGHT, WIDTH, baselines, trends

START = datetime(2026, 5, 4, 8, tzinfo=UTC)


def item(hour: int, value: float | None, *earlier: float, **more: object) -> Item:
    fields: dict[str, object] = {"status": "final"} | more
    fact = MeasurementResulted.model_validate(
        {"measurement_id": f"m{hour}", "analyte": "creatinine", "code": Coded(code="c"), "value": value, "unit": "mg/dL",
         "taken_at": ClinicalTime(START + timedelta(hours=hour))} | fields
    )  # fmt: skip
    before = tuple((START, fact.model_copy(update={"value": old})) for old in earlier)
    return Item("measurement_resulted", fact.measurement_id, fact.taken_at.at, START, fact, before)


def test_a_quarantined_or_withdrawn_value_is_listed_but_not_drawn() -> None:
    (trend,) = trends([item(0, 0.9), item(6, 2.9), item(9, 88.0, problem="HEMOLYZED"), item(12, 7.0, status="withdrawn")])
    assert [result.fact.value for result in trend.results] == [7.0, 88.0, 2.9, 0.9]
    assert (trend.low, trend.high, trend.latest.fact.value) == (0.9, 2.9, 2.9)
    assert len(trend.line.split()) == 2


def test_a_corrected_value_says_what_it_was() -> None:
    (trend,) = trends([item(0, 0.9, 2.9)])
    assert [was.value for was in trend.latest.replaced] == [2.9]
    assert trend.line == ""


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(-1e6, 1e6)), min_size=2, max_size=40))
def test_every_point_lies_inside_the_picture(values: list[tuple[int, float]]) -> None:
    (trend,) = trends([item(hour, value) for hour, value in values])
    for point in trend.line.split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


def test_what_was_before_the_stay_is_shown_with_its_age_and_what_it_is() -> None:
    taken = ClinicalTime(START - timedelta(days=60))
    facts = (
        BaselineCarried(
            analyte="hemoglobin", value=11.0, unit="g/dL", taken_at=taken, days_before=60, basis="latest", from_encounter_id="e", of=2,
        ),
        BaselineCarried(analyte="creatinine", value=1.0, unit="mg/dL", taken_at=taken, days_before=60, basis="outpatient-median", of=1),
        BaselineCarried(analyte="weight"),
    )  # fmt: skip
    shown = baselines([Item(fact.kind, fact.analyte, START, START, fact, ()) for fact in facts])
    assert [(one.name, one.value, one.told, one.encounter_id) for one in shown] == [
        ("Creatinine", "1.0 mg/dL", "60 d before, median of outpatient values", None),
        ("Hemoglobin", "11.0 g/dL", "60 d before, latest value", "e"),
    ]
