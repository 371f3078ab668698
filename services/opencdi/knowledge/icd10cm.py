"""The ICD-10-CM tabular: descriptions, billable codes, and the notes at a code (Excludes, code first, use additional).

Source: `simple_icd_10_cm` (tabular of 1 April 2026).  Loading that takes 1.5 s and much memory, so a compact index is built from it
once and kept in the user's cache folder under the edition's name.  Whether a code is *valid on a day* is asked of the grouper's own
tables (FY2023 to FY2027), because one tabular knows one edition only: `valid_on`.
"""

import json
import re
import string
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path

from opencdi.clinical.codes import dotted, undotted
from opencdi.knowledge.code_year import RELEASES, GrouperRelease, release_on
from opencdi.knowledge.grouper import is_valid
from opencdi.knowledge.tables import built, write_whole

_NOTES = ("excludes1", "excludes2", "code_first", "use_additional", "code_also", "inclusion_terms", "includes")
_FORMAT = 1
_LETTERS = string.digits + string.ascii_uppercase


@dataclass(frozen=True, slots=True)
class TabularEntry:
    """A category or code as the tabular prints it; the notes are those at this very entry (`Tabular.notes` walks up)."""

    code: str
    description: str
    parent: str | None
    billable: bool
    excludes1: tuple[str, ...] = ()
    excludes2: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    use_additional: tuple[str, ...] = ()
    code_also: tuple[str, ...] = ()
    inclusion_terms: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()


class Tabular:
    """The tabular, by un-dotted code; blocks and chapters are not in it."""

    def __init__(self, edition: str, rows: dict[str, list[object]], notes: dict[str, dict[str, list[str]]]) -> None:
        """`rows`: code -> [description, parent, billable]; `notes`: code -> note kind -> lines."""
        self.edition = edition
        self._rows = rows
        self._notes = notes
        self._children: dict[str, list[str]] | None = None  # made when first asked for

    def __contains__(self, code: str) -> bool:
        """Whether this is a category or code of the edition."""
        return code in self._rows

    def __iter__(self) -> Iterator[str]:
        """All categories and codes, in the tabular's order."""
        return iter(self._rows)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows)

    def entry(self, code: str) -> TabularEntry | None:
        """The entry; None if the edition has none such."""
        row = self._rows.get(code)
        if row is None:
            return None
        notes = {kind: tuple(lines) for kind, lines in self._notes.get(code, {}).items()}
        return TabularEntry(code, str(row[0]), None if row[1] is None else str(row[1]), bool(row[2]), **notes)

    def description(self, code: str) -> str | None:
        """The full description; None for a code that is newer or older than this edition."""
        row = self._rows.get(code)
        return None if row is None else str(row[0])

    def billable(self, code: str) -> bool:
        """Whether the edition has this code as a leaf: a stem cannot be billed."""
        row = self._rows.get(code)
        return row is not None and bool(row[2])

    def lineage(self, code: str) -> Iterator[str]:
        """The code, its parent, and so on up to the category."""
        at: str | None = code if code in self._rows else None
        while at is not None:
            yield at
            parent = self._rows[at][1]
            at = None if parent is None else str(parent)

    def children(self, code: str) -> tuple[str, ...]:
        """The entries right below."""
        if self._children is None:
            self._children = {}
            for child, row in self._rows.items():
                self._children.setdefault(str(row[1]), []).append(child)
        return tuple(self._children.get(code, ()))

    def notes(self, code: str, kind: str) -> tuple[tuple[str, str], ...]:
        """The notes of that kind that hold for the code: (where the note stands, its line), nearest first."""
        return tuple((at, line) for at in self.lineage(code) for line in self._notes.get(at, {}).get(kind, ()))


