"""What belongs to a mention, by examples and by laws: never a neighbour's attribute (DOMAIN B27)."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.knowledge.concepts import ATTRIBUTES
from opencdi.nlp.reader import load_reader
from opencdi.nlp.relation_words import WrongRelations, load_relations
from opencdi.settings import rules_dir

FOLDER = rules_dir() / "nlp"
READER = load_reader(FOLDER)
EXAMPLES: list[tuple[str, dict[str, str]]] = yaml.safe_load((Path(__file__).parent / "relation_examples.yaml").read_text(encoding="utf-8"))
OF_ANOTHER_KIND = {"icd10cm", "resolved", "group", "dose", "route", "frequency", "denied"}


def attributes_at(text: str, start: int, end: int) -> dict[str, str]:
    finding = next(found for found in READER.read(text).findings if found.start < end and start < found.end)
    return {name: value for name, value in finding.attributes.items() if name not in OF_ANOTHER_KIND}


@pytest.mark.parametrize(("marked", "expected"), EXAMPLES, ids=[marked for marked, _ in EXAMPLES])
def test_examples(marked: str, expected: dict[str, str]) -> None:
    start, end = marked.index("<"), marked.index(">") - 1
    told = attributes_at(marked.replace("<", "").replace(">", ""), start, end)
    if "drug" in expected:
        assert told.pop("cause", None) is not None
    assert told == expected


def test_there_are_many_examples_and_each_attribute_has_some() -> None:
    assert len(EXAMPLES) >= 150
    assert {name for _, expected in EXAMPLES for name in expected} == set(ATTRIBUTES) - OF_ANOTHER_KIND


ITEMS = [
    "severe malnutrition", "left pleural effusion", "AKI due to dehydration", "stage 3 sacral pressure injury", "right DVT", "E. coli UTI",
    "CKD stage 4", "acute on chronic diastolic heart failure", "cellulitis of the left leg", "hyponatremia", "cirrhosis with ascites",
    "R hip fracture", "lasix-induced hypokalemia", "paroxysmal atrial fibrillation", "mild mitral regurgitation", "COPD", "RLL pneumonia",
]  # fmt: skip
OWN_LINES = [
    "malnutrition, severe",
    "HF: acute on chronic, EF 25%",
    "femoral neck fx, left",
    "Pneumonia: RLL. Sputum grew MRSA",
    "DM, type 2",
]


def told_of(items: list[str], text: str) -> list[dict[str, str]]:
    """The attributes of the first condition of each item, in the order of the text."""
    found = READER.read(text).findings
    told, at = [], 0
    for item in items:
        at = text.index(item, at)
        told.append([one.attributes for one in found if at <= one.start < at + len(item)])
        at += len(item)
    return [dict(all_of[0]) | {"n": str(len(all_of))} for all_of in told]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(ITEMS), min_size=2, max_size=6, unique=True), st.sampled_from([", ", "; ", "\n\n", "\n- "]))
def test_what_stands_beside_an_item_of_a_list_takes_nothing_and_gives_nothing(items: list[str], between: str) -> None:
    alone = [told_of([item], item)[0] for item in items]
    assert told_of(items, between.join(items)) == alone


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(ITEMS + OWN_LINES), min_size=2, max_size=6, unique=True),
    st.sampled_from(["\n# {}", "\n{0}. {1}", "\n\n{}"]),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_problems_does_not_matter(items: list[str], line: str, order: random.Random) -> None:
    def note(problems: list[str]) -> str:
        numbered = line.format(1, "").startswith("\n1")
        return "A/P:" + "".join(line.format(nth, item) if numbered else line.format(item) for nth, item in enumerate(problems, 1))

    shuffled = list(items)
    order.shuffle(shuffled)
    first, again = (dict(zip(many, told_of(many, note(many)), strict=True)) for many in (items, shuffled))
    assert first == again


@pytest.mark.parametrize(
    ("name", "value"),
    [("modifiers", {"colour": {"red": ["red"]}}), ("modifiers", {"severity": {"mild": ["mild"], "severe": ["mild"]}})],
)
def test_a_table_that_cannot_be_meant_is_refused(tmp_path: Path, name: str, value: Any) -> None:
    told = yaml.safe_load((FOLDER / "relations.yaml").read_text(encoding="utf-8"))
    (tmp_path / "relations.yaml").write_text(yaml.safe_dump(told | {name: value}), encoding="utf-8")
    with pytest.raises(WrongRelations):
        load_relations(tmp_path)


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("Acute encephalopathy 2/2 sepsis - resolved", ["Acute encephalopathy"]),
        ("Cardiogenic shock due to STEMI, resolved", ["Cardiogenic shock"]),
        ("AKI on CKD stage 3b, resolved", ["AKI"]),
        ("Hypoglycemia from insulin, resolved", ["Hypoglycemia"]),
        ("Shock on pressors now resolved", ["Shock"]),
        ("Sepsis resolved", ["Sepsis"]),
    ],
)
def test_what_resolved_is_the_condition_not_what_it_came_from(text: str, resolved: list[str]) -> None:
    assert [found.text for found in READER.read(text).findings if "resolved" in found.attributes] == resolved
