"""Looking at a stay again after an entry: what each rule finds now, and what that does to its question."""

from datetime import datetime

from opencdi.events.audiences import Indicator
from opencdi.events.ids import derived_id
from opencdi.events.wording import indicator_in_passing
from opencdi.queries import gate
from opencdi.queries.addressee import CHANGED, only_for_another, readdress
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Chart, attributes_told
from opencdi.queries.clock import clock_of, documents_flow, wait
from opencdi.queries.evidence import Cited
from opencdi.queries.gap import Judgement, judge
from opencdi.queries.life import DECIDED, OVER, UNANSWERED, WITH_THE_PHYSICIAN
from opencdi.queries.priority import priority
from opencdi.queries.query import Query
from opencdi.queries.rule import Rule
from opencdi.queries.suspension import turn
from opencdi.queries.unmoved import differs, reading
from opencdi.queries.weighing import effects_now
from opencdi.queries.wording import word

HOUR_S = 3600
_HELD_BY = {"uncertain": "addressed-uncertain", "unsigned": "addressed-awaiting-signature"}


def review(work: Casework, rules: tuple[Rule, ...]) -> None:
    """Judge these rules on the stay as it stands, and move their questions."""
    if work.records.stay.ended:
        return _end(work)
    chart = work.records.chart()
    for rule in rules:
        with turn(work, rule) as again:
            chart.found.turn(again=again)
            _look_at(work, rule, chart)
    readdress(work)


def _look_at(work: Casework, rule: Rule, chart: Chart) -> None:
    query = work.current(rule.condition)
    judgement = judge(rule, chart, work.site, _settled(query)[1])
    if query is not None and query.rule_id != rule.id and query.state not in OVER:
        return  # one condition, one question: another rule has asked
    if query is None or query.state in OVER:
        if judgement.outcome in ("gap", "unsigned") and not work.records.stay.unread and _may_ask(rule, query, judgement, work):
            _open(work, rule, judgement)
    else:
        _steer(work, rule, query, judgement)


def _end(work: Casework) -> None:
    """Cancelled or moved: nothing is asked here any more."""
    cause = work.records.stay.ended
    for condition in work.records.stay.queries:
        query = work.current(condition)
        if query is None or query.state in OVER or query.state == "validated":
            continue
        work.move(query, "superseded" if cause == "SUPERSEDED" else "withdrawn", cause)


def _settled(before: Query | None) -> tuple[frozenset[str], datetime | None]:
    """The kinds of evidence on which people have decided about the condition in this stay, and when they last did."""
    if before is None:
        return frozenset(), None
    if before.state in DECIDED:
        return frozenset((*before.settled, *before.kinds)), before.moved_at
    return frozenset(before.settled), before.settled_at


def _may_ask(rule: Rule, before: Query | None, judgement: Judgement, work: Casework) -> bool:
    """After a person's decision the condition rests; then only a new kind of indicator may ask again (Q-55: no query until yes)."""
    kinds, decided_at = _settled(before)
    if decided_at is None:
        return True
    rested = (work.at - decided_at).total_seconds() >= rule.cooldown.after_decision_h * HOUR_S
    return rested and not judgement.kinds <= kinds


def _open(work: Casework, rule: Rule, judgement: Judgement) -> None:
    stay, encounter_id = work.records.stay, work.records.encounter_id
    nth = stay.asked.get(rule.condition, 0) + 1
    kinds, settled_at = _settled(work.current(rule.condition))
    query = Query(
        query_id=derived_id(stay.tenant, encounter_id, rule.condition, str(nth)),
        condition=rule.condition,
        rule_id=rule.id,
        rule_revision=rule.revision,
        gap_type=rule.type,
        definition_id=rule.definition_id,
        severity=rule.severity,
        title=rule.title,
        opened_at=work.at,
        moved_at=work.at,
        settled=tuple(sorted(kinds)),
        settled_at=settled_at,
    )
    query = _worded(work, rule, query, judgement)
    work.records.update(
        rules_care=False, queries={**stay.queries, rule.condition: query.query_id}, asked={**stay.asked, rule.condition: nth}
    )
    query = work.move(query, "candidate", judgement.reason)
    if judgement.outcome == "unsigned":
        _hold(work, query, judgement)
    else:
        advance(work, query)


def _worded(work: Casework, rule: Rule, query: Query, judgement: Judgement) -> Query:
    """The question with its words, evidence, report and internal half as of now."""
    return _inspected(query, _in_words(work, rule, query, judgement))


def _inspected(before: Query, worded: Query) -> Query:
    if worded.wording is None or (worded.wording, worded.effect) == (before.wording, before.effect):
        return worded
    return worded.model_copy(update={"gate": gate.inspect(worded.wording, worded.effect)})