def _build(edition: str) -> dict[str, object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it reads its data by an old importlib function
        import simple_icd_10_cm as tabular
    rows: dict[str, list[object]] = {}
    notes: dict[str, dict[str, list[str]]] = {}
    for code in tabular.get_all_codes(False):
        if not tabular.is_category_or_subcategory(code):
            continue
        parent = tabular.get_parent(code) if not tabular.is_category(code) else ""
        rows[code] = [tabular.get_description(code), parent.replace(".", "") or None, tabular.is_leaf(code)]
        if tabular.is_extended_subcategory(code):
            continue  # a seventh character brings no notes of its own
        told = {
            "excludes1": tabular.get_excludes1(code),
            "excludes2": tabular.get_excludes2(code),
            "code_first": tabular.get_code_first(code).splitlines(),
            "use_additional": tabular.get_use_additional_code(code).splitlines(),
            "code_also": tabular.get_code_also(code).splitlines(),
            "inclusion_terms": tabular.get_inclusion_term(code),
            "includes": tabular.get_includes(code),
        }
        if held := {kind: lines for kind, lines in told.items() if lines}:
            notes[code] = held
    return {"edition": edition, "rows": rows, "notes": notes}


def cache_file() -> Path:
    """Where the index is kept: named by its source's edition and our format, so that an upgrade builds a new one."""
    return Path("~/.cache/opencdi").expanduser() / f"icd10cm-{version('simple-icd-10-cm')}-{_FORMAT}.json"


@lru_cache(maxsize=1)
def tabular() -> Tabular:
    """The tabular of this installation, loaded once a process."""
    file = cache_file()
    try:
        index = built(file.read_bytes())
    except (OSError, ValueError):  # none yet, or half a file of a machine that went down: the package's data is the source
        index = _build(f"ICD-10-CM, 1 April 2026 (simple_icd_10_cm {version('simple-icd-10-cm')})")
        with suppress(OSError):  # a read-only home: the index is built again next time
            write_whole(file, json.dumps(index, separators=(",", ":"), ensure_ascii=False))
    return Tabular(index["edition"], index["rows"], index["notes"])


@lru_cache(maxsize=200_000)
def valid_on(code: str, day: date, code_year: int | None = None) -> bool:
    """Whether the code may be billed for a discharge on that day.

    CMS's table in the grouper of that day decides.  A day that no grouper covers falls back on this edition of the tabular.
    """
    release = release_on(day, code_year)
    return tabular().billable(code) if release is None else is_valid(code, release.version)


@lru_cache(maxsize=64)
def valid_for(day: date, code_year: int | None = None) -> Callable[[str], bool]:
    """`valid_on` for that day: one and the same function each time, so that what follows from it can be remembered by it."""
    return partial(valid_on, day=day, code_year=code_year)


def valid_below(code: str, day: date, code_year: int | None = None) -> tuple[str, ...]:
    """The codes below a stem that may be billed on that day, in the tabular's order; none below a code that is one itself, or unknown."""
    stem = undotted(code).rstrip("-")
    valid = valid_for(day, code_year)
    return () if valid(stem) else tuple(_valid_within(tabular(), stem, valid))


def _valid_within(held: Tabular, code: str, valid: Callable[[str], bool]) -> Iterator[str]:
    below = held.children(code)
    for child in below:
        if valid(child):
            yield child
        else:
            yield from _valid_within(held, child, valid)
    if not below and code in held:  # divided after our edition of the tabular was printed: the grouper's table knows how
        yield from filter(valid, (code + letter for letter in _LETTERS))


def releases_of(code: str) -> tuple[GrouperRelease, ...]:
    """The half-years in which the code could be billed, of those that we know."""
    return tuple(release for release in RELEASES if is_valid(code, release.version))


def undivided(code: str, valid: Callable[[str], bool]) -> str | None:
    """The valid code that this one was later divided from ("G20" before Parkinson's disease had subtypes); itself where it is valid.

    `valid`: whether a code may be billed on the day of discharge.  None where the classification had no place for it yet.
    """
    return next((at for at in tabular().lineage(code) if valid(at)), None) or (code if valid(code) else None)


_BARE = re.compile(r"\bwithout (?!status)|\buncomplicated\b", re.IGNORECASE)
"""What the index's default says where a disease is coded with what may come with it ("Esophagitis, unspecified without bleeding")."""
_BY_DEFAULT = re.compile(
    r"with loss of consciousness status unknown|, accidental\b|not having achieved remission|not intractable$|intractable, without status"
)
_SIDE = re.compile(r"\b(left|right|bilateral|unspecified) (?:[a-z]+ )?(?:side|[a-z]+)$|\b(bilateral)\b", re.IGNORECASE)


def _side_of(description: str) -> str:
    """The side that a description names at its end ("… , right side", "… of left ovary"); "" for none."""
    match = _SIDE.search(description)
    return (match[1] or match[2]).lower() if match else ""


def _adds(child: str, stem: str) -> bool:
    """Whether a child says that something came with what a sibling has uncomplicated: abuse alone brought no "unspecified disorder"."""
    held = tabular()
    more = (held.description(child) or "").count(" with ") > (held.description(stem) or "").count(" with ")
    return more and any((held.description(one) or "").endswith(", uncomplicated") for one in held.children(stem))


@lru_cache(maxsize=20_000)
def unspecified_leaf(code: str, laterality: str = "") -> str | None:
    """The billable code that a stem comes to when nothing more is said: itself if billable, else down its only "unspecified" branch.

    `laterality` ("left", "right", "bilateral") is followed where the classification asks for the side; without it the side is unspecified.

    An injury under active treatment takes the seventh character A, and a fracture not said to be open is closed (I.C.19.a, I.C.19.c).
    None where the classification offers no such code: then the note says too little to code.
    """
    at: str | None = code
    while at and at in tabular() and not tabular().billable(at):
        at = unspecified_below(at, laterality)
    return at if at and tabular().billable(at) else None


@lru_cache(maxsize=20_000)
def unspecified_below(code: str, laterality: str = "") -> str | None:
    """The one branch right below a stem that says no more than the stem, but for the side; None where there is none such.

    A fracture that is not said to be displaced or not is displaced (I.C.19.c), a poisoning whose intent is not said accidental (I.C.20.h);
    whether consciousness was lost is unknown unless said.  A leukemia has not achieved remission, an epilepsy or a migraine is not
    intractable and without a status, unless said (the index's defaults).
    """
    held = tabular()
    every = held.children(code)
    below = [child for child in every if "nondisplaced" not in (held.description(child) or "").lower()] or every
    sided = [child for child in below if _SIDE.search(held.description(child) or "")]
    if not {"left", "right"} <= {_side_of(held.description(child) or "") for child in sided}:
        sided = []  # "unspecified stage" is no side
    of_side = [child for child in sided if (_side_of(held.description(child) or "")) == (laterality or "unspecified")]
    told = (held.description(code) or "").count("nspecified")  # "Crohn's disease, unspecified" says so of all its codes
    vague = [child for child in below if (held.description(child) or "").count("nspecified") > told and not _adds(child, code)]
    bare = [child for child in below if _BARE.search(held.description(child) or "")]
    initial = [child for child in below if len(child) == 7 and child.endswith("A")]
    if len(below) == 1:
        return below[0]
    if len(sided) > 1 and len(of_side) == 1:
        return of_side[0]
    if len(sided) > 1 and laterality:
        return None  # the side is told, and the classification has none such
    if initial:
        return initial[0]
    if by_default := next((child for child in below if _BY_DEFAULT.search(held.description(child) or "")), None):
        return by_default
    return next((found[0] for found in (vague, bare) if len(found) == 1), None)


@lru_cache(maxsize=100_000)
def description_of(code: str) -> str:
    """What to print for a code; says so where our edition of the tabular does not know it."""
    return tabular().description(code) or f"{dotted(code)} (not in the tabular of April 2026)"
