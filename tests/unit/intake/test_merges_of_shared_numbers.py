"""A merge of two records that share a third number, a national one: the usual reason why two records are found to be one's.  Synthetic."""

from itertools import permutations
from typing import Any

import pytest


def adt(kind: str, mrn: str, minute: int, *segments: str, visit: str = "V1", nhs: str = "9434765919") -> str:
    """An ADT whose PID-3 has the hospital's number and the national one."""
    at = f"202605040{8 + minute // 60}{minute % 60:02}00-0400"
    pv1 = f"PV1|1|I|5E^501^A||||||||||||||||{visit}|||||||||||||||||||||||||20260504075500" if visit else ""
    rows = (f"EVN||{at}", f"PID|1||{mrn}^^^MERCY^MR~{nhs}^^^NHS^NH||DOE^JANE||19500102|F", *segments, *filter(None, (pv1,)))
    return "\r".join((f"MSH|^~\\&|ADT|MERCY|CDI|MERCY|{at}||{kind}|{mrn}{minute}|P|2.5", *rows)) + "\r"


ADMITTED = adt("ADT^A01", "100", 0)
MERGED = adt("ADT^A40", "200", 10, "MRG|100^^^MERCY^MR", visit="")
LATER = adt("ADT^A08", "200", 20)
STAY = (ADMITTED, MERGED, LATER)


@pytest.mark.parametrize("order", list(permutations(STAY)), ids=["123", "132", "213", "231", "312", "321"])
def test_the_patient_is_known_by_the_number_that_lives_on_in_any_order(feed: Any, order: tuple[str, ...]) -> None:
    for body in order:
        assert feed.send(body).outcome in ("entries", "kept_with_patient", "no_effect")
    assert len(feed.facts) == 1
    assert feed.of("patient_identified")[-1].mrn == "200"


def test_a_merge_sent_twice_and_of_the_old_number_late_changes_nothing(feed: Any) -> None:
    for body in STAY:
        feed.send(body)
    assert feed.send(MERGED.replace("20010", "20099")).outcome == "no_effect"
    feed.send(adt("ADT^A08", "100", 30))
    assert feed.of("patient_identified")[-1].mrn == "200"


def test_the_old_number_as_a_second_one_of_the_new_is_one_already(feed: Any) -> None:
    feed.send(adt("ADT^A01", "200^^^MERCY^MR~100", 0))
    assert feed.send(adt("ADT^A40", "200", 10, "MRG|100^^^MERCY^MR", visit="")).outcome == "no_effect"


def test_a_merge_and_the_other_way_round_after_all(feed: Any) -> None:
    feed.send(ADMITTED)
    feed.send(MERGED)
    feed.send(adt("ADT^A40", "100", 15, "MRG|200^^^MERCY^MR", visit=""))
    assert feed.of("patient_identified")[-1].mrn == "100"
