"""The encounter on one screen: what is open, what the notes say, what it would be coded as, and what moved that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from opencdi.clinical.codes import dotted
from opencdi.clinical.vocabulary import OVER
from opencdi.events.audiences import AlertEffect, Indicator, QueryAlert, QueryWording
from opencdi.events.ids import message_of
from opencdi.events.pages import CodingPage, WorkingCode, WorkingProcedure
from opencdi.events.people import Decision, QueryAnswered, QueryDismissed
from opencdi.events.query_moves import QueryChanged, QueryMoved
from opencdi.store.encounters import (
    Header,
    Item,
    NoteOnChart,
    alerts,
    drg_history,
    failures,
    final_sets,
    header_of,
    items,
    notes,
    noticed,
    on_line,
    suspended_rules,
)
from opencdi.store.health import AsOf, as_of
from opencdi.store.questions import Pending, moves, settled, unsettled
from opencdi.workbench.code_lines import code_lines
from opencdi.workbench.drg_plot import drg_plot
from opencdi.workbench.evidence import quoted_in
from opencdi.workbench.highlight import Mark, MarkKind, Segment, segments
from opencdi.workbench.personas import Persona
from opencdi.workbench.procedure_lines import procedure_lines
from opencdi.workbench.rank import days_in, urgency, weighed_now
from opencdi.workbench.restricted import HIDDEN, Restriction, restriction
from opencdi.workbench.results import baselines, trends
from opencdi.workbench.timeline import timeline
from opencdi.workbench.words import words


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """A question with both halves, its life so far, and this page's decisions about it that are on their way."""

    alert: QueryAlert
    wording: QueryWording | None
    moves: tuple[QueryMoved | QueryChanged, ...]
    pending: tuple[Pending, ...]
    answer: QueryAnswered | None
    dismissal: QueryDismissed | None
    refused: tuple[tuple[Decision, str], ...] = ()

    @property
    def ticked(self) -> str | None:
        """The words of the option that the physician chose."""
        offered = self.wording.options if self.wording and self.answer else ()
        return next((option.text for option in offered if self.answer and option.option_id == self.answer.option_id), None)

    @property
    def effect_by_option(self) -> dict[str, AlertEffect]:
        """What each answer would do to the DRG; an alert that names no answer means all that document its concept."""
        by_option = {effect.option_id: effect for effect in self.alert.effect if effect.option_id}
        by_concept = {effect.concept: effect for effect in self.alert.effect if not effect.option_id}
        offered = self.wording.options if self.wording else ()
        told = ((option.option_id, by_option.get(option.option_id) or by_concept.get(option.diagnosis or "")) for option in offered)
        return {option_id: effect for option_id, effect in told if effect}

    @property
    def could_move(self) -> tuple[AlertEffect, ...]:
        """The answers that would change the weight, each DRG once."""
        moving = {effect.drg: effect for effect in self.effect_by_option.values() if effect.drg and abs(effect.weight_delta or 0.0) > 0}
        return tuple(moving.values())

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
    opened: bool


def encounter_page(connection: Connection, tenant: str, encounter_id: str, persona: Persona, zone: ZoneInfo) -> dict[str, object] | None:
    """All that the page shows; None if this tenant has no such encounter."""
    header = header_of(connection, tenant, encounter_id)
    if header is None:
        return None
    line, filed = on_line(connection, encounter_id), notes(connection, encounter_id)
    withheld = restriction(filed, sees_restricted=persona.sees_restricted)
    on_chart = [withheld.note(one) for one in filed]
    coding = line.coding if line else None
    stay = items(connection, encounter_id)
    finals = final_sets(connection, encounter_id)
    became = settled(connection, (item.fact.decision_id for item in stay if isinstance(item.fact, Decision)))
    became |= {message_of(one.as_of): one.cause for one in finals if one.cause.startswith("attestation refused")}
    questions = _questions(connection, encounter_id, withheld, stay, became)
    hidden = withheld.hidden((*coding.codes, *coding.procedures) if coding else ())
    now, history = as_of(connection, tenant), [withheld.change(change, hidden) for change in drg_history(connection, encounter_id)]
    days = days_in(header, now.received_at if now else None, zone)
    codes, hidden_codes = code_lines(coding.codes if coding else (), withheld)
    procedures, hidden_procedures = procedure_lines(coding.procedures if coding else (), withheld)
    if coding and withheld.drg_tells(coding.codes, coding.drg):
        coding, history = coding.model_copy(update={"drg": None, "effects": (), "procedure_effects": (), "no_drg": HIDDEN}), []
    return {
        "header": header,
        "days": days,
        "line": line,
        "coding": coding,
        "codes": codes,
        "hidden_codes": hidden_codes,
        "procedures": procedures,
        "hidden_procedures": hidden_procedures,
        "edits": [edit for edit in coding.edits if edit.code not in hidden] if coding else [],
        "effects": {effect.code: effect for effect in (*coding.effects, *coding.procedure_effects)} if coding else {},
        "history": history,
        "plot": drg_plot(history, until) if (until := _until(header, now)) else None,
        "questions": sorted(_still_open(questions, header, now.received_at if now else None), key=lambda question: urgency(question.alert)),
        "own": [one for one in unsettled(connection, encounter_id) if one.kind in ("query_written", "query_spoken")],
        "past": [question for question in questions if question.alert.state in OVER],
        "noticed": [withheld.noticed(one) for one in noticed(connection, encounter_id)],
        "around": quoted_in(_cited(questions), on_chart, withheld),
        "notes": _notes(on_chart, coding, questions, withheld),
        "trends": trends(stay),
        "baselines": baselines(stay),
        "days_of_stay": timeline(stay, on_chart, zone, became),
        "failures": failures(connection, encounter_id),
        "suspended": suspended_rules(connection, encounter_id),
        "finals": finals,
    }


