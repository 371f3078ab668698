"""What a text says of its author: its title, who signed it, who attests, that nobody has signed (`rules/nlp/documents.yaml`)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast, get_args

from opencdi.clinical.vocabulary import AuthorRole, NoteType
from opencdi.knowledge.tables import read_table

_NAME: Final = r"(?<![\w&])(?P<name>(?:(?:[A-Z]\.|[A-Z][A-Za-z'’-]{0,24})[ ]){0,3}[A-Z][A-Za-z'’-]{0,24})"
_BEHIND: Final = r"(?=\s*(?:$|[,;.)(\n]|\d|on\b|at\b|[-–—]|pager\b|ext\b|pgr\b))"
_NOTE: Final = re.compile(
    r"\b(?:note|notes|assessment|evaluation|eval|consult|consultation|progress|report|form|summary|h ?& ?p|shift)\b", re.IGNORECASE
)
_DATES: Final = re.compile(r"[\d/:.,#()-]+|\b(?:am|pm|on|at|date|day|hd|pod)\b", re.IGNORECASE)
_HEAD, _TAIL = 400, 900
"""A title stands within so many characters of the beginning, a signature within so many of the end."""
_HEAD_LINES, _TAIL_LINES = 4, 12
_SHORT: Final = 80
_WINDOW: Final = 500
"""An attestation says within so many characters that he was there, that he verified, and who he is."""
_MOST_STATEMENTS: Final = 50


@dataclass(frozen=True)
class Signatures:
    """The table, compiled."""

    signed: re.Pattern[str]
    roles: tuple[tuple[AuthorRole, re.Pattern[str]], ...]
    signs: re.Pattern[str]
    not_the_author: re.Pattern[str]
    scribe: re.Pattern[str]
    titles: tuple[tuple[AuthorRole, re.Pattern[str], re.Pattern[str] | None], ...]
    by_note_type: Mapping[NoteType, AuthorRole]
    presence: re.Pattern[str]
    verifies: re.Pattern[str]
    denies: re.Pattern[str]
    unsigned: re.Pattern[str]

    def of_authors(self, text: str) -> list[AuthorRole]:
        """The roles of those who sign as authors, in the order of the text; a co-signature and who was only spoken to are none."""
        return list(self._signers(text))

    def titled(self, titles: Iterable[str]) -> AuthorRole | None:
        """Whose note a title says that it is."""
        for title in titles:
            for role, words, but in self.titles:
                if words.search(title) and not (but and but.search(title)):
                    return role
        return None

    def scribed(self, text: str) -> bool:
        """Whether a scribe names himself."""
        return any(self.scribe.search(part) for part in (text[:_HEAD], text[-_TAIL:]))

    def attests(self, text: str) -> bool:
        """Whether a provider states, under his name, that he was there and verified what is written."""
        for match in islice(self.presence.finditer(text), _MOST_STATEMENTS):
            said = text[max(0, match.start() - _WINDOW // 2) : match.end() + _WINDOW]
            near = text[max(0, match.start() - _SHORT) : match.end() + _WINDOW]
            if self.verifies.search(said) and not self.denies.search(near) and self._by_provider(said):
                return True
        return False

    def says_unsigned(self, text: str) -> bool:
        """Whether a short line at its head or end says that nobody signed it."""
        lines = [*_lines(text[:_HEAD])[:_HEAD_LINES], *_lines(text[-_TAIL:])[-_TAIL_LINES:]]
        return any(len(line) <= _SHORT and self.unsigned.search(line) for line in lines)

    def _by_provider(self, said: str) -> bool:
        return any(self._role(match["credentials"]) == "provider" for match in self.signed.finditer(said))

    def _signers(self, text: str) -> Iterator[AuthorRole]:
        for line in _lines(text[:_HEAD]):
            if len(line) <= _SHORT and (begin := self.signs.match(line)):
                yield from self._in_line(line, begin.end())
        lines = _lines(text[-_TAIL:])[-_TAIL_LINES:]
        for line in lines:
            begin = self.signs.match(line)
            yield from self._in_line(line, begin.end() if begin else 0)

    def _in_line(self, line: str, begin: int) -> Iterator[AuthorRole]:
        for match in self.signed.finditer(line, begin):
            before, name = line[begin : match.start()].rstrip(" \t-–—/*_~>"), match["name"]
            if self.not_the_author.match(name) or (begin == 0 and self.not_the_author.match(line)):
                continue
            if before.endswith(":") and self.not_the_author.search(re.split(r"[.;!?]\s", before)[-1]):
                continue  # "Provider notified: J. Roe, MD"
            if before and before[-1] not in ".;:!?)]|,":
                continue  # "d/w J. Doe, RN"
            if not re.search(r"[a-z]|\w{4}", name.rsplit(" ", 1)[-1]):
                continue  # "INR, PT"
            if (role := self._role(match["credentials"])) is not None:
                yield role

    def _role(self, credentials: str) -> AuthorRole | None:
        return next((role for role, pattern in self.roles if pattern.search(credentials)), None)


def titles_of(title: str, text: str) -> list[str]:
    """The document's name, and the short lines at its head that read like one, without dates."""
    lines = [line for line in _lines(text[:_HEAD])[:_HEAD_LINES] if len(line) <= _SHORT and line[-1] not in ".!?" and _NOTE.search(line)]
    return [words for words in (_DATES.sub(" ", line).strip(" *#=_|\t") for line in (title, *lines)) if words]


