"""Pregnancy and delivery (I.C.15): the obstetric chapter comes first, of its time, and only on the mother's record."""

from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate, candidate_of
from opencdi.coding.combinations import flag
from opencdi.coding.newborn_data import code_of
from opencdi.coding.obstetric_data import InPregnancy, When
from opencdi.coding.obstetric_time import at_time, leaf_at
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.pregnancy import (
    BORN_ALIVE,
    CESAREAN,
    DELIVERIES,
    VAGINAL,
    YOUNGEST,
    Pregnancy,
    delivery_of,
    is_earlier_birth,
    is_of_none,
    mentions,
    pregnancy_of,
    with_told,
)
from opencdi.coding.stated import Stated
from opencdi.coding.steps import Candidates, Known, and_code, proposed, with_code

TERM: Final = 37
"""Weeks from which a delivery is at term."""
_AT_TERM: Final = "term"
_LEFT: Final = ("O3421", "Z8751")
_ASSISTED: Final = "assisted"
_STERILIZED: Final = frozenset({"tubal-ligation", "oophorectomy"})
_OF_BIRTH: Final = ("O3", "O4", "O6", "O7")
"""What is told in one breath with the child, and is the mother's."""
_EARLY: Final = ("O00", "O01", "O02", "O03", "O04", "O07", "O08")
"""Pregnancies that ended early: their codes have no trimester."""
_OUTCOME: Final = "I.C.15.b.5: outcome of delivery, on the mother's record"
_WEEKS: Final = "I.C.21.c.11: weeks of gestation, on the mother's record"


def obstetric(known: Known, codes: Candidates) -> Candidates:
    """I.C.15.a: in pregnancy a condition has its obstetric code first, of its time; the weeks stand on the mother's record only."""
    if known.age is not None and known.age < YOUNGEST:  # the outcome of delivery on the child's own record is told of the mother
        return flag(codes, proposed(codes, "Z37"), "I.C.21.c.11: outcome of delivery, on the mother's record only")
    pregnancy = pregnancy_of(known, codes)
    if pregnancy is None:
        held = proposed(codes, "O3421", "Z22330", *(("O", "Z37", "Z3A", "Z33") if is_of_none(known) else ()))
        return flag(codes, held, "I.C.15: of a pregnancy, and the record names none")
    codes = with_told(known, codes, _OF_BIRTH)
    codes = _as_told(known, _left_by_earlier(known, codes))
    for row in known.table.obstetrics.elsewhere:
        if _holds(row.when, pregnancy, None):
            codes = flag(codes, proposed(codes, *row.codes), row.reason)
    for one in proposed(codes, "O"):
        if (code := at_time(one.code, pregnancy.periods)) != one.code and not one.code.startswith(_EARLY):
            codes = _instead(codes, one, code, f"I.C.15.a.3: {pregnancy.periods[0]}")
    for condition in known.table.obstetrics.conditions:
        codes = _in_pregnancy(condition, pregnancy, codes)
    codes = _outcome(known, pregnancy, codes)
    after = known.table.obstetrics.after_birth
    codes = tuple(
        one._replace(onset_after=True) if pregnancy.delivery and one.code.startswith(after) and not one.at_admission else one
        for one in codes
    )
    held = [one for one in proposed(codes, "O") if not one.code.startswith(known.table.obstetrics.no_weeks)]
    return _with_weeks(codes, pregnancy) if held else codes


def normal_delivery(known: Known, codes: Candidates) -> Candidates:
    """I.C.15.n: O80 where the record names a delivery at term with a single live birth and nothing of the obstetric chapter beside it."""
    others = [one for one in proposed(codes, "O") if one.code != "O80"]
    if others:
        return flag(codes, proposed(codes, "O80"), f"I.C.15.n.1: not with a complication ({dotted(others[0].code)})")
    pregnancy, delivery = pregnancy_of(known, codes), delivery_of(known, VAGINAL)
    if not proposed(codes, "Z370") or pregnancy is None or delivery is None or delivery_of(known, CESAREAN):
        return codes
    forms = {one.finding.attributes.get("form") for one in mentions(known, VAGINAL)}
    at_term = _AT_TERM in forms or bool(proposed(codes, "O80")) or (pregnancy.weeks or 0) >= TERM
    if not at_term or _ASSISTED in forms or (pregnancy.weeks or TERM) < TERM:
        return codes
    return _with_weeks(and_code(codes, _coded(delivery, "O80", "I.C.15.n.1: a normal delivery, nothing complicates it")), pregnancy)


