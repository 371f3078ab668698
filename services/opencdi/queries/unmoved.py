"""Whether an open question would read as it did when it was last looked at: then there is nothing to word, weigh or show.

Most results of a long stay are one more of the same.  A newer value against a question does not change how it reads (`differs`).
"""

import re

from opencdi.queries.casework import Casework
from opencdi.queries.evidence import Cited
from opencdi.queries.gap import Judgement
from opencdi.queries.narrowing import told_of
from opencdi.queries.query import Query
from opencdi.queries.rule import Rule
from opencdi.queries.told import Point

_BEFORE_NUMBER = re.compile(r"\s[<>=]*\d")
Reading = tuple[object, ...]


def reading(work: Casework, rule: Rule, query: Query, judgement: Judgement) -> Reading:
    """All that its words and its internal half are made of."""
    stay = work.records.stay
    return (
        query,
        judgement.documented,
        judgement.cited,
        tuple(map(_against, judgement.contrary)),
        judgement.offered,
        judgement.met,
        told_of(work, rule),
        work.site,
        stay.attending,
        stay.patient_id,
        work.states.get(f"claim/{work.records.encounter_id}"),
        tuple(map(work.current, stay.queries)),  # what one answer adds depends on the others
    )


def _against(cited: Cited) -> object:
    told = cited.told
    return (cited.kind, cited.label) if isinstance(told, Point) and told.value >= 0 else cited


def differs(before: Query, after: Query) -> bool:
    """Whether a specialist should see the draft again: other evidence for or against, another addressee."""
    if before.wording is None or after.wording is None:
        return before.wording is not after.wording
    unchanging = {"contrary": ()}
    if before.wording.model_copy(update=unchanging) != after.wording.model_copy(update=unchanging):
        return True
    return _kinds_against(before) != _kinds_against(after)


def _kinds_against(query: Query) -> frozenset[str]:
    # A newer SpO2 of 98 % after one of 97 % is the same contrary evidence: not worth a new draft each quarter of an hour.
    return frozenset(_BEFORE_NUMBER.split(one.text)[0] for one in query.wording.contrary) if query.wording else frozenset()
