"""A code leaves open what is not documented, and says what is: side, site, stage (Guidelines I.B.2, I.B.13, I.A.14, I.C.19)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.knowledge.icd10cm import description_of, tabular, unspecified_leaf
from opencdi.knowledge.specificity import more_exact, says_more, supported_leaf


def words(said: str) -> frozenset[str]:
    return frozenset(said.split())


@pytest.mark.parametrize(
    ("code", "documented", "place", "told"),
    [
        ("S72009A", "left", "", "S72002A"),
        ("L97909", "left", "", "L97929"),
        ("I82409", "right", "", "I82401"),
        ("C3490", "right upper lobe", "upper lobe", "C3411"),
        ("L8990", "stage 3", "", "L8993"),
        ("L8990", "unstageable", "", "L8995"),
        ("M8610", "acute left tibia", "tibia", "M86162"),  # "tibia and fibula": either (I.A.14)
        ("M8610", "acute left tibia", "", "M8610"),  # a word that is no place is not enough
        ("S52209A", "open left", "", "S52202B"),  # open, its type not said (I.C.19.c)
        ("R109", "acute", "", "R109"),  # an acute abdomen is no acute pain
        ("J189", "left", "", "J189"),
        ("E162", "hypoglycemia", "", "E162"),
        ("frog", "left", "", "frog"),
    ],
)
def test_what_is_documented_is_said(code: str, documented: str, place: str, told: str) -> None:
    assert more_exact(code, words(documented), words(place)) == told


@pytest.mark.parametrize(
    ("stem", "documented", "leaf"),
    [
        ("L89", "left heel stage 2", "L89622"),
        ("L896", "left heel", "L89629"),
        ("L8961", "right heel", "L89619"),  # "unspecified stage" is no side: it led to deep tissue damage
        ("L896", "induced deep tissue damage", "L89606"),
        ("S7214", "left", "S72142A"),  # displaced unless said
        ("S7214", "left nondisplaced", "S72145A"),
        ("L0311", "left upper limb", "L03114"),
        ("L0311", "left", None),
    ],
)
def test_a_stem_is_followed_as_far_as_is_documented(stem: str, documented: str, leaf: str | None) -> None:
    assert supported_leaf(stem, words(documented)) == leaf


def test_to_say_more_is_to_leave_less_open_of_the_same_category() -> None:
    assert says_more("N184", than="N189")
    assert not says_more("N189", than="N184")
    assert not says_more("J690", than="N189")


LEAVES = [code for code in sorted(tabular()) if tabular().billable(code) and "nspecified" in description_of(code)][::29]
SAID = st.frozensets(
    st.sampled_from(["left", "right", "acute", "chronic", "severe", "open", "upper", "heel", "stage", "3", "hip"]), max_size=4
)


@given(st.sampled_from(LEAVES), SAID)
def test_nothing_documented_changes_nothing_and_a_code_stays_in_its_category(code: str, documented: frozenset[str]) -> None:
    assert more_exact(code, frozenset()) == code
    told = more_exact(code, documented)
    assert told[:3] == code[:3]
    assert tabular().billable(told)
    assert told == code or says_more(told, than=code) or told[-1] == "B"


@given(st.sampled_from(LEAVES), SAID, st.sampled_from(["left", "right"]))
def test_a_side_that_is_not_documented_is_never_said(code: str, documented: frozenset[str], side: str) -> None:
    told = more_exact(code, documented - {side})
    assert side not in description_of(told).lower().split() or side in description_of(code).lower().split() or told == code


@given(st.sampled_from(sorted(tabular())[::61]), st.sampled_from(["", "left", "right", "bilateral"]))
def test_the_unspecified_leaf_of_a_side_is_not_of_another(stem: str, side: str) -> None:
    leaf = unspecified_leaf(stem, side)
    others = {"left", "right"} - {side}
    said = set(description_of(stem).lower().replace(",", " ").split())
    if leaf and side in ("left", "right"):
        assert not others & (set(description_of(leaf).lower().replace(",", " ").split()) - said) or "and" in said
