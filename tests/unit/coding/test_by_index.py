"""The site's Alphabetic Index in the coding room: what a code leaves open is looked up in it, and nothing else (B40, B41)."""

from collections.abc import Mapping
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.coding.by_index import way_of
from opencdi.coding.candidates import codes_of
from opencdi.coding.room import coding_room
from opencdi.coding.table import load_table
from opencdi.events.reading import Finding
from opencdi.knowledge.alphabetic_index import AlphabeticIndex
from opencdi.knowledge.icd10cm import valid_on
from opencdi.knowledge.site import SiteData
from opencdi.settings import rules_dir
from unit.coding.test_room import Line, finding, note
from unit.knowledge.index_sample import sample

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
VALID = partial(valid_on, day=date(2026, 5, 1))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> AlphabeticIndex:
    return sample(tmp_path_factory.mktemp("index"))


def mention(concept: str, text: str, attributes: Mapping[str, str]) -> Finding:
    return finding(concept, attributes=dict(attributes)).model_copy(update={"text": text, "end": len(text)})


def codes(concept: str, text: str, attributes: Mapping[str, str], index: AlphabeticIndex | None) -> list[str]:
    return [one.code for one in codes_of(TABLE, mention(concept, text, attributes), VALID, index)]


@pytest.mark.parametrize(
    ("concept", "text", "attributes", "without", "with_index"),
    [
        ("icd10cm:K2970", "gastritis", {"with": "gastrointestinal-bleeding"}, "K2970", "K2971"),
        ("icd10cm:K2970", "gastritis", {}, "K2970", "K2970"),
        ("icd10cm:K2970", "gastritis", {"with": "sepsis"}, "K2970", "K2970"),
        ("icd10cm:K2970", "erosive gastritis", {"with": "gastrointestinal-bleeding"}, "K2970", "K2970"),  # a word is left over
        ("heart-failure", "heart failure", {"type": "systolic"}, "I5020", "I5020"),  # a row has said so
        ("heart-failure", "cardiac failure", {}, "I509", "I509"),
        ("renal-insufficiency", "renal failure", {"acuity": "acute"}, "N19", "N19"),  # of another category: another disease
        ("acute-kidney-injury", "renal failure", {"acuity": "acute", "with": "acute-tubular-necrosis"}, "N179", "N170"),
    ],
)
def test_it_says_more_of_the_same_or_nothing(
    concept: str, text: str, attributes: dict[str, str], without: str, with_index: str, index: AlphabeticIndex
) -> None:
    assert codes(concept, text, attributes, None)[0] == without
    assert codes(concept, text, attributes, index)[0] == with_index


def test_the_way_is_told(index: AlphabeticIndex) -> None:
    (one,) = codes_of(TABLE, mention("icd10cm:K2970", "gastritis", {"with": "gastrointestinal-bleeding"}), VALID, index)
    assert one.reason == "tabular term: Gastritis > with > bleeding (FY2026 index)"


WORDS = ["gastritis", "alcoholic gastritis", "heart failure", "lung abscess", "pressure ulcer", "renal failure", "atrial fibrillation"]
TOLD = st.dictionaries(st.sampled_from(["acuity", "type", "with", "site", "laterality", "severity"]), st.sampled_from(
    ["acute", "chronic", "systolic", "gastrointestinal-bleeding", "left", "lung", "severe", "sacrum"]
), max_size=3)  # fmt: skip
CONCEPTS = ["icd10cm:K2970", "heart-failure", "abscess", "pressure-injury", "renal-insufficiency", "atrial-fibrillation"]


@given(st.sampled_from(CONCEPTS), st.sampled_from(WORDS), TOLD)
def test_it_never_leaves_the_category_nor_the_code_set(index: AlphabeticIndex, concept: str, text: str, attributes: dict[str, str]) -> None:
    before, after = codes(concept, text, attributes, None), codes(concept, text, attributes, index)
    assert [code[:3] for code in before] == [code[:3] for code in after]
    assert all(map(VALID, after))


def test_the_room_says_which_index_it_used_and_looks_a_mention_up_once(index: AlphabeticIndex) -> None:
    way_of.cache_clear()
    line = Line(coding_room(SiteData(), index=index))
    told = mention("icd10cm:K2970", "gastritis", {"with": "gastrointestinal-bleeding"})
    for nth in range(5):
        line.send(notes=[note(f"n{nth}", nth, told)], hours=nth)
    assert line.page is not None
    assert [one.code for one in line.page.codes] == ["K2971"]
    assert line.page.made_by.code_set is not None
    assert line.page.made_by.code_set.endswith("Alphabetic Index FY2026")
    assert way_of.cache_info().misses == 2  # for the code with what stands beside it, for its page by the words alone


def test_without_an_index_none_is_named() -> None:
    line = Line().send(notes=[note("n", 0, finding("sepsis"))])
    assert line.page is not None
    assert "Alphabetic Index" not in (line.page.made_by.code_set or "")
