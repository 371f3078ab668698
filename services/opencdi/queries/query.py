"""One question as the room remembers it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from opencdi.clinical.vocabulary import GapType, QueryCause, QueryOrigin, QueryState
from opencdi.events.answers import AnswerKept
from opencdi.events.audiences import AlertEffect, Indicator, QueryWording
from opencdi.events.definitions import Crossing, InForce
from opencdi.events.delivery import HandedOver
from opencdi.events.people import Person
from opencdi.knowledge.escalation_policy import EscalatedTo
from opencdi.queries import gate
from opencdi.queries.told import Remembered

STALE = "the question has changed since it was shown"


class Edits(Remembered):
    """What a specialist words otherwise than the rule's template does; kept while the evidence under it moves on."""

    editor: str
    title: str | None = None
    why: str | None = None
    question: str | None = None
    options: Mapping[str, str] = {}


class Chosen(Remembered):
    """Who a person decided is to be asked, instead of the attending physician; `covers`: only while that one is the attending."""

    to: Person
    covers: Person | None = None


class Query(gate.Worded):
    """A question on one condition: where its life stands, its words, and what it rests on.

    `sources` are the indicators as cited (source, time, text), so that a correction is noticed; `kinds` what sort they are of.  `as_of` is
    the entry that last changed what people see of it, `also` those that told the same words again: a decision that names any other is
    stale.  `shown`: the entries that told these `words` (their hash), wherever the question stood.  `stands`: what CDI is shown of an
    answered question of which some evidence was taken back; what was asked stays.  `settled` are the kinds of evidence on which people
    have decided before, on this question or an earlier one on the condition, the last at `settled_at` (Q-55).
    """

    query_id: str
    condition: str
    rule_id: str
    rule_revision: int
    gap_type: GapType
    definition_id: str
    severity: int
    title: str
    state: QueryState | None = None
    cause: QueryCause | None = None  # of the last move
    held_from: QueryState | None = None
    opened_at: datetime
    moved_at: datetime
    reminders: int = 0
    escalated_to: EscalatedTo | None = None
    stands: QueryWording | None = None
    sources: tuple[tuple[str, datetime, str], ...] = ()
    kinds: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    settled_at: datetime | None = None
    returned: tuple[str, ...] = ()  # kinds of evidence that were taken back once on this condition
    edits: Edits | None = None
    origin: QueryOrigin = "rule"
    phase: Literal["concurrent", "retrospective", "pre-bill"] | None = None
    chosen: Chosen | None = None
    approved_by: Person | None = None  # by one of two who are needed, in these words
    recheck_at: datetime | None = None
    reopened_over: tuple[str, ...] | None = None  # sources that a specialist did not find to answer it
    met: tuple[str, ...] = ()
    definition: InForce | None = None
    crossed: tuple[Crossing, ...] = ()
    why_now: str = ""
    effect: tuple[AlertEffect, ...] = ()
    evidence: int = 0  # kinds of indicators that are final
    as_of: str = ""
    also: tuple[str, ...] = ()
    words: str = ""
    shown: tuple[str, ...] = ()
    also_said: tuple[AnswerKept, ...] = ()
    satisfied_by: tuple[Indicator, ...] = ()
    ledger: bool = False  # sent where a ledger hands questions over
    handed_over: HandedOver | None = None
    sending: datetime | None = None  # when it was put to the one who is asked now: each time it is handed over anew
    answer_option: str | None = None
    answer_diagnosis: str | None = None
    answer_text: str | None = None
    answered_by: str = ""

    def stale(self, as_of: str) -> str:
        """A decision names an alert that carried the words as they stand; an entry that never showed them is as stale as an old one."""
        return "" if as_of in (self.as_of, *self.also) else STALE

    @property
    def is_with_physician(self) -> bool:
        """Whether it has been handed over."""
        return not self.ledger or (self.handed_over is not None and self.handed_over.status == "delivered")

    @property
    def pressed_since(self) -> datetime | None:
        """Since when its physician can answer: reminders count from there."""
        if not self.ledger:
            return self.sent_at
        return self.handed_over.at if self.handed_over is not None and self.is_with_physician else None
