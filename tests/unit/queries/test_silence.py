"""Silence is not absence (DOMAIN F.7): what a candidate waits for before anybody hears of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from random import Random
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.bus.room import Room, State
from opencdi.events.audiences import QueryAlert
from opencdi.events.pages import TickPage
from opencdi.intake.memory import Feeds
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.rhythm import Rhythm, Rhythms, absence_until, heard, silent, usual_silence
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

SITE = SiteData()
MDM, PATHOLOGY = "mdm/documents", "pathology/documents"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return DAY_1 + timedelta(days=day - 1, hours=hour, minutes=minute)


class Hospital:
    """Stays, and the feeds that are heard, told to one room minute by minute as intake tells them."""

    def __init__(self, room: Room | None = None) -> None:
        self.room = room or queries_room(SITE, RULES)
        self.states: dict[str, State] = {}
        self.charts: list[Chart] = []
        self.feeds = Feeds()
        self.clock = self.chart("nobody")

    def chart(self, encounter_id: str) -> Chart:
        self.charts.append(Chart(self.room, encounter_id, self.states))
        return self.charts[-1]

    def stay(self, encounter_id: str, on: int) -> Chart:
        """Admitted on that day with a normal creatinine, and with the physician's first note."""
        stay = self.chart(encounter_id)
        stay.begin()
        for line in KIDNEY[:2]:
            stay.line(line.replace("d1", f"d{on}"))
        return stay

    def hears(self, when: datetime, feed: str = MDM) -> None:
        self.feeds = self.feeds.hears(feed, when, documents=True)

    def tick(self, when: datetime) -> None:
        self.clock.now = when
        self.clock.tell(TickPage(at=when, feeds=self.feeds.heard, documents=self.feeds.documents), kind="tick")
        self.feeds = self.feeds.model_copy(update={"documents": {}})

    def alerts(self, encounter_id: str) -> list[QueryAlert]:
        told = [alert for chart in self.charts for alert in chart.alerts if alert.encounter_id == encounter_id]
        return sorted(told, key=lambda alert: (alert.at, alert.from_state is not None))

    def moves(self, encounter_id: str) -> list[tuple[str | None, str, str, datetime]]:
        return [(one.from_state, one.state, one.cause, one.at) for one in self.alerts(encounter_id)]


def injured(stay: Chart, when: datetime) -> None:
    """The kidney fails, and fluid is given for it."""
    day = f"d{(when.date() - DAY_1.date()).days + 1} {when:%H:%M}"
    stay.line(f"{day} creatinine 2.4 mg/dL")
    stay.line(f"{day} given lactated ringers 1000 mL")


def answered(stay: Chart, received: datetime) -> None:
    day = f"d{(received.date() - DAY_1.date()).days + 1} {received:%H:%M}"
    stay.now = received
    stay.line(f"{day} note progress: acute-kidney-injury")


@cache
def documents(seed: int = 7, days: int = 6) -> tuple[datetime, ...]:
    """By day something is filed every two to nine minutes, from nine in the evening to six in the morning every forty to 110."""
    dice, told = Random(seed), [at(1, 0)]
    while told[-1] < at(days, 0):
        night = told[-1].hour >= 21 or told[-1].hour < 6
        told.append(told[-1] + dice.randint(*((40, 110) if night else (2, 9))) * MINUTE + dice.randrange(60) * timedelta(seconds=1))
    return tuple(told)


def every_minute(start: datetime, end: datetime) -> Iterable[datetime]:
    return (start + n * MINUTE for n in range(int((end - start) / MINUTE)))


STOPS, RETURNS = at(5, 10), at(5, 16)
"""The documents stop for exactly six hours of a working day."""


def told(results: dict[str, datetime], answers: dict[str, datetime], hearings: Iterable[datetime]) -> Hospital:
    """Days of the feed alone, then the results of stays, and their late notes."""
    hospital = Hospital()
    stays = {name: hospital.stay(name, on=3) for name in results}
    waiting = sorted(hearings)
    for minute in every_minute(at(1, 0), at(6, 0)):
        while waiting and waiting[0] <= minute:
            hospital.hears(waiting.pop(0))
        for name in (name for name, when in results.items() if when == minute):
            injured(stays[name], minute)
        for name, when in answers.items():
            if minute <= when < minute + MINUTE:
                answered(stays[name], when)
        hospital.tick(minute + 59 * timedelta(seconds=1))
    return hospital


@cache
def the_stop() -> tuple[Hospital, dict[str, datetime], dict[str, datetime], dict[str, datetime]]:
    """Forty stays whose results come all through the stop and whose notes come after it, ten without a note, forty of the day before."""
    stuck = {f"stuck {n}": STOPS + n * 9 * MINUTE for n in range(40)}
    unanswered = {f"unanswered {n}": STOPS + n * 35 * MINUTE for n in range(10)}
    before = {f"before {n}": at(4, 8) + n * 18 * MINUTE for n in range(40)}
    late = {name: RETURNS + n * 30 * timedelta(seconds=1) for n, name in enumerate(stuck)}
    hearings = [when for when in documents() if not STOPS <= when < RETURNS] + list(late.values())
    return told(stuck | unanswered | before, late, hearings), stuck, unanswered, before


