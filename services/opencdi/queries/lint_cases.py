"""Whether a rule has the cases that every rule must have (DOMAIN D.12): what nobody has tried, nobody may be asked by.

At start they are counted; they are run by `opencdi rules test` and by the tests of the corpus.
"""

from collections.abc import Iterator
from pathlib import Path

from opencdi.queries.case_facts import BadCase
from opencdi.queries.cases import Case, load_cases

FEWEST = 6
KINDS: dict[str, tuple[str, ...]] = {
    "clear positive": ("clear positive",),
    "satisfied": ("satisfied",),
    "negated or ruled out": ("negated", "ruled out"),
    "trap": ("trap",),
    "corrected": ("corrected",),
    "out of order": ("out of order",),
}
"""Kind of case -> the words by which its `why` says so."""


def kinds_of(case: Case) -> frozenset[str]:
    """The kinds that a case is of; it may be of none."""
    return frozenset(kind for kind, words in KINDS.items() if any(word in case.why for word in words))


def wrong_cases(path: Path, rule_id: str) -> Iterator[str]:
    """What a rule's cases lack, each in one line that begins with their file."""
    file = next((f"cases/{one.name}" for one in sorted(path.glob(f"{rule_id}-*.yaml"))), "")
    if not file:
        yield f"cases/{rule_id}-*.yaml: {rule_id} has no cases"
        return
    try:
        mine = [case for case in load_cases(path, rule_id) if case.rule_id == rule_id]
    except BadCase as error:
        yield str(error)
        return
    if len(mine) < FEWEST:
        yield f"{file}:1: {len(mine)} cases, fewer than {FEWEST}"
    there = {kind for case in mine for kind in kinds_of(case)}
    yield from (f'{file}:1: no case says "{kind}"' for kind in KINDS if kind not in there)
