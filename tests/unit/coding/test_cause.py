"""Whose label a change of the DRG carries: a restricted note's, or that of a code which such notes alone support."""

from opencdi.coding.cause import label_of_change
from opencdi.events.contract import MadeBy
from opencdi.events.pages import CodingPage, Evidence, WorkingProcedure

MADE_BY = MadeBy(room="coding", software="0")


def page(*procedures: WorkingProcedure) -> CodingPage:
    return CodingPage(as_of="e", made_by=MADE_BY, codes=(), procedures=procedures)


def done(*labels: str | None) -> WorkingProcedure:
    evidence = tuple(
        Evidence(note_id=f"n{nth}", revision=1, start=0, end=5, quote="words", confidentiality=label) for nth, label in enumerate(labels)
    )
    return WorkingProcedure(procedure="dialysis", code="5A1D70Z", evidence=evidence)


def test_a_procedure_that_restricted_notes_alone_tell_labels_the_change() -> None:
    assert label_of_change((), None, page(done("R"))) == "R"
    assert label_of_change((), page(done("R")), page()) == "R"


def test_one_that_an_open_note_tells_too_or_that_did_not_move_labels_none() -> None:
    assert label_of_change((), None, page(done("R", None))) is None
    assert label_of_change((), page(done("R")), page(done("R"))) is None
