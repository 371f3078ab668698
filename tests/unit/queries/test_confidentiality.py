"""A restricted note's label goes with every alert and question made from it, and its words stand in their indicators alone (F.17)."""

import json
from typing import Any

import pytest

from opencdi.clinical.confidentiality import highest
from opencdi.events.audiences import ProviderQuery, QueryAlert, QueryWording
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room, rules_path
from opencdi.queries.rule import load_rules

ROOM = queries_room(SiteData(), load_rules(rules_path()))
SEPSIS = (
    "d1 08:00 wbc 18.2 10*3/uL", "d1 08:00 heart-rate 118 /min", "d1 08:50 ordered blood culture", "d1 09:20 given ceftriaxone 1 g IV",
)  # fmt: skip
KIDNEY = (
    "d1 09:20 creatinine 1.0 mg/dL",
    "d1 11:00 note history-and-physical: dehydration",
    "d2 06:00 creatinine 2.4 mg/dL",
    "d2 06:40 given lactated ringers 1000 mL",
)


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines)


def bare(wording: QueryWording | None) -> dict[str, Any]:
    """Without what may hold a restricted note's words."""
    return {name: () for name in ("documented", "indicators", "contrary")} if wording else {}


def words_beside(told: QueryAlert | ProviderQuery) -> str:
    """All that it says outside its indicators."""
    wording = told.wording.model_copy(update=bare(told.wording)) if told.wording else None
    return told.model_copy(update={"wording": wording, "satisfied_by": ()}).to_json().decode()


@pytest.mark.parametrize(
    ("codes", "label"),
    [
        ((), None), ((None, "", "N", "U", "L", "M", "n"), None), (("N", "R"), "R"), (("V", "R", None), "V"), (("R", "v"), "v"),
        (("HIV", "R"), "R"), (("PSY", "HIV"), "HIV"),
    ],
)  # fmt: skip
def test_the_highest_label(codes: tuple[str | None, ...], label: str | None) -> None:
    assert highest(codes) == highest(reversed(codes)) == label


def test_both_halves_carry_the_highest_label_of_what_they_quote() -> None:
    told = chart(
        *SEPSIS, "d1 12:00 note history-and-physical label=R: pneumonia", "d1 13:00 note progress label=V: cellulitis",
        "d1 13:30 note progress: fever", "d2 08:00 approve",
    )  # fmt: skip
    (asked,) = told.asked
    assert [(one.quote, one.confidentiality) for one in asked.wording.documented] == [("pneumonia", "R"), ("cellulitis", "V")]
    assert (asked.confidentiality, told.alerts[-1].confidentiality) == ("V", "V")
    assert all(one.confidentiality is None for one in asked.wording.indicators if one.quote is None)


def test_a_question_from_open_notes_carries_none() -> None:
    told = chart(*SEPSIS, "d1 12:00 note history-and-physical label=N: pneumonia", "d2 08:00 approve")
    assert b"confidentiality" not in told.asked[0].to_json() + told.alerts[-1].to_json()


def test_a_restricted_notes_words_stand_in_indicators_alone() -> None:
    told = chart(*SEPSIS, "d1 12:00 note history-and-physical label=R: pneumonia", "d2 08:00 approve")
    assert told.asked
    assert any("pneumonia" in (one.quote or "") for one in told.asked[0].wording.documented)
    for message in (*told.alerts, *told.asked):
        assert "pneumonia" not in words_beside(message)


def test_the_first_open_words_name_the_matter_where_there_are_any() -> None:
    told = chart(*SEPSIS, "d1 11:00 note progress label=R: cellulitis", "d1 12:00 note history-and-physical: pneumonia")
    wording = told.alerts[-1].wording
    assert wording is not None
    assert wording.why.startswith("“pneumonia”")


@pytest.mark.parametrize(
    ("said", "state", "cause"),
    [
        ("acute-kidney-injury", "auto-resolved", "DOCUMENTED"),
        ("possible acute-kidney-injury", "addressed-uncertain", "UNCERTAIN"),
        ("dialysis", "withdrawn", "SUPPRESSED restricted evidence"),
        ("pregnancy", "withdrawn", "SUPPRESSED restricted evidence"),
    ],
)
def test_what_a_restricted_note_settles_is_labelled_and_not_named(said: str, state: str, cause: str) -> None:
    alert = chart(*KIDNEY, f"d2 09:00 note consult label=V: {said}").alerts[-1]
    assert (alert.state, alert.because, alert.confidentiality) == (state, cause, "V")
    assert [one.confidentiality for one in alert.satisfied_by] == ["V"]


def test_what_an_open_note_suppresses_is_named_and_quoted() -> None:
    alert = chart(*KIDNEY, "d2 09:00 note consult: dialysis").alerts[-1]
    assert (alert.because, alert.confidentiality) == ("SUPPRESSED end-stage-renal-disease", None)
    assert [one.quote for one in alert.satisfied_by] == ["dialysis"]


@pytest.mark.parametrize("label", [None, "V"])
def test_no_question_can_be_made_with_another_label_than_that_of_its_words(label: str | None) -> None:
    (asked,) = chart(*SEPSIS, "d1 12:00 note history-and-physical label=R: pneumonia", "d2 08:00 approve").asked
    with pytest.raises(ValueError, match="label"):
        ProviderQuery.read(json.dumps({**json.loads(asked.to_json()), "confidentiality": label}))
