"""A written auto-send policy holds for what was signed, and for nothing else (DOMAIN B69, B62, Q-58): the rule's very words, by the
definition and with the limits that were in force at this hospital then.  Where one of them is another since, it falls silent, and a
specialist approves each question again.
"""

from opencdi.knowledge.site import AutoSend, SiteData
from opencdi.queries.adoptions import in_force
from opencdi.queries.revisions import hash_of
from opencdi.queries.rule import Rule


def stands(policy: AutoSend, rule: Rule, site: SiteData) -> bool:
    """Whether rule and site are as they were signed."""
    limits = {f"{rule.id}.{name}": told for name in rule.thresholds if (told := rule.set_by_site(name, site))}
    as_shipped = in_force(rule, site.model_copy(update={"definitions": {}})).adopted
    return (
        (policy.rule_id, policy.revision) == (rule.id, rule.revision)
        and policy.says == hash_of(rule)
        and (policy.adopted or as_shipped) == in_force(rule, site).adopted
        and policy.limits == limits
    )
