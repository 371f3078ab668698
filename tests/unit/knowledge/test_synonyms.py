"""Synonyms lead to codes that the tabular has, and to one each."""

from opencdi.knowledge.icd10cm import tabular
from opencdi.knowledge.lexicon import load_synonyms
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

FOLDER = rules_dir() / "nlp"
READER = load_reader(FOLDER)


def test_every_code_is_in_the_tabular() -> None:
    synonyms = load_synonyms(FOLDER)
    assert len(synonyms) >= 600
    assert [code for _, code in synonyms if code not in tabular()] == []


def test_a_term_leads_to_one_code() -> None:
    codes: dict[str, set[str]] = {}
    for term, code in load_synonyms(FOLDER):
        codes.setdefault(term, set()).add(code)
    assert [term for term, several in codes.items() if len(several) > 1] == []


def test_what_medicine_names_is_found() -> None:
    found = {finding.concept for finding in READER.read("Necrotizing fasciitis, TLS, complete heart block. No free air.").findings}
    assert {"icd10cm:M726", "icd10cm:I442", "icd10cm:K668"} <= found
