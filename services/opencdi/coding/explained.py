"""Why a code stands where it does, for people: its words, the way to it, what the guidelines did, how firm it is, what would say more.

Nothing here decides anything: it tells what `working` and its steps have done.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.working import ASSESSED, BASE, EXACT, REPEATED, confidence
from opencdi.events.pages import Evidence
from opencdi.knowledge.alphabetic_index import AlphabeticIndex, words_in
from opencdi.knowledge.icd10cm import description_of, tabular
from opencdi.knowledge.index_path import find
from opencdi.knowledge.specificity import supported_leaf

MOST_CHOICES: Final = 8
"""So many ways to say more are listed; of others only that there are."""
_UNSPECIFIED: Final = re.compile(r"(?<!\bor )\bunspecified\b", re.IGNORECASE)
"""But "or unspecified kidney disease" includes what is unspecified, and is exact."""
_OTHER: Final = re.compile(r"^(?:Other|Oth)\b|\bother specified\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One code and all that can be said for it.  `path`: the Alphabetic Index's terms; empty where none is loaded or it leads elsewhere."""

    code: str
    description: str
    status: str
    evidence: tuple[Evidence, ...]
    path: tuple[str, ...]
    reasons: tuple[str, ...]
    confidence: float
    parts: tuple[tuple[str, float], ...]
    """What the confidence is made of.  It is not calibrated (DOMAIN F.16)."""
    could_say: tuple[str, ...]
    """What the classification tells apart here and the record does not (B41)."""


def explanation(one: Candidate, index: AlphabeticIndex | None) -> Explanation:
    """Of a code that the record supports, proposed or not."""
    return Explanation(
        code=one.code,
        description=description_of(one.code),
        status=one.status,
        evidence=one.evidence,
        path=path_to(one, index) if index else (),
        reasons=one.reasons,
        confidence=confidence(one),
        parts=tuple(_parts(one)),
        could_say=could_say(one.code),
    )


def path_to(one: Candidate, index: AlphabeticIndex) -> tuple[str, ...]:
    """The way down the index from the words of the record to this very code, and the tabular's step behind it."""
    for quote in dict.fromkeys(evidence.quote for evidence in one.evidence):
        path = find(index, quote)
        if path and supported_leaf(path.code, words_in(quote)) == one.code:
            return (*path.steps, f"tabular: {dotted(one.code)}")
    return ()


def _parts(one: Candidate) -> Iterator[tuple[str, float]]:
    yield one.status, BASE[one.status]
    if one.assessed:
        yield "stands in an assessment", ASSESSED
    if one.specific:
        yield "said exactly", EXACT
    if len(one.evidence) > 1:
        yield "said more than once", REPEATED


def could_say(code: str) -> tuple[str, ...]:
    """What the neighbours of an unspecified code say: "stage 1", "stage 2"; nothing of a code that is exact."""
    held = tabular()
    entry = held.entry(code)
    if entry is None or entry.parent is None:
        return ()
    neighbours = [held.description(other) or "" for other in held.children(entry.parent) if other != code]
    return tuple(said for said in neighbours if _vague(said) < _vague(entry.description) and not _OTHER.search(said))


def _vague(description: str) -> int:
    return len(_UNSPECIFIED.findall(description))
