"""The desk: one message being filed.  Collects what is said about each encounter, in order, and what it could not place."""

from dataclasses import dataclass, field
from typing import TypeVar, cast

from opencdi.bus.room import State, States
from opencdi.events.facts import Fact
from opencdi.events.ids import keyed_hash
from opencdi.intake.memory import Encounter, Pages, Story
from opencdi.intake.told import Context

S = TypeVar("S", bound=State)


@dataclass(slots=True)
class Said:
    """What one message says about one encounter."""

    facts: list[Fact] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Desk:
    """States, the context of the message, and what is said so far."""

    states: States
    context: Context
    said: dict[str, Said] = field(default_factory=dict)
    kept: int = 0
    visits_changed: bool = False  # something that was held may now find its encounter
    ignored: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def id_of(self, *parts: str) -> str:
        """A keyed id."""
        return keyed_hash(self.context.key, *parts)

    def get(self, key: str, model: type[S]) -> S | None:
        """The record under that key; the key's first word is the model's, so the cast holds (RecordCodec checks it)."""
        return cast("S | None", self.states.get(key))

    def say(self, encounter_id: str, fact: Fact, text: str | None = None) -> None:
        """A fact about an encounter; a note brings its text."""
        said = self.said.setdefault(encounter_id, Said())
        said.facts.append(fact)
        if text is not None and fact.kind == "note_filed":
            said.texts[fact.note_id] = text

    def followed(self, encounter_id: str) -> str:
        """Where that encounter lives now."""
        while (found := self.get(f"encounter/{encounter_id}", Encounter)) is not None and found.into is not None:
            encounter_id = found.into
        return encounter_id

    def remember(self, encounter_id: str, page: bytes, texts: dict[str, str]) -> None:
        """Keep what was told, so that it can be told again where the encounter moves."""
        pages = self.get(f"pages/{encounter_id}", Pages) or Pages()
        self.states[f"story/{encounter_id}/{pages.count}"] = Story(page=page.decode(), texts=texts)
        self.states[f"pages/{encounter_id}"] = Pages(count=pages.count + 1)
