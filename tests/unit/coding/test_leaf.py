"""From a stem and what a mention says to the leaf: side, stage, displaced where nothing is said, open where it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.coding.specific import documented
from opencdi.coding.table import load_table
from opencdi.knowledge.icd10cm import tabular
from opencdi.settings import rules_dir

IN_WORDS = load_table(rules_dir() / "coding" / "concepts.yaml").in_words


def leaf_said(stem: str, attributes: dict[str, str]) -> str | None:
    return documented("", attributes, IN_WORDS).leaf(stem)


@pytest.mark.parametrize(
    ("stem", "attributes", "code"),
    [
        ("L896", {"laterality": "right", "stage": "2"}, "L89612"),
        ("L896", {"stage": "2"}, "L89602"),
        ("L896", {}, "L89609"),
        ("L893", {"laterality": "left", "stage": "unstageable"}, "L89320"),
        ("L896", {"laterality": "left", "stage": "deep-tissue"}, "L89626"),
        ("L8915", {"stage": "3"}, "L89153"),
        ("L974", {"laterality": "left", "form": "fat-layer-exposed"}, "L97422"),
        ("L974", {"laterality": "left", "form": "necrosis-bone"}, "L97424"),
        ("L975", {"laterality": "right", "form": "limited-breakdown-skin"}, "L97511"),
        ("S7214", {"laterality": "left"}, "S72142A"),
        ("S7214", {"laterality": "left", "form": "nondisplaced"}, "S72145A"),
        ("S7200", {"laterality": "right", "form": "open"}, "S72001B"),
        ("Z8951", {"laterality": "left"}, "Z89512"),
        ("Z951", {}, "Z951"),
        ("A", {}, None),
    ],
)
def test_no_more_than_is_said(stem: str, attributes: dict[str, str], code: str | None) -> None:
    assert leaf_said(stem, attributes) == code


@pytest.mark.parametrize(
    ("code", "side", "sided"),
    [
        ("S52509A", "left", "S52502A"),
        ("S2249XA", "right", "S2241XA"),
        ("S82899A", "right", "S82891A"),
        ("I10", "left", "I10"),
        ("S52509A", "", "S52509A"),
    ],
)
def test_the_same_code_of_the_side_that_is_said(code: str, side: str, sided: str) -> None:
    assert leaf_said(code, {"laterality": side} if side else {}) == sided


@pytest.mark.parametrize(
    ("code", "attributes", "leaf"),
    [
        ("S060X", {}, "S060XAA"),  # whether consciousness was lost is not known
        ("S8214", {"laterality": "right"}, "S82141A"),  # displaced where nothing is said (I.C.19.c)
    ],
)
def test_what_is_not_said_is_the_default(code: str, attributes: dict[str, str], leaf: str) -> None:
    assert leaf_said(code, attributes) == leaf


@given(st.sampled_from(sorted(tabular())), st.sampled_from(["", "left", "right"]), st.sampled_from(["", "open", "nondisplaced"]))
def test_a_leaf_is_billable_and_below_its_stem(stem: str, side: str, form: str) -> None:
    code = leaf_said(stem, {name: value for name, value in (("laterality", side), ("form", form)) if value})
    assert code is None or (tabular().billable(code) and code.startswith(stem[:3]))
