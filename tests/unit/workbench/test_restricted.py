"""What a restricted note alone supports is told nowhere: not by its code, and not by the changes that the code made."""

from datetime import UTC, datetime
from typing import Any

import pytest

from by_hand.telling import passed
from opencdi.clinical.time import ClinicalTime
from opencdi.events.audiences import DrgCause, DrgChanged, FinalCodeSet, Indicator, QueryWording
from opencdi.events.contract import MadeBy
from opencdi.events.pages import Evidence, WorkingCode, WorkingDrg
from opencdi.events.people import Person
from opencdi.workbench.code_lines import code_lines
from opencdi.workbench.restricted import HIDDEN, Restriction, as_asked

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)
MADE_BY = MadeBy(room="coding", software="0")
WITHHELD = Restriction(frozenset({"secret"}))


def code(name: str, *note_ids: str) -> WorkingCode:
    evidence = tuple(Evidence(note_id=note_id, revision=1, start=0, end=5, quote="words") for note_id in note_ids)
    return WorkingCode(code=name, description="", concept="c", status="proposed", confidence=0.9, evidence=evidence)


CODES = (code("F1120", "secret"), code("I10", "secret", "open"), code("A419", "open"))
HIDDEN_CODES = WITHHELD.hidden(CODES)


def change(**cause: object) -> DrgChanged:
    told = DrgCause.model_validate({"entry_id": "e", **cause})
    return DrgChanged(tenant="t", encounter_id="x", at=NOON, as_of="e", made_by=MADE_BY, cause=told, nth=1)


def test_a_code_that_an_open_note_supports_too_is_not_hidden() -> None:
    assert WITHHELD.hidden(CODES) == {"F1120"}


@pytest.mark.parametrize(
    "cause",
    [
        {"added": ("A419", "F1120"), "words": "progress note of 2026-05-08: CC F11.20 Opioid dependence added"},
        {"removed": ("F1120",)},
        {"words": "progress note of 2026-05-09: principal diagnosis A41.9 instead of F11.20 Opioid dependence"},
        {"other": "principal F1120 -> A419"},
        {"added": ("F1110",), "words": "restricted note of 2026-05-08: CC F11.10 Opioid abuse added"},
        {"removed": ("F1110",), "words": "class observation: no DRG: class observation", "confidentiality": "V"},
    ],
)
def test_a_change_that_would_tell_is_withheld(cause: dict[str, Any]) -> None:
    assert WITHHELD.change(change(**cause), HIDDEN_CODES).cause == DrgCause(
        entry_id="e", words=HIDDEN, confidentiality=cause.get("confidentiality")
    )  # fmt: skip
    assert Restriction(frozenset()).change(change(**cause), frozenset()) == change(**cause)


def test_other_changes_are_told() -> None:
    told = change(added=("A419",), words="progress note of 2026-05-08: principal diagnosis A41.9 Sepsis")
    assert WITHHELD.change(told, HIDDEN_CODES) == told


def test_the_differences_of_a_final_set_are_told_without_hidden_codes() -> None:
    final = FinalCodeSet(
        tenant="t", encounter_id="x", nth=1, status="amended", at=NOON, as_of="e", made_by=MADE_BY, codes=CODES, cause="c",
        added=("A419", "F1120"), removed=("F1120",), changed=("F11.20 POA Y -> N", "I10 POA Y -> N"),
    )  # fmt: skip
    shown = WITHHELD.final(final, HIDDEN_CODES)
    assert (shown.added, shown.removed, shown.changed) == (("A419",), (), ("I10 POA Y -> N",))


def test_what_is_to_settle_names_no_hidden_code() -> None:
    final = FinalCodeSet(
        tenant="t", encounter_id="x", nth=1, status="provisional", at=NOON, as_of="e", made_by=MADE_BY, codes=CODES,
        to_settle=("POA of F11.20, I10: undetermined, grouped as Y", "code editor: manifestation F11.20", "F11.201: another code"),
    )  # fmt: skip
    assert WITHHELD.final(final, HIDDEN_CODES).to_settle == (HIDDEN, "F11.201: another code")


def drg() -> WorkingDrg:
    return WorkingDrg(
        drg="897", mdc="20", title="OPIOID DEPENDENCE", grouper="43.1", severity="NONE", initial_drg="897", return_code="OK"
    )  # fmt: skip


def test_a_drg_that_rests_on_a_hidden_principal_diagnosis_is_withheld() -> None:
    principal = CODES[0].model_copy(update={"role": "principal"})
    final = FinalCodeSet(
        tenant="t", encounter_id="x", nth=1, status="amended", at=NOON, as_of="e", made_by=MADE_BY, codes=(principal,), drg=drg(),
        drg_before="896",
    )  # fmt: skip
    shown = WITHHELD.final(final, WITHHELD.hidden(final.codes))
    assert (shown.drg, shown.drg_before, shown.no_drg) == (None, None, HIDDEN)
    assert Restriction(frozenset()).final(final, frozenset()) == final


def test_a_drg_that_rests_on_a_hidden_procedure_is_withheld() -> None:
    on_it = drg().model_copy(update={"confidentiality": "R"})
    final = FinalCodeSet(
        tenant="t", encounter_id="x", nth=1, status="amended", at=NOON, as_of="e", made_by=MADE_BY, codes=(CODES[2],), drg=on_it
    )
    assert (WITHHELD.final(final, frozenset()).drg, WITHHELD.final(final, frozenset()).no_drg) == (None, HIDDEN)
    assert Restriction(frozenset()).final(final, frozenset()) == final
    moved = change(words="restricted note of 2026-05-08").model_copy(update={"before": drg(), "after": on_it, "weight_delta": 1.0})
    seen = WITHHELD.change(moved, frozenset())
    assert (seen.before, seen.after, seen.weight_delta) == (drg(), None, None)
    assert Restriction(frozenset()).change(moved, frozenset()) == moved


def test_the_reason_of_an_open_code_does_not_name_a_hidden_one() -> None:
    beside = CODES[2].model_copy(update={"reasons": ("Excludes1 at F11.20", "Excludes1 at F1120", "II.C")})
    lines, hidden = code_lines((CODES[0], beside), WITHHELD)
    assert ([line.reasons for line in lines], hidden) == ([("II.C",)], 1)


def quoted(note_id: str, words: str, label: str | None) -> Indicator:
    at = ClinicalTime(NOON)
    return Indicator(
        text=words, quote=words, source="progress note", source_id=f"{note_id}@1", at=at, author="A", start=0, end=5, confidentiality=label
    )


def test_a_physician_reads_a_question_less_the_words_of_restricted_notes() -> None:
    asked = QueryWording(
        query_id="q", encounter_id="x", patient_id="p", addressed_to=Person(staff_id="1"), author="D-01", created_at=NOON, title="t",
        why="w", question="?", options=(), documented=(quoted("secret", "told in confidence", "R"),),
        indicators=(quoted("open", "said openly", None), quoted("secret", "told too", "R")),
    )  # fmt: skip
    query = passed(asked, "sent", "e", confidentiality="R")
    shown = as_asked(query, sees_restricted=False).wording
    assert [one.text for one in (*shown.documented, *shown.indicators)] == [HIDDEN, "said openly", HIDDEN]
    assert "told" not in shown.to_json().decode()
    assert as_asked(query, sees_restricted=True) == query
