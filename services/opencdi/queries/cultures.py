"""Cultures and tests for germs of a stay, as rules look at them: what grew, in which specimen, and whether that means anything.

A common commensal in one set is a contaminant; in two sets of about one time it is a finding (NHSN, common commensals; DOMAIN D-01, D-05).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from opencdi.bus.room import State, States
from opencdi.events.facts import MeasurementResulted
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.feed_conditions import Grew
from opencdi.queries.microbiology import Microbiology, microbiology
from opencdi.queries.resistance import resistances, tested_in
from opencdi.queries.told import Culture

SETS_TOGETHER: Final = timedelta(hours=48)


class Cultures(State):
    """All of the stay, in clinical order."""

    cultures: tuple[Culture, ...] = ()


def culture_in(fact: MeasurementResulted, table: Microbiology) -> Culture | None:
    """What one result in words is remembered as; None where it is none of a germ, or says nothing that stands."""
    if tested := tested_in(fact, resistances()):
        return tested
    text, name = fact.text or "", fact.code.text or fact.code.code
    study = table.study_of(fact.code.code, name, fact.specimen or "") if text else None
    if study is None or fact.status == "withdrawn" or fact.problem not in (None, "MAPPING_NEEDED"):
        return None
    outcome, organisms = table.read(name, text)
    return Culture(
        result_id=fact.measurement_id,
        specimen_id=fact.specimen_id or fact.measurement_id,
        study=study,
        name=name,
        text=text,
        outcome=outcome,
        organisms=organisms,
        commensals=tuple(one for one in organisms if one in table.commensals),
        preliminary=fact.status == "preliminary",
        at=fact.taken_at,
        author=(fact.performer.name or fact.performer.staff_id) if fact.performer else "",
    )


def cultures_of(states: States, encounter_id: str) -> tuple[Culture, ...]:
    """The stay's cultures, in clinical order."""
    held = states.get(f"germs/{encounter_id}")
    return held.cultures if isinstance(held, Cultures) else ()


def file_culture(states: States, encounter_id: str, fact: MeasurementResulted) -> set[str] | None:
    """File this result in place of its older version: the ids of final ones that it replaces; None where it changes nothing.

    A preliminary result after the final one says nothing (DOMAIN F.5).
    """
    held, new = cultures_of(states, encounter_id), culture_in(fact, microbiology())
    old = next((one for one in held if one.result_id == fact.measurement_id), None)
    if new == old or (old and not old.preliminary and fact.status == "preliminary"):
        return None
    rest = [one for one in held if one is not old]
    now = sorted([*rest, *([new] if new else [])], key=lambda one: (one.at.at, one.result_id))
    states[f"germs/{encounter_id}"] = Cultures(cultures=tuple(now))
    return {old.result_id} if old else set()


def grew(condition: Grew, cultures: tuple[Culture, ...]) -> Iterator[Sign]:
    """Each pathogen that grew; a commensal in two sets, at the time of the second, both cited."""
    positive = [one for one in cultures if one.study in condition.studies and one.outcome == "positive"]
    for one in positive:
        named = [organism for organism in one.organisms if not condition.organisms or organism in condition.organisms]
        for organism in named if one.organisms else [""] if not condition.organisms else []:
            if organism not in one.commensals:
                yield Sign(one.at.at, (Cited(condition.kind, one),), about=organism)
            elif first := _set_before(positive, one, organism):
                yield Sign(one.at.at, (Cited(condition.kind, first), Cited(condition.kind, one)), about=organism)


def _set_before(positive: list[Culture], this: Culture, organism: str) -> Culture | None:
    """Another set with the same organism, taken before this or beside it."""
    for one in positive:
        if one is this:
            return None
        if organism in one.organisms and one.specimen_id != this.specimen_id and this.at.at - one.at.at <= SETS_TOGETHER:
            return one
    return None
