"""How things are said on screen."""

from datetime import date
from typing import get_args

import pytest

from opencdi.clinical.vocabulary import QueryState
from opencdi.events.facts import QueryDismissed
from opencdi.workbench.words import DISMISSALS, OVER, STATES, age, drg_title, person_name, quantity, signed


def test_every_state_and_every_reason_of_the_contracts_has_words() -> None:
    assert set(STATES) == set(get_args(QueryState))
    assert set(get_args(QueryState)) >= OVER
    assert set(DISMISSALS) == set(get_args(QueryDismissed.model_fields["reason"].annotation))


@pytest.mark.parametrize(("value", "shown"), [(2.9, "2.9"), (61.0, "61"), (100.0, "100"), (0.0001, "0.0001"), (None, ""), (-3.5, "-3.5")])
def test_numbers_as_on_a_report(value: float | None, shown: str) -> None:
    assert quantity(value) == shown


def test_the_rest() -> None:
    assert signed(-0.2) == "−0.2000"
    assert person_name("KOVACS^ILONA^M") == "KOVACS, ILONA M"
    assert person_name("Ilona Kovacs") == "Ilona Kovacs"
    assert drg_title("SIMPLE PNEUMONIA AND PLEURISY WITHOUT CC/MCC") == "Simple pneumonia and pleurisy without CC/MCC"
    assert (age("1954-11-02", date(2026, 5, 6)), age("1954", date(2026, 5, 6)), age(None, date(2026, 5, 6))) == ("71", "", "")
