"""Which rules read what: so that a result touches only the rules whose inputs it changes, and most results touch none."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from opencdi.queries import sofa
from opencdi.queries.condition import (
    AllOf,
    AnyOf,
    AtBaseline,
    Change,
    Condition,
    Consecutive,
    CountOf,
    Definition,
    Listed,
    Measurement,
    OrganDysfunction,
    OxygenationRatio,
    RatioToBaseline,
    Repeated,
    Stated,
    SuspectedInfection,
    Treatment,
    Without,
)  # fmt: skip
from opencdi.queries.condition_at_discharge import AnsweredNotCharted, Dropped, LeftUncertain
from opencdi.queries.feed_conditions import Coded, Conflicting, Discharged, Grew, NamedDifferently, OnDevice, ProcedureLeftOpen, Resists
from opencdi.queries.rule import Rule

STAY, ATTENDING, BEGAN = "stay", "attending", "began"
"""What every rule cares about: the class of the stay, its end, whom it is of."""
LISTINGS, BASELINES, LEFT, CODED, GERMS, FINAL, ANSWERS = "listings", "baselines", "left", "coded", "germs", "final", "answers"
VALUES = "analyte/"
"""So begins the name of an analyte's values."""
SHORT_MEMORY = timedelta(hours=72)
OXYGEN = frozenset({"analyte/fio2", "analyte/oxygen-flow"})
# Facts other than measurements that this room acts on; notes come read, on the findings page.
_OTHER_KINDS = (
    "patient_identified", "encounter_updated", "encounter_discharged", "discharge_cancelled", "encounter_cancelled", "encounter_moved",
    "order_placed",
    "medication_ordered", "medication_given", "diagnosis_listed", "query_approved", "query_edited",
    "query_dismissed", "query_viewed", "query_answered", "query_readdressed", "query_monitored", "query_withdrawn", "query_reopened",
    "query_written", "query_spoken", "delivery_receipted",
)  # fmt: skip


def inputs_of(condition: Condition) -> frozenset[str]:
    """The records that one condition looks at (its inner conditions not counted): of a change of any other it does not hear."""
    match condition:
        case Measurement():
            own = {f"analyte/{condition.analyte}", *([f"written/{condition.analyte}"] if condition.written else [])}
            return frozenset(own | OXYGEN) if condition.oxygen != "any" else frozenset(own)
        case AtBaseline() | RatioToBaseline(baseline="carried"):
            return frozenset({f"analyte/{condition.analyte}", BASELINES})
        case Consecutive() | Change() | RatioToBaseline() | Repeated():
            return frozenset({f"analyte/{condition.analyte}"})
        case OxygenationRatio():
            return frozenset({"analyte/pao2"}) | OXYGEN
        case OrganDysfunction():
            chronic = (f"concept/{concept}" for told in condition.chronic.values() for concept in told)
            return frozenset({BASELINES, f"treatment/{sofa.PRESSOR}", *(f"analyte/{analyte}" for analyte in sofa.SCORED), *chronic})
        case Conflicting() | NamedDifferently():  # the attending decides
            return frozenset({ATTENDING, *(f"concept/{concept}" for concept in condition.concepts)})
        case Stated():
            return frozenset(f"concept/{concept}" for concept in condition.concepts)
        case Treatment():
            return frozenset(f"treatment/{name}" for name in condition.any_of)
        case SuspectedInfection():
            return frozenset({f"treatment/{condition.antibiotic}", f"treatment/{condition.culture}"})
        case Listed():
            return frozenset({LISTINGS})
        case Coded() | ProcedureLeftOpen():
            return frozenset({CODED, BEGAN})
        case Grew() | Resists():
            return frozenset({GERMS})
        case OnDevice():
            return frozenset(f"concept/{device}" for device in condition.devices)
        case Discharged():
            return frozenset({LEFT})
        case Dropped() | LeftUncertain():
            named = {*condition.concepts, *(one for others in condition.said_by.values() for one in others)}
            lines = (f"line/{concept}" for concept in condition.concepts) if isinstance(condition, Dropped) else ()
            return frozenset({LEFT, FINAL, *lines, *(f"concept/{concept}" for concept in named)})
        case AnsweredNotCharted():
            return frozenset({LEFT, FINAL, ANSWERS})
        case _:
            return frozenset()


