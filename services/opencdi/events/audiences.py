"""What each audience reads: one topic each, so that an ACL is a compliance rule (DESIGN §1).

`ProviderQuery` has no field that could carry money, a DRG or a quality score (DOMAIN Q-30): physicians cannot be shown what does
not exist.  Whatever is internal about a question is in the `QueryAlert` beside it.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from opencdi.clinical.confidentiality import highest
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import GapType, Outcome, QueryOrigin, QueryState, SiteTable
from opencdi.events.answers import AnswerKept
from opencdi.events.causes import Caused
from opencdi.events.contract import Contract, MadeBy
from opencdi.events.definitions import Crossing, InForce
from opencdi.events.delivery import Delivery, HandedOver
from opencdi.events.ids import content_hash
from opencdi.events.indicators import Indicator as Indicator
from opencdi.events.indicators import Pertinence as Pertinence
from opencdi.events.pages import WorkingCode, WorkingDrg, WorkingProcedure
from opencdi.events.people import Person
from opencdi.events.seal import SEAL
from opencdi.events.weighing import Weighing
from opencdi.knowledge.escalation_policy import EscalatedTo


# --- drg-changes ----------------------------------------------------------------------------------------------------
class DrgCause(Contract):
    """What moved the DRG: the entry, and the codes that came and went with it."""

    entry_id: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    other: str = ""  # "class inpatient", "disposition 03", "principal A419 -> J189"
    words: str = ""  # for a reader of a dashboard: "progress note of 2026-05-08: principal diagnosis A41.9 … instead of J18.9 …"
    confidentiality: str | None = None  # what it names rests on restricted notes: only for those with the right (DOMAIN F.17)


class DrgChanged(Contract):
    """The working DRG is another one (or there is one now, or none any more)."""

    kind: Literal["drg_changed"] = "drg_changed"
    tenant: str
    encounter_id: str
    at: datetime  # received_at of the causing entry: from then on this was known
    as_of: str
    made_by: MadeBy
    before: WorkingDrg | None = None
    after: WorkingDrg | None = None
    weight_delta: float | None = None
    cause: DrgCause
    nth: int  # 1 for the first DRG of the stay


# --- questions ------------------------------------------------------------------------------------------------------
class Option(Contract):
    """One answer that may be ticked.  `diagnosis` is the concept it would document, None for other/undetermined/not significant."""

    option_id: str
    text: str
    diagnosis: str | None = None
    free_text: bool = False


class GateReport(Contract):
    """The compliance gate's report on one exact text (DOMAIN B65); stored with the question."""

    compliant: bool
    text_hash: str
    linter: str  # edition of the requirement pack: "query-brief-2022/1"
    violations: tuple[tuple[str, str, str], ...] = ()  # requirement, where, text


class QueryWording(Contract):
    """The provider's half before the gate: exactly what would be shown, and nothing else."""

    query_id: str
    encounter_id: str
    patient_id: str
    addressed_to: Person
    author: str  # a person's staff id, or rule id and revision
    created_at: datetime
    title: str
    why: str  # DOMAIN Q-07, one plain sentence
    documented: tuple[Indicator, ...] = ()
    indicators: tuple[Indicator, ...]
    contrary: tuple[Indicator, ...] = ()
    no_contrary_evidence_found: bool = False
    question: str
    options: tuple[Option, ...]

    def confidentiality(self) -> str | None:
        """The highest label of what it quotes; None where no note is restricted.  Only indicators hold a restricted note's words."""
        return highest(one.confidentiality for one in (*self.documented, *self.indicators, *self.contrary))

    def text_hash(self) -> str:
        """Identifies these exact words: an edit changes it, and the gate must be passed again."""
        return content_hash(self.to_json())


class ProviderQuery(Contract):
    """A question that passed the compliance gate: what a physician is asked.  Only `opencdi.queries.gate` makes one.

    The report inside must be a passing one for these very words, and its label theirs; else it cannot be constructed.
    """

    kind: Literal["provider_query"] = "provider_query"
    tenant: str
    wording: QueryWording
    gate: GateReport
    state: QueryState
    as_of: str
    made_by: MadeBy
    answer_option: str | None = None
    answer_text: str | None = None
    delivery: Delivery | None = None  # of before there were ledgers: handed over by itself
    confidentiality: str | None = None  # the highest of what it quotes (DOMAIN F.17)

    @model_validator(mode="after")
    def _passed(self, info: ValidationInfo) -> "ProviderQuery":
        # Anybody can write a report, so without the gate's seal a question can only be read from bytes.
        if info.mode == "python" and info.context is not SEAL:
            raise ValueError("only the gate makes a question to a physician")
        if not self.gate.compliant or self.gate.text_hash != self.wording.text_hash():
            raise ValueError("no passing gate report for these words")
        if self.confidentiality != self.wording.confidentiality():
            raise ValueError("not the label of what it quotes")
        return self


