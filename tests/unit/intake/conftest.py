"""A desk to send messages to: the intake room on memory, with what came out decoded."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opencdi.bus.room import Overlay, Record, Room
from opencdi.bus.stepping import Stepper
from opencdi.events.audiences import MessageEnded
from opencdi.events.entry import Entry, read_entry
from opencdi.events.facts import Fact
from opencdi.events.inbound import Inbound, InboundType
from opencdi.events.pages import FactsPage, TextsPage
from opencdi.intake.room import intake_room
from opencdi.knowledge.site import SiteData, load_site
from opencdi.settings import rules_dir

BEGIN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@dataclass
class Feed:
    """Sends messages a minute apart and keeps what intake said."""

    room: Room
    states: Overlay = field(default_factory=lambda: Overlay({}))
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    ended: list[MessageEnded] = field(default_factory=list)
    dead: list[bytes] = field(default_factory=list)
    sent: int = 0

    def send(
        self, body: str | bytes | dict[str, Any], *, kind: InboundType | None = None, ce_id: str | None = None, part: str | None = None,
        at: datetime | None = None, tenant: str = "t", name: str = "feed", replays: str | None = None, backload: bool = False,
    ) -> MessageEnded | None:  # fmt: skip
        """Send one message; returns how it ended (None: a tick, or a part that waits)."""
        self.sent += 1
        raw = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
        what: InboundType = kind or ("cdi.inbound.fhir" if isinstance(body, dict) else "cdi.inbound.hl7v2")
        when = at or BEGIN + timedelta(days=3, minutes=self.sent)
        inbound = Inbound(ce_id or f"m{self.sent}", what, tenant, name, when, raw, part=part, replays=replays, backload=backload)
        before = len(self.ended)
        for said in Stepper(self.room).step(self.states, Record("cdi.inbound.v1", tenant, raw, inbound.headers())):
            if said.topic.name == "cdi.chart.v1":
                entry = read_entry(said.value)
                self.entries.append(entry)
                if (page := entry.page(FactsPage)) is not None and entry.envelope.encounter_id:
                    self.facts.setdefault(entry.envelope.encounter_id, []).extend(page.facts)
                if (texts := entry.page(TextsPage)) is not None:
                    self.texts.update(texts.texts)
            elif said.topic.name == "cdi.outcomes.v1":
                self.ended.append(MessageEnded.read(said.value))
            else:
                self.dead.append(said.value)
        assert len(self.ended) - before <= 1
        return self.ended[-1] if len(self.ended) > before else None

    @property
    def all(self) -> list[Fact]:
        """Every fact, encounter by encounter."""
        return [fact for facts in self.facts.values() for fact in facts]

    def kinds(self) -> list[str]:
        """The kinds of all facts."""
        return [fact.kind for fact in self.all]

    def of(self, kind: str) -> list[Any]:
        """The facts of one kind."""
        return [fact for fact in self.all if fact.kind == kind]


@pytest.fixture(scope="session")
def site() -> SiteData:
    """The site data as shipped."""
    return load_site(rules_dir() / "sites" / "default.yaml")


@pytest.fixture
def new_feed(site: SiteData) -> Callable[..., Feed]:
    """Makes a feed into an empty room, with these fields of the site data otherwise than shipped."""
    return lambda **told: Feed(intake_room(lambda tenant: tenant.encode() * 16, site.model_copy(update=told)))


@pytest.fixture(scope="session")
def feed_into() -> Callable[[Room], Feed]:
    """Makes a feed into that room, which has nothing in its memory."""
    return Feed


@pytest.fixture
def feed(new_feed: Callable[[], Feed]) -> Feed:
    """A feed into an empty room."""
    return new_feed()


def hl7(kind: str, *segments: str, at: str = "20260504080000-0400", control: str = "", mrn: str = "100", visit: str = "V1",
    account: str = "",
        pv1: str = "I", sender: str = "EHR") -> str:  # fmt: skip
    """A message with MSH, PID and PV1; `visit` "" leaves PV1 out."""
    lines = [
        f"MSH|^~\\&|{sender}|MERCY|CDI|MERCY|{at}||{kind}|{control or at + kind}|P|2.5.1",
        f"EVN||{at}",
        f"PID|1||{mrn}^^^MERCY^MR||DOE^JANE||19500102|F||||||||||{account}",
    ]
    if visit:
        lines.append(f"PV1|1|{pv1}|5E^501^A||||77^Lindqvist^Sara||||||||||||{visit}^^^MERCY")
    return "\r".join([*lines, *segments]) + "\r"


@pytest.fixture(scope="session")
def message() -> Callable[..., str]:
    """The builder of HL7 messages."""
    return hl7
