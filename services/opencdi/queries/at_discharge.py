"""Discharge reconciliation (DOMAIN B77): what the end of the documentation leaves open.

What waits for the final document waits until it is in force (F.15, F.11); until then notes may still say it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from pydantic import Field

from opencdi.bus.room import State, States
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.events.reading import ConceptTimeline, NoteRead
from opencdi.knowledge.final_document import Document, filed, last_of
from opencdi.knowledge.site import SiteData
from opencdi.queries.chart import Chart, Stay
from opencdi.queries.condition_at_discharge import AnsweredNotCharted, Dropped, LeftUncertain
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.query import Query
from opencdi.queries.told import Answer, Mention

_FIRST_IMPRESSIONS: Final[frozenset[NoteType]] = frozenset({"emergency"})
"""What the emergency physician thinks of, the ward's notes settle or take up (D-77)."""


class Lines(State):
    """How notes document the conditions that rules look for at the end: those that were named and are not any more."""

    dropped: dict[str, ConceptTimeline] = Field(default_factory=dict)


def lines_of(states: States, encounter_id: str) -> Mapping[str, ConceptTimeline]:
    """Condition -> its documentation, where it was dropped."""
    held = states.get(f"lines/{encounter_id}")
    return held.dropped if isinstance(held, Lines) else {}


def file_lines(states: States, encounter_id: str, told: Iterable[ConceptTimeline], asked: Collection[str]) -> set[str]:
    """Remember what notes have dropped, of what rules ask for; the conditions whose documentation is another now."""
    before = lines_of(states, encounter_id)
    after = {**before, **{line.concept: line for line in told if line.concept in asked}}
    after = {concept: line for concept, line in after.items() if line.dropped and line.first and line.last}
    if after != before:
        states[f"lines/{encounter_id}"] = Lines(dropped=after)
    return {concept for concept in {*before, *after} if before.get(concept) != after.get(concept)}


def after_note(stay: Stay, note: NoteRead) -> dict[str, object]:
    """What changes in the stay: the summaries, and the last note of a provider."""
    document = Document(note_id=note.note_id, note_type=note.note_type, written_at=note.written_at, in_force=note.counts)
    summaries = filed(stay.summaries, document, kept=note.note_type == "discharge-summary" and not note.retracted)
    last = last_of(stay.last_note, document, speaks=note.counts and not note.retracted)
    return {"summaries": summaries, "last_note": last} if (summaries, last) != (stay.summaries, stay.last_note) else {}


def answers(states: States, encounter_id: str, stay: Stay) -> Iterator[Answer]:
    """What providers answered with a diagnosis that no note tells yet."""
    for query_id in stay.queries.values():
        held = states.get(f"query/{encounter_id}/{query_id}")
        if isinstance(held, Query) and held.state == "answered-awaiting-chart" and held.wording and held.answer_diagnosis:
            options = {option.option_id: option.text for option in held.wording.options}
            yield Answer(
                query_id=query_id,
                diagnosis=held.answer_diagnosis,
                text=options.get(held.answer_option or "", held.title),
                author=held.answered_by,
                at=ClinicalTime(held.moved_at),
                confidentiality=held.wording.confidentiality(),
            )


def answered_not_charted(_: AnsweredNotCharted, chart: Chart, site: SiteData) -> Iterator[Sign]:
    """Each answer that the final document should have told; where the bill nears, each that no note has told until then."""
    final, nears = chart.stay.final_document(site), chart.stay.bill_nears(site)
    ends = sorted(filter(None, (final.written_at.at if final else None, nears)))
    for answer in chart.answers() if ends else ():
        if (since := next((end for end in ends if answer.at.at <= end), None)) is not None:
            yield Sign(since, (Cited(answer.diagnosis, answer),), answer.diagnosis)


def dropped(condition: Dropped, chart: Chart, site: SiteData) -> Iterator[Sign]:
    """Each condition that was documented and is not any more, with the first and the last that was said of it."""
    final = chart.stay.final_document(site)
    for concept in condition.concepts:
        line = chart.line(concept)
        if line is None or line.first is None or line.last is None:
            continue
        notes = (line.first.note_id, line.last.note_id)
        if (notes[0] != notes[1]) if condition.once else (line.dropped != "discharge-summary" or final is None):
            continue
        said = [m for m in chart.mentions(concept) if m.counts and m.affirmed and m.note_id in notes]
        if said and said[-1].attributes.get("resolved") != "yes" and not _settled(condition.said_by, concept, chart, said[-1]):
            ends = {mention.note_id: mention for mention in reversed(said)}  # the first words of each
            yield Sign(said[-1].at.at, tuple(Cited(concept, ends[note_id]) for note_id in dict.fromkeys(notes) if note_id in ends), concept)


def left_uncertain(condition: LeftUncertain, chart: Chart, site: SiteData) -> Iterator[Sign]:
    """Each condition whose last word is that it may be so."""
    final = chart.stay.final_document(site)
    for concept in condition.concepts if final else ():
        own = [m for m in chart.mentions(concept) if m.counts and not m.copied and (m.of_now or (m.ruled_out and m.not_since is None))]
        last = own[-1] if own else None
        if final is None or last is None or any(m.affirmed for m in own if m.note_id == last.note_id):
            continue
        doubted = [m for m in own if m.uncertain and m.certainty in condition.certainty and m.note_type not in _FIRST_IMPRESSIONS]
        if last not in doubted or len({m.note_id for m in doubted}) < condition.notes:
            continue
        named = any(m.note_id == final.note_id for m in chart.mentions(concept))
        if (last.note_id == final.note_id if condition.final else not named) and not _settled(condition.said_by, concept, chart, last):
            yield Sign(last.at.at, (Cited(concept, last, last.certainty),), concept)


def _settled(said_by: Mapping[str, tuple[str, ...]], concept: str, chart: Chart, last: Mention) -> bool:
    """Whether a provider took it back since, or has said the same or more by another name."""
    if any(m.counts and m.denies(last.at.at) and m.at.at >= last.at.at for m in chart.mentions(concept)):
        return True
    others = (m for other in said_by.get(concept, ()) for m in chart.mentions(other))
    return any(m.counts and (m.affirmed or m.denies(last.at.at)) and m.at.at >= last.at.at for m in others)
