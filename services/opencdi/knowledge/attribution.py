"""What each difference between two claims did to the weight, adding up exactly: no code is counted twice (DOMAIN B58).

From the first claim of a stay to the last, what moved is: the principal diagnosis, secondary diagnoses and their POA, procedures, the
disposition, the grouper's edition, what is known of the patient.  Each one's share is its Shapley value: its mean effect over every
order in which they could have been documented.  Where there are too many for that, the order in which they were.  Whole
ten-thousandths of a weight: shares add up without a rounding error.  Internal: money never decides what a physician sees (DOMAIN F.14).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import Final, Literal

from opencdi.knowledge.code_year import RELEASES
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, group
from opencdi.knowledge.weights import weight_of

Kind = Literal[
    "principal", "secondary added", "secondary removed", "poa", "procedure added", "procedure removed", "disposition", "patient", "grouper"
]
MOST_ORDERED: Final = 8
"""Movers whose every order is looked at: 256 groupings.  More are taken in the order of their documentation."""
_YEAR: Final = {release.version: release.fiscal_year for release in RELEASES}


@dataclass(frozen=True, slots=True)
class Mover:
    """One difference between the two claims.  `code`: the code that came, went or changed; "" for what is no code."""

    kind: Kind
    code: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What one difference is answerable for, in ten-thousandths of a relative weight."""

    mover: Mover
    ten_thousandths: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """From one DRG to another.  The shares' sum is `ten_thousandths`, exactly."""

    drg_before: str
    drg_after: str
    ten_thousandths: int
    shares: tuple[Share, ...]
    method: Literal["shapley", "sequential"]


def movers_between(before: GrouperClaim, after: GrouperClaim, documented: Sequence[str] = ()) -> tuple[Mover, ...]:
    """All differences, in the order of documentation: codes as `documented` tells them, then the rest.

    The old principal diagnosis leaves, or steps behind, with the new one: both are one mover.
    """
    firsts = {before.principal.code, after.principal.code} if before.principal.code != after.principal.code else {after.principal.code}
    was, now = ({one.code: one.poa for one in (claim.principal, *claim.secondary)} for claim in (before, after))
    found = [Mover("principal", after.principal.code)] if len(firsts) > 1 else []
    found += [Mover("secondary added", code) for code in now if code not in was and code not in firsts]
    found += [Mover("secondary removed", code) for code in was if code not in now and code not in firsts]
    found += [Mover("poa", code) for code in now if code in was and now[code] != was[code]]
    found += [Mover("procedure added", code) for code in dict.fromkeys(after.procedures) if code not in before.procedures]
    found += [Mover("procedure removed", code) for code in dict.fromkeys(before.procedures) if code not in after.procedures]
    found += [Mover("disposition")] if before.discharge_status != after.discharge_status else []
    found += [Mover("patient")] if (before.age, before.sex) != (after.age, after.sex) else []
    found += [Mover("grouper")] if (before.version, before.hospital_status) != (after.version, after.hospital_status) else []
    order = {code: nth for nth, code in reversed(list(enumerate(documented)))}
    return tuple(sorted(found, key=lambda mover: order.get(mover.code, len(order))))


def with_movers(before: GrouperClaim, after: GrouperClaim, moved: frozenset[Mover]) -> GrouperClaim:
    """The first claim with some of the differences; with all of them it groups as the last one does."""
    codes = {one.code: one.poa for one in before.secondary}
    first, told = before.principal, {one.code: one.poa for one in (after.principal, *after.secondary)}
    if Mover("principal", after.principal.code) in moved:
        codes.pop(after.principal.code, None)
        held = {one.code: one.poa for one in (before.principal, *before.secondary)}
        if before.principal.code in told:
            codes[before.principal.code] = before.principal.poa
        first = CodedDiagnosis(after.principal.code, held.get(after.principal.code, after.principal.poa))
    for mover in sorted(moved, key=lambda one: (one.kind, one.code)):
        if mover.kind == "secondary added":
            codes[mover.code] = told[mover.code]
        elif mover.kind == "secondary removed":
            codes.pop(mover.code, None)
        elif mover.kind == "poa" and mover.code == first.code:
            first = CodedDiagnosis(first.code, told[mover.code])
        elif mover.kind == "poa" and mover.code in codes:
            codes[mover.code] = told[mover.code]
    added = {one.code for one in moved if one.kind == "procedure added"}
    gone = {one.code for one in moved if one.kind == "procedure removed"}
    kinds = {one.kind for one in moved}
    patient = after if "patient" in kinds else before
    edition = after if "grouper" in kinds else before
    return before._replace(
        principal=first,
        secondary=tuple(CodedDiagnosis(code, poa) for code, poa in codes.items()),
        procedures=(*(one for one in before.procedures if one not in gone), *(one for one in after.procedures if one in added)),
        discharge_status=(after if "disposition" in kinds else before).discharge_status,
        age=patient.age,
        sex=patient.sex,
        version=edition.version,
        hospital_status=edition.hospital_status,
    )


