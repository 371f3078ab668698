"""A new document that nobody numbered is read all the same; what would correct one must name it (DOMAIN F.5).  Synthetic."""

from collections.abc import Callable
from typing import Any

import pytest

NUMBERLESS = ("NO_DOCUMENT_NUMBER", "TXA-12")


@pytest.fixture
def stay(feed: Any, message: Callable[..., str]) -> Any:
    """A feed into a stay that stands."""
    feed.send(message("ADT^A01"))
    return feed


def document(message: Callable[..., str], text: str, trigger: str = "T02", *, written: str = "20260504093000", at: str = "") -> str:
    """An MDM whose TXA-12 and TXA-13 are empty."""
    row = f"OBX|1|TX|DS^Discharge Summary||{text}||||||F"
    txa = f"TXA|1|DS^Discharge Summary|TX|{written}|77^Lindqvist^Sara" + "|" * 12 + "AU"
    return message(f"MDM^{trigger}", txa, *((row,) if text else ()), at=at or "20260504100000-0400")


def told(ended: Any) -> list[tuple[str, str]]:
    """The problems of how it ended."""
    return [(problem.code, problem.where) for problem in ended.problems]


def test_its_words_are_read_and_that_it_has_no_number_is_said(stay: Any, message: Callable[..., str]) -> None:
    ended = stay.send(document(message, "Acute kidney injury."))
    assert (ended.outcome, told(ended)) == ("entries", [NUMBERLESS])
    (note,) = stay.of("note_filed")
    assert (note.note_type, note.authentication, note.author.staff_id) == ("discharge-summary", "authenticated", "77")
    assert list(stay.texts.values()) == ["Acute kidney injury."]


def test_sent_again_it_is_the_same_one_and_another_hours_is_another(stay: Any, message: Callable[..., str]) -> None:
    stay.send(document(message, "Acute kidney injury."))
    stay.send(document(message, "Acute kidney injury, resolved.", at="20260504110000-0400"))
    stay.send(document(message, "Seen by nephrology.", written="20260504150000", at="20260504120000-0400"))
    first, second, third = stay.of("note_filed")
    assert (first.note_id, second.revision) == (second.note_id, 2)
    assert third.note_id != first.note_id


@pytest.mark.parametrize("trigger", ["T04", "T06", "T08", "T10", "T11"])
def test_what_would_change_a_document_without_naming_it_is_a_dead_letter(stay: Any, message: Callable[..., str], trigger: str) -> None:
    stay.send(document(message, "Acute kidney injury."))
    ended = stay.send(document(message, "Chronic kidney disease.", trigger, at="20260504110000-0400"))
    assert (ended.outcome, told(ended)) == ("dead_letter", [NUMBERLESS])


def test_a_notice_of_a_document_without_number_and_words_is_a_dead_letter(stay: Any, message: Callable[..., str]) -> None:
    ended = stay.send(document(message, "", "T01"))
    assert (ended.outcome, told(ended)) == ("dead_letter", [NUMBERLESS])
