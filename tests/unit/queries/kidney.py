"""A stay in which the kidney fails and nobody says so, and the rules that it is told to."""

from datetime import date

from opencdi.knowledge.site import AutoSend
from opencdi.queries.revisions import hash_of
from opencdi.queries.room import rules_path
from opencdi.queries.rule import load_rules

RULES = load_rules(rules_path())
KIDNEY = (
    "d1 09:20 creatinine 1.0 mg/dL",
    "d1 11:00 note history-and-physical: dehydration",
    "d2 06:00 creatinine 2.4 mg/dL id=c2",
    "d2 06:40 given lactated ringers 1000 mL",
)


def sent_by_policy(rule_id: str) -> tuple[AutoSend, ...]:
    """A site's written policy for that rule as it stands."""
    (rule,) = (rule for rule in RULES if rule.id == rule_id)
    signed = {"approved_by": "Chief of medicine", "approved_on": date(2026, 1, 15)}
    return (AutoSend.model_validate({"rule_id": rule_id, "revision": rule.revision, "says": hash_of(rule), **signed}),)
