"""What is on `cdi.inbound.v1`: the bytes as received, and the headers that the gate gave them.

Tenant comes from the listener or the token, never from the message.  Header names: the CloudEvents ones, plus `tenant`, `feed`
(the listener or token's name), for the k records of one FHIR transaction `part` ("2/7"; the ce_id of part 2 is "<prefix>.2"), and for a
second try of a dead letter `replays` and `by`.
"""

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Literal, cast

from pydantic import AwareDatetime, Field, ValidationError, ValidationInfo, field_validator

from opencdi.clinical.vocabulary import DeferredBecause, DeliveryStatus, SiteTable
from opencdi.events.contract import Contract, field_at_fault
from opencdi.events.entry import Headers
from opencdi.events.people import Person
from opencdi.events.topics import JSON
from opencdi.knowledge.site import SiteData, mapped

InboundType = Literal[
    "cdi.inbound.hl7v2",  # one HL7 v2 message, framing removed
    "cdi.inbound.fhir",  # one FHIR resource (JSON), or one entry of a transaction Bundle
    "cdi.inbound.decision",  # one decision of events.people, JSON
    "cdi.inbound.receipt",  # what outbound delivered
    "cdi.inbound.site-data",  # SiteData, JSON
    "cdi.inbound.site-mapping",  # SiteMapping
    "cdi.inbound.tick",  # Tick
    "cdi.inbound.poisoned",  # EntryPoisoned
]
CONTENT_TYPES: dict[InboundType, str] = {"cdi.inbound.hl7v2": "application/hl7-v2", "cdi.inbound.fhir": "application/fhir+json"}
"""What is not JSON of ours."""
CODE_CHARACTERS = 200
"""The longest code of a sender that a table of the site data is asked about, its system included."""


class Tick(Contract):
    """It is now `at`, for one tenant."""

    at: datetime


class Receipt(Contract):
    """What became of handing a question to another system, as its sender tells it at `POST /receipts`; `id` is the sender's own."""

    id: str = Field(min_length=1)
    status: DeliveryStatus
    encounter_id: str
    query_id: str
    addressed_to: str = ""  # the staff id to whom it was handed
    sending: AwareDatetime | None = None  # which sending of it; None: the one that stands
    until: AwareDatetime | None = None  # of a deferral
    because: DeferredBecause | None = None
    reason: str = ""


class SiteMapping(Contract):
    """A person says what a sender's code means: one row of a table of the site data, told at `POST /mappings`.

    `code` as `MessageEnded.unmapped` names it; without `to` the row is taken away.  `by` is the gate's word; `id`, where it is given,
    the sender's own, so that one told twice is one.
    """

    table: SiteTable
    code: str = Field(min_length=1, max_length=CODE_CHARACTERS)
    to: str | None = None
    by: Person
    id: str = ""

    @field_validator("to")
    @classmethod
    def _held(cls, to: str | None, told: ValidationInfo) -> str | None:
        """What that table cannot hold is refused here, with the table's own reason."""
        if "table" in told.data and "code" in told.data:
            try:
                mapped(SiteData(), told.data["table"], told.data["code"], to)
            except ValidationError as error:
                raise ValueError(field_at_fault(error)[1]) from None
        return to


class EntryPoisoned(Contract):
    """A room stopped twice on this entry; it is skipped (-> `failed` page) from now on, in replays too (DESIGN §2)."""

    room: str
    entry_id: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message at the gate."""

    ce_id: str
    type: InboundType
    tenant: str
    feed: str
    received_at: datetime
    body: bytes
    _: KW_ONLY
    part: str | None = None
    replays: str | None = None
    """The entry id of the dead letter that this is a second try of."""
    by: Person | None = None
    """Who had it tried again: the gate's word, as in a decision or a mapping."""
    mends: str | None = None
    """The encounter of that letter's entry, where it is one: the rooms must hear of the second try even where it says nothing new."""
    backload: bool = False
    """History sent afterwards: baselines only (DOMAIN F.18)."""

    def headers(self) -> Headers:
        """The headers under which it is stored."""
        told = [
            ("ce_specversion", "1.0"),
            ("ce_id", self.ce_id),
            ("ce_type", self.type),
            ("ce_source", self.feed),
            ("ce_subject", self.tenant),
            ("ce_time", self.received_at.isoformat()),
            ("content-type", CONTENT_TYPES.get(self.type, JSON)),
            ("tenant", self.tenant),
        ]
        if self.part:
            told.append(("part", self.part))
        if self.replays:
            told.append(("replays", self.replays))
        if self.by:
            told.append(("by", self.by.model_dump_json()))
        if self.mends:
            told.append(("mends", self.mends))
        if self.backload:
            told.append(("backload", "1"))
        return tuple((name, value.encode()) for name, value in told)


def read_inbound(body: bytes, headers: Headers) -> Inbound:
    """The message that was stored with these headers."""
    told = {name: value.decode() for name, value in headers}
    return Inbound(
        ce_id=told["ce_id"],
        type=cast(InboundType, told["ce_type"]),
        tenant=told["tenant"],
        feed=told["ce_source"],
        received_at=datetime.fromisoformat(told["ce_time"]),
        body=body,
        part=told.get("part"),
        replays=told.get("replays"),
        by=Person.model_validate_json(told["by"]) if "by" in told else None,
        mends=told.get("mends"),
        backload="backload" in told,
    )