def _in_pregnancy(row: InPregnancy, pregnancy: Pregnancy, codes: Candidates) -> Candidates:
    """The obstetric code of a condition, before it or in its place."""
    held = [one for one in proposed(codes, *row.codes) if _holds(row.when, pregnancy, one)]
    leaf = leaf_at(row.into, pregnancy.periods)
    of_weeks = (row.from_weeks, row.below_weeks) == (0, 99) or row.from_weeks <= (pregnancy.weeks or -1) < row.below_weeks
    if not held or leaf is None or not of_weeks or proposed(codes, *row.unless):
        return codes
    if not proposed(codes, row.into):
        made = held[0]._replace(
            code=leaf, concept="pregnancy", kind="diagnosis", family=leaf, specific=True, parts=(),
            nature="" if held[0].nature == "exempt" else held[0].nature, reasons=(f"{row.reason} ({dotted(held[0].code)})",),
        )  # fmt: skip
        codes = with_code(codes, made)
    return flag(codes, [one for one in held if one.code != leaf], f"{row.cite}: said by {dotted(leaf)}") if row.replaces else codes


def _holds(when: When, pregnancy: Pregnancy, one: Candidate | None) -> bool:
    match when:
        case "":
            return True
        case "delivered":
            return pregnancy.delivery is not None
        case "undelivered":
            return pregnancy.delivery is None and not pregnancy.over
        case "after":
            return pregnancy.began_after(one) if one else pregnancy.over
        case "before":
            return not pregnancy.began_after(one) if one else not pregnancy.over


def _as_told(known: Known, codes: Candidates) -> Candidates:
    """What another mention makes more exact; a sterilization is coded where it was done."""
    told = {one.finding.concept for one in known.stated if one.finding.assertion == "present" and one.finding.section != "allergies"}
    for row in known.table.obstetrics.told_by:
        for one in proposed(codes, *row.codes):
            codes = _instead(codes, one, row.into, row.reason) if told & row.mentions else codes
    return codes if told & _STERILIZED else flag(codes, proposed(codes, "Z302"), "I.C.21.c.8: no sterilization is told as done")


def _left_by_earlier(known: Known, codes: Candidates) -> Candidates:
    """What an earlier birth has left: the history of preterm labor, and the scar of a cesarean, as the operations say it."""
    for one in known.stated:
        code = code_of(one.finding) or ""
        if code.startswith(_LEFT) and one.finding.assertion == "present" and one.finding.certainty == "certain":
            codes = and_code(codes, _coded(one, code, f"tabular: {dotted(code[:5])}: of an earlier birth"))
    for row in known.table.obstetrics.scars:
        name, value = row.attribute
        told = (one for one in known.stated if one.finding.concept in DELIVERIES and one.finding.assertion == "present")
        said = [one for one in told if one.finding.attributes.get(name) == value and (not row.past or _earlier(one))]
        if said and not proposed(codes, "O3421" if row.code.endswith("9") else row.code):
            codes = and_code(codes, _coded(said[0], row.code, row.reason))
    exact = [one for one in proposed(codes, "O3421") if one.code != "O34219"]
    return flag(codes, proposed(codes, "O34219"), f"I.B.2: said by {dotted(exact[0].code)}") if exact else codes


def _earlier(one: Stated) -> bool:
    if is_earlier_birth(one.finding):
        return True
    return one.finding.active == "no" and one.finding.temporality == "historical" and one.note.note_type in AT_ADMISSION


def _outcome(known: Known, pregnancy: Pregnancy, codes: Candidates) -> Candidates:
    """I.C.15.b.5: living children, of one birth or two, where she was delivered in this stay; a stillbirth is coded by its own words."""
    alive = next(mentions(known, BORN_ALIVE), None)
    if pregnancy.delivery is None:
        return flag(codes, proposed(codes, "Z37"), "I.C.15.b.5: not delivered in this stay") if pregnancy.over else codes
    twins = proposed(codes, "O30")
    if twins and (one := next(iter(proposed(codes, "Z370")), None)):
        return _instead(codes, one, "Z372", _OUTCOME)
    if alive is None or proposed(codes, "Z37", "O364"):
        return codes
    return and_code(codes, _coded(alive, "Z372" if twins else "Z370", _OUTCOME))


def _with_weeks(codes: Candidates, pregnancy: Pregnancy) -> Candidates:
    if pregnancy.said is None or pregnancy.weeks is None or pregnancy.over:
        return codes
    return and_code(codes, _coded(pregnancy.said, f"Z3A{pregnancy.weeks:02}" if pregnancy.weeks >= 8 else "Z3A01", _WEEKS))


def _instead(codes: Candidates, one: Candidate, code: str, reason: str) -> Candidates:
    """The same condition under another code."""
    codes = flag(codes, [one], f"{reason} ({dotted(code)})")
    return and_code(codes, one._replace(code=code, reasons=(*one.reasons, reason)))


def _coded(said: Stated, code: str, reason: str) -> Candidate:
    return candidate_of([said], code, "exempt" if code.startswith("Z") else "", reason)
