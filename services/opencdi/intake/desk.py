"""The desk: one message being filed.  Collects what is said about each encounter, in order, and what it could not place."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar, cast

from opencdi.bus.room import State, States
from opencdi.events.audiences import Unmapped
from opencdi.events.facts import Fact, MeasurementResulted
from opencdi.events.ids import keyed_hash
from opencdi.intake.memory import Encounter
from opencdi.intake.told import Context

S = TypeVar("S", bound=State)
_id_of = lru_cache(maxsize=16_384)(keyed_hash)  # of patients and visits, who come again and again


@dataclass(slots=True)
class Said:
    """What one message says about one encounter."""

    facts: list[Fact] = field(default_factory=list)
    encoded: list[bytes] = field(default_factory=list)  # each of them, as it will travel
    under: list[str] = field(default_factory=list)  # of each, the visit, order or account under which it was told
    moved_from: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    noticed: set[tuple[str, str]] = field(default_factory=set)

    def add(self, fact: Fact, text: str | None = None, encoded: bytes | None = None, under: str = "") -> None:
        """A fact; a note brings its text, and who has encoded it already its bytes."""
        self.facts.append(fact)
        self.under.append(under)
        self.encoded.append(encoded if encoded is not None else fact.to_json())
        if text is not None and fact.kind == "note_filed":
            self.texts[fact.note_id] = text


@dataclass(slots=True)
class Desk:
    """States, the context of the message, and what is said so far."""

    states: States
    context: Context
    sender: str = ""  # who sent it, as a short hash: two systems may send the same document
    number: str = ""  # of the patient, as the message names it, whatever that was merged into
    under: str = ""  # the visit, else the order, else the account, under which what is being filed was told
    again: bool = False  # a second try: what stands is said again
    anew: bool = False  # our own words on what was told before: news of nobody, which makes no history live
    said: dict[str, Said] = field(default_factory=dict)
    kept: int = 0
    led: tuple[tuple[str, ...], str, str] = ((), "", "")  # the order numbers that led to an encounter last, and under which visit
    visits_changed: bool = False  # something that was held may now find its encounter
    pasts_changed: set[str] = field(default_factory=set)  # patients of whose earlier values others may now stand before a stay
    held_values: set[tuple[str, str]] = field(default_factory=set)  # the same of what waits: patient and analyte
    after_closing: list[tuple[str, MeasurementResulted]] = field(default_factory=list)  # results of stays that are closed
    ignored: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unmapped: tuple[Unmapped, ...] = ()

    def id_of(self, *parts: str) -> str:
        """A keyed id."""
        return _id_of(self.context.key, *parts)

    def assigned(self, what: str, authority: str, number: str) -> str:
        """The id of a number that somebody assigned, by whichever of that authority's names a system calls it."""
        return self.id_of(what, self.context.site.authority_by_name.get(authority, authority), number)

    def get(self, key: str, model: type[S]) -> S | None:
        """The record under that key; the key's first word is the model's, so the cast holds (RecordCodec checks it)."""
        return cast("S | None", self.states.get(key))

    def say(self, encounter_id: str, fact: Fact, text: str | None = None, encoded: bytes | None = None) -> None:
        """A fact about an encounter."""
        said = self.said.get(encounter_id)
        if said is None:
            said = self.said[encounter_id] = Said()
        said.add(fact, text, encoded, self.under)

    def hear_again(self, encounter_id: str) -> None:
        """An entry of this encounter is tried again: it gets one even where nothing of the message stands any more, for then nothing is
        unread."""
        encounter_id = self.followed(encounter_id)
        if (encounter := self.get(f"encounter/{encounter_id}", Encounter)) is not None and not encounter.closed:
            self.said.setdefault(encounter_id, Said())

    def followed(self, encounter_id: str) -> str:
        """Where that encounter lives now."""
        while (found := self.get(f"encounter/{encounter_id}", Encounter)) is not None and found.into is not None:
            encounter_id = found.into
        return encounter_id
