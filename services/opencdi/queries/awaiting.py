"""Answered, awaiting chart: what makes an answer documentation, and what takes the ground from under it (DOMAIN F.9, E.1)."""

from opencdi.events.audiences import Indicator
from opencdi.events.wording import indicator_in_passing
from opencdi.queries.casework import Casework
from opencdi.queries.evidence import Cited
from opencdi.queries.gap import Judgement
from opencdi.queries.query import Query
from opencdi.queries.rule import Rule
from opencdi.queries.told import attributes_told


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


def flag_answered(work: Casework, query: Query, judgement: Judgement) -> None:
    """An answer rests on evidence that was corrected or taken back: CDI hears of it, question and answer stay (DOMAIN E.1)."""
    asked = query.stands or query.wording
    if asked is None or not shows_what_no_longer_stands(work, query, judgement):
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


def shows_what_no_longer_stands(work: Casework, query: Query, judgement: Judgement) -> bool:
    """Whether the physician is looking at evidence, for or against, that was corrected or taken back."""
    wording = query.stands or query.wording
    shown = (*wording.documented, *wording.indicators, *wording.contrary) if wording else ()
    now = {(one.indicator.at.at, one.indicator.text) for one in (*judgement.documented, *judgement.cited, *judgement.contrary)}
    return any(one.source_id in work.records.corrected and (one.at.at, one.text) not in now for one in shown)
