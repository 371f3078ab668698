"""What the named conditions mean, at their edges."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import BaselineBasis
from opencdi.knowledge.site import SiteData
from opencdi.queries.chart import Chart, Stay
from opencdi.queries.condition import (
    AllOf,
    AtBaseline,
    Change,
    Condition,
    Consecutive,
    Measurement,
    OrganDysfunction,
    OxygenationRatio,
    RatioToBaseline,
    Repeated,
    Without,
)
from opencdi.queries.conditions import signs
from opencdi.queries.evidence import Sign
from opencdi.queries.measurements import (
    CITED_OF_A_ROW,
    READINGS_APART,
    beyond,
    changed,
    in_a_row,
    low_oxygenation,
    measured,
    oxygen_at,
    times_baseline,
)
from opencdi.queries.question import Question
from opencdi.queries.room import rules_path
from opencdi.queries.rule import Quantity, Rule, load_rules
from opencdi.queries.sofa import points_of
from opencdi.queries.told import Earlier, Mention, Point
from opencdi.queries.treatments import load_treatments

ZERO = datetime(2026, 5, 1, tzinfo=timezone(timedelta(hours=-4)))


def at(hours: float, value: float, comparator: str | None = None, precision: str = "minute") -> Point:
    time = ClinicalTime(ZERO + timedelta(hours=hours), precision)
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


TWICE = Consecutive(kind="consecutive", analyte="sodium", below="act", readings=2, apart_h=6)


@pytest.mark.parametrize(
    ("told", "met"),
    [
        ([(0, 128), (6, 129)], True),
        ([(0, 128), (5.9, 129)], False),
        ([(0, 128), (3, 127), (6, 129)], True),
        ([(0, 128), (3, 131), (6, 129)], False),  # normal between them
        ([(0, 131), (3, 128), (9, 127)], True),
        ([(0, 128)], False),
        ([(0, 128), (73, 127)], False),  # what was between may have been forgotten
        ([(0, 128), (73, 127), (80, 127)], True),
        ([(0, 130), (8, 130)], False),
    ],
)
def test_readings_in_a_row(told: list[tuple[float, float]], met: bool) -> None:
    found = list(in_a_row(TWICE, chart(sodium=[at(hours, value) for hours, value in told]), 130))
    assert bool(found) is met
    for sign in found:
        first, *_, last = (cited.told for cited in sign.cited)
        assert timedelta(hours=6) <= last.at.at - first.at.at
        assert last.at.at == sign.at


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(125, 135)), unique_by=lambda told: told[0], max_size=12))
def test_a_row_has_no_reading_in_it_that_is_not_beyond(told: list[tuple[int, int]]) -> None:
    points = [at(hours, value) for hours, value in sorted(told)]
    for sign in in_a_row(TWICE, chart(sodium=points), 130):
        first, *_, last = (cited.told.at.at for cited in sign.cited)
        row = [point for point in points if first <= point.at.at <= last]
        assert len(row) >= 2
        assert all(point.value < 130 for point in row)
        shown = [cited.told for cited in sign.cited]
        assert shown == [row[0], *row[1:][1 - CITED_OF_A_ROW :]]  # all of them, or the first and those that lead up to the end
        assert all(after.at.at - before.at.at <= READINGS_APART for before, after in pairwise(row))


def test_every_reading_of_the_row_is_cited_and_of_a_long_one_eight() -> None:
    hourly = [at(hours, 128) for hours in range(20)]
    *_, last = in_a_row(TWICE.model_copy(update={"readings": 3}), chart(sodium=hourly), 130)
    assert [cited.told for cited in last.cited] == [hourly[0], *hourly[13:]]
    more = TWICE.model_copy(update={"readings": 12})  # what it takes is shown, however many that are
    *_, last = in_a_row(more, chart(sodium=hourly), 130)
    assert len(last.cited) == 12


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


# --- combining -----------------------------------------------------------------------------------------------------------
def kidney_rule(**told: object) -> Rule:
    rule = next(rule for rule in load_rules(rules_path()) if rule.id == "D-11")
    return rule.model_copy(update=told)


def met(condition: Condition, told: Chart) -> list[float]:
    """The hours at which it is met, limits being those of the kidney rule."""
    return [(sign.at - ZERO).total_seconds() / 3600 for sign in signs(condition, Question(kidney_rule(), SiteData(), told))]


HIGH = Measurement(kind="measurement", analyte="creatinine", above="creatinine_normal")
NORMAL = Measurement(kind="measurement", analyte="creatinine", at_most="creatinine_normal")
FAST = Measurement(kind="measurement", analyte="heart-rate", above="creatinine_normal")


@pytest.mark.parametrize(
    ("before_h", "after_h", "ever", "hours"),
    [(4, 0, False, [20.0]), (0, 6, False, [10.0]), (0, 4, False, [10.0, 20.0]), (4, 6, False, []), (0, 0, True, [])],
)
def test_without_looks_before_and_after(before_h: float, after_h: float, ever: bool, hours: list[float]) -> None:
    condition = Without(kind="without", of=HIGH, sign=FAST, before_h=before_h, after_h=after_h, ever=ever)
    assert met(condition, chart(creatinine=[at(10, 2.0), at(20, 2.0)], heart_rate=[at(7, 120), at(25, 120)])) == hours


def test_without_needs_to_know_when() -> None:
    with pytest.raises(ValueError, match="before_h, after_h or ever"):
        Without(kind="without", of=HIGH, sign=FAST)


def test_the_nearest_of_several_is_the_evidence() -> None:
    both = AllOf(kind="all-of", of=(HIGH, FAST), within_h=24)
    told = chart(creatinine=[at(20, 2.0)], heart_rate=[at(1, 100), at(19, 110), at(40, 120)])
    sign = signs(both, Question(kidney_rule(), SiteData(), told))[0]
    assert [cited.indicator.text for cited in sign.cited] == ["creatinine 2.0 mg/dL", "heart rate 110 mg/dL"]


def test_in_order_counts_only_what_came_after_and_no_value_as_its_own_repetition() -> None:
    after = AllOf(kind="all-of", of=(HIGH, Repeated(kind="repeated", analyte="creatinine", within_h=12)), within_h=24, in_order=True)
    assert met(after, chart(creatinine=[at(0, 1.0), at(10, 2.0)])) == []
    assert met(after, chart(creatinine=[at(0, 1.0), at(10, 2.0), at(20, 2.0)])) == [20.0]


def test_without_a_window_each_sign_of_the_last_says_when() -> None:
    both = AllOf(kind="all-of", of=(NORMAL, FAST))
    assert met(both, chart(creatinine=[at(5, 1.0)], heart_rate=[at(1, 100), at(300, 110)])) == [5.0, 300.0]


WITHIN_A_WEEK = {"kind": "ratio-to-baseline", "analyte": "creatinine", "at_least": "ratio", "within_h": 168}


@pytest.mark.parametrize(
    ("values", "earlier", "later"),
    [
        ([(0, 2.4), (48, 1.0)], [], [0.0]),  # recovered: the baseline is the later trough
        ([(0, 1.0), (48, 2.4)], [48.0], []),
        ([(0, 2.4), (24, 1.9)], [], []),
        ([(0, 1.1), (24, 0.6), (48, 1.1)], [], []),  # one value too low is neither rise nor recovery
        ([(0, 2.4), (48, 1.0), (96, 2.0)], [], [0.0]),
        ([(0, 1.4), (48, 1.0), (96, 2.0)], [96.0], []),
        ([(0, 2.4), (200, 1.0)], [], []),  # out of the window
    ],
)
def test_rise_and_recovery(values: list[tuple[float, float]], earlier: list[float], later: list[float]) -> None:
    told = chart(creatinine=[at(hours, value) for hours, value in values])
    assert met(RatioToBaseline.model_validate(WITHIN_A_WEEK), told) == earlier
    assert met(RatioToBaseline.model_validate({**WITHIN_A_WEEK, "baseline": "later"}), told) == later


@given(st.lists(st.sampled_from([1.8, 1.9, 2.0, 2.1]), min_size=1, max_size=12))
def test_a_wobble_of_a_chronic_level_rises_only_above_all_that_was_there_before_the_lowest(values: list[float]) -> None:
    points = [at(4 * n, value) for n, value in enumerate(values)]
    for sign in changed(RISE, chart(creatinine=points), 0.3):
        lowest, high = (cited.told for cited in sign.cited)
        assert isinstance(lowest, Point)
        assert isinstance(high, Point)
        assert all(p.value < high.value for p in points if p.at.at < lowest.at.at and high.at.at - p.at.at <= timedelta(hours=48))


def test_a_blood_gas_is_divided_by_the_oxygen_of_its_own_draw() -> None:
    condition = OxygenationRatio(kind="oxygenation-ratio", below="x")
    assert list(low_oxygenation(condition, chart(pao2=[at(1, 60)], fio2=[at(1.4, 40)]), 300))
    assert not list(low_oxygenation(condition, chart(pao2=[at(3, 60)], fio2=[at(1, 40)]), 300))


@pytest.mark.parametrize(("oxygen", "met_at"), [("any", 3), ("room-air", 2), ("charted-room-air", 1)])
def test_room_air_by_what_is_charted(oxygen: str, met_at: int) -> None:
    condition = Measurement.model_validate({"kind": "measurement", "analyte": "spo2", "below": "x", "oxygen": oxygen})
    told = chart(spo2=[at(1, 85), at(10, 85), at(20, 85)], oxygen_flow=[at(9, 4), at(19, 0)])
    assert len(list(measured(condition, told, 91))) == met_at


def dysfunction(told: Chart, points: int, chronic: dict[str, tuple[str, ...]] | None = None) -> tuple[Sign, ...]:
    """The day-long windows in which so many points are reached."""
    condition = OrganDysfunction(kind="organ-dysfunction", at_least="sofa", chronic=chronic or {})
    return signs(condition, Question(kidney_rule(thresholds={"sofa": Quantity(value=points)}), SiteData(), told))


def test_organs_with_a_chronic_cause_score_nothing() -> None:
    points = {"creatinine": (at(0, 2.4),), "platelets": (at(1, 90),)}
    mention = Mention(
        note_id="n", revision=1, note_type="progress", author_role="provider", authentication="authenticated", counts=True,
        at=ClinicalTime(ZERO), start=0, end=3, text="CKD", assertion="present", temporality="current", active="yes", certainty="certain",
        experiencer="patient", section="assessment",
    )  # fmt: skip
    stay = Stay(tenant="t", started_at=ZERO)
    told = Chart(
        stay,
        lambda analyte: points.get(analyte, ()),
        lambda concept: (mention,) if concept == "chronic-kidney-disease" else (),
        lambda _: (),
    )
    assert len(dysfunction(told, 4)) == 1
    assert not dysfunction(told, 4, {"creatinine": ("chronic-kidney-disease",)})
    assert len(dysfunction(told, 2, {"creatinine": ("chronic-kidney-disease",)})) == 1


def carried(value: float, basis: BaselineBasis = "outpatient-median") -> Earlier:
    taken = ClinicalTime(ZERO - timedelta(days=60))
    return Earlier(measurement_id="b", value=value, unit="mg/dL", at=taken, days_before=60, basis=basis)


def with_baseline(told: Chart, baseline: Earlier) -> Chart:
    stay = told.stay.model_copy(update={"baselines": {"creatinine": baseline}})
    return Chart(stay, told.series, told.mentions, told.acts)


@pytest.mark.parametrize(
    ("baseline", "reaches"), [(carried(1.0), 2), (carried(1.3), 1), (carried(2.4), 0), (carried(1.3, "week-before"), 2)]
)
def test_organ_points_count_over_the_value_from_before_the_stay(baseline: Earlier, reaches: int) -> None:
    told = with_baseline(chart(creatinine=[at(0, 2.4)]), baseline)
    assert bool(dysfunction(told, 1)) == (reaches > 0)
    assert bool(dysfunction(told, 2)) == (reaches > 1)
    labels = {cited.label for sign in dysfunction(told, 1) for cited in sign.cited}
    assert ("baseline not known" in labels) == (baseline.basis == "week-before")


AT_LEVEL = {"kind": "at-baseline", "analyte": "creatinine", "by": "delta", "from_level": "creatinine_normal"}


@pytest.mark.parametrize(
    ("values", "baseline", "met"),
    [
        ([2.4, 2.9], carried(2.8), True),
        ([2.4, 3.1], carried(2.8), False),  # 3.1 - 2.8 in floating point is less than 0.3
        ([0.9, 1.3], carried(1.1), False),  # a usual level is no chronic one
        ([2.4, 2.9], carried(2.8, "week-before"), False),
        ([], carried(2.8), False),
    ],
)
def test_at_the_level_from_before_the_stay(values: list[float], baseline: Earlier, met: bool) -> None:
    told = with_baseline(chart(creatinine=[at(hour, value) for hour, value in enumerate(values)]), baseline)
    kidney = next(rule for rule in load_rules(rules_path()) if rule.id == "D-11")
    assert bool(signs(AtBaseline.model_validate(AT_LEVEL), Question(kidney, SiteData(), told))) is met


def test_at_baseline_needs_one_limit() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        AtBaseline.model_validate({**AT_LEVEL, "times": "ratio"})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("furosemide 40 mg IV", ("iv-loop-diuretic",)),
        ("Furosemide injection 10 mg/mL", ("iv-loop-diuretic",)),
        ("furosemide 40 mg tablet", ()),  # the home dose
        ("sodium bicarbonate 650 mg tablet", ()),
        ("cefazolin 2 g IV", ("iv-antibiotic",)),
        ("cefazolin 2 g IV surgical prophylaxis", ()),
        ("Ciprofloxacin HCl 500mg Tab", ()),  # swallowed
        ("Sodium Chloride 0.9%  Flush 10 mL Syringe", ()),  # keeps a line open
        ("Sodium Chloride 0.9% 1000mL Bag", ("iv-fluid",)),
        ("Magnesium Sulfate (Bolus)", ("magnesium-replacement",)),
        ("Invasive Ventilation", ("respiratory-support",)),
        ("tobramycin 0.3 % ophthalmic drops", ()),
        ("prednisone 40 mg", ("systemic-steroid", "prednisone")),
        ("hydrocortisone 1 % cream", ()),
        ("MRSA screen, nares, culture", ()),
        ("heparin infusion 18 units/kg/h", ("anticoagulation", "heparin")),
        ("heparin 5000 units subcutaneous", ("heparin",)),  # to prevent a clot
        ("enoxaparin 80 mg subcutaneous", ("anticoagulation", "heparin")),
        ("enoxaparin 40 mg subcutaneous", ("heparin",)),
        ("heparin induced platelet antibody", ("heparin-antibody-care",)),
        ("fentanyl 50 mcg/h infusion", ("sedation-of-the-ventilated",)),
        ("fentanyl 25 mcg patch", ()),
        ("XR chest 2 views", ("chest-imaging",)),
        ("labetalol 20 mg IV", ("iv-antihypertensive",)),
        ("labetalol 200 mg tablet", ()),
        ("albuterol 2.5 mg nebulizer", ("beta-agonist", "nebulized-bronchodilator")),
        ("albuterol HFA inhaler 2 puffs", ("beta-agonist",)),
        ("gentamicin 300 mg IV", ("iv-antibiotic", "nephrotoxin")),
        ("gentamicin 0.3 % ophthalmic drops", ()),
        ("dexamethasone 10 mg IV", ("systemic-steroid", "brain-swelling-care")),
        ("amiodarone 150 mg IV", ("rhythm-control",)),
        ("Bacteria identified in Blood by Culture", ("culture",)),
        ("", ()),
    ],
)
def test_treatments_by_their_names(text: str, names: tuple[str, ...]) -> None:
    assert load_treatments(rules_path() / "treatments.yaml").of(text) == names
