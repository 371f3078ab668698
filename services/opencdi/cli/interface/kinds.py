"""Which message types there are, what each does and which facts it may make: each type is tried with the samples of its family."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from opencdi.cli.interface.samples import Sample, Samples
from opencdi.intake.tables import (
    BILLING_TYPES,
    MERGE_BY_TRIGGER,
    ON_LEAVE_BY_TRIGGER,
    ORDER_TYPES,
    PERSON_TRIGGERS,
    PROBLEM_TYPES,
    RELATION_BY_TRIGGER,
    RESULT_TYPES,
    STAFF_TYPES,
    UNLINKED,
    VISIT_EVENT_BY_TRIGGER,
)
from opencdi.intake.told import Merged, VisitEvent

VISIT_WORDS: dict[VisitEvent, str] = {
    "admit": "begins or registers the visit", "snapshot": "says how the visit stands now", "discharge": "ends the visit",
    "cancel-admit": "the visit never was", "cancel-discharge": "the visit goes on", "present": "the patient is there",
    "plan": "announces the visit", "mention": "says what the patient is allergic to",
}  # fmt: skip
MERGE_WORDS: dict[Merged, str] = {
    "patient": "the old patient number (MRG-1) lives on as the one in PID-3",
    "account": "the old account (MRG-3) lives on as the one in PID-18", "visit": "the old visit (MRG-5) lives on as the one in PV1-19",
    "account-to-patient": "the account is the patient's of PID-3",
    "visit-to-account": "the visit belongs to the account in PID-18",
}  # fmt: skip
RELATION_WORDS = {
    "new": "a document", "status": "a document's status", "addendum": "an addendum to the document in TXA-13",
    "edit": "another text of the same document", "replacement": "a document in place of the one in TXA-13",
    "cancel": "the document is cancelled",
}  # fmt: skip
_LEAVE_WORDS = {True: "the patient is on leave; the stay goes on", False: "the patient is back from leave"}
_EARLIER: tuple[tuple[str, ...], ...] = ((), ("adt-a01.hl7",), ("adt-a01.hl7", "adt-a03.hl7"), ("adt-a04.hl7",))
_MSH9 = re.compile(rb"\A((?:[^|]*\|){8})[^|]*")
_EVN1 = re.compile(rb"\rEVN\|[^|\r]*")


class Kind(NamedTuple):
    """A type of message, what it does, the kinds of facts that it may make."""

    name: str
    does: str
    facts: tuple[str, ...]


def hl7_kinds(samples: Samples) -> Iterator[Kind]:
    """Every type that is mapped, family by family."""
    merging = [sample for sample in samples if b"\rMRG|" in sample.body]
    visits = [sample for sample in samples if sample.name.startswith("adt-") and sample not in merging]
    for trigger, event in VISIT_EVENT_BY_TRIGGER.items():
        does = _LEAVE_WORDS[ON_LEAVE_BY_TRIGGER[trigger]] if trigger in ON_LEAVE_BY_TRIGGER else VISIT_WORDS[event]
        yield _tried(samples, f"ADT^{trigger}", does, visits, _EARLIER)
    for trigger in sorted(PERSON_TRIGGERS):
        yield _tried(samples, f"ADT^{trigger}", "says who the patient is", visits, _EARLIER)
    for trigger, what in MERGE_BY_TRIGGER.items():
        yield _tried(samples, f"ADT^{trigger}", "; ".join(MERGE_WORDS[one] for one in what), merging)
    several = [sample for sample in samples if sample.body.count(b"\rPID|") > 1]
    yield _tried(samples, UNLINKED, "the patients of the PID are two: a merge is undone", several)
    for trigger, relation in RELATION_BY_TRIGGER.items():
        yield _tried(samples, f"MDM^{trigger}", RELATION_WORDS[relation], _family(samples, ("MDM",)))
    for does, types in (
        ("results, vital signs, reports in words", RESULT_TYPES), ("orders, drugs ordered, drugs given", ORDER_TYPES),
        ("what coders and billing list", BILLING_TYPES), ("the problem list", PROBLEM_TYPES),
        ("who the staff are, for the documents that follow", STAFF_TYPES),
    ):  # fmt: skip
        family = _family(samples, {name.partition("^")[0] for name in types})
        for name in sorted(types):
            yield _tried(samples, name, does, family)


def fhir_kinds(samples: Samples) -> Iterator[Kind]:
    """Every type of resource that the samples have, with what becomes of them."""
    made: dict[str, set[str]] = {}
    said: dict[str, set[str]] = {}
    for sample in samples:
        if sample.fhir:
            outcome = samples.made_of(sample)
            name = outcome.ended.message_type
            made.setdefault(name, set()).update(fact.kind for fact in outcome.facts)
            if outcome.ended.reason:
                said.setdefault(name, set()).add(outcome.ended.reason)
    for name in sorted(made):
        yield Kind(name, ", ".join(sorted(said.get(name, ()))), _facts(made[name]))


def _family(samples: Samples, names: set[str] | tuple[str, ...]) -> list[Sample]:
    return [sample for sample in samples if not sample.fhir and sample.body.split(b"|")[8].split(b"^")[0].decode() in names]


def _tried(samples: Samples, name: str, does: str, family: list[Sample], earlier: tuple[tuple[str, ...], ...] = _EARLIER[:1]) -> Kind:
    kinds: set[str] = set()
    trigger = name.partition("^")[2].encode()
    for sample in family:
        body = _EVN1.sub(b"\rEVN|" + trigger, _MSH9.sub(rb"\g<1>" + name.encode(), sample.body))
        for after in {sample.after, *earlier}:
            kinds.update(fact.kind for fact in samples.made_of(sample, body, after).facts)
    return Kind(name, does, _facts(kinds))


def _facts(kinds: set[str]) -> tuple[str, ...]:
    return tuple(sorted(kinds - {"problem_noticed"}))
