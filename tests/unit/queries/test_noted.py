"""Of what the notes of a long stay say again and again, what is needed is kept, whatever order they come in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.queries.noted import LATELY, kept
from opencdi.queries.told import Mention

DAY_1 = datetime(2026, 5, 1, tzinfo=UTC)


def said(day: int, assertion: str = "present") -> Mention:
    return Mention(
        note_id=f"n{day}", revision=1, note_type="progress", author_role="provider", authentication="authenticated", counts=True,
        at=ClinicalTime(DAY_1 + timedelta(days=day)), start=0, end=3, text="CKD", assertion=assertion, temporality="current", active="yes",
        certainty="certain", experiencer="patient", section="assessment",
    )  # fmt: skip


STAY = [said(day, "absent" if day in (3, 9) else "present") for day in range(30)]


def days(mentions: tuple[Mention, ...]) -> list[int]:
    return [int(mention.note_id[1:]) for mention in mentions]


def test_of_the_last_week_all_is_kept_and_of_before_what_was_said_first_and_last() -> None:
    assert days(kept(STAY)) == [0, 1, 3, 9, 20, *range(21, 30)]


@given(st.permutations(STAY))
def test_the_order_of_arrival_does_not_count(arriving: list[Mention]) -> None:
    held: tuple[Mention, ...] = ()
    for mention in arriving:
        held = kept((*held, mention))
    assert held == kept(STAY)


def test_of_a_short_stay_all_is_kept() -> None:
    assert kept(STAY[: LATELY.days]) == tuple(STAY[: LATELY.days])
