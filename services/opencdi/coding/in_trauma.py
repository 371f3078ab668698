"""What the company of other injuries says: that a bleeding or a pneumothorax is traumatic, that a wound penetrates (I.C.19.b)."""

from collections.abc import Iterable

from opencdi.clinical.codes import dotted
from opencdi.coding.combinations import instead
from opencdi.coding.external_causes import events_of
from opencdi.coding.injury_data import Becomes
from opencdi.coding.steps import Candidates, Known, proposed
from opencdi.knowledge.icd10cm import tabular


def in_trauma(known: Known, codes: Candidates) -> Candidates:
    """What an event did is an injury though nobody calls it traumatic; a wound with an organ hurt behind it went through the wall."""
    data = known.table.injuries
    if events_of(codes):
        codes = _become(codes, data.in_trauma)
    return _become(codes, data.penetrating)


def _become(codes: Candidates, rows: Iterable[Becomes]) -> Candidates:
    for row in rows:
        for one in proposed(codes, *row.codes) if not row.beside or proposed(codes, *row.beside) else ():
            if row.concepts and one.concept not in row.concepts:
                continue
            code = row.into if tabular().billable(row.into) else row.into + one.code[len(row.into) :]
            if tabular().billable(code):
                reason = f"{row.reason} ({dotted(code)})"
                codes = instead(codes, one, one._replace(code=code, family=code), reason)
    return codes
