"""An auto-send policy holds for what the medical staff signed: another limit, another definition, another wording, and it is silent."""

from datetime import date
from typing import Any

import pytest

from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from opencdi.queries.rule import Rule
from unit.queries.kidney import KIDNEY, RULES, sent_by_policy
from unit.queries.sites import comes_down
from unit.queries.test_escalation import SEPSIS_SENT

TWO_RULES = tuple(rule for rule in RULES if rule.condition in ("acute-kidney-injury", "sepsis"))
D_11 = next(rule for rule in TWO_RULES if rule.id == "D-11")
D_01 = next(rule for rule in TWO_RULES if rule.id == "D-01")
SEPSIS = ("d1 07:50 platelets 60 10*3/uL", "d1 07:50 bilirubin-total 3.4 mg/dL", *SEPSIS_SENT[:-1])  # by either definition


def signed(rule_id: str, definitions: dict[str, Any] | None = None, **signed_over: Any) -> SiteData:
    """A site that has adopted these definitions and signed an auto-send policy over those."""
    (policy,) = sent_by_policy(rule_id)
    told = {**policy.model_dump(), **signed_over}
    return SiteData.model_validate({"auto_send_rules": [told], "definitions": definitions or {}})


def adopted(thresholds: dict[str, float] | None = None, by: str = "") -> dict[str, Any]:
    limits = {f"D-11.{name}": {"value": value, "unit": D_11.thresholds[name].unit} for name, value in (thresholds or {}).items()}
    return {"adopted": by, "thresholds": limits, "approved_by": "Medical executive committee", "approved_on": date(2026, 1, 10)}


def kidney(site: SiteData, rules: tuple[Rule, ...] = TWO_RULES) -> str:
    return str(Chart.of(queries_room(site, rules), *KIDNEY).alerts[-1].because)


def sepsis(site: SiteData) -> str:
    return next(str(one.because) for one in reversed(Chart.of(queries_room(site, TWO_RULES), *SEPSIS).alerts) if one.rule_id == "D-01")


SENT, WAITS = "AUTO_SEND_POLICY", "READY"
NAME = sorted(D_11.thresholds)[0]
LIMIT = D_11.thresholds[NAME]
OWN = {D_11.definition_id: adopted({NAME: LIMIT.value + 0.01})}
THEIRS = {f"D-11.{NAME}": {"value": LIMIT.value + 0.01, "unit": LIMIT.unit}}


def test_signed_over_the_rule_as_shipped_it_sends_as_long_as_the_site_sets_nothing_else() -> None:
    assert kidney(signed("D-11")) == SENT
    assert kidney(signed("D-11", {D_11.definition_id: adopted()})) == SENT  # signed off as it is
    assert kidney(signed("D-11", OWN)) == WAITS


def test_signed_over_the_sites_own_limits_it_sends_as_long_as_these_stand() -> None:
    assert kidney(signed("D-11", OWN, limits=THEIRS)) == SENT
    assert kidney(signed("D-11", limits=THEIRS)) == WAITS  # the site went back to the rule's
    other = {D_11.definition_id: adopted({NAME: LIMIT.value + 0.02})}
    assert kidney(signed("D-11", other, limits=THEIRS)) == WAITS


def test_another_rules_limits_are_not_what_was_signed() -> None:
    assert kidney(signed("D-11", {D_01.definition_id: adopted(by="sepsis-3")})) == SENT


def test_signed_over_one_definition_of_sepsis_it_says_nothing_for_the_other() -> None:
    by_three = {D_01.definition_id: adopted(by="sepsis-3")}
    assert sepsis(signed("D-01")) == SENT
    assert sepsis(signed("D-01", by_three)) == WAITS
    assert sepsis(signed("D-01", by_three, adopted="sepsis-3")) == SENT
    assert sepsis(signed("D-01", adopted="sepsis-3")) == WAITS


@pytest.mark.parametrize(
    "otherwise",
    [
        {"question": D_11.question + " Please answer."},
        {"thresholds": {**D_11.thresholds, NAME: LIMIT.model_copy(update={"value": LIMIT.value + 0.01})}},
        {"severity": 3},
    ],
)
def test_a_rule_that_says_something_else_under_the_same_number_is_not_what_was_signed(otherwise: dict[str, Any]) -> None:
    rules = tuple(rule.model_copy(update=otherwise) if rule.id == "D-11" else rule for rule in TWO_RULES)
    assert kidney(signed("D-11"), rules) == WAITS


def test_it_falls_silent_with_the_site_data_that_change_the_limit() -> None:
    told = Chart(queries_room(signed("D-11"), TWO_RULES))
    told.begin()
    comes_down(told, signed("D-11", OWN).model_copy(update={"revision": 2}))
    for line in KIDNEY:
        told.line(line)
    assert (told.alerts[-1].state, told.asked) == ("draft", [])
