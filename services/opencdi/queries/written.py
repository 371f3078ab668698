"""Questions that people ask of their own accord: written by a specialist or a coder, or asked in person and recorded (B68, B75, Q-51).

The same gate, life and topic as a rule's.  What a person wrote is not worded anew; the record settles it as far as it can: evidence that is
corrected withdraws it, and a missing diagnosis that comes to be documented resolves it.
"""

from collections.abc import Iterator
from typing import Any

from opencdi.bus.room import States
from opencdi.clinical.vocabulary import OVER, QueryCause, QueryState
from opencdi.events.audiences import Indicator, Option, QueryWording
from opencdi.events.entry import Entry
from opencdi.events.ids import derived_id
from opencdi.events.people import EvidenceChosen, Person, QuerySpoken, QueryWritten
from opencdi.events.query_moves import DecisionRefused
from opencdi.events.wording import indicator_in_passing
from opencdi.queries import answers, gate
from opencdi.queries.care_team import with_member
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Stay
from opencdi.queries.conditions import signs
from opencdi.queries.evidence import Cited
from opencdi.queries.life import UNANSWERED
from opencdi.queries.noted import Note
from opencdi.queries.query import Chosen, Query
from opencdi.queries.question import Question
from opencdi.queries.rest import history_of
from opencdi.queries.rule import Rule
from opencdi.queries.told import Mention
from opencdi.queries.wording import options_of

OfTheirOwn = QueryWritten | QuerySpoken


def cites(states: States, entry: Entry) -> bool:
    """Whether the entry names something that a person's question shows: most results are read by no rule, and are not decoded."""
    stay = states.get(f"stay/{entry.envelope.encounter_id}")
    if not isinstance(stay, Stay) or not stay.cited or "facts" not in entry.envelope.pages:
        return False
    told = entry.pages[entry.envelope.pages.index("facts")]
    return any(source_id.encode() in told for source_id in stay.cited)


# --- asking -------------------------------------------------------------------------------------------------------------
def why_not(work: Casework, fact: OfTheirOwn) -> str:
    """Why it cannot be asked; "" if it can.  What was asked in person was asked: of that, only the form is looked at."""
    stay = work.records.stay
    if fact.actor.role == "provider" and isinstance(fact, QueryWritten):
        return "only CDI and coders ask"
    if stay.ended or stay.unread:
        return "nothing is asked on this encounter now"
    if fact.template is not None and fact.template not in work.rules:
        return "there is no such template"
    before = work.current(fact.condition)
    if before is not None and before.state not in OVER:
        return "a question on this condition is open"
    if not _addressee(stay, fact):
        return "there is nobody to ask"
    if any(one.source_id.partition("@")[1] and not _note_of_this_stay(work, one) for one in fact.evidence):
        return "an indicator names a note that is not of this encounter, or not as it reads now"
    if not fact.evidence:
        return "it shows no indicator"
    if isinstance(fact, QuerySpoken):
        return ""
    report = gate.inspect(_wording(work, fact, "new"))
    told = sorted({f"{requirement} {where}: {text}" for requirement, where, text in report.violations})
    return "" if report.compliant else "the compliance gate: " + "; ".join(told)


def _note_of_this_stay(work: Casework, one: EvidenceChosen) -> bool:
    note_id, _, revision = one.source_id.partition("@")
    held = work.states.get(f"note/{work.records.encounter_id}/{note_id}")
    return isinstance(held, Note) and str(held.revision) == revision


def _addressee(stay: Stay, fact: OfTheirOwn) -> Person | None:
    return fact.addressed_to or stay.attending


