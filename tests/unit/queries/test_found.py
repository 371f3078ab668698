"""What was found before spares looking again, and changes nothing: not what a rule says, in no order of arrival, after no correction."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intensive_care import IntensiveCare
from opencdi.bus.room import Room
from opencdi.events.entry import Envelope
from opencdi.knowledge.site import SiteData
from opencdi.queries import found
from opencdi.queries.case_chart import ENCOUNTER, TENANT, Chart
from opencdi.queries.evidence import Cited
from opencdi.queries.found import Found
from opencdi.queries.gap import Judgement, judge
from opencdi.queries.memory import AtHand, Memory
from opencdi.queries.record import Records
from opencdi.queries.room import Desk, queries_room, rules_path
from opencdi.queries.rule import Quantity, Rule, load_rules
from opencdi.queries.told import Point

RULES = load_rules(rules_path())
SITE = SiteData()
VALUES = {
    "creatinine": "0.8 1.1 1.3 2.4 mg/dL", "sodium": "118 128 133 140 158 mmol/L", "potassium": "2.9 4.0 5.7 6.4 mmol/L",
    "hemoglobin": "7.1 9.5 12.5 g/dL", "platelets": "40 90 210 10*3/uL", "gcs": "8 12 15 {score}", "spo2": "82 89 97 %",
    "respiratory-rate": "8 18 28 /min", "heart-rate": "70 118 /min", "temperature": "35.2 37.0 39.1 Cel", "wbc": "2.5 8 19 10*3/uL",
    "map": "58 85 mm[Hg]", "pao2": "52 88 mm[Hg]", "paco2": "30 40 66 mm[Hg]", "ph-arterial": "7.18 7.40 [pH]", "fio2": "21 40 60 %",
    "oxygen-flow": "0 2 6 L/min", "bicarbonate": "14 24 mmol/L", "anion-gap": "10 19 mmol/L", "glucose": "40 110 480 mg/dL",
    "ck": "300 9000 U/L", "magnesium": "1.2 2.0 mg/dL", "lactate": "1.1 4.4 mmol/L",
}  # fmt: skip
DONE = (
    "given ceftriaxone 2 g IV", "given lactated ringers 1000 mL", "ordered blood culture", "ordered ct head", "given furosemide 40 mg IV",
    "given norepinephrine 8 mcg/min IV", "given potassium chloride 40 meq", "given albuterol 2.5 mg",
)  # fmt: skip
SAID = (
    "pneumonia", "confusion", "possible sepsis", "heart-failure", "no pneumonia", "chronic-kidney-disease", "atrial-fibrillation", "copd",
    "gastrointestinal-bleeding", "malnutrition [severity=severe]; number ejection-fraction 30 %", "respiratory-distress; weight-loss",
)  # fmt: skip


@st.composite
def stays(draw: st.DrawFn) -> list[str]:
    """Lines of a stay of twelve days, as they arrive: late ones, corrected and withdrawn ones, notes revised and retracted."""
    analytes = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=2, max_size=7, unique=True))
    dice = Random(draw(st.integers(0, 2**32)))
    lines = list(_lines(dice, analytes, draw(st.integers(8, 40))))
    if draw(st.booleans()):
        dice.shuffle(lines)
    return lines


def _lines(dice: Random, analytes: list[str], many: int) -> Iterator[str]:
    for nth in range(many):
        clock = f"d{1 + nth * 12 // many} {dice.randrange(24):02d}:{dice.choice((0, 5, 20, 40)):02d}"
        what = dice.randrange(12)
        if what < 8:
            *values, unit = VALUES[analyte := dice.choice(analytes)].split()
            yield f"{clock} {analyte} {dice.choice(values)} {unit} id={analyte}{nth}"
            if dice.randrange(6) == 0:
                yield f"{clock} {analyte} {dice.choice(values)} {unit} id={analyte}{nth} {dice.choice(('corrected', 'withdrawn'))}"
        elif what < 10:
            yield f"{clock} {dice.choice(DONE)} id=a{nth}"
        elif what < 11:
            yield f"{clock} note progress id=n{dice.randrange(6)} r{nth}: {dice.choice(SAID)}"
        else:
            yield f"{clock} {dice.choice(('retract n1', 'listed N186', 'baseline creatinine 1.0 mg/dL 60 d before'))}"


def judgements(room: Room, chart: Chart, memory: Memory | None = None) -> dict[str, Judgement]:
    """What each rule says to the stay as it stands."""
    desk = desk_of(room)
    envelope = Envelope(entry_id="x/0", kind="entry", tenant=TENANT, received_at=chart.now, source="cases", encounter_id=ENCOUNTER)
    told = Records(chart.states, envelope, desk.inputs, desk.treatments, memory).chart()
    return {rule.id: judge(rule, told, SITE) for rule in desk.rules.values()}


def desk_of(room: Room) -> Desk:
    return room.step.__self__  # type: ignore[attr-defined, no-any-return]


@settings(max_examples=15, deadline=None)
@given(stays())
def test_after_each_entry_the_rules_say_what_they_would_say_to_the_whole_record(lines: list[str]) -> None:
    room = queries_room(SITE, RULES)
    chart = Chart.of(room)
    for line in lines:
        chart.line(line)
        assert judgements(room, chart, desk_of(room).found.of(TENANT, ENCOUNTER)) == judgements(room, chart)
    assert not chart.alarms


@settings(max_examples=15, deadline=None)
@given(stays())
def test_a_rule_that_is_not_asked_again_would_have_said_the_same(lines: list[str]) -> None:
    """One room remembers who was silent, the other has forgotten all before each entry: CDI hears the same of both."""
    remembering, forgetful = Chart.of(queries_room(SITE, RULES)), Chart.of(room := queries_room(SITE, RULES))
    for line in lines:
        desk_of(room).found = AtHand()
        remembering.line(line)
        forgetful.line(line)
        assert remembering.alerts == forgetful.alerts
        assert remembering.states == forgetful.states


@settings(max_examples=10, deadline=None)
@given(stays(), st.randoms(use_true_random=False))
def test_in_any_order_of_arrival_the_rules_end_at_the_same(lines: list[str], dice: Random) -> None:
    final = {line.split(" id=")[1].split()[0]: line for line in lines if " id=" in line and "note" not in line}  # versions come in order
    rest = [line for line in lines if " listed " in line][:1]
    said = []
    for order in (1, -1):
        ordered = [*final.values(), *rest][::order]
        if order == -1:
            dice.shuffle(ordered)
        room = queries_room(SITE, RULES)
        chart = Chart.of(room, *ordered)
        told = judgements(room, chart, desk_of(room).found.of(TENANT, ENCOUNTER))
        said.append({rule_id: unnamed(judgement) for rule_id, judgement in told.items()})
    assert said[0] == said[1]


def unnamed(judgement: Judgement) -> Judgement:
    """Which entry told a value first depends on the order, and nothing else may."""

    def each(told: tuple[Cited, ...]) -> tuple[Cited, ...]:
        return tuple(replace(one, told=replace(one.told, entry_id="")) if isinstance(one.told, Point) else one for one in told)

    return replace(judgement, **{name: each(getattr(judgement, name)) for name in ("cited", "contrary", "documented", "documentation")})


def test_a_batch_that_is_taken_back_leaves_nothing_behind() -> None:
    """What a step found that was then aborted is not held to be of the record."""
    room = queries_room(SITE, RULES)
    chart = Chart.of(room, "d1 09:20 creatinine 1.0 mg/dL", "d2 07:00 given lactated ringers 1000 mL")
    before = dict(chart.states)
    chart.line("d2 06:00 creatinine 2.4 mg/dL")
    assert judgements(room, chart, desk_of(room).found.of(TENANT, ENCOUNTER))["D-11"].outcome == "gap"
    chart.states = before
    chart.line("d3 06:00 sodium 140 mmol/L")
    assert judgements(room, chart, desk_of(room).found.of(TENANT, ENCOUNTER))["D-11"].reason == "NOT_MET"


# --- counts --------------------------------------------------------------------------------------------------------------
def test_a_day_late_in_a_long_stay_looks_at_no_more_than_an_early_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted are the values, words and signs that all rules look at in a day; gcs is kept the longest, eleven days."""
    looks = 0
    original = Found.look

    def count(self: Found, many: int) -> None:
        nonlocal looks
        looks += many
        original(self, many)

    monkeypatch.setattr(Found, "look", count)
    ward = IntensiveCare(queries_room(SITE, RULES), vitals_apart=timedelta(hours=1))
    counted, results = [], []
    for day in range(1, 19):
        ward.dice = Random(1)  # the days are alike
        looks, told = 0, ward.told
        ward.day(day)
        counted.append(looks)
        results.append(ward.told - told)
    assert sum(counted[15:18]) < 1.05 * sum(counted[12:15])
    assert counted[-1] < 200 * results[-1], "a result has a hundred or two looked at, of the ten thousand that there are"


