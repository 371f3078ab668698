"""The site's Table of Drugs stands behind our own (I.C.19.e)."""

from pathlib import Path

import pytest

from opencdi.coding.drug_table import DrugTable
from opencdi.coding.official_drugs import with_official_drugs
from opencdi.coding.table import load_table
from opencdi.settings import rules_dir
from unit.knowledge.index_sample import sample

OURS = load_table(rules_dir() / "coding" / "concepts.yaml")


@pytest.fixture
def drugs(tmp_path: Path) -> DrugTable:
    return with_official_drugs(OURS, sample(tmp_path)).drugs


def test_a_drug_that_only_the_site_has_is_coded_by_what_it_did(drugs: DrugTable) -> None:
    assert OURS.drugs.code("adverse-effect", "clozapine") is None
    told = [drugs.code(how, "clozapine") for how in ("accidental", "self-harm", "adverse-effect", "underdosing")]
    assert told == ["T424X1A", "T424X2A", "T424X5A", "T424X6A"]


def test_what_the_table_has_no_column_for_is_no_code(drugs: DrugTable) -> None:
    assert [drugs.code(how, "antifreeze") for how in ("accidental", "undetermined", "adverse-effect")] == ["T6591XA", "T6594XA", None]


def test_our_own_word_for_a_drug_stays(drugs: DrugTable) -> None:
    assert drugs.code("adverse-effect", "vancomycin") == OURS.drugs.code("adverse-effect", "vancomycin") == "T368X5A"


def test_a_term_below_another_is_no_drug_of_its_own(drugs: DrugTable) -> None:
    assert drugs.code("adverse-effect", "topical") is None


def test_without_an_index_the_table_is_ours() -> None:
    assert with_official_drugs(OURS, None) is OURS