def ask(work: Casework, fact: OfTheirOwn) -> None:
    """A draft, in a person's words; what was asked in person has been asked, and perhaps answered."""
    stay, encounter_id = work.records.stay, work.records.encounter_id
    nth = stay.asked.get(fact.condition, 0) + 1
    query_id = derived_id(stay.tenant, encounter_id, fact.condition, str(nth))
    history = history_of(work.current(fact.condition))
    wording = _wording(work, fact, query_id)
    query = Query(
        query_id=query_id,
        condition=fact.condition,
        rule_id="",
        rule_revision=0,
        gap_type=fact.gap_type,
        definition_id="",
        severity=1,
        title=wording.title,
        opened_at=work.at,
        moved_at=work.at,
        origin=fact.origin if isinstance(fact, QueryWritten) else "verbal",
        phase=fact.phase,
        chosen=Chosen(to=fact.addressed_to) if fact.addressed_to else None,
        settled=tuple(sorted(history.settled)),
        settled_at=history.at,
        returned=tuple(sorted(history.returned)),
        wording=wording,
        gate=gate.inspect(wording),
        sources=tuple((one.source_id, one.at.at, one.text) for one in fact.evidence),
        kinds=tuple(sorted({f"by hand: {one.source}" for one in fact.evidence})),
        why_now=indicator_in_passing(max(wording.indicators, key=lambda one: one.at.at)) if wording.indicators else "",
    )
    concepts = {option.diagnosis for option in wording.options if option.diagnosis} | {fact.condition}
    work.records.update(
        rules_care=False,
        queries={**stay.queries, fact.condition: query_id},
        asked={**stay.asked, fact.condition: nth},
        watched=tuple(sorted({*stay.watched, *concepts})),
        cited=tuple(sorted({*stay.cited, *(one.source_id.partition("@")[0] for one in fact.evidence)})),
        team=with_member(stay, fact.addressed_to),
    )
    if isinstance(fact, QuerySpoken):
        _record_spoken(work, query, fact)
        return
    query = work.move(query, "candidate", "WRITTEN", fact.phase, actor=fact.actor)
    work.move(query, "draft", "WRITTEN", fact.phase, actor=fact.actor)


def _record_spoken(work: Casework, query: Query, fact: QuerySpoken) -> None:
    """It has been asked already: the gate's report says whether as it should have been, and nobody undoes it."""
    query = work.move(query, "candidate", "SPOKEN", fact.spoken_at.isoformat(), actor=fact.asked_by)
    wording = query.wording
    if wording is None or query.gate is None or not query.gate.compliant:
        work.move(query, "withdrawn", "NOT_COMPLIANT", actor=fact.actor)
        return
    query = work.move(query, "draft", "SPOKEN", actor=fact.actor)
    sent = work.send(query, gate.passed(wording), "SPOKEN", actor=fact.asked_by)
    option = wording.options[fact.answer] if fact.answer is not None and fact.answer < len(wording.options) else None
    if option or fact.answer_text.strip():
        answers.take(work, sent, actor=fact.addressed_to, option_id=option.option_id if option else None, words=fact.answer_text)


def refuse(work: Casework, fact: OfTheirOwn, why: str) -> None:
    """Say why it is not asked."""
    work.refused.append(DecisionRefused(decision_id=fact.decision_id, reason=why))


# --- words ----------------------------------------------------------------------------------------------------------------
def _wording(work: Casework, fact: OfTheirOwn, query_id: str) -> QueryWording:
    rule, stay = work.rules.get(fact.template or ""), work.records.stay
    shown: dict[str, list[Indicator]] = {"indicator": [], "contrary": [], "documented": []}
    for one in fact.evidence:
        note = work.states.get(f"note/{work.records.encounter_id}/{one.source_id.partition('@')[0]}")
        label = note.confidentiality if isinstance(note, Note) else None  # DOMAIN F.17
        shown[one.shown_as].append(Indicator(**one.model_dump(exclude={"shown_as", "at"}), at=one.at, confidentiality=label))
    term = next((one.quote for one in shown["documented"] if one.quote), "this condition")
    author = fact.asked_by if isinstance(fact, QuerySpoken) else fact.actor
    return QueryWording(
        query_id=query_id,
        encounter_id=work.records.encounter_id,
        patient_id=stay.patient_id,
        addressed_to=_addressee(stay, fact) or Person(),
        author=author.staff_id or author.name,
        created_at=work.at,
        title=fact.title or (rule.title if rule else ""),
        why=fact.why or (rule.why.replace("{documented}", term) if rule else ""),
        documented=tuple(shown["documented"]),
        indicators=tuple(shown["indicator"]),
        contrary=tuple(shown["contrary"]),
        no_contrary_evidence_found=not shown["contrary"],
        question=fact.question or (rule.question.replace("{documented}", term) if rule else ""),
        options=tuple(_options(work, fact, rule)),
    )


