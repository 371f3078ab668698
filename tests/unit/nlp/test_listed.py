"""What stands in a list of dangers is one of them, however long the list; what is told in it with words of its own is there."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
_MARKED = re.compile(r"<([^<>]*)>")
DANGERS = [
    "bleeding",
    "infection",
    "anastomotic leak",
    "peritonitis",
    "sepsis",
    "deep vein thrombosis",
    "pulmonary embolism",
    "pneumonia",
    "heart attack",
    "bowel obstruction",
    "internal hernia",
    "stricture",
    "gallstones",
    "hair loss",
    "stroke",
    "renal failure",
]


def here(sentence: str) -> list[bool]:
    """Of each name between < and >, whether it is read as a diagnosis that is active."""
    found = READER.read(sentence.replace("<", "").replace(">", ""), "consult").findings
    marks = [(mark.start() - 2 * nth, mark.end() - 2 * nth - 2) for nth, mark in enumerate(_MARKED.finditer(sentence))]
    told = [[each for each in found if each.start < end and start < each.end] for start, end in marks]
    assert all(told), sentence
    return [any(each.kind == "diagnosis" and each.active == "yes" for each in each_told) for each_told in told]


@pytest.mark.parametrize(
    "sentence",
    [
        "The risks that were discussed include bleeding, infection, anastomotic leak with peritonitis and sepsis, deep vein thrombosis and"
        " pulmonary embolism, pneumonia, heart attack, bowel obstruction, internal <hernia>, marginal ulcer, stricture, <gallstones>, dumping"
        " syndrome, vitamin deficiency, <hair loss> and death at about 0.2%.",
        "Among the risks are stroke, loss of the graft, <pneumonia>, limb loss and <renal failure>.",
        "The usual dangers of bleeding, wound infection, <emphysema>, stroke and death were mentioned.",
    ],
)
def test_a_list_of_dangers_goes_on_to_its_end(sentence: str) -> None:
    assert not any(here(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "Risks of bleeding, infection and stroke were explained, and he now has <pneumonia>.",
        "Fall, seizure and aspiration precautions, <pneumonia> on the right.",
        "There is a risk of bleeding, stroke and death with his <acute renal failure>.",
        "She has <cellulitis>, and is at risk of osteomyelitis, sepsis and amputation.",
        "He knows of bleeding, infection and perforation; the <appendicitis> will not wait.",
    ],
)
def test_what_has_words_of_its_own_is_there(sentence: str) -> None:
    assert all(here(sentence))


@given(st.permutations(DANGERS), st.sampled_from(["The risks of the operation include ", "Risks were explained: "]))
def test_no_order_brings_a_danger_about(dangers: list[str], opening: str) -> None:
    said = f"{opening}{', '.join(dangers[:-1])} and {dangers[-1]}."
    found = [each for each in READER.read(said, "operative").findings if each.kind == "diagnosis"]
    assert len(found) >= len(dangers) - 2
    assert [each.text for each in found if each.active == "yes"] == []


@given(st.permutations(["pneumonia", "sepsis", "acute kidney injury", "deep vein thrombosis", "cellulitis", "hyperkalemia"]))
def test_who_has_them_all_has_them_all(found: list[str]) -> None:
    """A list in which nothing is feared stays as it was told."""
    read = [each for each in READER.read(f"ASSESSMENT: He has {', '.join(found[:-1])} and {found[-1]}.", "progress").findings]
    assert {each.active for each in read if each.kind == "diagnosis"} == {"yes"}
    assert all(before.end <= behind.start for before, behind in pairwise(read))