@dataclass(frozen=True)
class Inputs:
    """The rules, and the index over what they read."""

    rules: tuple[Rule, ...]
    rules_by_input: dict[str, tuple[Rule, ...]]
    analytes: frozenset[str]
    concepts: frozenset[str]
    treatments: frozenset[str]
    written: frozenset[str]
    """The analytes whose numbers in notes some rule reads."""
    lines: frozenset[str]
    """The conditions of which some rule asks how they are documented over the stay."""
    coded: tuple[Coded | ProcedureLeftOpen, ...]
    """What rules ask of the working code set: nothing else of it is remembered."""
    keep: dict[str, timedelta]
    """How long each analyte's values are kept: as long as the longest window of a rule over them needs."""
    touched: re.Pattern[bytes]
    """Found in a facts page that some rule, or the stay, may care about: tried on the bytes before anything is decoded."""

    def rules_for(self, changed: set[str]) -> tuple[Rule, ...]:
        """The rules that read any of these, by id."""
        if STAY in changed:
            return self.rules
        found = {rule.id: rule for name in changed for rule in self.rules_by_input.get(name, ())}
        return tuple(found[name] for name in sorted(found))


def kept(analyte: str, rules: Iterable[Rule]) -> timedelta:
    """How long values must be kept for the windows of these rules, each within another counted together, and a day more."""
    hours = (told for rule in rules for condition in rule.top() for name, told in _reach(condition, rule, 0) if name == analyte)
    return max(SHORT_MEMORY, timedelta(hours=max(hours, default=0.0)) + timedelta(days=1))


def _reach(condition: Condition, rule: Rule, hours: float) -> Iterator[tuple[str, float]]:
    """The analytes, and how many hours before the latest of its signs a value may lie on which the condition rests."""
    match condition:
        case AllOf() | CountOf():
            hours += condition.within_h or 0
            inner = condition.of
        case Without():
            yield from _reach(condition.sign, rule, hours + condition.before_h + condition.after_h)
            inner = (condition.of,)
        case AnyOf():
            inner = condition.of
        case Definition():
            inner = tuple(rule.definitions.values())
        case _:
            carried = isinstance(condition, RatioToBaseline) and condition.baseline == "carried"
            own = 0 if carried else getattr(condition, "within_h", 0)
            yield from ((of, hours + own) for kind, _, of in (name.partition("/") for name in inputs_of(condition)) if kind == "analyte")
            return
    for one in inner:
        yield from _reach(one, rule, hours)


def index(rules: tuple[Rule, ...]) -> Inputs:
    """The index over the rules."""
    by_input: dict[str, list[Rule]] = {}
    for rule in rules:
        read = {name for condition in rule.conditions() for name in inputs_of(condition)} | {
            f"concept/{concept}" for concept in rule.concepts()
        }
        for name in read:
            by_input.setdefault(name, []).append(rule)
    analytes = frozenset(name.partition("/")[2] for name in by_input if name.startswith("analyte/"))
    told = [f'"analyte":"{re.escape(analyte)}"' for analyte in sorted(analytes)] + [f'"kind":"{kind}"' for kind in _OTHER_KINDS]
    told += ['"specimen_id":'] if GERMS in by_input else []  # a result in words
    told += [r'"moved_from":\["', '"more":']
    return Inputs(
        rules,
        {name: tuple(found) for name, found in by_input.items()},
        analytes,
        frozenset(name.partition("/")[2] for name in by_input if name.startswith("concept/")),
        frozenset(name.partition("/")[2] for name in by_input if name.startswith("treatment/")),
        frozenset(name.partition("/")[2] for name in by_input if name.startswith("written/")),
        frozenset(name.partition("/")[2] for name in by_input if name.startswith("line/")),
        tuple(condition for rule in rules for condition in rule.conditions() if isinstance(condition, Coded | ProcedureLeftOpen)),
        {analyte: kept(analyte, rules) for analyte in analytes},
        re.compile("|".join(told).encode()),
    )
