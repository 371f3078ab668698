"""The crib: every concept has a row, every code of it can be billed, and the most telling row wins."""

from datetime import date
from pathlib import Path

import pytest

from opencdi.coding.table import assignments, load_table
from opencdi.knowledge.concepts import load_concepts, load_named
from opencdi.knowledge.icd10cm import tabular, valid_on
from opencdi.knowledge.operations import load_operations
from opencdi.settings import rules_dir

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
DAYS = (date(2026, 5, 1), date(2026, 11, 1))


def test_every_concept_that_nlp_knows_is_here_and_no_other() -> None:
    known = set(load_concepts(rules_dir() / "nlp"))
    here = set(TABLE.codes) | set(TABLE.no_code)
    assert known - here == set(), "no row"
    assert here - known - set(load_named(rules_dir() / "nlp")) == set(), "no such concept"
    assert set(TABLE.codes) & set(TABLE.no_code) == set()


def test_what_stands_beside_the_rows_can_be_billed_in_the_years_that_we_ship() -> None:
    codes = set(TABLE.organisms.values()) | set(TABLE.integral)
    assert [code for code in codes if not all(valid_on(code, day) for day in DAYS)] == []


def test_every_prefix_of_the_integral_table_exists() -> None:
    prefixes = {prefix for whole in TABLE.integral.values() for prefix in whole} | set(TABLE.never_uncertain)
    assert [prefix for prefix in prefixes if not any(code.startswith(prefix) for code in tabular())] == []


def test_attributes_are_those_of_the_closed_list() -> None:
    from opencdi.knowledge.concepts import ATTRIBUTES

    used = {name for row in TABLE.codes.values() for by in row.by for name in (by.model_extra or {})}
    assert used - set(ATTRIBUTES) == set()


@pytest.mark.parametrize(
    ("concept", "attributes", "codes"),
    [
        ("heart-failure", {"type": "diastolic", "acuity": "acute-on-chronic"}, ["I5033"]),
        ("heart-failure", {"type": "diastolic"}, ["I5030"]),
        ("heart-failure", {"acuity": "acute"}, ["I509"]),
        ("acute-respiratory-failure", {"type": "hypercapnic-hypoxic"}, ["J9601", "J9602"]),
        ("hip-fracture", {"laterality": "left"}, ["S72002A"]),
        ("hip-fracture", {"laterality": "right"}, ["S72001A"]),
        ("hip-fracture", {}, ["S72009A"]),
        ("urinary-tract-infection", {"organism": "escherichia-coli"}, ["N390", "B9620"]),
        ("sepsis", {"icd10cm": "A4151"}, ["A4151"]),
        ("malnutrition", {"severity": "severe"}, ["E43"]),
        ("delirium", {"cause": "sepsis"}, ["F05"]),
        ("septic-shock", {"organism": "escherichia-coli"}, ["R6521", "A4151"]),
        ("septic-shock", {}, ["R6521"]),
        ("icd10cm:K7460", {}, ["K7460"]),
        ("icd10cm:J960", {}, ["J9600"]),
        ("icd10cm:A41", {}, []),
        ("urosepsis", {}, []),
        ("abscess", {}, []),  # of no site that is said
        ("abscess", {"icd10cm": "J852"}, ["J852"]),
    ],
)
def test_codes_of_a_mention(concept: str, attributes: dict[str, str], codes: list[str]) -> None:
    assert [one.code for one in assignments(TABLE, concept, attributes)] == codes


