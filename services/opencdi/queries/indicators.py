"""Indicators only: which rules' indicators a recording shows and when, without gap, class, suppression or question (DOMAIN F.19).

Recordings without notes cannot say what was documented, so conditions on what notes state are left out; what is left of a rule is
measured, given or ordered.  The room's own records and conditions do the work.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from opencdi.bus.room import States
from opencdi.bus.site import remember_site, site_of
from opencdi.events.audiences import Indicator
from opencdi.events.entry import Entry
from opencdi.events.pages import FactsPage, FindingsPage
from opencdi.knowledge.site import SiteData
from opencdi.queries.condition import AllOf, AnyOf, Condition, CountOf, Listed, Stated, Treatment, Without
from opencdi.queries.condition_at_discharge import AnsweredNotCharted, Dropped, LeftUncertain
from opencdi.queries.condition_parts import with_inner
from opencdi.queries.conditions import signs
from opencdi.queries.feed_conditions import Coded, Conflicting, Discharged, NamedDifferently, OnDevice, ProcedureLeftOpen
from opencdi.queries.inputs import index
from opencdi.queries.question import Question
from opencdi.queries.record import Records
from opencdi.queries.rule import Rule
from opencdi.queries.treatments import OPERATION, Treatments

WHEN = "when"


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule's indicators are met for the first time in a stay.  `part`: "when", or the name of one of the rule's definitions."""

    encounter_id: str
    rule_id: str
    part: str
    at: datetime
    indicators: tuple[Indicator, ...]


def measured_part(condition: Condition) -> Condition | None:
    """The condition less what only notes and their codes can state, and that the patient left; None where nothing is left of it."""
    match condition:
        case Stated() | Conflicting() | NamedDifferently() | OnDevice() | Dropped() | AnsweredNotCharted() | LeftUncertain() | Discharged():
            return None
        case Coded() | ProcedureLeftOpen():
            return None
        case Treatment():  # that there was an operation is told by its note alone
            kept_names = tuple(name for name in condition.any_of if name != OPERATION)
            return condition.model_copy(update={"any_of": kept_names}) if kept_names else None
        case AllOf() | AnyOf():
            kept = tuple(part for part in map(measured_part, condition.of) if part is not None)
            return condition.model_copy(update={"of": kept}) if kept else None
        case CountOf():
            kept = tuple(part for part in map(measured_part, condition.of) if part is not None)
            including = measured_part(condition.including) if condition.including else None
            return condition.model_copy(update={"of": kept, "including": including}) if len(kept) >= condition.at_least else None
        case Without():
            of, sign = measured_part(condition.of), measured_part(condition.sign)
            return of if of is None or sign is None else condition.model_copy(update={"of": of, "sign": sign})
        case _:
            return condition


class IndicatorDesk:
    """Reads the entries of the `coding` topic in their order and says what they show, each part of a rule once in a stay."""

    def __init__(self, site: SiteData, rules: tuple[Rule, ...], treatments: Treatments) -> None:
        """`site` holds until site data comes down the line."""
        self.site, self.treatments, self.inputs = site, treatments, index(rules)
        self.parts = {rule.id: _parts(rule) for rule in rules}

    def step(self, states: States, shown: set[tuple[str, str, str]], entry: Entry) -> Iterator[Shown]:
        """What this entry shows for the first time; `states` and `shown` remember the stays."""
        envelope = entry.envelope
        if envelope.kind == "site-data":
            remember_site(states, entry, self.site)
        if envelope.kind != "entry" or not envelope.encounter_id:
            return
        records = Records(states, envelope, self.inputs, self.treatments)
        if (facts := entry.page(FactsPage)) is not None:
            for fact in facts.facts:
                records.take_in(fact)
        if (findings := entry.page(FindingsPage)) is not None:
            for note in findings.notes:
                records.read_note(note)
        site, chart = site_of(states, envelope.tenant, self.site), records.chart()
        for rule in self.inputs.rules_for(records.changed):
            chart.found.turn()
            for part, condition in self.parts[rule.id].items():
                place = (records.encounter_id, rule.id, part)
                if place not in shown and (found := signs(condition, Question(rule, site, chart))):
                    shown.add(place)
                    told = sorted(found[0].cited, key=lambda cited: cited.told.at.at)
                    yield Shown(*place, found[0].at, tuple(cited.indicator for cited in told))


def _parts(rule: Rule) -> Mapping[str, Condition]:
    told = {WHEN: measured_part(rule.when)} | {name: measured_part(condition) for name, condition in rule.definitions.items()}
    return {part: condition for part, condition in told.items() if condition is not None and _measures(condition)}


def _measures(condition: Condition) -> bool:
    """Whether a value is in it: what was given for a diagnosis that only notes name shows nothing by itself."""
    return any(not isinstance(one, AllOf | AnyOf | CountOf | Without | Treatment | Listed) for one in with_inner(condition))
