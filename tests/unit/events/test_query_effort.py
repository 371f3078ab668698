"""Equal effort is counted: validations beside opportunities, each month, none left out (DOMAIN Q-44)."""

from datetime import UTC, date, datetime, timedelta
from itertools import chain
from random import Random
from typing import get_args
from zoneinfo import ZoneInfo

from opencdi.clinical.vocabulary import GapType
from opencdi.events.query_effort import AIM_BY_GAP, Effort, efforts
from opencdi.events.query_history import history
from unit.events.questions import TO_THE_ANSWER, told

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
ALERTS = [
    *told("q1", *TO_THE_ANSWER),
    *told("q2", "candidate", "draft", "dismissed", gap="unspecific"),
    *told("q3", "candidate", "draft", "approved", "sent", gap="unsupported-diagnosis"),
    *told("q4", "candidate"),  # never on the list
]


def of(told: list[Effort], month: date, aim: str) -> Effort:
    return next(one for one in told if (one.month, one.aim) == (month, aim))


def test_validations_are_counted_beside_opportunities() -> None:
    may = efforts(history(ALERTS), UTC)
    assert of(may, MAY, "opportunity").counts == {"produced": 2, "dismissed": 1, "approved": 1, "sent": 1, "answered": 1}
    assert of(may, MAY, "validation").counts == {"produced": 1, "dismissed": 0, "approved": 1, "sent": 1, "answered": 0}
    assert of(may, MAY, "opportunity").by_gap == {"missing-diagnosis": 1, "unspecific": 1}


def test_a_month_without_a_validation_says_none() -> None:
    june = efforts(history(told("q", "candidate", "draft", opened=datetime(2026, 6, 3, tzinfo=UTC))), UTC)
    assert of(june, JUNE, "validation").counts["produced"] == 0
    assert {one.aim for one in june} == set(AIM_BY_GAP.values())


def test_each_is_counted_in_the_month_of_the_hospitals_calendar_in_which_it_came_about() -> None:
    night = datetime(2026, 6, 1, 1, tzinfo=UTC)  # in New York it is still May
    counted = efforts(history(told("q", *TO_THE_ANSWER, opened=night, apart=timedelta(hours=2))), ZoneInfo("America/New_York"))
    assert (of(counted, MAY, "opportunity").counts["produced"], of(counted, MAY, "opportunity").counts["approved"]) == (1, 0)
    assert of(counted, JUNE, "opportunity").counts["approved"] == 1


def test_a_topic_may_tell_everything_twice_and_stays_in_any_order() -> None:
    stays = [told(f"q{nth}", *TO_THE_ANSWER) for nth in range(4)]
    Random(1).shuffle(stays)
    once = history(chain.from_iterable(stays))
    assert once == history(chain.from_iterable([*stays, *stays]))
    assert [one.query_id for one in once] == ["q0", "q1", "q2", "q3"]


def test_every_kind_of_gap_has_its_aim() -> None:
    assert AIM_BY_GAP.keys() == set(get_args(GapType))
