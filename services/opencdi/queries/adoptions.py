"""Whether a site has adopted what its rules ask by: a name that no rule knows would change nothing, and nobody would hear of it.

Asked at start of the site's file, and of site data that come down the line: those are refused whole, and the former stay in force.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from opencdi.events.definitions import InForce
from opencdi.knowledge.adopted import Adoption
from opencdi.knowledge.site import SiteData
from opencdi.knowledge.tables import parsed
from opencdi.knowledge.yaml_places import Place, said_wrong, told_at, unknown_word
from opencdi.queries.condition import Definition
from opencdi.queries.rule import Rule

_FIELD = "definitions"


def wrong_adoptions(site: SiteData, rules: Iterable[Rule]) -> Iterator[tuple[Place, str]]:
    """What the site sets that no rule would read: where in the site data, and why."""
    asking: dict[str, list[Rule]] = {}
    for rule in rules:
        asking.setdefault(rule.definition_id, []).append(rule)
    ids = [rule.id for told in asking.values() for rule in told]
    yield from ((("yields", name), unknown_word("rule", name, ids)) for name in site.yields if name not in ids)
    for name, adoption in site.definitions.items():
        if name not in asking:
            yield (_FIELD, name), unknown_word("definition", name, asking)
            continue
        yield from (((_FIELD, name, *place), why) for place, why in _wrong_choice(adoption, asking[name]))
        yield from (((_FIELD, name, *place), why) for place, why in _wrong_limits(adoption, asking[name]))


def _wrong_choice(adoption: Adoption, rules: list[Rule]) -> Iterator[tuple[Place, str]]:
    offering = [rule for rule in rules if rule.definitions]
    if not offering and adoption.adopted:
        yield ("adopted",), "its rules offer no choice"
    for rule in offering:
        if adoption.adopted not in rule.definitions:
            yield (
                ("adopted",),
                f"{rule.id} has {unknown_word('definition', adoption.adopted, rule.definitions)}: {', '.join(rule.definitions)}",
            )
            return


def _wrong_limits(adoption: Adoption, rules: list[Rule]) -> Iterator[tuple[Place, str]]:
    known = {f"{rule.id}.{name}": limit for rule in rules for name, limit in rule.thresholds.items()}
    for name, told in adoption.thresholds.items():
        if name not in known:
            yield ("thresholds", name), unknown_word("threshold of it", name, known)
        elif told.unit != known[name].unit:
            yield ("thresholds", name, "unit"), f'"{told.unit}" is not the unit of the rule, "{known[name].unit}"'


def wrong_in_file(path: Path, rules: Iterable[Rule]) -> str | None:
    """The first thing that is wrong with the definitions of a site's file, in one line with the file's; None where nothing is."""
    written = path.read_bytes()
    told = parsed(written)
    found = next(wrong_adoptions(SiteData.model_validate(told), rules), None)
    return found and said_wrong(path.name, written, told_at(told, found[0]), found[1])


def in_force(rule: Rule, site: SiteData) -> InForce:
    """By which definition this rule asks here, and who adopted it."""
    adoption = site.definitions.get(rule.definition_id)
    offered = next((condition for condition in rule.conditions() if isinstance(condition, Definition)), None)
    return InForce(
        definition_id=rule.definition_id,
        adopted=rule.adopted(site, offered.as_shipped) if offered else "",
        approved_by=adoption.approved_by if adoption else None,
        approved_on=adoption.approved_on if adoption else None,
        site=site.name,
        site_revision=site.revision,
    )
