"""The table of headings of a folder (`rules/nlp/sections.yaml`), checked: a heading has one section, a list names no unknown one."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast, get_args

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.knowledge.tables import read_table
from opencdi.nlp.any_of import any_of
from opencdi.nlp.headings import Headings, key_of
from opencdi.nlp.rows import Names, Starts


class WrongHeadings(Exception):
    """The table of headings cannot be used."""


@lru_cache(maxsize=4)
def load_headings(folder: Path) -> Headings:
    """The table in `sections.yaml` of that folder; raises `WrongHeadings`."""
    told = read_table(folder / "sections.yaml")
    kinds: dict[str, SectionKind] = {}
    for kind, phrases in told["headings"].items():
        for phrase in phrases:
            if kinds.setdefault(phrase, _section(kind)) != kind:
                raise WrongHeadings(f"{phrase}: in two sections")
    in_capitals = {phrase: _section(kind) for kind, phrases in told["in_capitals"].items() for phrase in phrases}
    if both := (kinds.keys() & set(told["within"])) | (in_capitals.keys() & (kinds.keys() | set(told["within"]))):
        raise WrongHeadings(f"both a heading and within, or told twice: {', '.join(sorted(both))}")
    if (
        unknown := {
            key_of(phrase)
            for phrase in (
                *told["of_a_problem"],
                *told["heads_of"],
                *told["unmistakable"],
                *told["also_a_disease"],
                *told["also_a_habit"],
                *told["colonless"],
            )
        }
        - kinds.keys()
        - told["heads"].keys()
        - {phrase for table in told["by_note"].values() for phrase in table}
    ):
        raise WrongHeadings(f"no heading: {', '.join(sorted(unknown))}")
    if unknown := (
        told["by_note"].keys() | told["beside"].keys() | told["told_by"]["titles"].keys() | told["told_by"]["headings"].keys()
    ) - set(get_args(NoteType)):
        raise WrongHeadings(f"no kind of note: {', '.join(sorted(unknown))}")
    qualifiers = told["qualifiers"]
    return Headings(
        kinds,
        in_capitals,
        {note: kinds | _sections(table) for note, table in told["by_note"].items()},
        {note: _sections(table) for note, table in told["by_note"].items()},
        {note: {one: _sections(table) for one, table in tables.items()} for note, tables in told["beside"].items()},
        {note: _words(words, r"(?![\w-])") for note, words in told["told_by"]["titles"].items()},
        {phrase: note for note, phrases in told["told_by"]["headings"].items() for phrase in phrases},
        _by_word(qualifiers["before"], at=0),
        _by_word(qualifiers["behind"], at=-1),
        told["spelled"],
        _sections(told["heads"]),
        frozenset(told["heads_of"]),
        frozenset(map(key_of, told["unmistakable"])),
        frozenset(told["of_a_problem"]),
        frozenset(told["also_a_disease"]),
        frozenset(told["also_a_habit"]),
        frozenset(told["also_reviewed"]),
        frozenset(told["at_first"]),
        frozenset(told["of_a_course"]),
        frozenset(told["speaking"]),
        frozenset(told["images"]),
        frozenset(told["no_image_before"]),
        frozenset(told["no_image_behind"]),
        frozenset(map(key_of, told["colonless"])),
        frozenset(told["objective"]),
        frozenset(told["examinations"]),
        frozenset(told["within"]),
        frozenset(told["exam_opens"]),
        frozenset(
            phrase.split()[0]
            for phrase in (*kinds, *qualifiers["before"], *told["spelled"], *(key for table in told["by_note"].values() for key in table))
        ),
        frozenset(phrase.split()[-1] for phrase in (*kinds, *(key for table in told["by_note"].values() for key in table))),
        frozenset(phrase.split()[0] for phrase in (*told["unmistakable"], *told["colonless"])),
        frozenset(told["prose"]),
        frozenset(told["of_a_row"]),
        frozenset(told["titled"]),
        {_section(kind): frozenset(words) for kind, words in told["columns"].items()},
        {name: Names.of(words) for name, words in told["rows"].items() if name != "risk"},
        _words(told["rows"]["risk"], r"\b[ :=<>]{0,8}(?:of |is )?(?=\d|$|[,;.]|stable)"),
        {name: Starts.of(words) for name, words in told["lines"].items() if name != "operation"},
        tuple(told["lines"]["operation"]),
    )


def _words(words: Iterable[str], behind: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/])(?:{any_of(words, ' ')}){behind}", re.IGNORECASE)


def _longest_first(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(phrases), key=len, reverse=True))


def _by_word(phrases: Iterable[str], at: int) -> dict[str, tuple[str, ...]]:
    """The phrases, longest first, by their first or last word."""
    found: dict[str, tuple[str, ...]] = {}
    for phrase in _longest_first(phrases):
        word = phrase.split(" ")[at]
        found[word] = (*found.get(word, ()), phrase)
    return found


def _sections(table: Mapping[str, Any]) -> dict[str, SectionKind]:
    return {phrase: _section(kind) for phrase, kind in table.items()}


def _section(kind: str) -> SectionKind:
    if kind not in get_args(SectionKind):
        raise WrongHeadings(f"no such section: {kind}")
    return cast(SectionKind, kind)
