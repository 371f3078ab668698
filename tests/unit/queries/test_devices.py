"""How long a device has been in place, as notes tell it (DOMAIN D-08)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.queries.chart import Chart, Stay
from opencdi.queries.devices import on_device
from opencdi.queries.feed_conditions import OnDevice
from opencdi.queries.told import Mention

ZERO = datetime(2026, 5, 4, 12, tzinfo=UTC)


def named(hours: float, **told: Any) -> Mention:
    return Mention(
        **{
            "note_id": f"n{hours}", "revision": 1, "note_type": "nursing", "author_role": "nurse", "authentication": "authenticated",
            "counts": False, "at": ClinicalTime(ZERO + timedelta(hours=hours)), "start": 0, "end": 5, "text": "Foley", "temporality": "current",
            "experiencer": "patient", "section": "other", "assertion": "present", "certainty": "certain", "active": "yes", **told,
        }
    )  # fmt: skip


def none(hours: float) -> Mention:
    return named(hours, assertion="absent", active="no")


def signs(*told: Mention, days: int = 3) -> list[float]:
    mentions = tuple(sorted(told, key=lambda one: one.at.at))
    chart = Chart(Stay(tenant="t", started_at=ZERO), lambda _: (), lambda _: mentions, lambda _: ())
    condition = OnDevice(kind="on-device", devices=("urinary-catheter",), calendar_days=days)
    return [(sign.at - ZERO).total_seconds() / 3600 for sign in on_device(condition, chart)]


def test_calendar_days_are_counted_with_the_first() -> None:
    assert signs(named(0), named(24), named(36)) == [36]  # noon, noon, midnight: the third day has begun
    assert signs(named(0), named(24), named(35)) == []
    assert signs(named(0), days=1) == [0]


@pytest.mark.parametrize("between", [none(30), named(30, temporality="historical"), named(30, copied=True)])
def test_only_a_denial_ends_it(between: Mention) -> None:
    assert bool(signs(named(0), named(24), between, named(48))) is not between.ruled_out


def test_a_pause_of_more_than_two_days_ends_it() -> None:
    assert signs(named(0), named(48)) == [48]
    assert signs(named(0), named(49), named(60)) == []


def test_what_is_planned_or_copied_is_not_in_place() -> None:
    assert signs(named(0), named(24, copied=True), named(48, temporality="hypothetical", active="no")) == []


@given(st.lists(st.integers(0, 200), max_size=10, unique=True))
def test_more_days_are_never_met_where_fewer_are_not(hours: list[int]) -> None:
    told = [named(hour) for hour in hours]
    assert set(signs(*told, days=4)) <= set(signs(*told, days=3))
