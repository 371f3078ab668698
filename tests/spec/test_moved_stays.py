"""Two registrations turn out to be one stay (A42): what people were asked, answered, dismissed and attested stands."""

from pathlib import Path
from typing import Any

import pytest

from opencdi.events.audiences import QueryAlert
from opencdi.events.ids import derived_id
from opencdi.events.inbound import Inbound
from opencdi.events.people import CodeSetAttested, Person, QueryAnswered, QueryDismissed, QueryEdited, QueryViewed
from opencdi.hospital.story import Story
from opencdi.queries.case_chart import approval_of
from opencdi.testing import TENANT, Ward, story

ATTENDING = Person(staff_id="1091", name="Omar Haddad", role="provider")
SPECIALIST = Person(staff_id="cdi-1", name="Robin Vale")
OTHER = ("V7999", "A7999")


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


def hl7(ward: Ward, kind: str, told: Story, *segments: str, visit: str, account: str, patient_class: str = "I") -> None:
    """An ADT message about that story's patient, now."""
    at = ward.now.strftime("%Y%m%d%H%M%S+0000")
    patient = told.patient
    lines = (
        f"MSH|^~\\&|ADT|MERCY|CDI|MERCY|{at}||ADT^{kind}|{derived_id(kind, visit, at)}|P|2.5.1",
        f"EVN||{at}",
        f"PID|1||{patient.mrn}^^^MERCY^MR||{patient.name}||{patient.born.replace('-', '')}|{patient.sex}||||||||||{account}",
        *segments,
        f"PV1|1|{patient_class}|4W^412^A||||1091^Haddad^Omar||||||||||||{visit}^^^MERCY",
    )
    body = ("\r".join(lines) + "\r").encode()
    ward.hear([Inbound(derived_id("told", kind, visit, at), "cdi.inbound.hl7v2", TENANT, "adt", ward.now, body)])


def moved_away(ward: Ward, told: Story) -> None:
    """The patient is registered a second time, and the first number is merged into the second."""
    visit, account = OTHER
    merged = f"MRG|{told.patient.mrn}^^^MERCY^MR||{told.visit.account}||{told.visit.number}^^^MERCY"
    hl7(ward, "A05", told, visit=visit, account=account, patient_class="P")
    hl7(ward, "A42", told, merged, visit=visit, account=account, patient_class="P")


def decision(kind: type[Any], alert: QueryAlert, ward: Ward, name: str, **told: Any) -> Any:
    actor = ATTENDING if kind in (QueryAnswered, QueryViewed) else SPECIALIST
    shown = {"encounter_id": alert.encounter_id, "query_id": alert.query_id, "as_of": alert.as_of}
    return kind(decision_id=name, actor=actor, decided_at=ward.now, **shown, **told)


def approve(ward: Ward, alert: QueryAlert, name: str = "approve") -> None:
    ward.decide(approval_of(alert, decision_id=name, actor=SPECIALIST, decided_at=ward.now))


def answer(ward: Ward, alert: QueryAlert, name: str = "answer") -> None:
    assert alert.wording is not None
    option = next(one for one in alert.wording.options if one.diagnosis)
    asked = next(one for one in reversed(ward.asked()) if one.wording.title == alert.wording.title)
    physician = asked.wording.addressed_to.model_copy(update={"role": "provider"})  # who has it now
    told = decision(QueryAnswered, alert, ward, name, option_id=option.option_id)
    ward.decide(told.model_copy(update={"actor": physician}))


def refused(ward: Ward) -> list[str]:
    return [told.reason for page in ward.moves() for told in page.refused]


def with_the_physician(ward: Ward) -> dict[str, str]:
    """query id -> the latest state in which a physician has it."""
    return {told.wording.query_id: told.state for told in ward.asked()}


# --- the stay lives on under the id under which people have worked -----------------------------------------------------
def test_a_question_that_was_sent_is_answered_under_the_id_it_was_sent_with(ward: Ward) -> None:
    told = story("malnutrition")
    ward.live([told], until="2 12:00")
    draft = ward.alerts()[-1]
    approve(ward, draft)
    moved_away(ward, told)
    answer(ward, draft)
    assert with_the_physician(ward) == {draft.query_id: "answered-awaiting-chart"}
    assert {alert.query_id for alert in ward.alerts()} == {draft.query_id}
    ward.live([told], until="4 12:00")  # under the first number still: the chart says it, which closes the question
    assert with_the_physician(ward) == {draft.query_id: "closed"}
    assert refused(ward) == []


def test_a_question_that_was_dismissed_is_not_asked_under_another_number(ward: Ward) -> None:
    told = story("malnutrition")
    ward.live([told], until="2 12:00")
    draft = ward.alerts()[-1]
    ward.decide(decision(QueryDismissed, draft, ward, "dismiss", reason="integral"))
    moved_away(ward, told)
    ward.live([told], until="3 12:00")
    assert [alert.state for alert in ward.alerts() if alert.state == "draft"] == ["draft"]
    assert ward.states() == {"malnutrition": "dismissed"}
    assert ward.asked() == []


def test_codes_that_were_attested_stay_attested(ward: Ward) -> None:
    told = story("pneumonia")
    ward.live([told])
    final = ward.finals()[-1]
    assert final.waiting_for == ()
    attested = CodeSetAttested(
        decision_id="attest", encounter_id=final.encounter_id, actor=SPECIALIST, decided_at=ward.now, as_of=final.as_of
    )
    ward.decide(attested)
    assert ward.finals()[-1].status == "attested"
    moved_away(ward, told)
    assert [(one.encounter_id, one.status) for one in ward.finals()][-1] == (final.encounter_id, "attested")
    assert {one.encounter_id for one in ward.finals()} == {final.encounter_id}


