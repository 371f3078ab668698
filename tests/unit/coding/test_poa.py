"""Present on admission: what the documentation says, what the admission's own notes and findings show, and nothing more (DOMAIN F.12)."""

from datetime import UTC, datetime, timedelta

import pytest

from opencdi.clinical.time import ClinicalTime, Precision
from opencdi.coding.candidates import Candidate
from opencdi.coding.guidelines import apply_guidelines
from opencdi.coding.poa import ProposedPoa, is_exempt, proposed_poa
from opencdi.coding.signs import MOST, Presenting, Signs, after_results, presenting
from opencdi.coding.table import load_table
from opencdi.events.facts import Coded, MeasurementResulted
from opencdi.settings import rules_dir

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
ORDER = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)
ADMISSION = (ORDER + timedelta(hours=1), 0)
LATER = (ORDER + timedelta(days=3), 0)


def late(code: str, family: str, **told: object) -> Candidate:
    return Candidate(code, family, family=family, order=LATER, **told)


def early(code: str, family: str, **told: object) -> Candidate:
    return Candidate(code, family, family=family, order=ADMISSION, at_admission=True, **told)


def proposed(code: str, *codes: Candidate, seen: tuple[Presenting, ...] = ()) -> ProposedPoa:
    return proposed_poa(TABLE, codes, ORDER, seen)[code]


def test_an_organism_that_the_culture_named_later_was_there_with_its_infection() -> None:
    found = proposed("J13", late("J13", "pneumonia"), early("J189", "pneumonia"))
    assert (found.poa, "J18.9" in found.reason) == ("Y", True)
    assert proposed("J13", late("J13", "pneumonia"), early("N390", "urinary-tract-infection")).poa == "undetermined"


def test_a_chronic_disease_at_admission_does_not_bring_its_acute_form_along() -> None:
    chronic, acute = early("I5022", "heart-failure", nature="chronic"), late("I5021", "heart-failure")
    assert proposed("I5021", acute, chronic).poa == "undetermined"


def test_what_explains_a_symptom_of_the_admission_was_there() -> None:
    found = proposed("G9341", late("G9341", "encephalopathy"), early("R410", "confusion", kind="symptom"))
    assert (found.poa, "R41.0" in found.reason) == ("Y", True)


def test_a_symptom_that_something_else_of_the_admission_explains_shows_nothing() -> None:
    embolism, failure = late("I2699", "pulmonary-embolism"), early("I5021", "heart-failure")
    dyspnea = early("R0600", "dyspnea", kind="symptom")
    assert proposed("I2699", embolism, dyspnea).poa == "Y"
    assert proposed("I2699", embolism, dyspnea, failure).poa == "undetermined"


def test_the_stated_reason_for_the_admission_is_evidence_too() -> None:
    def told(code: str, family: str, reason: str) -> str:
        return proposed_poa(TABLE, [late(code, family)], ORDER, (), frozenset({reason}))[code].poa

    assert told("J189", "pneumonia", "J189") == "Y"
    assert told("G9341", "encephalopathy", "R410") == "Y", "it explains the confusion"
    assert told("N179", "acute-kidney-injury", "R410") == "undetermined"


def test_a_documented_onset_here_outweighs_everything() -> None:
    assert proposed("J13", late("J13", "pneumonia", onset_after=True), early("J189", "pneumonia")).poa == "N"


@pytest.mark.parametrize(
    ("parts", "poa"),
    [
        ((early("J449", "copd", nature="chronic"), early("J189", "pneumonia")), "Y"),
        ((early("J449", "copd", nature="chronic"), late("J189", "pneumonia")), "undetermined"),
        ((early("J449", "copd", nature="chronic"), late("J189", "pneumonia", onset_after=True)), "N"),
    ],
)
def test_a_combination_was_present_if_all_its_parts_were(parts: tuple[Candidate, ...], poa: str) -> None:
    assert proposed("J440", *apply_guidelines(TABLE, parts)).poa == poa


def test_another_degree_of_the_same_disease_was_not_there_with_it() -> None:
    early_stage, later_stage = early("L89152", "pressure-injury", specific=True), late("L89153", "pressure-injury", specific=True)
    assert proposed("L89153", early_stage, later_stage).poa == "undetermined"
    assert proposed("L89153", early("L8990", "pressure-injury"), later_stage).poa == "Y", "the same injury, its stage not said"


def test_there_by_one_note_and_begun_here_by_another_is_a_conflict() -> None:
    for told in ({"at_admission": True}, {"came_with": True}):
        found = proposed("J189", late("J189", "pneumonia", onset_after=True, **told))
        assert (found.poa, "conflict" in found.reason) == ("undetermined", True)


def test_a_providers_word_that_it_cannot_be_determined_is_w() -> None:
    assert proposed("I82401", late("I82401", "deep-vein-thrombosis", onset_unknown=True)).poa == "W"


