"""The file in which a site's Alphabetic Index is kept (`opencdi codes load`): read in a moment, since a term is read only when it is met.

Its first line says what it is and how the main terms are called; each line behind it is a term.  With a term stands what must be documented
for those right below it, worked out once.  How words are taken apart may change with the software: then a file is worked out anew, from
the terms that are in it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from opencdi.knowledge import alphabetic_index, lexicon, words
from opencdi.knowledge.alphabetic_index import (
    PARTS,
    AlphabeticIndex,
    Part,
    Row,
    Terms,
    asked_by,
    forms_of,
    inverted_in,
    parted,
    words_of_all,
)
from opencdi.knowledge.tables import write_whole

FILE: Final = "alphabetic-index.json"
FORMAT: Final = 2
_Below = dict[str, list[tuple[int, int, list[str]]]]
_PRINTED: Final = 6
"""So much of a row is as it was printed."""


class WrongIndex(Exception):
    """The file is no index that we can use; the message names the file and what is wrong with it."""


def keep(folder: Path, edition: str, told: Mapping[Part, list[Row]]) -> Path:
    """Writes the index into that folder, whole or not at all.  `told`: the terms of each part, a parent before what stands below it."""
    write_whole(folder / FILE, _written(edition, told))
    load_index.cache_clear()
    return folder / FILE


@lru_cache(maxsize=2)
def load_index(folder: Path) -> AlphabeticIndex | None:
    """The index that was loaded into that folder; None where none was.  Raises: WrongIndex."""
    path = folder / FILE
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return None
    head, terms = _taken_apart(path.name, written)
    if head["worked_out_by"] != _software():
        anew = _written(head["edition"], _printed(head["parts"], terms))
        with suppress(OSError):  # a read-only folder: it is worked out at each start
            write_whole(path, anew)
        head, terms = _taken_apart(path.name, anew.encode())
    return AlphabeticIndex(head["edition"], head["parts"], head["mains"], Terms(terms))


def _taken_apart(name: str, written: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """What the first line says, and the lines of the terms."""
    first, _, terms = written.partition(b"\n")
    try:
        head = json.loads(first)
    except ValueError:
        head = None
    if isinstance(head, dict) and head.get("format") != FORMAT:
        raise WrongIndex(f"{name}: of another version of this software; load it again (opencdi codes load)")
    if not isinstance(head, dict) or head["sum"] != crc32(terms):
        raise WrongIndex(f"{name}: half a file; load it again (opencdi codes load)")
    return head, terms.split(b"\n")


def _written(edition: str, told: Mapping[Part, list[Row]]) -> str:
    rows: list[Row] = []
    parts: dict[Part, tuple[int, int]] = {}
    for part in PARTS:
        begin = len(rows)
        rows += [[row[0] + begin if row[0] >= 0 else -1, *row[1:]] for row in told.get(part, ())]
        parts[part] = (begin, len(rows))
    mains: dict[str, list[int]] = {}
    for nth in (*range(*parts["index"]), *range(*parts["neoplasms"])):
        if rows[nth][0] < 0:
            for form in forms_of(parted(rows[nth][1])[0]):
                mains.setdefault(form, []).append(nth)
    terms = "\n".join(_json([*row, *worked_out]) for row, worked_out in zip(rows, _worked_out(rows), strict=True))
    head = {"format": FORMAT, "edition": edition, "worked_out_by": _software(), "parts": parts, "mains": mains}
    return f"{_json({**head, 'sum': crc32(terms.encode())})}\n{terms}"


def _worked_out(rows: Sequence[Row]) -> Iterator[tuple[list[str], list[str], _Below]]:
    """What stands beside each term: the words of its modifiers; of a main term those inverted behind its name; the terms right below."""
    below: list[_Below] = [{} for _ in rows]
    for nth, (parent, title, *_) in enumerate(rows):
        if parent >= 0:
            for which, asked in enumerate(asked_by(title, rows[parent][1]) or [frozenset[str]()]):
                below[parent].setdefault(min(asked, default=""), []).append((nth, which, sorted(asked)))
    for (parent, title, optional, *_), under in zip(rows, below, strict=True):
        yield sorted(words_of_all(optional)), sorted(inverted_in(title)) if parent < 0 else [], under


def _printed(parts: Mapping[Part, Sequence[int]], terms: list[bytes]) -> dict[Part, list[Row]]:
    """The terms of each part, as they were told to `keep`."""
    rows: list[Row] = [json.loads(term)[:_PRINTED] for term in terms]
    return {part: [[max(parent - begin, -1), *row] for parent, *row in rows[begin:end]] for part, (begin, end) in parts.items()}


def _json(told: object) -> str:
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=1)
def _software() -> str:
    """Names what takes words apart; compiled modules have the release's number alone to tell them apart."""
    sources = (Path(file).read_bytes() for file in (alphabetic_index.__file__, lexicon.__file__, words.__file__))
    return f"{version('opencdi')}-{sha256(b''.join(sources)).hexdigest()[:12]}"
