"""What undoes another event (A11, A12, A13, A23, A38) undoes it in whatever order and however often they come (DOMAIN F.4)."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

Builder = Callable[..., str]
LEFT = "PV1|1|I|5E^501^A||||77^Lindqvist^Sara||||||||||||V1^^^MERCY|||||||||||||||||01|||||||||20260506100000-0400"


def event(message: Builder, trigger: str, day: int, hour: int = 9, happened: str = "", where: str = "5E^501^A") -> str:
    at = f"2026050{day}{hour:02}0000-0400"
    segments = (LEFT,) if trigger == "A03" else ()
    told = message(f"ADT^{trigger}", *segments, at=at, visit="" if segments else "V1", control=f"{trigger}{at}")
    return told.replace(f"EVN||{at}", f"EVN||{at}||||{happened}").replace("5E^501^A", where)


def ends(feed: Any) -> dict[str, Any]:
    """What stands of the stay when all has been told."""
    gone = [fact.kind for fact in feed.all if fact.kind in ("encounter_discharged", "discharge_cancelled")]
    cancelled = feed.kinds()[::-1].index("encounter_cancelled") if "encounter_cancelled" in feed.kinds() else None
    since = feed.kinds()[::-1].index("encounter_updated") if "encounter_updated" in feed.kinds() else None
    where = [fact.location for fact in feed.of("encounter_updated") if fact.location]
    over = cancelled is not None and (since is None or cancelled < since)
    return {"cancelled": over, "gone": gone[-1:] == ["encounter_discharged"], "where": where[-1:] if not over else None}


ADMITTED, DISCHARGED = ("A01", 4), ("A03", 6, 12)
THERE: dict[str, Any] = {"cancelled": False, "gone": False, "where": ["5E^501^A"]}
NOWHERE = {"cancelled": True, "gone": False, "where": None}


@pytest.mark.parametrize(("told", "left"), [
    ([ADMITTED, ("A11", 5)], NOWHERE),
    ([ADMITTED, ("A11", 5, 9, "20260504090000-0400")], NOWHERE),
    ([("A05", 4), ("A38", 5, 9, "20260504090000-0400")], NOWHERE),
    ([ADMITTED, ("A23", 5)], NOWHERE),
    ([ADMITTED, ("A11", 5), ("A01", 6)], THERE),
    ([ADMITTED, DISCHARGED, ("A13", 6, 13)], THERE),
    ([ADMITTED, DISCHARGED, ("A13", 6, 13, "20260506100000-0400")], THERE),
    ([ADMITTED, DISCHARGED, ("A13", 6, 13), ("A03", 6, 14)], THERE | {"gone": True}),
    # Entered late: what is told at last stands, though it happened before what was told in between.
    ([ADMITTED, DISCHARGED, ("A13", 6, 13), ("A03", 6, 14, "20260506100000-0400")], THERE | {"gone": True}),
    ([ADMITTED, ("A11", 5), ("A01", 6, 9, "20260504090000-0400")], THERE),
    ([ADMITTED, ("A08", 5, 12), ("A02", 5, 14, "20260505100000-0400", "6W^610^B")], THERE | {"where": ["6W^610^B"]}),
    ([ADMITTED, ("A02", 5, 8, "", "6W^610^B"), ("A12", 5, 9, "20260505080000-0400")], THERE),
    ([ADMITTED, ("A02", 5, 8, "", "6W^610^B"), ("A12", 5, 9), ("A02", 5, 10, "", "7N^710^C")], THERE | {"where": ["7N^710^C"]}),
], ids=str)  # fmt: skip
def test_in_whatever_order_a_cancel_comes_it_leaves_the_same(
    new_feed, message: Builder, told: list[tuple[Any, ...]], left: dict[str, Any]
) -> None:
    bodies = [event(message, *one) for one in told]
    for order in permutations(bodies):
        feed = new_feed()
        for body in (*order, *order, *order):
            feed.send(body)
        assert ends(feed) == left
        feed = new_feed()
        for nth, body in enumerate((*order, *order)):
            feed.send(body.replace("|P|2.5.1", f"{nth}|P|2.5.1"))  # sent again under another number: no duplicate by its id
        assert ends(feed) == left


@pytest.mark.parametrize("trigger", ["A11", "A12", "A13", "A23", "A38"])
def test_a_cancel_of_what_nobody_knows_waits_with_the_patient_or_changes_nothing(feed, message: Builder, trigger: str) -> None:
    ended = feed.send(event(message, trigger, 5))
    waits = trigger in ("A11", "A23", "A38")
    assert (ended.outcome == "kept_with_patient") == waits
    feed.send(event(message, "A01", 4))
    assert ends(feed)["cancelled"] == waits


def test_a_patient_merged_into_itself_is_a_dead_letter_whatever_says_so(feed, message: Builder) -> None:
    for trigger, old in (("A40", "MRG|100^^^MERCY^MR"), ("A18", "MRG|100^^^MERCY^MR"), ("A41", "MRG|||A1"), ("A42", "MRG|||||V1^^^MERCY")):
        ended = feed.send(message(f"ADT^{trigger}", old, account="A1"))
        assert (ended.outcome, ended.reason) == ("dead_letter", "MERGE_INTO_ITSELF")
