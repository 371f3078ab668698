"""What the record meets is a fact for CDI, whether or not anybody is asked (DOMAIN B62): Sepsis-2 and Sepsis-3 are seen side by side."""

import pytest
from pydantic import ValidationError

from opencdi.events.definitions import ConditionNoticed
from opencdi.events.entry import read_entry
from opencdi.events.pages import QueriesPage
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from opencdi.queries.rule import Rule
from unit.queries.kidney import RULES
from unit.queries.sites import adopted, comes_down

SEPSIS_3 = SiteData(definitions=adopted("SEPSIS-SITE", "sepsis-3"))
INFLAMED = ("d1 08:00 wbc 18.2 10*3/uL id=w1", "d1 08:00 heart-rate 118 /min")
INFECTED = ("d1 08:50 ordered blood culture", "d1 09:20 given ceftriaxone 1 g IV", "d1 12:10 note history-and-physical: pneumonia")


def stay(*lines: str, site: SiteData = SEPSIS_3, **begin: object) -> Chart:
    return Chart.of(queries_room(site, RULES), *lines, **begin)


def noticed(chart: Chart) -> list[ConditionNoticed]:
    pages = [read_entry(raw).page(QueriesPage) for raw in chart.passed_on]
    return [one for page in pages if page for one in page.noticed]


def names(chart: Chart) -> list[tuple[str, bool]]:
    return [(one.name, one.stands) for one in noticed(chart)]


def test_sirs_under_sepsis_3_is_no_question_but_a_stored_fact() -> None:
    told = stay(*INFLAMED, *INFECTED)
    assert told.alerts == []
    (sirs,) = noticed(told)
    assert (sirs.name, sirs.is_in_force, sirs.definition.adopted) == ("sepsis-2", False, "sepsis-3")
    assert sirs.definition.approved_by == "Medical Executive Committee"
    assert {one.text for one in sirs.indicators} == {"WBC 18.2 ×10³/µL", "heart rate 118 /min"}


def test_both_are_noticed_and_the_one_in_force_asks() -> None:
    told = stay(*INFLAMED, *INFECTED, "d1 10:00 creatinine 2.2 mg/dL")
    assert {one.name: one.is_in_force for one in noticed(told)} == {"sepsis-2": False, "sepsis-3": True}
    assert told.alerts[-1].condition == "sepsis"
    assert set(told.alerts[-1].met) == {"sepsis-2", "sepsis-3"}


def test_sirs_alone_is_noticed_though_nothing_suggests_an_infection() -> None:
    told = stay(*INFLAMED, site=SiteData())
    assert told.alerts == []
    assert names(told) == [("sepsis-2", True)]


def test_a_high_lactate_is_noticed_unless_somebody_explains_it() -> None:
    assert ("hyperlactatemia", True) in names(stay("d1 08:00 lactate 4.2 mmol/L"))
    assert names(stay("d1 07:00 note emergency: seizure", "d1 08:00 lactate 4.2 mmol/L")) == []


def test_it_is_said_once() -> None:
    told = stay(*INFLAMED)
    for hour in range(9, 14):
        told.line(f"d1 {hour:02}:00 heart-rate 120 /min")
    assert names(told) == [("sepsis-2", True)]


def test_it_is_taken_back_where_its_evidence_was_corrected_and_holds_where_other_evidence_stands() -> None:
    told = stay(*INFLAMED)
    told.line("d1 08:00 wbc 8.2 10*3/uL id=w1")
    assert names(told) == [("sepsis-2", True), ("sepsis-2", False)]
    again = stay(*INFLAMED, "d1 09:00 temperature 39.0 Cel")
    again.line("d1 08:00 wbc 8.2 10*3/uL id=w1")
    assert [stands for _, stands in names(again)] == [True, True]  # told anew, with the temperature
    assert "temperature 39.0 °C" in {one.text for one in noticed(again)[-1].indicators}


def test_nobody_is_noticed_whom_the_rule_may_not_ask_about() -> None:
    assert names(stay(*INFLAMED, age=9)) == []
    assert names(stay(*INFLAMED, encounter_class="observation")) == []


def test_no_physician_reads_it() -> None:
    told = stay(*INFLAMED, *INFECTED, "d1 10:00 creatinine 2.2 mg/dL", "d1 13:00 approve")
    assert told.asked
    assert not [word for word in (b"sepsis-2", b"sirs", b"noticed") if word in told.asked[-1].to_json().lower()]


def test_another_limit_at_the_site_is_looked_at_with_open_stays() -> None:
    told = stay("d1 08:00 lactate 2.4 mmol/L", site=SiteData(definitions=adopted("SEPSIS-SITE", "sepsis-2", D_01__lactate=(4, "mmol/L"))))
    assert names(told) == []
    comes_down(told, SiteData(revision=2))
    assert names(told) == [("hyperlactatemia", True)]


HOMELESS = "d1 09:00 note history-and-physical: icd10cm:Z5900"


def test_a_rule_that_asks_nobody_tells_cdi_as_long_as_it_is_so() -> None:
    """Where a homeless person sleeps is the social worker's to tell, and no physician's (DOMAIN D-84)."""
    told = stay(HOMELESS, "d1 09:01 coded Z5900 icd10cm:Z5900")
    assert told.alerts == []
    assert names(told) == [("social-circumstances", True)]
    told.line("d1 10:00 note progress: icd10cm:Z5902")
    told.line("d1 10:01 coded flagged Z5900 icd10cm:Z5900; Z5902 icd10cm:Z5902")
    assert told.alerts == []
    assert names(told)[-1] == ("social-circumstances", False)


def test_a_rule_has_the_words_of_a_question_only_where_it_asks() -> None:
    silent = next(rule for rule in RULES if rule.told_to == "cdi")
    asking = next(rule for rule in RULES if rule.told_to == "provider")
    for wrong in (silent.model_dump() | {"title": "Housing"}, asking.model_dump() | {"question": ""}):
        with pytest.raises(ValidationError, match="only there"):
            Rule.model_validate(wrong)