def test_a_result_that_no_rule_reads_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    room = queries_room(SITE, RULES)
    chart = Chart.of(room)
    monkeypatch.setattr(Desk, "_begin", None)
    chart.line("d1 09:20 hematocrit 30 %")
    assert len(chart.passed_on) == 2
    with pytest.raises(TypeError):
        chart.line("d1 09:21 creatinine 1.0 mg/dL")


def test_a_value_changes_nothing_where_no_condition_is_met_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the conditions over the value itself look at it; those that combine them hear of nothing."""
    room = queries_room(SITE, RULES)
    chart = Chart.of(room, "d1 09:20 spo2 97 %", "d1 09:20 respiratory-rate 16 /min")
    known = desk_of(room).found.of(TENANT, ENCOUNTER).found
    before = {number: held.signs for number, held in known.items()}
    chart.line("d1 09:40 respiratory-rate 18 /min")
    assert all(known[number].signs is signs for number, signs in before.items() if not signs)


# --- a rule that looks at too much -----------------------------------------------------------------------------------------
def laborious(rule: Rule) -> Rule:
    """Looks at each creatinine a thousand times."""
    limits = {f"limit{nth}": Quantity(value=50 + nth / 1000, unit="mg/dL") for nth in range(1000)}
    measurements = [{"kind": "measurement", "analyte": "creatinine", "above": name} for name in limits]
    told = {**rule.model_dump(), "thresholds": {**rule.thresholds, **limits}, "when": {"kind": "any-of", "of": measurements}}
    return Rule.model_validate(told)


def test_a_rule_that_looks_at_too_much_is_suspended_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "LOOKS", 500)
    lines = (
        "d1 09:20 creatinine 1.0 mg/dL",
        "d2 06:00 sodium 120 mmol/L id=s1",
        "d2 13:00 sodium 121 mmol/L",
        "d3 08:00 note progress: pain",
    )
    sound, sick = (
        Chart.of(queries_room(SITE, rules), *lines) for rules in (RULES, tuple(laborious(r) if r.id == "D-11" else r for r in RULES))
    )
    (alarm,) = sick.alarms
    assert (alarm.what, alarm.reason.partition(" at ")[0]) == ("rule-suspended", "D-11 revision 3: TooMuch")
    asked = [(alert.rule_id, alert.state) for alert in sound.alerts]
    assert asked
    assert asked == [(alert.rule_id, alert.state) for alert in sick.alerts]


def test_of_the_stays_looked_at_last_it_is_remembered() -> None:
    at_hand = AtHand(stays=2)
    first = at_hand.of("t", "a")
    at_hand.of("t", "b")
    assert at_hand.of("t", "a") is first
    at_hand.of("t", "c")
    assert at_hand.of("t", "a") is first
    assert at_hand.of("u", "a") is not first
