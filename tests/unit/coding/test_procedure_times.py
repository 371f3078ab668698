"""When it was done, as the note says: from the words to the instant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.coding.procedure_times import moment_of
from opencdi.nlp.told_times import moments_in

HERE = ZoneInfo("America/New_York")
WRITTEN = ClinicalTime(datetime(2026, 1, 3, 17, 0, tzinfo=UTC), "minute")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("intubated 5/3 at 14:00", ["05-03T14:00"]),
        ("intubated on 5/3/26 at 1400", ["2026-05-03T14:00"]),
        ("at 0900 on May 8, 2026", ["2026-05-08T09:00"]),
        ("on 8 May at 9 am", ["05-08T09:00"]),
        ("12:15 pm on 2026-05-08", ["2026-05-08T12:15"]),
        ("12 am 5/8", ["05-08T00:00"]),
        ("5/3 14:00 and 5/8 09:30", ["05-03T14:00", "05-08T09:30"]),
        ("POD #2, yesterday at 10:00", ["pod2", "yesterdayT10:00"]),
        ("at 0320", ["T03:20"]),
        ("given 1400 ml of saline, BP 120/80, 1/2 of it", ["01-02"]),
        ("on 13/45", []),
        ("no time at all", []),
    ],
)  # fmt: skip
def test_a_moment_is_kept_as_it_is_told(text: str, told: list[str]) -> None:
    assert [one.moment for one in moments_in(text, 0, len(text))] == told


@pytest.mark.parametrize(
    ("told", "began", "hours"),
    [
        ("2026-01-02T14:00", "2026-01-02T14:00", 0),
        ("01-02", "2026-01-02T00:00", 24),
        ("12-30T08:00", "2025-12-30T08:00", 0),  # no year said: the last such day
        ("todayT09:00", "2026-01-03T09:00", 0),
        ("yesterday", "2026-01-02T00:00", 24),
        ("T03:20", "2026-01-03T03:20", 0),
        ("pod2", "2026-01-01T00:00", 24),
    ],
)
def test_what_is_told_is_set_against_the_day_of_writing(told: str, began: str, hours: int) -> None:
    moment = moment_of(told, WRITTEN, HERE)
    assert moment is not None
    assert moment.earliest == datetime.fromisoformat(began).replace(tzinfo=HERE)
    assert moment.latest - moment.earliest == timedelta(hours=hours)


@pytest.mark.parametrize("told", ["", "02-30", "2026-02-30", "once"])
def test_no_such_day_is_no_moment(told: str) -> None:
    assert moment_of(told, WRITTEN, HERE) is None
