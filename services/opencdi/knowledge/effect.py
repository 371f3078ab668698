"""What a code, or several together, do to the DRG: the claim regrouped with and without (DOMAIN B55).

Pure: a claim in, groupings out; every interplay (exclusion by the principal diagnosis, a second MCC that adds nothing, a HAC) is the
grouper's own.  Money never decides what a physician sees (DOMAIN F.14): callers keep these figures on internal pages.
"""

from dataclasses import dataclass

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
