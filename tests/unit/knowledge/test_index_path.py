"""From documented words down the Alphabetic Index: a word that is not documented is never passed, and one taken away makes a code less specific."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.knowledge.alphabetic_index import AlphabeticIndex, words_in
from opencdi.knowledge.icd10cm import tabular
from opencdi.knowledge.index_path import find
from opencdi.knowledge.specificity import supported_leaf
from unit.knowledge.index_sample import sample


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> AlphabeticIndex:
    return sample(tmp_path_factory.mktemp("index"))


@pytest.mark.parametrize(
    ("condition", "code", "left"),
    [
        ("lung abscess", "J852", set()),
        ("abscess of the lung with pneumonia", "J851", set()),
        ("septic abscess", "L0291", set()),  # a nonessential modifier, said
        ("abscess of the liver", "K750", set()),  # the index says "hepatic"
        ("abscess of the knee", "L0291", {"knee"}),
        ("acute on chronic systolic heart failure", "I5023", set()),
        ("chronic heart failure", "I509", {"chronic"}),
        ("kidney failure", "N19", set()),  # see Failure, renal
        ("acute kidney failure with tubular necrosis", "N170", set()),
        ("auricular fibrillation", "I4891", set()),
        ("fracture of the femoral neck", "S7200-", set()),
        ("pathological fracture", "M8440", set()),
        ("pressure ulcer of the sacrum", "L8915-", set()),
        ("adenocarcinoma of the liver", "C229", set()),  # see also the table of neoplasms
        ("metastatic neoplasm of liver", "C787", {"metastatic"}),
        ("benign neoplasm of the liver", "D134", {"benign"}),
        ("gastritis with bleeding", "K2971", set()),
        ("gastritis without bleeding", "K2970", {"without bleeding"}),
        ("alcoholic gastritis without bleeding", "K2920", set()),
    ],
)
def test_a_condition_is_looked_up_as_a_coder_does(index: AlphabeticIndex, condition: str, code: str, left: set[str]) -> None:
    path = find(index, condition)
    assert path is not None
    assert (path.code, path.left) == (code, left)


def test_the_way_is_told_as_it_is_printed(index: AlphabeticIndex) -> None:
    path = find(index, "fracture of the neck of the femur")
    assert path is not None
    assert path.steps == (
        "Fracture, traumatic", "femur, femoral", "neck", "see Fracture, femur, upper end, neck",
        "Fracture, traumatic", "femur, femoral", "upper end", "neck",
    )  # fmt: skip


@pytest.mark.parametrize("condition", ["frog", "", "of the", "Circle", "malaise ( )"])
def test_where_no_term_leads_to_a_code_there_is_none(index: AlphabeticIndex, condition: str) -> None:
    assert find(index, condition) is None


def test_what_is_documented_elsewhere_makes_it_more_specific(index: AlphabeticIndex) -> None:
    path = find(index, "heart failure", also=["systolic", "acute"])
    assert path is not None
    assert (path.code, path.left) == ("I5021", frozenset())


@pytest.mark.parametrize(
    "condition",
    ["acute on chronic systolic heart failure", "acute kidney failure with tubular necrosis", "abscess of the lung with pneumonia"],
)
def test_without_a_word_of_evidence_the_code_says_less_or_goes(index: AlphabeticIndex, condition: str) -> None:
    words = condition.split(" ")
    whole = find(index, condition)
    assert whole is not None
    for fewer in combinations(words, len(words) - 1):
        gone = words_in(condition) - words_in(" ".join(fewer))
        path = find(index, " ".join(fewer))
        if gone and path is not None:
            assert path.code != whole.code


@given(
    st.lists(
        st.sampled_from(
            ["acute", "chronic", "systolic", "heart", "kidney", "failure", "lung", "abscess", "with", "of", "tubular", "necrosis", "neck"]
        ),
        max_size=9,
    )
)
def test_every_word_that_a_code_rests_on_is_documented(index: AlphabeticIndex, words: list[str]) -> None:
    path = find(index, " ".join(words))
    if path is not None:
        assert path.used <= words_in(" ".join(words))
        assert path.left == words_in(" ".join(words)) - path.used
        assert path.code.rstrip("-") in tabular()


@pytest.mark.parametrize(
    ("stem", "documented", "leaf"),
    [
        ("L8915-", {"stage", "3"}, "L89153"),
        ("L8915", set(), "L89159"),
        ("S7200-", {"left"}, "S72002A"),
        ("N170", {"tubule"}, "N170"),
        ("C920", {"remission", "acute"}, "C9201"),
    ],
)
def test_below_a_stem_the_tabular_is_followed_as_far_as_is_documented(stem: str, documented: set[str], leaf: str) -> None:
    assert supported_leaf(stem, frozenset(documented)) == leaf
