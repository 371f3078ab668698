"""What an entry brings to finalize, and what it remembers of it.

Most entries belong to patients who are still in bed: for those nothing is decoded that does not matter here.
"""

import re
from typing import TypeVar, cast

from opencdi.bus.room import State, States
from opencdi.clinical.vocabulary import OVER
from opencdi.events.audiences import OpenQuestion
from opencdi.events.entry import Entry
from opencdi.events.facts import Fact
from opencdi.events.ids import message_of
from opencdi.events.pages import CodingPage, FactsPage, FailedPage, FindingsPage, QueriesPage
from opencdi.events.people import CodeSetAttested
from opencdi.events.query_moves import QueryMoved
from opencdi.events.reading import NoteRead
from opencdi.finalize.stay import Stay, after_facts, after_notes

_CLOSING = re.compile(
    rb'"(?:encounter_updated|encounter_discharged|discharge_cancelled|encounter_cancelled|encounter_moved|order_placed|code_set_attested)"'
)
"""Kinds of facts that closing a chart depends on; a page without one of these words is not opened."""


class Working(State):
    """The last coding page, as it came: it is opened when a set is made."""

    page: str


class Questions(State):
    """The questions that are not settled."""

    open: tuple[OpenQuestion, ...] = ()


S = TypeVar("S", bound=State)


def recalled(states: States, key: str, new: S) -> S:
    """What is remembered under that key, or a new one."""
    return cast(S, states.get(key, new))


def remember(states: States, key: str, state: State) -> None:
    """Remember, unless it is what is remembered already: an unchanged state is not written again."""
    if states.get(key) != state:
        states[key] = state


def facts_in(entry: Entry) -> tuple[Fact, ...]:
    """The facts, if any of them matters here."""
    raw = entry.raw("facts")
    if raw is None or _CLOSING.search(raw) is None:
        return ()
    page = entry.page(FactsPage)
    if page is None:
        return ()
    if page.moved_from:  # a coder vouched for another stay's set: for this one's, which is made of both, nobody has yet
        return tuple(fact for fact in page.facts if not isinstance(fact, CodeSetAttested))
    return page.facts


def notes_in(entry: Entry) -> tuple[NoteRead, ...]:
    """What nlp read in this entry's notes."""
    page = entry.page(FindingsPage)
    return page.notes if page else ()


def _asked(questions: Questions, moved: QueryMoved) -> Questions:
    before = {question.query_id: question for question in questions.open}
    known = before.pop(moved.query_id, None)
    if moved.to_state in OVER:
        return Questions(open=tuple(before.values()))
    title = moved.title or (known.title if known else "")
    question = OpenQuestion(query_id=moved.query_id, condition=moved.condition, title=title, state=moved.to_state)
    return Questions(open=tuple(sorted((*before.values(), question), key=lambda question: question.query_id)))


def _after_failures(stay: Stay, entry: Entry) -> Stay:
    """What a room could not step is unread until a second try of the same message comes through."""
    envelope, failed, unread = entry.envelope, entry.page(FailedPage), stay.unread
    if envelope.replays:
        again = message_of(envelope.replays)
        unread = {entry_id: room for entry_id, room in unread.items() if message_of(entry_id) != again}
    if failed:
        unread = unread | {envelope.entry_id: failed.room}
    return stay if unread == stay.unread else stay.model_copy(update={"unread": unread})


def record(states: States, encounter_id: str, entry: Entry, facts: tuple[Fact, ...], notes: tuple[NoteRead, ...]) -> Stay:
    """Remember what this entry brings; the stay as it is now."""
    before = recalled(states, f"stay/{encounter_id}", Stay())
    stay = _after_failures(after_notes(after_facts(before, facts), notes), entry)
    if stay != before:
        states[f"stay/{encounter_id}"] = stay
    if coding := entry.raw("coding"):
        states[f"working/{encounter_id}"] = Working(page=coding.decode())
    if queries := entry.page(QueriesPage):
        known = questions = recalled(states, f"questions/{encounter_id}", Questions())
        for moved in queries.moved:
            questions = _asked(questions, moved)
        if questions != known:
            states[f"questions/{encounter_id}"] = questions
    return stay


def coding_of(states: States, encounter_id: str) -> CodingPage | None:
    """The codes as of now; None where nothing was ever coded."""
    working = states.get(f"working/{encounter_id}")
    return CodingPage.read(working.page) if isinstance(working, Working) else None