def test_the_results_come_in_every_hour_of_the_stop_and_it_is_six_hours_to_the_minute() -> None:
    _, stuck, _, _ = the_stop()
    assert {when.hour for when in stuck.values()} == {10, 11, 12, 13, 14, 15}
    assert RETURNS - STOPS == 6 * HOUR


def test_no_question_leaves_that_a_late_note_answers() -> None:
    hospital, stuck, _, _ = the_stop()
    for name in stuck:
        assert [alert.state for alert in hospital.alerts(name)] == ["candidate", "waiting-for-documents", "auto-resolved"], name


def test_what_no_note_answers_leaves_once_the_backlog_is_in() -> None:
    hospital, _, unanswered, _ = the_stop()
    for name in unanswered:
        last = hospital.alerts(name)[-1]
        assert last.state == "draft"
        assert timedelta(minutes=30) <= last.at - RETURNS <= timedelta(minutes=40)


def test_while_the_feed_is_alive_questions_leave_in_minutes() -> None:
    hospital, _, _, before = the_stop()
    waited = [hospital.alerts(name)[-1].at - when for name, when in before.items()]
    assert all(hospital.alerts(name)[-1].state == "draft" for name in before)
    assert median(waited) <= 4 * MINUTE
    assert max(waited) <= 10 * MINUTE


def test_a_stop_of_an_hour_by_day_is_noticed_where_the_nights_are_as_quiet() -> None:
    stops = at(5, 10)
    hearings = [when for when in documents() if not stops <= when < stops + 70 * MINUTE]
    late = {f"stuck {n}": stops + (70 + n) * MINUTE for n in range(10)}
    hospital = told({name: stops + n * 7 * MINUTE for n, name in enumerate(late)}, late, [*hearings, *late.values()])
    assert all("draft" not in [alert.state for alert in hospital.alerts(name)] for name in late)


def learned(hearings: Iterable[datetime]) -> Rhythm:
    feed = None
    for when in hearings:
        feed = heard(feed, when, SITE)
    assert feed is not None
    return feed


def test_what_is_usual_is_of_the_hour() -> None:
    by_night = learned(when for when in documents() if when < at(5, 23))
    by_day = learned(when for when in documents() if when < at(5, 12))
    assert (usual_silence(by_day, SITE), usual_silence(by_night, SITE)) == (10 * MINUTE, 120 * MINUTE)
    assert not silent(by_night, by_night.heard + 2 * HOUR, SITE)
    assert silent(by_day, by_day.heard + 61 * MINUTE, SITE)
    assert not silent(by_day, by_day.heard + 60 * MINUTE, SITE), "no shorter silence than the site's is an outage"


def test_one_outage_does_not_make_the_next_one_usual() -> None:
    once = learned(when for when in documents() if not STOPS <= when < RETURNS)
    assert once.resumed is not None
    later = learned([*(when for when in documents() if not STOPS <= when < RETURNS), *(at(6, 10, minute) for minute in (0, 5))])
    assert usual_silence(later, SITE) == 10 * MINUTE


def test_nothing_is_usual_before_a_feed_has_been_heard_some_times() -> None:
    feed = learned(at(1, 8, minute) for minute in range(0, 40, 5))
    assert usual_silence(feed, SITE) is None
    assert not silent(feed, at(3, 8), SITE)
    assert absence_until([feed], at(3, 8), SITE) == at(3, 8)
    assert usual_silence(heard(feed, at(1, 8, 40), SITE), SITE) == 5 * MINUTE


def test_an_old_rhythm_gives_way_to_a_new_one() -> None:
    hourly = [at(day, hour) for day in range(1, 400) for hour in (9, 10)]
    assert usual_silence(learned([*hourly, at(400, 9)]), SITE) == 60 * MINUTE
    often = [at(day, 9, minute) for day in range(400, 600) for minute in range(0, 61, 4)]
    assert usual_silence(learned([*hourly, *often, at(600, 9)]), SITE) == 5 * MINUTE


def test_every_feed_that_speaks_often_is_waited_for_and_one_that_seldom_does_is_not() -> None:
    mdm = learned(when for when in documents() if when < at(5, 12))
    rare = learned([*(at(day, hour) for day in range(1, 5) for hour in (8, 11, 14, 17, 20)), at(5, 8), at(5, 11)])
    assert absence_until([mdm, rare], at(5, 12), SITE) == mdm.heard
    other = learned(when + 2 * MINUTE for when in documents() if when < at(5, 11, 50))
    assert absence_until([mdm, other], at(5, 12), SITE) == other.heard
    assert absence_until([mdm, learned([*documents(8)[:60]])], at(5, 12), SITE) is None, "it has been silent for days"


