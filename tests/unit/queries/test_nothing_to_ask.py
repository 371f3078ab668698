"""A rule that is not asked again would have said the same: one room remembers, the other has forgotten all before each entry."""

from collections.abc import Callable, Iterable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.knowledge.site import SiteData
from opencdi.queries import review
from opencdi.queries.case_chart import BadCase, Chart
from opencdi.queries.cases import load_cases
from opencdi.queries.chart import Chart as Looked
from opencdi.queries.gap import Judgement, judge
from opencdi.queries.memory import AtHand
from opencdi.queries.room import Desk, queries_room, rules_path
from opencdi.queries.rule import Rule, load_rules

RULES = load_rules(rules_path())
SITE = SiteData()
CASES = [case.chart for case in load_cases(rules_path() / "cases")]
MEANWHILE = (
    "class observation", "class inpatient", "attending 1002", "discharged", "not-discharged", "listed N186", "tick", "dismiss",
    "baseline creatinine 1.0 mg/dL 60 d before", "baseline creatinine withdrawn", "note progress: comfort-care", "note progress: sepsis",
    "note progress: no pneumonia", "note discharge-summary: possible sepsis",
)  # fmt: skip


class Twice:
    """Two rooms that hear the same of one stay after another."""

    def __init__(self) -> None:
        self.rooms = queries_room(SITE, RULES), queries_room(SITE, RULES)

    def stay(self, name: str = "case") -> "Stay":
        return Stay(*(Chart(room, encounter_id=name) for room in self.rooms))


class Stay:
    """One stay in both rooms; the second room knows only its records."""

    def __init__(self, remembering: Chart, forgetful: Chart) -> None:
        self.both = remembering, forgetful
        self._each(lambda chart: chart.begin())

    def hear(self, *lines: str) -> None:
        for line in lines:
            self._each(lambda chart, line=line: chart.line(line))  # type: ignore[misc]

    def hear_twice(self, line: str) -> None:
        """The first time it is taken back."""
        for chart in self.both:
            kept = dict(chart.states), chart.said, chart.now
            chart.line(line)
            chart.states, chart.said, chart.now = kept
        self.hear(line)

    def _each(self, does: Callable[[Chart], object]) -> None:
        room = self.both[1].room
        room.step.__self__.found = AtHand()  # type: ignore[attr-defined]
        assert isinstance(room.step.__self__, Desk)  # type: ignore[attr-defined]
        for chart in self.both:
            does(chart)
        assert self.both[0].states == self.both[1].states

    @property
    def asked(self) -> set[str]:
        return {alert.rule_id for alert in self.both[0].alerts}


def test_what_one_rule_has_looked_at_is_not_held_for_what_another_has() -> None:
    """Platelets in a row are looked for by the rule of pancytopenia, too; that of thrombocytopenia was satisfied before it looked."""
    rooms = Twice()
    blood = [f"d1 {hour}:00 {told}" for hour in ("07", "14") for told in ("wbc 3 10*3/uL", "hemoglobin 9 g/dL")]
    rooms.stay("a").hear(
        *blood,
        "d1 14:00 platelets 120 10*3/uL id=p1",
        "d1 15:00 note history-and-physical: thrombocytopenia",
        "d1 14:00 platelets 121 10*3/uL id=p1 corrected",
    )
    other = rooms.stay("b")
    other.hear("d1 08:00 note history-and-physical: pneumonia", "d1 09:00 platelets 82 10*3/uL", "d1 20:00 platelets 74 10*3/uL")
    assert "D-60a" in other.asked


def test_what_was_noticed_in_a_step_that_was_taken_back_is_noticed_when_it_comes_again() -> None:
    stay = Twice().stay()
    stay.hear("d1 07:00 lactate 1.0 mmol/L")
    stay.hear_twice("d1 08:00 lactate 4.0 mmol/L")
    assert "noticed/case" in stay.both[0].states


def test_two_rules_notice_one_definition_and_the_evidence_of_the_first_is_withdrawn() -> None:
    Twice().stay().hear(
        "d1 08:00 temperature 38.9 Cel id=t1",
        "d1 08:00 wbc 18 10*3/uL",
        "d1 09:00 given norepinephrine 8 mcg/min IV",
        "d1 10:30 given norepinephrine 8 mcg/min IV",
        "d1 09:30 lactate 4.4 mmol/L",
        "d1 09:30 map 55 mm[Hg]",
        "d1 09:40 map 90 mm[Hg]",
        "d1 08:00 temperature 38.9 Cel id=t1 withdrawn",
        "d1 11:00 map 88 mm[Hg]",
    )


def test_a_suspended_rule_is_tried_again_by_any_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(rule: Rule, chart: Looked, *rest: object) -> Judgement:
        if rule.id == "D-11" and any(point.preliminary for point in chart.series("creatinine")):
            raise ValueError
        return judge(rule, chart, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(review, "judge", raises)
    stay = Twice().stay()
    stay.hear(
        "d1 08:00 creatinine 1.0 mg/dL",
        "d2 08:00 creatinine 3.0 mg/dL id=c1 preliminary",
        "d2 08:00 creatinine 3.0 mg/dL id=c1 preliminary problem=X",
        "d3 09:00 note progress: pneumonia",
        "d3 10:00 creatinine 1.0 mg/dL",
    )
    assert not stay.both[0].states["stay/case"].suspended  # type: ignore[attr-defined]


def test_of_two_words_at_one_instant_the_later_filed_is_found_too() -> None:
    Twice().stay().hear(
        "d1 08:00 note history-and-physical id=n3: sepsis",
        "d1 09:00 given rituximab 700 mg IV",
        "d1 08:00 note history-and-physical id=n2: pneumonia",
    )


def test_a_baseline_that_was_withdrawn_is_cited_no_more() -> None:
    Twice().stay().hear(
        "d1 08:10 map 54 mm[Hg]",
        "d1 06:00 baseline creatinine 1.0 mg/dL 60 d before",
        "d1 09:00 creatinine 1.6 mg/dL",
        "d2 08:00 baseline creatinine withdrawn",
    )


@settings(max_examples=12, deadline=None)
@given(st.randoms(use_true_random=False))
def test_stays_that_mix_the_cases_of_rules_are_told_alike(dice: Random) -> None:
    """With values corrected and steps taken back; one room hears of several such stays."""
    rooms = Twice()
    for nth in range(4):
        stay = rooms.stay(f"stay-{nth}")
        for line in _mixed(dice):
            try:
                stay.hear_twice(line) if dice.random() < 0.1 else stay.hear(line)
            except BadCase:  # what a line speaks of never came in this mixture
                break


def _mixed(dice: Random) -> Iterable[str]:
    queues = [list(dice.choice(CASES)) for _ in range(dice.choice((1, 2, 2, 3)))]
    while queues := [queue for queue in queues if queue]:
        line = dice.choice(queues).pop(0)
        yield line
        if dice.random() < 0.15:
            yield f"{' '.join(line.split()[:2])} {dice.choice(MEANWHILE)}"
