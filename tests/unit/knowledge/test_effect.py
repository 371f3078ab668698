"""With and without (DOMAIN B54, B55, B58)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.knowledge.effect import effect_of_adding, effect_of_removing, effects_of_adding, effects_of_removing
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, begun_here_counts, drg_of, excluded_by_logic, group
from opencdi.knowledge.weights import weight_of

CODES_ON_A_LONG_CHART = (
    "J9601 N179 G9341 E43 E871 D62 I5033 R6520 L89153 E440 J441 N390 I10 E119 E785 I2510 Z66 Z87891 E039 K219 I4891 N1832 D649 E876 E875 "
    "R0902 J189 K5900 F329 M109 N400 Z794 Z7901 E669 G4733 H409 F0390 R4182 D696 E8720 I482 R1310 Z515 B9620"
)
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


def test_it_says_why_nothing_moved() -> None:
    told = claim("R6520", "J9601", "G9341", "E871")
    said = {code: effect_of_removing(told, code).why_none for code in ("R6520", "J9601", "G9341", "E871")}
    assert said == {
        "R6520": "excluded", "J9601": "redundant", "G9341": "redundant", "E871": "redundant",
    }  # fmt: skip
    assert effect_of_removing(claim("E871"), "E871").why_none == "MS-DRG 872 asks for no CC"
    assert effect_of_removing(claim("J9601"), "J9601").why_none == ""
    assert effect_of_removing(claim("L89153").poa_as("N", "L89153"), "L89153").why_none == "hospital-acquired"
    assert effect_of_adding(claim("J9601"), CodedDiagnosis("N170", "Y")).why_none == "redundant"


def test_a_code_that_the_drg_itself_is_made_of_counts_for_nothing_in_it() -> None:
    """A heart attack behind another heart disease makes the DRG (280-282), and is not its MCC besides."""
    told = claim("I214")._replace(principal=CodedDiagnosis("I2510", "Y"))
    effect = effect_of_removing(told, "I214")
    assert (effect.drg_with, effect.drg_without, excluded_by_logic(told, group(told))) == ("282", "303", frozenset({"I214"}))
    twice = told._replace(secondary=(*told.secondary, CodedDiagnosis("I213", "Y")))
    assert {effect_of_removing(twice, code).why_none for code in ("I214", "I213")} == {"excluded"}


def test_two_candidates_are_weighed_beside_each_other() -> None:
    """Jointly, for open gaps: whichever comes second adds nothing, and both together are no more than one."""
    one, other = CodedDiagnosis("J9601", "Y"), CodedDiagnosis("G9341", "Y")
    alone, both = effect_of_adding(claim(), one), effect_of_adding(claim(), one, other)
    assert both.weight_delta == alone.weight_delta
    assert effect_of_adding(claim().with_secondary(one), other).weight_delta == 0.0
    assert effect_of_adding(claim().with_secondary(other), one).weight_delta == 0.0


def test_the_codes_of_a_long_chart_are_weighed_with_few_groupings() -> None:
    """Where two MCCs count, either alone shows that none of the rest moves anything; the clock is in `make bench-code`."""
    codes = [code for code in dict.fromkeys(CODES_ON_A_LONG_CHART.split()) if code != "A419"]
    told = claim(*codes)
    answer = group(told)
    excluded_by_logic(told, answer)  # has grouped each of those that count alone
    before = group.cache_info().misses, drg_of.cache_info().misses
    assert len(effects_of_removing(told, codes, answer)) == len(codes)
    assert (group.cache_info().misses, drg_of.cache_info().misses) == before


BIRTH = ["O9962", "O1414", "O34211", "O6981X0", "O480", "O99324", "O721", "O9081", "Z370", "Z302", "D62"]
INJURIES = ["S36031A", "S270XXA", "S72001A", "S065X1A", "S2241XA", "S37011A", "S32009A", "S82201A", "T794XXA", "L89153"]
NEWBORN = ["P0739", "P220", "P599", "P704", "P0714", "Q210", "P369", "Z3801", "P0716"]
HEART = ["I214", "I213", "I5023", "I4901", "I469", "R570", "I472", "I509", "N179", "J9601"]
AFTER_OPERATIONS = ["N390", "T83511A", "I82402", "I2699", "T8141XA", "K6811", "T80211A", "J95811", "E1101", "T8149XA", "Y838", "B9620"]
MIXES = [
    ("A419", 70, POOL),
    ("O80", 28, BIRTH),
    ("O6981X0", 28, BIRTH),
    ("S72141A", 60, INJURIES),
    ("S065X0A", 60, INJURIES),
    ("Z3801", 0, NEWBORN),
    ("I2510", 70, HEART),
    ("I5023", 70, HEART),
    ("B20", 40, POOL),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MIXES), st.data())
def test_together_or_one_by_one_codes_are_weighed_the_same(mix: tuple[str, int, list[str]], data: st.DataObject) -> None:
    first, age, pool = mix
    told = data.draw(
        st.lists(st.tuples(st.sampled_from(pool), st.sampled_from("YN")), unique_by=lambda one: one[0], min_size=1, max_size=9)
    )
    procedures = data.draw(st.lists(st.sampled_from(["10D00Z1", "10E0XZZ", "5A1955Z", "027034Z", "0QS634Z"]), unique=True, max_size=2))
    asked = GrouperClaim(
        431, age, "F", 1, CodedDiagnosis(first, "Y"), tuple(CodedDiagnosis(code, poa) for code, poa in told if code != first), tuple(procedures)
    )  # fmt: skip
    codes = [one.code for one in asked.secondary]
    answer = group(asked)
    assert effects_of_removing(asked, codes, answer) == [effect_of_removing(asked, code, answer) for code in codes]
    waiting = data.draw(st.lists(st.sampled_from([*pool, "Z6841"]), unique=True, max_size=4))
    alone = [effect_of_adding(asked, CodedDiagnosis(code, "Y"), grouped=answer) for code in waiting]
    assert effects_of_adding(asked, waiting, answer) == alone


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*MIXES, ("M1711", 66, AFTER_OPERATIONS)]), st.data())
def test_when_a_code_began_counts_for_hospital_acquired_conditions_alone(mix: tuple[str, int, list[str]], data: st.DataObject) -> None:
    first, age, pool = mix
    codes = [code for code in data.draw(st.lists(st.sampled_from([*pool, *AFTER_OPERATIONS]), unique=True, max_size=9)) if code != first]
    done = data.draw(st.lists(st.sampled_from(["0SRC0J9", "0JH60PZ", "021009W", "0D16079", "0SG00AJ", "02HV33Z"]), unique=True, max_size=2))
    told = tuple(CodedDiagnosis(code, data.draw(st.sampled_from("YN"))) for code in codes)
    asked = GrouperClaim(431, age, "F", 1, CodedDiagnosis(first, "Y"), told, tuple(done))
    answer = group(asked)
    open_ = data.draw(st.lists(st.sampled_from(codes), unique=True)) if codes else []
    if not begun_here_counts(asked, answer, open_):
        begun = group(asked.poa_as("N", *open_))
        assert (begun.drg, begun.return_code, begun.severity) == (answer.drg, answer.return_code, answer.severity)


def test_what_waits_is_weighed_with_one_grouping_where_nothing_moves() -> None:
    told = claim("J9601", "N170")
    answer = group(told)
    group.cache_clear()
    assert [one.why_none for one in effects_of_adding(told, ["E43", "N179", "D62"], answer)] == ["redundant"] * 3
    assert group.cache_info().misses == 6  # the claim with all three, and each of its MCCs and CCs alone


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(POOL), unique=True, min_size=1, max_size=8))
def test_what_the_grouper_did_not_look_at_does_nothing(codes: list[str]) -> None:
    told = claim(*codes)
    answer = group(told)
    for one in answer.secondary:
        if not one.moved and one.severity not in ("MCC", "CC"):
            assert effect_of_removing(told, one.code).drg_without == answer.drg
