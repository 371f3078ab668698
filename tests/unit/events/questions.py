"""Questions as their alerts tell them."""

from datetime import UTC, datetime, timedelta

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import GapType, QueryCause, QueryState
from opencdi.events.audiences import GateReport, Indicator, Option, QueryAlert, QueryWording
from opencdi.events.contract import MadeBy
from opencdi.events.people import Person

MADE_BY = MadeBy(room="queries", software="0", rules="0")
OPENED = datetime(2026, 5, 4, 12, tzinfo=UTC)
OPTIONS = (
    Option(option_id="sepsis", text="Sepsis", diagnosis="sepsis"),
    Option(option_id="localized", text="Localized infection"),
    Option(option_id="other", text="Other (please specify)", free_text=True),
)
CAUSE: dict[QueryState, QueryCause] = {
    "candidate": "INDICATORS_WITHOUT_DOCUMENTATION", "draft": "READY", "approved": "APPROVED", "sent": "APPROVED", "answered": "ANSWERED",
    "dismissed": "DISMISSED", "withdrawn": "NOT_COMPLIANT",
}  # fmt: skip


def told(
    query_id: str,
    *states: QueryState,
    rule: str = "D-01",
    gap: GapType = "missing-diagnosis",
    author: str = "",
    answer: str = "sepsis",
    physician: str = "Haddad",
    opened: datetime = OPENED,
    apart: timedelta = timedelta(hours=1),
    restricted: str | None = None,
    **more: object,
) -> list[QueryAlert]:
    """What was said of one question: a state after the other, an hour apart."""
    wording = QueryWording(
        query_id=query_id,
        encounter_id="e",
        patient_id="p-secret",
        addressed_to=Person(staff_id=physician, name=f"Dr. {physician}", role="provider"),
        author=author or f"{rule} revision 1",
        created_at=opened,
        title="Clinical clarification",
        why="Indicators without a diagnosis.",
        indicators=(
            Indicator(
                text="“night sweats”", source="H&P", source_id="n@1", at=ClinicalTime(opened), author="Dr. B", confidentiality=restricted
            ),
            Indicator(text="lactate 4.2 mmol/L", source="result", source_id="m", at=ClinicalTime(opened), author="laboratory"),
        ),
        no_contrary_evidence_found=True,
        question="Please clarify.",
        options=OPTIONS,
    )
    report = GateReport(compliant=True, text_hash=wording.text_hash(), linter="query-brief-2022/3")
    return [
        QueryAlert.model_validate(
            {
                "tenant": "t", "query_id": query_id, "encounter_id": "e", "condition": "sepsis", "rule_id": rule, "rule_revision": 1,
                "gap_type": gap, "definition_id": "D", "state": state, "cause": CAUSE[state], "detail": answer if state == "answered" else "",
                "why_now": "", "at": opened + nth * apart, "as_of": f"{query_id}-{nth}", "made_by": MADE_BY, "wording": wording,
                "gate": report, **more,
            }
        )
        for nth, state in enumerate(states)
    ]  # fmt: skip


TO_THE_ANSWER: tuple[QueryState, ...] = ("candidate", "draft", "approved", "sent", "answered")
