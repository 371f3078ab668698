"""Looking at a stay again after an entry: what each rule finds now, and what that does to its question."""

from opencdi.clinical.vocabulary import OVER, QueryCause
from opencdi.events.causes import cause_of
from opencdi.events.ids import derived_id
from opencdi.events.wording import indicator_in_passing
from opencdi.queries import gate
from opencdi.queries.addressee import CHANGED, addressee_of, only_for_another, readdress
from opencdi.queries.approving import by_policy
from opencdi.queries.awaiting import chart_after_answer, flag_answered, shows_what_no_longer_stands
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Chart
from opencdi.queries.clock import absence_known, wait
from opencdi.queries.crossings import judged_by, same_definition
from opencdi.queries.gap import Judgement, Outcome, judge
from opencdi.queries.life import UNANSWERED, WITH_THE_PHYSICIAN
from opencdi.queries.narrowing import narrow, narrowed, told_of
from opencdi.queries.nothing_to_ask import asking, keep_nothing_to_ask, still_nothing_to_ask
from opencdi.queries.noticing import notice
from opencdi.queries.query import Query
from opencdi.queries.question import Question
from opencdi.queries.questions import in_order, questions_of
from opencdi.queries.reopened import has_lost_its_ground
from opencdi.queries.rest import hindrance, history_of
from opencdi.queries.rule import Rule
from opencdi.queries.suspension import turn
from opencdi.queries.unmoved import differs, reading
from opencdi.queries.weighing import effects_now
from opencdi.queries.wording import word
from opencdi.queries.written import look_again
from opencdi.queries.yielding import give_way, makes_room

_TO_ASK: frozenset[Outcome] = frozenset(("gap", "unsigned"))
_HELD_BY = {"uncertain": "addressed-uncertain", "unsigned": "addressed-awaiting-signature"}


def review(work: Casework, rules: tuple[Rule, ...]) -> None:
    """Judge these rules on the stay as it stands, and move their questions."""
    if work.records.stay.ended:
        return _end(work)
    chart, always = work.records.chart(), asking(work)
    for rule in in_order(work, rules):
        if rule.id not in always and still_nothing_to_ask(work, rule, chart):
            continue
        with turn(work, rule) as again:
            chart.found.turn(again=again)
            outcomes = {_look_at(work, one, chart) for one in questions_of(rule, work, chart)}
            notice(work.records, work.site, rule, chart)
            if outcomes.isdisjoint(_TO_ASK):
                keep_nothing_to_ask(work, rule, chart)
    give_way(work)
    look_again(work)
    readdress(work)


def _look_at(work: Casework, rule: Rule, chart: Chart) -> Outcome:
    query = work.current(rule.condition)
    judgement = judge(rule, chart, work.site, history_of(query).at)
    if query is not None and query.state not in OVER and query.rule_id == rule.id:
        _steer(work, rule, query, judgement)
    elif judgement.outcome in _TO_ASK and not hindrance(rule, query, judgement, work) and _is_free(work, query, rule):
        _open(work, rule, judgement)
    return judgement.outcome


def _is_free(work: Casework, query: Query | None, rule: Rule) -> bool:
    """One condition, one question: whether nobody else's is open."""
    return query is None or query.state in OVER or makes_room(work, query, rule)


def _end(work: Casework) -> None:
    """Cancelled or moved: nothing is asked here any more."""
    cause, _ = cause_of(work.records.stay.ended)
    for condition in work.records.stay.queries:
        query = work.current(condition)
        if query is None or query.state in OVER:
            continue
        work.move(query, "superseded" if cause == "SUPERSEDED" else "withdrawn", cause)


def _open(work: Casework, rule: Rule, judgement: Judgement) -> None:
    stay, encounter_id = work.records.stay, work.records.encounter_id
    nth = stay.asked.get(rule.condition, 0) + 1
    history = history_of(work.current(rule.condition))
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
        settled=tuple(sorted(history.settled)),
        settled_at=history.at,
        returned=tuple(sorted(history.returned)),
    )
    query = _worded(work, rule, query, judgement)
    work.records.update(
        rules_care=False, queries={**stay.queries, rule.condition: query.query_id}, asked={**stay.asked, rule.condition: nth}
    )
    query = work.move(query, "candidate", *cause_of(judgement.reason))
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
    wording = wording.model_copy(update={"addressed_to": addressee_of(stay, query)})
    wording = narrowed(rule, wording, told_of(work, rule), edited=query.edits is not None)
    effect = effects_now(work, rule, query, judgement.offered)
    latest = judgement.cited[-1].indicator
    return query.model_copy(
        update={
            "rule_revision": rule.revision,
            "wording": wording,
            "kinds": tuple(sorted(judgement.kinds)),
            "met": judgement.met,
            **judged_by(Question(rule, work.site, work.records.chart()), judgement.cited, query),
            "why_now": indicator_in_passing(latest),
            "effect": effect,
            "evidence": len(judgement.final_kinds),
        }
    )


