"""A step that is taken back (the machine failed, a batch was not committed) and comes again says what it would have said."""

from copy import copy

from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES


def test_a_draft_whose_evidence_grew_is_worded_anew_though_the_first_try_was_taken_back() -> None:
    told = Chart.of(queries_room(SiteData(), RULES), *KIDNEY, "d2 07:00 sodium 140 mmol/L")
    lost = copy(told)
    lost.states, lost.alerts, lost.asked, lost.passed_on = dict(told.states), [], [], []
    line = "d2 08:00 note progress: oliguria"
    lost.line(line)
    before = len(told.alerts)
    told.line(line)
    assert lost.alerts[-1].cause == "EVIDENCE_CHANGED"
    assert told.alerts[before:] == lost.alerts
