"""Pregnancy and delivery (I.C.15): the obstetric chapter comes first, by trimester, and only on the mother's record."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate, Stated, candidate_of
from opencdi.coding.combinations import flag
from opencdi.coding.steps import Candidates, Known, and_code, proposed, with_code
from opencdi.knowledge.icd10cm import description_of, tabular

IN_PREGNANCY: Final = (
    "O10",
    "O11",
    "O12",
    "O13",
    "O14",
    "O15",
    "O16",
    "O2",
    "O3",
    "O40",
    "O41",
    "O42",
    "O43",
    "O44",
    "O45",
    "O46",
    "O47",
    "O60",
    "O98",
    "O99",
)
WEEKS: Final = "weeks-"
DELIVERIES: Final = frozenset({"vaginal-delivery", "cesarean-section"})
_VAGINAL: Final = frozenset({"vaginal-delivery"})
_PREGNANCY: Final = frozenset({"pregnancy"})
YOUNGEST: Final = 10
"""Years: below it a note that names a pregnancy is a child's, and the pregnancy its mother's."""
TERM: Final = 37
"""Weeks from which a delivery is at term."""
NO_TRIMESTER: Final = "unspecified trimester"


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """What the record says of it.  `weeks`: completed; `delivered`: in this stay; `said`: the mention that tells the weeks."""

    weeks: int | None
    delivered: bool
    said: Stated | None

    @property
    def periods(self) -> tuple[str, ...]:
        """How the classification calls the time, the most exact first (I.C.15.a.3, I.C.15.b)."""
        if self.weeks is None:
            trimester = NO_TRIMESTER
        else:
            trimester = "first trimester" if self.weeks < 14 else "second trimester" if self.weeks < 28 else "third trimester"
        return ("childbirth", trimester) if self.delivered else (trimester,)


def obstetric(known: Known, codes: Candidates) -> Candidates:
    """I.C.15.a: in pregnancy a condition has its obstetric code first, of its trimester; the weeks stand on the mother's record only."""
    if known.age is not None and known.age < YOUNGEST:  # the outcome of delivery on the child's own record is told of the mother
        return flag(codes, proposed(codes, "Z37"), "I.C.21.c.11: outcome of delivery, on the mother's record only")
    pregnancy = _pregnancy(known, codes)
    if pregnancy is None:
        return codes
    for one in proposed(codes, *IN_PREGNANCY):
        if NO_TRIMESTER in description_of(one.code) and (code := _of_time(one.code, pregnancy)) != one.code:
            reason = f"I.C.15.a.3: {pregnancy.periods[0]}"
            codes = (
                *flag(codes, [one], f"{reason} ({dotted(code)})"),
                replace(one, code=code, family=one.family, reasons=(*one.reasons, reason)),
            )
    for row in known.table.obstetrics.conditions:
        held = proposed(codes, *row.codes)
        leaf = next((leaf for period in pregnancy.periods if (leaf := _leaf_of(row.into, period))), None)
        if not held or leaf is None or proposed(codes, row.into):
            continue
        reason = f"{row.reason} ({dotted(held[0].code)})"
        made = replace(held[0], code=leaf, concept="pregnancy", family=leaf, specific=True, reasons=(reason,), parts=())
        codes = with_code(codes, made)
        codes = flag(codes, held, f"{row.cite}: said by {dotted(leaf)}") if row.replaces else codes
    if pregnancy.said is not None and pregnancy.weeks is not None and proposed(codes, "O"):
        codes = and_code(
            codes, _coded(pregnancy.said, f"Z3A{pregnancy.weeks:02}", "I.C.21.c.11: weeks of gestation, on the mother's record")
        )
    return codes


def normal_delivery(known: Known, codes: Candidates) -> Candidates:
    """I.C.15.n: O80 where the record names a delivery at term with a single live birth and nothing of the obstetric chapter beside it."""
    if not proposed(codes, "Z370") or proposed(codes, "O"):
        return codes
    pregnancy = _pregnancy(known, codes)
    delivery = next(filter(_now, _told(known, _VAGINAL)), None)
    if pregnancy is None or delivery is None or pregnancy.weeks is None or pregnancy.weeks < TERM:
        return codes
    codes = and_code(codes, _coded(delivery, "O80", "I.C.15.n.1: a normal delivery, nothing complicates it"))
    return and_code(codes, _coded(delivery, f"Z3A{pregnancy.weeks:02}", "I.C.21.c.11: weeks of gestation, on the mother's record"))


def _pregnancy(known: Known, codes: Candidates) -> Pregnancy | None:
    """The present pregnancy; None where neither weeks nor a complication of it are told (a "pregnancy test" is none)."""
    if known.age is not None and known.age < YOUNGEST:
        return None
    told = [one for one in _told(known, _PREGNANCY) if _now(one) and one.finding.attributes.get("form", "").startswith(WEEKS)]
    if not told and not proposed(codes, *IN_PREGNANCY):
        return None
    said = told[0] if told else None
    weeks = int(said.finding.attributes["form"].removeprefix(WEEKS)) if said else None
    return Pregnancy(weeks, any(map(_now, _told(known, DELIVERIES))), said)


def _told(known: Known, concepts: frozenset[str]) -> Iterator[Stated]:
    named = (one for one in known.said if one.finding.concept in concepts and one.note.counts)
    return (one for one in named if one.finding.assertion == "present" and one.finding.certainty == "certain")


def _now(one: Stated) -> bool:
    return one.finding.active == "yes"


@lru_cache(maxsize=500)
def _leaf_of(stem: str, period: str) -> str | None:
    held = tabular()
    below, found = [stem], []
    while below:
        code = below.pop()
        below += held.children(code)
        if held.billable(code) and description_of(code).endswith(period):
            found.append(code)
    return found[0] if len(found) == 1 else None


def _of_time(code: str, pregnancy: Pregnancy) -> str:
    entry = tabular().entry(code)
    for period in pregnancy.periods:
        said = description_of(code).replace(NO_TRIMESTER, period)
        near = tabular().children(entry.parent) if entry and entry.parent else ()
        exact = next((other for other in near if description_of(other) in (said, said.replace(period, f"complicating {period}"))), None)
        if exact is not None:
            return exact
    return code


def _coded(said: Stated, code: str, reason: str) -> Candidate:
    return candidate_of([said], code, "exempt" if code.startswith("Z") else "", reason)