def _in_words(work: Casework, rule: Rule, query: Query, judgement: Judgement) -> Query:
    stay = work.records.stay
    wording = word(query.query_id, work.records.encounter_id, stay, rule, judgement, query.opened_at, query.edits)
    effect = effects_now(work, rule, query, judgement.offered)
    score, terms = priority(rule.severity, effect, (work.at - stay.started_at).days, len(judgement.kinds))
    latest = judgement.cited[-1].indicator
    return query.model_copy(
        update={
            "rule_revision": rule.revision,
            "wording": wording,
            "sources": _sources(judgement.cited),
            "kinds": tuple(sorted(judgement.kinds)),
            "met": judgement.met,
            "why_now": indicator_in_passing(latest),
            "effect": effect,
            "priority": score,
            "priority_terms": terms,
        }
    )


def _sources(cited: tuple[Cited, ...]) -> tuple[tuple[str, object, str], ...]:
    return tuple((one.indicator.source_id, one.indicator.at.at, one.indicator.text) for one in cited)


def advance(work: Casework, query: Query) -> None:
    """From candidate to the specialist's list, if silence of the chart may be taken for absence (DOMAIN F.7)."""
    tenant, stay = work.entry.envelope.tenant, work.records.stay
    if stay.on_leave and stay.discharged_at is None:  # nobody writes about a patient who is away; the return has it looked at again
        if query.state != "waiting-for-documents":
            work.move(query, "waiting-for-documents", "ON_LEAVE")
        return
    ready = (
        stay.notes_read
        and documents_flow(clock_of(work.states, tenant), work.at, work.site)
        and not stay.unread
        and not work.suspended(query)
    )
    if not ready:
        if query.state != "waiting-for-documents":
            work.move(query, "waiting-for-documents", "NO_PROVIDER_NOTE_YET" if not stay.notes_read else "DOCUMENTS_SILENT")
        wait(work.states, tenant, work.records.encounter_id)
        return
    query = work.move(query, "draft", "READY")
    by_policy = query.rule_id in work.site.auto_send_rules and query.gap_type != "unsupported-diagnosis"  # a second reviewer first
    if by_policy and query.wording and query.gate and query.gate.compliant:
        work.send(query, gate.passed(query.wording, query.effect), "AUTO_SEND_POLICY")


def _hold(work: Casework, query: Query, judgement: Judgement) -> None:
    to = _HELD_BY[judgement.outcome]
    if query.state == to:
        return
    from_state = query.held_from if query.state in _HELD_BY.values() else query.state
    satisfied_by = tuple(cited.indicator for cited in judgement.documentation)
    work.move(query, to, judgement.reason, held_from=from_state, satisfied_by=satisfied_by)  # type: ignore[arg-type]  # a value of the table above


def _steer(work: Casework, rule: Rule, query: Query, judgement: Judgement) -> None:
    """What the record says now settles, holds, releases, withdraws or refreshes an open question."""
    if query.state == "answered-awaiting-chart":
        if not chart_after_answer(work, rule, query, judgement):
            _flag_answered(work, query, judgement)
        return
    if query.state not in UNANSWERED:
        return
    match judgement.outcome:
        case "satisfied" | "ruled-out":
            work.move(query, "auto-resolved", judgement.reason, satisfied_by=tuple(cited.indicator for cited in judgement.documentation))
        case "uncertain" | "unsigned":
            _hold(work, query, judgement)
        case "silent":
            _silent(work, query, judgement)
        case "gap":
            _still_open(work, rule, query, judgement)


def chart_after_answer(work: Casework, rule: Rule, query: Query, judgement: Judgement) -> bool:
    """Whether an authenticated note now says what was answered, which closes it: only this makes it documentation (DOMAIN F.9)."""
    needed = next((one for one in rule.satisfied_by if one.concept == query.answer_diagnosis), None)
    said = [m for m in work.records.chart().mentions(query.answer_diagnosis or "") if m.counts and m.affirmed]
    if rule.stands_by_itself:  # what was asked about was written before: only what is written since the answer answers
        said = [m for m in said if m.at.at > query.moved_at]
    settled = judgement.outcome == "satisfied" or judgement.reason == "NO_LONGER_SO"
    if not settled and not (said and (needed is None or needed.told_by(attributes_told(said)))):
        return False
    validated = work.move(query, "validated", "DOCUMENTED", satisfied_by=tuple(cited.indicator for cited in judgement.documentation))
    work.move(validated, "closed", "DOCUMENTED")
    return True


