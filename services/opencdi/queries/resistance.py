"""What a germ that grew resists: by the laboratory's words, or by its susceptibilities of the same specimen (DOMAIN D-09).

A word list (`rules/queries/resistance.yaml`).  Where a specimen grew several germs, it cannot be known here whose susceptibility it is, and
only words count.  That a resistant germ is the cause of an infection is the provider's statement; this is an indicator.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, TypeAdapter

from opencdi.clinical.vocabulary import SUSCEPTIBILITIES
from opencdi.events.facts import MeasurementResulted
from opencdi.knowledge.tables import read_table
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.feed_conditions import Resists
from opencdi.queries.told import Culture
from opencdi.settings import rules_dir

TESTED = "susceptibility"
"""The study of a result that tells whether a drug acts on a germ."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Resistance(_Form):
    """One kind of it: of which germs, by which words, or by how many classes of drugs."""

    of: frozenset[str]
    words: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    at_least: int = 1


class Table(_Form):
    """The list as it is written."""

    classes: dict[str, tuple[str, ...]]
    resistances: dict[str, Resistance]
    by_nature: tuple[str, ...]
    resistant: frozenset[str]
    susceptible: frozenset[str]

    def drug_in(self, name: str) -> str | None:
        """The drug of which this result tells, by its name ("Ciprofloxacin [Susceptibility]")."""
        drugs = (drug for tested in self.classes.values() for drug in tested)
        return next((drug for drug in drugs if _says(drug, name.lower())), None)

    def class_of(self, drug: str) -> str:
        """The class that it stands for."""
        return next(name for name, drugs in self.classes.items() if drug in drugs)


def _says(word: str, text: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None


def _says_so(word: str, text: str) -> bool:
    """The word, and neither "not" before it nor "negative" behind: "ESBL negative", "not MRSA"."""
    said = rf"(?<![a-z0-9])(?<!not )(?<!no )(?<!non-)(?<!non ){re.escape(word)}(?![a-z0-9])(?! ?:? ?(?:negative|not detected|none|absent))"
    return re.search(said, text) is not None


@lru_cache(maxsize=1)
def resistances() -> Table:
    """The table that is shipped with the rules."""
    return TypeAdapter(Table).validate_python(read_table(rules_dir() / "queries" / "resistance.yaml"))


def tested_in(fact: MeasurementResulted, table: Table) -> Culture | None:
    """A susceptibility, as it is remembered beside the cultures; None where it is none of a drug that is asked for."""
    told = (fact.text or "").strip().lower()
    letter = fact.abnormal.lower() if fact.abnormal in SUSCEPTIBILITIES else told
    if fact.status == "withdrawn" or letter not in table.resistant | table.susceptible or fact.problem not in (None, "MAPPING_NEEDED"):
        return None
    name = fact.code.text or fact.code.code
    if not (drug := table.drug_in(name)):
        return None
    return Culture(
        result_id=fact.measurement_id,
        specimen_id=fact.specimen_id or fact.measurement_id,
        study=TESTED,
        name=name,
        text="resistant" if letter in table.resistant else "not resistant",
        outcome="unclear",
        drug=drug,
        resistant=letter in table.resistant,
        preliminary=fact.status == "preliminary",
        at=fact.taken_at,
    )  # fmt: skip


def resists(condition: Resists, cultures: tuple[Culture, ...]) -> Iterator[Sign]:
    """Each culture of a germ that resists so, with the susceptibilities that show it."""
    table = resistances()
    grown = [one for one in cultures if one.outcome == "positive" and one.study != TESTED]
    for one in (one for one in grown if one.study in condition.studies):
        if any(_says(word, one.text.lower()) for word in table.by_nature):
            continue
        germs = {germ for other in grown if other.specimen_id == one.specimen_id for germ in other.organisms}
        tested = [test for test in cultures if test.resistant and test.specimen_id == one.specimen_id] if len(germs) == 1 else []
        for name in condition.resistances:
            kind = table.resistances[name]
            if not kind.of.isdisjoint(one.organisms) and (shown := _shown(kind, one, tested, table)) is not None:
                at = max((test.at.at for test in shown), default=one.at.at)
                yield Sign(max(at, one.at.at), (Cited("grew", one), *(Cited(TESTED, test) for test in shown)), about=name)
                break


def _shown(kind: Resistance, one: Culture, tested: Iterable[Culture], table: Table) -> tuple[Culture, ...] | None:
    """The susceptibilities that show it, none where the laboratory's words do; None where nothing does."""
    if any(_says_so(word, one.text.lower()) for word in kind.words):
        return ()
    by_class = {table.class_of(test.drug): test for test in tested}
    found = tuple(by_class[name] for name in kind.classes if name in by_class)
    return found if kind.classes and len(found) >= kind.at_least else None
