"""The specific question beats the general one, as the rule's file says (DOMAIN D.12)."""

import pytest

from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from opencdi.queries.rule import Rule
from unit.queries.kidney import KIDNEY, RULES

AKI = next(rule for rule in RULES if rule.id == "D-11")
OLIGURIA = "d3 09:00 note progress: oliguria"


def general(condition: str, rule_id: str = "D-05") -> Rule:
    """A rule that is looked at before the specific one, asks of the same evidence, and yields to it."""
    return AKI.model_copy(update={"id": rule_id, "condition": condition, "yields_to": (AKI.id,)})


def late() -> Rule:
    """The specific rule, where it needs more evidence than the general one."""
    needs = next(rule for rule in RULES if rule.id == "D-11").when.model_validate(
        {"kind": "all-of", "of": [AKI.when.model_dump(), {"kind": "stated", "concepts": ["oliguria"]}]}
    )
    return AKI.model_copy(update={"when": needs})


def asked(rules: tuple[Rule, ...], *lines: str) -> dict[str, str]:
    """rule id -> the state of its last question."""
    return {alert.rule_id: alert.state for alert in Chart.of(queries_room(SiteData(), rules), *lines).alerts}


@pytest.mark.parametrize("condition", ["acute-kidney-injury", "abnormal-creatinine"])
def test_where_both_would_ask_only_the_specific_one_does(condition: str) -> None:
    assert asked((general(condition), AKI), *KIDNEY) == {"D-11": "draft"}


@pytest.mark.parametrize("condition", ["acute-kidney-injury", "abnormal-creatinine"])
def test_a_general_draft_gives_way_when_the_specific_rule_has_its_evidence(condition: str) -> None:
    rules = (general(condition), late())
    assert asked(rules, *KIDNEY) == {"D-05": "draft"}
    told = Chart.of(queries_room(SiteData(), rules), *KIDNEY, OLIGURIA)
    assert {alert.rule_id: alert.because for alert in told.alerts if alert.state == "superseded"} == {"D-05": "YIELDS D-11"}
    assert told.alerts[-1].state in ("draft", "superseded")
    assert {alert.rule_id: alert.state for alert in told.alerts} == {"D-05": "superseded", "D-11": "draft"}


def test_what_a_physician_has_is_not_taken_back_for_being_general() -> None:
    assert asked((general("acute-kidney-injury"), late()), *KIDNEY, "d2 08:00 approve", OLIGURIA) == {"D-05": "sent"}


@pytest.mark.parametrize("end", ["dismiss", "note progress: acute-kidney-injury"])
def test_where_the_specific_matter_is_settled_the_general_one_is_not_asked_instead(end: str) -> None:
    states = asked((general("abnormal-creatinine"), AKI), *KIDNEY, f"d2 08:00 {end}", "d6 09:00 note progress: oliguria")
    assert "D-05" not in states


def test_the_general_question_stands_where_the_specific_one_was_withdrawn() -> None:
    weak = general("abnormal-creatinine").model_copy(update={"thresholds": AKI.thresholds})
    states = asked((weak, late()), *KIDNEY, OLIGURIA.replace(":00 note", ":00 note").replace("progress:", "progress id=o:"), "d3 10:00 retract o",
                   "d3 11:00 creatinine 2.5 mg/dL")  # fmt: skip
    assert states == {"D-05": "draft", "D-11": "withdrawn"}
