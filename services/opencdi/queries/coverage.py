"""Which rules of the catalogue (DOMAIN §D) there are, and by how many cases of which kind each is held."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

from pydantic import TypeAdapter

from opencdi.clinical.vocabulary import GapType
from opencdi.knowledge.tables import parsed
from opencdi.queries.cases import Case
from opencdi.queries.form import Form
from opencdi.queries.lint_cases import KINDS, kinds_of
from opencdi.queries.rule import Rule

LETTER: dict[GapType, str] = {
    "missing-diagnosis": "M", "unsupported-diagnosis": "V", "unspecific": "S", "conflicting": "C", "present-on-admission": "P",
    "sequence": "P",
}  # fmt: skip
"""The catalogue's letters for the gap types."""


class Entry(Form):
    """What the catalogue wants asked, and by letter the types of gap that it may be.  `asked_by`: another entry's rule that asks it."""

    name: str
    types: str
    asked_by: str | None = None


@dataclass(frozen=True)
class Covered:
    """One line: what the catalogue has of it, and what we have."""

    rule_id: str
    entry: Entry | None
    rule: Rule | None
    cases: int
    by_kind: dict[str, int]


_SHAPE = TypeAdapter(dict[str, Entry])


def load_catalogue(path: Path) -> dict[str, Entry]:
    """rule id -> what the catalogue says; empty where a folder of rules has none."""
    return _SHAPE.validate_python(parsed(path.read_bytes())) if path.exists() else {}


def entry_of(rule_id: str) -> str:
    """The catalogue's id for a rule: an entry that asks about several conditions is several rules (`D-15a`, `D-15b`)."""
    return rule_id.rstrip(ascii_lowercase)


def covered(catalogue: dict[str, Entry], rules: tuple[Rule, ...], cases: tuple[Case, ...]) -> tuple[Covered, ...]:
    """A line for each rule, and for each entry that has none."""
    rule_by_id = {rule.id: rule for rule in rules}
    cases_of = Counter(case.rule_id for case in cases)
    kinds = Counter((case.rule_id, kind) for case in cases for kind in kinds_of(case))
    without = set(catalogue) - {entry_of(rule_id) for rule_id in rule_by_id}
    return tuple(
        Covered(one, catalogue.get(entry_of(one)), rule_by_id.get(one), cases_of[one], {kind: kinds[one, kind] for kind in KINDS})
        for one in sorted({*rule_by_id, *without})
    )


def asked(told: tuple[Covered, ...]) -> frozenset[str]:
    """The entries of the catalogue that an active rule asks about."""
    active = {one.rule_id for one in told if one.entry and one.rule and one.rule.status == "active"}
    by_another = {one.rule_id for one in told if one.entry and one.entry.asked_by in active}
    return frozenset(entry_of(rule_id) for rule_id in active) | by_another
