"""Which diagnoses a question names, which a provider has documented, and which an indicator shown can support (Q-10, Q-12)."""

from dataclasses import replace
from functools import lru_cache

from opencdi.knowledge.diagnosis_terms import Diagnosis, diagnoses_in, diagnosis_of
from opencdi.knowledge.plain_text import plain, readings
from opencdi.knowledge.query_text import Offered, QueryText, Quoted


@lru_cache(maxsize=4096)
def named_in(text: str, *, negated_too: bool = False) -> tuple[Diagnosis, ...]:
    """The diagnoses that a reader finds in the text, however it is spelled."""
    found = {one.concept: one for told in readings(text) for one in diagnoses_in(told, negated_too=negated_too)}
    return tuple(found.values())


def is_documented(q: QueryText, diagnosis: Diagnosis) -> bool:
    """Whether a provider has documented it, or a relative that makes naming it no news, in this encounter."""
    return any(tells(one.quote or one.text, diagnosis) for one in q.documented if not q.is_prior(one))


def tells(text: str, diagnosis: Diagnosis) -> bool:
    """Whether the text affirms it, or a relative that makes naming it no news."""
    return any(
        d.concept == diagnosis.concept or (diagnosis.family and d.family == diagnosis.family and _vaguer(diagnosis, d))
        for d in named_in(text)
    )


def _vaguer(named: Diagnosis, documented: Diagnosis) -> bool:
    # Documented "septic shock" makes "sepsis" no news; documented "infection" does not make "pneumonia" one.
    return len(named.terms[-1]) <= len(documented.terms[-1]) and named.terms[-1] in documented.terms[0]


def undocumented(q: QueryText, text: str) -> list[Diagnosis]:
    """What the text names, denied or not, that no provider has documented."""
    return [diagnosis for diagnosis in named_in(text, negated_too=True) if not is_documented(q, diagnosis)]


def diagnoses_of(option: Offered) -> tuple[Diagnosis, ...]:
    """What the answer says; where its words name nothing that is known, what it would record."""
    named = named_in(option.text)
    known = diagnosis_of(option.diagnosis)
    return named if named or known is None else (known,)


def supported(q: QueryText, diagnosis: Diagnosis) -> bool:
    """Whether an indicator shown is of a kind on which this diagnosis can rest."""
    shown = [f"{plain(one.text)} {plain(one.quote)} ".lower() for one in (*q.indicators, *q.documented)]
    return any(_begins_a_word(word, text) for word in diagnosis.support for text in shown)


def _begins_a_word(word: str, text: str) -> bool:
    place = text.find(word)
    while place >= 0:
        if place == 0 or not text[place - 1].isalnum():
            return True
        place = text.find(word, place + 1)
    return False


def rests_on(q: QueryText, diagnosis: Diagnosis) -> bool:
    """Whether it may be offered: documented, or supported by an indicator shown."""
    return is_documented(q, diagnosis) or supported(q, diagnosis)


def of_this_encounter(q: QueryText) -> QueryText:
    """The question less what it tells of earlier encounters."""
    return replace(q, indicators=_now(q, q.indicators), documented=_now(q, q.documented))


def _now(q: QueryText, told: tuple[Quoted, ...]) -> tuple[Quoted, ...]:
    return tuple(one for one in told if not q.is_prior(one))