@pytest.mark.parametrize(
    ("concept", "text", "code"),
    [
        ("copd", "COPD", "J449"),
        ("copd", "Emphysema", "J439"),
        ("tobacco-use", "smoker", "F17200"),
        ("tobacco-use", "tobacco use", "Z720"),
        ("dehydration", "volume depletion", "E869"),
        ("hyperlipidemia", "hypercholesterolaemia", "E7800"),
        ("weakness", "generalized weakness", "R531"),
        ("weakness", "fatigue", "R5383"),
        ("alcohol-use-disorder", "alcohol abuse", "F1010"),  # abuse is no dependence
        ("alcohol-use-disorder", "alcoholism", "F1020"),
        ("lung-cancer", "lung neoplasm", "D491"),  # nobody said that it is malignant
        ("obstructive-sleep-apnea", "sleep apnea", "G4730"),  # nor that it is obstructive
        ("hypertensive-emergency", "hypertensive crisis", "I169"),
        ("colon-cancer", "Adenocarcinoma of the sigmoid colon", "C187"),
        ("dyspnea", "shortness of breath", "R0602"),
        ("nephrolithiasis", "ureteral stone", "N201"),
        ("peritonitis", "spontaneous bacterial peritonitis", "K652"),
        ("alcohol-withdrawal", "delirium tremens", "F10231"),
        ("adrenal-insufficiency", "adrenal crisis", "E272"),
        ("intracranial-hemorrhage", "intracerebral hemorrhage", "I619"),
        ("liver-failure", "ESLD", "K7210"),
        ("stroke", "cerebral thrombosis", "I669"),  # no infarct is said
        ("deep-vein-thrombosis", "blood clot in the leg", "I8290"),  # nor that it is deep
        ("heart-failure", "cardiac decompensation", "I519"),
        ("renal-insufficiency", "uremia", "N19"),
        ("gastroenteritis", "stomach flu", "A084"),
        ("dementia", "senile", "R4181"),
    ],
)
def test_the_word_that_was_used_leads_where_the_index_leads(concept: str, text: str, code: str) -> None:
    assert [one.code for one in assignments(TABLE, concept, {}, text)] == [code]


@pytest.mark.parametrize(
    ("concept", "attributes", "nature"),
    [
        ("copd", {}, "chronic"),
        ("copd", {"acuity": "acute"}, ""),
        ("heart-failure", {"type": "systolic", "acuity": "acute-on-chronic"}, ""),
        ("heart-failure", {"type": "systolic", "acuity": "chronic"}, "chronic"),
        ("asthma", {"type": "status-asthmaticus"}, ""),
        ("pneumonia", {}, ""),
    ],
)
def test_an_acute_form_is_not_chronic_by_nature(concept: str, attributes: dict[str, str], nature: str) -> None:
    assert {one.nature for one in assignments(TABLE, concept, attributes)} == {nature}


RULES = rules_dir() / "coding"


@pytest.mark.parametrize(
    ("file", "told", "word"),
    [
        ("concepts.yaml", "codes: {sepsis: {cod: A419}}", "cod"),
        ("guidelines.yaml", "first: [{codes: [A41], words: no section}]", "cite"),
        ("guidelines.yaml", (RULES / "guidelines.yaml").read_text(encoding="utf-8").replace("analyte: gcs", "analyte: gsc"), "gsc"),
    ],
)
def test_a_table_with_a_slip_stops_at_the_start(tmp_path: Path, file: str, told: str, word: str) -> None:
    for each in RULES.glob("*.yaml"):
        (tmp_path / each.name).write_bytes(each.read_bytes())
    (tmp_path / file).write_text(told, encoding="utf-8")
    with pytest.raises(ValueError, match=word):
        load_table(tmp_path / "concepts.yaml")


def test_every_code_and_prefix_of_the_guideline_lists_exists() -> None:
    data = TABLE.guidelines
    prefixes = {code for row in (*data.first, *data.seldom_first, *data.one_of, *data.signs) for code in row.codes}
    prefixes |= {code for row in data.said_by for code in (*row.codes, *row.into)}
    prefixes |= {code for row in data.combined for group in (*row.of, row.replaces) for code in group} | set(data.sepsis_organism)
    prefixes |= {code for row in data.behind for code in (*row.codes, *row.after)} | set(data.long_there) | set(data.bleeding.complaints)
    prefixes |= {code for row in (*data.complications.rows, *data.deficits) for code in row.codes}
    prefixes |= {code for row in TABLE.treated.rows for group in row.treats for code in group}
    assert [prefix for prefix in sorted(prefixes) if not any(code.startswith(prefix) for code in tabular())] == []
    made = {row.into for row in (*data.combined, *data.complications.rows, data.complications.infections)} | set(
        data.sepsis_organism.values()
    )
    assert [code for code in made if not all(valid_on(code, day) for day in DAYS)] == []


def test_every_operation_of_the_lists_is_one_that_the_reader_knows() -> None:
    nlp, links = rules_dir() / "nlp", TABLE.guidelines.complications
    known = {*load_named(nlp), *load_concepts(nlp), *(act.slug for act in load_operations(nlp).acts.values())}
    assert (TABLE.treated.operations | links.links | links.heart) - known == {"operation"}, "an operation that nobody names is a link too"
    assert set(TABLE.treated.short) <= TABLE.treated.operations
