"""Messages and notes that nobody meant: each is answered once, ends once, stops nobody.  `make bench-fuzz` sends 100,000."""

import os
from random import Random
from time import process_time

import pytest

from fuzz.judging import LONGEST_S, chunk
from fuzz.mutations import mutated_text
from opencdi.hospital.story import load_stories
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

SEED = int(os.environ.get("CDI_TEST_SEED") or 20260504)
CHUNKS, COUNT = 10, 500


@pytest.mark.parametrize("nth", range(CHUNKS))
def test_a_chunk_of_them(nth: int) -> None:
    line = chunk(SEED + nth, COUNT)
    assert line.fates.keys() == {"entries", "kept_with_patient", "no_effect", "dead_letter", "refused"}


def test_no_note_holds_up_its_reader() -> None:
    dice, reader = Random(SEED), load_reader(rules_dir() / "nlp")
    notes = [event.note.text for story in load_stories() for event in story.events if event.note and event.note.text]
    for nth in range(200):
        text = mutated_text(dice.choice(notes), dice)
        began = process_time()
        reader.read(text)
        assert process_time() - began < LONGEST_S, f"seed {SEED}, note {nth}"
