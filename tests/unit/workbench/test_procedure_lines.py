"""Procedures on screen: what counts first, what is asked, and nothing of what the viewer may not read."""

from opencdi.events.pages import Evidence, WorkingProcedure
from opencdi.workbench.procedure_lines import procedure_lines
from opencdi.workbench.restricted import HIDDEN, Restriction

OPEN, WITHHELD = Restriction(frozenset()), Restriction(frozenset({"secret"}))


def done(procedure: str, *note_ids: str, **more: object) -> WorkingProcedure:
    evidence = tuple(Evidence(note_id=note_id, revision=1, start=0, end=5, quote="words") for note_id in note_ids)
    return WorkingProcedure.model_validate({"procedure": procedure, "evidence": evidence, **more})


def test_what_counts_stands_first_and_what_is_asked_before_what_is_not_counted() -> None:
    told = (
        done("intubation", "open", status="flagged"),
        done("transfusion", "open", status="question", asks=("which blood product",)),
        done("dialysis", "open", code="5A1D70Z"),
        done("", code="02HV33Z", status="recorded", reasons=("on a list",)),
    )
    lines, hidden = procedure_lines(told, OPEN)
    assert ([line.procedure.status for line in lines], hidden) == (["recorded", "proposed", "question", "flagged"], 0)
    assert [line.title for line in lines] == ["Procedure of a list", "Dialysis", "Transfusion", "Intubation"]


def test_reasons_are_said_as_people_say_them_and_the_name_alone_is_none() -> None:
    ((line,), _) = procedure_lines([done("central-line", "open", reasons=("central-line: tip superior-vena-cava", "central-line"))], OPEN)
    assert line.reasons == ("tip superior vena cava",)


def test_the_day_is_known_to_the_day() -> None:
    ((line,), _) = procedure_lines([done("dialysis", "open", on="2026-05-04")], OPEN)
    assert line.day is not None
    assert (line.day.at.date().isoformat(), line.day.precision) == ("2026-05-04", "day")


def test_what_a_restricted_note_alone_tells_is_counted_and_not_named() -> None:
    lines, hidden = procedure_lines(
        [done("dialysis", "secret", code="5A1D70Z"), done("transfusion", "secret", status="question")], WITHHELD
    )
    assert (lines, hidden) == ([], 2)


def test_what_an_open_note_tells_too_is_shown_without_the_restricted_words() -> None:
    ((line,), hidden) = procedure_lines([done("dialysis", "secret", "open", code="5A1D70Z")], WITHHELD)
    assert ([quoted.evidence.quote for quoted in line.quotes], hidden) == ([HIDDEN, "words"], 0)


def test_a_question_has_no_code_that_could_be_hidden() -> None:
    assert WITHHELD.hidden([done("transfusion", "secret", status="question"), done("dialysis", "secret", code="5A1D70Z")]) == {"5A1D70Z"}
