"""Fractures that the disease of the bone made, though nobody calls them pathological (I.C.13.d.2), and vertebrae that collapsed."""

from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import flag, instead
from opencdi.coding.external_causes import events_of
from opencdi.coding.steps import Candidates, Known, proposed
from opencdi.knowledge.icd10cm import description_of, unspecified_leaf

_WEDGE: Final = "0A"
"""A wedge compression is what falls in upon itself: S22.000A, S32.010A."""
_SIDES: Final = ("left", "right")
_SOME_FALL: Final = "W19"


def fragility_fractures(known: Known, codes: Candidates) -> Candidates:
    """In known osteoporosis a minor fall breaks diseased bone (I.C.13.d.2); a compressed vertebra that nothing hurt has collapsed."""
    data = known.table.injuries.fragility
    events = events_of(codes)
    exact = [one for one in events if not one.code.startswith(_SOME_FALL)]
    minor = all(one.code.startswith(data.minor_falls) for one in exact)
    osteoporosis = proposed(codes, *data.osteoporosis)
    named = proposed(codes, *data.nowhere)
    for one in proposed(codes, *data.fragile):
        collapsed = not events and one.code.endswith(_WEDGE) and one.code.startswith(tuple(data.collapsed))
        if (osteoporosis and ((exact and minor) or collapsed)) or (named and minor):
            why = "I.C.13.d.2: known osteoporosis, and no injury that would break a healthy bone"
            codes = _as(codes, one, _osteoporotic(known, one), why)
        elif collapsed:
            stem = next(into for begins, into in data.collapsed.items() if one.code.startswith(begins))
            codes = _as(codes, one, unspecified_leaf(stem), "index: Fracture, compression, not due to trauma")
    if osteoporosis and (broken := proposed(codes, "M80")):
        codes = flag(codes, osteoporosis, f"I.C.13.d.1: osteoporosis with a current fracture is {dotted(broken[0].code)}")
    return codes


def _osteoporotic(known: Known, one: Candidate) -> str | None:
    """The code of this place's fracture in osteoporosis, on the same side."""
    row = known.table.codes.get(one.concept)
    there = row.forms.get(known.table.injuries.fragility.form, {}) if row else {}
    nearest = max((begins for begins in there if one.code.startswith(begins)), key=len, default=None)
    words = description_of(one.code).lower().replace(",", "").split()
    return None if nearest is None else unspecified_leaf(there[nearest], next((side for side in _SIDES if side in words), ""))


def _as(codes: Candidates, one: Candidate, code: str | None, reason: str) -> Candidates:
    if code is None:
        return codes
    return instead(codes, one, one._replace(code=code, specific=True), reason, flagged=f"{reason} ({dotted(code)})")
