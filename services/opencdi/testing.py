"""For specs and benches: all rooms in one process over one file; messages in, what the audiences read out."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TypeVar

from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.room import Outgoing, Record
from opencdi.cli.line import line_of
from opencdi.cli.playing import line_on, play, stored, tick
from opencdi.events.audiences import DrgChanged, FinalCodeSet, MessageEnded, ProviderQuery, QueryAlert
from opencdi.events.contract import Contract
from opencdi.events.entry import read_entry
from opencdi.events.facts import Decision
from opencdi.events.ids import content_hash, derived_id
from opencdi.events.inbound import Inbound
from opencdi.events.pages import QueriesPage
from opencdi.events.topics import DRG_CHANGES, FINAL, OUTCOMES, PROVIDER_QUERIES, QUERIES, QUERY_ALERTS, Topic
from opencdi.gateway.fhir import cut
from opencdi.hospital.message import Message
from opencdi.hospital.message import play as messages_of
from opencdi.hospital.story import Story, load_stories, taken_at
from opencdi.knowledge.site import SiteData, load_site
from opencdi.settings import rules_dir

DAY_ZERO = datetime(2026, 5, 4, tzinfo=timezone(timedelta(hours=-4)))
"""The demo's first day: a Monday in FY2026, for which weights exist."""
TENANT = "demo"
C = TypeVar("C", bound=Contract)


def story(name: str) -> Story:
    """The shipped story of that name."""
    return next(told for told in load_stories() if told.story == name)


def default_site() -> SiteData:
    """The site data as shipped."""
    return load_site(rules_dir() / "sites" / "default.yaml")


def inbound_records(message: Message, tenant: str = TENANT) -> Iterator[Inbound]:
    """The records that the gate makes of a hospital's message: one, or k of a FHIR transaction."""
    ce_id = derived_id(message.feed, message.at.isoformat(), content_hash(message.body))
    if message.feed != "fhir":
        yield Inbound(ce_id, "cdi.inbound.hl7v2", tenant, message.feed, message.at, message.body)
        return
    parts = cut(message.body).parts
    for nth, part in enumerate(parts, 1):
        told = f"{nth}/{len(parts)}"
        yield Inbound(f"{ce_id}.{nth}", "cdi.inbound.fhir", tenant, "fhir", message.at, part, "application/fhir+json", part=told)


class Ward:
    """A whole hospital line in this process."""

    def __init__(self, folder: Path, site: SiteData | None = None, key: bytes = b"a key of the specs") -> None:
        """Open an empty line in that folder."""
        self.bus = EmbeddedBus(str(folder / "bus.db"), partitions=2)
        self.line = line_on(self.bus, [make() for make in line_of(site or default_site(), lambda tenant: key).values()])
        self.now = DAY_ZERO

    def hear(self, messages: Iterable[Inbound]) -> None:
        """Take these messages in and step every room until nothing moves."""
        told: list[Outgoing] = []
        for message in messages:
            self.now = max(self.now, message.received_at)
            told.append(stored(message))
        play(self.bus, self.line, told)

    def live(self, stories: Iterable[Story], until: str | None = None) -> "Ward":
        """Live through these admissions with an hourly tick, up to "day hh:mm" if given."""
        end = _instant(until) if until else None
        for message in messages_of(stories, DAY_ZERO):
            if message.at <= self.now and message.at != DAY_ZERO:
                continue
            if end and message.at > end:
                break
            self._ticks(message.at)
            self.hear(inbound_records(message))
        if end:
            self._ticks(end)
            self.hear([tick(TENANT, end)])
        return self

    def _ticks(self, until: datetime) -> None:
        while self.now + timedelta(hours=1) < until:
            self.hear([tick(TENANT, self.now + timedelta(hours=1))])

    def decide(self, decision: Decision) -> None:
        """A person's decision, as the gate stores it."""
        body = decision.model_dump_json(exclude={"decision_id", "decided_at"}).encode()
        self.hear([Inbound(decision.decision_id, "cdi.inbound.decision", TENANT, "workbench", self.now, body, "application/json")])

    def told(self, topic: Topic, model: type[C]) -> list[C]:
        """What was said on a topic, in the order of the causing time."""
        reader, found = self.bus.reader([topic], {}), []
        while batch := reader.poll(limit=100_000, timeout_s=0):
            found += [delivered.record for delivered in batch]
        reader.close()
        return [model.read(record.value) for record in sorted(found, key=_when)]

    def alerts(self) -> list[QueryAlert]:
        """For CDI specialists."""
        return self.told(QUERY_ALERTS, QueryAlert)

    def asked(self) -> list[ProviderQuery]:
        """For physicians."""
        return self.told(PROVIDER_QUERIES, ProviderQuery)

    def drgs(self) -> list[DrgChanged]:
        """For dashboards."""
        return self.told(DRG_CHANGES, DrgChanged)

    def finals(self) -> list[FinalCodeSet]:
        """For coders."""
        return self.told(FINAL, FinalCodeSet)

    def outcomes(self) -> list[MessageEnded]:
        """What became of each message."""
        return self.told(OUTCOMES, MessageEnded)

    def moves(self) -> list[QueriesPage]:
        """Each entry's moves of questions."""
        reader, found = self.bus.reader([QUERIES], {}), []
        while batch := reader.poll(limit=100_000, timeout_s=0):
            found += [delivered.record for delivered in batch]
        reader.close()
        pages = (read_entry(record.value).page(QueriesPage) for record in sorted(found, key=_when))
        return [page for page in pages if page is not None]

    def states(self) -> dict[str, str]:
        """condition -> the latest state of its question."""
        return {alert.condition: alert.state for alert in self.alerts()}


def _instant(text: str) -> datetime:
    return taken_at(text, DAY_ZERO).astimezone(UTC)


def _when(record: Record) -> datetime:
    return datetime.fromisoformat(record.header("ce_time") or "")
