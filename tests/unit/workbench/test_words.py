"""How things are said on screen."""

from datetime import date
from typing import get_args

import pytest

from opencdi.clinical.vocabulary import OVER, GapType, Outcome, QueryCause, QueryState
from opencdi.events.causes import Caused
from opencdi.events.people import QueryDismissed
from opencdi.workbench.vocabulary import ASKED, CAUSES, DISMISSALS, GAPS, OUTCOMES, STATES
from opencdi.workbench.words import age, assumption, cause, drg_title, grouper, moved_by, person_name, place, refusal, signed


def test_every_value_of_the_closed_lists_has_words() -> None:
    assert set(STATES) == set(get_args(QueryState))
    assert set(get_args(QueryState)) >= OVER | set(ASKED)
    assert set(DISMISSALS) == set(get_args(QueryDismissed.model_fields["reason"].annotation))
    assert set(GAPS) == set(get_args(GapType))
    assert set(CAUSES) == set(get_args(QueryCause))
    assert set(OUTCOMES) == set(get_args(Outcome))


def test_names_places_and_titles() -> None:
    assert person_name("KOVACS^ILONA^M") == "KOVACS, ILONA M"
    assert person_name("Ilona Kovacs") == "Ilona Kovacs"
    assert [place(told) for told in ("4W^420^A", "ED^11", "3S^STEP^07^GENERAL", "4 WEST 412-A", "", None)] == [
        "4W 420-A", "ED 11", "3S STEP-07", "4 WEST 412-A", "", "",
    ]  # fmt: skip
    assert drg_title("SIMPLE PNEUMONIA AND PLEURISY WITHOUT CC/MCC") == "Simple pneumonia and pleurisy without CC/MCC"
    assert (grouper("43.1"), grouper("MS-DRG v43.0")) == ("MS-DRG v43.1", "MS-DRG v43.0")
    assert (signed(-0.2), signed(0.687), signed(0.0)) == ("−0.2000", "+0.6870", "±0")
    assert (age("1954-11-02", date(2026, 5, 6)), age("1954", date(2026, 5, 6)), age(None, date(2026, 5, 6))) == ("71", "", "")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("no longer: no principal diagnosis; principal none -> K56609", "principal diagnosis K56.609"),
        ("principal N390 -> A4151", "principal diagnosis N39.0 → A41.51"),
        ("encounter cancelled; principal I10 -> none", "encounter cancelled; principal diagnosis I10 → none"),
        ("discharge-summary note 4ydtf3qbpbjy2huj35d6doc47n, authenticated", "discharge summary note, authenticated"),
        ("discharged, disposition 03", "discharged, to skilled nursing facility (03)"),
        ("", ""),
    ],
)
def test_what_moved_a_drg(told: str, shown: str) -> None:
    assert moved_by(told) == shown


def test_why_a_question_moved_and_why_a_decision_was_refused() -> None:
    assert cause(Caused(cause="DISMISSED", detail="insufficient-evidence")) == "insufficient evidence"
    assert cause(Caused(cause="DOCUMENTED")) == "a provider's note documents it"
    assert cause(Caused(cause="PHYSICIAN_ADVISOR", detail="48 h")) == "no answer yet: physician advisor after 48 h"
    assert refusal("only a draft can be approved; it is auto-resolved") == (
        "only a draft can be approved; it is now “resolved by documentation”"
    )
    assert refusal("no such option") == "no such option"
    assert assumption("disposition 01") == "discharge to home (01)"
