"""What the gate asks of facts of earlier encounters (DOMAIN C.3): why they matter now, their age, and that they never stand alone."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from opencdi.knowledge import query_language as language
from opencdi.knowledge.gate_words import gate_table
from opencdi.knowledge.named_diagnoses import diagnoses_of, named_in, of_this_encounter, rests_on, supported
from opencdi.knowledge.plain_text import found
from opencdi.knowledge.query_text import QueryText, Quoted, Violation

_UNIT = r"(?<!\d)(\d{1,5})[ -]?(d|days?|w|weeks?|mo|months?|y|yr|years?)\b"
_AGE = re.compile(rf"{_UNIT}[^,;()]{{0,20}}\b(?:before|ago|old|earlier|prior)\b|\bage:? ?{_UNIT}", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def prior_facts(q: QueryText) -> Iterator[Violation]:
    """Each prior fact by itself, then the question that would rest on nothing else."""
    for where, one in q.evidence():
        if not q.is_prior(one):
            continue
        if not language.PERTINENCE.search(one.pertinence):
            yield Violation("Q-20" if one.prior else "Q-03", where, "of another encounter, without a reason why it matters here")
        if why := _hides_its_age(q, one):
            yield Violation("Q-23", where, why)
    if q.indicators and all(map(q.is_prior, q.indicators)):
        yield Violation("Q-21", "indicators", "every indicator is of a prior encounter")
    yield from _offered_again(q)


def _offered_again(q: QueryText) -> Iterator[Violation]:
    now = of_this_encounter(q)
    before = {named.concept for _, one in q.evidence() if q.is_prior(one) for named in named_in(one.quote or one.text)}
    for index, option in enumerate(q.options):
        for diagnosis in diagnoses_of(option):
            was = diagnosis.concept in before or supported(q, diagnosis)
            if was and not rests_on(now, diagnosis):
                yield Violation("Q-22", f"options[{index}]", f"{diagnosis.concept} of a prior encounter, and no indicator of this one")


def _hides_its_age(q: QueryText, one: Quoted) -> str:
    """A fact beyond its limit says how old it is, and not that it is much younger; where a time cannot be read, Q-01 and Q-02 say so."""
    told, asked = _day(one.at), _day(q.created_at)
    if told is None or asked is None or (days := (asked - told).days) <= _limit_days(one):
        return ""
    ours = one.text.replace(one.chart_words(), "") if one.chart_words() else one.text  # the chart's "72 years old" is not its age
    match = _AGE.search(f"{one.label} ; {one.pertinence} ; {ours}")
    if match is None:
        return f"{days} days old, which is not shown"
    number, unit = (told for told in match.groups() if told)
    shown = int(number) * _DAYS[unit[0].lower()]
    return f"{days} days old, shown as {shown}" if shown < days / 2 else ""


def _limit_days(one: Quoted) -> int:
    table = gate_table("prior_facts")
    limits = (told["days"] for told in table["facts"].values() if found(told["words"], f"{one.text} ; {one.source}"))
    return int(next(limits, table["other_days"]))


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return None
