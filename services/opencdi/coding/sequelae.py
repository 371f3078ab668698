"""What a stroke of the past has left: its sequelae, not a new stroke (I.C.9.d)."""

from collections.abc import Iterator
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.combinations import flag
from opencdi.coding.stated import Stated
from opencdi.coding.steps import Candidates, Known, proposed, with_code

_BEHIND: Final = 40
"""So many characters behind an old stroke, a deficit is told as what it left."""


def stroke_sequelae(known: Known, codes: Candidates) -> Candidates:
    """I.C.9.d.1: a deficit that a past stroke has left is coded as its sequela; beside a stroke of today it is that one's (I.C.9.d.2)."""
    data = known.data.sequelae
    deficits = proposed(codes, *data.of, *data.beside)
    if not deficits:
        return codes
    left = frozenset(_left_by_stroke(known, beside_another=bool(proposed(codes, *data.current))))
    for one in deficits:
        if one.concept in left:
            into = data.of.get(one.code) or next(code for stem, code in data.beside.items() if one.code.startswith(stem))
            reason = f"{data.reason}: {dotted(into)}"
            late = one._replace(code=into, family=into, kind="diagnosis", nature="chronic", reasons=(*one.reasons, reason))
            if one.code in data.of:
                codes = flag(codes, [one], reason)
            else:  # what it is like is said behind the sequela
                told = one._replace(kind="diagnosis", nature="chronic")
                codes = tuple(told if other.code == one.code else other for other in codes)
            codes = with_code(codes, late)
    return codes


def _left_by_stroke(known: Known, *, beside_another: bool) -> Iterator[str]:
    """The concepts that a note tells as old, or as due to a stroke, in the same breath with a stroke that is over.

    `beside_another`: where there is a stroke of today too, only what is told right behind the old one is left by that (I.C.9.d.2).
    """
    strokes = set(known.data.sequelae.strokes)
    told = known.stated
    over = [said for said in told if said.finding.concept in strokes and said.finding.active == "no" and _is_there(said)]
    for said in told:
        old = said.finding.temporality == "historical" or said.finding.attributes.get("cause") in strokes
        beside = [stroke for stroke in over if stroke.note.note_id == said.note.note_id]
        if beside_another:
            beside = [stroke for stroke in beside if 0 <= said.finding.start - stroke.finding.end <= _BEHIND]
        if beside and old and _is_there(said):
            yield said.finding.concept


def _is_there(said: Stated) -> bool:
    return said.finding.assertion == "present"
