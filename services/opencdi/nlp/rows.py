"""How lines begin that no heading heads, and rows of measurements: names before their numbers ("T 37.2 HR 88"), columns of a table.

All is looked up by the first word of the line or cell by cell; nothing is searched for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from opencdi.clinical.vocabulary import SectionKind

_SIGNS: Final = str.maketrans(":=<>", "    ")
_ENDS: Final = ",;."
_AROUND: Final = "([*-•" + _ENDS
_CLOSES: Final = "),.;:"
_LEAST: Final = 3
"""Columns of a table, at least."""
_WIDEST: Final = 120


@dataclass(frozen=True)
class Starts:
    """Phrases with which lines begin, in lower case, by their first word."""

    by_word: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, phrases: Iterable[str]) -> "Starts":
        """The longest first."""
        found: dict[str, tuple[str, ...]] = {}
        for phrase in sorted(set(phrases), key=len, reverse=True):
            word = phrase.partition(" ")[0]
            found[word] = (*found.get(word, ()), phrase)
        return cls(found)

    def begin(self, line: str, word: str) -> bool:
        """Whether a line, in lower case, begins so; `word` is its first, without the signs behind it."""
        return any(
            line.startswith(phrase) and not (behind := line[len(phrase) : len(phrase) + 1]).isalnum() and behind not in ("-", ":", "_")
            for phrase in self.by_word.get(word, ())
        )


def first_word(line: str) -> str:
    """The first word of a line, without the signs behind it."""
    words = line.split(None, 1)
    return words[0].rstrip(_CLOSES) if words else ""


@dataclass(frozen=True)
class Names:
    """Names that stand before numbers, in lower case: `words` of one word, `of_several` by their first."""

    words: frozenset[str]
    of_several: Mapping[str, tuple[tuple[str, ...], ...]]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Names":
        """Both kinds of them, the longest first."""
        found: dict[str, tuple[tuple[str, ...], ...]] = {}
        for name in sorted(set(names), key=len, reverse=True):
            if " " in name:
                parts = tuple(name.split())
                found[parts[0]] = (*found.get(parts[0], ()), parts)
        return cls(frozenset(name for name in names if " " not in name), found)

    def begin(self, cells: list[str]) -> bool:
        """Whether the first cell is such a name, and its number follows."""
        return bool(cells) and self._behind(cells, 0) > 0

    def among(self, cells: list[str]) -> int:
        """How many such names with their numbers are there."""
        count = at = 0
        while at < len(cells):
            behind = self._behind(cells, at)
            count += behind > 0
            at = behind or at + 1
        return count

    def places(self, cells: list[str], until: int) -> bool:
        """Whether one stands among the first cells, up to so many characters."""
        at = length = 0
        while at < len(cells) and length < until:
            if self._behind(cells, at):
                return True
            length += len(cells[at]) + 1
            at += 1
        return False

    def _behind(self, cells: list[str], at: int) -> int:
        """The cell behind the name that begins at this one; 0 if none does, or no number (or end) follows."""
        cell = cells[at]
        bare = cell.strip(_AROUND)
        end = 0
        for parts in self.of_several.get(bare, ()):
            if [one.rstrip(_ENDS) for one in cells[at : at + len(parts)]] == list(parts):
                end = at + len(parts)
                break
        if not end:
            if bare not in self.words:
                return 0
            end = at + 1
        if end == len(cells) or cells[end - 1][-1] in _ENDS:
            return end
        follows = cells[end]
        if follows in ("of", "is") and end + 1 < len(cells):
            follows = cells[end + 1]
        return end if follows[0].isdigit() or follows.startswith("stable") else 0


def cells_of(line: str) -> list[str]:
    """A line's words in lower case, its signs left out."""
    return line.lower().translate(_SIGNS).split()


def is_row_of_numbers(line: str) -> bool:
    """Whether a line is a row of a table: it begins with a number, and most of it are numbers."""
    if not line[0].isdigit():
        return False
    cells = line.split()
    numbers = sum(cell[0].isdigit() for cell in cells)
    return numbers >= _LEAST and 2 * numbers >= len(cells)


def told_by_columns(line: str, columns: Mapping[SectionKind, frozenset[str]]) -> SectionKind | None:
    """What the rows below a row of names of columns are ("TIME  BP  HR", "Date  SCr  BUN")."""
    if "  " not in line or len(line) > _WIDEST:
        return None
    names = line.lower().split()
    if len(names) < _LEAST or not any(names[0] in known for known in columns.values()) or any(name[0].isdigit() for name in names):
        return None
    known, kind = max((sum(name in known for name in names), kind) for kind, known in columns.items())
    return kind if known >= _LEAST and 2 * known > len(names) else None
