"""What must hold of a rule file beyond its form, in one place: asked at start, by `opencdi rules test` and by the tests of the corpus.

Words that are known, limits in the unit in which the analyte is compared, windows that are windows; and of the modules beside this one
the wording, the cases and the revision.  A rule of which something does not hold would never fire, or fire wrongly, without a word.
"""

import math
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from opencdi.knowledge.analytes import ANALYTES
from opencdi.knowledge.concepts import ATTRIBUTES
from opencdi.knowledge.lexicon import BY_TABULAR
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.units import unit_of
from opencdi.knowledge.yaml_places import Place, place_of, places, unknown_word
from opencdi.queries.condition import Definition
from opencdi.queries.condition_parts import limits_of
from opencdi.queries.inputs import inputs_of
from opencdi.queries.lint_cases import wrong_cases
from opencdi.queries.lint_reach import wrong_reach
from opencdi.queries.lint_settling import wrong_procedures, wrong_settling
from opencdi.queries.lint_wording import wrong_wording
from opencdi.queries.microbiology import microbiology
from opencdi.queries.resistance import resistances
from opencdi.queries.revisions import wrong_revision
from opencdi.queries.rule import Rule, RuleFile
from opencdi.queries.treatments import load_treatments
from opencdi.settings import rules_dir

LONGEST_WINDOW_H = 366 * 24.0
_COMPARED = ("above", "at_least", "below", "at_most", "by", "from_level")
_RATIOS = ("ratio-to-baseline",)
"""Conditions whose limit is a number of times, whatever the analyte."""


class Words(NamedTuple):
    """The names that a rule may use."""

    analytes: dict[str, str]  # with the unit in which each is compared
    concepts: frozenset[str]
    treatments: frozenset[str]


@lru_cache(maxsize=4)
def words_of(path: Path) -> Words:
    """The names that a folder's rules may use: what nlp can find, what intake can measure, the folder's own treatments."""
    concepts = frozenset(
        slug for table in ("concepts.yaml", "injuries.yaml", "named.yaml", "signs.yaml") for slug in read_table(rules_dir() / "nlp" / table)
    )
    return Words({one.slug: one.unit for one in ANALYTES}, concepts, load_treatments(path / "treatments.yaml").names)


def wrong_words(file: RuleFile, words: Words) -> Iterator[tuple[Place, str]]:
    """Names that nothing answers to: a condition over them would be met by no patient."""
    concepts = (*file.rule.concepts(), *file.rule.not_satisfied_by)
    read = {name for condition in file.rule.conditions() for name in inputs_of(condition)} | {f"concept/{one}" for one in concepts}
    known: dict[str, Collection[str]] = {"analyte": words.analytes, "concept": words.concepts, "treatment": words.treatments}
    for name in sorted(read):
        what, _, word = name.partition("/")
        if what in known and word not in known[what] and not _in_tabular(word):
            yield place_of(file.told, word), unknown_word(what, word, known[what])


def _in_tabular(concept: str) -> bool:
    """Whether only the tabular names it, as nlp reads what our own tables do not know: `icd10cm:G936`."""
    if not concept.startswith(BY_TABULAR):
        return False
    from opencdi.knowledge.icd10cm import tabular  # large; few rules need it

    return concept.removeprefix(BY_TABULAR) in tabular()


def wrong_limits(file: RuleFile, words: Words) -> Iterator[tuple[Place, str]]:
    """Thresholds that are not there, are not read, or are in another unit than the analyte is compared in."""
    rule = file.rule
    read = {name for condition in rule.conditions() for name in limits_of(condition)}
    for name in sorted(read - set(rule.thresholds)):
        yield place_of(file.told, name), unknown_word("threshold", name, rule.thresholds)
    for name in sorted(set(rule.thresholds) - read):
        yield ("thresholds", name), "no condition reads it"
    for name, limit in rule.thresholds.items():
        if unit_of(limit.unit) is None:
            yield ("thresholds", name, "unit"), f'no unit "{limit.unit}"'
    for condition in rule.conditions():
        analyte = getattr(condition, "analyte", "")
        unit = "1" if condition.kind in _RATIOS or getattr(condition, "times_reference", False) else words.analytes.get(analyte)
        names = {getattr(condition, field, None) for field in _COMPARED}
        for name, limit in rule.thresholds.items():
            if name in names and analyte and unit is not None and limit.unit != unit:
                yield ("thresholds", name, "unit"), f'"{limit.unit}" is not the unit in which {analyte} is compared here, "{unit}"'


