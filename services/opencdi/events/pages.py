"""The pages of an entry: what each room adds to it (DESIGN §1).

| page | by | on |
|---|---|---|
| `facts` | intake | chart onwards |
| `texts` | intake | chart only; nlp takes it off |
| `tick`, `site` | intake | chart onwards, tenant-wide entries |
| `findings` | nlp | findings onwards, where a note was read |
| `coding` | coding | coding onwards, where codes, claim or DRG changed |
| `queries` | queries | queries, where a question moved |
| `failed` | whoever could not step the entry | from there on |

A page is absent where that room had nothing new to say; what it said before still stands.
"""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field, ValidationError

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import (
    Active,
    Assertion,
    Authentication,
    AuthorRole,
    Certainty,
    Experiencer,
    FindingKind,
    NoteType,
    Poa,
    QueryState,
    SectionKind,
    Severity,
    Temporality,
)  # fmt: skip
from opencdi.events.contract import Contract, MadeBy
from opencdi.events.entry import Page
from opencdi.events.facts import AnyFact, Fact, KnownFact
from opencdi.events.people import Person


# --- intake ---------------------------------------------------------------------------------------------------------
class FactsPage(Page):
    """What happened, in the order of the message.  `moved_from`: encounters that live on here; their facts are told again in this page.
    `more`, of a message that is several entries: whether the next tells more of it; nothing is asked until all has been read."""

    kind: Literal["facts"] = "facts"
    facts: tuple[KnownFact, ...] = ()
    patient_id: str | None = None
    moved_from: tuple[str, ...] = ()
    more: bool | None = None

    @classmethod
    def read(cls, raw: bytes | str) -> Self:
        """Decode; facts of a kind that this release does not know are passed over here and travel on in the bytes."""
        try:
            return super().read(raw)
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_context=False, include_input=False)
            if not any(one["type"] == "union_tag_invalid" for one in wrong):
                raise
        anything = _OpenFactsPage.read(raw)
        known = tuple(fact for fact in anything.facts if isinstance(fact, Fact))
        return cls(facts=known, patient_id=anything.patient_id, moved_from=anything.moved_from, more=anything.more)


class _OpenFactsPage(FactsPage):
    facts: tuple[AnyFact, ...] = ()  # type: ignore[assignment]  # wider: with kinds of a newer release


class TextsPage(Page):
    """Full texts of the notes filed in this entry: `note_id` -> text.  Leaves the line at nlp."""

    kind: Literal["texts"] = "texts"
    texts: dict[str, str]


class TickPage(Page):
    """It is now `at`.  `feeds` says when each feed was last heard (DOMAIN F.7)."""

    kind: Literal["tick"] = "tick"
    at: datetime
    feeds: dict[str, datetime] = Field(default_factory=dict)


class SitePage(Page):
    """New site data, as `opencdi.knowledge.site.SiteData` in JSON; rooms re-evaluate open encounters under it."""

    kind: Literal["site"] = "site"
    site: dict[str, Any]


# --- nlp ------------------------------------------------------------------------------------------------------------
class Span(Contract):
    """Characters [start, end) of a note's text as it stands on the chart topic; `text` equals them exactly (DOMAIN B30)."""

    start: int
    end: int
    text: str


class Section(Contract):
    """A labelled stretch of a note."""

    kind: SectionKind
    start: int
    end: int


class Finding(Span):
    """A concept mentioned in a note, with its context.  `active`, "present at any time in this encounter", alone decides coding."""

    concept: str
    kind: FindingKind
    assertion: Assertion
    temporality: Temporality
    active: Active
    certainty: Certainty
    experiencer: Experiencer
    section: SectionKind
    attributes: dict[str, str] = Field(default_factory=dict)
    copied: bool = False  # these words stood the same in an earlier note: not new evidence (DOMAIN F.10)
    copied_from: str | None = None  # the note in which they first stood


class ValueInText(Span):
    """A number in a note: "Cr 2.9".  `unit` is UCUM, None where the note gives none.  `earlier`: of before ("from 1.1", "baseline 1.1")."""

    analyte: str
    value: float
    unit: str | None = None
    copied: bool = False  # among the same numbers it stood in an earlier note: not measured again (DOMAIN F.10)
    copied_from: str | None = None
    earlier: bool = False


class NoteRead(Contract):
    """What one revision of one note says.  A newer revision replaces an older one wholly; `retracted` leaves nothing of it.

    `counts`: this note's words may satisfy, code or answer (authenticated, by a provider, no query echo; DOMAIN F.6, F.8).
    """

    note_id: str
    revision: int
    note_type: NoteType
    author: Person | None = None
    author_role: AuthorRole
    written_at: ClinicalTime
    authentication: Authentication
    counts: bool
    query_echo: bool = False
    attested: bool = False  # a physician made a student's or a scribe's words his own
    retracted: bool = False
    language: str = "en"  # ISO 639-1, "und" where it cannot be told; of a note that is not in English no findings are read
    read_to: int | None = None  # so many characters were read of a longer text; None: all
    parent_id: str | None = None
    confidentiality: str | None = None
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
    values: tuple[ValueInText, ...] = ()