def _lines(text: str) -> list[str]:
    return [stripped for line in text.splitlines() if (stripped := line.strip(" \t*_#=|>~"))]


class WrongSignatures(Exception):
    """The table of documents cannot be used."""


@lru_cache(maxsize=4)
def load_signatures(folder: Path) -> Signatures:
    """The table `documents.yaml` of that folder (`rules/nlp`); raises `WrongSignatures`."""
    told = read_table(folder / "documents.yaml")
    roles = [*told["credentials"], *told["titles"], *told["by_note_type"].values()]
    if unknown := set(roles) - set(get_args(AuthorRole)):
        raise WrongSignatures(f"no such role: {', '.join(sorted(unknown))}")
    if unknown := told["by_note_type"].keys() - set(get_args(NoteType)):
        raise WrongSignatures(f"no kind of note: {', '.join(sorted(unknown))}")
    each = {role: _credentials(words) for role, words in told["credentials"].items()}
    some = "|".join(each.values())
    more = rf"[,/ ]{{1,3}}(?:{some})|,[ ]?[A-Z]{{2,6}}(?:-[A-Z]{{1,3}})?"
    attests = told["attests"]
    return Signatures(
        signed=re.compile(rf"{_NAME}(?:,[ ]?|[ ]\(?)(?P<credentials>(?:{some})(?:{more}){{0,5}}){_BEHIND}"),
        roles=tuple((cast(AuthorRole, role), re.compile(rf"(?<!\w)(?:{words})(?!\w)")) for role, words in each.items()),
        signs=_phrases(told["signs"], behind=r"\b[ \t]*:?[ \t]*(?:\[?on [^\n:]{0,30}:)?"),
        not_the_author=_phrases(told["not_the_author"]),
        scribe=_phrases(told["says_scribe"]),
        titles=tuple(_title(role, row) for role, row in told["titles"].items()),
        by_note_type=told["by_note_type"],
        presence=_phrases(attests["presence"]),
        verifies=_phrases(attests["verifies"]),
        denies=_phrases(attests["not"]),
        unsigned=_phrases(told["says_unsigned"]),
    )


def _title(role: str, row: Mapping[str, Any]) -> tuple[AuthorRole, re.Pattern[str], re.Pattern[str] | None]:
    return cast(AuthorRole, role), _phrases(row["words"]), _phrases(row["not"]) if row["not"] else None


def _phrases(words: Iterable[str], behind: str = r"(?!\w)") -> re.Pattern[str]:
    some = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{some}){behind}", re.IGNORECASE)


def _credentials(words: Iterable[str]) -> str:
    """Letters behind a name are written large ("MD", not "md" or "do"); words are not."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(f"(?i:{re.escape(word)})" if " " in word or word.islower() else re.escape(word) for word in ordered)
