"""The question's exact words, from the rule's template and the record.  No money, no score and no weight is within reach here."""

from datetime import datetime

from opencdi.events.audiences import Option, QueryWording
from opencdi.events.facts import Person
from opencdi.queries.chart import Stay
from opencdi.queries.gap import Judgement
from opencdi.queries.rule import AnswerOption, Rule


def options_of(rule: Rule, offered: frozenset[str]) -> tuple[Option, ...]:
    """The options that the record supports: diagnoses alphabetically, then the fixed tail (Q-15)."""
    kept = [option for option in rule.options if option.id in offered or option.tail]
    kept.sort(key=lambda option: (option.tail, "" if option.tail else option.text.lower()))
    return tuple(_as_shown(option) for option in kept)


def _as_shown(option: AnswerOption) -> Option:
    return Option(option_id=option.id, text=option.text, diagnosis=option.diagnosis, free_text=option.free_text)


def word(query_id: str, encounter_id: str, stay: Stay, rule: Rule, judgement: Judgement, created_at: datetime) -> QueryWording:
    """What the physician would be shown.  `{documented}` in the template is the provider's own first term for the matter."""
    first = judgement.documented[0].indicator if judgement.documented else None
    term = (first.quote or "") if first else "this condition"
    return QueryWording(
        query_id=query_id,
        encounter_id=encounter_id,
        patient_id=stay.patient_id,
        addressed_to=stay.attending or Person(),
        author=f"{rule.id} revision {rule.revision}",
        created_at=created_at,
        title=rule.title,
        why=rule.why.replace("{documented}", term),
        documented=tuple(cited.indicator for cited in judgement.documented),
        indicators=tuple(cited.indicator for cited in judgement.cited),
        contrary=tuple(cited.indicator for cited in judgement.contrary),
        no_contrary_evidence_found=not judgement.contrary,
        question=rule.question.replace("{documented}", term),
        options=options_of(rule, judgement.offered),
    )
