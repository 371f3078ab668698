"""A condition in a line of words, with the limits that hold at this site: "change: creatinine, rise, by 0.3 mg/dL, within 48 h"."""

from collections.abc import Iterator
from typing import Any

from opencdi.clinical.paper import analyte_on_paper, value_on_paper
from opencdi.queries.condition import Condition
from opencdi.queries.condition_parts import LIMITS, limits_of
from opencdi.queries.form import Form
from opencdi.queries.question import Question

_PLAIN = frozenset({"analyte", "direction", "concepts", "any_of", "codes", "antibiotic", "culture", "note_types", "sections"})
"""Fields whose value says by itself what it is."""


def in_words(condition: Condition, q: Question) -> str:
    """What it asks for, its inner conditions left out."""
    told = ", ".join(_fields(condition, q))
    return f"{condition.kind}: {told}" if told else condition.kind


def _fields(condition: Condition, q: Question) -> Iterator[str]:
    limits = frozenset(limits_of(condition))
    for name, info in type(condition).model_fields.items():
        value = getattr(condition, name)
        if name == "kind" or value == info.default or value in (None, (), {}) or _inner(value):
            continue
        if name in LIMITS and value in limits:
            unit = q.rule.thresholds[value].unit
            yield f"{name.replace('_', ' ')} {value_on_paper(q.limit(value), unit)}"
        elif name == "analyte":
            yield analyte_on_paper(value)
        elif name in _PLAIN:
            yield _listed(value)
        elif name.endswith("_h"):
            yield f"{name.removesuffix('_h').replace('_', ' ')} {value:g} h"
        elif value is True:
            yield name.replace("_", " ")
        else:
            yield f"{name.replace('_', ' ')} {_listed(value)}"


def _listed(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}{'' if one is None else f' {_listed(one)}'}" for key, one in value.items())
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _inner(value: Any) -> bool:
    return isinstance(value, Form) or (isinstance(value, tuple) and bool(value) and isinstance(value[0], Form))


def inner_of(condition: Condition) -> Iterator[tuple[str, Condition]]:
    """The conditions inside it, each under the name of its field ("" where they are simply its parts)."""
    for name in type(condition).model_fields:
        value = getattr(condition, name)
        if isinstance(value, Form):
            yield "" if name == "of" else name, value  # type: ignore[misc]  # the only forms in a condition are conditions
        elif _inner(value):
            yield from (("" if name == "of" else name, one) for one in value)
