"""The queries room on a sick stay of 30 days in intensive care: what an event costs, one that touches nothing, one rule that fails, and memory.

    make bench-queries

One event is one result, alone in its message, stepped by the whole room: decoded, filed, all rules looked at, passed on.
"""

import gc
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from statistics import quantiles

from intensive_care import SICK_LABS, SICK_VITALS, WELL, IntensiveCare
from opencdi.events.facts import Fact
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.memory import AtHand
from opencdi.queries.room import queries_room, rules_path
from opencdi.queries.rule import Quantity, Rule, load_rules

LOOKED_AT = (1, 10, 30)
UNREAD = ("hematocrit", 30.0, "%")  # read by no rule
EVENTS = 8  # of each analyte


def cost(ward: IntensiveCare, fact: Callable[[str, int], Fact], analytes: tuple[str, ...]) -> list[float]:
    """Milliseconds of each event."""
    spent = []
    for nth in range(EVENTS):
        for analyte in analytes:
            facts = (fact(analyte, nth),)
            started = time.thread_time()
            ward.tell(facts, ward.chart.now)
            spent.append(1e3 * (time.thread_time() - started))
    return spent


def notes(ward: IntensiveCare, number: int) -> list[float]:
    """Milliseconds of each of some notes."""
    spent = []
    for nth in range(20):
        started = time.thread_time()
        ward.note(number, f"23:5{nth % 10}")
        spent.append(1e3 * (time.thread_time() - started))
    return spent


def line(name: str, spent: list[float]) -> str:
    """p50, p95 and p99."""
    of = quantiles(spent, n=100, method="inclusive")
    return f"{name:<44} p50 {of[49]:7.3f}   p95 {of[94]:7.3f}   p99 {of[98]:7.3f} ms   n {len(spent)}"


def stay(title: str, rules: tuple[Rule, ...], days: int = 30) -> IntensiveCare:
    """Lives through the stay and prints what events cost on the days that are looked at."""
    print(title)
    ward = IntensiveCare(queries_room(SiteData(), rules))
    gc.disable()
    for number in range(1, days + 1):
        started = time.thread_time()
        ward.day(number)
        spent_s = time.thread_time() - started
        if number not in LOOKED_AT:
            continue
        at = DAY_1 + timedelta(days=number) - timedelta(minutes=19)

        def sick(analyte: str, nth: int, at=at) -> Fact:
            return ward.value(analyte, at + timedelta(minutes=nth))

        def well(analyte: str, nth: int, at=at) -> Fact:
            return ward.exactly(analyte, WELL[analyte], SICK_VITALS[analyte][2], at + timedelta(minutes=nth))

        def unread(_: str, nth: int, at=at) -> Fact:
            return ward.exactly(*UNREAD, at + timedelta(minutes=nth))

        print(line(f"day {number:2}: one result of a sick patient", cost(ward, sick, tuple(SICK_VITALS | SICK_LABS))))
        print(line(f"day {number:2}: a vital sign within its limits", cost(ward, well, tuple(WELL))))
        print(line(f"day {number:2}: a note", notes(ward, number)))
        print(line(f"day {number:2}: a result that no rule reads", cost(ward, unread, ("",) * 25)))
        print(f"day {number:2}: the whole day {spent_s:.2f} s, {ward.told} results so far")
        gc.collect()
    gc.enable()
    return ward


def memory(ward: IntensiveCare) -> None:
    """What is stored of the stay by kind of record, and what stands in memory of it while it is at hand."""
    stored: Counter[str] = Counter()
    for key, state in ward.chart.states.items():
        stored[key.partition("/")[0]] += len(ward.room.codec.encode(key, state))
    print(f"stored: {sum(stored.values()) / 1e3:.0f} kB in {len(ward.chart.states)} records:", dict(stored.most_common(6)))
    tracemalloc.start()
    ward.chart.states = {key: ward.room.codec.decode(key, ward.room.codec.encode(key, one)) for key, one in ward.chart.states.items()}
    decoded = tracemalloc.get_traced_memory()[0]
    ward.room.step.__self__.found = AtHand()
    facts = tuple(ward.value(analyte, ward.chart.now) for analyte in SICK_VITALS | SICK_LABS)
    started = time.thread_time()
    ward.tell(facts, ward.chart.now)
    spent_ms = 1e3 * (time.thread_time() - started)
    found = tracemalloc.get_traced_memory()[0] - decoded
    tracemalloc.stop()
    print(
        f"in memory: {decoded / 1e3:.0f} kB of records, {found / 1e3:.0f} kB of what was found in them; found anew in {spent_ms:.0f} ms (traced)"
    )


def ward_stay(rules: tuple[Rule, ...]) -> None:
    """A stay as most are: five days, vital signs each six hours, laboratory in the morning, six notes."""
    ward = IntensiveCare(queries_room(SiteData(), rules))
    for hour in range(0, 5 * 24, 6):
        at = DAY_1 + timedelta(hours=hour)
        facts = [ward.exactly(analyte, value, SICK_VITALS[analyte][2], at) for analyte, value in WELL.items()]
        ward.tell((*facts, *(ward.value(analyte, at) for analyte in SICK_LABS if hour % 24 == 6)), at)
        if hour % 24 == 12:
            ward.note(1 + hour // 24, "12:30")
    print(f"a stay of five days on a ward, {ward.told} results, {ward.notes} notes")
    memory(ward)


def raising(rule: Rule) -> Rule:
    """Raises as soon as it looks at a value."""
    return rule.model_copy(update={"thresholds": {}})


def laborious(rule: Rule) -> Rule:
    """Looks at each creatinine ten thousand times."""
    limits = {f"limit{nth}": Quantity(value=50 + nth / 10_000, unit="mg/dL") for nth in range(10_000)}
    measurements = [{"kind": "measurement", "analyte": "creatinine", "above": name} for name in limits]
    told = {**rule.model_dump(), "thresholds": {**rule.thresholds, **limits}, "when": {"kind": "any-of", "of": measurements}}
    return Rule.model_validate(told)


def main() -> None:
    """Prints the figures."""
    rules = load_rules(rules_path())
    memory(stay(f"{len(rules)} rules, one sick stay", rules))
    ward_stay(rules)
    for title, change in (("the same, D-11 raises at each event", raising), ("the same, D-11 looks at too much", laborious)):
        stay(title, tuple(change(rule) if rule.id == "D-11" else rule for rule in rules), days=10)


if __name__ == "__main__":
    main()
