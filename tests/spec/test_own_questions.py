"""A question that a specialist writes herself lives through the whole line like any other (DOMAIN B68)."""

from pathlib import Path

from opencdi.events.audiences import Indicator
from opencdi.events.people import EvidenceChosen, OptionWritten, Person, QueryAnswered, QueryReaddressed, QueryWritten
from opencdi.queries.case_chart import approval_of
from opencdi.testing import Ward, story

SPECIALIST = Person(staff_id="cdi-1", name="Robin Vale")
OTHER = Person(staff_id="1234", name="Ines Marchetti", role="provider")


def chosen(one: Indicator) -> EvidenceChosen:
    return EvidenceChosen.model_validate(one.model_dump(include=set(EvidenceChosen.model_fields)))


def test_written_approved_passed_on_answered(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    ward.live([story("malnutrition")], until="2 12:00")
    asked = ward.alerts()[-1]
    assert asked.wording is not None
    about = {"encounter_id": asked.encounter_id, "decided_at": ward.now}
    own = QueryWritten(
        decision_id="own", actor=SPECIALIST, as_of=asked.as_of, **about, condition="frailty", gap_type="missing-diagnosis",
        title="Clinical clarification", why="The findings below have no associated diagnosis.",
        question="Based on your clinical judgment, please clarify the condition being evaluated, if any.",
        options=(OptionWritten(text="Other (please specify)", free_text=True), OptionWritten(text="Unable to determine")),
        evidence=tuple(map(chosen, asked.wording.indicators)),
    )  # fmt: skip
    ward.decide(own)
    draft = ward.alerts()[-1]
    assert (draft.condition, draft.state, draft.origin) == ("frailty", "draft", "specialist")
    ward.decide(approval_of(draft, decision_id="approve", actor=SPECIALIST, decided_at=ward.now))
    assert ward.asked()[-1].wording.author == "cdi-1"
    passed_on = QueryReaddressed(
        decision_id="pass", actor=SPECIALIST, as_of="x", **about, query_id=draft.query_id, to=OTHER, because="provider-changed"
    )
    ward.decide(passed_on)
    assert ward.asked()[-1].wording.addressed_to == OTHER
    answer = QueryAnswered(
        decision_id="answer", actor=OTHER, as_of=ward.asked()[-1].as_of, **about, query_id=draft.query_id, free_text="old age"
    )
    ward.decide(answer)
    assert ward.states()["frailty"] == "closed"
    assert ward.states()["malnutrition"] == "draft"
    assert [told.reason for page in ward.moves() for told in page.refused] == []
