"""What burnt and how much of the body: a chemical corrodes; the extent goes behind the burns (I.C.19.d.6), where it is told in percent."""

from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import candidate_of
from opencdi.coding.combinations import instead
from opencdi.coding.steps import Candidates, Known, proposed, with_code

EXTENT: Final = "T31"
_TOLD: Final = "tbsa-"
_THIRD: Final = "third"
_CHEMICAL: Final = "chemical-burn"
_CORRODED: Final = 4
"""So much further than a burn's stand the degrees of a corrosion."""
_THIRD_DEGREE: Final = "3"
_DEGREE_AT: Final = 3
"""Where a burn's code says its degree."""


def corrosions(_: Known, codes: Candidates) -> Candidates:
    """I.C.19.d: what a chemical burnt is a corrosion, of the same place and degree."""
    for one in [one for one in proposed(codes) if one.concept == _CHEMICAL]:
        code = one.code[:_DEGREE_AT] + str(int(one.code[_DEGREE_AT]) + _CORRODED) + one.code[_DEGREE_AT + 1 :]
        reason = f"I.C.19.d: burnt by a chemical, a corrosion ({dotted(code)})"
        codes = instead(codes, one, one._replace(code=code, family=code), reason)
    return codes


def burn_extent(known: Known, codes: Candidates) -> Candidates:
    """I.C.19.d.6: the extent of all burns, with how much of it is of third degree; nothing where that is not told."""
    burns = proposed(codes, *known.table.injuries.burns)
    if not burns or proposed(codes, EXTENT):
        return codes
    told = [one for one in known.stated if one.finding.active != "no" and one.finding.attributes.get("stage", "").startswith(_TOLD)]
    if not told:
        return codes
    percent = [(float(one.finding.attributes["stage"].removeprefix(_TOLD)), one.finding.attributes.get("form")) for one in told]
    total = max(number for number, _ in percent)
    if not any(one.code[_DEGREE_AT] == _THIRD_DEGREE for one in burns):
        third = 0.0
    elif all(one.code[_DEGREE_AT] == _THIRD_DEGREE for one in burns):
        third = total
    else:
        third = max((number for number, form in percent if form == _THIRD), default=-1.0)
    tens = min(int(total // 10), 9)
    if tens and third < 0:
        return codes
    code = f"{EXTENT}{tens}" + (str(min(int(third // 10), tens)) if tens else "")
    return with_code(codes, candidate_of(told, code, burns[0].nature, f"I.C.19.d.6: {total:g} % of the body surface"))
