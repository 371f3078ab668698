"""Words as a lexicon compares them: case, plural -s, possessives and British spelling folded, offsets kept.

A text is read once into `Words`; every lexicon (concepts, tabular terms, context cues) is matched against the same list, so that a
match of word i to j is characters `starts[i]` to `ends[j-1]` of the text as it came, whatever its encoding or line breaks.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
_TOKEN: Final = re.compile(r"([^\W_]+(?:['’][^\W\d_]{1,2}(?![^\W_]))?|[^\w\s\-–—‐‑/.'’`\"“”*\\])")
"""A word or a sign; between the words of one term some signs are noise: "acute-on-chronic", "c. diff", "and/or"."""
_ASCII_TOKEN: Final = re.compile(r"([A-Za-z0-9]+(?:'[A-Za-z]{1,2}(?![A-Za-z0-9]))?|[!#$%&()+,:;<=>?@[\]^{|}~\x00-\x08\x0e-\x1b\x7f])")
"""The same where all is ASCII, as most sentences are: in a fraction of the time, for no letter is looked up in Unicode's tables."""
_BRITISH: Final = (
    (re.compile(r"^haem|(?<=.)haem"), "hem"),
    (re.compile(r"aemi"), "emi"),
    (re.compile(r"oedem"), "edem"),
    (re.compile(r"^oesoph"), "esoph"),
    (re.compile(r"rrhoe"), "rrhe"),
    (re.compile(r"pnoe"), "pne"),
    (re.compile(r"^foet"), "fet"),
    (re.compile(r"^coel"), "cel"),
    (re.compile(r"^oestr"), "estr"),
    (re.compile(r"^(f|c|gyn)aec"), r"\1ec"),
    (re.compile(r"^caesar"), "cesar"),
    (re.compile(r"^aetiolog"), "etiolog"),
    (re.compile(r"paenia$"), "penia"),
    (re.compile(r"paed"), "ped"),
    (re.compile(r"anaes"), "anes"),
    (re.compile(r"leuk?caem"), "leukem"),
)
_SPELLED_OUT: Final = {
    "resp": "respiratory", "exac": "exacerbation", "pulm": "pulmonary", "hypoxemic": "hypoxic", "hypoxemia": "hypoxia",
    "hypercarbic": "hypercapnic", "hypercarbia": "hypercapnia", "dz": "disease", "fx": "fracture", "fxs": "fracture",
    "infxn": "infection", "dysfxn": "dysfunction", "tumour": "tumor", "metastase": "metastasis", "stenose": "stenosis",
    "thrombose": "thrombosis", "prosthese": "prosthesis", "calculi": "calculus", "thrombi": "thrombus", "emboli": "embolus",
    "diverticula": "diverticulum", "fistulae": "fistula", "bullae": "bulla",
}  # fmt: skip
"""Clippings, doublets, and plurals without -s, that mean the same wherever they stand."""
MAX_TOKEN: Final = 40
"""A longer run of letters is no word of any lexicon (a base64 blob, a run of underscores)."""
_MOST_FORMS: Final = 65_536
BREAK: Final = "\n"
"""Stands between sentences: no term goes across it."""


def word_form(token: str) -> str:
    """The form under which a word is looked up."""
    word = token.lower()
    if len(token) == 1:
        return word[:1]
    if len(word) > MAX_TOKEN:
        return "\0"
    for mark in ("'s", "’s"):
        word = word.removesuffix(mark)
    if "ae" in word or "oe" in word:
        for pattern, american in _BRITISH:
            word = pattern.sub(american, word)
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "suia":
        # plural; "abscess", "sepsis", "virus", "pus" keep theirs
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 5 else word[:-2] if word.endswith("sses") else word[:-1]
    return _SPELLED_OUT.get(word, word)


class _Forms(dict[str, str]):
    """The forms of the words met last: most of a note's words were in the notes before it."""

    def __missing__(self, token: str) -> str:
        if len(self) >= _MOST_FORMS:
            self.clear()
        form = self[token] = intern(word_form(token))
        return form  # one string for all its places: who looks it up finds it without comparing letters


_FORMS: Final = _Forms()


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text and where they stand.  Punctuation that separates is a word of its own; `BREAK` parts sentences."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    breaks: list[int] = field(default_factory=list)
    """Which of the words are breaks."""
    places: "Mapping[Lexicon[Any], list[int]]" = field(default_factory=dict)
    """Of the lexicons that were looked up, where words stand that begin a term (`FirstWords`)."""

    def matches(self, lexicon: "Lexicon[T]") -> list[tuple[int, int, T]]:
        """What a lexicon matches in all of the words."""
        if (places := self.places.get(lexicon)) is None:
            return lexicon.matches(self.words)
        return lexicon.matches_from(places, self.words, len(self.words))

    def beginnings(self, lexicon: "Lexicon[T]") -> list[int]:
        """Where a word stands that begins a term of a lexicon."""
        if (places := self.places.get(lexicon)) is None:
            return lexicon.beginnings(self.words, 0, len(self.words))
        return places

    def first_at(self, offset: int) -> int:
        """Index of the first word that ends after that character."""
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            if self.ends[middle] <= offset:
                low = middle + 1
            else:
                high = middle
        return low


