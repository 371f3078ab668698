"""Frames of dictation: sentences that say the same of whatever symptom or diagnosis stands in them (`frames.yaml`).

absent: it is not there · not_here: feared, warned of, a condition, taught, said of people in general: the patient does not have it ·
other: somebody else has it · not_certain: doubted, so never plainly there · over: an acute illness of the past, not there now · here: it is.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from opencdi.events.reading import Finding
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
FRAMES = yaml.safe_load((Path(__file__).parent / "frames.yaml").read_text(encoding="utf-8"))
NAMES = FRAMES["names"]
TIMES, STEP = 4, 5
_SLOT = re.compile(r"\{([sdSD])\}")
SAYS: dict[str, Callable[[Finding], bool]] = {
    "absent": lambda told: told.assertion == "absent" and told.active == "no",
    "not_here": lambda told: told.active != "yes",
    "other": lambda told: told.experiencer == "other",
    "not_certain": lambda told: told.active != "yes",
    "over": lambda told: told.active == "no" and told.experiencer == "patient",
    "here": lambda told: told.active == "yes" and told.assertion == "present" and told.experiencer == "patient",
}


def filled(frame: str) -> Iterator[tuple[str, list[str]]]:
    """The frame with names in its slots, several times over, and those names."""
    for first in range(TIMES):
        names: list[str] = []

        def name(slot: re.Match[str], first: int = first, names: list[str] = names) -> str:
            known = NAMES[slot[1].lower()]
            names.append(known[(first + STEP * len(names)) % len(known)])
            return names[-1].capitalize() if slot[1].isupper() else names[-1]

        yield _SLOT.sub(name, frame), names


def wrongly_read(group: str, frame: str) -> list[str]:
    """The sentences of a frame in which a name is read otherwise, or not at all."""
    wrong = []
    for text, names in filled(frame):
        found = {finding.text.lower(): finding for finding in READER.read(text).findings}
        if not all(name in found and SAYS[group](found[name]) for name in names):
            wrong.append(text)
    return wrong


@pytest.mark.parametrize("group", SAYS)
def test_a_frame_says_the_same_of_whatever_stands_in_it(group: str) -> None:
    wrong = [text for frame in FRAMES[group] for text in wrongly_read(group, frame)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("group", SAYS)
def test_what_is_not_read_yet_is_listed_only_as_long_as_it_is_not(group: str) -> None:
    read = [frame for frame in FRAMES["not_yet"].get(group, ()) if not wrongly_read(group, frame)]
    assert not read, "\n".join(read)


def test_there_are_frames_enough() -> None:
    listed = [frame for group in SAYS for frame in [*FRAMES[group], *FRAMES["not_yet"].get(group, ())]]
    assert len(listed) == len(set(listed)) >= 1_000
