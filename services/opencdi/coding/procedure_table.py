"""The closed list of procedures, and what must be said for which ICD-10-PCS code (`rules/coding/procedures.yaml`; DOMAIN B46)."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Final

from opencdi.knowledge.tables import parsed

SAME: Final = "same"
"""What is told of another procedure of the note."""
_NONE: Final = "none"
_OR: Final = " or "
_SIDE: Final = "laterality"
_PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Branch:
    """What is coded by each value of one attribute."""

    attribute: str
    by_value: Mapping[str, "Tree"]


Tree = tuple[str, ...] | Branch
"""A leaf (codes, or characters of one), or what parts further."""


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """One procedure.  Where another of its family is coded, the code `inspection` goes (B3.11a), and an `opening` wholly (B3.1b).

    `beside`: procedure of the same note -> what that says of this one, done through the same opening: attribute -> value, or `same`.
    """

    codes: Tree
    axes: Mapping[str, Tree]
    family: str = ""
    inspection: str = ""
    opening: bool = False
    beside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ProcedureTable:
    """The whole file.

    `asks`: attribute -> how it is asked for.  `ventilation`: kind -> hours -> code.  `others`: system -> code -> what it names.
    `integral`: what is part of an operation where the operation's own note tells it.
    `robotic`: the code of a robot's assistance.  `edition`: hash of the file.
    """

    asks: Mapping[str, str]
    codes: Mapping[str, ProcedureRow]
    ventilation: Mapping[str, Mapping[str, str]]
    others: Mapping[str, Mapping[str, Mapping[str, str]]]
    integral: frozenset[str]
    robotic: str
    edition: str

    @cached_property
    def owners(self) -> Mapping[str, frozenset[str]]:
        """Of each code of the list the procedures that it may stand for."""
        found: dict[str, set[str]] = {}
        for slug, row in self.codes.items():
            for code in _every(row):
                found.setdefault(code, set()).add(slug)
        return {code: frozenset(slugs) for code, slugs in found.items()}

    def family_of(self, code: str) -> frozenset[str]:
        """The families of the procedures that this may be the code of."""
        return frozenset(self.codes[slug].family for slug in self.owners.get(code, ())) - {""}

    @cached_property
    def resolved(self) -> "Callable[[str, frozenset[tuple[str, str]]], Resolved]":
        """`resolved`, remembered: a stay tells of the same procedures at each of its events."""
        return lru_cache(maxsize=20_000)(lambda slug, told: _resolved(self.codes[slug], dict(sorted(told))))

    def only_of(self, slug: str, code: str) -> bool:
        """Whether this is a code of that procedure and of no other of the list."""
        return self.owners.get(code) == frozenset({slug})


@dataclass(frozen=True, slots=True)
class Resolved:
    """What is said leads to: the codes; or what is missing or fits nothing, with the codes that it may still be."""

    codes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def resolved(table: ProcedureTable, slug: str, told: Mapping[str, str]) -> Resolved:
    """The codes of a procedure of which this is told; a missing attribute is never guessed."""
    return table.resolved(slug, frozenset(told.items()))


def _resolved(row: ProcedureRow, told: Mapping[str, str]) -> Resolved:
    leaves, missing = _walk(row.codes, told)
    filled = [_filled(leaf, row, told) for leaf in leaves]
    # What is said and fits no character of a leaf speaks against that leaf, where it fits another.
    filled = [(made, lacking) for made, lacking in filled if told.keys().isdisjoint(lacking)] or filled
    codes = tuple(dict.fromkeys(code for made, _ in filled for code in made))
    lacking = [name for name in dict.fromkeys(name for _, names in filled for name in names) if all(name in names for _, names in filled)]
    if missing or lacking or any(names for _, names in filled):
        asked = [*missing, *lacking] or [name for _, names in filled for name in names]
        return Resolved(choices=codes, missing=tuple(dict.fromkeys(asked)))
    return Resolved(codes=codes)


def _filled(leaf: str, row: ProcedureRow, told: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """A leaf's code with the characters of its axes."""
    names = _PLACE.findall(leaf)
    if not names:
        return [leaf], []
    missing: list[str] = []
    values: list[list[str]] = []
    for name in names:
        characters, lacking = _walk(row.axes[name], told)
        missing += lacking
        values.append(characters)
    return [leaf.format(**dict(zip(names, chosen, strict=True))) for chosen in product(*values)], missing


