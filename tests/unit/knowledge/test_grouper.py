"""The grouper's facts that our seeds got wrong or that everything rests on (DOMAIN §0.2, §D.12, B50-B52)."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.knowledge.code_editor import Edit, edits, never_principal, sex_conflicts
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, excluded_by_logic, group, is_valid
from opencdi.knowledge.return_codes import why_no_paid_drg

V = 431
DAY = date(2026, 5, 1)


def claim(
    principal: str, *secondary: str, poa: str = "Y", status: int = 1, procedures: tuple[str, ...] = (), age: int = 70
) -> GrouperClaim:
    sent = tuple(CodedDiagnosis(code, poa) for code in secondary)
    return GrouperClaim(V, age, "F", status, CodedDiagnosis(principal, "Y"), sent, procedures)


MCC = "A419 R6520 R6521 J9600 J9601 J9602 J9621 J189 J690 N170 N186 I5021 I5023 I5031 I5033 I214 G9341 G928 E43 D65 D61810 D61811 L89153 L89154 R532 R570 R571 R578 K659 K7200 G935 G936 E1100 E1110 E11641"
CC = "N179 N184 N185 J9610 J9611 J440 J441 I5020 I5022 I5032 I5A I2489 E870 E871 E8720 E8721 D62 E440 E441 E46 G9340 F05 Z681 Z6841 Z1612 I4811 I4819 I4821 I161 K567 N390 M6282 D84821 C7800 C7931"
NEITHER = "I509 I50810 I5084 K7682 R4182 N1830 N1832 I480 I4891 D696 D6959 D709 E875 E876 E669 E88A E1165 F1020 G40901 L89151 L89152 L89150 L89156"


@pytest.mark.parametrize(("severity", "codes"), [("MCC", MCC), ("CC", CC), ("NON_CC", NEITHER)])
def test_complications_and_comorbidities(severity: str, codes: str) -> None:
    wrong = {code: told for code in codes.split() if (told := group(claim("Z0000", code)).secondary[0].severity) != severity}
    assert wrong == {}


def test_severe_sepsis_is_excluded_by_its_own_principal() -> None:
    answer = group(claim("A419", "R6520"))
    assert (answer.drg, answer.severity) == ("872", "NON_CC")
    assert (answer.secondary[0].severity, answer.secondary[0].excluded) == ("MCC", True)


@pytest.mark.parametrize("mcc", ["R6521", "J9601", "N170", "G9341", "D65", "J189"])
def test_871_needs_another_mcc(mcc: str) -> None:
    assert group(claim("A419", "R6520", mcc)).drg == "871"


@pytest.mark.parametrize("stem", ["C509", "I63", "N183", "K859", "E872", "J960", "S72001"])
def test_stems_are_not_codes(stem: str) -> None:
    assert not is_valid(stem, V)
    assert group(claim(stem)).return_code == "INVALID_PDX"


@pytest.mark.parametrize(
    ("principal", "edit"),
    [
        ("R6520", "UNACCEPTABLE_PDX"), ("B9620", "UNACCEPTABLE_PDX"), ("F05", "UNACCEPTABLE_PDX"), ("Z6841", "UNACCEPTABLE_PDX"),
        ("D631", "MANIFESTATION"), ("W19XXXA", "E_CODE"), ("S72009A", "UNSPECIFIED"), ("4280", "CODE_SYSTEM"), ("E872", "INVALID_CODE"),
    ],
)  # fmt: skip
def test_code_editor_names_the_code(principal: str, edit: str) -> None:
    assert edits(claim(principal), DAY) == (Edit(edit, principal),)


def test_edits_of_a_mixed_claim_each_have_their_code() -> None:
    found = edits(claim("A419", "A419", "XX", "4280", status=99), DAY)
    assert set(found) == {
        Edit("DUPLICATE_OF_PDX", "A419"),
        Edit("INVALID_CODE", "XX"),
        Edit("CODE_SYSTEM", "4280"),
        Edit("INVALID_DISCHARGE_STATUS"),
    }
    assert edits(claim("A419", "J9601"), DAY) == ()


@pytest.mark.parametrize(("poa", "drg"), [("Y", "689"), ("N", "690"), ("U", "690"), ("W", "689")])
def test_a_hospital_acquired_pressure_injury(poa: str, drg: str) -> None:
    answer = group(claim("N390", "L89153", poa=poa))
    assert (answer.initial_drg, answer.drg) == ("689", drg)


@pytest.mark.parametrize(
    ("principal", "acquired", "procedures", "with_it", "without"),
    [
        ("M1611", "I2699", ("0SR90JZ",), "469", "470"),  # embolism after a hip replacement (HAC 10)
        ("J189", "T83511A", (), "194", "195"),  # infection of a urinary catheter (HAC 06)
        ("N390", "L89153", (), "689", "690"),  # pressure injury of stage 3 (HAC 04)
    ],
)
@pytest.mark.parametrize(("poa", "acquired_here"), [("Y", False), ("W", False), ("N", True), ("U", True)])
def test_a_hospital_acquired_condition_is_grouped_both_ways(
    principal: str, acquired: str, procedures: tuple[str, ...], with_it: str, without: str, poa: str, acquired_here: bool
) -> None:
    answer = group(claim(principal, acquired, poa=poa, procedures=procedures))
    assert (answer.initial_drg, answer.drg) == (with_it, without if acquired_here else with_it)
    assert bool(answer.secondary[0].hacs) == acquired_here


def test_an_embolism_is_no_hospital_acquired_condition_without_its_operation() -> None:
    answer = group(claim("J189", "I2699", poa="N"))
    assert (answer.initial_drg, answer.drg) == ("193", "193")


def test_a_hospital_that_is_exempt_tells_no_poa_and_loses_nothing() -> None:
    told = claim("N390", "L89153")._replace(secondary=(CodedDiagnosis("L89153"),))
    assert group(told._replace(hospital_status="EXEMPT")).drg == "689"
    assert (group(told).drg, group(told).return_code) == ("999", "HAC_MISSING_ONE_POA")
    assert why_no_paid_drg("999", "HAC_MISSING_ONE_POA") == "a hospital-acquired condition without a POA indicator"


@pytest.mark.parametrize(
    ("principal", "drg", "word"),
    [("E872", "999", "no valid code"), ("W19XXXA", "999", "may not stand first"), ("O80", "998", "delivery")],
)
def test_no_drg_that_is_paid_says_why_in_words(principal: str, drg: str, word: str) -> None:
    answer = group(claim(principal, age=30))
    assert answer.drg == drg
    assert word in (why_no_paid_drg(answer.drg, answer.return_code) or "")
    assert why_no_paid_drg("872", "OK") is None


def test_the_sex_that_cms_edits_no_more_is_still_told_by_its_last_table() -> None:
    assert sex_conflicts(claim("A419", "N400", "O80")._replace(sex="M")) == ("O80",)
    assert sex_conflicts(claim("A419", "N400")) == ("N400",)
    assert sex_conflicts(claim("A419", "N400")._replace(sex="U")) == ()


def test_ventilation_moves_sepsis_to_870() -> None:
    assert group(claim("A419", procedures=("5A1955Z",))).drg == "870"


def test_a_code_that_defines_the_drg_does_not_count_in_it() -> None:
    told = claim("S2241XA", "S270XXA")
    assert excluded_by_logic(told, group(told)) <= {"S270XXA"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from((MCC + " " + CC + " " + NEITHER).split()), max_size=30))
def test_secondaries_come_back_in_the_order_of_the_claim(codes: list[str]) -> None:
    answer = group(claim("J189", *codes))
    assert [one.code for one in answer.secondary] == codes


def test_four_hundred_secondaries_are_grouped() -> None:
    answer = group(claim("J189", *["E876"] * 400))
    assert (answer.drg, len(answer.secondary)) == ("195", 400)


def test_a_version_that_is_not_carried_is_refused() -> None:
    with pytest.raises(ValueError, match="no such grouper version"):
        group(GrouperClaim(999, 70, "F", 1, CodedDiagnosis("J189")))


@pytest.mark.parametrize(
    ("code", "edit"),
    [
        ("R6520", "UNACCEPTABLE_PDX"),
        ("B9620", "UNACCEPTABLE_PDX"),
        ("F05", "UNACCEPTABLE_PDX"),
        ("Z6841", "UNACCEPTABLE_PDX"),
        ("D631", "MANIFESTATION"),
        ("W19XXXA", "E_CODE"),
        ("S72009A", None),
        ("A419", None),
        ("R079", None),
    ],
)
def test_what_may_never_stand_first_is_the_code_editors_list(code: str, edit: str | None) -> None:
    assert never_principal(code, V) == edit


def test_another_diagnosis_in_first_place_is_the_same_claim_sequenced_anew() -> None:
    told = claim("J441", "J9601", "I10")
    assert group(told.with_principal("J9601")).drg == "189"
    assert told.with_principal("J9601").secondary == (CodedDiagnosis("J441", "Y"), CodedDiagnosis("I10", "Y"))
    assert told.with_principal("J441") == told
