"""What is pointed back to is what was told: "in view of the seizure", "since she had febrile neutropenia" (DOMAIN B24).

A disease that every earlier mention of the note puts into the past, and that is named again with "the", with an owner or as a reason, is
no new one.  Named without ("1. Pneumonia"), it may be.
"""

from collections.abc import Iterator
from typing import Final

from opencdi.events.reading import Finding
from opencdi.knowledge.words import Words
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.past import Times

_ADJECTIVES: Final = 2
"""Words between "the" and the disease: "the very severe seizure"."""


def recalled(words: Words, mentions: list[Mentioned], findings: list[Finding], times: Times) -> Iterator[int]:
    """Indices of the findings that only recall what was told as past.  `findings`: of each mention, in their order."""
    past: dict[str, bool] = {}
    for at, (mention, finding) in enumerate(zip(mentions, findings, strict=True)):
        if mention.kind != "diagnosis" or finding.experiencer != "patient" or finding.temporality == "hypothetical":
            continue
        there = finding.assertion == "present" and finding.active == "yes"
        known = there and finding.temporality == "current" and past.get(mention.concept)
        if known and _points_back(mention.first, words.words, times) and words.words[mention.last] not in times.going_on_now:
            yield at
            continue
        if finding.assertion != "absent":
            over = finding.temporality == "historical" and finding.active == "no"
            past[mention.concept] = over and past.get(mention.concept, True)


def _points_back(first: int, words: list[str], times: Times) -> bool:
    """Whether "the" or an owner stands before the disease, or it is told as a reason: "because he had a"."""
    for at in range(first - 1, max(-1, first - 2 - _ADJECTIVES), -1):
        if words[at] in times.pointing:
            return times.anew.isdisjoint(words[at + 1 : first + 1])
        if not words[at].isalpha() or words[at] in times.bounds:
            return False
        if words[at] in times.had:
            return words[at - 1] in times.subjects and words[at - 2] in times.reasons
    return False
