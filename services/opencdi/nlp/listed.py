"""The items of one list are told alike: what stands among dangers is one, however long their list (DOMAIN B24).

"Bleeding, infection, peritonitis, bowel obstruction, internal hernia, marginal ulcer, gallstones and hair loss": a cue reaches so many
words, and of the words around an item only so many are weighed; a list goes on.  It ends where something else is told: a verb, an owner, a
treatment, a sign of its own.
"""

from collections.abc import Iterator
from typing import Final

from opencdi.clinical.vocabulary import SectionKind
from opencdi.events.reading import Finding
from opencdi.knowledge.words import BREAK
from opencdi.nlp.around import Cued
from opencdi.nlp.cues import CueWords
from opencdi.nlp.mentioned import Mentioned

_LISTED: Final = frozenset({"diagnosis", "symptom", "finding"})
_JOINTS: Final = frozenset({",", "/", "and", "or", "&", "+"})
_BETWEEN: Final = 8
"""Words and commas from one known item to the next; an unknown one may stand there."""
_SURE: Final = 2
"""So many dangers on one side of an item make it one; otherwise there must be one on each side."""


def listed_dangers(said: Cued, mentions: list[Mentioned], findings: list[Finding]) -> Iterator[int]:
    """Indices of the diagnoses told as here that stand in a list of dangers.  `findings`: of each mention, in their order."""
    run: list[int] = []
    for at, mention in enumerate(mentions):
        if mention.kind not in _LISTED:
            continue
        if run and not _goes_on(mentions[run[-1]].last, mention.first, said):
            yield from _dangers(run, findings)
            run = []
        run.append(at)
    yield from _dangers(run, findings)


def _dangers(run: list[int], findings: list[Finding]) -> Iterator[int]:
    """Of one list, the items that its others make a danger."""
    feared = [findings[at].temporality == "hypothetical" for at in run]
    if len(run) <= _SURE or all(feared) or not any(feared):
        return
    for nth, at in enumerate(run):
        finding = findings[at]
        if (
            feared[nth]
            or finding.kind != "diagnosis"
            or finding.section in _CONCLUDES
            or (finding.assertion, finding.active, finding.experiencer) != _HERE
        ):
            continue
        before, behind = _in_a_row(feared[:nth][::-1]), _in_a_row(feared[nth + 1 :])
        if max(before, behind) >= _SURE or (before and behind):
            feared[nth] = True
            yield at


_CONCLUDES: Final[frozenset[SectionKind]] = frozenset({"assessment", "impression", "discharge-diagnoses"})
"""Here an author lists what the patient has; what he fears he says in a plan."""
_HERE: Final = ("present", "yes", "patient")


def _in_a_row(feared: list[bool]) -> int:
    return feared.index(False) if False in feared else len(feared)


def _goes_on(last: int, first: int, said: Cued) -> bool:
    """Whether only joints and names stand between two items: "infection, loss of the graft and | stroke"."""
    words = said.words.words
    between = words[last:first]
    if not between or len(between) > _BETWEEN or _JOINTS.isdisjoint(between):
        return False
    if said.hits_before[last] != said.hits_before[first] and any(
        hit[2].makes != "nothing" for hit in said.hits[said.hits_before[last] : said.hits_before[first]]
    ):
        return False
    return BREAK not in between and all(word in _JOINTS or _is_a_name(word, said.cues.words) for word in between)


def _is_a_name(word: str, told: CueWords) -> bool:
    """Whether a word may be part of an item that we do not know: no verb, no owner, no sign."""
    if not word[0].isalpha() or word in told.asserting or word in told.persons or word in told.auxiliaries:
        return False
    return word not in told.own_opening and word not in told.own_statement and not (word in told.given and word != "the")
