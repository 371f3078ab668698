"""Misspelled long words: one letter wrong, missing, too many, or two changed places; read as the one word that it can be.

Only where nothing else is possible: the word is unknown, of eight letters or more, begins with the right letter, and exactly one known
word lies that near, one of our own tables (the tabular has a word beside nearly every other).  "Hypetension" could be high or low and is
not read; "hypernatremia" and "hyponatremia" are both known and never become each other.  The index is built once; a look-up tries as
many keys as the word has letters, and only unknown words are looked up.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from opencdi.knowledge.tables import read_table

MIN_LETTERS: Final = 8


class Spelling:
    """The words that are known, and those one slip away from them."""

    def __init__(self, meant: Iterable[str], known: Iterable[str], real_words: Iterable[str] = ()) -> None:
        """`meant`: what a misspelling may stand for; `known`: all words of the lexicons; `real_words`: plain English beside them."""
        long = sorted({word for word in known if len(word) >= MIN_LETTERS - 1 and word.isalpha()})
        self.known = frozenset(long) | frozenset(real_words)
        self._targets = frozenset(word for word in meant if len(word) >= MIN_LETTERS and word.isalpha())
        self._by_deletion: dict[str, list[str]] = {}
        for word in long:
            for shorter in _deletions(word):
                self._by_deletion.setdefault(shorter, []).append(word)

    def corrected(self, words: list[str]) -> list[str]:
        """The words, the misspelled ones in their right form; the same list where none is."""
        out, known = words, self.known
        for i, word in enumerate(words):
            if len(word) >= MIN_LETTERS and word not in known and (meant := self.meant(word)):
                out = [*words] if out is words else out
                out[i] = meant
        return out

    @lru_cache(maxsize=16_384)  # noqa: B019 - a vocabulary has one, for the life of the process
    def meant(self, word: str) -> str | None:
        """The known word that an unknown one must be; None where none or several could be meant."""
        if not word.isalpha():
            return None
        near = set(self._by_deletion.get(word, ()))
        for shorter in _deletions(word):
            if shorter in self.known:
                near.add(shorter)
            near.update(other for other in self._by_deletion.get(shorter, ()) if len(other) == len(word) and _one_slip(word, other))
        one = near.pop() if len(near) == 1 else None
        return one if one is not None and one[0] == word[0] and one in self._targets else None


def _deletions(word: str) -> Iterator[str]:
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def _one_slip(word: str, other: str) -> bool:
    """Whether words of one length differ in one letter, or in two neighbours that changed places."""
    unlike = [i for i in range(len(word)) if word[i] != other[i]]
    if len(unlike) <= 1:
        return True
    first, second = unlike[0], unlike[-1]
    return len(unlike) == 2 and second == first + 1 and word[first] == other[second] and word[second] == other[first]


def load_spelling(folder: Path, meant: Iterable[str], known: Iterable[str]) -> Spelling:
    """The known words and the real ones of `spelling.yaml` in that folder."""
    told = read_table(folder / "spelling.yaml")
    return Spelling(meant, known, told["real_words"])
