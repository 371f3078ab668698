"""While a patient is on leave nothing is taken for undocumented; of a newborn no rule for adults asks anything (DOMAIN F.1, F.7)."""

from datetime import timedelta
from typing import Any

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import EncounterDischarged, EncounterUpdated
from opencdi.events.pages import FactsPage
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import DAY_1, Chart
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES


def chart() -> Chart:
    return Chart.of(queries_room(SiteData(), RULES))


def updated(told: Chart, hours: int, **what: Any) -> None:
    at = DAY_1 + timedelta(hours=hours)
    told.now = max(told.now, at)
    told.tell(FactsPage(facts=(EncounterUpdated(visit_id="v", at=ClinicalTime(at), **what),)))


def lines(told: Chart, *said: str) -> None:
    for line in said:
        told.line(line)


@pytest.mark.parametrize("ends_by", ["return", "discharge"])
def test_a_candidate_waits_for_the_end_of_a_leave(ends_by: str) -> None:
    told = chart()
    lines(told, *KIDNEY[:2])
    updated(told, 14, on_leave=True)
    lines(told, *KIDNEY[2:])
    assert [(alert.state, alert.cause) for alert in told.alerts][-1] == ("waiting-for-documents", "ON_LEAVE")
    if ends_by == "return":
        updated(told, 32, on_leave=False)
    else:
        told.tell(FactsPage(facts=(EncounterDischarged(at=ClinicalTime(DAY_1 + timedelta(hours=32))),)))
    assert [alert.state for alert in told.alerts][-1] == "draft"


def test_a_newborns_stay_is_asked_nothing_though_the_birth_date_is_an_adults() -> None:
    told = chart()
    updated(told, 0, newborn=True)
    lines(told, *KIDNEY)
    assert told.alerts == []
    updated(told, 32, newborn=False)
    assert [alert.state for alert in told.alerts][-1] == "draft"