def test_at_night_one_document_of_any_feed_is_waited_for() -> None:
    night = learned(when for when in documents() if when < at(5, 2))
    assert absence_until([night], night.heard + HOUR, SITE) == night.heard
    hospital = told({"night": at(5, 1)}, {}, documents())
    left = hospital.alerts("night")[-1]
    assert left.state == "draft"
    assert left.at == next(when for when in documents() if when > at(5, 1))


def test_a_candidate_says_what_it_waits_for() -> None:
    hospital, stuck, _, _ = the_stop()
    assert hospital.alerts("before 3")[1].cause == "NO_DOCUMENT_SINCE"
    assert {hospital.alerts(name)[1].cause for name in stuck} == {"NO_DOCUMENT_SINCE", "DOCUMENTS_SILENT"}


def test_an_older_tick_tells_only_when_each_feed_was_heard_last() -> None:
    hospital = Hospital()
    for when in documents()[:400]:
        hospital.clock.now = when
        hospital.clock.tell(TickPage(at=when, feeds={MDM: when, "lab": when}), kind="tick")
    held = hospital.states["rhythm/cases"]
    assert isinstance(held, Rhythms)
    assert held.feeds == {MDM: learned(documents()[:400])}


@cache
def learned_by_then() -> Rhythm:
    return learned(when for when in documents() if when < at(5, 6))


instants = st.lists(st.integers(1, 300), min_size=3, max_size=40).map(lambda gaps: [at(5, 6) + gap * MINUTE for gap in accumulate(gaps)])


@settings(max_examples=25, deadline=None)
@given(hearings=instants, opened=st.lists(st.integers(0, 1500), min_size=1, max_size=4), cuts=st.sets(st.integers(0, 12_000), max_size=25))
def test_one_tick_over_a_long_span_does_what_many_ticks_in_it_do(hearings: list[datetime], opened: list[int], cuts: set[int]) -> None:
    """Candidates wait; then time passes in which only the feed is heard: in one tick, in many, in any that somebody chose."""
    end = at(15, 0)

    def facts(ticks: Iterable[datetime]) -> object:
        hospital = Hospital()
        hospital.states["rhythm/cases"] = Rhythms(feeds={MDM: learned_by_then()})
        for n, minutes in enumerate(opened):
            stay = hospital.stay(f"stay {n}", on=4)
            injured(stay, at(5, 6) + minutes * MINUTE if minutes % 7 else at(5, 6))
        waiting = list(hearings)
        for tick in sorted({*ticks, end}):
            while waiting and waiting[0] <= tick:
                hospital.hears(waiting.pop(0))
            hospital.tick(tick)
        return [hospital.moves(f"stay {n}") for n in range(len(opened))], hospital.states["rhythm/cases"]

    assert facts([]) == facts(at(5, 6) + cut * MINUTE for cut in cuts) == facts(when for when in hearings)


@pytest.mark.parametrize("ticks", [[], [at(9, 12)], [at(9, 5), at(9, 7), at(10, 7)]])
def test_what_fell_due_before_a_document_was_heard_comes_first_whenever_the_tick_comes(ticks: list[datetime]) -> None:
    hospital = Hospital()
    hospital.states["rhythm/cases"] = Rhythms(feeds={MDM: learned_by_then()})
    stay = hospital.stay("left", on=4)
    injured(stay, at(5, 6))
    stay.line("d5 06:30 discharged")
    for tick in [*ticks, at(11, 0)]:
        for when in (at(10, 6), at(10, 6, 45)):  # the feed has been silent for five days, longer than the bill is held
            if when < tick and when > hospital.feeds.heard.get(MDM, at(1, 0)):
                hospital.hears(when)
        hospital.tick(tick)
    assert hospital.moves("left")[-1] == ("waiting-for-documents", "expired", "BILL_HOLD_OVER", at(9, 6, 30))


def test_hearings_are_told_once_a_minute_however_ticks_fall() -> None:
    seconds = sorted(Random(3).sample(range(3600), 400))

    def told_by(ticks: list[int]) -> list[datetime]:
        feeds, told = Feeds(), []
        for earlier, later in pairwise([-1, *ticks, 3600]):
            for second in seconds:
                if earlier < second <= later:
                    feeds = feeds.hears(MDM, DAY_1 + timedelta(seconds=second), documents=True)
            told += feeds.documents.get(MDM, ())
            feeds = feeds.model_copy(update={"documents": {}})
        return told

    assert told_by([]) == told_by([30, 90, 91, 1000, 2000]) == told_by(list(range(7, 3600, 13)))
    assert len({when.minute for when in told_by([])}) == len(told_by([]))


@pytest.mark.parametrize("hours", [1.0, 8.0])
def test_the_site_says_what_no_feed_is_called_silent_for(hours: float) -> None:
    feed = learned(when for when in documents() if when < at(5, 12))
    site = SiteData(documents_silence_hours=hours)
    assert silent(feed, feed.heard + 6 * HOUR, site) is (hours < 6)
