"""What a code, or several together, do to the DRG: the claim regrouped with and without (DOMAIN B55).

Pure: a claim in, groupings out; every interplay (exclusion by the principal diagnosis, a second MCC that adds nothing, a HAC) is the
grouper's own.  Money never decides what a physician sees (DOMAIN F.14): callers keep these figures on internal pages.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from opencdi.clinical.vocabulary import Severity
from opencdi.knowledge.code_year import RELEASES
from opencdi.knowledge.grouper import CodedDiagnosis, GroupedSecondary, GrouperClaim, Grouping, drg_of, excluded_by_logic, group
from opencdi.knowledge.weights import weight_of

_YEAR_BY_VERSION = {release.version: release.fiscal_year for release in RELEASES}


class DrgEffect(NamedTuple):
    """The DRG with and without; `weight_delta` is with minus without, None where either has no weight loaded."""

    drg_with: str
    drg_without: str
    weight_delta: float | None
    why_none: str = ""  # why nothing moved: "excluded", "hospital-acquired", "redundant", "MS-DRG 690 asks for no CC"


def weight_delta(drg_with: str, drg_without: str, fiscal_year: int) -> float | None:
    """The difference of two DRGs' weights, rounded as Table 5 is."""
    if drg_with == drg_without:
        return 0.0 if weight_of(drg_with, fiscal_year) else None
    heavier, lighter = weight_of(drg_with, fiscal_year), weight_of(drg_without, fiscal_year)
    return round(heavier.weight - lighter.weight, 4) if heavier and lighter else None


def _year(claim: GrouperClaim) -> int:
    return _YEAR_BY_VERSION[claim.version]


_RANK: Final[dict[Severity, int]] = {"MCC": 2, "CC": 1, "NON_CC": 0, "NONE": 0}


@lru_cache(maxsize=64)
def _counting(claim: GrouperClaim) -> dict[str, int]:
    """What counts on a claim, by its rank.  Remembered: each code of one claim asks for it."""
    grouped = group(claim)
    by_logic = excluded_by_logic(claim, grouped)
    return {one.code: _RANK[one.severity] for one in grouped.secondary if not (one.excluded or one.hacs or one.code in by_logic)}


def why_nothing_moved(code: str, claim: GrouperClaim) -> str:
    """Why a secondary diagnosis of a claim does nothing to its DRG; "" where it is none that could."""
    grouped = group(claim)
    one = next((told for told in grouped.secondary if told.code == code), None)
    return _why_not(one, _counting(claim), grouped.drg) if one else ""


def _why_not(one: GroupedSecondary, counting: Mapping[str, int], drg: str) -> str:
    """Why this code does nothing beside those that count."""
    if not (rank := _RANK[one.severity]):
        return ""
    if one.code not in counting:
        return "hospital-acquired" if one.hacs else "excluded"
    if any(other != one.code and other_rank >= rank for other, other_rank in counting.items()):
        return "redundant"  # which other code, is not said: its evidence may be restricted
    return f"MS-DRG {drg} asks for no {one.severity}"


def effect_of_removing(claim: GrouperClaim, code: str, grouped: Grouping | None = None) -> DrgEffect:
    """What a secondary diagnosis of the claim does: the claim with it and without.  `grouped`: the claim's, where it is known."""
    told = grouped or group(claim)
    return _effect(claim, told.drg, drg_of(claim.without(code)), code)


def effects_of_removing(claim: GrouperClaim, codes: Sequence[str], grouped: Grouping) -> list[DrgEffect]:
    """`effect_of_removing` for each of these secondary diagnoses of the claim, with fewer groupings."""
    still, counting = _unmoving(claim, codes, grouped), _counting(claim)
    nothing, by_code = weight_delta(grouped.drg, grouped.drg, _year(claim)), {one.code: one for one in grouped.secondary}
    return [
        DrgEffect(grouped.drg, grouped.drg, nothing, _why_not(by_code[code], counting, grouped.drg))
        if code in still
        else _effect(claim, grouped.drg, drg_of(claim.without(code)), code)
        for code in codes
    ]


def _unmoving(claim: GrouperClaim, codes: Sequence[str], grouped: Grouping) -> set[str]:
    """Those without any one of which the claim groups the same, as far as a grouping with one code alone shows.

    A further diagnosis only ever lifts a claim, in severity and in the order of the DRGs of its category: where taking several away moves
    nothing, taking away one of them moves nothing.  The two that count most are each kept once, to hold the claim's severity up.
    """
    counting = _counting(claim)
    most = sorted((code for code in codes if code in counting), key=lambda code: -counting[code])[:2]
    still: set[str] = set()
    for kept in most:
        others = [code for code in codes if code != kept]
        alone = tuple(one for one in claim.secondary if one.code == kept)
        if len(others) > 1 and not still.issuperset(others) and group(claim._replace(secondary=alone)).drg == grouped.drg:
            still.update(others)
    return still


def effect_of_adding(claim: GrouperClaim, *gap: CodedDiagnosis, grouped: Grouping | None = None) -> DrgEffect:
    """What these diagnoses would do together if the record came to support them all.  `grouped`: the claim's, where it is known."""
    with_it = claim.with_secondary(*gap)
    return _effect(with_it, group(with_it).drg, (grouped or group(claim)).drg, *(one.code for one in gap))


def effects_of_adding(claim: GrouperClaim, codes: Sequence[str], grouped: Grouping) -> list[DrgEffect]:
    """`effect_of_adding` for each of these codes, present on admission, on its own; with one grouping where all together move nothing."""
    every = claim.with_secondary(*(CodedDiagnosis(code, "Y") for code in codes))
    if len(every.secondary) < len(claim.secondary) + len(codes) or (answer := group(every)).drg != grouped.drg:
        return [effect_of_adding(claim, CodedDiagnosis(code, "Y"), grouped=grouped) for code in codes]
    # A further diagnosis only ever lifts a claim: what several do not move, none of them moves.
    told, counted = {one.code: one for one in answer.secondary}, _counting(every)
    without = {code: rank for code, rank in counted.items() if code not in codes}

    def why(code: str) -> str:
        return _why_not(told[code], without | {code: counted[code]} if code in counted else without, grouped.drg)

    nothing = weight_delta(grouped.drg, grouped.drg, _year(claim))
    return [DrgEffect(grouped.drg, grouped.drg, nothing, why(code)) for code in codes]


def _effect(claim: GrouperClaim, told: str, less: str, *codes: str) -> DrgEffect:
    none = why_nothing_moved(codes[0], claim) if codes and told == less else ""
    return DrgEffect(told, less, weight_delta(told, less, _year(claim)), none)