def _flag_answered(work: Casework, query: Query, judgement: Judgement) -> None:
    """An answer rests on evidence that was corrected or taken back: CDI hears of it, question and answer stay (DOMAIN E.1)."""
    asked = query.stands or query.wording
    if asked is None or not _shows_what_no_longer_stands(work, query, judgement):
        return
    gone = work.records.corrected
    stands = asked.model_copy(
        update={
            "documented": _standing(asked.documented, judgement.documented, gone),
            "indicators": _standing(asked.indicators, judgement.cited, gone),
            "contrary": _standing(asked.contrary, judgement.contrary, gone),
        }
    )
    latest = max(stands.indicators, key=lambda one: one.at.at, default=None)
    changes = {"stands": stands, "met": judgement.met, "why_now": indicator_in_passing(latest) if latest else ""}
    work.tell_cdi_again(query.model_copy(update=changes), "EVIDENCE_CORRECTED")


def _standing(shown: tuple[Indicator, ...], now: tuple[Cited, ...], gone: set[str]) -> tuple[Indicator, ...]:
    """Of what was shown, what was not taken back; a corrected source as it reads now, if it is still evidence."""
    kept = tuple(one for one in shown if one.source_id not in gone)
    sources = {one.source_id.partition("@")[0] for one in shown if one.source_id in gone}
    return (*kept, *(one.indicator for one in now if one.indicator.source_id.partition("@")[0] in sources))


def _silent(work: Casework, query: Query, judgement: Judgement) -> None:
    code = judgement.reason.partition(" ")[0]
    taken_back = (work.records.corrected | work.records.replaced) & {source_id for source_id, _, _ in query.sources}
    if code in ("NOT_MET", "NO_LONGER_SO") and taken_back:
        work.move(query, "withdrawn", "EVIDENCE_CORRECTED")
    elif code == "NO_LONGER_SO":  # a diagnosis that lacked support has it now, or is taken back; two authors agree
        work.move(query, "auto-resolved", code)
    elif code != "NOT_MET":  # time passing takes nothing back; only a corrected or retracted source does (DOMAIN F.5)
        cause = "CLASS_CHANGED" if code == "CLASS" else judgement.reason
        work.move(query, "withdrawn", cause, satisfied_by=tuple(cited.indicator for cited in judgement.documentation))


def _still_open(work: Casework, rule: Rule, query: Query, judgement: Judgement) -> None:
    if query.settled and judgement.kinds <= set(query.settled):  # what was new since the last decision is gone again
        work.move(query, "withdrawn", "EVIDENCE_CORRECTED")
    elif query.state in _HELD_BY.values():
        _release(work, rule, query, judgement)
    elif query.state in WITH_THE_PHYSICIAN:
        if _shows_what_no_longer_stands(work, query, judgement):
            work.move(query, "withdrawn", "EVIDENCE_CORRECTED")
            if not work.records.stay.unread:
                _open(work, rule, judgement)
    elif query.state in ("candidate", "waiting-for-documents"):
        worded = _worded(work, rule, query, judgement)
        work.store(worded)
        advance(work, worded)
    elif (now := reading(work, query, judgement)) != work.records.memory.read.get(rule.id):
        _refresh(work, query, _in_words(work, rule, query, judgement))
        work.records.memory.read[rule.id] = now


def _shows_what_no_longer_stands(work: Casework, query: Query, judgement: Judgement) -> bool:
    """Whether the physician is looking at evidence, for or against, that was corrected or taken back."""
    wording = query.stands or query.wording
    shown = (*wording.documented, *wording.indicators, *wording.contrary) if wording else ()
    now = {(one.indicator.at.at, one.indicator.text) for one in (*judgement.documented, *judgement.cited, *judgement.contrary)}
    return any(one.source_id in work.records.corrected and (one.at.at, one.text) not in now for one in shown)


def _refresh(work: Casework, query: Query, worded: Query) -> None:
    if differs(query, worded):
        passed_on = query.wording and worded.wording and only_for_another(query.wording, worded.wording)
        work.show(_inspected(query, worded), CHANGED if passed_on else "EVIDENCE_CHANGED")
    elif query.effect != worded.effect:
        work.weigh(query, worded.effect)


def _release(work: Casework, rule: Rule, query: Query, judgement: Judgement) -> None:
    """What held the question is gone (retracted, or revised): it goes back to where it was."""
    back = query.held_from
    if back in WITH_THE_PHYSICIAN:
        work.move(query, back, "RELEASED", held_from=None, satisfied_by=())
        return
    worded = _worded(work, rule, query, judgement).model_copy(update={"held_from": None, "satisfied_by": ()})
    work.store(worded)
    advance(work, worded)