# --- people have worked on both ------------------------------------------------------------------------------------------
LUNGS, FOOD = "acute-respiratory-failure", "malnutrition"


class TwoStays:
    """One patient's two registrations: one with a question about the lungs, where most has been done, one about nutrition."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self.stays = (
            story("respiratory-failure"),
            story("malnutrition").model_copy(update={"patient": story("respiratory-failure").patient}),
        )
        ward.live(self.stays, until="2 12:00")
        self.drafts = {alert.condition: alert for alert in ward.alerts() if alert.state == "draft"}
        self.food, lungs = self.drafts[FOOD], self.drafts[LUNGS]
        for nth in range(3):
            ward.decide(decision(QueryEdited, lungs, ward, f"edit{nth}", question=f"What condition was treated, if any? ({nth})"))
            lungs = ward.alerts()[-1]
        approve(ward, lungs, "approve lungs")
        self.lungs = ward.alerts()[-1]
        self.before = refused(ward)

    def merged(self) -> None:
        """The stay with the question about nutrition is merged into the other."""
        lungs, food = self.stays
        hl7(
            self.ward, "A42", lungs, f"MRG|{food.patient.mrn}^^^MERCY^MR||{food.visit.account}||{food.visit.number}^^^MERCY",
            visit=lungs.visit.number, account=lungs.visit.account,
        )  # fmt: skip

    def now(self) -> dict[str, str]:
        """condition -> the state of its question where the stay lives now."""
        here = {alert.condition: alert.state for alert in self.ward.alerts() if alert.encounter_id == self.lungs.encounter_id}
        gone = {alert.query_id: alert.state for alert in self.ward.alerts() if alert.encounter_id == self.food.encounter_id}
        assert set(gone.values()) <= {"superseded", "dismissed", "closed"}
        assert refused(self.ward) == self.before
        return here


def test_what_was_sent_is_with_the_physician_once_and_answered_under_the_old_id(ward: Ward) -> None:
    two = TwoStays(ward)
    approve(ward, two.food)
    two.merged()
    assert two.now() == {LUNGS: "sent", FOOD: "sent"}
    assert sorted(with_the_physician(ward).values()) == ["sent", "sent", "superseded"]
    answer(ward, two.food)
    assert two.now() == {LUNGS: "sent", FOOD: "answered-awaiting-chart"}


def test_what_was_answered_is_answered(ward: Ward) -> None:
    two = TwoStays(ward)
    approve(ward, two.food)
    answer(ward, two.food)
    two.merged()
    assert two.now() == {LUNGS: "sent", FOOD: "answered-awaiting-chart"}


def test_what_was_dismissed_is_dismissed(ward: Ward) -> None:
    two = TwoStays(ward)
    ward.decide(decision(QueryDismissed, two.food, ward, "dismiss", reason="integral"))
    two.merged()
    assert two.now() == {LUNGS: "sent", FOOD: "dismissed"}


def test_what_is_decided_on_the_page_of_the_old_stay_reaches_the_question_that_stands(ward: Ward) -> None:
    two = TwoStays(ward)
    two.merged()
    assert two.now() == {LUNGS: "sent", FOOD: "draft"}
    approve(ward, two.food)
    assert two.now() == {LUNGS: "sent", FOOD: "sent"}
    ward.decide(decision(QueryViewed, two.food, ward, "view"))
    assert two.now() == {LUNGS: "sent", FOOD: "viewed"}


def test_an_edit_of_the_old_draft_is_an_edit_of_the_one_that_stands(ward: Ward) -> None:
    two = TwoStays(ward)
    ward.decide(decision(QueryEdited, two.food, ward, "edit", question="What nutritional condition, if any, was treated?"))
    edited = [alert for alert in ward.alerts() if alert.condition == FOOD][-1]
    two.merged()
    approve(ward, edited)
    assert two.now()[FOOD] == "sent"
    asked = [told for told in ward.asked() if told.wording.encounter_id == two.lungs.encounter_id and told.state == "sent"][-1]
    assert asked.wording.question == "What nutritional condition, if any, was treated?"


def test_a_decision_on_words_that_have_changed_since_the_move_is_refused(ward: Ward) -> None:
    two = TwoStays(ward)
    two.merged()
    here = [alert for alert in ward.alerts() if alert.condition == FOOD][-1]
    ward.decide(decision(QueryEdited, here, ward, "edit", question="What nutritional condition, if any, was treated?"))
    ward.decide(decision(QueryDismissed, two.food, ward, "dismiss", reason="integral"))
    assert refused(ward) == [*two.before, "the question has changed since it was shown"]


def test_an_attestation_of_the_stay_that_is_no_more_attests_nothing(ward: Ward) -> None:
    two = TwoStays(ward)
    two.merged()
    ward.live(two.stays)
    sets = [final for final in ward.finals() if final.encounter_id == two.lungs.encounter_id]
    ward.decide(
        CodeSetAttested(decision_id="late", encounter_id=two.food.encounter_id, actor=SPECIALIST, decided_at=ward.now, as_of="before")
    )
    assert sets
    assert ward.finals()[-1].status == "held"
    assert ward.finals()[-1].cause == "attestation refused: the set has changed since it was shown"
