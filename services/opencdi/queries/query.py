"""One question as the room remembers it."""

from collections.abc import Mapping
from datetime import datetime

from opencdi.clinical.vocabulary import GapType, QueryState
from opencdi.events.audiences import AlertEffect, Indicator, QueryWording
from opencdi.events.definitions import Crossing, InForce
from opencdi.events.delivery import HandedOver
from opencdi.queries import gate
from opencdi.queries.chart import Remembered


class Edits(Remembered):
    """What a specialist words otherwise than the rule's template does; kept while the evidence under it moves on."""

    editor: str
    title: str | None = None
    why: str | None = None
    question: str | None = None
    options: Mapping[str, str] = {}


class Query(gate.Worded):
    """A question on one condition: where its life stands, its words, and what it rests on.

    `sources` are the indicators as cited (source, time, text), so that a correction is noticed; `kinds` what sort they are of.  `as_of` is
    the entry that last changed what people see of it, `also` those that told the same words again: a decision that names any other is
    stale.  `stands`: what CDI is shown of an answered question of which some evidence was taken back; what was asked stays.  `settled` are
    the kinds of evidence on which people have decided before, on this question or an earlier one on the condition, the last at
    `settled_at` (Q-55).
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
    held_from: QueryState | None = None
    opened_at: datetime
    moved_at: datetime
    reminders: int = 0
    stands: QueryWording | None = None
    sources: tuple[tuple[str, datetime, str], ...] = ()
    kinds: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    settled_at: datetime | None = None
    edits: Edits | None = None
    met: tuple[str, ...] = ()
    definition: InForce | None = None
    crossed: tuple[Crossing, ...] = ()
    why_now: str = ""
    effect: tuple[AlertEffect, ...] = ()
    evidence: int = 0  # kinds of indicators that are final
    as_of: str = ""
    also: tuple[str, ...] = ()
    satisfied_by: tuple[Indicator, ...] = ()
    ledger: bool = False  # sent where a ledger hands questions over
    handed_over: HandedOver | None = None
    answer_option: str | None = None
    answer_diagnosis: str | None = None
    answer_text: str | None = None

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
