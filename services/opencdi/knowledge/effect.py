"""What a code, or several together, do to the DRG: the claim regrouped with and without (DOMAIN B55).

Pure: a claim in, groupings out; every interplay (exclusion by the principal diagnosis, a second MCC that adds nothing, a HAC) is the
grouper's own.  Money never decides what a physician sees (DOMAIN F.14): callers keep these figures on internal pages.
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

from opencdi.knowledge.code_year import RELEASES
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, Grouping, group
from opencdi.knowledge.weights import weight_of

_YEAR_BY_VERSION = {release.version: release.fiscal_year for release in RELEASES}


@dataclass(frozen=True, slots=True)
class DrgEffect:
    """The DRG with and without; `weight_delta` is with minus without, None where either has no weight loaded."""

    drg_with: str
    drg_without: str
    weight_delta: float | None


def weight_delta(drg_with: str, drg_without: str, fiscal_year: int) -> float | None:
    """The difference of two DRGs' weights, rounded as Table 5 is."""
    if drg_with == drg_without:
        return 0.0 if weight_of(drg_with, fiscal_year) else None
    heavier, lighter = weight_of(drg_with, fiscal_year), weight_of(drg_without, fiscal_year)
    return round(heavier.weight - lighter.weight, 4) if heavier and lighter else None


def _effect(with_it: Grouping, without_it: Grouping, version: int) -> DrgEffect:
    return DrgEffect(with_it.drg, without_it.drg, weight_delta(with_it.drg, without_it.drg, _YEAR_BY_VERSION[version]))


def effect_of_removing(claim: GrouperClaim, code: str, grouped: Grouping | None = None) -> DrgEffect:
    """What a secondary diagnosis of the claim does: the claim against the claim less that code."""
    return _effect(grouped or group(claim), group(claim.without(code)), claim.version)


def effect_of_adding(claim: GrouperClaim, *gap: CodedDiagnosis, grouped: Grouping | None = None) -> DrgEffect:
    """What these diagnoses would do together if the record came to support them all."""
    return _effect(group(claim.with_secondary(*gap)), grouped or group(claim), claim.version)


def shares(claim: GrouperClaim, gaps: tuple[tuple[CodedDiagnosis, ...], ...]) -> tuple[float, ...] | None:
    """Each gap's share of their joint effect on the weight (Shapley value): the shares add up to it exactly, nothing counts twice.

    None where a weight is missing.  Exact for up to ten gaps, which is more than any chart should have open; more raise `ValueError`.
    """
    n = len(gaps)
    if n > 10:
        raise ValueError("more than ten gaps at once")
    year = _YEAR_BY_VERSION[claim.version]
    worth: dict[frozenset[int], float] = {}
    for size in range(n + 1):
        for chosen in combinations(range(n), size):
            drg = group(claim.with_secondary(*(d for i in chosen for d in gaps[i]))).drg
            if (weight := weight_of(drg, year)) is None:
                return None
            worth[frozenset(chosen)] = weight.weight
    return tuple(_shapley(i, n, worth) for i in range(n))


def _shapley(i: int, n: int, worth: dict[frozenset[int], float]) -> float:
    total = 0.0
    rest = [j for j in range(n) if j != i]
    for size in range(n):
        orders = 1.0 / (n * comb(n - 1, size))
        for chosen in combinations(rest, size):
            total += orders * (worth[frozenset((*chosen, i))] - worth[frozenset(chosen)])
    return total
