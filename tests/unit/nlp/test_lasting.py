"""What lasts without being chronic disease: listed in the past history it is there, until it is told as treated; found, it is of now.

`lasting_examples.yaml` holds the sentences, one each.
"""

import re
from pathlib import Path

import pytest
import yaml

from opencdi.events.reading import Finding
from opencdi.knowledge.icd10cm import tabular
from opencdi.knowledge.lasting import WrongLasting, load_lasting
from opencdi.knowledge.lexicon import chronic_code
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
SAID = yaml.safe_load((Path(__file__).parent / "lasting_examples.yaml").read_text(encoding="utf-8"))
_MARKED = re.compile(r"<([^<>]*)>")


def readings(sentence: str) -> list[Finding]:
    """The findings in what stands between < and >."""
    mark = _MARKED.search(sentence.replace("\\n", "\n"))
    assert mark
    start, end = mark.start(), mark.end() - 2
    found = READER.read(sentence.replace("<", "").replace(">", "").replace("\\n", "\n")).findings
    named = [one for one in found if one.kind != "procedure" and one.start < end and one.end > start]
    assert named, f"not found: {mark[1]}"
    return named


@pytest.mark.parametrize("sentence", SAID["there"].splitlines())
def test_what_lasts_is_there_when_it_is_listed(sentence: str) -> None:
    assert [one.active for one in readings(sentence)][-1:] == ["yes"]


@pytest.mark.parametrize("sentence", SAID["gone"].splitlines())
def test_what_was_treated_or_does_not_last_is_over(sentence: str) -> None:
    assert "yes" not in [one.active for one in readings(sentence)]


@pytest.mark.parametrize("sentence", SAID["found"].splitlines())
def test_what_is_found_is_of_now(sentence: str) -> None:
    assert ("yes", "current") in [(one.active, one.temporality) for one in readings(sentence)]


LASTING = load_lasting(rules_dir() / "nlp")


@pytest.mark.parametrize("code", sorted(LASTING.by_code))
def test_each_category_is_one_of_the_tabular_and_of_no_chronic_disease(code: str) -> None:
    assert tabular().entry(code) is not None
    assert not chronic_code(code)


@pytest.mark.parametrize(
    ("concept", "code", "how"),
    [
        ("icd10cm:K5730", None, "for-good"),  # diverticulosis
        ("icd10cm:K5731", None, None),  # with bleeding: an event
        ("cholelithiasis", None, "as-listed"),
        ("cholelithiasis", "K8510", None),  # gallstone pancreatitis
        ("icd10cm:I7133", None, None),  # a ruptured aneurysm
        ("icd10cm:I714", None, "until-treated"),
        ("pneumonia", None, None),
    ],
)
def test_a_condition_lasts_as_its_category_does(concept: str, code: str | None, how: str | None) -> None:
    assert LASTING.of(concept, code) == how


def test_a_category_in_two_lists_is_refused(tmp_path: Path) -> None:
    text = (rules_dir() / "nlp" / "lasting.yaml").read_text(encoding="utf-8")
    (tmp_path / "lasting.yaml").write_text(text.replace("G56,", "G56, I72,"), encoding="utf-8")
    with pytest.raises(WrongLasting, match="I72"):
        load_lasting(tmp_path)
