"""The compliance linter: what a question to a physician must and must not say (DOMAIN §C).  Pure: a text in, violations out.

Deterministic, no model.  It knows nothing of rules, topics or states; `opencdi.queries.gate` lets nothing by that it rejects.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from opencdi.knowledge import query_language as language
from opencdi.knowledge.diagnosis_terms import BY_CONCEPT, Diagnosis, diagnoses_in
from opencdi.knowledge.query_text import Offered, QueryText


@dataclass(frozen=True, slots=True)
class Violation:
    """One requirement that this text does not keep, where, and why."""

    requirement: str
    where: str
    text: str


# --- C.1 content ------------------------------------------------------------------------------------------------------
def _identity(q: QueryText) -> Iterator[Violation]:
    for name in ("patient_id", "encounter_id", "addressed_to", "author", "created_at"):
        if not getattr(q, name).strip():
            yield Violation("Q-01", name, "missing")
    if not q.why.strip():
        yield Violation("Q-07", "why", "no plain statement of why this is asked")


def _indicators(q: QueryText) -> Iterator[Violation]:
    if not q.indicators:
        yield Violation("Q-02", "indicators", "no clinical indicator")
    for name, told in (("indicators", q.indicators), ("contrary", q.contrary), ("documented", q.documented)):
        for index, one in enumerate(told):
            where = f"{name}[{index}]"
            missing = [
                f
                for f, value in (("text", one.text or one.quote), ("source", one.source), ("at", one.at), ("author", one.author))
                if not value.strip()
            ]
            if missing:
                yield Violation("Q-02", where, f"without {', '.join(missing)}")
            foreign = one.encounter_id and one.encounter_id != q.encounter_id
            if (foreign or one.prior) and not one.pertinence:
                yield Violation("Q-20" if one.prior else "Q-03", where, "of another encounter, without a reason why it matters here")
            if match := language.INTERPRETING.search(one.text.replace(one.quote, "") if one.quote else one.text):
                yield Violation("Q-05", where, f"interprets: {match.group()}")
    if q.indicators and all(one.prior or (one.encounter_id and one.encounter_id != q.encounter_id) for one in q.indicators):
        yield Violation("Q-21", "indicators", "every indicator is of a prior encounter")
    if bool(q.contrary) == q.no_contrary_evidence_found:
        yield Violation("Q-04", "contrary", "contrary evidence is listed, or it is said that none was found: one of the two")


def _concise(q: QueryText) -> Iterator[Violation]:
    words = sum(len(text.split()) for _, text in q.prose())
    if words > language.MAX_WORDS:
        yield Violation("Q-06", "question", f"{words} words, more than {language.MAX_WORDS}")
    if not q.question.strip():
        yield Violation("Q-06", "question", "no question")
    if q.question.count("?") > 1:
        yield Violation("Q-06", "question", "more than one question")


# --- C.2 not leading ---------------------------------------------------------------------------------------------------
def _is_documented(q: QueryText, diagnosis: Diagnosis) -> bool:
    told = [d for one in q.documented for d in diagnoses_in(one.quote or one.text)]
    return any(
        d.concept == diagnosis.concept or (diagnosis.family and d.family == diagnosis.family and _vaguer(diagnosis, d)) for d in told
    )


def _vaguer(named: Diagnosis, documented: Diagnosis) -> bool:
    # Documented "septic shock" makes "sepsis" no news; documented "infection" does not make "pneumonia" one.
    return len(named.terms[-1]) <= len(documented.terms[-1]) and named.terms[-1] in documented.terms[0]


def _title(q: QueryText) -> Iterator[Violation]:
    for diagnosis in diagnoses_in(q.title, negated_too=True):
        if not _is_documented(q, diagnosis):
            yield Violation("Q-10", "title", f"names {diagnosis.concept}, which no provider has documented")


def _leading(q: QueryText) -> Iterator[Violation]:
    for where, text in q.prose():
        if match := language.LEADING.search(text):
            yield Violation("Q-11", where, f"leads: {match.group()}")
    for index, option in enumerate(q.options):
        letters = [c for c in option.text if c.isalpha()]
        shouted = (len(letters) > 6 and all(c.isupper() for c in letters)) or "**" in option.text or "<b>" in option.text.lower()
        if option.ticked or option.emphasised or shouted:
            yield Violation("Q-11", f"options[{index}]", "one option is ticked or emphasised")


def _diagnoses_of(option: Offered) -> tuple[Diagnosis, ...]:
    named = diagnoses_in(option.text)
    known = BY_CONCEPT.get(option.diagnosis)
    return named if named or known is None else (known,)


def supported(q: QueryText, diagnosis: Diagnosis) -> bool:
    """Whether an indicator shown is of a kind on which this diagnosis can rest."""
    shown = [f"{one.text} {one.quote} ".lower() for one in (*q.indicators, *q.documented)]
    return any(_begins_a_word(word, text) for word in diagnosis.support for text in shown)


def _begins_a_word(word: str, text: str) -> bool:
    place = text.find(word)
    while place >= 0:
        if place == 0 or not text[place - 1].isalnum():
            return True
        place = text.find(word, place + 1)
    return False


def _options(q: QueryText) -> Iterator[Violation]:
    for index, option in enumerate(q.options):
        for diagnosis in _diagnoses_of(option):
            if not _is_documented(q, diagnosis) and not supported(q, diagnosis):
                yield Violation(
                    "Q-12", f"options[{index}]", f"{diagnosis.concept} is neither documented nor supported by an indicator shown"
                )
    if not q.options:
        return  # the open form is always allowed
    if not any(language.OTHER.search(option.text) for option in q.options):
        yield Violation("Q-13", "options", 'no "other"')
    if not any(language.UNDETERMINED.search(option.text) for option in q.options):
        yield Violation("Q-13", "options", 'no "unable to determine"')


def _yes_or_no(q: QueryText) -> Iterator[Violation]:
    said = {option.text.lower().strip().split(" ")[0].rstrip(",.:;") for option in q.options}
    if not {"yes", "no"} <= said:
        return
    for diagnosis in diagnoses_in(q.question, negated_too=True):
        if not _is_documented(q, diagnosis):
            yield Violation("Q-14", "question", f"yes or no about {diagnosis.concept}, which no provider has documented")


def _order(q: QueryText) -> Iterator[Violation]:
    named = [option for option in q.options if _diagnoses_of(option) or option.diagnosis]
    texts = [option.text.lower() for option in named]
    levels = [language.SEVERITY_WORDS.index(word) for text in texts for word in language.SEVERITY_WORDS if word in text.split()[:2]]
    if len(levels) > 1 and levels == sorted(levels, reverse=True) and levels[0] > levels[-1] and texts != sorted(texts):
        yield Violation("Q-15", "options", "the severest first")
    effects = [q.effects[option.diagnosis] for option in named if option.diagnosis in q.effects] if q.effects else []
    if len(set(effects)) > 1 and effects == sorted(effects, reverse=True) and texts != sorted(texts):
        yield Violation("Q-15", "options", "in the order of payment")
    first_tail = next((i for i, o in enumerate(q.options) if language.OTHER.search(o.text) or language.UNDETERMINED.search(o.text)), None)
    if (
        any("severe" in text.split() for text in texts)
        and not any(("mild" in t or "moderate" in t) for t in texts)
        and len(named) == 1
        and first_tail is not None
    ):
        yield Violation("Q-16", "options", "severe is offered without a milder alternative")


def _introduced(q: QueryText) -> Iterator[Violation]:
    offered = {diagnosis.concept for option in q.options for diagnosis in _diagnoses_of(option)}
    for where, text in (("why", q.why), ("question", q.question)):
        for diagnosis in diagnoses_in(text, negated_too=True):
            if diagnosis.concept not in offered and not _is_documented(q, diagnosis):
                yield Violation("Q-19", where, f"introduces {diagnosis.concept}")


# --- C.4 what must never reach the provider ------------------------------------------------------------------------------
def _money(q: QueryText) -> Iterator[Violation]:
    told = list(q.prose())
    for name, quoted in (("indicators", q.indicators), ("contrary", q.contrary)):
        told += [(f"{name}[{index}]", f"{one.text} {one.source}") for index, one in enumerate(quoted)]
    for where, text in told:
        if match := language.MONEY.search(text) or language.MONEY_IN_CAPITALS.search(text):
            yield Violation("Q-30", where, f"speaks of {match.group()}")
    for text in q.extra:
        name, _, value = text.partition(": ")
        if language.MONEY_FIELD.search(name) or language.MONEY.search(value) or language.MONEY_IN_CAPITALS.search(value):
            yield Violation("Q-30", name, "a field that the provider's half does not have")


CHECKS: tuple[Callable[[QueryText], Iterator[Violation]], ...] = (
    _identity, _indicators, _concise, _title, _leading, _options, _yes_or_no, _order, _introduced, _money,
)  # fmt: skip


def lint(query: QueryText) -> tuple[Violation, ...]:
    """Every requirement that the text does not keep; () means compliant."""
    return tuple(violation for check in CHECKS for violation in check(query))
