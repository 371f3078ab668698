"""One step's work on one stay: questions move, and each move is told to whom it concerns.

Every move goes through `Casework.move`: the table of legal moves is asked, the move stands on the queries page with its cause, CDI
gets an alert, and the physician's half goes out through the gate once the question has been sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opencdi.bus.room import Key, Outgoing, States
from opencdi.clinical.confidentiality import highest
from opencdi.clinical.vocabulary import OVER, QueryCause, QueryState
from opencdi.events.audiences import Alarm, AlertEffect, ProviderQuery, QueryAlert, QueryWording
from opencdi.events.contract import MadeBy
from opencdi.events.definitions import ConditionNoticed
from opencdi.events.delivery import Delivery, HandedOver
from opencdi.events.entry import Entry, Headers, headers_of
from opencdi.events.ids import content_hash
from opencdi.events.pages import QueriesPage
from opencdi.events.people import Person
from opencdi.events.priority import weighed
from opencdi.events.query_moves import DecisionRefused, QueryChanged, QueryMoved
from opencdi.events.topics import ALARMS, JSON, PROVIDER_QUERIES, QUERY_ALERTS, Topic
from opencdi.events.weighing import Weighing
from opencdi.events.wording import shown_text
from opencdi.knowledge.site import SiteData
from opencdi.queries import gate
from opencdi.queries.clock import Due, file_due
from opencdi.queries.ladder import next_step
from opencdi.queries.life import check_move
from opencdi.queries.noticing import news, noticed
from opencdi.queries.query import Query
from opencdi.queries.record import Records
from opencdi.queries.rule import Rule
from opencdi.queries.sending import sent_as

Said = QueryAlert | ProviderQuery | Alarm
_TOLD_ON: dict[type[Said], tuple[Topic, str]] = {
    QueryAlert: (QUERY_ALERTS, "query-alerts"), ProviderQuery: (PROVIDER_QUERIES, "provider-queries"), Alarm: (ALARMS, "alarm"),
}  # fmt: skip
AGAIN = 100
"""So many entries that told the same words again are remembered: a page older than those has long been replaced."""


@dataclass
class Casework:
    """The stay in hand, and what has been decided about its questions in this step."""

    states: States
    records: Records
    entry: Entry
    site: SiteData
    made_by: MadeBy
    rules: Mapping[str, Rule]
    moved: list[QueryMoved] = field(default_factory=list)
    changed: list[QueryChanged] = field(default_factory=list)
    refused: list[DecisionRefused] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    handed_over: list[HandedOver] = field(default_factory=list)
    suspended_before: frozenset[str] = field(init=False)
    noticed_before: Mapping[str, ConditionNoticed] = field(init=False)

    def __post_init__(self) -> None:
        """Remember how the stay came."""
        self.suspended_before = frozenset(self.records.stay.suspended)
        self.noticed_before = noticed(self.states, self.records.encounter_id)

    def suspended(self, query: Query) -> bool:
        """Whether nobody knows what the question's rule would say now: it is neither sent nor pressed."""
        return query.rule_id in self.records.stay.suspended

    @property
    def at(self) -> datetime:
        """The instant of this step."""
        return self.entry.envelope.received_at

    @property
    def entry_id(self) -> str:
        """The entry that causes what is decided here."""
        return self.entry.envelope.entry_id

    def query(self, query_id: str) -> Query | None:
        """A question of this stay."""
        held = self.states.get(f"query/{self.records.encounter_id}/{query_id}")
        return held if isinstance(held, Query) else None

    def current(self, condition: str) -> Query | None:
        """The latest question on a condition."""
        query_id = self.records.stay.queries.get(condition)
        return self.query(query_id) if query_id else None

    def store(self, query: Query) -> None:
        """Remember the question."""
        self.states[f"query/{self.records.encounter_id}/{query.query_id}"] = query

    def move(
        self, query: Query, to: QueryState, cause: QueryCause, detail: str = "", *, actor: Person | None = None, **changes: Any
    ) -> Query:
        """One legal move, told to all whom it concerns."""
        check_move(query.state, to)
        before, at = query.state, self.at
        now = self._shown_anew(query.model_copy(update={"state": to, "moved_at": at, "cause": cause, **changes}))
        self.store(now)
        self.moved.append(
            QueryMoved(
                query_id=now.query_id,
                condition=now.condition,
                rule_id=now.rule_id,
                rule_revision=now.rule_revision,
                from_state=before,
                to_state=to,
                cause=cause,
                detail=detail,
                at=at,
                actor=actor,
                title=now.title,
            )
        )
        return self._tell(now, before, cause, detail)

    def _shown_anew(self, query: Query) -> Query:
        """From this entry on people see something else: what earlier entries showed is stale."""
        words = words_of(query.wording) if query.wording else ""
        same = words == query.words
        shown = (*query.shown, self.entry_id)[-AGAIN:] if same else (self.entry_id,)
        approved_by = query.approved_by if same else None  # other words are approved anew
        told = {"as_of": self.entry_id, "also": (), "words": words, "shown": shown, "approved_by": approved_by}
        return query.model_copy(update=told)

    def tell_cdi_again(self, query: Query, cause: QueryCause, detail: str = "") -> None:
        """An alert about the same question in the same words, for CDI alone: its page, too, shows them."""
        if query.state is None:
            return
        self.store(query.model_copy(update={"also": (*query.also, self.entry_id)[-AGAIN:]}))
        self.said.append(self._alert(query, query.state, query.state, cause, detail))

    def show(self, query: Query, cause: QueryCause, detail: str = "", *, actor: Person | None = None) -> Query:
        """A question that did not move reads otherwise: a decision about what was shown before is stale now."""
        shown = self._shown_anew(query)
        self.store(shown)
        self.note(shown, cause, detail, actor=actor)
        return self._tell(shown, shown.state, cause, detail)

    def note(self, query: Query, cause: QueryCause, detail: str = "", *, actor: Person | None = None) -> None:
        """What happened to a question that did not move stands on the page too (Q-56)."""
        if query.state is not None:
            text_hash = query.wording.text_hash() if query.wording else None
            about = {"query_id": query.query_id, "condition": query.condition, "state": query.state, "text_hash": text_hash}
            told = {"cause": cause, "detail": detail, "at": self.at, "actor": actor}
            self.changed.append(QueryChanged.model_validate({**about, **told}))

    def weigh(self, query: Query, effect: tuple[AlertEffect, ...]) -> None:
        """Another internal half of the same words: CDI hears of it, and no decision about the words is stale for it."""
        changed = query.model_copy(update={"effect": effect})
        told = [(n, one) for n, one in enumerate(self.said) if isinstance(one, QueryAlert) and one.query_id == query.query_id]
        if told:
            self.store(changed)
            place, alert = told[-1]
            self.said[place] = weighed(alert.model_copy(update={"effect": effect}), self.at)
        elif query.state is None:
            self.store(changed)
        else:
            self.tell_cdi_again(changed, "EFFECT_CHANGED")

    def _tell(self, query: Query, before: QueryState | None, cause: QueryCause, detail: str) -> Query:
        """The alert for CDI; and the physician's half, if the physician has it."""
        if query.state is None:
            return query
        self.said.append(self._alert(query, query.state, before, cause, detail))
        if query.passed is not None:
            asked = gate.release(
                query.passed,
                tenant=self.entry.envelope.tenant,
                state=query.state,
                as_of=self.entry_id,
                made_by=self.made_by,
                answer_option=query.answer_option,
                answer_text=query.answer_text,
                delivery=Delivery(
                    by="ledger" if query.ledger else "itself",
                    urgency=query.severity,
                    leaves_at=self.records.stay.leaves_at(self.site),
                    asked_at=query.sent_at or query.opened_at,
                    sending=query.sending,
                ),
            )
            self.said.append(asked)
        return query

    def _alert(self, query: Query, state: QueryState, before: QueryState | None, cause: QueryCause, detail: str) -> QueryAlert:
        wording = query.stands or query.wording
        alert = QueryAlert(
            tenant=self.entry.envelope.tenant,
            query_id=query.query_id,
            encounter_id=self.records.encounter_id,
            condition=query.condition,
            rule_id=query.rule_id,
            rule_revision=query.rule_revision,
            gap_type=query.gap_type,
            definition_id=query.definition_id,
            state=state,
            from_state=before,
            cause=cause,
            detail=detail,
            why_now=query.why_now,
            at=self.at,
            as_of=self.entry_id,
            made_by=self.made_by,
            wording=wording,
            gate=query.gate,
            met=query.met,
            handed_over=query.handed_over,
            definition=query.definition,
            crossed=query.crossed,
            effect=query.effect,
            weighing=self._weighing(query),
            satisfied_by=query.satisfied_by,
            also_said=query.also_said,
            origin=query.origin,
            phase=query.phase,
            approved_by=query.approved_by,
            recheck_at=query.recheck_at,
            escalated_to=query.escalated_to,
            confidentiality=highest((wording.confidentiality() if wording else None, *(one.confidentiality for one in query.satisfied_by))),
        )
        return weighed(alert, self.at)

    def _weighing(self, query: Query) -> Weighing:
        return Weighing(
            severity=query.severity,
            evidence=query.evidence,
            opened_at=query.opened_at,
            leaves_at=self.records.stay.leaves_at(self.site),
            yield_so_far=self.site.yields.get(query.rule_id),
        )

    def goes_on(self) -> None:
        """The patient has left; CDI hears that what is open is asked in retrospect now, while the bill is held (DOMAIN F.15)."""
        for query in filter(None, map(self.current, self.records.stay.queries)):
            if query.state is not None and query.state not in OVER:
                self.tell_cdi_again(query, "RETROSPECTIVE")

    def send(self, query: Query, words: gate.Passed, cause: QueryCause, *, actor: Person | None = None) -> Query:
        """Approved and sent in words that passed the gate: from now on it is with the physician, and reminders run."""
        approved = self.move(query, "approved", cause, actor=actor)
        ledger = self.site.delivery is not None and cause != "SPOKEN"  # what was asked in person has reached its physician
        sent = self.move(approved, "sent", cause, actor=actor, sent_at=self.at, ledger=ledger, **sent_as(words, self.at))
        self.press(sent)
        return sent

    def press(self, query: Query) -> None:
        """Remember when the next one is to hear that nobody has answered; nobody, while the question waits with a ledger."""
        if (step := next_step(query, self.records.stay, self.site, self.at)) is not None:
            due = Due(at=max(step.at, self.at), encounter_id=self.records.encounter_id, query_id=query.query_id)
            file_due(self.states, self.entry.envelope.tenant, due)

    def page(self) -> QueriesPage | None:
        """What this step adds to the entry; None if nothing moved."""
        suspended = tuple(sorted(self.records.stay.suspended)) if self.suspended_before != self.records.stay.suspended.keys() else None
        new = news(self.noticed_before, noticed(self.states, self.records.encounter_id))
        if not (self.moved or self.changed or self.refused or new or self.handed_over) and suspended is None:
            return None
        told = {
            "moved": tuple(self.moved),
            "changed": tuple(self.changed),
            "refused": tuple(self.refused),
            "suspended": suspended,
            "noticed": new,
            "handed_over": tuple(self.handed_over),
        }
        return QueriesPage(as_of=self.entry_id, made_by=self.made_by, **told)

    def side_messages(self) -> list[Outgoing]:
        """What CDI, physicians and operators are told."""
        told = []
        for ordinal, message in enumerate(self.said):
            topic, word = _TOLD_ON[type(message)]
            headers = numbered(headers_of(self.entry, event_type=f"cdi.{word}", source="queries", content_type=JSON), ordinal)
            to = Key(message.room if isinstance(message, Alarm) else self.records.encounter_id)
            told.append(Outgoing(topic, to, message.to_json(), headers))
        return told


def words_of(wording: QueryWording) -> str:
    """Names what a physician reads, whoever it is put to."""
    return content_hash(shown_text(wording))[:16]


def numbered(headers: Headers, ordinal: int) -> Headers:
    """The headers of the nth message that one entry causes."""
    return tuple((name, value + f"/{ordinal}".encode() if name == "ce_id" else value) for name, value in headers)
