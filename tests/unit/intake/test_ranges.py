"""Reference ranges as laboratories write them, in the house's unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.intake.ranges import Range, usual
from opencdi.knowledge.analytes import ANALYTES

BY_SLUG = {one.slug: one for one in ANALYTES}
POTASSIUM, TROPONIN, CREATININE, GLUCOSE = (BY_SLUG[slug] for slug in ("potassium", "troponin-i", "creatinine", "glucose"))


@pytest.mark.parametrize(
    ("sent", "low", "high"),
    [
        ("3.5-5.0", 3.5, 5.0), ("3.5 - 5.0", 3.5, 5.0), ("3.5 – 5.0", 3.5, 5.0), ("3.5 to 5.0", 3.5, 5.0), ("(3.5-5.0)", 3.5, 5.0),
        ("3,5-5,0", 3.5, 5.0), ("3.5-5.0 mmol/L", 3.5, 5.0), ("3.5..5.0", 3.5, 5.0), ("<5.0", None, 5.0), ("< 5.0", None, 5.0),
        ("<=5", None, 5.0), ("≤5.0", None, 5.0), ("up to 5.0", None, 5.0), ("less than 5", None, 5.0), (">3.5", 3.5, None), (">=3.5", 3.5, None),
        ("≥ 3.5 mEq/L", 3.5, None), ("0-5", 0.0, 5.0), (".5-1.2", 0.5, 1.2),
    ],
)  # fmt: skip
def test_a_range_that_can_be_read(sent: str, low: float | None, high: float | None) -> None:
    assert usual(POTASSIUM, sent, "mmol/L") == Range(low, high)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Negative",
        "see note",
        "M: 3.5-5.0 F: 3.4-4.9",
        "5.0-3.5",
        "3.5-5.0-7.0",
        "3.5",
        "1:40",
        "adult",
        "3.5-5.0 furlongs",
        "2026-05-04",
    ],
)
def test_what_is_no_range_is_none(sent: str) -> None:
    assert usual(POTASSIUM, sent, "mmol/L") == Range()


def test_thousands_are_no_decimals() -> None:
    assert usual(BY_SLUG["ck"], "1,200-3,000", "U/L") == Range(1200, 3000)


def test_a_range_is_told_in_the_houses_unit() -> None:
    assert usual(CREATININE, "53-97", "umol/L") == Range(pytest.approx(0.6, abs=0.01), pytest.approx(1.1, abs=0.01))
    assert usual(GLUCOSE, "3.9-5.6 mmol/L", "") == Range(pytest.approx(70.3, abs=0.1), pytest.approx(100.9, abs=0.1))


def test_a_unit_that_is_not_the_analytes_tells_nothing() -> None:
    assert usual(TROPONIN, "<0.04", "mmHg") == Range()


@given(st.floats(0, 500), st.floats(0.5, 500))
def test_low_is_never_above_high(low: float, width: float) -> None:
    found = usual(POTASSIUM, f"{low:.2f}-{low + width:.2f}", "mmol/L")
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.high


@given(st.text(max_size=60))
def test_whatever_stands_there_is_a_range_or_none(sent: str) -> None:
    found = usual(POTASSIUM, sent, "mmol/L")
    assert found.low is None or found.high is None or found.low < found.high
