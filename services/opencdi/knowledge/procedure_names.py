"""Procedures as notes call them, and the words that say how, where and with what (`rules/nlp/procedures.yaml`, a closed list; DOMAIN B46).

Which ICD-10-PCS code a procedure becomes is the coding room's knowledge, not this table's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import Lexicon, term_form

DONE: Final = "done"
"""The attribute that says by which words it was done: yes | no | past | unsaid."""
AND: Final = " and "
"""Between the values of `with`: each of several things done through one scope is its own procedure (B3.2)."""
WHERE: Final = "where"
"""The attribute that says in whose hands: any procedure may have been done elsewhere."""
AT: Final = "at"
"""The attribute that says when, as the note does."""


class WrongProcedures(Exception):
    """The table of procedures cannot be used; the message names the procedure."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name of a procedure: its slug, what the name implies, and whether it says by itself that it was done ("intubated")."""

    slug: str
    implied: Mapping[str, str]
    verb: bool


NO_PROCEDURE: Final = Named("", {}, verb=False)
"""The meaning of a name that means none of the list."""


@dataclass(frozen=True, eq=False)
class ProcedureNames:
    """The table as the reader needs it."""

    names: Lexicon[Named]
    told: Mapping[str, frozenset[str]]
    words: Lexicon[tuple[tuple[str, str], ...]]
    ranks: Mapping[tuple[str, str], int]
    """(attribute, value) -> its place: of two values the first listed wins."""
    before: Lexicon[str]
    behind: Lexicon[str]
    renamed: Mapping[str, str]
    far: frozenset[str]
    back: frozenset[str]
    """Of the far ones those that may stand in the sentence before."""
    to_the_end: frozenset[str]
    """What may stand anywhere behind the sentence."""
    of_sentence: frozenset[str]
    """What the sentence may tell outside a name's own part."""
    sites: frozenset[str]
    """Where something was done through a scope: told in the same sentence as what was."""
    ranked: frozenset[str]


def _names(rows: Mapping[str, Any]) -> Iterator[tuple[str, Named]]:
    for slug, row in rows.items():
        if unknown := set(row) - {"terms", "verbs", "implies", "told"}:
            raise WrongProcedures(f"{slug}: unknown field {', '.join(sorted(unknown))}")
        for term in row.get("verbs", ()):
            yield term_form(term), Named(slug, {}, verb=True)
        for term in row.get("terms", ()):
            yield term_form(term), Named(slug, {}, verb=False)
        for term, implied in row.get("implies", {}).items():
            yield term_form(term), Named(slug, implied, verb=False)


@lru_cache(maxsize=4)
def load_procedure_names(folder: Path) -> ProcedureNames:
    """The table of that folder (`rules/nlp`); raises `WrongProcedures`."""
    told = read_table(folder / "procedures.yaml")
    rows, words = told["names"], told["words"]
    owner: dict[str, str] = {}
    for form, named in _names(rows):
        if owner.setdefault(form, named.slug) != named.slug:
            raise WrongProcedures(f"{named.slug} and {owner[form]} share a term")
    for slug, row in rows.items():
        if unknown := set(row["told"]) - set(words):
            raise WrongProcedures(f"{slug}: no words of {', '.join(sorted(unknown))}")
    meant: dict[str, list[tuple[str, str]]] = {}
    for attribute, values in words.items():
        for value, terms in values.items():
            for term in terms:
                meant.setdefault(term_form(str(term)), []).append((attribute, str(value)))
    none = tuple((term_form(term), NO_PROCEDURE) for term in told["none"])
    return ProcedureNames(
        names=Lexicon((*none, *_names(rows))),
        told={slug: frozenset(row["told"]) | {WHERE} for slug, row in rows.items()},
        words=Lexicon((form, tuple(said)) for form, said in meant.items()),
        ranks={(attribute, str(value)): at for attribute, values in words.items() for at, value in enumerate(values)},
        before=Lexicon((term_form(term), verdict) for verdict, terms in told["before"].items() for term in terms),
        behind=Lexicon((term_form(term), verdict) for verdict, terms in told["behind"].items() for term in terms),
        renamed=told["as"],
        far=frozenset(told["far"]),
        back=frozenset(told["back"]),
        to_the_end=frozenset(told["to-the-end"]),
        of_sentence=frozenset(told["of-sentence"]),
        sites=frozenset(told["sites"]),
        ranked=frozenset(told["ranked"]),
    )
