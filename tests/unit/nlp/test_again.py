"""A device that is named again by its last word is the device that was named (`again_examples.yaml`, a text a line)."""

import re
from pathlib import Path

import pytest
import yaml

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
SAID = yaml.safe_load((Path(__file__).parent / "again_examples.yaml").read_text(encoding="utf-8"))


def devices(text: str) -> list[str]:
    """The devices that stand between < and >."""
    mark = re.search("<[^<>]*>", text)
    assert mark
    found = READER.read(text.replace("<", "").replace(">", "")).findings
    return [one.concept for one in found if one.kind == "device" and one.start < mark.end() - 2 and one.end > mark.start()]


@pytest.mark.parametrize("row", SAID["again"].splitlines())
def test_a_device_is_known_by_its_last_word(row: str) -> None:
    concept, text = row.split(" | ")
    assert devices(text) == [concept]


@pytest.mark.parametrize("row", SAID["none"].splitlines())
def test_another_thing_of_that_name_is_no_device(row: str) -> None:
    assert devices(row.split(" | ")[1]) == []