def _walk(tree: Tree, told: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The leaves to which this leads, all that are left where something is missing, and what is missing."""
    if isinstance(tree, tuple):
        return list(tree), []
    attribute, by_value = tree.attribute, tree.by_value
    said = told.get(attribute, _NONE)
    if said in by_value:
        return _walk(by_value[said], told)
    if attribute == _SIDE and said == "bilateral" and {"left", "right"} <= by_value.keys():
        sides = [_walk(by_value[side], told) for side in ("right", "left")]  # B4.3: no bilateral value, so both
        return [leaf for leaves, _ in sides for leaf in leaves], list(dict.fromkeys(one for _, lacking in sides for one in lacking))
    below = [_walk(branch, told) for branch in by_value.values()]
    leaves = [leaf for found, _ in below for leaf in found]
    return list(dict.fromkeys(leaves)), list(
        dict.fromkeys([attribute, *(one for _, lacking in below for one in lacking if one in _in_all(below))])
    )


def _in_all(below: list[tuple[list[str], list[str]]]) -> frozenset[str]:
    """What is missing whichever way it goes on."""
    return frozenset.intersection(*(frozenset(lacking) for _, lacking in below)) if below else frozenset()


def every_code(table: ProcedureTable, slug: str) -> frozenset[str]:
    """All codes that a procedure of the list may have."""
    return _every(table.codes[slug])


def all_codes(table: ProcedureTable) -> frozenset[str]:
    """All codes of the list."""
    fans = {code for by_hours in table.ventilation.values() for code in by_hours.values()}
    return frozenset({table.robotic}.union(fans, *(every_code(table, slug) for slug in table.codes)))


def _leaves(tree: Tree) -> Iterable[str]:
    if isinstance(tree, tuple):
        yield from tree
    else:
        for branch in tree.by_value.values():
            yield from _leaves(branch)


def _every(row: ProcedureRow) -> frozenset[str]:
    found: set[str] = set()
    for leaf in _leaves(row.codes):
        names = _PLACE.findall(leaf)
        for chosen in product(*(sorted(set(_leaves(row.axes[name]))) for name in names)):
            found.add(leaf.format(**dict(zip(names, chosen, strict=True))))
    return frozenset(found)


def _tree(told: Any, where: str) -> Tree:
    if isinstance(told, str):
        return (told,)
    if isinstance(told, list):
        return tuple(map(str, told))
    if not isinstance(told, dict) or len(told) != 1:
        raise ValueError(f"{where}: neither a code nor one attribute with its values")
    ((attribute, values),) = told.items()
    return Branch(attribute, {value: _tree(below, where) for either, below in values.items() for value in either.split(_OR)})


def _row(slug: str, told: dict[str, Any]) -> ProcedureRow:
    if unknown := told.keys() - {"codes", "axes", "family", "inspection", "opening", "beside"}:
        raise ValueError(f"{slug}: unknown field {', '.join(sorted(unknown))}")
    axes = {name: _tree(tree, slug) for name, tree in told.get("axes", {}).items()}
    return ProcedureRow(
        _tree(told["codes"], slug),
        axes,
        told.get("family", ""),
        told.get("inspection", ""),
        told.get("opening", False),
        told.get("beside", {}),
    )


@lru_cache(maxsize=8)
def load_procedures(path: Path) -> ProcedureTable:
    """The table; `ValueError` names the row that is wrong: a bad table stops the room at its start."""
    raw = path.read_bytes()
    told = parsed(raw)
    return ProcedureTable(
        told["asks"],
        {slug: _row(slug, row) for slug, row in told["codes"].items()},
        told["ventilation"],
        told["others"],
        frozenset(told["integral"]),
        told["robotic"],
        hashlib.sha256(raw).hexdigest()[:12],
    )