def _options(work: Casework, fact: OfTheirOwn, rule: Rule | None) -> Iterator[Option]:
    """Those written, else the template's that this record supports."""
    for nth, one in enumerate(fact.options):
        yield Option(option_id=f"answer-{nth + 1}", text=one.text, diagnosis=one.diagnosis, free_text=one.free_text)
    if rule is not None and not fact.options:
        q = Question(rule, work.site, work.records.chart())
        yield from options_of(rule, frozenset(option.id for option in rule.options if option.needs is None or signs(option.needs, q)))


# --- what the record says afterwards ------------------------------------------------------------------------------------------
def look_again(work: Casework) -> None:
    """After an entry: whether the record withdraws, holds, releases or resolves what people asked of their own accord."""
    for query in filter(None, map(work.current, work.records.stay.queries)):
        if query.origin == "rule" or query.state is None:
            continue
        if query.state == "answered-awaiting-chart":
            _charted(work, query)
        elif query.state in UNANSWERED:
            _look_at(work, query)


def _charted(work: Casework, query: Query) -> None:
    said = [one for one in _said(work, query.answer_diagnosis or "") if one.counts and one.affirmed and one.at.at > query.moved_at]
    if said:
        validated = work.move(query, "validated", "DOCUMENTED", satisfied_by=_quoted(query.answer_diagnosis or "", said))
        work.move(validated, "closed", "DOCUMENTED")


def _look_at(work: Casework, query: Query) -> None:
    sources = {source_id for source_id, _, _ in query.sources}
    if sources & work.records.corrected:
        work.move(query, "withdrawn", "EVIDENCE_CORRECTED")
        return
    if query.gap_type != "missing-diagnosis":  # what is documented is the question: it is answered, or taken back by a person
        return
    options = query.wording.options if query.wording else ()
    asked = sorted({option.diagnosis for option in options if option.diagnosis} | {query.condition})
    said = [(concept, one) for concept in asked for one in _said(work, concept) if one.at.at > query.opened_at]
    for state, cause, found in (
        ("auto-resolved", "DOCUMENTED", [(c, m) for c, m in said if m.counts and m.affirmed]),
        ("auto-resolved", "RULED_OUT", [(c, m) for c, m in said if m.counts and m.denies(query.opened_at) and c == query.condition]),
        ("addressed-uncertain", "UNCERTAIN", [(c, m) for c, m in said if m.counts and m.uncertain]),
        ("addressed-awaiting-signature", "AWAITING_SIGNATURE", [(c, m) for c, m in said if _unsigned(m)]),
    ):  # fmt: skip
        if found:
            _settle(work, query, state, cause, tuple(Cited(c, m).indicator for c, m in found))  # type: ignore[arg-type]  # of the table above
            return
    if query.held_from is not None and query.state in ("addressed-uncertain", "addressed-awaiting-signature"):
        work.move(query, query.held_from, "RELEASED", held_from=None, satisfied_by=())


def _settle(work: Casework, query: Query, state: QueryState, cause: QueryCause, told: tuple[Indicator, ...]) -> None:
    if query.state == state or {one.source_id for one in told} <= set(query.reopened_over or ()):
        return
    changes: dict[str, Any] = {} if state == "auto-resolved" else {"held_from": query.held_from or query.state}
    work.move(query, state, cause, satisfied_by=told, **changes)


def _said(work: Casework, concept: str) -> tuple[Mention, ...]:
    return work.records.chart().mentions(concept) if concept else ()


def _unsigned(mention: Mention) -> bool:
    return mention.authentication in ("unsigned", "needs-cosignature") and mention.author_role == "provider" and mention.affirmed


def _quoted(concept: str, said: list[Mention]) -> tuple[Indicator, ...]:
    return tuple(Cited(concept, one).indicator for one in said)
