"""Indicators only: what a recording shows, without gap, class or question (DOMAIN F.19)."""

from opencdi.bus.room import State
from opencdi.events.entry import read_entry
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.condition import AllOf, AnyOf, CountOf, Measurement, Stated, Treatment, Without
from opencdi.queries.indicators import IndicatorDesk, Shown, measured_part
from opencdi.queries.room import queries_room, rules_path
from opencdi.queries.rule import load_rules
from opencdi.queries.treatments import load_treatments

RULES = load_rules(rules_path())
LOW = Measurement(kind="measurement", analyte="spo2", below="x")
SAID = Stated(kind="stated", concepts=("pneumonia",))


def shown(*lines: str, encounter_class: str = "inpatient") -> list[Shown]:
    """What the entries of a stay show, read from the topic behind the room that passed them on."""
    chart = Chart(queries_room(SiteData(), RULES))
    chart.begin(encounter_class=encounter_class)
    for line in lines:
        chart.line(line)
    desk = IndicatorDesk(SiteData(), RULES, load_treatments(rules_path() / "treatments.yaml"))
    states: dict[str, State] = {}
    seen: set[tuple[str, str, str]] = set()
    return [one for value in chart.passed_on for one in desk.step(states, seen, read_entry(value))]


def test_a_recording_without_notes_shows_indicators_and_when() -> None:
    told = shown("d1 09:20 creatinine 1.0 mg/dL", "d2 06:00 creatinine 2.4 mg/dL", "d2 06:40 given lactated ringers 1000 mL")
    assert [(one.rule_id, one.part) for one in told if one.rule_id == "D-11"] == [("D-11", "when")]
    kidney = next(one for one in told if one.rule_id == "D-11")
    assert [one.text for one in kidney.indicators] == ["creatinine 1.0 mg/dL", "creatinine 2.4 mg/dL", "lactated ringers 1000 mL given"]
    assert kidney.at.isoformat() == "2026-05-02T06:40:00-04:00"


def test_class_documentation_and_suppression_are_nothing_to_it() -> None:
    lines = (
        "d1 08:00 wbc 18.2 10*3/uL",
        "d1 08:00 heart-rate 118 /min",
        "d1 08:50 ordered blood culture",
        "d1 09:20 given ceftriaxone 1 g",
    )
    told = shown(*lines, "d1 12:00 note progress: sepsis; comfort-care", encounter_class="emergency")
    assert {(one.rule_id, one.part) for one in told} == {("D-01", "sepsis-2"), ("D-01", "when")}


def test_what_was_given_shows_nothing_without_a_value() -> None:
    """Antibiotics of an osteomyelitis that only a note can name (D-69a)."""
    assert shown("d1 09:20 given vancomycin 1 g IV", "d1 20:00 given lactulose 20 g") == []


def test_each_is_told_once_in_a_stay() -> None:
    lines = [f"d{day} {hour:02}:00 {what}" for day in (1, 2) for hour in (8, 12) for what in ("wbc 18.2 10*3/uL", "heart-rate 118 /min")]
    assert [(one.rule_id, one.part) for one in shown(*lines)] == [("D-01", "sepsis-2")]


def test_a_corrected_value_shows_nothing_any_more() -> None:
    assert shown("d1 08:00 wbc 18.2 10*3/uL id=w", "d1 08:00 wbc 8.2 10*3/uL id=w corrected", "d1 08:00 heart-rate 118 /min") == []


def test_what_only_notes_can_say_is_left_out() -> None:
    assert measured_part(SAID) is None
    assert measured_part(AllOf(kind="all-of", of=(SAID, LOW))) == AllOf(kind="all-of", of=(LOW,))
    assert measured_part(AnyOf(kind="any-of", of=(SAID,))) is None
    assert measured_part(Without(kind="without", of=LOW, sign=SAID, ever=True)) == LOW
    operated = Treatment(kind="treatment", any_of=("operation",))  # its note alone tells it
    assert measured_part(operated) is None
    transfused = Treatment(kind="treatment", any_of=("operation", "red-cells"))
    assert measured_part(transfused) == Treatment(kind="treatment", any_of=("red-cells",))
    two = CountOf(kind="count-of", at_least=2, within_h=6, of=(SAID, LOW))
    assert measured_part(two) is None
