"""For tests of edge workers: topics filled by hand, with models of the contracts and no rooms behind them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from opencdi.bus.room import EveryPartition, Key, Outgoing
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import AuthorRole, NoteType, QueryCause, QueryState
from opencdi.events import facts as told
from opencdi.events.audiences import (
    DrgChanged,
    FinalCodeSet,
    Indicator,
    MessageEnded,
    ProviderQuery,
    QueryAlert,
    QueryWording,
)
from opencdi.events.contract import Contract, MadeBy
from opencdi.events.entry import Envelope, Page, entry_of, headers_of
from opencdi.events.ids import content_hash
from opencdi.events.inbound import Inbound
from opencdi.events.pages import FactsPage, QueriesPage, SitePage, TextsPage, TickPage
from opencdi.events.people import Person
from opencdi.events.query_moves import DecisionRefused, QueryMoved
from opencdi.events.reading import Finding, NoteRead
from opencdi.events.topics import CHART, DRG_CHANGES, FINAL, OUTCOMES, PROVIDER_QUERIES, QUERIES, QUERY_ALERTS, Topic, dead_letters
from opencdi.knowledge.site import SiteData

EAST = timezone(timedelta(hours=-4))
MADE_BY = MadeBy(room="hand", software="test")
DAY_0 = datetime(2026, 5, 4, tzinfo=EAST)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of the stay: day 0 is Monday, 4 May 2026."""
    return DAY_0 + timedelta(days=day, hours=hour, minutes=minute)


def seen(day: int, hour: int, minute: int = 0) -> ClinicalTime:
    """The same as a clinical time."""
    return ClinicalTime(at(day, hour, minute), "minute")


@dataclass
class Written:
    """A note as filed, and where its words stand."""

    filed: told.NoteFiled
    text: str

    @property
    def source_id(self) -> str:
        """As an indicator names it."""
        return f"{self.filed.note_id}@{self.filed.revision}"

    def place(self, quote: str) -> tuple[int, int]:
        """Where these words stand."""
        start = self.text.index(quote)
        return start, start + len(quote)

    def finding(self, quote: str, concept: str, **context: Any) -> Finding:
        """A finding on these words; present, current, active and certain unless told otherwise."""
        start, end = self.place(quote)
        usual: dict[str, Any] = {
            "kind": "diagnosis", "assertion": "present", "temporality": "current", "active": "yes", "certainty": "certain",
            "experiencer": "patient", "section": "assessment-and-plan",
        }  # fmt: skip
        return Finding(start=start, end=end, text=quote, concept=concept, **(usual | context))

    def read(self, *findings: Finding, **more: Any) -> NoteRead:
        """What nlp makes of it."""
        note = self.filed
        role = note.author.role if note.author else "unknown"
        counts = role == "provider" and note.authentication == "authenticated"
        return NoteRead(
            note_id=note.note_id, revision=note.revision, note_type=note.note_type, author=note.author, author_role=role,
            written_at=note.written_at, authentication=note.authentication, counts=counts, confidentiality=note.confidentiality,
            findings=findings, **more,
        )  # fmt: skip

    def indicator(self, quote: str, text: str, source: str, **more: Any) -> Indicator:
        """An indicator that quotes it."""
        start, end = self.place(quote)
        author = self.filed.author.name if self.filed.author else ""
        return Indicator(
            text=text, source=source, source_id=self.source_id, at=self.filed.written_at, author=author, quote=quote, start=start, end=end,
            **more,
        )  # fmt: skip


def written(
    note_id: str, text: str, when: ClinicalTime, *, note_type: NoteType, author: str, role: AuthorRole = "provider", **more: Any
) -> Written:
    """A note, signed unless told otherwise."""
    fields: dict[str, Any] = {"authentication": "authenticated"} | more
    person = Person(staff_id=f"S-{author[:4].upper()}", name=author, role=role)
    filed = told.NoteFiled(
        note_id=note_id, note_type=note_type, author=person, written_at=when, text_hash=content_hash(text), length=len(text), **fields
    )
    return Written(filed, text)