def words_of(text: str, stretches: Iterable[tuple[int, int]] | None = None, first_words: "FirstWords | None" = None) -> Words:
    """The words of a text, with a break after each stretch (sentence); the whole text is one stretch by default.

    `first_words`: of the lexicons that will be matched against all of them.
    """
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    breaks: list[int] = []
    for begin, stop in stretches if stretches is not None else ((0, len(text)),):
        stretch = text[begin:stop]
        parts: list[str] = (_ASCII_TOKEN if stretch.isascii() else _TOKEN).split(stretch)  # a gap, a token, a gap, ...
        at = begin
        for i in range(1, len(parts), 2):
            token = parts[i]
            at += len(parts[i - 1])
            starts.append(at)
            at += len(token)
            ends.append(at)
            words.append(_FORMS[token])
        breaks.append(len(words))
        words.append(BREAK)
        starts.append(stop)
        ends.append(stop)
    return Words(words, starts, ends, breaks, first_words.places_in(words) if first_words is not None else {})


def counted(places: Iterable[int], words: int) -> list[int]:
    """How many of these places, left to right, stand before each word, and before the two behind the last.

    Whether one stands in a stretch, and which do, is then told by two counts, without a search.
    """
    counts: list[int] = []
    found = 0
    for place in places:
        counts += [found] * (place + 1 - len(counts))
        found += 1
    return counts + [found] * (words + 2 - len(counts))


def term_form(term: str) -> str:
    """A term as the lexicon keys it: its words joined by a space."""
    if term.replace(" ", "").isalnum():  # nearly all are, and there are many to load
        return " ".join([_FORMS[word] for word in term.split()])
    return " ".join([_FORMS[token] for token in (_ASCII_TOKEN if term.isascii() else _TOKEN).findall(term)])


class Lexicon(Generic[T]):
    """Terms of one or many words and what they mean; finds the longest at each place, in one pass over the words."""

    def __init__(self, meanings: Iterable[tuple[str, T]]) -> None:
        """`meanings`: (term as `term_form` gives it, meaning); a term told twice keeps its first meaning."""
        self.terms: dict[str, T] = {}
        self._by_first: dict[str, list[str]] = {}
        self._starts: dict[str, tuple[T | None, dict[str, list[int]]]] = {}
        for term, meaning in meanings:
            if not term or term in self.terms:
                continue
            self.terms[term] = meaning
            first = term.partition(" ")[0]
            if (terms := self._by_first.get(first)) is None:
                self._by_first[intern(first)] = [term]
            else:
                terms.append(term)

    def _begun_by(self, first: str) -> tuple[T | None, dict[str, list[int]]]:
        """What a first word means alone, and with the second to the possible lengths: only those are tried, longest first.

        Made when a text first has that word: of the terms of a lexicon most never come.
        """
        seconds: dict[str, list[int]] = {}
        for term in self._by_first[first]:
            _, second, *others = term.split(" ") if " " in term else (term, "")
            if second:
                many = 2 + len(others)
                if (found := seconds.get(second)) is None:
                    seconds[intern(second)] = [many]
                elif many not in found:
                    found.append(many)
        for found in seconds.values():
            found.sort(reverse=True)
        made = self._starts[first] = self.terms.get(first), seconds
        return made

    def all_words(self) -> frozenset[str]:
        """Every word of every term."""
        return frozenset(word for term in self.terms for word in term.split(" "))

    def begins_with(self, word: str) -> bool:
        """Whether a term begins with that word."""
        return word in self._by_first

    def beginnings(self, words: list[str], begin: int, stop: int) -> list[int]:
        """Where a word stands that begins a term."""
        known = self._by_first
        return [i for i in range(begin, stop) if words[i] in known]

    def matches(self, words: list[str], begin: int = 0, stop: int | None = None) -> list[tuple[int, int, T]]:
        """(first word, word after the last, meaning), left to right, longest first, none overlapping."""
        last = len(words) if stop is None else min(stop, len(words))
        return self.matches_from(self.beginnings(words, begin, last), words, last)

    def matches_from(self, places: list[int], words: list[str], last: int) -> list[tuple[int, int, T]]:
        """The same where it is known at which words a term may begin: most words begin none."""
        starts, terms = self._starts, self.terms
        found: list[tuple[int, int, T]] = []
        after = 0  # where the last match ended
        for i in places:
            if i < after:
                continue
            meaning, seconds = starts.get(words[i]) or self._begun_by(words[i])
            end = i + 1
            if end < last and (lengths := seconds.get(words[end])) is not None:
                for many in lengths:
                    if i + many <= last and (longer := terms.get(" ".join(words[i : i + many]))) is not None:
                        meaning, end = longer, i + many
                        break
            if meaning is not None:
                found.append((i, end, meaning))
                after = end
        return found


class FirstWords:
    """Which of several lexicons have a term that begins with a word: the words of a text are looked up once for all of them."""

    def __init__(self, lexicons: Iterable[Lexicon[Any]]) -> None:
        """`lexicons`: those that are matched against whole texts."""
        self._lexicons = tuple(lexicons)
        self._begun: dict[str, tuple[int, ...]] = {}  # of the words met last

    def places_in(self, words: list[str]) -> "Mapping[Lexicon[Any], list[int]]":
        """Of each lexicon, where the words stand that begin a term."""
        places: list[list[int]] = [[] for _ in self._lexicons]
        known = self._begun
        for i, word in enumerate(words):
            if (begun := known.get(word)) is None:
                begun = self._looked_up(word)
            for nth in begun:
                places[nth].append(i)
        return dict(zip(self._lexicons, places, strict=True))

    def _looked_up(self, word: str) -> tuple[int, ...]:
        if len(self._begun) >= _MOST_FORMS:
            self._begun.clear()
        begun = self._begun[word] = tuple([nth for nth, lexicon in enumerate(self._lexicons) if lexicon.begins_with(word)])
        return begun
