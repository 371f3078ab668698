"""The encounter on one screen: what is open, what the notes say, what it would be coded as, and what moved that."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from opencdi.events.audiences import Indicator, QueryAlert, QueryWording
from opencdi.events.pages import CodingPage, QueryMoved
from opencdi.store.encounters import NoteOnChart, alerts, drg_history, failures, final_sets, header_of, items, notes, on_line
from opencdi.store.health import as_of
from opencdi.store.questions import Pending, moves, unsettled
from opencdi.workbench.highlight import Mark, MarkKind, Segment, segments
from opencdi.workbench.personas import Persona
from opencdi.workbench.rank import days_in
from opencdi.workbench.restricted import Restriction, restriction
from opencdi.workbench.results import trends
from opencdi.workbench.timeline import timeline
from opencdi.workbench.words import OVER, words


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """A question with both halves, its life so far, and this page's decisions about it that are on their way."""

    alert: QueryAlert
    wording: QueryWording | None
    moves: tuple[QueryMoved, ...]
    pending: tuple[Pending, ...]

    @property
    def waiting(self) -> bool:
        """Whether a decision is on its way."""
        return any(decision.refused is None for decision in self.pending)


@dataclass(frozen=True, slots=True)
class NoteShown:
    """A note as the viewer may read it."""

    on_chart: NoteOnChart
    current: bool
    restricted: bool
    segments: tuple[Segment, ...]


def encounter_page(connection: Connection, tenant: str, encounter_id: str, persona: Persona, zone: ZoneInfo) -> dict[str, object] | None:
    """All that the page shows; None if this tenant has no such encounter."""
    header = header_of(connection, tenant, encounter_id)
    if header is None:
        return None
    on_chart, line = notes(connection, encounter_id), on_line(connection, encounter_id)
    withheld = restriction(on_chart, sees_restricted=persona.sees_restricted)
    questions = _questions(connection, encounter_id, withheld)
    coding = line.coding if line else None
    stay = items(connection, encounter_id)
    now = as_of(connection, tenant)
    return {
        "header": header,
        "days": days_in(header, now.received_at if now else None),
        "line": line,
        "coding": coding,
        "codes": [] if coding is None else [shown for code in coding.codes if (shown := withheld.code(code))],
        "hidden_codes": 0 if coding is None else sum(withheld.code(code) is None for code in coding.codes),
        "effects": {effect.code: effect for effect in coding.effects} if coding else {},
        "history": drg_history(connection, encounter_id),
        "questions": [question for question in questions if question.alert.state not in OVER],
        "past": [question for question in questions if question.alert.state in OVER],
        "notes": _notes(on_chart, coding, questions, withheld),
        "trends": trends(stay),
        "days_of_stay": timeline(stay, on_chart, zone),
        "failures": failures(connection, encounter_id),
        "finals": final_sets(connection, encounter_id),
    }


def _questions(connection: Connection, encounter_id: str, withheld: Restriction) -> list[QuestionShown]:
    moved, sent = moves(connection, encounter_id), unsettled(connection, encounter_id)
    return [
        QuestionShown(
            alert=alert,
            wording=withheld.wording(wording) if wording else None,
            moves=tuple(move for move in moved if move.query_id == alert.query_id),
            pending=tuple(decision for decision in sent if decision.query_id == alert.query_id),
        )
        for alert, wording in alerts(connection, encounter_id)
    ]


def _notes(
    on_chart: list[NoteOnChart], coding: CodingPage | None, questions: Iterable[QuestionShown], withheld: Restriction
) -> list[NoteShown]:
    seen: set[str] = set()
    shown = []
    for one in on_chart:
        restricted, current = withheld.hides_note(one.note.note_id), one.note.note_id not in seen
        seen.add(one.note.note_id)
        marks = [] if restricted or one.retracted else [*_marks(one, coding, questions)]
        held = replace(one, text="", reading=None) if restricted else one
        shown.append(NoteShown(held, current, restricted, tuple(segments(held.text, marks))))
    return shown


def _marks(one: NoteOnChart, coding: CodingPage | None, questions: Iterable[QuestionShown]) -> Iterable[Mark]:
    note_id, revision = one.note.note_id, one.note.revision
    for finding in one.reading.findings if one.reading else ():
        label = ", ".join([words(finding.concept), finding.assertion, *([] if finding.active == "yes" else [f"active: {finding.active}"])])
        yield Mark(finding.start, finding.end, finding.text, finding.assertion, label)
    for code in coding.codes if coding else ():
        for evidence in code.evidence:
            if (evidence.note_id, evidence.revision) == (note_id, revision):
                yield Mark(evidence.start, evidence.end, evidence.quote, "code", f"{code.code} {code.description}")
    for question in questions:
        if question.wording:
            yield from _indicator_marks(question.wording.indicators, "indicator", f"{note_id}@{revision}")
            yield from _indicator_marks(question.wording.documented, "indicator", f"{note_id}@{revision}")
            yield from _indicator_marks(question.wording.contrary, "contrary", f"{note_id}@{revision}")


def _indicator_marks(indicators: Iterable[Indicator], kind: MarkKind, source_id: str) -> Iterable[Mark]:
    for indicator in indicators:
        if indicator.source_id == source_id and indicator.start is not None and indicator.end is not None and indicator.quote:
            yield Mark(
                indicator.start, indicator.end, indicator.quote, kind, "indicator of a question" if kind == "indicator" else "contrary"
            )
