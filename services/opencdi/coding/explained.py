"""Why a code stands where it does, for people: its words, the way to it, what the guidelines did, how firm it is, what would say more.

Nothing here decides anything: it tells what `working` and its steps have done.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.by_index import way_of
from opencdi.coding.candidates import Candidate
from opencdi.coding.confidence import confidence, parts
from opencdi.events.pages import Evidence
from opencdi.knowledge.alphabetic_index import AlphabeticIndex, words_in
from opencdi.knowledge.icd10cm import description_of, tabular
from opencdi.knowledge.specificity import says_more, supported_leaf

MOST_CHOICES: Final = 8
"""So many ways to say more are listed; of others only that there are."""
MOST_STEPS: Final = 16
"""No way down the index is longer but by going round."""
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
        parts=parts(one),
        could_say=could_say(one.code),
    )


def path_to(one: Candidate, index: AlphabeticIndex) -> tuple[str, ...]:
    """The way down the index from the words of the record, and from there down the tabular to this very code."""
    quotes = dict.fromkeys(evidence.quote for evidence in one.evidence)
    return next((way for quote in quotes if (way := _way(index, quote, one.code))), ())


@lru_cache(maxsize=20_000)
def _way(index: AlphabeticIndex, quote: str, code: str) -> tuple[str, ...]:
    path = way_of(index, quote, ())
    if path is None:
        return ()
    stem, leaf = path.code.rstrip("-"), supported_leaf(path.code, words_in(quote))
    if leaf != code and not (code.startswith(stem) and (leaf is None or says_more(code, than=leaf))):
        return ()
    below = [at for at in reversed(tuple(tabular().lineage(code))) if len(at) > len(stem)] if code.startswith(stem) else []
    return (*path.steps, f"tabular: {' > '.join(map(dotted, below or [code]))}")[:MOST_STEPS]


@lru_cache(maxsize=20_000)
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
