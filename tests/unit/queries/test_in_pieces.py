"""A message that is several entries: nothing is asked until the last of them has been read (DESIGN §1)."""

from datetime import timedelta

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import Coded, MeasurementResulted, MedicationGiven
from opencdi.events.pages import FactsPage
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.room import queries_room
from unit.queries.kidney import RULES, sent_by_policy

AT = ClinicalTime(DAY_1 + timedelta(days=1, hours=6))
EVIDENCE = (
    MeasurementResulted(
        measurement_id="c2", analyte="creatinine", code=Coded(code="2160-0"), value=2.4, unit="mg/dL", status="final", taken_at=AT
    ),
    MedicationGiven(administration_id="g1", drug=Coded(code="", text="lactated ringers 1000 mL"), status="given", given_at=AT),
)


@pytest.fixture(params=[(), sent_by_policy("D-11")], ids=["approved by people", "sent by policy"])
def told(request: pytest.FixtureRequest) -> Chart:
    made = Chart(queries_room(SiteData(auto_send_rules=request.param), RULES))
    made.begin()
    for line in ("d1 09:20 creatinine 1.0 mg/dL", "d1 11:00 note history-and-physical: dehydration"):
        made.line(line)
    return made


def test_what_a_later_piece_answers_is_never_asked(told: Chart) -> None:
    told.tell(FactsPage(facts=EVIDENCE, patient_id="p", more=True))
    told.line("d2 09:00 note progress: acute-kidney-injury")  # read before the rest is weighed
    told.tell(FactsPage(patient_id="p", more=False))
    assert told.alerts == []


def test_what_no_piece_answers_is_asked_after_the_last(told: Chart) -> None:
    told.tell(FactsPage(facts=EVIDENCE[:1], patient_id="p", more=True))
    told.tell(FactsPage(facts=EVIDENCE[1:], patient_id="p", more=True))
    assert told.alerts == []
    told.tell(FactsPage(patient_id="p", more=False))
    assert [alert.state for alert in told.alerts] in (["candidate", "draft"], ["candidate", "draft", "approved", "sent"])
