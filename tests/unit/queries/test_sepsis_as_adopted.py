"""Sepsis and septic shock are asked about by the definition that the hospital has adopted (DOMAIN D-03, D-04, B62)."""

import pytest

from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from opencdi.queries.rule import load_rules
from opencdi.settings import rules_dir
from unit.queries.sites import adopted

RULES = {rule.id: rule for rule in load_rules(rules_dir() / "queries")}
HIGH_LACTATE_AFTER_FLUIDS = (
    "d1 08:00 note history-and-physical: sepsis", "d1 08:10 given lactated ringers 2000 mL IV", "d1 09:30 map 60 mm[Hg]",
    "d1 10:40 map 59 mm[Hg]", "d1 11:00 lactate 4.3 mmol/L",
)  # fmt: skip
FEVER_AND_NO_ORGAN = (
    "d1 07:00 note emergency: cough; pneumonia", "d1 08:00 note history-and-physical: sepsis; pneumonia",
    *(f"{at} {value}" for at in ("d1 09:00", "d1 20:00", "d2 10:00")
      for value in ("temperature 37.6 Cel", "respiratory-rate 16 /min", "map 82 mm[Hg]", "spo2 97 %")),
    "d1 09:30 wbc 16.2 10*3/uL", "d1 09:30 platelets 240 10*3/uL", "d1 09:30 creatinine 0.9 mg/dL",
)  # fmt: skip


def asked(rule: str, lines: tuple[str, ...], definition: str) -> bool:
    site = SiteData(definitions=adopted("SEPSIS-SITE", definition))
    told = Chart.of(queries_room(site, (RULES[rule],)), *lines)
    return any(alert.state == "draft" for alert in told.alerts)


@pytest.mark.parametrize(("definition", "is_asked"), [("sepsis-2", True), ("sepsis-3", False)])
def test_a_shock_without_a_pressor_is_one_by_sep_1_alone(definition: str, is_asked: bool) -> None:
    """Sepsis-3 asks for a vasopressor, too (Singer 2016)."""
    assert asked("D-03", HIGH_LACTATE_AFTER_FLUIDS, definition) is is_asked


@pytest.mark.parametrize(("definition", "is_asked"), [("sepsis-2", False), ("sepsis-3", True)])
def test_a_white_count_supports_sepsis_2_and_an_organ_sepsis_3(definition: str, is_asked: bool) -> None:
    assert asked("D-04", FEVER_AND_NO_ORGAN, definition) is is_asked
