"""The codes that a note of the tabular names, and what an Excludes1 note sends elsewhere (Guidelines I.A.12.a)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import lru_cache

from opencdi.knowledge.icd10cm import description_of, tabular

_REFERENCE = re.compile(r"([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)(-(?!\s*[A-Z]\d))?(?:\s*-\s*([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?))?")


@lru_cache(maxsize=50_000)
def references(line: str) -> tuple[tuple[str, str], ...]:
    """The codes that a note's line names: (lowest, highest), un-dotted."""
    # "(E08-E10, E11)" and "(J70.2-J70.4)" are ranges, "A40.-" and "A40" whole subtrees.
    return tuple(((low := m[1].replace(".", "")), (m[3] or "").replace(".", "") or low) for m in _REFERENCE.finditer(line))


def between(low: str, high: str, code: str) -> bool:
    """Whether the code lies in that range of a note."""
    return low[:3] <= code[:3] and low <= code[: len(low)] and code[: len(high)] <= high


_DIABETES = ("E08", "E09", "E10", "E11", "E13")
_OTHER_FORMS = {"D64": ("C920",)}
"""Where a note names one form of what its code holds: at D64 refractory anemia in transformation, no anemia of a leukemia's treatment."""
_ITS_OWN = frozenset({"diabetes", "diabetic", "mellitus", "categories", "with", "other", "type"})


def _is_meant(line: str, code: str, other: str) -> bool:
    """Whether a note on diabetes means this code of it: its categories hold its complications, and only the one that is named is meant.

    "Coma in diabetes (E08-E13)", "diabetic acidosis - see categories E08-E10, E11, E13 with ketoacidosis", "(E08-E13 with .62-)".
    """
    if not other.startswith(_DIABETES) or code.startswith(_DIABETES):
        return True
    if ends := re.findall(r"(?<=[\s,])\.(\d+)", line):
        return other[3:].startswith(tuple(ends))
    named = set(re.findall(r"[a-z]{4,}", line.lower())) - _ITS_OWN
    return any(re.search(rf"(?<!without ){word}", description_of(other).lower()) for word in named)


@lru_cache(maxsize=1)
def _categories() -> tuple[str, ...]:
    return tuple(sorted(code for code in tabular() if len(code) == 3))


def categories(ranges: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The categories that these ranges touch: most codes of a claim are in none of them, and are not looked at further."""
    every = _categories()
    return frozenset(one for low, high in ranges for one in every[bisect_left(every, low[:3]) : bisect_right(every, high[:3])])


@lru_cache(maxsize=20_000)
def excluded_categories(code: str) -> frozenset[str]:
    """The categories in which the Excludes1 notes at or above the code send something elsewhere."""
    return categories(pair for _, line in tabular().notes(code, "excludes1") for pair in references(line))


@lru_cache(maxsize=50_000)
def excluded_here(code: str, other: str) -> str | None:
    """The category or code with an Excludes1 note, at or above `code`, that sends `other` elsewhere; None if there is none."""
    for at, line in tabular().notes(code, "excludes1"):
        if other.startswith(_OTHER_FORMS.get(at, ("-",))):
            continue
        for low, high in references(line):
            if between(low, high, other) and not code.startswith(low) and _is_meant(line, code, other):
                return at
    return None
