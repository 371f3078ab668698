"""What a heading heads (`rules/nlp/sections.yaml`): its words as hospitals write them, in the kind of note in which they stand."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.nlp.rows import Names, Starts

_BRACKETS: Final = re.compile(r"\([^()]{0,60}\)?|\[[^\[\]]{0,60}\]?")
_WITH_DIGIT: Final = re.compile(r"(?<!\S)(?:\S*\d\S*|@(?!\S)|at(?=\s+\d))")
_WORD: Final = re.compile(r"[A-Za-z]+")
_DIGIT: Final = re.compile(r"[\d@]")
_JOINED: Final = re.compile(r"[/,&+]|\band\b")
_JUDGES: Final[frozenset[SectionKind]] = frozenset({"assessment", "impression", "assessment-and-plan"})
_SMALL: Final = frozenset({"of", "and", "for", "on", "at", "the", "in", "to", "by", "from", "w", "with", "s"})
_OF: Final = frozenset({"of", "for"})
_LONGEST_TITLE: Final = 60
_LONGEST_OF_HEAD: Final = 6
"""Words of a heading that is known by one of them only."""


class _Letters(dict[int, str]):
    """Signs become blanks; letters and digits stay."""

    def __missing__(self, sign: int) -> str:
        self[sign] = kept = chr(sign) if sign < _END_OF_ASCII and chr(sign).isalnum() else " "
        return kept


_END_OF_ASCII: Final = 128
_LETTERS: Final = _Letters()


@dataclass(frozen=True)
class Headings:
    """The table of headings, all in lower case and without signs."""

    kinds: Mapping[str, SectionKind]
    in_capitals: Mapping[str, SectionKind]
    """What heads only where it is written in capitals, or as titles are: what was examined, tested, asked."""
    by_note: Mapping[str, Mapping[str, SectionKind]]
    """All headings of a kind of note in which some mean something else."""
    meant_otherwise: Mapping[str, Mapping[str, SectionKind]]
    beside: Mapping[str, Mapping[str, Mapping[str, SectionKind]]]
    titles: Mapping[NoteType, re.Pattern[str]]
    telling: Mapping[str, NoteType]
    before: Mapping[str, tuple[str, ...]]
    behind: Mapping[str, tuple[str, ...]]
    spelled: Mapping[str, str]
    heads: Mapping[str, SectionKind]
    heads_of: frozenset[str]
    unmistakable: frozenset[str]
    of_a_problem: frozenset[str]
    also_a_disease: frozenset[str]
    also_a_habit: frozenset[str]
    also_reviewed: frozenset[str]
    at_first: frozenset[str]
    of_a_course: frozenset[str]
    speaking: frozenset[str]
    images: frozenset[str]
    no_image_before: frozenset[str]
    no_image_behind: frozenset[str]
    colonless: frozenset[str]
    objective: frozenset[str]
    examinations: frozenset[str]
    within: frozenset[str]
    exam_opens: frozenset[str]
    first_words: frozenset[str]
    """With which of its words a heading or a qualifier may begin."""
    last_words: frozenset[str]
    """With which of its words a heading ends."""
    openings: frozenset[str]
    """First words of headings that are written without a colon, as they are written, in lower case."""
    prose: frozenset[str]
    of_a_row: frozenset[str]
    titled: frozenset[str]
    columns: Mapping[SectionKind, frozenset[str]]
    rows: Mapping[str, Names]
    risk: re.Pattern[str]
    lines: Mapping[str, Starts]
    operation: tuple[str, ...]

    def known(self, key: str, note_type: NoteType = "other") -> SectionKind | None:
        """What exactly these words head in such a note; sub-headings and unknown ones head nothing."""
        return self.by_note.get(note_type, self.kinds).get(key)

    def speaks(self, phrase: str) -> bool:
        """Whether a heading says of what it heads that it is feared, weighed or warned of."""
        words = phrase.lower().replace(":", " ").split()
        return not self.speaking.isdisjoint(words) and "factors" not in words

    def may_be(self, key: str) -> bool:
        """Whether words begin or end as headings do."""
        return key.partition(" ")[0] in self.first_words or key.rpartition(" ")[2] in self.heads or " of " in key or " for " in key

    def measured(self, key: str) -> bool:
        """Whether these words name a vital sign or a result."""
        return any(key in names.words for names in self.rows.values())

    def kind(self, phrase: str, note_type: NoteType = "other") -> SectionKind | None:
        """What a phrase heads, as `told`."""
        told = self.told(phrase, note_type)
        return told[0] if told else None

    def told(self, phrase: str, note_type: NoteType = "other") -> tuple[SectionKind, str] | None:
        """What a phrase heads, and by which words: without its brackets, dates and qualifiers ("Pertinent labs (11/22)"), joined ("Labs /
        imaging"), by its last word ("Cardiology recommendations") or by what is of something ("MRI of the brain")."""
        whole = key_of(phrase)
        if found := self._exactly(whole, phrase, note_type):
            return found, whole
        if whole in self.within or not whole:
            return None
        bracketed = "(" in phrase or "[" in phrase
        outside = _BRACKETS.sub(" ", phrase) if bracketed else phrase
        plain = key_of(_WITH_DIGIT.sub(" ", outside)) if _DIGIT.search(outside) else key_of(outside) if bracketed else whole
        if not plain:
            return None
        if plain != whole and (found := self._exactly(plain, phrase, note_type)):
            return found, plain
        if not self.may_be(plain):
            return None
        if found := self._qualified(plain, note_type) or self._joined(outside, note_type):
            return found, whole
        return self._by_head(phrase, plain, note_type)

    def _exactly(self, key: str, phrase: str, note_type: NoteType) -> SectionKind | None:
        if (found := self.known(key, note_type)) or key not in self.in_capitals:
            return found
        return self.in_capitals[key] if phrase.isupper() or (" " in key and written_as_heading(phrase)) else None

    def beside_one_another(self, keys: Set[str], note_type: NoteType) -> dict[str, SectionKind]:
        """What some of these headings head because others stand in the same note."""
        tables = self.beside.get(note_type, {})
        return {key: kind for one, table in tables.items() if one in keys for key, kind in table.items()}

    def read_as(self, first_line: str, keys: Set[str]) -> NoteType | None:
        """As what kind a note is read that nobody named: by its title, else by headings of no other kind; None if neither tells."""
        if len(first_line) <= _LONGEST_TITLE and ":" not in first_line:
            for note, words in self.titles.items():
                if words.search(first_line):
                    return note
        return next((self.telling[key] for key in sorted(keys) if key in self.telling), None)

    def _qualified(self, key: str, note_type: NoteType) -> SectionKind | None:
        for _ in range(4):
            if not key or key in self.within:
                return None
            if found := self.known(key, note_type):
                return found
            if (spelled := self._spelled(key)) != key and (found := self.known(spelled, note_type)):
                return found
            shorter = _without(key, self.before, self.behind)
            if shorter == key:
                return None
            key = shorter
        return None

    def _spelled(self, key: str) -> str:
        words = key.split()
        if self.spelled.keys().isdisjoint(words):
            return key
        return " ".join(filter(None, (self.spelled.get(word, word) for word in words)))

    def _joined(self, phrase: str, note_type: NoteType) -> SectionKind | None:
        if not ("/" in phrase or "&" in phrase or "," in phrase or "+" in phrase or "and" in phrase.lower()):
            return None
        parts = _JOINED.split(phrase.lower(), maxsplit=4)
        loud = self.in_capitals if phrase.isupper() else {}
        kinds = [self._qualified(key := key_of(part), note_type) or loud.get(key) for part in parts] if len(parts) > 1 else []
        told = [kind for kind in kinds if kind is not None]
        if not told or len(told) < len(kinds):
            return None
        if "plan" in told and _JUDGES & set(told):
            return "assessment-and-plan"
        return next((kind for kind in told if kind != "other"), "other")

    def _by_head(self, phrase: str, key: str, note_type: NoteType) -> tuple[SectionKind, str] | None:
        words = key.split()
        if not 1 < len(words) <= _LONGEST_OF_HEAD or key in self.within or not phrase[0].isupper():
            return None
        if (kind := self.heads.get(words[-1])) and written_as_heading(phrase):
            return self.meant_otherwise.get(note_type, {}).get(words[-1], kind), words[-1]
        of = next((at for at, word in enumerate(words) if word in _OF), 0)
        head = " ".join(words[:of])
        return (kind, head) if head in self.heads_of and (kind := self.known(head, note_type)) else None


def key_of(words: str) -> str:
    """The words by which a heading is looked up."""
    words = words.lower()
    if not (words.isascii() and words.replace(" ", "").isalnum()):
        words = words.translate(_LETTERS)
    return " ".join(words.split())


def written_as_heading(phrase: str) -> bool:
    """Whether each word of some weight has a capital, as titles have."""
    if not any(letter.isupper() for letter in phrase[:3]):
        return False
    first = True
    for word in _WORD.finditer(phrase):
        if not phrase[word.start()].isupper() and (first or word.group() not in _SMALL):
            return False
        first = False
    return not first


def _without(key: str, before: Mapping[str, tuple[str, ...]], behind: Mapping[str, tuple[str, ...]]) -> str:
    """The key without one qualifier; the longest come first, under the word that ends or begins the key."""
    for words in behind.get(key.rpartition(" ")[2], ()):
        if key.endswith(" " + words):
            return key[: -len(words) - 1]
    for words in before.get(key.partition(" ")[0], ()):
        if key.startswith(words + " "):
            return key[len(words) + 1 :]
    return key
