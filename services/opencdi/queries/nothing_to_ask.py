"""A rule that had nothing to ask has nothing to ask after what changes no sign of its conditions: most results need no judging.

What it looked at is remembered by the very objects: where anything of a record changes it is another object, and where a step was taken
back all that it changed are others, and the rule is asked anew.  It may be forgotten at any time.
"""

from functools import lru_cache

from opencdi.queries.casework import Casework
from opencdi.queries.chart import Chart
from opencdi.queries.found import Came, Look, NothingToAsk, Signs
from opencdi.queries.inputs import ANSWERS, VALUES
from opencdi.queries.questions import open_questions
from opencdi.queries.rule import Rule

_MOST_BLANK = 20_000
"""So many rules at sites, for patients of one kind, are known to have nothing to ask of a new stay."""
Changed = dict[str, tuple[object, object]]
"""What is another now: by name, as it was and as it is."""


def still_nothing_to_ask(work: Casework, rule: Rule, chart: Chart) -> bool:
    """Whether nothing has come to that about which it had nothing to ask."""
    memory, about = work.records.memory, _about(work, rule)
    held = memory.nothing_to_ask.get(rule.id) or memory.blank.get(_blank(rule, about))
    if held is None or work.records.corrected or held.about != about or _asks(work, rule):
        return False
    stay, names = work.records.stay, held.values
    if held.stay is not stay:
        if not held.unsaid.isdisjoint(stay.told):
            return False
        names = held.names
    looked_up = chart.looked_up(names)
    changed = {
        name: (old, new) for name, old, new in zip(names, held.looked_up, looked_up, strict=False) if old is not new and (old or new)
    }
    if not changed and names is held.values and held.stay is stay:
        return True
    chart.found.turn()
    if not held.own.isdisjoint(changed) or _moved(held, changed, chart):
        return False
    rest = held.looked_up[len(looked_up) :]
    memory.nothing_to_ask[rule.id] = held._replace(stay=stay, looked_up=(*looked_up, *rest))
    return True


def _asks(work: Casework, rule: Rule) -> bool:
    return bool(work.records.stay.queries) and any(open_questions(work, rule))


def _about(work: Casework, rule: Rule) -> tuple[object, ...]:
    """What the rule looks at of the stay itself, and by whose limits."""
    stay, age = work.records.stay, work.records.stay.age()
    return work.site, stay.encounter_class, stay.newborn, age is not None and age >= rule.preconditions.age_min


def _blank(rule: Rule, about: tuple[object, ...]) -> tuple[object, ...]:
    """Under which name that is remembered which holds for every stay with none of the records: of a new stay, most rules."""
    return rule.id, id(about[0]), *about[1:]


def _moved(held: NothingToAsk, changed: Changed, chart: Chart) -> bool:
    """Whether a condition finds something else in that."""
    try:
        return any(_finds_else(look, signs, changed, chart) for look, signs in held.looks if not look.inputs.isdisjoint(changed))
    except Exception:  # it raises again in the rule's own turn, where that is settled
        return True


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
    if any(ANSWERS in look.inputs for look in looks) or _asks(work, rule):
        return
    stay = work.records.stay
    values, said, rest = _names(rule.reads, tuple(look.inputs for look in looks))
    unsaid = frozenset(bare for bare, _ in said).difference(stay.told)
    names = (*values, *rest, *(name for bare, name in said if bare not in unsaid))
    found = tuple((look, _found(look, chart)) for look in looks)
    about, looked_up = _about(work, rule), chart.looked_up(names)
    kept = NothingToAsk(stay, about, rule.reads, unsaid, values, names, looked_up, found)
    work.records.memory.nothing_to_ask[rule.id] = kept
    if not any(looked_up) and not any(signs for _, signs in found) and len(work.records.memory.blank) < _MOST_BLANK:
        work.records.memory.blank[_blank(rule, about)] = kept._replace(stay=None)


@lru_cache(maxsize=10_000)
def _names(own: frozenset[str], inputs: tuple[frozenset[str], ...]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Of all that was looked at: the values, the concepts and treatments with their bare names, and the rest."""
    read = own.union(*inputs)
    values = tuple(name for name in read if name.startswith(VALUES))
    said = tuple((name.partition("/")[2], name) for name in read if name.startswith(("concept/", "treatment/")))
    return values, said, tuple(read.difference(values, (name for _, name in said)))


def _found(look: Look, chart: Chart) -> Signs:
    held = chart.found.now.get(look.number)
    return look.again(chart) if held is None else held.signs
