"""A rule that had nothing to ask has nothing to ask after what changes no sign of its conditions: most results need no judging.

What it looked at is remembered by the very objects: where anything of a record changes it is another object, and where a step was taken
back all that it changed are others, and the rule is asked anew.  It may be forgotten at any time.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from opencdi.clinical.vocabulary import OVER
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Chart
from opencdi.queries.condition import Definition
from opencdi.queries.found import Came, Look, Signs
from opencdi.queries.inputs import ANSWERS, VALUES
from opencdi.queries.memory import NothingToAsk
from opencdi.queries.question import Question
from opencdi.queries.rule import Rule

_SAID = ("concept/", "treatment/")
_MOST_BLANK = 20_000
"""So many rules at sites, for patients of one kind, are known to have nothing to ask of a new stay."""
Changed = dict[str, tuple[object, object]]
"""What is another now: by name, as it was and as it is."""


def still_nothing_to_ask(work: Casework, rule: Rule, chart: Chart) -> bool:
    """Whether nothing has come to that about which it had nothing to ask."""
    memory, stay = work.records.memory, work.records.stay
    if work.records.corrected or rule.id in stay.suspended:
        return False
    about = _about(work, rule)
    held = memory.nothing_to_ask.get(rule.id)
    if held is None or held.about != about:
        held = memory.blank.get(_blank(rule, about))
    if held is None or held.about != about or held.noticed is not _noticed(work, rule):
        return False
    names = held.values if held.stay is stay else held.names
    newly = frozenset[str]() if held.stay is stay else held.unsaid.intersection(stay.told)
    looked_up = chart.looked_up(names)
    changed: Changed = {
        name: (old, new) for name, old, new in zip(names, held.looked_up, looked_up, strict=False) if old is not new and (old or new)
    }
    if newly:
        changed |= {name: ((), new) for name in _spelled(newly) if (new := chart.looked_up((name,))[0])}
    if not held.own.isdisjoint(changed):
        return False
    if changed or newly:
        chart.found.turn()
        try:
            if _moved(held, changed, chart):
                return False
            if newly:
                keep(work, rule, chart, held.own, tuple(look for look, _ in held.looks))
        except Exception:  # it raises again in the rule's own turn, where that is settled
            return False
    if not newly and (changed or held.stay is not stay):
        memory.nothing_to_ask[rule.id] = held._replace(stay=stay, looked_up=(*looked_up, *held.looked_up[len(looked_up) :]))
    return True


def _spelled(bare: Iterable[str]) -> Iterator[str]:
    for name in bare:
        yield from (kind + name for kind in _SAID)


def asking(work: Casework) -> frozenset[str]:
    """The rules with a question that is not over: they are always looked at."""
    each = (work.current(condition) for condition in work.records.stay.queries)
    return frozenset(query.rule_id for query in each if query is not None and query.state not in OVER)


def _about(work: Casework, rule: Rule) -> tuple[object, ...]:
    """What the rule looks at of the stay itself, and by whose limits."""
    stay, age = work.records.stay, work.records.stay.age()
    return work.site, stay.encounter_class, stay.newborn, age is not None and age >= rule.preconditions.age_min


def _blank(rule: Rule, about: tuple[object, ...]) -> tuple[object, ...]:
    """Under which name that is remembered which holds for every stay with none of the records: of a new stay, most rules."""
    return rule.id, id(about[0]), *about[1:]


def _noticed(work: Casework, rule: Rule) -> object:
    """What stands of the stay, where the rule notices something: that is told once, and again where it was taken back."""
    return work.states.get(f"noticed/{work.records.encounter_id}") if rule.definitions or rule.notices or rule.told_to == "cdi" else None


def _moved(held: NothingToAsk, changed: Changed, chart: Chart) -> bool:
    """Whether a condition finds something else in that."""
    return any(_finds_else(look, signs, changed, chart) for look, signs in held.looks if not look.inputs.isdisjoint(changed))


def _finds_else(look: Look, signs: Signs, changed: Changed, chart: Chart) -> bool:
    """Where only such values are new as change nothing, it is not even looked at."""
    for name in look.inputs.intersection(changed):
        if not _is_quiet(look, signs, name, *changed[name], chart):
            return _found(look, chart) is not signs
    return False


def _is_quiet(look: Look, signs: Signs, name: str, old: object, new: object, chart: Chart) -> bool:
    if not (name.startswith(VALUES) and isinstance(old, tuple) and isinstance(new, tuple)):
        return False
    chart.found.look(1)
    value = chart.found.came(old, new)
    return value is not None and look.quiet(Came(name, old, value), signs, chart)


def keep_nothing_to_ask(work: Casework, rule: Rule, chart: Chart) -> None:
    """This rule has looked and had nothing to ask.  What was answered no record of the stay tells: then it is asked each time."""
    looks = tuple(chart.found.read.values())
    if any(ANSWERS in look.inputs for look in looks) or rule.id in asking(work):
        return
    # Where what it asks about is not there, nothing is asked, whatever is documented.
    keep(work, rule, chart, frozenset() if _is_not_there(work, rule, chart) else rule.reads, looks)


def _is_not_there(work: Casework, rule: Rule, chart: Chart) -> bool:
    """Whether the rule has looked, in this turn, and found no sign of what it asks about."""
    if rule.each or isinstance(rule.when, Definition):
        return False
    when = chart.found.now.get(Question(rule, work.site, chart).atom(rule.when).number)
    return when is not None and not when.signs and bool(when.read) and all(look.number in chart.found.read for look in when.read)


def keep(work: Casework, rule: Rule, chart: Chart, own: frozenset[str], looks: tuple[Look, ...]) -> None:
    """Remember that it has nothing to ask, and of what: of the records that it looked at itself, and of what its conditions found."""
    stay, memory, about = work.records.stay, work.records.memory, _about(work, rule)
    values, said, rest = _names(own, tuple(look.inputs for look in looks))
    unsaid = frozenset(bare for bare, _ in said).difference(stay.told)
    told = tuple(name for bare, name in said if bare not in unsaid)
    names = (*values, *rest, *told)
    found = tuple((look, _found(look, chart)) for look in looks)
    kept = NothingToAsk(stay, about, _noticed(work, rule), own, unsaid, values, names, chart.looked_up(names), found)
    memory.nothing_to_ask[rule.id] = kept
    if (
        not told
        and kept.noticed is None
        and not any(signs for _, signs in found)
        and not any(chart.looked_up(values))
        and len(memory.blank) < _MOST_BLANK
    ):
        # What such a stay has all the same (its class, its end) is another of each: the conditions look at it again.
        own_to_it = tuple(object() if one else one for one in kept.looked_up)
        memory.blank[_blank(rule, about)] = kept._replace(stay=None, looked_up=own_to_it)


@lru_cache(maxsize=10_000)
def _names(own: frozenset[str], inputs: tuple[frozenset[str], ...]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Of all that was looked at: the values, the concepts and treatments with their bare names, and the rest."""
    read = own.union(*inputs)
    values = tuple(name for name in read if name.startswith(VALUES))
    said = tuple((name.partition("/")[2], name) for name in read if name.startswith(_SAID))
    return values, said, tuple(read.difference(values, (name for _, name in said)))


def _found(look: Look, chart: Chart) -> Signs:
    held = chart.found.now.get(look.number)
    return look.again(chart) if held is None else held.signs