def wrong_windows(file: RuleFile, _words: Words) -> Iterator[tuple[Place, str]]:
    """Windows of no hours that there are."""
    for place, told in places(file.told):
        hours = told if str(place[-1]).endswith("_h") and isinstance(told, int | float) else 0
        if not (math.isfinite(hours) and 0 <= hours <= LONGEST_WINDOW_H):
            yield place, f"no window of {hours} hours: from 0 to {LONGEST_WINDOW_H:g}"


def wrong_yields(path: Path, rule: Rule) -> Iterator[tuple[Place, str]]:
    """Rules that it yields to and that are not there, and itself."""
    for nth, rule_id in enumerate(rule.yields_to):
        if rule_id == rule.id or not any(path.glob(f"{rule_id}-*.yaml")):
            yield ("yields_to", nth), f"no other rule {rule_id}"


def wrong_frame(file: RuleFile, _words: Words) -> Iterator[tuple[Place, str]]:
    """What every rule has: the answers that Q-13 asks for, and a history that ends at its revision."""
    if file.rule.each and not file.rule.stands_by_itself:
        yield ("each",), "only of what is documented can each be asked"
    if file.rule.options and (missing := {"other", "undetermined"} - {option.id for option in file.rule.options}):
        yield ("options",), f'no option "{min(missing)}" (Q-13)'
    if file.rule.revision != max((line.revision for line in file.rule.history), default=0):
        yield ("revision",), "the history does not end at this revision"


def wrong_attributes(file: RuleFile, _words: Words) -> Iterator[tuple[Place, str]]:
    """Attributes that no finding carries."""
    for condition in file.rule.conditions():
        for name in getattr(condition, "attributes", ()):
            if name not in ATTRIBUTES:
                yield place_of(file.told, name), unknown_word("attribute", name, ATTRIBUTES)


def wrong_definitions(file: RuleFile, _words: Words) -> Iterator[tuple[Place, str]]:
    """A definition as shipped that the rule does not give, or a choice that nothing asks for."""
    asked = [condition for condition in file.rule.conditions() if isinstance(condition, Definition)]
    for condition in asked:
        if condition.as_shipped not in file.rule.definitions:
            yield place_of(file.told, condition.as_shipped), unknown_word("definition", condition.as_shipped, file.rule.definitions)


def wrong_germs(file: RuleFile, _words: Words) -> Iterator[tuple[Place, str]]:
    """Studies and organisms that no laboratory's words come to."""
    for condition in file.rule.conditions():
        for field, known in (
            ("studies", microbiology().studies),
            ("organisms", microbiology().organisms),
            ("resistances", resistances().resistances),
        ):
            for name in getattr(condition, field, ()):
                if name not in known:
                    yield place_of(file.told, name), unknown_word(field.rstrip("s"), name, known)


CHECKS: tuple[Callable[[RuleFile, Words], Iterator[tuple[Place, str]]], ...] = (
    wrong_words, wrong_attributes, wrong_germs, wrong_limits, wrong_windows, wrong_frame,
    wrong_definitions,
)  # fmt: skip


def wrong_in(path: Path, file: RuleFile) -> Iterator[str]:
    """All that is wrong with one rule of that folder, each in one line that names file, line and field."""
    words = words_of(path)
    for check in CHECKS:
        yield from (file.wrong(*found) for found in check(file, words))
    yield from (file.wrong(*found) for found in wrong_yields(path, file.rule))
    yield from (file.wrong(*found) for found in (*wrong_settling(file), *wrong_procedures(file), *wrong_reach(file)))
    if file.rule.told_to == "provider":
        yield from (file.wrong(*found) for found in wrong_wording(file.rule))
    yield from (file.wrong(*found) for found in wrong_revision(path, file.rule))
    yield from wrong_cases(path / "cases", file.rule.id)
