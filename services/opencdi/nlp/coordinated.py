"""Terms that share words: "lung and liver metastases", "hypo- and hyperkalemia", "hepatitis B and C", "stage 2 and 3 pressure injuries".

A writer says the shared word once.  The part that lacks it is read only where both together are a term that is known, and its quote is
its own words as they stand.  One disease in two forms ("bacterial or viral pneumonia") is one mention, and neither form is taken for told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from opencdi.knowledge.concepts import Concept
from opencdi.knowledge.words import BREAK, Lexicon, Words
from opencdi.nlp.mentioned import Mentioned

Meaning = tuple[Concept, Mapping[str, str]]
_JOINING: Final = frozenset({"and", "or", "&"})
_SIDES: Final = frozenset({"left", "right", "bilateral", "l", "r"})
"""Each part may have its own: "left clavicle and right scapula fractures"."""
_BEGIN: Final = frozenset({BREAK, ",", ":", ";", "(", "with", "and", "has", "sustained", "for"})
_GLUE: Final = frozenset("-–/")
_PARTS: Final = 3
_WORDS: Final = 3
_STEM: Final = 5
"""A stem that two words share has at least so many letters ("kalemia")."""
_STAGING: Final = frozenset({"stage", "grade"})
_STAGES: Final = {"1": "1", "2": "2", "3": "3", "4": "4", "i": "1", "ii": "2", "iii": "3", "iv": "4"}
_STAGED: Final = "pressure-injury"
"""Two stages of one kidney disease are one disease between them; two stages of pressure injuries are two injuries."""


@dataclass(frozen=True)
class Coordinations:
    """A text's words, and the terms that a part and its shared words may make."""

    text: str
    words: Words
    said: list[str]
    ours: Lexicon[Meaning]

    def with_parts(self, mentions: list[Mentioned]) -> list[Mentioned]:
        """The mentions, and the parts beside them that lack their shared word; left to right."""
        found: list[Mentioned] = []
        said, text, ends = self.said, self.text, self.words.ends
        for at, mention in enumerate(mentions):
            left = self._beyond_side(mention.first) - 1
            alone = left < 0 or (said[left] not in _JOINING and text[ends[left] : ends[left] + 1] not in _GLUE)
            if alone and mention.concept != _STAGED and said[mention.last] not in _JOINING:
                found.append(mention)  # nearly all do
                continue
            begin = mentions[at - 1].last if at else 0
            stop = mentions[at + 1].first if at + 1 < len(mentions) else len(self.said)
            mention, staged = self._staged(mention, begin)
            if not (self._joins(left) or self._glued(left) or self._joins(mention.last)):
                found.extend((*staged, mention))
                continue
            before = list(self._before(mention, begin))
            for part in before:
                if part.concept == mention.concept and not _another(part.attributes, mention):
                    mention = _one_of_both(part, mention)
            parts = [part for part in before if part.last <= mention.first]
            found.extend(sorted((*parts, *staged, mention, *self._behind(mention, stop)), key=lambda one: one.first))
        return found

    def _beyond_side(self, at: int) -> int:
        return at - 1 if at > 0 and self.said[at - 1] in _SIDES else at

    def _begins_a_phrase(self, at: int) -> bool:
        """Whether a part stands for itself: in "contusion of the right hip and left wrist fracture" the hip is the contusion's."""
        before = self._beyond_side(at) - 1
        return before < 0 or self.said[before] in _BEGIN

    def _joins(self, at: int) -> bool:
        return 0 <= at < len(self.said) and self.said[at] in _JOINING

    def _glued(self, at: int) -> bool:
        """Whether a dash or a slash stands directly behind that word ("hypo- and", "hyper/")."""
        return at >= 0 and self.text[self.words.ends[at] : self.words.ends[at] + 1] in _GLUE

    def _before(self, mention: Mentioned, begin: int) -> Iterator[Mentioned]:
        """Leftwards from the mention, part by part: "lung, bone and liver metastases"."""
        at = mention.first
        for nth in range(_PARTS):
            sided = self._beyond_side(at) < at
            at = end = self._beyond_side(at)
            if self._joins(end - 1):
                end -= 1
            if end > begin and self.said[end - 1] == "," and (nth or end < at):
                end -= 1
            if end == at and not self._glued(end - 1):
                return
            part = self._part(mention, begin, end)
            if part is None or (sided and not self._begins_a_phrase(part.first)):
                return
            yield part
            at = part.first

    def _part(self, mention: Mentioned, begin: int, end: int) -> Mentioned | None:
        name = self.said[mention.first : mention.last]
        for first in range(max(begin, end - _WORDS), end):
            own = self.said[first:end]
            for shared in range(1, len(name)):
                if (meant := self.ours.terms.get(" ".join([*own, *name[shared:]]))) and meant[0].slug:
                    return _mentioned(first, end, meant)
        if len(name) == 1 and end > begin and self._glued(end - 1):
            for cut in range(2, len(name[0]) - _STEM + 1):
                if meant := self.ours.terms.get(self.said[end - 1] + name[0][cut:]):
                    return _mentioned(end - 1, end, meant)
        return None

    def _behind(self, mention: Mentioned, stop: int) -> Iterator[Mentioned]:
        """Rightwards, the first words shared: "hepatitis B and C"."""
        name = self.said[mention.first : mention.last]
        if not self._joins(mention.last):
            return
        first = mention.last + 1
        for last in range(min(stop, first + _WORDS), first, -1):
            for shared in range(len(name) - 1, 0, -1):
                meant = self.ours.terms.get(" ".join([*name[:shared], *self.said[first:last]]))
                if meant and meant[0].slug and (meant[0].slug != mention.concept or _another(meant[1], mention)):
                    yield _mentioned(first, last, meant)
                    return

    def _staged(self, mention: Mentioned, begin: int) -> tuple[Mentioned, list[Mentioned]]:
        at = mention.first
        words = self.said[max(begin, at - 4) : at]
        if mention.concept != _STAGED or len(words) < 4 or words[0] not in _STAGING or words[2] not in _JOINING:
            return mention, []
        one, other = _STAGES.get(words[1]), _STAGES.get(words[3])
        if one is None or other is None:
            return mention, []
        part = replace(mention, first=at - 4, last=at - 2, attributes={**mention.attributes, "stage": one})
        return replace(mention, attributes={**mention.attributes, "stage": other}), [part]


def _another(implied: Mapping[str, str], mention: Mentioned) -> bool:
    """The same disease at another site is another mention, and so is what has another code: two broken bones."""
    return any(implied.get(name) != mention.attributes.get(name) for name in ("site", "icd10cm"))


def _one_of_both(part: Mentioned, mention: Mentioned) -> Mentioned:
    same = {name: value for name, value in mention.attributes.items() if part.attributes.get(name) == value}
    return replace(mention, first=part.first, attributes=same)


def _mentioned(first: int, last: int, meant: Meaning) -> Mentioned:
    concept, implied = meant
    return Mentioned(first, last, concept.slug, concept.kind, concept.chronic, implied)
