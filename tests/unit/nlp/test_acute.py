"""A diagnosis of today is told from one that is past, feared, denied, looked for or somebody else's, as physicians dictate them.

`acute_examples.yaml` holds the sentences.
"""

import re
from pathlib import Path

import pytest
import yaml

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
TOLD = yaml.safe_load((Path(__file__).parent / "acute_examples.yaml").read_text(encoding="utf-8"))
_TOLD_OF = frozenset({"diagnosis", "symptom", "finding", "organism"})
_MARKED = re.compile(r"<([^<>]*)>")


def here(sentence: str) -> list[bool]:
    """Of each name between < and >, whether it is read as present, active and the patient's."""
    plain = sentence.replace("<", "").replace(">", "")
    found = [finding for finding in READER.read(plain).findings if finding.kind in _TOLD_OF]
    told = []
    for nth, mark in enumerate(_MARKED.finditer(sentence)):
        start = mark.start() - 2 * nth
        end = start + len(mark[1])
        named = [finding for finding in found if finding.start < end and finding.end > start]
        assert named, f"not found: {mark[1]}"
        told.append(any((each.assertion, each.active, each.experiencer) == ("present", "yes", "patient") for each in named))
    return told


@pytest.mark.parametrize("sentence", TOLD["here"].splitlines())
def test_a_diagnosis_of_this_patient_now_is_active(sentence: str) -> None:
    assert all(here(sentence))


@pytest.mark.parametrize("sentence", TOLD["elsewhere"].splitlines())
def test_what_is_past_feared_denied_or_anothers_is_not(sentence: str) -> None:
    assert not any(here(sentence))


def test_both_sides_are_told_as_often() -> None:
    assert min(len(lines.splitlines()) for lines in TOLD.values()) >= 150
