"""Why a question moved: a closed list, with a detail that is ours; what older releases wrote in one text is read."""

import json

import pytest
from pydantic import ValidationError

from opencdi.events.causes import CAUSES, Caused, cause_of
from opencdi.events.pages import QueriesPage
from opencdi.events.query_moves import QueryMoved

# Every spelling that releases before the list wrote, with a detail where it had one.
BEFORE = (
    "INDICATORS_WITHOUT_DOCUMENTATION", "AWAITING_SIGNATURE", "READY", "NO_PROVIDER_NOTE_YET", "DOCUMENTS_SILENT", "ON_LEAVE",
    "AUTO_SEND_POLICY", "APPROVED", "EDITED", "VIEWED", "DOCUMENTED", "UNCERTAIN_IN_FINAL_STATEMENT", "RULED_OUT", "UNCERTAIN",
    "NO_LONGER_SO", "NEWBORN", "RELEASED", "EVIDENCE_CORRECTED", "EVIDENCE_CHANGED", "EFFECT_CHANGED", "RETROSPECTIVE", "CLASS_CHANGED",
    "ENCOUNTER_CANCELLED", "SUPERSEDED", "RULE_SUSPENDED", "RULE_RESUMED", "ATTENDING_CHANGED", "BILL_HOLD_OVER", "AWAITING_CHART",
    "ANSWERED_WITHOUT_NEW_DIAGNOSIS", "QUERY_IS_RECORD", "ANSWERED in words", "ANSWERED acute-on-chronic-systolic", "DISMISSED other",
    "REMINDER 24 h", "PHYSICIAN_ADVISOR 48 h", "DEPARTMENT_CHAIR 72.5 h", "SUPPRESSED end-stage-renal-disease",
    "SUPPRESSED restricted evidence", "AGE unknown", "AGE below",
)  # fmt: skip


@pytest.mark.parametrize("told", BEFORE)
def test_what_was_written_before_the_list_is_read(told: str) -> None:
    about = {"query_id": "q", "condition": "c", "rule_id": "r", "rule_revision": 1, "to_state": "draft", "at": "2026-05-01T08:00:00Z"}
    page = {"kind": "queries", "as_of": "e", "made_by": {"room": "queries", "software": "0.1"}, "moved": [{**about, "cause": told}]}
    (move,) = QueriesPage.read(json.dumps(page)).moved
    assert move.because == told
    assert move.cause in CAUSES
    assert QueryMoved.read(move.to_json()) == move


@pytest.mark.parametrize("told", ["BECAUSE", "documented", "", "the patient said so"])
def test_a_cause_that_is_in_no_list_is_none(told: str) -> None:
    with pytest.raises(ValueError, match="a cause"):
        cause_of(told)
    with pytest.raises(ValidationError):
        Caused.model_validate({"cause": told})


@pytest.mark.parametrize("detail", ["“chest pain”", "first\nsecond", "x" * 81, "<b>", "Dr. O'Neill?"])
def test_a_detail_is_a_word_of_ours_and_no_sentence_of_a_note(detail: str) -> None:
    with pytest.raises(ValidationError):
        Caused(cause="SUPPRESSED", detail=detail)
