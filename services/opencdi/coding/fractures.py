"""Fractures of diseased bone (I.C.13.d, I.C.2.l.6) and injuries that a worse one of the same site says too (I.C.19.b)."""

from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.combinations import flag
from opencdi.coding.neoplasms import is_neoplasm
from opencdi.coding.steps import Candidates, Known, proposed
from opencdi.knowledge.icd10cm import description_of, tabular

PATHOLOGICAL: Final = "M844"
IN_NEOPLASM: Final = "M845"
IN_OSTEOPOROSIS: Final = "M800"
SUPERFICIAL: Final = ("S00", "S10", "S20", "S30", "S40", "S50", "S60", "S70", "S80", "S90")
_SIDES: Final = ("left", "right")
_PLACES: Final = frozenset({"scalp", "head", "nose", "ear", "lip", "eyelid", "cheek"})


def fractures(_: Known, codes: Candidates) -> Candidates:
    """I.C.13.d.2: a pathological fracture in osteoporosis is M80, in a neoplasm that a provider names as its cause M84.5."""
    for one in proposed(codes, PATHOLOGICAL):
        if any(map(is_neoplasm, one.caused_by)):
            into, reason = IN_NEOPLASM, "I.C.2.l.6: a pathological fracture in neoplastic disease"
        elif osteoporosis := proposed(codes, "M81"):
            into, reason = IN_OSTEOPOROSIS, f"I.C.13.d.2: a pathological fracture in osteoporosis ({dotted(osteoporosis[0].code)})"
        else:
            continue
        code = into + one.code[4:]
        if not tabular().billable(code):
            continue
        said = one._replace(code=code, family=code, specific=True, reasons=(*one.reasons, reason))
        codes = (*flag(codes, [one], f"{reason} ({dotted(code)})"), said)
        if into == IN_OSTEOPOROSIS:
            codes = flag(codes, proposed(codes, "M81"), f"I.C.13.d.1: osteoporosis with a current fracture is {dotted(code)}")
    return codes


def superficial_injuries(_: Known, codes: Candidates) -> Candidates:
    """I.C.19.b: an abrasion or a contusion is not coded beside a more severe injury of the same site."""
    for one in proposed(codes, *SUPERFICIAL):
        severe = (other for other in proposed(codes, one.code[:2]) if other.code[2] != "0" and _same_site(one.code, other.code))
        worse = next(severe, None)
        if worse is not None:
            codes = flag(codes, [one], f"I.C.19.b: a more severe injury of the same site is coded ({dotted(worse.code)})")
    return codes


def _same_site(one: str, other: str) -> bool:
    mine, theirs = (set(description_of(code).lower().replace(",", "").split()) for code in (one, other))
    sides = [{side for side in _SIDES if side in words} for words in (mine, theirs)]
    if one.startswith("S0"):  # a head has many sites
        return bool(mine & theirs & _PLACES)
    return bool(sides[0]) and sides[0] == sides[1]
