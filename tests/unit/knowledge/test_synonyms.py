"""Synonyms lead to codes that the tabular has, and to one each."""

import re

import yaml

from opencdi.knowledge.concepts import forms_of, load_concepts, load_named
from opencdi.knowledge.icd10cm import tabular
from opencdi.knowledge.lexicon import load_synonyms
from opencdi.knowledge.words import term_form
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


def test_no_term_is_told_twice() -> None:
    """A concept's term hides the code's of that name: whoever told the second would look for its effect in vain."""
    ours = {form for concepts in (load_concepts(FOLDER), load_named(FOLDER)) for form, _, _ in forms_of(concepts)}
    told = yaml.safe_load((FOLDER / "synonyms.yaml").read_text(encoding="utf-8"))
    forms = [term_form(str(term)) for terms in told.values() for term in terms]
    assert sorted(set(forms) & ours) == []
    assert sorted(form for form in set(forms) if forms.count(form) > 1) == []
    shared = {form for form, _, _ in forms_of(load_named(FOLDER))} & {form for form, _, _ in forms_of(load_concepts(FOLDER))}
    assert sorted(shared) == []


def test_no_code_begins_two_rows() -> None:
    """Of two rows of one key a reader of YAML keeps the last, silently."""
    for name in ("synonyms", "concepts", "named", "signs"):
        keys = re.findall(r"^([A-Za-z0-9-]+):", (FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted(key for key in set(keys) if keys.count(key) > 1) == [], name


def test_what_medicine_names_is_found() -> None:
    found = {finding.concept for finding in READER.read("Necrotizing fasciitis, TLS, complete heart block. No free air.").findings}
    assert {"icd10cm:M726", "icd10cm:I442", "icd10cm:K668"} <= found
