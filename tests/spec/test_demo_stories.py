"""The demo admissions, told as the clinic would: messages in, facts out, through all rooms."""

from pathlib import Path

import pytest

from opencdi.events.facts import Person, QueryAnswered, QueryApproved
from opencdi.testing import Ward, story

ATTENDING = Person(staff_id="1091", name="Omar Haddad", role="provider")
SPECIALIST = Person(staff_id="cdi-1", name="Robin Vale")


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


def test_sepsis_is_asked_on_the_first_day_and_answered_by_the_note_of_the_third(ward: Ward) -> None:
    ward.live([story("sepsis")], until="1 12:00")
    assert ward.states() == {"sepsis": "draft"}
    alert = ward.alerts()[-1]
    assert alert.wording is not None
    shown = " ".join(indicator.text for indicator in alert.wording.indicators)
    assert "18.2" in shown
    assert "118" in shown
    assert "38.9" in shown
    assert any("1.4" in indicator.text or "15" in indicator.text for indicator in alert.wording.contrary)
    assert "sepsis" not in alert.wording.title.lower()

    ward.live([story("sepsis")], until="2 12:00")
    assert ward.states() == {"sepsis": "auto-resolved"}
    assert any("Sepsis due to E. coli UTI" in (i.quote or i.text) or "Sepsis" in (i.quote or "") for i in ward.alerts()[-1].satisfied_by)
    # A41.51 with the UTI: 872 without an MCC (DOMAIN D-01).
    assert ward.drgs()[-1].after is not None
    assert ward.drgs()[-1].after.drg == "872"


def test_a_corrected_creatinine_withdraws_the_question(ward: Ward) -> None:
    ward.live([story("aki-corrected")], until="1 12:00")
    assert ward.states() == {"acute-kidney-injury": "draft"}
    ward.live([story("aki-corrected")], until="1 20:00")
    assert ward.states() == {"acute-kidney-injury": "withdrawn"}
    assert "EVIDENCE_CORRECTED" in ward.alerts()[-1].cause
    assert ward.asked() == []


def test_the_dietitians_finding_is_asked_and_an_answer_is_not_yet_documentation(ward: Ward) -> None:
    ward.live([story("malnutrition")], until="2 12:00")
    assert ward.states() == {"malnutrition": "draft"}
    draft = ward.alerts()[-1]
    assert draft.wording is not None
    severe = next(option for option in draft.wording.options if option.diagnosis and "severe" in option.text.lower())
    encounter = draft.encounter_id
    ward.decide(
        QueryApproved(
            decision_id="d1", encounter_id=encounter, actor=SPECIALIST, decided_at=ward.now, as_of=draft.as_of, query_id=draft.query_id
        )
    )
    assert [asked.state for asked in ward.asked()] == ["sent"]
    ward.decide(
        QueryAnswered(
            decision_id="d2", encounter_id=encounter, actor=ATTENDING, decided_at=ward.now, as_of=draft.as_of, query_id=draft.query_id,
            option_id=severe.option_id,
        )
    )  # fmt: skip
    assert ward.states() == {"malnutrition": "answered-awaiting-chart"}
    assert not any(code.code == "E43" for final in ward.finals() for code in final.codes)

    ward.live([story("malnutrition")], until="4 12:00")
    assert ward.states()["malnutrition"] in {"validated", "closed"}


@pytest.mark.parametrize(
    ("name", "condition", "until"),
    [
        ("respiratory-failure", "acute-respiratory-failure", "3 10:00"),
        ("encephalopathy", "encephalopathy", "3 10:00"),
        ("aki-fhir", "acute-kidney-injury", "3 10:00"),
        ("sepsis-pneumonia", "sepsis", "3 10:00"),
    ],
)
def test_what_is_open_on_day_three(ward: Ward, name: str, condition: str, until: str) -> None:
    ward.live([story(name)], until=until)
    assert ward.states() == {condition: "draft"}


def test_a_well_documented_pneumonia_leaves_nothing_to_ask(ward: Ward) -> None:
    ward.live([story("pneumonia")], until="3 12:00")
    assert ward.alerts() == []
    final = ward.finals()[-1]
    assert final.status == "provisional"
    assert next(code.code for code in final.codes if code.role == "principal") == "J13"
    assert final.drg is not None
    assert final.drg.drg == "195"


def test_a_cancelled_admission_withdraws_what_was_asked(ward: Ward) -> None:
    ward.live([story("cancelled")], until="2 08:30")
    assert ward.states() == {"acute-kidney-injury": "draft"}
    ward.live([story("cancelled")], until="2 10:00")
    assert ward.states() == {"acute-kidney-injury": "withdrawn"}
    assert ward.drgs()[-1].after is None


def test_a_late_pathology_report_amends_the_code_set(ward: Ward) -> None:
    ward.live([story("late-pathology")], until="5 08:00")
    statuses = [final.status for final in ward.finals()]
    assert statuses[0] == "provisional"
    assert "amended" in statuses
    assert "C561" in {code for final in ward.finals() for code in final.added}


def test_an_unsigned_note_that_names_the_condition_holds_the_question_until_it_is_signed(ward: Ward) -> None:
    ward.live([story("aki-fhir")], until="4 10:00")
    assert ward.states() == {"acute-kidney-injury": "addressed-awaiting-signature"}
    ward.live([story("aki-fhir")], until="4 19:00")
    assert ward.states() == {"acute-kidney-injury": "auto-resolved"}


def test_every_message_ends_in_one_of_five_ways(ward: Ward) -> None:
    ward.live([story("sepsis"), story("pneumonia")])
    assert {ended.outcome for ended in ward.outcomes()} <= {"entries", "kept_with_patient", "no_effect", "dead_letter"}
    assert not any(ended.outcome == "dead_letter" for ended in ward.outcomes())
