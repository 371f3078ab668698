"""From a stem of the tabular and what a mention says to the billable code: side, stage, depth, open or closed (I.B.2, I.C.19.c)."""

from collections.abc import Mapping, Set
from functools import lru_cache
from typing import Final

from opencdi.knowledge.alphabetic_index import words_in
from opencdi.knowledge.icd10cm import tabular, unspecified_leaf

_SIDES: Final = ("left", "right", "bilateral")
_SAY_NOTHING: Final = frozenset({"unspecified", "site", "other", "with", "of", "to"})
_TOLD: Final = ("laterality", "stage", "form", "severity")
"""The attributes whose values are the tabular's own words."""


def leaf_said(stem: str, attributes: Mapping[str, str]) -> str | None:
    """The code at or below a stem that says no more than these attributes; None where the classification has none."""
    return _leaf(stem, tuple((name, attributes[name]) for name in _TOLD if name in attributes))


@lru_cache(maxsize=20_000)
def _leaf(stem: str, told: tuple[tuple[str, str], ...]) -> str | None:
    held, attributes = tabular(), dict(told)
    said = frozenset(word for _, value in told for word in value.split("-")) | {"stage", "induced", "damage"}
    side, code = attributes.get("laterality", ""), stem
    while code in held and not held.billable(code):
        below = held.children(code)
        above = _words(held.description(code) or "")
        added = {child: _words(held.description(child) or "") - above for child in below}
        exact = [child for child, words in added.items() if words and words <= said]
        silent = [child for child, words in added.items() if not words]
        if exact:
            code = max(exact, key=lambda child: len(added[child]))
        elif len(silent) == 1:
            code = silent[0]
        else:
            code = unspecified_leaf(code, side) or _displaced(code, side, attributes.get("form", "")) or ""
    code = code if code and held.billable(code) else ""
    return (_opened(code) if attributes.get("form") == "open" else code) or None


def by_tabular(code: str, attributes: Mapping[str, str]) -> str | None:
    """The leaf of a code or stem that the tabular's or the index's words led to, with the side that the note says."""
    side = attributes.get("laterality", "")
    leaf = unspecified_leaf(code, side) or _displaced(code, side, attributes.get("form", ""))
    if leaf is None:
        return None
    if leaf.startswith("S06") and leaf[5:6] == "9" and not code.startswith(leaf[:6]) and attributes.get("with") != "syncope":
        leaf = f"{leaf[:5]}A{leaf[6:]}"  # "… NOS" of an intracranial injury: whether consciousness was lost is not known
    leaf = with_side(leaf, side)
    return _opened(leaf) if attributes.get("form") == "open" else leaf


def _displaced(code: str, side: str, kind: str) -> str | None:
    """I.C.19.c: a fracture that is not said to be displaced or not is displaced."""
    held, wanted = tabular(), "nondisplaced" if kind == "nondisplaced" else "displaced"
    while code in held and not held.billable(code):
        told = {child: (held.description(child) or "").lower().split() for child in held.children(code)}
        fit = [child for child, words in told.items() if words[0] == wanted and (side or "unspecified") in words]
        if len(fit) != 1:
            return None
        code = unspecified_leaf(fit[0]) or fit[0]
    return code if code in held else None


def _words(description: str) -> Set[str]:
    return words_in(description) - _SAY_NOTHING


def _opened(code: str) -> str:
    """I.C.19.c: a fracture said to be open; closed is what is not said to be."""
    other = f"{code[:-1]}B"
    closed = "closed fracture" in (tabular().description(code) or "")
    return other if closed and len(code) == 7 and "open fracture" in (tabular().description(other) or "") else code


@lru_cache(maxsize=20_000)
def with_side(code: str, side: str) -> str:
    """The same code of the side that is told, where this one says that none is: "… of unspecified radius" -> "… of left radius"."""
    held = tabular()
    for above in held.lineage(code) if side in _SIDES else ():
        entry = held.entry(above)
        if entry is None or entry.parent is None or "unspecified" not in entry.description:
            continue
        for other in held.children(entry.parent):
            if _swapped(entry.description, side, held.description(other) or ""):
                sided = other + code[len(above) :]
                return sided if held.billable(sided) else code
    return code


def _swapped(vague: str, side: str, description: str) -> bool:
    parts = vague.split("unspecified")
    return any("unspecified".join(parts[: i + 1]) + side + "unspecified".join(parts[i + 1 :]) == description for i in range(len(parts) - 1))
