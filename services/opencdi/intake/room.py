"""The intake room: one inbound message becomes facts about encounters, and ends in exactly one of five ways (DESIGN §1, §4)."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from pydantic import ValidationError

from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.bus.room import EveryPartition, Outgoing, Record, Room, States
from opencdi.bus.stepping import POISONED, dead_letter
from opencdi.events.contract import field_at_fault
from opencdi.events.entry import Envelope, entry_of, headers_of
from opencdi.events.hl7_structure import header_of
from opencdi.events.ids import content_hash
from opencdi.events.inbound import Inbound, SiteMapping, Tick, read_inbound
from opencdi.events.pages import SitePage, TickPage
from opencdi.events.problems import Unusable
from opencdi.events.topics import CHART, INBOUND, OUTCOMES
from opencdi.intake import duplicates
from opencdi.intake.baselines import carry
from opencdi.intake.decisions import decide
from opencdi.intake.desk import Desk
from opencdi.intake.fhir.mapping import resources_in, told_by_fhir, versioned
from opencdi.intake.filing import file
from opencdi.intake.hl7v2.mapping import told_by_hl7
from opencdi.intake.hl7v2.message import read_message
from opencdi.intake.memory import CODEC, Feeds, Site
from opencdi.intake.outcome import ended
from opencdi.intake.parts import PART_MISNUMBERED, PARTS_MISSING, given_up, joined_parts
from opencdi.intake.receipts import receive
from opencdi.intake.remapping import tell_anew
from opencdi.intake.retention import forget
from opencdi.intake.staff import StaffBook
from opencdi.intake.telling import entries_of
from opencdi.intake.told import Context, Told
from opencdi.intake.unmapped import unmapped_in
from opencdi.knowledge.site import SiteData, mapped

_HEAD_BYTES = 4096
_NOTES = frozenset({"note_filed", "note_status_changed", "note_retracted"})


def intake_room(keys: Callable[[str], bytes], site: SiteData) -> Room:
    """The room.  `keys` gives a tenant's key for ids; `site` holds until site data arrive on `inbound`."""
    step = _Intake(keys, site)
    return Room("intake", INBOUND, (CHART, OUTCOMES), step, CODEC, on_unusable=_unusable, reads_senders=True)


def _unusable(room: Room, states: States, record: Record, reason: str, where: str) -> Iterable[Outgoing]:
    """Kept as a dead letter, whole, and said so; at a poisoned message nothing is tried again, its bytes are kept."""
    try:
        inbound = read_inbound(record.value, record.headers)
    except (KeyError, ValueError):
        yield dead_letter(room.name, record, reason, where)
        return  # not even the gate's headers: there is no message to speak of
    kind, entry_id = inbound.type.rpartition(".")[2], inbound.ce_id
    if reason != POISONED:
        if inbound.part is not None and reason != PART_MISNUMBERED and (whole := joined_parts(states, inbound)) is not None:
            entry_id, record = whole.ce_id, Record(record.topic, record.key, whole.body, whole.headers())
        if inbound.type == "cdi.inbound.hl7v2" and (header := header_of(inbound.body)) is not None:
            kind = header.message_type
    yield _letter(record, reason, where)
    yield ended(inbound, "dead_letter", message_type=kind, reason=reason, problems=[(reason, where)], entry_id=entry_id)


