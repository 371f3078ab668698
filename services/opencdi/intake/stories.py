"""What was told of a stay, as intake remembers it: to be told again where the stay moves, or is taken apart (DESIGN §1)."""

from collections.abc import Iterator
from itertools import repeat
from typing import NamedTuple

from opencdi.events.facts import Fact
from opencdi.events.pages import FactsPage
from opencdi.intake.desk import Desk, Said
from opencdi.intake.memory import Pages, Story


class ToldFact(NamedTuple):
    """A fact, a note's text, and the visit, else order, else account under which it was told ("": none was named)."""

    fact: Fact
    text: str | None
    under: str


def story_of(page: bytes, said: Said) -> Story:
    """What one entry told, to be remembered.  Most messages are about one visit: that is kept once."""
    under = tuple(said.under)
    return Story(page=page.decode(), texts=said.texts, under=under[:1] if len(set(under)) == 1 else under)


def told_in(story: Story) -> Iterator[ToldFact]:
    """The facts of one entry."""
    under = story.under if len(story.under) > 1 else repeat(story.under[0] if story.under else "")
    for fact, one in zip(FactsPage.read(story.page).facts, under, strict=False):
        yield ToldFact(fact, story.texts.get(fact.note_id) if fact.kind == "note_filed" else None, one)


def told_of(desk: Desk, encounter_id: str) -> Iterator[ToldFact]:
    """All facts of a stay, in the order in which they were told; those of this message last."""
    for story in _stories(desk, encounter_id):
        yield from told_in(story)
    said = desk.said.get(encounter_id, Said())
    for fact, under in zip(said.facts, said.under, strict=True):
        yield ToldFact(fact, said.texts.get(fact.note_id) if fact.kind == "note_filed" else None, under)


def moved_from(desk: Desk, encounter_id: str) -> list[str]:
    """This stay, and those that live on as it."""
    earlier = (one for story in _stories(desk, encounter_id) for one in FactsPage.read(story.page).moved_from)
    return [encounter_id, *earlier, *desk.said.get(encounter_id, Said()).moved_from]


def forget_stories(desk: Desk, encounter_id: str) -> None:
    """What was told of it is told elsewhere from now on."""
    pages = desk.states.pop(f"pages/{encounter_id}", None)
    for nth in range(pages.count if isinstance(pages, Pages) else 0):
        desk.states.pop(f"story/{encounter_id}/{nth}", None)
    desk.said.pop(encounter_id, None)


def _stories(desk: Desk, encounter_id: str) -> Iterator[Story]:
    pages = desk.get(f"pages/{encounter_id}", Pages) or Pages()
    for nth in range(pages.count):
        if (story := desk.get(f"story/{encounter_id}/{nth}", Story)) is not None:
            yield story
