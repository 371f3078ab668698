"""Answers that look led to raise an alarm; of nobody else is anything told (DOMAIN Q-59)."""

from collections.abc import Iterable, Iterator
from itertools import chain

import pytest

from opencdi.clinical.vocabulary import GapType
from opencdi.events.answer_patterns import ENOUGH, ENOUGH_OF_ONE, Alarm, alarms
from opencdi.events.query_history import Asked, history
from unit.events.questions import TO_THE_ANSWER, told


def answered(options: Iterable[str], *, gap: GapType = "missing-diagnosis", rule: str = "D-01", author: str = "") -> Iterator[Asked]:
    """A question for each, all to different physicians."""
    each = (
        told(f"{rule}{nth}", *TO_THE_ANSWER, gap=gap, rule=rule, author=author, answer=option, physician=f"{rule}{nth}")
        for nth, option in enumerate(options)
    )
    yield from history(chain.from_iterable(each))


def test_nearly_always_agreed_over_fifty_answers_is_an_alarm_of_rule_and_author() -> None:
    assert alarms(answered(["sepsis"] * ENOUGH)) == [
        Alarm("author", "D-01 revision 1", "nearly-always-agreed", ENOUGH, ENOUGH),
        Alarm("rule", "D-01", "nearly-always-agreed", ENOUGH, ENOUGH),
    ]


@pytest.mark.parametrize(
    "options",
    [
        ["sepsis"] * (ENOUGH - 1),  # too few
        ["sepsis"] * 49 + ["localized"],  # 98 % is not more than 98 %
        ["sepsis"] * 49 + ["in words"],  # what is said in words is not agreed with
    ],
    ids=["too few", "98 %", "in words"],
)
def test_fewer_or_less_is_none(options: list[str]) -> None:
    assert alarms(answered(options)) == []


def test_99_of_100_are_more_than_98_percent() -> None:
    assert {alarm.times for alarm in alarms(answered(["sepsis"] * 99 + ["localized"]))} == {99}


def test_one_persons_questions_by_several_rules_are_an_alarm_of_that_author() -> None:
    half = ENOUGH // 2
    both = (*answered(["sepsis"] * half, author="cdi-1"), *answered(["sepsis"] * half, rule="D-11", author="cdi-1"))
    assert alarms(both) == [Alarm("author", "cdi-1", "nearly-always-agreed", ENOUGH, ENOUGH)]


def test_of_a_validation_no_answer_is_agreement_and_always_the_same_one_is_told() -> None:
    found = alarms(answered(["localized"] * ENOUGH, gap="unsupported-diagnosis"))
    assert {(alarm.of, alarm.pattern) for alarm in found} == {("rule", "nearly-always-one-answer"), ("author", "nearly-always-one-answer")}
    assert alarms(answered(["localized", "sepsis"] * ENOUGH, gap="unsupported-diagnosis")) == []


@pytest.mark.parametrize(("last", "alarmed"), [("sepsis", True), ("localized", False), ("in words", False)])
def test_a_physician_who_always_ticks_what_stands_first_is_named(last: str, *, alarmed: bool) -> None:
    options = ["sepsis"] * (ENOUGH_OF_ONE - 1) + [last]
    asked = history(chain.from_iterable(told(f"q{nth}", *TO_THE_ANSWER, answer=one) for nth, one in enumerate(options)))
    found = [alarm for alarm in alarms(asked) if alarm.of == "physician"]
    assert found == ([Alarm("physician", "Dr. Haddad", "always-the-first-option", ENOUGH_OF_ONE, ENOUGH_OF_ONE)] if alarmed else [])


def test_one_answer_fewer_names_nobody() -> None:
    asked = history(chain.from_iterable(told(f"q{nth}", *TO_THE_ANSWER) for nth in range(ENOUGH_OF_ONE - 1)))
    assert alarms(asked) == []
