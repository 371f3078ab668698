"""A feed is silent when it has been so for longer than is usual for it; for documents the site says how long at least."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from by_hand.telling import at
from opencdi.clinical.vocabulary import Outcome
from opencdi.store.feeds import Feed, Quarter
from opencdi.workbench.feed_health import BAR, HEIGHT, HOURS, FeedHealth, feed_health, usual_gap

ZONE = ZoneInfo("America/New_York")
NOW = at(2, 10, 20)


def quarter(when: datetime, messages: int = 1, outcome: Outcome = "entries") -> Quarter:
    begins_at = when.replace(minute=when.minute // 15 * 15)
    return Quarter(outcome, begins_at, when, when + timedelta(minutes=1), messages)


def health(*feeds: Feed, now: datetime = NOW) -> list[FeedHealth]:
    return feed_health(feeds, now, ZONE, timedelta(hours=6))


def hourly(hours: int) -> tuple[Quarter, ...]:
    """Heard once an hour, the last time at 9:00."""
    return tuple(quarter(at(2, 9) - timedelta(hours=back)) for back in reversed(range(hours)))


@pytest.mark.parametrize(
    ("heard_at", "standing"),
    [(at(2, 10, 19), "heard"), (at(2, 4, 20), "heard"), (at(2, 4, 19), "silent"), (None, "not known yet")],
)
def test_a_documents_feed_is_silent_beyond_the_sites_hours(heard_at: datetime | None, standing: str) -> None:
    (one,) = health(Feed("epic/documents", heard_at))
    assert (one.name, one.documents, one.standing, one.bars) == ("epic", True, standing, ())


def test_documents_are_not_silent_for_as_long_as_their_feed_usually_is() -> None:
    nightly = tuple(quarter(at(2, 9) - timedelta(hours=8 * back)) for back in reversed(range(9)))
    told = {one.documents: one.standing for one in health(Feed("epic", at(2, 9), nightly), Feed("epic/documents", at(2, 3)))}
    assert told == {False: "heard", True: "heard"}


def test_any_other_feed_is_measured_against_its_own_week() -> None:
    assert [one.standing for one in health(Feed("lab", at(2, 9, 22), hourly(20)))] == ["heard"]
    assert [one.standing for one in health(Feed("lab", at(2, 9), hourly(20)))] == ["silent"]
    assert [one.standing for one in health(Feed("lab", at(2, 1), hourly(7)))] == ["not known yet"]


def test_one_outage_does_not_make_the_next_one_usual() -> None:
    night = tuple(quarter(at(1, 2) - timedelta(hours=back)) for back in reversed(range(6)))
    assert usual_gap(night + hourly(8)) == timedelta(minutes=59)


def test_a_feed_of_which_nothing_could_be_used_is_there_too() -> None:
    (one,) = health(Feed("broken", None, (quarter(at(2, 9, 50), 3, "dead_letter"),)))
    assert one.silent_for == timedelta(minutes=29)
    assert one.today == {"dead_letter": 3}
    assert [(bar.messages, bar.unused) for bar in one.bars if bar.messages] == [(3, 3)]


def test_the_silent_feeds_come_first() -> None:
    told = health(Feed("a", at(2, 10), hourly(20)), Feed("b", at(2, 8), hourly(20)), Feed("a/documents", at(1, 8)))
    assert [(one.name, one.standing) for one in told] == [("a", "silent"), ("b", "silent"), ("a", "heard")]


def test_today_begins_at_the_hospitals_midnight() -> None:
    (one,) = health(Feed("lab", at(2, 9), (quarter(at(1, 23, 59), 5), quarter(at(2, 0), 7), quarter(at(2, 9), 2, "refused"))))
    assert one.today == {"entries": 7, "refused": 2}


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 500), st.sampled_from(["entries", "refused"])), max_size=40))
def test_every_bar_lies_inside_and_what_was_not_used_is_part_of_it(told: list[tuple[int, int, Outcome]]) -> None:
    quarters = tuple(quarter(NOW - timedelta(minutes=back), messages, outcome) for back, messages, outcome in told)
    (one,) = health(Feed("lab", NOW, quarters))
    assert len(one.bars) == HOURS
    assert [bar.x for bar in one.bars] == [nth * BAR for nth in range(HOURS)]
    assert all(0 <= bar.unused_height <= bar.height <= HEIGHT and bar.unused <= bar.messages for bar in one.bars)
    day = sum(messages for back, messages, _ in told if quarter(NOW - timedelta(minutes=back)).begins_at >= one.bars[0].begins_at)
    assert sum(bar.messages for bar in one.bars) == day
