"""What a restricted note alone supports is told nowhere: not by its code, and not by the changes that the code made."""

from datetime import UTC, datetime

import pytest

from opencdi.events.audiences import DrgCause, DrgChanged, FinalCodeSet
from opencdi.events.contract import MadeBy
from opencdi.events.pages import Evidence, WorkingCode
from opencdi.workbench.restricted import HIDDEN, Restriction

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
    ],
)
def test_a_change_that_would_tell_is_withheld(cause: dict[str, object]) -> None:
    assert WITHHELD.change(change(**cause), HIDDEN_CODES).cause == DrgCause(entry_id="e", words=HIDDEN)
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