@pytest.mark.parametrize(
    ("code", "exempt"),
    [
        ("Z515", True), ("Z66", False), ("Z16342", False), ("Z7984", True), ("Z87891", True), ("Z9181", True), ("Z9682", True), ("Z96641", False),
        ("Z20822", False), ("Z21", False), ("Z225", False), ("Z3A39", True), ("Z370", True), ("Z3800", True), ("Z5329", False), ("Z5331", True),
        ("O80", True), ("O0993", True), ("O1413", False), ("I252", True), ("I69351", True), ("I639", False), ("Q613", True), ("B909", True),
        ("S72001A", False), ("S72001D", True), ("S72001S", True), ("T8454XD", True), ("T8454XA", False), ("M8008XG", True), ("M8008XA", False),
        ("W19XXXA", False), ("W19XXXD", True), ("W1801XA", True), ("W1809XA", False), ("V4352XA", True), ("Y92230", True), ("Y9301", True),
        ("Y848", False), ("Y95", False), ("Y380X1A", False), ("O30039", False), ("H401123", False),
    ],
)  # fmt: skip
def test_exempt_is_what_cms_lists(code: str, exempt: bool) -> None:
    """CMS, POA exempt codes of FY2025: what is not on the list is reported."""
    assert is_exempt(code, TABLE.guidelines.poa_exempt) is exempt


# --- findings from before the order ---------------------------------------------------------------------------------
def result(
    name: str, analyte: str, value: float, hours: float, status: str = "final", precision: Precision = "minute"
) -> MeasurementResulted:
    return MeasurementResulted(
        measurement_id=name, analyte=analyte, code=Coded(code=analyte), value=value, unit="u", status=status,
        taken_at=ClinicalTime(ORDER + timedelta(hours=hours), precision),
    )  # fmt: skip


def seen(*results: MeasurementResulted) -> tuple[Presenting, ...]:
    return presenting(after_results(Signs(), results, TABLE.guidelines), (), ORDER)


def test_a_value_from_before_the_order_shows_what_was_named_later() -> None:
    failure = late("J9601", "respiratory-failure")
    found = proposed("J9601", failure, seen=seen(result("m", "spo2", 84, -1)))
    assert (found.poa, "spo2 84" in found.reason) == ("Y", True)
    assert proposed("J9601", failure, seen=seen(result("m", "spo2", 84, 2))).poa == "undetermined", "after the order"
    assert proposed("J9601", failure, seen=seen(result("m", "spo2", 96, -1))).poa == "undetermined", "normal"
    assert proposed("J9601", failure, seen=seen(result("m", "spo2", 84, -1, precision="day"))).poa == "undetermined", (
        "only the day is known"
    )


def test_one_sign_of_inflammation_is_not_sepsis_and_two_of_one_kind_are_one() -> None:
    sepsis = late("A419", "sepsis")
    hot, fast = result("t", "temperature", 39.2, -1), result("h", "heart-rate", 124, -1)
    assert proposed("A419", sepsis, seen=seen(hot)).poa == "undetermined"
    assert proposed("A419", sepsis, seen=seen(hot, result("t2", "temperature", 38.8, -0.5))).poa == "undetermined"
    assert proposed("A419", sepsis, seen=seen(hot, fast)).poa == "Y"


def test_a_creatinine_says_nothing_of_acute_injury_in_chronic_disease() -> None:
    injury, kidney = late("N179", "acute-kidney-injury"), early("N184", "chronic-kidney-disease", nature="chronic")
    high = seen(result("c", "creatinine", 3.1, -1))
    assert proposed("N179", injury, seen=high).poa == "Y"
    assert proposed("N179", injury, kidney, seen=high).poa == "undetermined"


@pytest.mark.parametrize("status", ["corrected", "withdrawn"])
def test_a_superseded_value_is_no_evidence(status: str) -> None:
    first = after_results(Signs(), [result("c", "creatinine", 2.9, -1)], TABLE.guidelines)
    mended = after_results(first, [result("c", "creatinine", 1.1, -1, status)], TABLE.guidelines)
    assert presenting(first, (), ORDER)
    assert presenting(mended, (), ORDER) == ()


def test_a_preliminary_value_is_not_kept() -> None:
    assert seen(result("s", "spo2", 84, -1, "preliminary")) == ()


def test_of_too_many_findings_the_earliest_are_kept_in_whatever_order_they_come() -> None:
    told = [result(f"s{hour:02}", "spo2", 84, hour - 1) for hour in range(2 * MOST)]
    kept = [after_results(Signs(), order, TABLE.guidelines) for order in (told, told[::-1])]
    assert kept[0] == kept[1]
    assert list(kept[0].seen) == [fact.measurement_id for fact in told[:MOST]]
    assert len(presenting(kept[0], (), ORDER)) == 1
