"""What today's codes or two authors leave open is asked (DOMAIN D-61, D-77, D-78), from the hospital's messages on."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from opencdi.events.audiences import QueryAlert
from opencdi.events.ids import derived_id
from opencdi.events.inbound import Inbound
from opencdi.testing import TENANT, Ward

NOW = datetime(2026, 5, 6, 20, tzinfo=UTC)
TROPONIN = (
    "OBR|1||L1|6598-7^Troponin T^LN|||20260504100000-0400|||||||||||||||20260504103000-0400|||F",
    "OBX|1|NM|67151-1^Troponin T high sensitivity^LN||210|ng/L|<19||||F|||20260504100000-0400",
)


def said(kind: str, at: str, *segments: str) -> Inbound:
    lines = [
        f"MSH|^~\\&|EHR|MERCY|CDI|MERCY|{at}||{kind}|{derived_id(kind, at, *segments)[:12]}|P|2.5.1", f"EVN||{at}",
        "PID|1||100^^^MERCY^MR||DOE^JANE||19500102|F", "PV1|1|I|5E^501^A||||77^Lindqvist^Sara||||||||||||I1^^^MERCY" + "|" * 25 + "20260504080000-0400",
    ]  # fmt: skip
    body = ("\r".join((*lines, *segments)) + "\r").encode()
    return Inbound(derived_id(body.decode()), "cdi.inbound.hl7v2", TENANT, "adt", NOW, body)


def note(kind: str, at: str, text: str, by: str = "77^Lindqvist^Sara") -> Inbound:
    code = {
        "admission": "34117-2^History and physical^LN",
        "progress": "11506-3^Progress note^LN",
        "consult": "11488-4^Consultation note^LN",
        "nursing": "34746-8^Nurse note^LN",
        "operative": "11504-8^Surgical operation note^LN",
        "procedure": "28570-0^Procedure note^LN",
        "radiology": "18748-4^Diagnostic imaging study^LN",
        "pathology": "11526-1^Pathology study^LN",
    }[kind]
    return said(
        "MDM^T02", at, f"TXA|1|{code}|TX|{at}|||||{by}|||D{at}|||||AU",
        *(f"OBX|{nth}|TX|{code}||{line}||||||F" for nth, line in enumerate(text.splitlines(), 1)),
    )  # fmt: skip


ADMITTED = said("ADT^A01", "20260504080000-0400")


def alerts(*messages: Inbound) -> list[QueryAlert]:
    with TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        ward.hear((ADMITTED, *messages))
        return ward.alerts()


def question(condition: str, *messages: Inbound) -> QueryAlert:
    return [alert for alert in alerts(*messages) if alert.condition == condition][-1]


def test_chest_pain_that_is_still_only_that_on_the_second_day() -> None:
    asked = question(
        "cause-of-the-symptom",
        note("admission", "20260504090000-0400", "Chief complaint: chest pain.\nAssessment and plan:\n1. Chest pain. Serial troponins."),
        said("ORU^R01", "20260504103000-0400", *TROPONIN),
        note("progress", "20260505110000-0400", "Assessment and plan:\n1. Chest pain. Continue telemetry."),
    )
    assert asked.wording is not None
    assert [one.quote for one in asked.wording.documented] == ["chest pain", "Chest pain"]  # the first words, and the last
    assert any("210 ng/L" in one.text for one in asked.wording.indicators)


def test_a_pneumonia_that_nobody_dates() -> None:
    asked = question(
        "onset/pneumonia",
        note("admission", "20260504090000-0400", "Assessment and plan:\n1. Cellulitis of the left leg. Cefazolin."),
        note("progress", "20260506110000-0400", "Assessment and plan:\n1. Pneumonia. Start ceftriaxone."),
    )
    assert asked.wording is not None
    assert [one.quote for one in asked.wording.documented] == ["Pneumonia"]
    assert [one.source for one in asked.wording.documented] == ["progress note"]


def test_a_note_of_another_patient_takes_its_question_back() -> None:
    written = note("progress", "20260506110000-0400", "Assessment and plan:\n1. Pneumonia. Start ceftriaxone.")
    deleted = said(
        "MDM^T11", "20260506150000-0400", "TXA|1|11506-3^Progress note^LN|TX|20260506110000-0400|||||77|||D20260506110000-0400|||||CA"
    )
    asked = question(
        "onset/pneumonia",
        note("admission", "20260504090000-0400", "Assessment and plan:\n1. Cellulitis of the left leg. Cefazolin."),
        written,
        deleted,
    )
    assert (asked.state, asked.cause) == ("withdrawn", "EVIDENCE_CORRECTED")


PLAN = "Assessment and plan:\n1. Cellulitis of the left leg, with acute kidney injury. Fluids."
DENIED = "Assessment and plan:\n1. Acute kidney injury is ruled out: creatinine at baseline."
NEPHROLOGY = "88^Okafor^Ada"


def test_a_consultant_rules_out_what_the_attending_wrote() -> None:
    asked = question(
        "two-opinions/acute-kidney-injury",
        note("progress", "20260504110000-0400", PLAN),
        note("consult", "20260505090000-0400", DENIED, by=NEPHROLOGY),
    )
    assert asked.wording is not None
    assert [one.label for one in asked.wording.documented] == ["present", "ruled out"]


def test_what_the_attending_rules_out_himself_is_settled() -> None:
    told = alerts(note("consult", "20260504110000-0400", PLAN, by=NEPHROLOGY), note("progress", "20260505090000-0400", DENIED))
    assert not [alert for alert in told if alert.condition.startswith("two-opinions")]


def troponin(value: str, at: str, usual: str) -> Inbound:
    line = f"OBX|1|NM|67151-1^Troponin T high sensitivity^LN||{value}|ng/L|{usual}|H|||F|||{at}"
    return said("ORU^R01", at, f"OBR|1||L{at}|6598-7^Troponin^LN|||{at}|||||||||||||||{at}|||F", line)


@pytest.mark.parametrize(("usual", "asked"), [("<19", True), ("0 - 19", True), ("<250", False), ("", False)])
def test_a_troponin_is_held_to_the_limit_of_its_own_laboratory(usual: str, asked: bool) -> None:
    admitted = note("admission", "20260504090000-0400", "Assessment and plan:\n1. Shortness of breath. Serial troponins.")
    told = alerts(admitted, troponin("40", "20260504091000-0400", usual), troponin("120", "20260504131000-0400", usual))
    assert ("myocardial-injury" in {alert.condition for alert in told}) is asked


def blood_culture(number: str, *germs: str, at: str = "20260504083000-0400", status: str = "F") -> Inbound:
    lines = (f"OBX|{n}|CWE|600-7^Bacteria identified^LN|{n}|^{germ}||||||{status}|||{at}" for n, germ in enumerate(germs, 1))
    return said("ORU^R01", at, f"OBR|1||{number}|600-7^Blood culture^LN|||{at}|||||||||||||||{at}|||{status}", *lines)


SEPSIS = note("progress", "20260504110000-0400", "Assessment and plan:\n1. Sepsis. Start ceftriaxone.")
EPIDERMIDIS = "Staphylococcus epidermidis"


@pytest.mark.parametrize(
    ("results", "asked"),
    [
        ([blood_culture("B1", "Escherichia coli")], True),
        ([blood_culture("B1", "No growth at 5 days")], False),
        ([blood_culture("B1", EPIDERMIDIS)], False),
        ([blood_culture("B1", EPIDERMIDIS, EPIDERMIDIS)], False),  # two bottles of one set
        ([blood_culture("B1", EPIDERMIDIS), blood_culture("B2", EPIDERMIDIS)], True),
        ([blood_culture("B1", "Pending", status="P"), blood_culture("B1", "Klebsiella pneumoniae")], True),
        ([blood_culture("B1", "Klebsiella pneumoniae"), blood_culture("B1", "No growth at 5 days", status="C")], False),
    ],
)
def test_what_grew_in_the_blood_beside_a_sepsis(results: list[Inbound], asked: bool) -> None:
    states = {alert.condition: alert.state for alert in alerts(SEPSIS, *results)}
    assert (states.get("sepsis-organism") in ("draft", "waiting-for-documents")) is asked


def test_an_infection_on_the_third_day_of_a_catheter() -> None:
    nurses = [
        note("nursing", f"2026050{day}120000-0400", f"Foley catheter in place, day {day - 3}.", by="501^Reyes^Ana") for day in (4, 5, 6)
    ]
    asked = question(
        "urinary-infection-and-catheter",
        *nurses,
        note("progress", "20260506150000-0400", "Assessment and plan:\n1. Urinary tract infection. Start ceftriaxone."),
    )
    assert asked.wording is not None
    assert [one.quote for one in asked.wording.indicators if one.source == "nursing note"] == ["Foley catheter", "Foley catheter"]


FIRST_DAY = note("admission", "20260504090000-0400", "Assessment and plan:\n1. Cellulitis of the right foot with an ulcer. Vancomycin.")
SHARP = note(
    "procedure",
    "20260505110000-0400",
    "Procedure: Sharp debridement of the right foot wound, subcutaneous tissue, was performed at the bedside.",
)


def test_sharp_tells_the_instrument_and_an_addendum_the_kind() -> None:
    """D-68: what the code page lacks is asked, and settled by the words that the page then has."""
    asked = question("debridement-kind", FIRST_DAY, SHARP)
    assert asked.wording is not None
    assert [one.quote for one in asked.wording.documented] == ["Sharp debridement"]
    assert [option.text for option in asked.wording.options][-1] == "Unable to determine"
    told = "Procedure: Non-excisional debridement of the right foot wound, subcutaneous tissue, was performed on 5/5."
    settled = question("debridement-kind", FIRST_DAY, SHARP, note("procedure", "20260505150000-0400", told))
    assert (settled.state, settled.cause) == ("auto-resolved", "NO_LONGER_SO")


OPERATED = note(
    "operative", "20260504150000-0400", "Procedure: Laparoscopic cholecystectomy.\nPostoperative diagnosis: acute cholecystitis."
)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("Post-op ileus. NPO, NG tube.", True),
        ("Post-op ileus, expected. NPO.", False),
        ("Post-op ileus is a complication of surgery. NPO.", False),
        ("Ileus, likely due to opioids. NPO.", False),
    ],
)
def test_an_event_after_surgery_of_which_nobody_tells_what_the_surgery_did(words: str, asked: bool) -> None:
    told = alerts(FIRST_DAY, OPERATED, note("progress", "20260506110000-0400", f"Assessment and plan:\n1. {words}"))
    mine = [alert for alert in told if alert.condition == "event-after-surgery/ileus"]
    assert bool(mine) is asked
    assert [one.source for alert in mine[-1:] if alert.wording for one in alert.wording.indicators] == ["operative note"] * asked


@pytest.mark.parametrize(
    ("report", "asked"),
    [
        ("Final diagnosis:\nSigmoid colon, biopsy: Invasive adenocarcinoma.", True),
        ("Final diagnosis:\nSigmoid colon, biopsy: Tubular adenoma. Negative for carcinoma.", False),
        ("Clinical history: adenocarcinoma of the colon.\nFinal diagnosis:\nBenign mucosa.", False),
    ],
)
def test_what_only_the_pathologist_names(report: str, asked: bool) -> None:
    told = alerts(FIRST_DAY, note("pathology", "20260506110000-0400", report, by="99^Ito^Rei"))
    assert ("reported-malignancy" in {alert.condition for alert in told}) is asked
