"""The question's exact words, from the rule's template and the record.  No money, no score and no weight is within reach here."""

from datetime import datetime

from opencdi.events.audiences import Indicator, Option, QueryWording
from opencdi.events.facts import Person
from opencdi.queries.chart import Stay
from opencdi.queries.gap import Judgement
from opencdi.queries.query import Edits
from opencdi.queries.rule import AnswerOption, Rule


def options_of(rule: Rule, offered: frozenset[str]) -> tuple[Option, ...]:
    """The options that the record supports: diagnoses alphabetically, then the fixed tail (Q-15)."""
    kept = [option for option in rule.options if option.id in offered or option.tail]
    kept.sort(key=lambda option: (option.tail, "" if option.tail else option.text.lower()))
    return tuple(_as_shown(option) for option in kept)


def _as_shown(option: AnswerOption) -> Option:
    return Option(option_id=option.id, text=option.text, diagnosis=option.diagnosis, free_text=option.free_text)


def word(
    query_id: str, encounter_id: str, stay: Stay, rule: Rule, judgement: Judgement, created_at: datetime, edits: Edits | None = None
) -> QueryWording:
    """What the physician would be shown.  `{documented}` in the template is the provider's own first term for the matter.

    A restricted note's words stand in its indicators and nowhere else, so that they alone need be withheld (DOMAIN F.17).
    """
    documented = tuple(cited.indicator for cited in judgement.documented)
    term = next((one.quote for one in documented if one.quote and not one.confidentiality), "this condition")
    wording = QueryWording(
        query_id=query_id,
        encounter_id=encounter_id,
        patient_id=stay.patient_id,
        addressed_to=stay.attending or Person(),
        author=f"{rule.id} revision {rule.revision}",
        created_at=created_at,
        title=rule.title,
        why=rule.why.replace("{documented}", term),
        documented=documented,
        indicators=_not_said_twice(judgement),
        contrary=tuple(cited.indicator for cited in judgement.contrary),
        no_contrary_evidence_found=not judgement.contrary,
        question=rule.question.replace("{documented}", term),
        options=options_of(rule, judgement.offered),
    )
    return edited(wording, edits) if edits else wording


def _not_said_twice(judgement: Judgement) -> tuple[Indicator, ...]:
    """The indicators less those that stand under "Documented" already; at least one always (Q-02)."""
    told = {cited.place for cited in judgement.documented}
    rest = [cited for cited in judgement.cited if cited.place not in told] or judgement.cited
    return tuple(cited.indicator for cited in rest)


def edited(wording: QueryWording, edits: Edits) -> QueryWording:
    """The wording with a specialist's words in place of the template's; evidence and the meaning of options stay as they are."""
    told = {name: text for name in ("title", "why", "question") if (text := getattr(edits, name)) is not None}
    options = tuple(option.model_copy(update={"text": edits.options.get(option.option_id, option.text)}) for option in wording.options)
    return wording.model_copy(update={**told, "options": options, "author": edits.editor})
