"""A visit to an office is no stay: what it tells of a stay, and what has cleared before it, is over; its own diagnoses are there.

`visit_examples.yaml` holds the passages, each read in a progress note.
"""

import re
from pathlib import Path

import pytest
import yaml

from opencdi.nlp.reader import load_reader
from opencdi.nlp.visits import is_visit
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
TOLD = yaml.safe_load((Path(__file__).parent / "visit_examples.yaml").read_text(encoding="utf-8"))
LEAD = "SUBJECTIVE:  "
_MARKED = re.compile(r"<([^<>]*)>")


def here(passage: str) -> list[bool]:
    """Of each name between < and >, whether it is read as a diagnosis that is present, active and the patient's."""
    plain = LEAD + passage.replace("<", "").replace(">", "")
    found = [each for each in READER.read(plain, "progress").findings if each.kind == "diagnosis"]
    told = []
    for nth, mark in enumerate(_MARKED.finditer(passage)):
        start = len(LEAD) + mark.start() - 2 * nth
        named = [each for each in found if each.start < start + len(mark[1]) and each.end > start]
        assert named, f"not found: {mark[1]}"
        told.append(any((each.assertion, each.active, each.experiencer) == ("present", "yes", "patient") for each in named))
    return told


@pytest.mark.parametrize("passage", TOLD["past"].splitlines())
def test_what_was_before_the_visit_is_over(passage: str) -> None:
    assert not any(here(passage))


@pytest.mark.parametrize("passage", TOLD["here"].splitlines())
def test_what_the_visit_is_for_is_there(passage: str) -> None:
    assert all(here(passage))


@pytest.mark.parametrize("passage", TOLD["stay"].splitlines())
def test_in_a_stay_it_is_there(passage: str) -> None:
    assert all(here(passage))


def told_as_visit(text: str, note_type: str = "progress") -> bool:
    outline = READER.outline(text, note_type)  # type: ignore[arg-type]
    return is_visit(outline.words, outline.sections, outline.note_type, READER.times)


def test_a_visit_names_itself_and_a_stay_outweighs_it() -> None:
    assert told_as_visit("The patient returns for followup.")
    assert not told_as_visit("The patient is comfortable.")
    assert not told_as_visit("He was last seen in our office in May. He was admitted yesterday.")
    assert not told_as_visit("The patient returns for followup.", "discharge-summary")
    assert not told_as_visit("HOSPITAL COURSE:  He did well.\n\nPLAN:  Return in two weeks.", "other")
