"""What an operation of the past was done for was dealt with by it: "status post ORIF for a fracture of the ankle" (DOMAIN B24)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from opencdi.events.reading import Finding
from opencdi.nlp.around import Cued
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.past import Times

_NEAR: Final = 5
"""Words between an operation and what it was for: "for a perforated", "after a trimalleolar"."""


def dealt_with(said: Cued, mentions: list[Mentioned], findings: list[Finding], times: Times) -> Iterator[int]:
    """Indices of the acute diagnoses for which an old operation was done.  `findings`: of each mention, in their order.

    Only at a visit: in a stay, "status post" may tell of the operation of yesterday.
    """
    if not said.visit:
        return
    for at, ((done, operation), (mention, finding)) in enumerate(pairwise(zip(mentions, findings, strict=True)), 1):
        if operation.kind not in ("procedure", "device") or not _is_old(done, operation, said.words.words, times):
            continue
        between = said.words.words[done.last : mention.first]
        if mention.kind != "diagnosis" or mention.chronic or mention.concept.startswith(times.outlasting) or len(between) > _NEAR:
            continue
        here = (finding.assertion, finding.temporality, finding.active) == ("present", "current", "yes")
        if here and not times.for_it.isdisjoint(between[:2]) and times.bounds.isdisjoint(between):
            yield at


def _is_old(done: Mentioned, operation: Finding, words: list[str], times: Times) -> bool:
    """Whether an operation is told as past, or as what somebody "had"; an injection or an image deals with nothing."""
    if (operation.temporality, operation.active) == ("historical", "no"):
        return True
    had = not times.had.isdisjoint(words[max(0, done.first - _NEAR) : done.first])
    return had and operation.assertion == "present" and times.no_cure.isdisjoint(words[done.first : done.last])
