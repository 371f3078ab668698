"""Times on screen: the bedside's clock, no finer than it is known, and never a date that slips to another day."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.workbench.moments import as_of_text, clinical_text, instant_text, local, span_text

HERE = ZoneInfo("America/New_York")
WEST = timezone(timedelta(hours=-7))


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (ClinicalTime(datetime(2026, 5, 4, 21, 5, tzinfo=UTC), "minute"), "May 4, 17:05"),
        (ClinicalTime(datetime(2026, 5, 4, 17, 5, tzinfo=timezone(timedelta(hours=-4)))), "May 4, 17:05"),
        (ClinicalTime(datetime(2026, 5, 4, 17, 5, tzinfo=WEST)), "May 4, 17:05 UTC-07:00"),
        (ClinicalTime(datetime(2026, 5, 4, tzinfo=UTC), "day"), "May 4"),
        (ClinicalTime(datetime(2025, 3, 1, tzinfo=UTC), "month"), "Mar 2025"),
        (ClinicalTime(datetime(2019, 1, 1, tzinfo=UTC), "year"), "2019"),
        (ClinicalTime(datetime(2026, 5, 4, 21, tzinfo=UTC), "hour"), "May 4, 17 h"),
        (ClinicalTime(datetime(2025, 5, 4, 21, tzinfo=UTC), "minute"), "May 4, 2025, 17:00"),
        (ClinicalTime(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "minute", ambiguous=True), "Nov 1, 01:30 EDT"),
        (ClinicalTime(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "minute", ambiguous=True), "Nov 1, 01:30 EST"),
        (None, ""),
    ],
)
def test_a_clinical_time(time: ClinicalTime | None, shown: str) -> None:
    assert clinical_text(time, HERE, 2026) == shown


def test_an_instant_of_the_line_and_the_page_that_names_its_zone() -> None:
    at = datetime(2026, 12, 31, 23, 3, tzinfo=UTC)
    assert instant_text(at, HERE, 2026) == "Dec 31, 18:03"
    assert instant_text(at, HERE, None) == "Dec 31, 2026, 18:03"
    assert [span_text(timedelta(minutes=told)) for told in (-3, 4, 119, 120, 1680, 5000)] == [
        "0 min",
        "4 min",
        "119 min",
        "2 h",
        "28 h",
        "3 d",
    ]
    assert as_of_text(at, HERE) == "Thu Dec 31, 2026, 18:03 EST"


YEARS = {"min_value": datetime.fromisoformat("1900-01-02"), "max_value": datetime.fromisoformat("2100-01-01")}


@given(st.datetimes(**YEARS), st.sampled_from(["America/New_York", "Asia/Kolkata", "Pacific/Auckland"]))
def test_it_is_the_same_instant_whatever_the_clock_and_a_date_is_a_date(at: datetime, zone: str) -> None:
    exact = ClinicalTime(at.replace(tzinfo=UTC))
    assert local(exact, ZoneInfo(zone)).astimezone(UTC) == exact.at  # across zones Python calls no repeated hour equal
    assert local(ClinicalTime(exact.at, "day"), ZoneInfo(zone)).date() == at.date()
