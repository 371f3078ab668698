"""A rule's own words under the compliance linter (DOMAIN §C), before there is a patient: what its template can say, it may say.

The specimen shows every option and an indicator that supports each.  Whether this patient's record supports an option is asked of each
question anew (Q-12, `opencdi.queries.gate`); what is wrong here would be wrong for all.
"""

from collections.abc import Iterator
from dataclasses import replace

from opencdi.knowledge.diagnosis_terms import diagnosis_of
from opencdi.knowledge.linter import lint
from opencdi.knowledge.query_text import Offered, QueryText, Quoted
from opencdi.knowledge.yaml_places import Place
from opencdi.queries.rule import Rule
from opencdi.queries.wording import options_of

_WORDS = ("title", "why", "question", "options")
_TERM = "this condition"


def wrong_wording(rule: Rule) -> Iterator[tuple[Place, str]]:
    """What in the template no physician may be shown, and options of which the linter could never say that the record supports them."""
    place_of_option = {option.id: nth for nth, option in enumerate(rule.options)}
    for option in rule.options:
        if option.diagnosis:
            known, nth = diagnosis_of(option.diagnosis), place_of_option[option.id]
            if known is None or not known.support:
                why = f"the gate knows nothing that would support {option.diagnosis} (rules/gate/diagnoses.yaml)"
                yield ("options", nth, "diagnosis"), why
            if not option.codes:
                yield ("options", nth, "codes"), f"no code for {option.diagnosis}"
    shown = specimen(rule)
    for violation in lint(shown):
        field, _, at = violation.where.rstrip("]").partition("[")
        if field in _WORDS:
            place: Place = (field, place_of_option[shown.options[int(at)].option_id], "text") if at else (field,)
            yield place, f"{violation.requirement}: {violation.text}"
    parts = {name for one in rule.satisfied_by for name in one.having}
    for named, rest in rule.rest.items():
        if not set(named.split("+")) < parts:
            yield ("rest", named), f"not a part of what is asked for: {', '.join(sorted(parts)) or 'nothing has parts'}"
        why, question = (text.replace("{documented}", _TERM) for text in (rest.why, rest.question))
        for violation in lint(replace(shown, why=why, question=question)):
            if violation.where in ("why", "question"):
                yield ("rest", named, violation.where), f"{violation.requirement}: {violation.text}"


def specimen(rule: Rule) -> QueryText:
    """The question as it could look.  Only of a missing diagnosis is nothing documented: the others are about what is."""
    asked_about = () if rule.type == "missing-diagnosis" else dict.fromkeys((rule.condition, *rule.documented))
    options = options_of(rule, frozenset(option.id for option in rule.options))
    known = [diagnosis for option in options if option.diagnosis and (diagnosis := diagnosis_of(option.diagnosis))]
    return QueryText(
        encounter_id="e",
        patient_id="p",
        addressed_to="attending",
        author=f"{rule.id} revision {rule.revision}",
        created_at="2026-05-01T08:00:00-04:00",
        title=rule.title,
        why=rule.why.replace("{documented}", _TERM),
        question=rule.question.replace("{documented}", _TERM),
        documented=tuple(_shown(_written(concept), source="note") for concept in asked_about),
        indicators=(_shown(", ".join(diagnosis.support[0] for diagnosis in known if diagnosis.support) or "finding", source="result"),),
        no_contrary_evidence_found=True,
        options=tuple(Offered(option.text, option.diagnosis or "", option.option_id) for option in options),
    )


def _written(concept: str) -> str:
    known = diagnosis_of(concept)
    return known.terms[0] if known else concept.replace("-", " ")


def _shown(text: str, source: str) -> Quoted:
    return Quoted(text, source, "1", "2026-05-01T08:00:00-04:00", "author", quote=text)
