"""What the tabular wants coded before a code: its "code first" notes (Guidelines I.A.13)."""

import re
from collections.abc import Iterable
from functools import lru_cache

from opencdi.coding.candidates import Candidate
from opencdi.knowledge.icd10cm import tabular
from opencdi.knowledge.tabular_references import categories

_IN_BRACKETS = re.compile(r"\(([^)]*)\)")
_CODES = re.compile(r"([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)(?:-([A-Z]\d[0-9A-Z])(?:\.[0-9A-Z]{1,4})?)?")
"""A code, or a range of them: "D50.0-D64.9" is read as the categories D50 to D64."""
_ANY = (("", ""),)
_OF_A_FRACTURE = "such as traumatic or pathological"
"""M97 wants the kind of its fracture before it, and no other disease."""


def coded_before(one: Candidate, others: Iterable[Candidate]) -> list[str]:
    """Those of the others that the tabular wants before this one; "if applicable" they are, where they are on the claim."""
    wanted = _wanted(one.code)
    if not wanted:
        return []
    near = _near(wanted)
    return [
        other.code
        for other in others
        if (other.code[:3] in near or wanted == _ANY) and other.code != one.code and _is_wanted(other, wanted)
    ]


@lru_cache(maxsize=20_000)
def _near(wanted: tuple[tuple[str, str], ...]) -> frozenset[str]:
    return frozenset() if wanted == _ANY else categories((first, last or first) for first, last in wanted)


@lru_cache(maxsize=20_000)
def _wanted(code: str) -> tuple[tuple[str, str], ...]:
    """Each from and to (to: empty where it is one code); `_ANY` where the note says "the underlying condition" and names none."""
    lines = [line for _, line in tabular().notes(code, "code_first")]
    told = (inside[1] for line in lines for inside in _IN_BRACKETS.finditer(line))
    found = (match.groups() for inside in told for match in _CODES.finditer(inside))
    named = tuple((first[:3] if last else first.replace(".", ""), last or "") for first, last in found)
    return named or (_ANY if any(not line.endswith(_OF_A_FRACTURE) for line in lines) else ())


def _is_wanted(other: Candidate, wanted: tuple[tuple[str, str], ...]) -> bool:
    if wanted == _ANY:
        return other.kind == "diagnosis" and other.nature != "exempt" and _wanted(other.code) != _ANY
    return _named(other.code, wanted)


@lru_cache(maxsize=50_000)
def _named(code: str, wanted: tuple[tuple[str, str], ...]) -> bool:
    return any(first <= code[:3] <= last if last else code.startswith(first) for first, last in wanted)