class _Intake:
    """The step, with what never changes between messages."""

    def __init__(self, keys: Callable[[str], bytes], site: SiteData) -> None:
        self.keys = keys
        self.site = site
        self.key_by_tenant: dict[str, bytes] = {}
        self.site_as_read: dict[str, tuple[Site, SiteData]] = {}

    def __call__(self, states: States, record: Record) -> Iterator[Outgoing]:
        """One message."""
        try:
            inbound = read_inbound(record.value, record.headers)
        except (KeyError, ValueError):
            raise Unusable("NOT_A_MESSAGE", "headers") from None
        match inbound.type:
            case "cdi.inbound.tick":
                yield from self._tick(states, inbound)
            case "cdi.inbound.hl7v2" | "cdi.inbound.fhir" | "cdi.inbound.decision" | "cdi.inbound.receipt":
                yield from self._message(states, inbound)
            case "cdi.inbound.site-data":
                yield from self._site_data(states, inbound)
            case "cdi.inbound.site-mapping":
                yield from self._site_mapping(states, inbound)
            case "cdi.inbound.poisoned":
                yield ended(inbound, "no_effect", message_type=inbound.type, reason="NOT_ABOUT_THE_CHART")

    def _context(self, states: States, inbound: Inbound) -> Context:
        key = self.key_by_tenant.get(inbound.tenant)
        if key is None:
            key = self.key_by_tenant[inbound.tenant] = self.keys(inbound.tenant)
        told = states.get(f"site/{inbound.tenant}")
        site = self.site
        if isinstance(told, Site):
            as_read = self.site_as_read.get(inbound.tenant)
            if as_read is None or as_read[0] is not told:
                as_read = self.site_as_read[inbound.tenant] = (told, SiteData.model_validate(told.site))
            site = as_read[1]
        backload = inbound.backload or (site.golive_at is not None and inbound.received_at < site.golive_at)
        book = StaffBook(states, key, inbound.feed)
        return Context(key, site, inbound.received_at, inbound.feed, inbound.tenant, backload, known_staff=book)

    def _message(self, states: States, inbound: Inbound) -> Iterator[Outgoing]:
        desk = Desk(states, self._context(states, inbound))
        if inbound.type == "cdi.inbound.decision":
            kind = decide(desk, inbound)
            yield from self._told(desk, inbound, kind)
            return
        if inbound.type == "cdi.inbound.receipt":
            yield from self._receipt(desk, inbound)
            return
        if inbound.part is not None:
            whole = joined_parts(states, inbound)
            if whole is None:
                return  # the message ends when its last part is here
            inbound = whole
        content = duplicates.short(content_hash(inbound.body))
        message, desk.sender, kind, tells = _what(inbound, desk)
        name = duplicates.known_as(message) if message else ""
        earlier = duplicates.contents_seen(states, inbound.tenant, name, inbound.received_at) if name else ()
        self._heard(states, inbound, tells)
        desk.again = inbound.replays is not None
        if content in earlier and not desk.again:
            yield ended(inbound, "no_effect", message_type=kind, reason="DUPLICATE")
            return
        if earlier and not desk.again:
            desk.problems.append(("CONTROL_ID_REUSED", "MSH-10"))
        desk.unmapped = unmapped_in(tells, desk.context.site)
        for told in tells:
            file(desk, told)
        if name and content not in earlier:
            duplicates.remember(states, inbound.tenant, name, content, inbound.received_at)
        yield from self._told(desk, inbound, kind)

    def _receipt(self, desk: Desk, inbound: Inbound) -> Iterator[Outgoing]:
        name, content = duplicates.known_as(f"receipt {inbound.ce_id}"), duplicates.short(content_hash(inbound.body))
        if duplicates.contents_seen(desk.states, inbound.tenant, name, inbound.received_at):
            yield ended(inbound, "no_effect", message_type=inbound.type, reason="DUPLICATE")
            return
        receive(desk, inbound)
        duplicates.remember(desk.states, inbound.tenant, name, content, inbound.received_at)
        yield from self._told(desk, inbound, inbound.type)

    def _heard(self, states: States, inbound: Inbound, tells: list[Told]) -> None:
        """When each feed was last heard; a feed's documents by themselves, since their silence is what matters (DOMAIN F.7).

        What is sent afterwards, or a second time, says nothing about the feed.
        """
        if inbound.backload or inbound.replays is not None:
            return
        feeds = states.get(f"feeds/{inbound.tenant}")
        before = feeds if isinstance(feeds, Feeds) else Feeds()
        documents = any(item.fact.kind in _NOTES for told in tells for item in told.items)
        name = f"{inbound.feed}/documents" if documents else inbound.feed
        states[f"feeds/{inbound.tenant}"] = before.hears(name, inbound.received_at, documents=documents)

    def _told(self, desk: Desk, inbound: Inbound, kind: str) -> Iterator[Outgoing]:
        if inbound.mends is not None:
            desk.hear_again(inbound.mends)
        spoke = bool(desk.said)
        carry(desk)
        entries = tuple(entries_of(desk, inbound))
        yield from entries
        problems = list(desk.problems)
        for said in desk.said.values():
            problems += [(fact.problem, "OBX") for fact in said.facts if fact.kind == "measurement_resulted" and fact.problem]
        end = partial(ended, inbound, message_type=kind, problems=problems, unmapped=desk.unmapped)
        if desk.said and (spoke or not desk.kept):
            yield end("entries", entries=len(entries))
        elif desk.kept:  # though it may be a later stay's baseline, which that is told
            yield end("kept_with_patient", entries=len(entries), reason="WAITS")
        else:
            yield end("no_effect", reason=desk.ignored[0] if desk.ignored else "NOTHING_NEW")

    def _tick(self, states: States, inbound: Inbound) -> Iterator[Outgoing]:
        try:
            at = Tick.read(inbound.body).at
        except ValidationError:
            raise Unusable("NOT_A_TICK", "at") from None
        feeds = states.get(f"feeds/{inbound.tenant}")
        heard, documents = (feeds.heard, feeds.documents) if isinstance(feeds, Feeds) else ({}, {})
        forget(states, inbound.tenant, at, self._context(states, inbound).site.bill_hold_days)
        states[f"feeds/{inbound.tenant}"] = Feeds(heard=heard, ticked_at=at)
        for rest in given_up(states, inbound.tenant, at):
            yield _letter(Record(INBOUND.name, rest.tenant, rest.body, rest.headers()), PARTS_MISSING, "part")
            yield ended(rest, "dead_letter", message_type="Bundle", reason=PARTS_MISSING, problems=[(PARTS_MISSING, "part")])
        yield from _to_all(inbound, "tick", TickPage(at=at, feeds=heard, documents=documents))

    def _site_data(self, states: States, inbound: Inbound) -> Iterator[Outgoing]:
        try:
            site = SiteData.model_validate_json(inbound.body)
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
            raise Unusable("UNREADABLE_SITE_DATA", where) from None
        yield from self._changed(states, inbound, site)

    def _site_mapping(self, states: States, inbound: Inbound) -> Iterator[Outgoing]:
        name, content = duplicates.known_as(f"mapping {inbound.ce_id}"), duplicates.short(content_hash(inbound.body))
        if duplicates.contents_seen(states, inbound.tenant, name, inbound.received_at):
            yield ended(inbound, "no_effect", message_type=inbound.type, reason="DUPLICATE")
            return
        try:
            told = SiteMapping.read(inbound.body)
        except ValidationError as error:
            raise Unusable("UNREADABLE_SITE_MAPPING", field_at_fault(error)[0]) from None
        before = self._context(states, inbound).site
        site = mapped(before, told.table, told.code, told.to)
        duplicates.remember(states, inbound.tenant, name, content, inbound.received_at)
        if site is before:
            yield ended(inbound, "no_effect", message_type=inbound.type, reason="UNCHANGED")
            return
        yield from self._changed(states, inbound, site)

    def _changed(self, states: States, inbound: Inbound, site: SiteData) -> Iterator[Outgoing]:
        """The tenant's site data from now on, told to the whole line; then what they make of what was filed under others."""
        before = self._context(states, inbound).site
        told = site.model_dump(mode="json")
        states[f"site/{inbound.tenant}"] = Site(site=told)
        yield from _to_all(inbound, "site-data", SitePage(site=told))
        desk = Desk(states, self._context(states, inbound))
        tell_anew(desk, before)
        entries = tuple(entries_of(desk, inbound))
        yield from entries
        yield ended(inbound, "entries", message_type=inbound.type, entries=1 + len(entries))


