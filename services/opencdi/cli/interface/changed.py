"""Which field becomes which fact, found by experiment: one value of a sample is changed, and what intake then says differently is noted.

So the table is never anything but the code's own.  A field is changed to what it holds in the other samples, to another value of its
kind, and to nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from opencdi.cli.interface.fields import another, changeable, is_time
from opencdi.cli.interface.samples import Made, Sample, Samples
from opencdi.events.facts import Fact
from opencdi.events.problems import Unusable
from opencdi.intake.told import Item, PatientTold, Told, VisitTold

_NAMES = {  # all else about another patient, or another visit, is the other's
    "patient_identified": ("the patient", frozenset({"patient_id", "mrn"})),
    "encounter_updated": ("the encounter", frozenset({"visit_id"})),
}
_OF_OTHERS = frozenset({"problem_noticed", "baseline_carried"})  # what was noticed, and what earlier messages told
_MOST = 12
"""Values of one field in all samples, from which on they name something and a few tell as much as all."""
_FEW = 3
_NEWER = frozenset({"which snapshot is newer", "which version is newer"})


@dataclass(slots=True)
class Effect:
    """What one field does: the fields of facts that it moves, what it decides, the site's tables that translate it, and where."""

    facts: set[str] = field(default_factory=set)
    decides: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)


def effects(samples: Samples) -> dict[str, Effect]:
    """Field -> what it does, over all samples; a field that does nothing is not in it."""
    pool: dict[str, set[Any]] = defaultdict(set)
    for sample in samples:
        for name, value, _ in changeable(sample):
            if not is_time(value):
                pool[name].add(value)
    names = {name for sample in samples for name, _, _ in changeable(sample)}
    found: dict[str, Effect] = defaultdict(Effect)
    for sample in samples:
        as_sent, made = _read(samples, sample, sample.body), samples.made_of(sample)
        for name, value, changed in changeable(sample):
            effect = found[_named(name, names)]
            others = sorted(pool[name] - {value}, key=repr)
            for other in (another(value), None, *(others if len(others) < _MOST else others[:: len(others) // _FEW])):
                _compare(effect, samples, sample, as_sent, made, changed(other))
    return {name: effect for name, effect in found.items() if effect.facts or effect.decides or effect.tables}


def _named(name: str, names: Iterable[str]) -> str:
    """The first component is named as one where others send more of them."""
    return f"{name}.1" if "-" in name and "." not in name and any(other.startswith(f"{name}.") for other in names) else name


def _compare(effect: Effect, samples: Samples, sample: Sample, as_sent: "_Reading", made: Made, body: bytes) -> None:
    changed = _read(samples, sample, body)
    tables = {name for name, codes in as_sent.codes.items() if codes != changed.codes.get(name, codes)}
    if changed.told == as_sent.told and not tables:
        return
    effect.kinds.add(made.ended.message_type.partition("^")[0])
    if as_sent.told is None or changed.told is None:
        effect.decides.add("whether it can be used")
        return
    decided = set(_decided(as_sent.told, changed.told))
    effect.decides |= decided
    if "the type of message" not in decided:
        effect.tables |= tables if _kinds(as_sent.told) == _kinds(changed.told) else set()  # what is not made has no codes
        effect.facts |= set(_moved(made, samples.made_of(sample, body), decided))


class _Reading(NamedTuple):
    """What the mapping reads in a message (None: it cannot be used), and the codes that it looks up in each of the site's tables."""

    told: list[Told] | None
    codes: dict[str, set[object]]


def _read(samples: Samples, sample: Sample, body: bytes) -> _Reading:
    told = None
    with suppress(Unusable):
        told = samples.told_by(sample, body)
    codes: dict[str, set[object]] = defaultdict(set)
    for name, code in samples.asked.keys:
        codes[name].add(code)
    return _Reading(told, dict(codes))


def _decided(before: list[Told], after: list[Told]) -> Iterator[str]:
    """What is told differently beside the facts themselves."""
    if [told.unused for told in before] != [told.unused for told in after]:
        yield "whether it says anything"
        return
    for one, other in zip(before, after, strict=False):
        if one.message_type != other.message_type:
            yield "the type of message"
            return
        if _whose(one) != _whose(other):
            yield "the patient"
        if _which(one.visit) != _which(other.visit):
            yield "the encounter"
        if one.merge != other.merge:
            yield "what is merged"
        if (one.parted and one.parted.ids) != (other.parted and other.parted.ids):
            yield "who is parted"
        if one.staff != other.staff:
            yield "who one of the staff is"
        if one.at != other.at and not one.unused and (one.visit is None or one.visit.event != "mention"):
            yield "which snapshot is newer"
        yield from _of_items(one.items, other.items)


def _kinds(tells: list[Told]) -> list[str]:
    return [item.fact.kind for told in tells for item in told.items]


def _whose(told: Told) -> tuple[object, ...]:
    patient = told.patient or PatientTold(())
    return patient.ids, patient.links, told.patient_reference, told.patient_aliases


def _which(visit: VisitTold | None) -> tuple[object, ...]:
    return (visit.number, visit.facility, visit.account, visit.aliases, visit.part_of) if visit else ()


def _of_items(before: tuple[Item, ...], after: tuple[Item, ...]) -> Iterator[str]:
    if [item.fact.kind for item in before] != [item.fact.kind for item in after]:
        return
    for one, other in zip(before, after, strict=True):
        if one.order != other.order:
            yield "which version is newer"
        if one.orders != other.orders:
            yield "the order it belongs to"
        if one.also != other.also:
            yield "other numbers of the document"


def _moved(before: Made, after: Made, decided: set[str]) -> Iterator[str]:
    """The fields of facts that differ, "kind.field"; "kind" alone for a fact that is made, or no longer is.

    What is older than what is known, or goes elsewhere, makes other facts news: that is no word on what the field becomes.
    """
    only_fields = bool(decided & _NEWER) or before.encounters != after.encounters
    kinds = dict.fromkeys(fact.kind for fact in (*before.facts, *after.facts))
    for kind in kinds:
        one, other = _values(before.facts, kind), _values(after.facts, kind)
        if len(one) != len(other):
            if not only_fields and kind not in _OF_OTHERS:
                yield kind
            continue
        for mine, theirs in zip(one, other, strict=True):
            either = mine.keys() | theirs.keys()
            who, own = _NAMES.get(kind, ("", either))
            names = own if who in decided else either
            yield from (f"{kind}.{name}" for name in names if mine.get(name) != theirs.get(name) and not _parent(name) & either)


def _parent(name: str) -> set[str]:
    """The person or code of which this is a part: where it was not told at all, its parts say nothing of this field."""
    return {name.partition(".")[0]} if "." in name else set()


def _values(facts: Iterable[Fact], kind: str) -> list[dict[str, object]]:
    return [dict(_flat(fact.model_dump(mode="json"))) for fact in facts if fact.kind == kind and kind not in _OF_OTHERS]


def _flat(told: dict[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """The fields of a fact, those of codes and persons by themselves; a time is one value, and so is a text."""
    for name, value in told.items():
        if isinstance(value, dict) and "precision" not in value:
            yield from _flat(value, f"{prefix}{name}.")
        elif name != "length":  # of the text, as its hash is
            yield f"{prefix}{'text' if name == 'text_hash' else name}", value
