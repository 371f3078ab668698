"""Messages as a hospital sends them: when, over which feed, the bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from opencdi.hospital import fhir, hl7
from opencdi.hospital.story import Story


@dataclass(frozen=True, slots=True)
class Message:
    """One message.  `feed` "fhir" goes to `POST /fhir`; every other is an MLLP connection of its own."""

    at: datetime
    feed: str
    body: bytes
    story: str


def messages_of(story: Story, start: datetime) -> Iterator[Message]:
    """The messages of one admission, in the order of its events, for a demo that begins at `start` (with its zone)."""
    for nth, event in enumerate(story.events):
        at = start + event.at
        if story.channel == "fhir":
            yield Message(at, "fhir", fhir.bundle_of(story, event, at, start), story.story)
        else:
            feed, body = hl7.message_of(story, event, at, start, f"{story.visit.number}-{nth:03d}")
            yield Message(at, feed, body, story.story)


def play(stories: Iterable[Story], start: datetime) -> list[Message]:
    """All admissions side by side, in the order of the clock."""
    return sorted((message for story in stories for message in messages_of(story, start)), key=lambda message: message.at)
