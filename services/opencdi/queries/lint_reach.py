"""A rule may rest on no values that will have been let go by then (`opencdi.queries.series` says which are kept)."""

from collections.abc import Iterator

from opencdi.knowledge.yaml_places import Place, place_of
from opencdi.queries.condition import AnyOf, Condition, Definition, Measurement, Without
from opencdi.queries.condition_parts import with_inner
from opencdi.queries.evidence import VITAL_SIGNS
from opencdi.queries.inputs import inputs_of, kept
from opencdi.queries.rule import Rule, RuleFile

KEPT_AT_MOST_H = 14 * 24
"""Of what a monitor tells all values are kept so long; a laboratory's are for the whole stay."""


def wrong_reach(file: RuleFile) -> Iterator[tuple[Place, str]]:
    """Windows over a monitor's values that are longer than these are kept; and "never" of what cannot be known of a whole stay."""
    rule = file.rule
    for analyte in sorted({analyte for condition in rule.conditions() for analyte in _monitored(condition)}):
        if (hours := kept(analyte, (rule,)).total_seconds() / 3600) > KEPT_AT_MOST_H:
            yield (
                place_of(file.told, analyte),
                f"the windows over {analyte} reach {hours:g} hours back: its values are kept {KEPT_AT_MOST_H}",
            )
    for condition in rule.conditions():
        if isinstance(condition, Without) and condition.ever:
            for analyte in sorted(_unknown(condition.sign, rule)):
                yield place_of(file.told, analyte), f"of {analyte} it is known of the whole stay whether a limit was passed, and no more"


def _monitored(condition: Condition) -> frozenset[str]:
    return frozenset(of for kind, _, of in (name.partition("/") for name in inputs_of(condition)) if kind == "analyte") & VITAL_SIGNS


def _unknown(sign: Condition, rule: Rule) -> frozenset[str]:
    """The analytes of which the lowest and the highest of each day do not tell whether it was ever so."""
    match sign:
        case AnyOf():
            return frozenset().union(*(_unknown(one, rule) for one in sign.of))
        case Definition():
            return frozenset().union(*(_unknown(one, rule) for one in rule.definitions.values()))
        case Measurement(oxygen="any"):
            return frozenset()
        case _:
            return frozenset().union(*(_monitored(one) for one in with_inner(sign)))
