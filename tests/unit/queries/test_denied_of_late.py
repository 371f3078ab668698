"""A denial that is bound to a short time rules nothing out of what was there before: "no seizures overnight"."""

import pytest

from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

ROOM = queries_room(SiteData(), RULES)
TREATED = (
    "d1 09:00 note history-and-physical: seizure",
    "d1 10:00 given levetiracetam 1000 mg IV",
    "d1 14:00 note procedure: epileptiform-discharges",
)
UNSUPPORTED = (
    "d1 06:00 creatinine 1.1 mg/dL",
    "d1 09:00 note history-and-physical: acute-kidney-injury",
    "d2 06:00 creatinine 1.2 mg/dL",
    "d3 06:00 creatinine 1.1 mg/dL",
)  # fmt: skip
DOUBTED = (
    "d1 09:00 note history-and-physical: possible pulmonary-embolism",
    "d2 09:00 note progress: possible pulmonary-embolism",
    "d6 12:00 discharged",
    "d6 14:00 note discharge-summary: edema",
)


def stands(told: Chart) -> dict[str, str]:
    return {alert.condition: alert.state for alert in told.alerts}


@pytest.mark.parametrize(("bound", "ends"), [("[denied=of-late]", "draft"), ("[poa=yesterday]", "draft"), ("", "auto-resolved")])
def test_what_was_to_be_said_more_exactly_is_still_to_be_said(bound: str, ends: str) -> None:
    assert stands(Chart.of(ROOM, *TREATED, f"d3 09:00 note progress: no seizure{bound}"))["seizure-type"] == ends


@pytest.mark.parametrize(("bound", "ends"), [("[denied=of-late]", "draft"), ("", "auto-resolved")])
def test_what_was_measured_before_is_still_asked_about(bound: str, ends: str) -> None:
    assert stands(Chart.of(ROOM, *KIDNEY, f"d4 09:00 note progress: no acute-kidney-injury{bound}"))["acute-kidney-injury"] == ends


def test_what_was_measured_on_the_day_of_which_it_speaks_is_denied() -> None:
    assert (
        stands(Chart.of(ROOM, *KIDNEY, "d2 09:00 note progress: no acute-kidney-injury[poa=today]"))["acute-kidney-injury"]
        == "auto-resolved"
    )


@pytest.mark.parametrize(("bound", "ends"), [("[denied=of-late]", "draft"), ("", "auto-resolved")])
def test_a_diagnosis_without_support_is_not_taken_back_by_it(bound: str, ends: str) -> None:
    told = Chart.of(ROOM, *UNSUPPORTED, f"d4 09:00 note progress: no acute-kidney-injury{bound}")
    assert stands(told)["kidney-injury-support"] == ends


@pytest.mark.parametrize(("bound", "asks"), [("[denied=of-late]", False), ("", True)])
def test_two_providers_do_not_contradict_each_other_by_it(bound: str, asks: bool) -> None:
    lines = ("d1 09:00 note progress by=1001: seizure", f"d2 09:00 note consult by=3003: no seizure{bound}")
    assert ("two-opinions/seizure" in stands(Chart.of(ROOM, *lines))) is asks


@pytest.mark.parametrize(("bound", "asks"), [("[denied=of-late]", True), ("", False)])
def test_a_doubt_is_not_settled_by_it(bound: str, asks: bool) -> None:
    lines = (*DOUBTED[:2], f"d3 09:00 note progress: no pulmonary-embolism{bound}", *DOUBTED[2:])
    assert ("never-settled/pulmonary-embolism" in stands(Chart.of(ROOM, *lines))) is asks
