"""An entry: the envelope and its pages, as it walks down the line.

On the wire it is JSON Lines (`application/x-ndjson`): the first line is the envelope, which names the pages; then one line a
page.  A room splits the lines, decodes the page that it needs, and forwards the others as the very bytes it received: an older
room never strips what a newer one wrote (DESIGN §1).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from pydantic import ConfigDict, ValidationError

from opencdi.events.contract import Contract
from opencdi.events.ids import derived_id
from opencdi.events.problems import Unusable


class Page(Contract):
    """One room's contribution to an entry.  `kind` is its name in the envelope."""

    kind: str


P = TypeVar("P", bound=Page)
Headers = tuple[tuple[str, bytes], ...]


class Envelope(Contract):
    """What the line needs to know without opening a page.

    `kind` is open: an unknown one is carried on.  "history" is an entry of what was sent afterwards or before go-live: baselines only,
    no alert, question or DRG change, and without the notes' texts (DOMAIN F.18).  `entry_id` is the ce_id given at the gate plus an
    ordinal; for what a timer fired it is derived from encounter, timer and due time.  `encounter_id` is None for what concerns a whole
    tenant (a tick, site data).
    `received_at` never decreases per tenant.
    """

    entry_id: str
    kind: str = "entry"
    tenant: str
    received_at: datetime
    source: str
    encounter_id: str | None = None
    pages: tuple[str, ...] = ()
    replays: str | None = None  # the entry id of the dead letter that this is a second try of: it mends what failed then

    def about(self, encounter_id: str, source: str) -> "Envelope":
        """Of what an entry about the whole tenant causes in one stay: an entry of its own, made by that room."""
        entry_id = derived_id(self.entry_id, encounter_id)
        return Envelope(entry_id=entry_id, tenant=self.tenant, received_at=self.received_at, source=source, encounter_id=encounter_id)


class _NewerEnvelope(Envelope):
    """An envelope with fields that this release does not know: nobody here acts on them, and they go on down the line."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True, slots=True)
class Entry:
    """The envelope, and the pages as bytes in the envelope's order."""

    envelope: Envelope
    pages: tuple[bytes, ...] = ()

    def has(self, kind: str) -> bool:
        """Whether there is a page of that kind."""
        return kind in self.envelope.pages

    def raw(self, kind: str) -> bytes | None:
        """The page of that kind as it came, None if the entry has none: for a room that looks before it decodes."""
        return self.pages[self.envelope.pages.index(kind)] if kind in self.envelope.pages else None

    def page(self, model: type[P]) -> P | None:
        """The page of that model, decoded; None if the entry has none, `Unusable` if it is not what its kind promises."""
        kind = model.model_fields["kind"].default
        if (raw := self.raw(kind)) is None:
            return None
        try:
            return model.read(raw)
        except ValueError:
            raise Unusable("NOT_A_PAGE", kind) from None

    def with_page(self, page: Page) -> "Entry":
        """The entry with this page added at the end; a page of the same kind is replaced."""
        rest = self.without(page.kind)
        envelope = rest.envelope.model_copy(update={"pages": (*rest.envelope.pages, page.kind)})
        return Entry(envelope, (*rest.pages, page.to_json()))

    def without(self, kind: str) -> "Entry":
        """The entry less that page (nlp takes the notes' full text off the line)."""
        if kind not in self.envelope.pages:
            return self
        kept = [i for i, name in enumerate(self.envelope.pages) if name != kind]
        envelope = self.envelope.model_copy(update={"pages": tuple(self.envelope.pages[i] for i in kept)})
        return Entry(envelope, tuple(self.pages[i] for i in kept))

    def encode(self) -> bytes:
        """The entry as it travels."""
        return b"\n".join((self.envelope.to_json(), *self.pages))


def entry_of(envelope: Envelope, pages: Iterable[Page]) -> Entry:
    """A new entry with these pages."""
    told = tuple(pages)
    return Entry(envelope.model_copy(update={"pages": tuple(page.kind for page in told)}), tuple(page.to_json() for page in told))


@lru_cache(maxsize=2048)  # rooms of one process are given the same line one after the other
def _read_envelope(line: bytes) -> Envelope:
    try:
        return Envelope.model_validate_json(line)
    except ValidationError as error:
        # Only during a rolling upgrade, so only then is the line read twice.
        wrong = {e["type"] for e in error.errors(include_url=False, include_context=False, include_input=False)}
        if wrong != {"extra_forbidden"}:
            raise Unusable("NOT_AN_ENTRY", "envelope") from None
    return _NewerEnvelope.model_validate_json(line)


def read_entry(value: bytes) -> Entry:
    """The entry that these bytes are; `Unusable` if they are none."""
    first, *pages = value.split(b"\n")
    envelope = _read_envelope(first)
    if len(pages) != len(envelope.pages):
        raise Unusable("NOT_AN_ENTRY", "pages")
    return Entry(envelope, tuple(pages))


def headers_of(entry: Entry, *, event_type: str, source: str, content_type: str = "application/x-ndjson") -> Headers:
    """CloudEvents 1.0 attributes in binary mode, for an entry or what was derived from it (DESIGN §3)."""
    envelope = entry.envelope
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.entry_id.encode()),
        ("ce_type", event_type.encode()),
        ("ce_source", source.encode()),
        ("ce_subject", (envelope.encounter_id or envelope.tenant).encode()),
        ("ce_time", envelope.received_at.isoformat().encode()),
        ("content-type", content_type.encode()),
    )
