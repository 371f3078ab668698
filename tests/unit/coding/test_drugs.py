"""The Table of Drugs as data: every code of it can be billed and says what its column says; what stands first beside a drug's code."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.vocabulary import Poa
from opencdi.coding.candidates import Candidate
from opencdi.coding.drug_codes import POISONINGS, SIXTH, How, how_of
from opencdi.coding.sequence import Circumstances, Sequencing
from opencdi.coding.table import assignments, load_table
from opencdi.knowledge.concepts import load_concepts
from opencdi.knowledge.icd10cm import description_of, tabular, valid_on
from opencdi.knowledge.medications import load_medications
from opencdi.settings import rules_dir

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
DRUGS = TABLE.drugs
SAYS: dict[How, str] = {
    "accidental": "accidental", "self-harm": "self-harm", "assault": "assault", "undetermined": "undetermined",
    "adverse-effect": "dverse effect", "underdosing": "nderdosing",
}  # fmt: skip
DAYS = (date(2026, 5, 1), date(2026, 11, 1))


@given(st.sampled_from(sorted(DRUGS.stem_by_drug)), st.sampled_from(sorted(SIXTH)))
def test_every_code_of_a_drug_says_what_its_column_says(drug: str, how: How) -> None:
    code = DRUGS.code(how, drug)
    if code is None:
        assert drug in DRUGS.never_prescribed
        assert how not in POISONINGS
    else:
        assert all(valid_on(code, day) for day in DAYS)
        assert SAYS[how] in description_of(code)
        assert how_of(code) in (how, None)  # carbon monoxide is no drug


@given(
    st.sampled_from(sorted(code for code in tabular() if "T36" <= code[:3] <= "T50" and code.endswith("A") and tabular().billable(code)))
)
def test_the_sixth_character_is_read_as_the_classification_means_it(code: str) -> None:
    how = how_of(code)
    assert how is None or SAYS[how] in description_of(code)


def test_a_drug_is_named_as_the_reader_names_it() -> None:
    """A name that no note leads to would never be found."""
    medications = load_medications(rules_dir() / "nlp", load_concepts(rules_dir() / "nlp"))
    named = {concept.slug for _, concept, _ in medications.drugs} | {told["drug"] for _, _, told in medications.drugs if "drug" in told}
    classes = {
        "steroid",
        "corticosteroid",
        "opioid",
        "opiate",
        "narcotic",
        "benzodiazepine",
        "anticoagulant",
        "chemotherapy",
        "nsaid",
        "drug",
        "medication",
    }
    assert set(DRUGS.stem_by_drug) - named - classes == set(DRUGS.never_prescribed)


def test_what_a_drug_makes_of_a_disease_can_be_billed() -> None:
    made = {code for row in DRUGS.natures for code in (row.into, row.also) if code} | {
        code for row in DRUGS.says_itself for code in row.drug
    }
    assert [code for code in sorted(made) if not all(valid_on(code, day) for day in DAYS)] == []


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({}, "T50901A"),
        ({"form": "self-harm"}, "T50902A"),
        ({"drug": "heroin"}, "T401X1A"),
        ({"drug": "acetaminophen", "form": "self-harm"}, "T391X2A"),
        ({"drug": "alprazolam", "form": "undetermined"}, "T424X4A"),
        ({"drug": "a drug of no table"}, "T50901A"),
    ],
)
def test_an_overdose_by_drug_and_intent(attributes: dict[str, str], code: str) -> None:
    assert [one.code for one in assignments(TABLE, "drug-overdose", attributes)] == [code]


@pytest.mark.parametrize(
    ("codes", "first"),
    [
        (("N179", "T464X5A"), "N179"),  # the nature of an adverse effect comes first
        (("J9601", "T401X1A"), "T401X1A"),  # the poisoning comes before what it does
        (("I5023", "T501X6A"), "I5023"),  # underdosing never stands first
        (("R001", "T447X2A"), "T447X2A"),
        (("R4182", "T5891XA"), "T5891XA"),  # so does a toxic effect
    ],
)
def test_what_stands_first_beside_a_drug(codes: tuple[str, ...], first: str) -> None:
    at = datetime(2026, 5, 4, 14, tzinfo=UTC)
    said = [
        Candidate(code, code, kind="symptom" if code.startswith("R") else "diagnosis", order=(at, nth)) for nth, code in enumerate(codes)
    ]
    poa: dict[str, Poa] = dict.fromkeys(codes, "Y")
    for order in (said, said[::-1]):
        told = Sequencing.of(TABLE, order, Circumstances(), lambda _: None).principal(poa)
        assert told is not None
        assert told.code == first
