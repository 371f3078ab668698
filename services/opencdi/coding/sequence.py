"""The principal diagnosis: what, after study, occasioned the admission (UHDDS; Guidelines section II).  Never the heaviest code."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.clinical.vocabulary import Poa
from opencdi.coding.candidates import Candidate
from opencdi.coding.drug_codes import how_of
from opencdi.coding.table import ConceptTable
from opencdi.knowledge.icd10cm import tabular

_CODE_IN_NOTE = re.compile(r"\(([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)")
_NEOPLASM = ("C", "D0", "D37", "D38", "D39", "D4")
_NEVER_FIRST: Final = ("adverse-effect", "underdosing")
"""Behind the condition that the drug, or the want of it, brought about (I.C.19.e.5.a, I.C.19.e.5.c)."""
Barred = Callable[[str], str | None]
"""Why this code may never stand first (the Medicare Code Editor's edit); None where it may."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The proposed principal diagnosis, all that tie with it, and why."""

    code: str
    ties: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Why the patient came, as the hospital told it: `listed` categories of the admitting diagnosis, `reason` codes of the stated reason.

    They point, they never satisfy (DOMAIN F.6).
    """

    listed: frozenset[str] = frozenset()
    reason: frozenset[str] = frozenset()


@lru_cache(maxsize=20_000)
def _code_first(code: str) -> tuple[str, ...]:
    """The codes that the tabular wants before this one; ("",) where it wants "the underlying condition" and names none."""
    lines = [line for _, line in tabular().notes(code, "code_first")]
    named = tuple(match[1].replace(".", "") for line in lines for match in _CODE_IN_NOTE.finditer(line))
    return named or (("",) if lines else ())


def _wants_another_first(one: Candidate, all_codes: Iterable[str]) -> bool:
    wanted = _code_first(one.code)
    return bool(wanted) and any(other != one.code and other.startswith(wanted) for other in all_codes)


def principal_of(
    table: ConceptTable,
    codes: Iterable[Candidate],
    poa: Mapping[str, Poa],
    why: Circumstances,
    barred: Barred,
) -> Principal | None:
    """Rank the established diagnoses by the circumstances of the admission; None if nothing may stand first.

    In this order: what a guideline sequences first; an acute disease present on admission; a neoplasm, or a chronic disease that was the
    reason for the admission; an acute disorder that usually accompanies another; an acute disease of unknown onset; a symptom that nothing
    related explains (II.A); a chronic disease.
    Among equals: what the patient came for, or what explains it; what stands in an assessment.  Equals stay equals (II.B, II.C).
    """
    claimed = [one for one in codes if one.status == "proposed"]
    held = [one.code for one in claimed]
    came_for = {one.code for one in claimed if _answers(table, one, claimed, why)}
    able = [one for one in claimed if poa[one.code] != "N" and not barred(one.code) and not _wants_another_first(one, held)]
    able = [one for one in able if how_of(one.code) not in _NEVER_FIRST]
    able = [one for one in able if one.nature != "exempt" or one.code in came_for]  # a status is not what one is admitted for
    if not able:
        return None
    ranked = {one.code: _rank(table, one, poa[one.code], held, one.code in came_for) for one in able}
    best = max(ranked.values(), key=lambda rank: rank.key)
    tied = sorted((one for one in able if ranked[one.code].key == best.key), key=_stood_first)
    return Principal(tied[0].code, tuple(one.code for one in tied), _reason(best, tied))


@dataclass(frozen=True, slots=True)
class _Rank:
    key: tuple[int, int, bool, bool]
    words: tuple[str, ...]


def _rank(table: ConceptTable, one: Candidate, poa: Poa, held: list[str], came_for: bool) -> _Rank:
    first, cite = _sequenced_first(table, one.code, held) if poa == "Y" else (0, "")
    level, kind = _level(table, one, poa, came_for)
    words = (cite, kind, "what the patient came for, or its cause" if came_for else "", "assessed" if one.assessed else "")
    return _Rank((first, level, came_for, one.assessed), tuple(word for word in words if word))


def _sequenced_first(table: ConceptTable, code: str, held: list[str]) -> tuple[int, str]:
    """How far up the list of the guidelines, the higher the earlier its row stands; 0 for most diseases."""
    rows = table.guidelines.first
    for nth, row in enumerate(rows):
        if (
            code.startswith(row.codes)
            and (not row.how or how_of(code) in row.how)
            and (not row.beside or any(other.startswith(row.beside) for other in held))
        ):
            return len(rows) - nth, row.reason
    return 0, ""


def _level(table: ConceptTable, one: Candidate, poa: Poa, came_for: bool) -> tuple[int, str]:
    known = poa in ("Y", "W", "1")
    if one.kind != "diagnosis":
        return 3, "a symptom, its cause not established (II.A)"
    if one.code.startswith(_NEOPLASM):
        return (6, "a neoplasm present on admission (I.C.2)") if known else (4, "a neoplasm, its onset not said")
    if one.nature != "":
        return (6, "a chronic disease that was the reason for the admission") if came_for else (1, "chronic")
    seldom = next((row for row in table.guidelines.seldom_first if one.code.startswith(row.codes)), None)
    if seldom and not came_for:
        return 5 if known and seldom.before_symptoms else 2, seldom.words
    return (7, "acute, present on admission") if known else (4, "acute, its onset not said")


def _answers(table: ConceptTable, one: Candidate, claimed: list[Candidate], why: Circumstances) -> bool:
    """Whether the patient came for this, for a symptom of it, or for what a provider says it caused."""
    if _named(table, one.code, why):
        return True
    return any(one.concept in other.caused_by and _named(table, other.code, why) for other in claimed)


def _named(table: ConceptTable, code: str, why: Circumstances) -> bool:
    if code[:3] in why.listed:
        return True
    return any(code[:3] == reason[:3] or code.startswith(table.integral_to(reason) or ("\0",)) for reason in why.reason)


def _stood_first(one: Candidate) -> tuple[object, ...]:
    place = one.assessed_order or one.order
    return (place is None, place or (), one.code)


def _reason(best: _Rank, tied: list[Candidate]) -> str:
    why = "; ".join(best.words)
    if len(tied) > 1:
        names = ", ".join(dotted(one.code) for one in tied)
        return f"II.C: {names} meet the definition equally ({why}); the one assessed first is shown, the circumstances decide"
    return f"II: {why}"