def _until(header: Header, now: AsOf | None) -> datetime | None:
    if header.discharged_at:
        return header.discharged_at.at
    return now.received_at if now else None


def _still_open(questions: Iterable[QuestionShown], header: Header, now: datetime | None) -> Iterable[QuestionShown]:
    for question in questions:
        if question.alert.state not in OVER:
            (alert,) = weighed_now([question.alert], header, now)
            yield replace(question, alert=alert)


def _cited(questions: Iterable[QuestionShown]) -> Iterable[Indicator]:
    for question in questions:
        if question.wording:
            yield from (*question.wording.documented, *question.wording.indicators, *question.wording.contrary)


def _questions(
    connection: Connection, encounter_id: str, withheld: Restriction, stay: list[Item], became: Mapping[str, str | None]
) -> list[QuestionShown]:
    moved, sent = moves(connection, encounter_id), unsettled(connection, encounter_id)
    # The chart holds every decision that came in, whoever sent it; what happened is those that the line took.
    taken = [item.fact for item in stay if isinstance(item.fact, Decision) and became.get(item.fact.decision_id, "on its way") is None]
    answers = {fact.query_id: fact for fact in taken if isinstance(fact, QueryAnswered)}  # the last one, by its time
    not_taken = [(item.fact, why) for item in stay if isinstance(item.fact, Decision) and (why := became.get(item.fact.decision_id))]
    dismissals = {fact.query_id: fact for fact in taken if isinstance(fact, QueryDismissed)}
    return [
        QuestionShown(
            alert=withheld.alert(alert),
            wording=withheld.wording(wording) if wording else None,
            moves=tuple(move for move in moved if move.query_id == alert.query_id),
            pending=tuple(decision for decision in sent if decision.query_id == alert.query_id),
            answer=answers.get(alert.query_id),
            dismissal=dismissals.get(alert.query_id) if alert.state == "dismissed" else None,
            refused=tuple(_refused(alert, not_taken, sent)),
        )
        for alert, wording in alerts(connection, encounter_id)
    ]


def _refused(alert: QueryAlert, not_taken: Iterable[tuple[Decision, str]], sent: list[Pending]) -> Iterable[tuple[Decision, str]]:
    """Decisions about the question that were refused, whoever handed them in; what the card says otherwise is not said twice."""
    elsewhere = {one.decision_id for one in alert.also_said} | {one.decision_id for one in sent}
    for fact, why in not_taken:
        if getattr(fact, "query_id", None) == alert.query_id and fact.decision_id not in elsewhere:
            yield fact, why


def _notes(
    on_chart: list[NoteOnChart], coding: CodingPage | None, questions: Iterable[QuestionShown], withheld: Restriction
) -> list[NoteShown]:
    seen: set[str] = set()
    shown: list[NoteShown] = []
    for one in on_chart:
        restricted, current = withheld.hides_note(one.note.note_id), one.note.note_id not in seen
        seen.add(one.note.note_id)
        marks = [] if restricted or one.retracted else [*_marks(one, coding, questions)]
        told = any(mark.kind in ("indicator", "contrary") for mark in marks)
        opened = current and not one.retracted and (told or not shown)  # what the open questions quote, and the newest
        shown.append(NoteShown(one, current, restricted, tuple(segments(one.text, marks)), opened))
    return shown


def _marks(one: NoteOnChart, coding: CodingPage | None, questions: Iterable[QuestionShown]) -> Iterable[Mark]:
    note_id, revision = one.note.note_id, one.note.revision
    for finding in one.reading.findings if one.reading else ():
        label = ", ".join([words(finding.concept), finding.assertion, *([] if finding.active == "yes" else [f"active: {finding.active}"])])
        yield Mark(finding.start, finding.end, finding.text, finding.assertion, label)
    supported: tuple[WorkingCode | WorkingProcedure, ...] = (*coding.codes, *coding.procedures) if coding else ()
    for code in supported:
        for evidence in code.evidence:
            if (evidence.note_id, evidence.revision) == (note_id, revision):
                yield Mark(evidence.start, evidence.end, evidence.quote, "code", _label_of(code))
    for question in questions:
        if question.wording and question.alert.state not in OVER:
            yield from _indicator_marks(question.wording.indicators, "indicator", f"{note_id}@{revision}")
            yield from _indicator_marks(question.wording.documented, "indicator", f"{note_id}@{revision}")
            yield from _indicator_marks(question.wording.contrary, "contrary", f"{note_id}@{revision}")


def _label_of(one: WorkingCode | WorkingProcedure) -> str:
    if isinstance(one, WorkingCode):
        return f"{dotted(one.code)} {one.description}"
    return f"{one.code} {one.description}" if one.code else words(one.procedure)


def _indicator_marks(indicators: Iterable[Indicator], kind: MarkKind, source_id: str) -> Iterable[Mark]:
    for indicator in indicators:
        if indicator.source_id == source_id and indicator.start is not None and indicator.end is not None and indicator.quote:
            label = "clinical indicator of a question" if kind == "indicator" else "contrary to a question"
            yield Mark(indicator.start, indicator.end, indicator.quote, kind, label)