def _letter(record: Record, reason: str, where: str) -> Outgoing:
    """The dead letter; of a transaction that is too large as one record only its head, since `inbound` has all its parts."""
    if (size := len(record.value)) > MAX_RECORD_BYTES:
        record = Record(record.topic, record.key, record.value[:_HEAD_BYTES], (*record.headers, ("size", str(size).encode())))
    return dead_letter("intake", record, reason, where)


def _what(inbound: Inbound, desk: Desk) -> tuple[str, str, str, list[Told]]:
    """The id under which a duplicate would be known ("": it cannot be), who sent it, of which type it is, and what it tells."""
    if inbound.type == "cdi.inbound.fhir":
        resources = resources_in(inbound.body)
        name, kind = f"fhir {inbound.feed}", resources[0].resource["resourceType"] if len(resources) == 1 else "Bundle"
        return (f"{name} {content_hash(inbound.body)}" if versioned(resources) else "", name, kind, told_by_fhir(resources, desk.context))
    split = read_message(inbound.body)
    if not split.header.first(12):
        desk.problems.append(("VERSION_ASSUMED", "MSH-12"))  # it is read as all versions are: each says more than the one before
    control_id = split.header.control_id or content_hash(inbound.body)
    name = f"hl7 {split.header.get(3)} {split.header.get(4)}"
    tells = told_by_hl7(split, desk.context)
    return f"{name} {control_id}", name, tells[0].message_type, tells


def _to_all(inbound: Inbound, kind: str, page: TickPage | SitePage) -> Iterator[Outgoing]:
    """A copy to every partition of the chart: the whole line is told."""
    envelope = Envelope(entry_id=inbound.ce_id, kind=kind, tenant=inbound.tenant, received_at=inbound.received_at, source=inbound.feed)
    entry = entry_of(envelope, (page,))
    yield Outgoing(CHART, EveryPartition(), entry.encode(), headers_of(entry, event_type=f"cdi.chart.{kind}", source="intake"))
