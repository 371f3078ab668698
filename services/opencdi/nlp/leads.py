"""A line that only announces a list speaks of each item below it: "Differential:", "Return to the ED if:", "Denies the following:"."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from opencdi.clinical.vocabulary import SectionKind
from opencdi.knowledge.words import Words
from opencdi.nlp.around import Cued, Hit

_SAID: Final = frozenset({"absent", "possible", "hypothetical", "historical"})
_LEAD_WORDS: Final = 14
"""Of a longer announcement only so many last words are read."""
_BETWEEN: Final = 4
"""Words between the cue and the colon: "any of the following:"."""
_ITEMS: Final = 20
_PLAIN_ITEM: Final = 8
"""Words of an item that has neither bullet nor number; a longer line tells something of its own."""
_BOXES: Final = frozenset("[☒☑")
_BULLETS: Final = frozenset("-–—*•·>#+~")


def leads_in(text: str, said: Cued, sentences: list[tuple[int, int]], sections: list[SectionKind]) -> Mapping[int, tuple[Hit, ...]]:
    """First word of each item below such a line -> what the line says of it."""
    found: dict[int, tuple[Hit, ...]] = {}
    words = said.words
    for nth, (begin, stop) in enumerate(sentences):
        if stop > begin and words.words[stop - 1] == "," and stop - begin > 1:
            stop -= 1  # of a line break that was lost: "Differential: ,1. Pneumonia.,2. ..."
        if stop > begin and words.words[stop - 1] == ":" and (hits := _announced(said, begin, stop)):
            found.update((item, hits) for item in _items(text, words, sentences[nth : nth + _ITEMS], sections))
    return found


def _announced(said: Cued, begin: int, stop: int) -> tuple[Hit, ...]:
    hits = said.hits[said.hits_before[max(begin, stop - _LEAD_WORDS)] : said.hits_before[stop]]
    return tuple(hit for hit in hits if hit[2].makes in _SAID and hit[2].place == "before" and stop - 1 - hit[1] <= _BETWEEN)[-1:]


def _items(text: str, words: Words, sentences: list[tuple[int, int]], sections: list[SectionKind]) -> Iterator[int]:
    """First words of the sentences that stand below the first one as its list."""
    marked: bool | None = None
    section = None
    for (_, before), (begin, stop) in pairwise(sentences):
        if begin == stop:
            continue
        gap = text[words.ends[before - 1] if before else 0 : words.starts[begin]]
        if marked is None and words.words[begin] in _BOXES:
            marked = True  # "Risks discussed: [x] bleeding [x] infection"
        elif "\n" in gap or (words.words[before - 1] == "," and words.words[begin].isdigit()):
            has_mark = words.words[begin] in _BOXES or not _BULLETS.isdisjoint(gap) or words.words[begin].isdigit()
            section = section or sections[begin]
            another = marked is not None and has_mark != marked
            apart = gap.count("\n") > 1 and not (has_mark and marked is None)
            if another or apart or sections[begin] != section or words.words[stop - 1] == ":":
                return
            if not has_mark and (stop - begin > _PLAIN_ITEM or ":" in words.words[begin:stop]):
                return
            marked = has_mark
        elif marked is None:
            return  # what follows on the line of the colon is its own sentence
        yield begin