def attribute(before: GrouperClaim, after: GrouperClaim, documented: Sequence[str] = ()) -> Attribution | None:
    """The change of weight between two claims, shared among what differs; None where one of the two has no weight loaded."""
    first, last = (weight_of(group(claim).drg, _YEAR[claim.version]) for claim in (before, after))
    if first is None or last is None:
        return None
    movers = movers_between(before, after, documented)

    def worth(moved: frozenset[Mover]) -> int:
        """In ten-thousandths; a claim in between that has no DRG is paid nothing."""
        claim = with_movers(before, after, moved)
        row = weight_of(group(claim).drg, _YEAR[claim.version])
        return round(row.weight * 10_000) if row else 0

    idle = _idle(movers, worth) if len(movers) > MOST_ORDERED else frozenset()
    acting = tuple(mover for mover in movers if mover not in idle)
    method: Literal["shapley", "sequential"] = "shapley" if len(acting) <= MOST_ORDERED else "sequential"
    values = {moved: worth(moved | idle) for moved in _looked_at(acting, method)}
    total = values[frozenset(acting)] - values[frozenset()]
    exact = {mover: _shapley(mover, acting, values) for mover in acting} if method == "shapley" else _one_by_one(acting, values)
    whole = _whole([exact.get(mover, Fraction(0)) for mover in movers], total)
    return Attribution(first.drg, last.drg, total, tuple(map(Share, movers, whole)), method)


def _idle(movers: tuple[Mover, ...], worth: Callable[[frozenset[Mover]], int]) -> frozenset[Mover]:
    """Movers that do nothing: not alone on the first claim, not taken from the last one, and not all of them together.

    Where together they do something, none of them is left out.
    """
    nothing, everything = frozenset[Mover](), frozenset(movers)
    first, last = worth(nothing), worth(everything)
    still = frozenset(one for one in movers if worth(frozenset((one,))) == first and worth(everything - {one}) == last)
    return still if worth(still) == first and worth(everything - still) == last else nothing


def _looked_at(movers: tuple[Mover, ...], method: str) -> list[frozenset[Mover]]:
    if method == "sequential":
        return [frozenset(movers[:nth]) for nth in range(len(movers) + 1)]
    return [frozenset(some) for size in range(len(movers) + 1) for some in combinations(movers, size)]


def _shapley(mover: Mover, movers: tuple[Mover, ...], values: dict[frozenset[Mover], int]) -> Fraction:
    others = [one for one in movers if one != mover]
    told = Fraction(0)
    for size in range(len(others) + 1):
        orders = Fraction(factorial(size) * factorial(len(others) - size), factorial(len(movers)))
        told += orders * sum(values[frozenset((*some, mover))] - values[frozenset(some)] for some in combinations(others, size))
    return told


def _one_by_one(movers: tuple[Mover, ...], values: dict[frozenset[Mover], int]) -> dict[Mover, Fraction]:
    return {mover: Fraction(values[frozenset(movers[: nth + 1])] - values[frozenset(movers[:nth])]) for nth, mover in enumerate(movers)}


def _whole(exact: list[Fraction], total: int) -> list[int]:
    """Whole numbers with the same sum: each rounded down, and what is left goes to the largest remainders, first documented first."""
    down = [share.__floor__() for share in exact]
    left = sorted(range(len(exact)), key=lambda nth: (down[nth] - exact[nth], nth))[: total - sum(down)]
    return [share + (nth in left) for nth, share in enumerate(down)]