class NoteAt(Contract):
    """A note and when it was written."""

    note_id: str
    at: ClinicalTime


class ConceptTimeline(Contract):
    """How a stay's provider notes document one condition (DOMAIN B29).

    `first`: the first note that says that the patient has it; None where no note does any more.  `last`: the last that says so in its own
    words (copied text renews nothing, F.10).  `dropped`: it is named neither in the discharge summary or, before there is one, in the last
    progress notes, copied or not.  `contradicted_by`: notes in which another author denies it afterwards.
    """

    concept: str
    first: NoteAt | None = None
    last: NoteAt | None = None
    dropped: Literal["discharge-summary", "progress-notes"] | None = None
    contradicted_by: tuple[NoteAt, ...] = ()


class FindingsPage(Page):
    """What the notes touched by this entry say now, with those whose copied marks moved by it; `timeline`: of the conditions whose
    documentation it changed."""

    kind: Literal["findings"] = "findings"
    as_of: str
    made_by: MadeBy
    notes: tuple[NoteRead, ...]
    timeline: tuple[ConceptTimeline, ...] = ()


# --- coding ---------------------------------------------------------------------------------------------------------
class Evidence(Contract):
    """A quote from the chart: which note, where, who wrote it, when."""

    note_id: str
    revision: int
    start: int
    end: int
    quote: str
    author: str = ""
    at: ClinicalTime | None = None
    confidentiality: str | None = None  # of a restricted note only (DOMAIN F.17)


class WorkingCode(Contract):
    """A code as the record supports it today.

    status: `proposed` counts in the working DRG; `flagged` is documented but not proposed (integral symptom, not reportable, Excludes1
    conflict; DOMAIN F.13); `uncertain` waits for the final statement (F.11); `recorded` came from the hospital's own coders.
    """

    code: str
    description: str
    concept: str
    role: Literal["principal", "secondary"] = "secondary"
    status: Literal["proposed", "flagged", "uncertain", "recorded"] = "proposed"
    poa: Poa = "undetermined"
    poa_reason: str = ""
    severity: Severity = "NONE"
    excluded: bool = False  # its CC/MCC does not count with this principal diagnosis
    confidence: float
    calibrated: bool = False  # DOMAIN F.16
    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class WorkingDrg(Contract):
    """The DRG of today's claim.  Weight and GMLOS are None where no table is loaded: "no weight loaded", never a guess."""

    drg: str
    mdc: str
    title: str
    grouper: str
    severity: Severity
    initial_drg: str
    return_code: str
    weight: float | None = None
    gmlos: float | None = None
    weight_source: str | None = None
    assumed: tuple[str, ...] = ()  # "disposition 01", "poa undetermined as Y"
    if_not_poa: str | None = None  # the DRG with every undetermined POA as N (internal; DOMAIN F.12)


class Claim(Contract):
    """What was handed to the grouper, so that anyone can group it again with and without a code."""

    age: int
    sex: str
    discharge_status: str
    admit_date: str
    discharge_date: str | None = None
    version: str
    principal: tuple[str, str] | None = None  # code, POA as grouped
    secondary: tuple[tuple[str, str], ...] = ()
    procedures: tuple[str, ...] = ()


class Effect(Contract):
    """What one code of the claim does to the DRG: the claim regrouped without it."""

    code: str
    drg_with: str
    drg_without: str
    weight_delta: float | None = None


class CodingPage(Page):
    """Today's working codes and DRG, whole; sent when anything in it changed."""

    kind: Literal["coding"] = "coding"
    as_of: str
    made_by: MadeBy
    codes: tuple[WorkingCode, ...]
    principal_candidates: tuple[str, ...] = ()
    principal_effects: tuple[Effect, ...] = ()  # each other candidate: the DRG with it in first place, and as shown (internal; DOMAIN D-79)
    claim: Claim | None = None
    drg: WorkingDrg | None = None
    no_drg: str | None = None  # why there is none: "class observation", "disposition unmapped", "no principal diagnosis"
    effects: tuple[Effect, ...] = ()


# --- queries --------------------------------------------------------------------------------------------------------
class QueryMoved(Contract):
    """One legal move of a question's life, with its cause."""

    query_id: str
    condition: str
    rule_id: str
    rule_revision: int
    from_state: QueryState | None = None
    to_state: QueryState
    cause: str
    at: datetime
    actor: Person | None = None
    title: str = ""


class DecisionRefused(Contract):
    """A decision that could not be carried out (stale, illegal in that state): visible to who made it."""

    decision_id: str
    query_id: str | None = None
    reason: str


class QueriesPage(Page):
    """Which questions moved, which decisions were refused, and, where that changed, which rules can no longer be judged on this stay."""

    kind: Literal["queries"] = "queries"
    as_of: str
    made_by: MadeBy
    moved: tuple[QueryMoved, ...] = ()
    refused: tuple[DecisionRefused, ...] = ()
    suspended: tuple[str, ...] | None = None


class FailedPage(Page):
    """A room could not step this entry and passed it on (DESIGN §1): nothing is opened or sent for this encounter until mended."""

    kind: Literal["failed"] = "failed"
    room: str
    reason: str
    where: str = ""
