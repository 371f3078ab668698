"""With and without (DOMAIN B54, B55, B58)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.knowledge.effect import effect_of_adding, effect_of_removing
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, group
from opencdi.knowledge.weights import weight_of

POOL = ["J9601", "N179", "G9341", "E43", "E871", "D62", "I5033", "R6520", "L89153", "E440", "J441", "N390"]


def claim(*secondary: str, version: int = 431) -> GrouperClaim:
    return GrouperClaim(version, 70, "M", 1, CodedDiagnosis("A419", "Y"), tuple(CodedDiagnosis(code, "Y") for code in secondary))


def test_an_excluded_mcc_adds_nothing() -> None:
    effect = effect_of_adding(claim(), CodedDiagnosis("R6520", "Y"))
    assert (effect.drg_without, effect.drg_with, effect.weight_delta) == ("872", "872", 0.0)


def test_the_first_mcc_moves_and_the_second_is_redundant() -> None:
    first = effect_of_adding(claim(), CodedDiagnosis("J9601", "Y"))
    second = effect_of_adding(claim("J9601"), CodedDiagnosis("N170", "Y"))
    assert (first.drg_without, first.drg_with) == ("872", "871")
    assert first.weight_delta is not None
    assert first.weight_delta > 0
    assert second.weight_delta == 0.0


def test_no_weight_is_never_a_guess() -> None:
    assert weight_of("871", 2027) is None
    assert weight_of("999", 2026) is None
    assert effect_of_adding(claim(version=440), CodedDiagnosis("J9601", "Y")).weight_delta is None


def test_table_5_as_cms_printed_it() -> None:
    row = weight_of("871", 2026)
    assert row is not None
    assert (row.weight, row.weight_before_cap, row.gmlos, row.post_acute) == (1.9425, 1.9425, 4.8, True)
    capped = weight_of("010", 2026)
    assert capped is not None
    assert (capped.weight_before_cap, capped.weight) == (3.0699, 7.1757)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(POOL), unique=True, min_size=1, max_size=8))
def test_what_the_grouper_did_not_look_at_does_nothing(codes: list[str]) -> None:
    told = claim(*codes)
    answer = group(told)
    for one in answer.secondary:
        if not one.moved and one.severity not in ("MCC", "CC"):
            assert effect_of_removing(told, one.code, answer).drg_without == answer.drg
