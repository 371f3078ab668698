"""The side of what a note names, where it stands farther off than beside it."""

import re
from pathlib import Path

import pytest
import yaml

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
SAID = yaml.safe_load((Path(__file__).parent / "side_examples.yaml").read_text(encoding="utf-8"))["sides"].splitlines()


def side(text: str, words: str) -> str | None:
    return next(found.attributes.get("laterality") for found in READER.read(text).findings if found.text == words)


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        ("The left knee has a moderate effusion without warmth.", "effusion", "left"),
        ("The right thigh is swollen and deformed.", "swollen", "right"),
        ("On the left there is a small perforation.", "perforation", "left"),
        ("A firm nodule is present over the right olecranon.", "nodule", "right"),
        ("There is tenderness over the medial joint line of the right knee.", "tenderness", "right"),
        ("Claudication of both calves at two blocks.", "Claudication", "bilateral"),
        ("CT shows fractures of the right fourth through eighth ribs.", "fractures", "right"),
        ("Capsulotomy, left.", "Capsulotomy", "left"),
        ("Cataract extraction on the right two years ago.", "Cataract extraction", "right"),
        ("Repair of left inguinal hernia.", "Repair", "left"),
        ("ORIF of the right ankle fracture.", "ORIF", "right"),
        ("Hammertoe, second digit, right foot.", "Hammertoe", "right"),
        ("R prosthetic knee infection.", "prosthetic knee infection", "right"),
        ("PICC placed yesterday R arm.", "PICC", "right"),
        ("2 L IJ thrombophlebitis, probable septic emboli.", "thrombophlebitis", "left"),
    ],
)
def test_a_side_is_read_in_its_clause(text: str, words: str, told: str) -> None:
    assert side(text, words) == told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The left ventricle is dilated with a thrombus.", "thrombus"),
        ("A chest tube was left in place.", "chest tube"),
        ("Pain in the right upper quadrant.", "Pain"),
        ("The left hip was prepped, and a rash was seen on the chest.", "rash"),
        ("Clumsiness of both hands and unsteadiness of gait.", "unsteadiness"),
        ("Cataract, glaucoma, right eye.", "Cataract"),
        ("Pneumonia, day three, right now on oxygen.", "Pneumonia"),
        ("She left the hospital with pneumonia.", "pneumonia"),
        ("Drains 2 L of ascites.", "ascites"),
    ],
)
def test_a_side_of_something_else_is_not(text: str, words: str) -> None:
    assert side(text, words) is None


@pytest.mark.parametrize("row", SAID)
def test_a_side_as_it_is_dictated_and_jotted_down(row: str) -> None:
    told, text = row.split(" | ")
    mark = re.search("<[^<>]*>", text)
    assert mark
    found = READER.read(text.replace("<", "").replace(">", "")).findings
    here = [one for one in found if one.start < mark.end() - 2 and one.end > mark.start()]
    assert here
    assert {one.attributes.get("laterality", "none") for one in here} == {told}