@dataclass
class Telling:
    """Collects what the topics are to hold, entry by entry; `messages` is to be published."""

    tenant: str = "demo"
    messages: list[Outgoing] = field(default_factory=list)
    _count: int = 0

    def entry(
        self,
        encounter_id: str,
        when: datetime,
        facts: Iterable[told.Fact] = (),
        notes: Iterable[Written] = (),
        pages: Iterable[Page] = (),
        entry_id: str | None = None,
        replays: str | None = None,
    ) -> str:
        """One entry at both ends of the line: facts and texts on chart; facts and what the rooms added on queries.  Returns its id."""
        self._count += 1
        envelope = Envelope(
            entry_id=entry_id or f"e{self._count:05}/0", tenant=self.tenant, received_at=when, source="test", encounter_id=encounter_id,
            replays=replays,
        )  # fmt: skip
        filed = tuple(notes)
        page = FactsPage(facts=(*facts, *(note.filed for note in filed)))
        texts = (TextsPage(texts={note.filed.note_id: note.text for note in filed}),) if filed else ()
        for topic, told_pages in ((CHART, (page, *texts)), (QUERIES, (page, *pages))):
            entry = entry_of(envelope, told_pages)
            headers = headers_of(entry, event_type="cdi.entry", source="test")
            self.messages.append(Outgoing(topic, Key(encounter_id), entry.encode(), headers))
        return envelope.entry_id

    def tick(self, when: datetime, **feeds: datetime) -> None:
        """It is now `when`, at both ends of the line."""
        self._count += 1
        envelope = Envelope(entry_id=f"t{self._count:05}/0", kind="tick", tenant=self.tenant, received_at=when, source="gateway")
        entry = entry_of(envelope, (TickPage(at=when, feeds=feeds),))
        for topic in (CHART, QUERIES):
            self.messages.append(
                Outgoing(topic, EveryPartition(), entry.encode(), headers_of(entry, event_type="cdi.tick", source="gateway"))
            )

    def site(self, when: datetime, site: SiteData) -> None:
        """New site data, at both ends of the line."""
        self._count += 1
        envelope = Envelope(entry_id=f"s{self._count:05}/0", kind="site-data", tenant=self.tenant, received_at=when, source="gateway")
        entry = entry_of(envelope, (SitePage(site=site.model_dump(mode="json")),))
        for topic in (CHART, QUERIES):
            self.messages.append(
                Outgoing(topic, EveryPartition(), entry.encode(), headers_of(entry, event_type="cdi.site", source="gateway"))
            )

    def say(self, topic: Topic, key: str, fact: Contract, when: datetime | None = None) -> None:
        """One message on a side topic."""
        told = (("ce_id", b"hand"), *((("ce_time", when.isoformat().encode()),) if when else ()))
        self.messages.append(Outgoing(topic, Key(key), fact.to_json(), told))

    def drg(self, change: DrgChanged) -> None:
        """For dashboards."""
        self.say(DRG_CHANGES, change.encounter_id, change)

    def alert(self, alert: QueryAlert) -> None:
        """For CDI specialists."""
        self.say(QUERY_ALERTS, alert.encounter_id, alert)

    def ask(self, query: ProviderQuery) -> None:
        """For physicians."""
        self.say(PROVIDER_QUERIES, query.wording.encounter_id, query)

    def final(self, final: FinalCodeSet) -> None:
        """For coders."""
        self.say(FINAL, final.encounter_id, final)

    def ended(self, ended: MessageEnded, when: datetime | None = None) -> None:
        """What became of a message."""
        self.say(OUTCOMES, ended.tenant, ended, when)

    def dead(self, room: str, reason: str, where: str = "", *, when: datetime | None = None, body: bytes = b"bytes") -> None:
        """A dead letter: a message of the feed "lab", as the gate stored it."""
        self._count += 1
        stored = Inbound(f"dead{self._count:05}", "cdi.inbound.hl7v2", self.tenant, "lab", when or DAY_0, body).headers()
        told = (("reason", reason.encode()), ("where", where.encode()), ("room", room.encode()))
        self.messages.append(Outgoing(dead_letters(room), Key(self.tenant), body, stored + told))


def passed(wording: QueryWording, state: QueryState, as_of: str, **more: Any) -> ProviderQuery:
    """The question after the gate, as its topic has it: only the gate makes one, anybody may read one."""
    report = {"compliant": True, "text_hash": wording.text_hash(), "linter": "query-brief-2022/1"}
    told = {"tenant": "demo", "wording": json.loads(wording.to_json()), "gate": report, "state": state, "as_of": as_of}
    return ProviderQuery.read(json.dumps({**told, "made_by": json.loads(MADE_BY.to_json()), **more}))


def moved(query_id: str, condition: str, to_state: QueryState, cause: QueryCause, when: datetime, as_of: str, **more: Any) -> QueriesPage:
    """The page that says that a question moved."""
    move = QueryMoved(
        query_id=query_id, condition=condition, rule_id="D-11", rule_revision=1, to_state=to_state, cause=cause, at=when, **more
    )
    return QueriesPage(as_of=as_of, made_by=MADE_BY, moved=(move,))


def refused(decision_id: str, query_id: str, reason: str, as_of: str) -> QueriesPage:
    """The page that says that a decision was refused."""
    return QueriesPage(as_of=as_of, made_by=MADE_BY, refused=(DecisionRefused(decision_id=decision_id, query_id=query_id, reason=reason),))
