"""Drugs with dose, route and frequency, as notes write them."""

from pathlib import Path

import pytest

from opencdi.knowledge.concepts import load_concepts
from opencdi.knowledge.medications import WrongMedications, load_medications
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

FOLDER = rules_dir() / "nlp"
READER = load_reader(FOLDER)


@pytest.mark.parametrize(
    ("text", "name", "concept", "told"),
    [
        ("metoprolol tartrate 25 mg PO BID", "metoprolol tartrate", "metoprolol", {"dose": "25 mg", "route": "PO", "frequency": "BID"}),
        (
            "ceftriaxone 1 g IV q24h",
            "ceftriaxone",
            "antibiotics",
            {"drug": "ceftriaxone", "dose": "1 g", "route": "IV", "frequency": "q24h"},
        ),
        ("20 mg IV furosemide once", "furosemide", "diuretic", {"dose": "20 mg", "route": "IV", "frequency": "once"}),
        (
            "Lasix 40mg by mouth twice daily",
            "Lasix",
            "diuretic",
            {"drug": "furosemide", "dose": "40 mg", "route": "PO", "frequency": "BID"},
        ),
        ("heparin 5,000 units SQ TID", "heparin", "heparin", {"group": "anticoagulant", "dose": "5,000 units", "route": "SC"}),
        ("Tylenol 650 mg q6h PRN pain", "Tylenol", "acetaminophen", {"dose": "650 mg", "frequency": "q6h PRN"}),
        ("norepinephrine at 0.05 mcg/kg/min", "norepinephrine", "vasopressor", {"dose": "0.05 mcg/kg/min"}),
        ("morphine sulfate 2-4 mg IV every 4 hours as needed", "morphine sulfate", "morphine", {"dose": "2-4 mg", "frequency": "q4h PRN"}),
        ("insulin glargine 20 units at bedtime", "insulin glargine", "insulin", {"dose": "20 units", "frequency": "QHS"}),
        ("apixaban (5 mg, PO, BID)", "apixaban", "apixaban", {"dose": "5 mg", "route": "PO", "frequency": "BID"}),
        ("albuterol 2 puffs q4-6h", "albuterol", "albuterol", {"dose": "2 puffs", "frequency": "q4-6h"}),
    ],
)
def test_what_is_given_and_how(text: str, name: str, concept: str, told: dict[str, str]) -> None:
    found = READER.read(text).findings[0]
    assert (found.text, found.concept, found.kind) == (name, concept, "medication")
    assert {key: found.attributes.get(key) for key in told} == told


@pytest.mark.parametrize(
    "text",
    [
        "aspirin and lisinopril 10 mg",
        "aspirin held. Lisinopril 10 mg",
        "aspirin for 81 reasons",
        "aspirin, no fever at 38.9",
        "aspirin\n10 mg lisinopril",
    ],
)
def test_a_dose_belongs_to_the_drug_beside_it(text: str) -> None:
    assert "dose" not in READER.read(text).findings[0].attributes


def test_every_drug_has_one_meaning_and_a_group() -> None:
    table = load_medications(FOLDER, load_concepts(FOLDER))
    assert len({form for form, _, _ in table.drugs}) >= 900
    assert {concept.kind for _, concept, _ in table.drugs} == {"medication"}


@pytest.mark.parametrize(
    ("groups", "word"),
    [
        ("{opioid: {drugs: {morphine: [x]}}, sedative: {drugs: {x: []}}}", "x"),
        ("{sepsis: {concept: true, drugs: {morphine: []}}}", "sepsis"),
    ],
)
def test_a_table_with_a_slip_stops_at_the_start(tmp_path: Path, groups: str, word: str) -> None:
    (tmp_path / "medications.yaml").write_text(f"groups: {groups}\nsalts: []\nroutes: {{}}\nfrequencies: {{}}", encoding="utf-8")
    with pytest.raises(WrongMedications, match=word):
        load_medications(tmp_path, load_concepts(FOLDER))