class AlertEffect(Contract):
    """Internal: what the answer options would do to the working DRG, alone and after the other open gaps (DOMAIN B55, Q-33)."""

    concept: str
    code: str | None = None
    drg: str | None = None
    weight_delta: float | None = None
    with_other_gaps: float | None = None
    option_id: str | None = None  # the answer meant: several may document one concept in different degrees


class QueryAlert(Caused):
    """What a CDI specialist subscribes to: the question, why now, evidence for and against, and the internal half."""

    kind: Literal["query_alert"] = "query_alert"
    tenant: str
    query_id: str
    encounter_id: str
    condition: str
    rule_id: str
    rule_revision: int
    gap_type: GapType
    definition_id: str
    state: QueryState
    from_state: QueryState | None = None
    why_now: str
    at: datetime
    as_of: str
    made_by: MadeBy
    wording: QueryWording | None = None
    gate: GateReport | None = None
    met: tuple[str, ...] = ()  # names of definitions met: "sepsis-2", "sepsis-3"; shown to CDI, never to the provider
    handed_over: HandedOver | None = None  # what became of handing it to its physician, where that is told
    definition: InForce | None = None  # by which it was judged, and who adopted it here
    crossed: tuple[Crossing, ...] = ()  # each limit that its indicators crossed, and whose limit it is
    effect: tuple[AlertEffect, ...] = ()
    priority: float = 0.0
    priority_terms: dict[str, float] = Field(default_factory=dict)
    weighing: Weighing | None = None  # what the priority is made of, so that anyone can make it again
    satisfied_by: tuple[Indicator, ...] = ()
    also_said: tuple[AnswerKept, ...] = ()  # answers that did not count
    origin: QueryOrigin = "rule"  # of a question that a person wrote, `rule_id` is "" and `wording.author` that person
    phase: Literal["concurrent", "retrospective", "pre-bill"] | None = None
    approved_by: Person | None = None  # one of the two who are needed
    recheck_at: datetime | None = None  # put off until then
    escalated_to: EscalatedTo | None = None  # who has heard that nobody answers: the highest so far
    confidentiality: str | None = None  # the highest of what it quotes and rests on (DOMAIN F.17)

    @field_validator("priority_terms", mode="before")
    @classmethod
    def _as_told_before(cls, told: Any) -> Any:
        """Alerts of before were told with terms in words ("severity 20")."""
        if not isinstance(told, list | tuple):
            return told
        return {name: float(value) for name, _, value in (term.rpartition(" ") for term in told)}


# --- final ----------------------------------------------------------------------------------------------------------
FinalStatus = Literal["provisional", "held", "attested", "amended", "reopened", "cancelled"]


class OpenQuestion(Contract):
    """A question still open when the set was made."""

    query_id: str
    condition: str
    title: str
    state: QueryState


class FinalCodeSet(Contract):
    """The code set at and after discharge; every later one says what changed (DOMAIN B80, F.15)."""

    kind: Literal["final_code_set"] = "final_code_set"
    tenant: str
    encounter_id: str
    nth: int
    status: FinalStatus
    at: datetime
    discharged_at: ClinicalTime | None = None
    disposition: str | None = None  # UB-04 patient status; another one is another claim
    as_of: str
    made_by: MadeBy
    codes: tuple[WorkingCode, ...] = ()
    procedures: tuple[WorkingProcedure, ...] = ()  # those recorded and proposed are what the DRG was grouped with
    drg: WorkingDrg | None = None
    no_drg: str | None = None
    open_questions: tuple[OpenQuestion, ...] = ()
    waiting_for: tuple[str, ...] = ()  # "discharge summary", "pathology"
    to_settle: tuple[str, ...] = ()  # "POA of N17.9: undetermined, grouped as Y", ties for principal diagnosis, conflicts, edits
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    drg_before: str | None = None
    cause: str = ""
    attested_by: Person | None = None


# --- what became of a message ----------------------------------------------------------------------------------------
class Problem(Contract):
    """A reason code and the field; never the value."""

    code: str
    where: str = ""
    text: str = ""


class Unmapped(Contract):
    """A code that a table of the site data does not know (DOMAIN F.4): `code` is the key as it would go into that table ("GLU^L"),
    `text` the sender's own name of it, short.  A sender's vocabulary, never a patient's words."""

    table: SiteTable
    code: str
    text: str = ""


class MessageEnded(Contract):
    """Every message ends in exactly one of five ways (DESIGN §1).  `unmapped`: each code once, however often the message has it."""

    kind: Literal["message_ended"] = "message_ended"
    tenant: str
    entry_id: str
    message_type: str
    feed: str
    outcome: Outcome
    entries: int = 0
    reason: str | None = None
    problems: tuple[Problem, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    replays: str | None = None  # the entry id of the dead letter that this message was a second try of


class Alarm(Contract):
    """A room was suspended or stopped, or skips an entry: what an operator must see."""

    kind: Literal["alarm"] = "alarm"
    room: str
    at: datetime
    what: Literal["rule-suspended", "room-stopped", "entry-poisoned"]
    entry_id: str | None = None
    reason: str
