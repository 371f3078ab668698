"""The queries room: what the record leaves open, asked once, with the evidence, through the compliance gate.

Records per stay, small and several: `stay`, `series/<analyte>`, `day/<analyte>/<day>`, `concept/<concept>`, `written/<analyte>`,
`acts/<treatment>`, `note/<note>`, `coded`, `germs`, `lines`, `query/<query>`, `claim`, `decided`, `noticed`;
per tenant `clock`, `rhythm`, `site` and `due/<day>`.  An entry that touches no rule's input is passed on as the bytes it came in.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from opencdi.bus.room import Key, Outgoing, Record, RecordCodec, Room, SamePartition, State, States, under
from opencdi.bus.site import SiteKnown, remember_site, site_of
from opencdi.bus.stepping import pass_on_failed
from opencdi.clinical.vocabulary import OVER
from opencdi.events.contract import MadeBy
from opencdi.events.entry import Entry, Envelope, Page, headers_of, read_entry
from opencdi.events.facts import DeliveryReceipted, EncounterDischarged
from opencdi.events.ids import message_of
from opencdi.events.pages import CodingPage, FactsPage, FindingsPage, QueriesPage, TickPage
from opencdi.events.people import Decision
from opencdi.events.problems import Unusable
from opencdi.events.topics import ALARMS, CODING, PROVIDER_QUERIES, QUERIES, QUERY_ALERTS
from opencdi.knowledge.site import SiteData
from opencdi.queries import closing
from opencdi.queries.adoptions import wrong_adoptions
from opencdi.queries.at_discharge import Lines
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Stay
from opencdi.queries.clock import Clock, Dues, clock_of
from opencdi.queries.courses import Acts
from opencdi.queries.cultures import Cultures
from opencdi.queries.decisions import Decided, carry_over, decide
from opencdi.queries.delivery import receipted, without_ledger
from opencdi.queries.inputs import Inputs, index
from opencdi.queries.memory import AtHand
from opencdi.queries.noted import Note, Numbers, Statements
from opencdi.queries.noticing import Noticed
from opencdi.queries.query import Query
from opencdi.queries.record import Records
from opencdi.queries.review import review
from opencdi.queries.rhythm import Rhythms
from opencdi.queries.rule import Rule, edition
from opencdi.queries.series import Day, Series
from opencdi.queries.timers import fire
from opencdi.queries.told import CodeSet
from opencdi.queries.treatments import Treatments, load_treatments
from opencdi.queries.weighing import LastClaim, weigh_together
from opencdi.queries.written import cites
from opencdi.settings import SOFTWARE, rules_dir

P = TypeVar("P", bound=Page)
MODELS: dict[str, type[State]] = {
    "stay": Stay, "series": Series, "day": Day, "concept": Statements, "written": Numbers, "acts": Acts, "note": Note, "coded": CodeSet,
    "germs": Cultures, "lines": Lines, "query": Query, "claim": LastClaim, "clock": Clock, "rhythm": Rhythms, "site": SiteKnown,
    "due": Dues, "decided": Decided, "noticed": Noticed,
}  # fmt: skip


def queries_room(site: SiteData, rules: tuple[Rule, ...], treatments: Treatments | None = None) -> Room:
    """The room under these rules.  `site` holds until site data comes down the line."""
    return room_at(Desk(site, rules, treatments or load_treatments(rules_dir() / "queries" / "treatments.yaml")))


def room_at(desk: "Desk") -> Room:
    """The room whose desk this is."""
    topics = (QUERIES, QUERY_ALERTS, PROVIDER_QUERIES, ALARMS)
    return Room("queries", CODING, topics, desk.step, RecordCodec(MODELS), on_unusable=desk.unusable)


def rules_path() -> Path:
    """Where the rules lie."""
    return rules_dir() / "queries"


class Desk:
    """The step of the room: all that is remembered is in the states, and `found` only spares deriving it from them again."""

    def __init__(self, site: SiteData, rules: tuple[Rule, ...], treatments: Treatments) -> None:
        """Index the rules once."""
        self.site, self.treatments = site, treatments
        self.inputs: Inputs = index(rules)
        self.rules = {rule.id: rule for rule in rules}
        self.made_by = MadeBy(room="queries", software=SOFTWARE, rules=edition(rules))
        self.found = AtHand()

    def step(self, states: States, record: Record) -> Iterator[Outgoing]:
        """One record of the line."""
        entry = read_entry(record.value)
        match entry.envelope.kind:
            case "tick":
                yield from self._tick(states, entry)
            case "site-data":
                yield from self._site_data(states, entry)
            case "entry" if entry.envelope.encounter_id and (self._concerns(entry) or cites(states, entry)):
                yield from self._entry(states, entry, record)
                return
            case _:
                pass
        yield self._on(entry, record)

    def look(self, states: States, envelope: Envelope) -> Casework:
        """The stay as it stands in these states, for who only looks."""
        return self._begin(states, Entry(envelope))

    def unusable(self, room: Room, states: States, record: Record, reason: str, where: str) -> Iterator[Outgoing]:
        """An entry at which we failed ourselves is passed on, and holds questions as one at which a room upstream failed."""
        for message in pass_on_failed(room, states, record, reason, where):
            if message.topic is QUERIES and (failed := read_entry(message.value)).envelope.encounter_id:
                _noted_failures(self._begin(states, failed))
            yield message

    def _on(self, entry: Entry, record: Record) -> Outgoing:
        to = SamePartition() if record.key is None else Key(record.key)
        return Outgoing(QUERIES, to, record.value, headers_of(entry, event_type="cdi.queries.entry", source="queries"))

    def _concerns(self, entry: Entry) -> bool:
        """Tried on the bytes: most results are read by no rule, and are passed on undecoded."""
        pages = entry.envelope.pages
        if "findings" in pages or "coding" in pages or "failed" in pages or entry.envelope.replays:
            return True
        return "facts" in pages and bool(self.inputs.touched.search(entry.pages[pages.index("facts")]))

    def _begin(self, states: States, entry: Entry) -> Casework:
        site = site_of(states, entry.envelope.tenant, self.site)
        envelope = entry.envelope
        records = Records(states, envelope, self.inputs, self.treatments, self.found.of(envelope.tenant, envelope.encounter_id or ""))
        return Casework(states, records, entry, site, self.made_by, self.rules)

    def _entry(self, states: States, entry: Entry, record: Record) -> Iterator[Outgoing]:
        work = self._begin(states, entry)
        _noted_failures(work)
        left_before = work.records.stay.discharged_at, work.records.stay.ended_at
        facts = _decoded(entry, FactsPage)
        if facts is not None:
            decided = all(isinstance(fact, Decision) for fact in facts.facts)  # which brings no stay back that has been forgotten
            if facts.patient_id and facts.patient_id != work.records.stay.patient_id and not decided:
                work.records.update(patient_id=facts.patient_id)
            if facts.moved_from:
                moved = dict.fromkeys(facts.moved_from, message_of(work.entry_id))
                work.records.update(moved_from={**work.records.stay.moved_from, **moved})
            if bool(facts.more) != work.records.stay.more:
                work.records.update(more=bool(facts.more))
            for fact in facts.facts:
                work.records.take_in(fact)
        if (findings := _decoded(entry, FindingsPage)) is not None:
            for note in findings.notes:
                work.records.read_note(note)
            work.records.read_lines(findings.timeline)
        if (coding := _decoded(entry, CodingPage)) is not None:
            work.records.read_codes(coding)
        work.records.renew()
        rules, again = self.inputs.rules_for(work.records.changed), set(work.records.stay.suspended)
        if coding is not None and _new_claim(work, coding):
            again |= {query.rule_id for query in _open_queries(work)}
        if again:
            again |= {rule.id for rule in rules}
            rules = tuple(rule for rule in self.rules.values() if rule.id in again)
        review(work, rules)
        carry_over(work)
        if facts is not None:
            for fact in facts.facts:
                if isinstance(fact, EncounterDischarged):
                    work.goes_on()
                if isinstance(fact, DeliveryReceipted):
                    receipted(work, fact)
                decide(work, fact, told_again=bool(facts.moved_from))
        weigh_together(work)
        if (work.records.stay.discharged_at, work.records.stay.ended_at) != left_before:
            closing.watch(work)
        if (page := work.page()) is None:
            yield self._on(entry, record)
            yield from work.side_messages()
        else:
            yield from self._told(work, page)

    def _told(self, work: Casework, page: QueriesPage) -> Iterator[Outgoing]:
        entry, to = work.entry.with_page(page), Key(work.records.encounter_id)
        yield Outgoing(QUERIES, to, entry.encode(), headers_of(entry, event_type="cdi.queries.entry", source="queries"))
        yield from work.side_messages()

    def _tick(self, states: States, entry: Entry) -> Iterator[Outgoing]:
        tick, tenant = entry.page(TickPage), entry.envelope.tenant
        if tick is None:
            raise Unusable("NO_TICK", "tick")
        site = site_of(states, tenant, self.site)
        states[f"clock/{tenant}"] = clock_of(states, tenant).model_copy(update={"at": tick.at})
        for work in fire(states, tenant, tick, site, lambda envelope: self._begin(states, Entry(envelope))):
            carry_over(work)
            yield from self._caused(work)

    def _caused(self, work: Casework) -> Iterator[Outgoing]:
        """What a timer or new site data did to one stay: an entry of its own only where a question moved."""
        yield from self._told(work, page) if (page := work.page()) is not None else work.side_messages()

    def _wrong(self, site: SiteData) -> str:
        return next((f"{'.'.join(map(str, place))}: {why}" for place, why in wrong_adoptions(site, self.rules.values())), "")

    def _site_data(self, states: States, entry: Entry) -> Iterator[Outgoing]:
        """Another policy or threshold: every stay of the tenant is looked at again."""
        if not remember_site(states, entry, self.site, self._wrong):
            return
        envelope = entry.envelope
        stays = sorted(
            key.partition("/")[2]
            for key in under(states, "stay/")
            if isinstance(state := states[key], Stay) and state.tenant == envelope.tenant
        )
        for encounter_id in stays:
            work = self._begin(states, Entry(envelope.about(encounter_id, "queries")))
            review(work, tuple(self.rules.values()))
            weigh_together(work)
            without_ledger(work)
            closing.watch(work)  # the bill hold may be another
            yield from self._caused(work)


def _decoded(entry: Entry, model: type[P]) -> P | None:
    try:
        return entry.page(model)
    except ValueError:
        raise Unusable("PAGE_UNREADABLE", str(model.model_fields["kind"].default)) from None


def _noted_failures(work: Casework) -> None:
    """A room could not step an entry: nothing is opened or sent here until it is mended by a second try (DESIGN §1)."""
    entry, failed = work.entry, work.records.stay.failed
    if replays := entry.envelope.replays:
        failed = tuple(entry_id for entry_id in failed if message_of(entry_id) != message_of(replays))
    if entry.has("failed"):
        failed = (*failed, entry.envelope.entry_id)
    if failed != work.records.stay.failed:
        work.records.update(failed=failed)


def _new_claim(work: Casework, coding: CodingPage) -> bool:
    key = f"claim/{work.records.encounter_id}"
    held = work.states.get(key)
    if isinstance(held, LastClaim) and held.claim == coding.claim:
        return False
    work.states[key] = LastClaim(claim=coding.claim)
    return bool(work.records.stay.queries)


def _open_queries(work: Casework) -> Iterator[Query]:
    for condition in work.records.stay.queries:
        query = work.current(condition)
        if query is not None and query.state not in OVER:
            yield query
