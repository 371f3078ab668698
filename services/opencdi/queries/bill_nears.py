"""The bill hold is about to end: what a physician answered and no note tells is pressing now (DOMAIN B77, F.9, F.15).

Afterwards the answer is no documentation, and the bill goes without it.
"""

from opencdi.clinical.vocabulary import OVER
from opencdi.queries.casework import Casework
from opencdi.queries.clock import Due
from opencdi.queries.condition_at_discharge import AnsweredNotCharted
from opencdi.queries.condition_parts import with_inner
from opencdi.queries.review import review


def press(work: Casework, due: Due) -> None:
    """What may be asked about such answers is asked; of what is asked about them already, CDI is told again.  Once."""
    if work.records.stay.bill_nears(work.site):
        return
    rules = {rule.id: rule for rule in work.rules.values() if any(isinstance(one, AnsweredNotCharted) for one in with_inner(rule.when))}
    asked = [query.query_id for query in filter(None, map(work.current, work.records.stay.queries)) if query.rule_id in rules]
    work.records.update(rules_care=False, bill_neared_at=due.at)
    review(work, tuple(rules.values()))
    for query in filter(None, map(work.query, asked)):
        if query.state not in OVER:
            work.note(query, "BILL_NEARS")
            work.tell_cdi_again(query, "BILL_NEARS")
