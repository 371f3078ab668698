"""What a stroke of the past has left: its sequelae, not a new stroke (I.C.9.d)."""

from collections.abc import Iterator
from dataclasses import replace

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Stated
from opencdi.coding.combinations import flag
from opencdi.coding.steps import Candidates, Known, proposed


def stroke_sequelae(known: Known, codes: Candidates) -> Candidates:
    """I.C.9.d.1: a deficit that a past stroke has left is coded as its sequela; beside a stroke of today it is that one's (I.C.9.d.2)."""
    data = known.data.sequelae
    deficits = proposed(codes, *data.of)
    if not deficits or proposed(codes, *data.current):
        return codes
    left = frozenset(_left_by_stroke(known))
    for one in deficits:
        if one.concept in left:
            into = data.of[one.code]
            reason = f"{data.reason}: {dotted(into)}"
            late = replace(one, code=into, family=into, nature="chronic", reasons=(*one.reasons, reason))
            codes = (*(other for other in flag(codes, [one], reason) if other.code != into), late)
    return codes


def _left_by_stroke(known: Known) -> Iterator[str]:
    """The concepts that a note tells as old, or as due to a stroke, in the same breath with a stroke that is over."""
    strokes = set(known.data.sequelae.strokes)
    told = known.stated
    over = {said.note.note_id for said in told if said.finding.concept in strokes and said.finding.active == "no" and _is_there(said)}
    for said in told:
        old = said.finding.temporality == "historical" or said.finding.attributes.get("cause") in strokes
        if said.note.note_id in over and old and _is_there(said):
            yield said.finding.concept


def _is_there(said: Stated) -> bool:
    return said.finding.assertion == "present"
