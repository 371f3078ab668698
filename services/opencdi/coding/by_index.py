"""A code that leaves something open, looked up in the site's Alphabetic Index: main term, modifiers, then the tabular (I.B.1, I.B.2).

Where a site has loaded none, the table and the tabular are all there is.  The index never leads to another disease here: what it names is
taken only within the category of the code that we have, where no word of the mention is left over, and where it leaves less open.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from opencdi.coding.specific import InWords, documented, spoken
from opencdi.coding.table import Assignment
from opencdi.knowledge.alphabetic_index import AlphabeticIndex, words_in
from opencdi.knowledge.icd10cm import description_of
from opencdi.knowledge.index_path import IndexPath, find
from opencdi.knowledge.specificity import leaves_open, says_more, supported_leaf

_BESIDE: Final = ("laterality", "site", "acuity", "severity", "type", "with", "cause", "organism")
"""Attributes whose words the index may ask for below a main term."""


def by_index(
    index: AlphabeticIndex, in_words: InWords, one: Assignment, text: str, attributes: Mapping[str, str], valid: Callable[[str], bool]
) -> Assignment:
    """The assignment with the index's code where that says more of the same; else as it is.  `text`: the mention's own words."""
    if one.companion or not one.open or not leaves_open(one.code):  # then no code of the category is better
        return one
    said = documented(text, attributes, in_words)
    beside = tuple(spoken(name, attributes[name], in_words) for name in _BESIDE if name in attributes)
    path = way_of(index, text, beside)
    if path is None or path.left:
        return one
    words = said.words.union(*map(words_in, beside))
    leaf = supported_leaf(path.code, words, said.places)
    if leaf is None or not valid(leaf) or not _better(leaf, one.code, path, attributes, in_words):
        return one
    return replace(one, code=leaf, specific=True, reason=f"{one.reason}: {' > '.join(path.steps)} ({index.edition} index)")


def _better(leaf: str, than: str, path: IndexPath, attributes: Mapping[str, str], in_words: InWords) -> bool:
    """Whether it leaves less open, or says what the record has beside the condition and the first code is "without"."""
    if says_more(leaf, than):
        return True
    joined = words_in(spoken("with", attributes["with"], in_words)) & path.used if "with" in attributes else frozenset()
    lacking = {word.removeprefix("without ") for word in words_in(description_of(than)) if word.startswith("without ")}
    return leaf[:3] == than[:3] and bool(joined) and joined <= lacking


@lru_cache(maxsize=50_000)
def way_of(index: AlphabeticIndex, text: str, beside: tuple[str, ...]) -> IndexPath | None:
    """The way down the index from a mention's words, remembered: a chart says the same all day."""
    return find(index, text, beside)
