"""What a condition is judged by: the rule's limits at this site, and the chart."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel

from opencdi.knowledge.site import SiteData
from opencdi.queries.chart import Chart
from opencdi.queries.condition import Condition, Definition
from opencdi.queries.condition_parts import LIMITS, limits_of, with_inner
from opencdi.queries.inputs import inputs_of
from opencdi.queries.rule import Rule

_MOST_PLANS = 2_000
"""Rules at sites whose conditions are known by number: of hospitals in one process there are a few."""


class Atom(NamedTuple):
    """A condition with its limits, the same for all rules that state it: its number, and the records that it and its inner ones look at."""

    number: int
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """One rule's conditions at one site, by number.  It holds what it knows by id, so that the id is nobody else's meanwhile."""

    rule: Rule
    site: SiteData
    atoms: dict[int, tuple[Condition, Atom]]


_plans: dict[tuple[int, int, int, int], _Plan] = {}
_numbers: dict[str, int] = {}
"""Each condition with its limits, spelled out, and its number: two rules that state the same share what is found."""


def number_of(spelled: str) -> int:
    """The number of what is looked for."""
    return _numbers.setdefault(spelled, len(_numbers))


@dataclass(frozen=True, slots=True)
class Question:
    """One rule's look at one chart."""

    rule: Rule
    site: SiteData
    chart: Chart

    def limit(self, name: str) -> float:
        """The value of a named threshold."""
        return self.rule.limit(name, self.site)

    def limit_in(self, name: str) -> tuple[float, str]:
        """The same with its unit."""
        return self.limit(name), self.rule.thresholds[name].unit

    def chosen(self, condition: Definition) -> Condition:
        """The definition that the site has adopted."""
        return self.rule.definitions[self.rule.adopted(self.site, condition.as_shipped)]

    def atom(self, condition: Condition) -> Atom:
        """The condition with the limits that hold here."""
        rule = self.rule  # which is copied for each question that it asks; its parts are not
        known_as = id(rule.when), id(rule.definitions), id(rule.thresholds), id(self.site)
        plan = _plans.get(known_as)
        if plan is None:
            if len(_plans) >= _MOST_PLANS:
                _plans.clear()
            plan = _plans[known_as] = _Plan(self.rule, self.site, {})
        if (known := plan.atoms.get(id(condition))) is None:
            number = number_of(json.dumps(self._spelled(condition), sort_keys=True))
            inputs = {name for one in self._with_inner(condition) for name in inputs_of(one)}
            known = plan.atoms[id(condition)] = condition, Atom(number, tuple(sorted(inputs)))
        return known[1]

    def _with_inner(self, condition: Condition) -> Iterator[Condition]:
        for one in with_inner(condition):
            yield from self._with_inner(self.chosen(one)) if isinstance(one, Definition) else (one,)

    def _spelled(self, condition: Condition) -> dict[str, Any]:
        if isinstance(condition, Definition):
            return self._spelled(self.chosen(condition))
        return dict(self._fields(condition))

    def _fields(self, condition: Condition) -> Iterator[tuple[str, Any]]:
        limits = set(limits_of(condition))
        for name, value in condition:
            if isinstance(value, BaseModel):
                yield name, self._spelled(value)  # type: ignore[arg-type]  # the only models in conditions are conditions
            elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
                yield name, [self._spelled(one) for one in value]
            else:
                yield name, self.limit_in(value) if isinstance(value, str) and name in LIMITS and value in limits else value
