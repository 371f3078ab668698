"""How much was given, which way, how often and how long: only so does a drug say what it is given for (DOMAIN D-75, D-81)."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from opencdi.bus.room import State
from opencdi.events.facts import MedicationGiven, MedicationOrdered, OrderPlaced
from opencdi.knowledge.units import unit_of
from opencdi.queries.chart import Chart
from opencdi.queries.condition import Route, Treatment
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.told import Act

BROKEN_OFF: Final = timedelta(hours=48)
"""A longer pause ends a course: what is given every other day still goes on."""
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*([a-zA-Z]\S*)")
_ROUTES: Final[dict[Route, re.Pattern[str]]] = {
    "iv": re.compile(r"\b(?:iv|ivp|ivpb|intravenous(?:ly)?|piggyback|central line|c38276)\b"),
    "oral": re.compile(r"\b(?:po|oral(?:ly)?|by mouth|tablets?|capsules?|c38288)\b"),
    "injected": re.compile(r"\b(?:sc|sq|subq|subcut\w*|im|intramuscular(?:ly)?|c38299|c28161)\b"),
}
"""The ways by which a drug is given, as HL7 table 0162, NCI's codes in FHIR and nurses write them."""


class Acts(State):
    """What was done that belongs to one named treatment."""

    acts: tuple[Act, ...] = ()


def courses(condition: Treatment, chart: Chart, limit: Callable[[str], tuple[float, str]]) -> Iterator[Sign]:
    """Each course of these treatments, at the dose with which it is one."""
    for name in condition.any_of:
        yield from _courses(condition, name, [act for act in chart.acts(name) if fits(condition, act, limit)])


def fits(condition: Treatment, act: Act, limit: Callable[[str], tuple[float, str]]) -> bool:
    """Whether a drug or an order is such a one: given and not only ordered, by this way, so much of it."""
    if (condition.given or condition.is_course) and not act.done:
        return False
    if condition.route and not _ROUTES[condition.route].search(f"{act.route} {act.text}".lower()):
        return False
    return condition.dose_at_least is None or _reaches(act, *limit(condition.dose_at_least))


def _reaches(act: Act, least: float, unit: str) -> bool:
    """Whether one dose is so large; what is told in another dimension, or not at all, is not."""
    told, wanted = _AMOUNT.search(act.dose or act.text), unit_of(unit)
    given_in = unit_of(told.group(2)) if told else None
    if told is None or given_in is None or wanted is None or given_in.dimension != wanted.dimension:
        return False
    return round(float(told.group(1)) * given_in.size - least * wanted.size, 9) >= 0


def _courses(condition: Treatment, name: str, acts: list[Act]) -> Iterator[Sign]:
    course: list[Act] = []
    reached = False
    for act in acts:
        if course and act.at.at - course[-1].at.at > BROKEN_OFF:
            course, reached = [], False
        course.append(act)
        enough = len(course) >= condition.doses and act.at.at - course[0].at.at >= timedelta(hours=condition.at_least_h)
        if enough and not reached:
            reached = True
            yield Sign(act.at.at, tuple(Cited(name, one) for one in dict.fromkeys((course[0], act))))


def act_told(fact: MedicationGiven | MedicationOrdered | OrderPlaced) -> Act:
    """What was given or ordered, as it is remembered."""
    match fact:
        case OrderPlaced():
            text, by = fact.code.text or fact.code.code, fact.by.name if fact.by else ""
            return Act(act_id=fact.order_id, text=text, done=False, drug=False, at=fact.ordered_at, author=by)
        case MedicationOrdered():
            act_id, at, done = fact.order_id, fact.ordered_at, False
        case MedicationGiven():
            act_id, at, done = fact.administration_id, fact.given_at, True
    text = fact.drug.text or fact.drug.code
    return Act(act_id=act_id, text=text, done=done, drug=True, at=at, dose=fact.dose or "", route=fact.route or "")
