"""Operations by the structure of their names: what is done, and to what."""

from pathlib import Path

import pytest

from opencdi.knowledge.operations import WrongOperations, load_operations
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


def read(text: str, kind: str = "procedure") -> list[str]:
    return [found.text for found in READER.read(text).findings if found.kind == kind]


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("Status post left trigger thumb release.", "trigger thumb release"),
        ("He had a retinal detachment repair last year.", "retinal detachment repair"),
        ("PROCEDURE: Removal of nephrostomy tube.", "Removal of nephrostomy tube"),
        ("Ligation of the left atrial appendage was added.", "Ligation of the left atrial appendage"),
        ("Right double-J stent exchange.", "double-J stent exchange"),
        ("Celiac plexus block next week.", "Celiac plexus block"),
        ("She is two weeks from anterior interbody fusion.", "anterior interbody fusion"),
        ("Excision of the mass is planned.", "Excision"),
        ("Uvulectomy in 2010.", "Uvulectomy"),
        ("She underwent dacryocystorhinostomy.", "dacryocystorhinostomy"),
        ("Tarsorrhaphy, right eye.", "Tarsorrhaphy"),
        ("Temporal artery biopsy was negative.", "Temporal artery biopsy"),
        ("recent molar extraction", "molar extraction"),
    ],
)
def test_an_act_and_what_it_is_done_to_are_an_operation(text: str, operation: str) -> None:
    assert operation in read(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dose reduction was advised.",
        "He awaits placement in a nursing home.",
        "Extended-release morphine 60 mg.",
        "Do not release to the portal.",
        "There was complete heart block.",
        "There is conjunctival injection.",
        "Gas exchange is impaired.",
        "GENERAL SURGERY CONSULT",
        "Seen in the endoscopy suite.",
    ],
)
def test_an_act_alone_is_none(text: str) -> None:
    assert read(text) == []


def test_what_was_operated_on_is_no_finding_beside_it() -> None:
    assert read("Inguinal hernia repair in 2015.", "diagnosis") == []
    assert read("Drain removal today.", "device") == []
    assert read("To the OR for hip fracture repair.", "diagnosis") == ["hip fracture"]
    assert read("PVI ablation for atrial fibrillation; excision of a melanoma.", "diagnosis") == ["atrial fibrillation", "melanoma"]


@pytest.mark.parametrize("row", ["{terms: [mend], to: [], site: [knee]}", "{terms: [cut], to: []}, b: {terms: [cut], to: []}"])
def test_a_table_with_a_slip_stops_at_the_start(tmp_path: Path, row: str) -> None:
    head = f"acts: {{a: {row}}}\nkept: []\narticles: []\nsides: []\nsites: []\nsuffixes: {{}}"
    (tmp_path / "operations.yaml").write_text(head, encoding="utf-8")
    with pytest.raises(WrongOperations):
        load_operations(tmp_path)
