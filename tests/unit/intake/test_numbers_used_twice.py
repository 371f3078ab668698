"""A number of one patient's result, order or document that comes again with another patient is another thing: laboratories begin anew
every day, two systems count alike.  Nothing of the one patient may reach the other's chart."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

Builder = Callable[..., str]
HIS: dict[str, str] = {"mrn": "100", "visit": "V1"}
HERS: dict[str, str] = {"mrn": "200", "visit": "V2"}


def result(message: Builder, value: str, at: str, whose: dict[str, str], taken: str = "", status: str = "F") -> str:
    obr = f"OBR|1||77|24323-8^Panel^LN|||{taken or at}|||||||||||||||{at}|||{status}"
    obx = f"OBX|1|NM|2160-0^Creatinine^LN||{value}|mg/dL|||||{status}|||{taken or at}"
    return message("ORU^R01", obr, obx, at=at, control=at, **whose)


def note(message: Builder, trigger: str, text: str, at: str, whose: dict[str, str], **more: str) -> str:
    number, parent = more.pop("number", "555"), more.pop("parent", "")
    txa = f"TXA|1|11506-3^Progress note^LN|TX|{at}|77^L^S|{at}|||77^L^S|||{number}|{parent}||||AU"
    obx = [f"OBX|1|TX|11506-3^^LN||{text}||||||F"] if text else []
    return message(f"MDM^{trigger}", txa, *obx, at=at, control=trigger + at, **whose, **more)


def admit_both(feed: Any, message: Builder) -> tuple[str, str]:
    """His encounter and hers."""
    feed.send(message("ADT^A01", control="his", **HIS))
    feed.send(message("ADT^A01", control="hers", **HERS))
    his, hers = feed.facts
    return his, hers


def values(feed: Any, encounter_id: str) -> dict[str, tuple[float, str]]:
    """The results that stand there."""
    return {f.measurement_id: (f.value, f.status) for f in feed.facts[encounter_id] if f.kind == "measurement_resulted"}


def notes(feed: Any, encounter_id: str) -> dict[str, str]:
    """The words of the documents that stand there."""
    standing: dict[str, str] = {}
    for fact in feed.facts[encounter_id]:
        if fact.kind == "note_filed":
            standing[fact.note_id] = feed.texts[fact.note_id]
        elif fact.kind == "note_retracted":
            standing.pop(fact.note_id, None)
    return standing


@pytest.mark.parametrize("visit_told", [True, False])
def test_a_filler_number_that_comes_again_is_another_patients_result(feed, message: Builder, visit_told: bool) -> None:
    his, hers = admit_both(feed, message)
    told = HERS if visit_told else {**HERS, "visit": ""}
    feed.send(result(message, "2.0", "20260504090000-0400", HIS))
    ended = feed.send(result(message, "1.0", "20260504100000-0400", told))
    assert (ended.problems[0].code, ended.outcome) == ("NUMBER_REUSED", "entries")
    feed.send(result(message, "1.1", "20260504103000-0400", told, taken="20260504100000-0400", status="C"))
    feed.send(result(message, "2.2", "20260504103000-0400", HIS, taken="20260504090000-0400", status="C"))
    assert list(values(feed, his).values()) == [(2.2, "corrected")]
    assert list(values(feed, hers).values()) == [(1.1, "corrected")]


def test_a_result_of_the_same_draw_was_the_other_patients_after_all(feed, message: Builder) -> None:
    his, hers = admit_both(feed, message)
    feed.send(result(message, "2.0", "20260504090000-0400", HIS))
    feed.send(result(message, "2.0", "20260504100000-0400", HERS, taken="20260504090000-0400"))
    assert (list(values(feed, his).values()), list(values(feed, hers).values())) == ([(2.0, "withdrawn")], [(2.0, "final")])


@pytest.mark.parametrize("visit_told", [True, False])
@pytest.mark.parametrize("sender", ["EHR", "OTHER"])
def test_a_document_number_that_comes_again_is_another_patients_document(feed, message: Builder, visit_told: bool, sender: str) -> None:
    his, hers = admit_both(feed, message)
    told = HERS if visit_told else {**HERS, "visit": ""}
    same = "No change from yesterday."
    feed.send(note(message, "T02", same, "20260504090000-0400", HIS))
    feed.send(note(message, "T02", same, "20260504100000-0400", told, sender=sender))
    assert (list(notes(feed, his).values()), list(notes(feed, hers).values())) == ([same], [same])
    feed.send(note(message, "T06", "She has a fever.", "20260504110000-0400", told, number="556", parent="555", sender=sender))
    feed.send(note(message, "T08", "Her fever is gone.", "20260504120000-0400", told, sender=sender))
    assert list(notes(feed, his).values()) == [same]
    assert sorted(notes(feed, hers).values()) == ["Her fever is gone.", "She has a fever."]
    feed.send(note(message, "T11", "", "20260504130000-0400", told, sender=sender))
    assert (list(notes(feed, his).values()), notes(feed, hers)) == ([same], {})


def test_her_cancel_of_a_number_that_is_his_takes_nothing_of_his(feed, message: Builder) -> None:
    his, _ = admit_both(feed, message)
    feed.send(note(message, "T02", "He is well.", "20260504090000-0400", HIS))
    feed.send(note(message, "T11", "", "20260504100000-0400", {**HERS, "visit": ""}))
    assert list(notes(feed, his).values()) == ["He is well."]


def test_an_order_number_that_comes_again_is_another_patients_order(feed, message: Builder) -> None:
    _, hers = admit_both(feed, message)

    def ordered(at: str, whose: dict[str, str]) -> str:
        return message("RDE^O11", "ORC|NW|9", "RXE|^^^20260504|11124^Vancomycin^RXNORM|1||g", at=at, control=at, **whose)

    feed.send(ordered("20260504100000-0400", HIS))
    feed.send(ordered("20260504090000-0400", HERS))  # told earlier, come later: no older version of his
    assert "medication_ordered" in [fact.kind for fact in feed.facts[hers]]


def test_a_correction_under_the_number_that_a_merge_makes_his_is_his_in_any_order(new_feed, message: Builder) -> None:
    told = [
        result(message, "2.0", "20260504090000-0400", HIS),
        result(message, "2.2", "20260504110000-0400", {"mrn": "300", "visit": ""}, taken="20260504090000-0400", status="C"),
        message("ADT^A40", "MRG|100^^^MERCY^MR", at="20260504100000-0400", mrn="300", visit=""),
    ]
    for order in permutations(told):
        feed = new_feed()
        feed.send(message("ADT^A01"))
        for body in order:
            feed.send(body)
        assert list(values(feed, next(iter(feed.facts))).values()) == [(2.2, "corrected")]
