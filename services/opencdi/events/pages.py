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
    Poa,
    Severity,
)  # fmt: skip
from opencdi.events.contract import Contract, MadeBy
from opencdi.events.definitions import ConditionNoticed
from opencdi.events.delivery import HandedOver
from opencdi.events.entry import Page
from opencdi.events.facts import AnyFact, Fact, KnownFact
from opencdi.events.query_moves import DecisionRefused, QueryChanged, QueryMoved
from opencdi.events.reading import ConceptTimeline, NoteRead


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
    """It is now `at`.  `feeds` says when each feed was last heard, `documents` when the documents of each were heard since the tick before:
    once a minute at most, and None in an older tick, which did not say (DOMAIN F.7)."""

    kind: Literal["tick"] = "tick"
    at: datetime
    feeds: dict[str, datetime] = Field(default_factory=dict)
    documents: dict[str, tuple[datetime, ...]] | None = None


class SitePage(Page):
    """New site data, as `opencdi.knowledge.site.SiteData` in JSON; rooms re-evaluate open encounters under it."""

    kind: Literal["site"] = "site"
    site: dict[str, Any]


# --- nlp ------------------------------------------------------------------------------------------------------------
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
    poa_conflict: bool | None = None  # undetermined because the notes say both (DOMAIN D-78)
    severity: Severity = "NONE"
    excluded: bool = False  # its CC/MCC does not count with this principal diagnosis
    confidence: float
    calibrated: bool = False  # DOMAIN F.16
    confidence_parts: tuple[tuple[str, float], ...] = ()  # what the confidence adds up from
    path: tuple[str, ...] = ()  # the way down the site's Alphabetic Index and the tabular, where one is loaded
    could_say: tuple[str, ...] = ()  # what the classification tells apart here and the record does not (B41); the first few
    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class WorkingProcedure(Contract):
    """A procedure of this stay as the record supports it today (DOMAIN B46).

    status: `recorded` came with a code from the hospital's own list and `proposed` from a provider's words: both count in the working DRG.
    `question`: what is said leaves it open (`asks`, by the names of what is missing `lacking`, and the codes that it may be in `choices`);
    `flagged`: not counted, for its reason.
    `procedure`: its name in the closed list, "" for a recorded one that is not in it.  `code` is "" where there is none yet.
    """

    procedure: str
    code: str = ""
    description: str = ""
    status: Literal["recorded", "proposed", "question", "flagged"] = "proposed"
    on: str | None = None  # the day, as far as it is told
    asks: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class PaidByDay(Contract):
    """What the transfer policy leaves of the weight (42 CFR 412.4): a hint, for whether more care began in time no disposition tells."""

    rule: str
    days: int
    fraction: float
    weight: float
    source: str


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
    confidentiality: str | None = None  # of restricted notes only: it rests on procedures that these alone tell (DOMAIN F.17)
    transfer: PaidByDay | None = None  # once the patient has been sent on to more care (internal; DOMAIN B54)


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
    why_none: str = (
        ""  # why nothing moved: "excluded", "hospital-acquired", "redundant" (another counts as much), "MS-DRG 690 asks for no CC"
    )


class ClaimEdit(Contract):
    """An edit of the Medicare Code Editor, and the code that raised it; None of the claim itself."""

    edit: str
    code: str | None = None


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
    procedures: tuple[WorkingProcedure, ...] = ()
    procedure_effects: tuple[Effect, ...] = ()  # each procedure of the claim: the claim regrouped without it
    edits: tuple[ClaimEdit, ...] = ()  # what the Medicare Code Editor has against the claim as it stands (internal; DOMAIN B51)


# --- queries --------------------------------------------------------------------------------------------------------


class QueriesPage(Page):
    """Which questions moved or read otherwise, which decisions were refused, and, where that changed, which rules can no longer be judged
    on this stay.

    `handed_over`: what became of handing questions to their physicians.  `noticed`: what the record meets or meets no more, whether or not
    anybody is asked (DOMAIN B62).
    """

    kind: Literal["queries"] = "queries"
    as_of: str
    made_by: MadeBy
    moved: tuple[QueryMoved, ...] = ()
    changed: tuple[QueryChanged, ...] = ()
    refused: tuple[DecisionRefused, ...] = ()
    suspended: tuple[str, ...] | None = None
    noticed: tuple[ConditionNoticed, ...] = ()
    handed_over: tuple[HandedOver, ...] = ()


class FailedPage(Page):
    """A room could not step this entry and passed it on (DESIGN §1): nothing is opened or sent for this encounter until mended."""

    kind: Literal["failed"] = "failed"
    room: str
    reason: str
    where: str = ""
