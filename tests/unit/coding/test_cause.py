"""Whose label a change of the DRG carries: a restricted note's, or that of a code which such notes alone support."""

from datetime import UTC, date, datetime

from opencdi.clinical.time import ClinicalTime
from opencdi.coding.cause import label_of_change
from opencdi.coding.drg import grouped
from opencdi.coding.procedures import labels_of
from opencdi.coding.state import Stay
from opencdi.events.contract import MadeBy
from opencdi.events.pages import CodingPage, Evidence, WorkingProcedure
from opencdi.knowledge.code_year import release_on

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


def test_a_drg_that_rests_on_what_restricted_notes_alone_tell_carries_their_label() -> None:
    today = date(2026, 5, 8)
    release = release_on(today)
    assert release is not None
    stay = Stay(
        tenant="t",
        birth_date="1956-01-01",
        sex="F",
        encounter_class="inpatient",
        admitted_at=ClinicalTime(datetime(2026, 5, 3, tzinfo=UTC)),
    )

    def label(*procedures: WorkingProcedure) -> str | None:
        codes = tuple(one.code for one in procedures)
        told = grouped(stay, today, release, ("K8000", "Y"), (), (), codes, labels=labels_of(procedures))
        assert told.drg is not None
        return told.drg.confidentiality

    removed = done("R").model_copy(update={"procedure": "cholecystectomy", "code": "0FT44ZZ"})
    assert label(removed) == "R"
    assert label(done("R")) is None, "dialysis is no operation: the DRG is the same without it"
    assert label(removed, removed.model_copy(update={"evidence": done(None).evidence})) is None, "an open note tells it too"
    assert label(removed.model_copy(update={"evidence": (), "status": "recorded"})) is None, "the hospital's own list is no note"