def advance(work: Casework, query: Query) -> None:
    """From candidate to the specialist's list, if silence of the chart may be taken for absence (DOMAIN F.7)."""
    tenant, stay = work.entry.envelope.tenant, work.records.stay
    if stay.on_leave and stay.discharged_at is None:  # nobody writes about a patient who is away; the return has it looked at again
        if query.state != "waiting-for-documents":
            work.move(query, "waiting-for-documents", "ON_LEAVE")
        return
    known = absence_known(work.states, tenant, work.at, work.site)
    if not (stay.notes_read and known and query.opened_at <= known and not stay.unread and not work.suspended(query)):
        if query.state != "waiting-for-documents":
            silent: QueryCause = "DOCUMENTS_SILENT" if known is None else "NO_DOCUMENT_SINCE"
            work.move(query, "waiting-for-documents", silent if stay.notes_read else "NO_PROVIDER_NOTE_YET")
        wait(work.states, tenant, work.records.encounter_id)
        return
    query = work.move(query, "draft", "READY")
    if by_policy(work, query) and query.wording and query.gate and query.gate.compliant:
        work.send(query, gate.passed(query.wording, query.effect), "AUTO_SEND_POLICY")


def _hold(work: Casework, query: Query, judgement: Judgement) -> None:
    to = _HELD_BY[judgement.outcome]
    if query.state == to:
        return
    from_state = query.held_from if query.state in _HELD_BY.values() else query.state
    satisfied_by = tuple(cited.indicator for cited in judgement.documentation)
    work.move(query, to, *cause_of(judgement.reason), held_from=from_state, satisfied_by=satisfied_by)  # type: ignore[arg-type]  # a value of the table above


def _steer(work: Casework, rule: Rule, query: Query, judgement: Judgement) -> None:
    """What the record says now settles, holds, releases, withdraws or refreshes an open question."""
    if query.state == "answered-awaiting-chart":
        if not chart_after_answer(work, rule, query, judgement):
            flag_answered(work, query, judgement)
        return
    if query.state not in UNANSWERED:
        return
    if query.reopened_over is not None and _is_what_was_reopened(query, judgement):
        if has_lost_its_ground(work, rule, query):
            work.move(query, "withdrawn", "EVIDENCE_CORRECTED")
        return
    match judgement.outcome:
        case "satisfied" | "ruled-out":
            documentation = tuple(cited.indicator for cited in judgement.documentation)
            work.move(query, "auto-resolved", *cause_of(judgement.reason), satisfied_by=documentation)
        case "uncertain" | "unsigned":
            _hold(work, query, judgement)
        case "silent":
            _silent(work, query, judgement)
        case "gap":
            _still_open(work, rule, query, judgement)
    if (asked := work.current(rule.condition)) and asked.query_id == query.query_id and asked.state in WITH_THE_PHYSICIAN:
        narrow(work, rule, asked)


def _is_what_was_reopened(query: Query, judgement: Judgement) -> bool:
    """Whether only that would settle it which a specialist has read and found not to (DOMAIN E.2)."""
    read = set(query.reopened_over or ())
    documentation = {one.indicator.source_id for one in judgement.documentation}
    return judgement.reason == "NO_LONGER_SO" or (judgement.outcome in ("satisfied", "ruled-out") and documentation <= read)


def _silent(work: Casework, query: Query, judgement: Judgement) -> None:
    taken_back = (work.records.corrected | work.records.replaced) & {source_id for source_id, _, _ in query.sources}
    if judgement.reason in ("NOT_MET", "NO_LONGER_SO") and taken_back:
        work.move(query, "withdrawn", "EVIDENCE_CORRECTED")
    elif judgement.reason == "NO_LONGER_SO":  # a diagnosis that lacked support has it now, or is taken back; two authors agree
        work.move(query, "auto-resolved", "NO_LONGER_SO")
    elif judgement.reason != "NOT_MET":  # time passing takes nothing back; only a corrected or retracted source does (DOMAIN F.5)
        documentation = tuple(cited.indicator for cited in judgement.documentation)
        work.move(query, "withdrawn", *cause_of(judgement.reason), satisfied_by=documentation)


def _still_open(work: Casework, rule: Rule, query: Query, judgement: Judgement) -> None:
    if query.settled and judgement.kinds <= set(query.settled):  # what was new since the last decision is gone again
        work.move(query, "withdrawn", "EVIDENCE_CORRECTED")
    elif query.state in _HELD_BY.values():
        _release(work, rule, query, judgement)
    elif query.state in WITH_THE_PHYSICIAN:
        if shows_what_no_longer_stands(work, query, judgement):
            withdrawn = work.move(query, "withdrawn", "EVIDENCE_CORRECTED")
            if not work.records.stay.unread and not judgement.kinds <= history_of(withdrawn).settled:
                _open(work, rule, judgement)
    elif query.state in ("candidate", "waiting-for-documents"):
        worded = _worded(work, rule, query, judgement)
        work.store(worded)
        advance(work, worded)
    elif reading(work, rule, query, judgement) != work.records.memory.read.get(rule.condition):
        _refresh(work, query, _in_words(work, rule, query, judgement))
        # As it stands now: where this step is taken back and comes again, the question of before is another and is worded again.
        work.records.memory.read[rule.condition] = reading(work, rule, work.current(rule.condition) or query, judgement)


def _refresh(work: Casework, query: Query, worded: Query) -> None:
    if differs(query, worded):
        passed_on = query.wording and worded.wording and only_for_another(query.wording, worded.wording)
        work.show(_inspected(query, worded), CHANGED if passed_on else "EVIDENCE_CHANGED")
    elif query.crossed != worded.crossed or not same_definition(query.definition, worded.definition):
        work.tell_cdi_again(worded, "DEFINITION_CHANGED")
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
