"""The reader: concepts with their attributes, values, and laws that hold for any text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.events.reading import Finding
from opencdi.knowledge.concepts import ATTRIBUTES, load_concepts
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir
from quality.marks import CORPUS, notes_in

READER = load_reader(rules_dir() / "nlp")
PHRASES = [
    "No fever", "acute on chronic", "heart failure", "AKI", "CKD stage 3b", "\r\n", "\n\n", "PMH:", "A/P:", "Cr 2.9", "due to", "E. coli",
    "sepsis", ", ", ". ", "[ ]", "mother", "history of", "é", "İstanbul", "\ud800", "\u202e", "\U0001f600", "ﬁbrosis", "<b>", "\\.br\\",
    "\x0c", "\x00", "0.6", "BP 85/40", "?", "(-)", "anaemia", "T 101.3 F", "ü" * 50, "x" * 60,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PHRASES) | st.text(max_size=8), max_size=25).map(" ".join)


def finding(text: str, concept: str) -> Finding:
    return next(found for found in READER.read(text).findings if found.concept == concept)


@pytest.mark.parametrize(
    ("text", "concept", "attributes"),
    [
        ("Sepsis due to E. coli UTI", "sepsis", {"organism": "escherichia-coli", "cause": "urinary-tract-infection"}),
        ("sepsis 2/2 pneumonia", "sepsis", {"cause": "pneumonia"}),
        ("Acute on chronic diastolic heart failure", "heart-failure", {"acuity": "acute-on-chronic", "type": "diastolic"}),
        ("acute on chronic\nhypoxic respiratory failure", "acute-respiratory-failure", {"acuity": "acute-on-chronic", "type": "hypoxic"}),
        ("CKD stage IIIb", "chronic-kidney-disease", {"stage": "3b"}),
        ("stage 4 CKD", "chronic-kidney-disease", {"stage": "4"}),
        ("Malnutrition, severe", "malnutrition", {"severity": "severe"}),
        ("moderate protein-calorie malnutrition", "malnutrition", {"severity": "moderate"}),
        ("Toxic-metabolic encephalopathy", "encephalopathy", {"type": "metabolic-toxic"}),
        ("MRSA bacteremia", "bacteremia", {"organism": "mrsa"}),
        ("AKI from volume depletion", "acute-kidney-injury", {"cause": "dehydration"}),
        ("Sepsis due to UTI, present on admission.", "sepsis", {"poa": "yes"}),
        ("AKI, not present on admission", "acute-kidney-injury", {"poa": "no"}),
        ("AKI on CKD", "acute-kidney-injury", {"acuity": "acute-on-chronic"}),
        ("left pleural effusion", "pleural-effusion", {"laterality": "left"}),
        ("T2DM", "diabetes-mellitus", {"type": "2"}),
        ("stage 3 sacral decubitus ulcer", "pressure-injury", {"stage": "3"}),
    ],
)
def test_attributes_come_from_the_words_beside(text: str, concept: str, attributes: dict[str, str]) -> None:
    told = finding(text, concept).attributes
    assert {name: told.get(name) for name in attributes} == attributes


def test_a_modifier_belongs_to_its_own_mention() -> None:
    assert "severity" not in finding("Pneumonia. Severe malnutrition.", "pneumonia").attributes
    assert "severity" not in finding("Anemia, severe malnutrition", "anemia").attributes


def test_a_longer_tabular_term_names_its_code_on_our_concept() -> None:
    assert finding("Sepsis due to Escherichia coli", "sepsis").attributes["icd10cm"] == "A4151"


def test_a_generic_word_gives_way_to_the_tabular_term_around_it() -> None:
    assert finding("Final diagnosis: malignant neoplasm of right ovary.", "icd10cm:C561").active == "yes"


def test_a_tabular_term_without_our_concept_is_found() -> None:
    assert finding("Multiple myeloma not having achieved remission", "icd10cm:C9000").text.startswith("Multiple myeloma")


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("RA sat 88%, O2 started", set()),  # room air
        ("Started methotrexate for RA", {"rheumatoid-arthritis"}),
        ("PE: lungs clear", set()),  # physical exam
        ("CT shows PE in the right main artery", {"pulmonary-embolism"}),
        ("ARF, creatinine 3.1", {"acute-kidney-injury"}),
        ("ARF, intubated for hypoxia", {"acute-respiratory-failure", "mechanical-ventilation", "hypoxia"}),
        ("MS 4 mg IV x1", set()),
        ("acute distress. Kidney injury", set()),
    ],
)
def test_short_forms_need_the_right_company(text: str, concepts: set[str]) -> None:
    assert {found.concept for found in READER.read(text).findings if found.kind != "medication"} == concepts


@pytest.mark.parametrize(
    ("text", "active"),
    [
        ("SOCIAL HISTORY:\nTobacco: never\nAlcohol: two beers a week", "no"),
        ("TOBACCO USE: Denies", "no"),
        ("Smoking: former smoker", "no"),
        ("Tobacco: 1 ppd", "yes"),
    ],
)
def test_a_heading_that_names_a_condition_is_answered_by_the_words_behind_it(text: str, active: str) -> None:
    assert READER.read(text).findings[0].active == active


def test_words_do_not_join_across_sentences() -> None:
    assert not [f for f in READER.read("Strain of the heart. Failure to respond.").findings if f.concept == "heart-failure"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Cr 2.9 from 1.1", [("creatinine", 2.9, "mg/dL"), ("creatinine", 1.1, "mg/dL")]),
        ("Cr 2.9 (baseline 1.1), K 5", [("creatinine", 2.9, "mg/dL"), ("creatinine", 1.1, "mg/dL"), ("potassium", 5.0, "mmol/L")]),
        ("lactate 4.2 -> 2.8 -> 1.4", [("lactate", 4.2, "mmol/L"), ("lactate", 2.8, "mmol/L"), ("lactate", 1.4, "mmol/L")]),
        ("lactate trended 4.2, 2.8, 1.4", [("lactate", 4.2, "mmol/L"), ("lactate", 2.8, "mmol/L"), ("lactate", 1.4, "mmol/L")]),
        ("GCS 8 (E2V2M4)", [("gcs", 8.0, "{score}")]),
        ("GCS E2V2M4", [("gcs", 8.0, "{score}")]),
        ("NIH stroke scale of 7", [("nihss", 7.0, "{score}")]),
        ("on 40% FiO2", [("fio2", 40.0, "%")]),
        ("O2 2 L NC", [("oxygen-flow", 2.0, "L/min")]),
        ("94% on RA", [("spo2", 94.0, "%")]),
        (
            "VS: 38.9, 122, 84/40, 26, 94% RA",
            [
                ("temperature", 38.9, "Cel"),
                ("heart-rate", 122.0, "/min"),
                ("sbp", 84.0, "mm[Hg]"),
                ("dbp", 40.0, "mm[Hg]"),
                ("respiratory-rate", 26.0, "/min"),
                ("spo2", 94.0, "%"),
            ],
        ),
        (
            "18.2>7.1/21<88",
            [("wbc", 18.2, "10*3/uL"), ("hemoglobin", 7.1, "g/dL"), ("hematocrit", 21.0, "%"), ("platelets", 88.0, "10*3/uL")],
        ),
        ("ABG 7.21/68/55", [("ph-arterial", 7.21, "[pH]"), ("paco2", 68.0, "mm[Hg]"), ("pao2", 55.0, "mm[Hg]")]),
        ("87 yo F, seen 12/5, room 402", []),
        ("lost 12% of weight in 3 months", []),
        ("creatinine of 2.9 mg/dL", [("creatinine", 2.9, "mg/dL")]),
        ("WBC 18K, lactate 4.2", [("wbc", 18.0, "10*3/uL"), ("lactate", 4.2, "mmol/L")]),
        ("WBC 18,400", [("wbc", 18.4, "10*3/uL")]),
        ("T 38.9", [("temperature", 38.9, "Cel")]),
        ("Temp 101.3F", [("temperature", 101.3, "[degF]")]),
        ("SpO2 86% RA", [("spo2", 86.0, "%")]),
        ("BP 85/40", [("sbp", 85.0, "mm[Hg]"), ("dbp", 40.0, "mm[Hg]")]),
        ("BMI 17.2", [("bmi", 17.2, "kg/m2")]),
        ("EF 25-30%", [("ejection-fraction", 25.0, "%")]),
        ("FiO2 0.6", [("fio2", 0.6, "1")]),
        ("Cr peaked 2.4", [("creatinine", 2.4, "mg/dL")]),
        ("Cr 1.1 -> 2.9", [("creatinine", 1.1, "mg/dL"), ("creatinine", 2.9, "mg/dL")]),
        ("Cr on 12/05 pending", []),
        ("K 2024", []),
        ("lactate 4.2.1", []),
    ],
)
def test_values(text: str, values: list[tuple[str, float, str]]) -> None:
    assert [(value.analyte, value.value, value.unit) for value in READER.read(text).values] == values


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("Cr 2.9 from 1.1", [False, True]),
        ("Cr 2.9, baseline 1.1", [False, True]),
        ("baseline Cr 1.1", [True]),
        ("Cr 1.1 -> 2.9", [False, False]),
        ("Cr up to 3.2 from baseline of 1.0", [False, True]),
    ],
)
def test_a_value_of_before_is_told_apart(text: str, earlier: list[bool]) -> None:
    assert [value.earlier for value in READER.read(text).values] == earlier


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_every_span_equals_the_text_at_its_offsets(text: str) -> None:
    reading = READER.read(text)
    for span in (*reading.findings, *reading.values):
        assert text[span.start : span.end] == span.text
    assert reading.sections[0].start == 0
    assert reading.sections[-1].end == len(text)


def test_what_is_read_keeps_its_contract_though_nobody_checks_it() -> None:
    for note in notes_in(CORPUS):
        reading = READER.read(note.text, note.type)
        for told in (*reading.sections, *reading.findings, *reading.values):
            checked = type(told).model_validate_json(told.to_json())
            assert checked == told
            assert list(vars(told)) == list(type(told).model_fields)


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_a_note_reads_the_same_whatever_was_read_before(text: str) -> None:
    first = READER.read(text)
    READER.read("No sepsis. " + text)
    assert READER.read(text) == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n" * 50_000,
        "," * 100_000,
        "1. " * 30_000,
        "no " * 30_000,
        "Cr " * 30_000,
        "(" * 50_000,
        "a:" * 50_000,
        "T " * 30_000,
        "Gastritis: resolving." * 4_000,
        "Cr 1 -> " * 10_000,
        "94% on RA " * 10_000,
        "aspirin 81 mg " * 6_000,
        "lung and " * 10_000,
        "MS " * 30_000,
        "pneumnia " * 10_000,
    ],
)
def test_bad_input_is_read_in_time_that_grows_with_its_length(text: str) -> None:
    begun = time.process_time()
    READER.read(text)
    assert time.process_time() - begun < 10  # linear it is well under a second; quadratic it would be minutes


def test_concepts_name_only_known_attributes_and_kinds() -> None:
    concepts = load_concepts(rules_dir() / "nlp")
    assert len(concepts) >= 150
    assert {name for concept in concepts.values() for implied in concept.terms.values() for name in implied} <= set(ATTRIBUTES)
    causes = {implied["cause"] for concept in concepts.values() for implied in concept.terms.values() if "cause" in implied}
    assert causes <= set(concepts)
