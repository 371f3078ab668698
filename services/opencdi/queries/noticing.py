"""What the record meets whether or not anybody is asked: each definition of a rule, and what else its file notices (DOMAIN B62).

A site that has adopted Sepsis-3 is not asked about a patient who meets the older criteria alone; CDI is told that they are met.  It is
a fact of the stay, said once with its evidence and taken back where that was corrected; it is no question, and no physician reads it.
Some rules ask nobody: what they look for is CDI's own to follow up (DOMAIN D-84).
"""

from collections.abc import Mapping

from pydantic import Field

from opencdi.bus.room import State, States
from opencdi.events.definitions import ConditionNoticed
from opencdi.knowledge.site import SiteData
from opencdi.queries.adoptions import in_force
from opencdi.queries.chart import Chart
from opencdi.queries.condition import Condition
from opencdi.queries.conditions import signs
from opencdi.queries.gap import excluded
from opencdi.queries.question import Question
from opencdi.queries.record import Records
from opencdi.queries.rule import Rule


class Noticed(State):
    """`noticed/<stay>`: what has been noticed and stands, by the definition's id and the name of what is met."""

    told: dict[str, ConditionNoticed] = Field(default_factory=dict)


def noticed(states: States, encounter_id: str) -> Mapping[str, ConditionNoticed]:
    """What stands of a stay."""
    held = states.get(f"noticed/{encounter_id}")
    return held.told if isinstance(held, Noticed) else {}


def notice(records: Records, site: SiteData, rule: Rule, chart: Chart) -> None:
    """Look for what this rule notices; what has been noticed is looked at again only where its evidence was corrected.

    Of a rule that asks nobody it is told as long as it is so: what was to be completed may have been.
    """
    lasting, passing = {**rule.definitions, **rule.notices}, {rule.condition: rule.when} if rule.told_to == "cdi" else {}
    looked_for = {**lasting, **passing}
    if not looked_for:
        return
    before = noticed(records.states, records.encounter_id)
    now = dict(before)
    q, gone = Question(rule, site, chart), records.corrected
    for name, condition in looked_for.items():
        key = f"{rule.definition_id}/{name}"
        held = now.get(key)
        stands = held is not None and gone.isdisjoint(one.source_id for one in held.indicators)
        if stands and name in lasting:
            continue
        found = _met(name, condition, q)
        if found is None or not stands:
            now.pop(key, None)
        if found is not None and not stands:
            now[key] = found
    if now != before:
        records.states[f"noticed/{records.encounter_id}"] = Noticed(told=now)


def _met(name: str, condition: Condition, q: Question) -> ConditionNoticed | None:
    if excluded(q.rule, q.chart) or not (found := signs(condition, q)):
        return None
    told = sorted(found[0].cited, key=lambda cited: cited.told.at.at)
    by = in_force(q.rule, q.site)
    return ConditionNoticed(
        name=name,
        rule_id=q.rule.id,
        definition=by,
        at=found[0].at,
        indicators=tuple(one.indicator for one in told),
    )


def news(before: Mapping[str, ConditionNoticed], now: Mapping[str, ConditionNoticed]) -> tuple[ConditionNoticed, ...]:
    """What was noticed since, and what no longer stands."""
    taken_back = (held.model_copy(update={"stands": False}) for key, held in before.items() if key not in now)
    return (*taken_back, *(told for key, told in now.items() if before.get(key) != told))
