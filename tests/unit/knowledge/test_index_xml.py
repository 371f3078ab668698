"""The NCHS's XML becomes an index of ours, or a message that names the file and what is wrong with it."""

from pathlib import Path

import pytest

from opencdi.knowledge.alphabetic_index import forms_of
from opencdi.knowledge.index_file import WrongIndex
from opencdi.knowledge.index_xml import read_xml
from unit.knowledge.index_sample import INDEX, NEOPLASMS, sample


def test_each_part_is_told_by_what_it_holds() -> None:
    texts = (
        NEOPLASMS,
        INDEX,
        INDEX.replace("INDEX TO DISEASES", "EXTERNAL CAUSE of INJURIES INDEX"),
        NEOPLASMS.replace('"1">Neoplasm', '"1">Substance'),
    )
    assert [read_xml("some.xml", text.encode())[:2] for text in texts] == [
        ("neoplasms", "2026"), ("index", "2026"), ("external-causes", "2026"), ("drugs", "2026"),
    ]  # fmt: skip


def test_a_term_keeps_its_modifiers_its_codes_and_where_it_sends(tmp_path: Path) -> None:
    index = sample(tmp_path)
    heart = next(nth for nth in index.terms_of("index") if index.path(nth) == ("Failure, failed", "heart"))
    assert index.term(heart).optional == ("acute", "senile")
    assert index.term(heart).codes == ("I509",)
    liver = next(nth for nth in index.terms_of("neoplasms") if index.path(nth)[-1] == "liver")
    assert index.term(liver).codes == ("C229", "C787", "D015", "D134", "D376", "")
    assert [index.term(nth).see for nth in index.main_terms("circle")] == [("Round",)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no XML"),
        ("<a>", "no XML"),
        ("<html/>", "begins with html"),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><ICD10CM.index>&b;</ICD10CM.index>', "no XML that is read"),
        (INDEX.replace("2026", "soon"), "version is no year"),
        (INDEX.replace("INDEX TO DISEASES and INJURIES", "Songs"), "neither the index"),
        (INDEX.replace("K75.0", "liver"), "hepatic: 'liver' is no code"),
        (INDEX.replace("<title>hepatic</title>", ""), "without a title"),
        (INDEX[: INDEX.index("<mainTerm>")] + "</letter></ICD10CM.index>", "no main term"),
        (INDEX.replace("<mainTerm><title>Round", "<mainTerm>" + "<title>x</title><term>" * 60 + "<title>x</title>" + "</term>" * 60 + "<title>Round"), "levels"),
    ],
)  # fmt: skip
def test_what_is_no_index_is_refused(text: str, said: str) -> None:
    with pytest.raises(WrongIndex, match=said) as refused:
        read_xml("some.xml", text.encode())
    assert "some.xml" in str(refused.value)


@pytest.mark.parametrize(
    ("title", "forms"),
    [
        ("Abdomen, abdominal", ["abdomen", "abdominal"]),
        ("skull, base", ["skull base"]),
        ("atrial or auricular", ["atrial", "auricular"]),
        ("bird fancier's disease or lung", ["bird fancier disease", "bird fancier lung"]),
        ("Ulcer, ulcerated, ulcerating", ["ulcer", "ulcerated", "ulcerating"]),
    ],
)
def test_a_title_has_one_form_or_several(title: str, forms: list[str]) -> None:
    assert list(forms_of(title)) == forms
