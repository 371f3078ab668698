"""People: who they are, and what they decide.  The actor of a decision comes from the authenticated token (DESIGN §3)."""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, Field

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import AuthorRole, GapType
from opencdi.events.contract import Contract


class Person(Contract):
    """Staff as a message names them.  `staff_id` is the sender's id (NPI or local), not a patient identifier."""

    staff_id: str = ""
    name: str = ""
    role: AuthorRole = "unknown"


class Decision(Contract):
    """A person decided, about one encounter.  `as_of`: the entry that this person's page showed; `decision_id`: the ce_id of the gate."""

    decision_id: str
    encounter_id: str
    actor: Person
    decided_at: datetime
    as_of: str


class QueryApproved(Decision):
    """A CDI specialist lets the question go to the physician (DOMAIN B69)."""

    kind: Literal["query_approved"] = "query_approved"
    query_id: str
    shown_text: str = ""  # the question as shown (`events.wording.shown_text`): what is sent is what was seen; refused without it


class QueryEdited(Decision):
    """A CDI specialist words a draft anew.  Indicators and what an option stands for cannot be edited; the gate is passed again (Q-58)."""

    kind: Literal["query_edited"] = "query_edited"
    query_id: str
    title: str | None = None
    why: str | None = None
    question: str | None = None
    options: dict[str, str] = Field(default_factory=dict)  # option_id -> its new text


class QueryDismissed(Decision):
    """A CDI specialist decides not to ask, with a reason of the closed list of DOMAIN E.2."""

    kind: Literal["query_dismissed"] = "query_dismissed"
    query_id: str
    reason: Literal["insufficient-evidence", "already-documented", "handled-by-query", "integral", "coding-guidance", "tuning", "other"]
    note: str = ""


class QueryViewed(Decision):
    """The physician has opened the question."""

    kind: Literal["query_viewed"] = "query_viewed"
    query_id: str


class QueryAnswered(Decision):
    """The physician's answer: an option of the question as it was shown, free text, or both."""

    kind: Literal["query_answered"] = "query_answered"
    query_id: str
    option_id: str | None = None
    free_text: str = ""


class QueryReaddressed(Decision):
    """Somebody else is to be asked (DOMAIN B70): the one who was asked says that it is not for them, with or without a name, or hands it to
    a colleague who covers; or a CDI specialist puts it to another provider."""

    kind: Literal["query_readdressed"] = "query_readdressed"
    query_id: str
    to: Person | None = None
    because: Literal["not-for-me", "provider-changed", "covering"]


class QueryMonitored(Decision):
    """A CDI specialist leaves a draft for later: it comes back to the list at `recheck_at` (DOMAIN E.2)."""

    kind: Literal["query_monitored"] = "query_monitored"
    query_id: str
    recheck_at: AwareDatetime
    note: str = ""


class QueryWithdrawn(Decision):
    """A CDI specialist takes a question back that a physician has, with a reason of a closed list."""

    kind: Literal["query_withdrawn"] = "query_withdrawn"
    query_id: str
    reason: Literal["asked-otherwise", "not-needed", "asked-in-error", "other"]
    note: str = ""


class QueryReopened(Decision):
    """A CDI specialist does not find that the documentation answers it: what was resolved by itself is a draft again (DOMAIN E.2)."""

    kind: Literal["query_reopened"] = "query_reopened"
    query_id: str
    note: str = ""


class EvidenceChosen(Contract):
    """What a person takes from the chart to ask with: as a physician is to see it, and where it stands there (Q-02).

    `source_id` is the measurement, order or administration, or `note_id@revision`; for a note, `quote` are its own words.
    """

    text: str
    source: str  # as `events.wording.SOURCES` has them
    source_id: str
    at: ClinicalTime
    author: str = ""
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    shown_as: Literal["indicator", "contrary", "documented"] = "indicator"


class OptionWritten(Contract):
    """One answer of a question that a person writes; `diagnosis`: the concept that it would document."""

    text: str
    diagnosis: str | None = None
    free_text: bool = False


class QueryWritten(Decision):
    """A specialist or a coder asks a question of her own, from a rule's template or blank (DOMAIN B68): the gate reads it like any other.

    `template`: a rule's id; what is left empty here is as its file has it.  `addressed_to`: the attending physician where it says nobody.
    """

    kind: Literal["query_written"] = "query_written"
    origin: Literal["specialist", "coder"] = "specialist"
    phase: Literal["concurrent", "retrospective", "pre-bill"] = "concurrent"
    condition: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")]
    gap_type: GapType
    template: str | None = None
    title: str = ""
    why: str = ""
    question: str = ""
    options: tuple[OptionWritten, ...] = ()
    evidence: tuple[EvidenceChosen, ...]
    addressed_to: Person | None = None


class QuerySpoken(Decision):
    """A question that was asked in person, on the telephone or in a chat, recorded by one of the two (Q-51, DOMAIN B75).

    The same form and the same gate; what was said stands in `answer_text`, or `answer` names one of the `options` by its place.
    """

    kind: Literal["query_spoken"] = "query_spoken"
    phase: Literal["concurrent", "retrospective", "pre-bill"] = "concurrent"
    condition: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")]
    gap_type: GapType
    template: str | None = None
    title: str = ""
    why: str = ""
    question: str = ""
    options: tuple[OptionWritten, ...] = ()
    evidence: tuple[EvidenceChosen, ...]
    addressed_to: Person
    asked_by: Person
    spoken_at: AwareDatetime
    answer: Annotated[int, Field(ge=0)] | None = None
    answer_text: str = ""


class CodeSetAttested(Decision):
    """A coder vouches for the final set as it stood at `as_of`; reports still pending are waived by name (DOMAIN F.15)."""

    kind: Literal["code_set_attested"] = "code_set_attested"
    waived: tuple[str, ...] = ()  # as the set's `waiting_for` names them


Decided = (
    QueryApproved | QueryEdited | QueryDismissed | QueryViewed | QueryAnswered | QueryReaddressed | QueryMonitored | QueryWithdrawn
    | QueryReopened | QueryWritten | QuerySpoken | CodeSetAttested
)  # fmt: skip
DECISIONS: tuple[type[Decision], ...] = get_args(Decided)
