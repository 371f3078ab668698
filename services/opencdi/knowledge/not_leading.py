"""The part of the compliance linter that keeps a question open (DOMAIN C.2): nothing named, ordered, marked or asked towards one answer."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from opencdi.knowledge import query_language as language
from opencdi.knowledge.diagnosis_terms import Diagnosis, diagnoses_in, diagnosis_of
from opencdi.knowledge.plain_text import disguised, plain, readings
from opencdi.knowledge.query_text import Offered, QueryText, Violation


@lru_cache(maxsize=4096)
def named_in(text: str, *, negated_too: bool = False) -> tuple[Diagnosis, ...]:
    """The diagnoses that a reader finds in the text, however it is spelled."""
    found = {one.concept: one for told in readings(text) for one in diagnoses_in(told, negated_too=negated_too)}
    return tuple(found.values())


def _is_documented(q: QueryText, diagnosis: Diagnosis) -> bool:
    told = [d for one in q.documented for d in named_in(one.quote or one.text)]
    return any(
        d.concept == diagnosis.concept or (diagnosis.family and d.family == diagnosis.family and _vaguer(diagnosis, d)) for d in told
    )


def _vaguer(named: Diagnosis, documented: Diagnosis) -> bool:
    # Documented "septic shock" makes "sepsis" no news; documented "infection" does not make "pneumonia" one.
    return len(named.terms[-1]) <= len(documented.terms[-1]) and named.terms[-1] in documented.terms[0]


def _undocumented(q: QueryText, text: str) -> list[Diagnosis]:
    return [diagnosis for diagnosis in named_in(text, negated_too=True) if not _is_documented(q, diagnosis)]


def _title(q: QueryText) -> Iterator[Violation]:
    for diagnosis in _undocumented(q, q.title):
        yield Violation("Q-10", "title", f"names {diagnosis.concept}, which no provider has documented")
    if match := language.CODE.search(plain(q.title)):
        yield Violation("Q-10", "title", f"names a code: {match.group()}")


def _leading(q: QueryText) -> Iterator[Violation]:
    for where, text in q.prose():
        for told in readings(text):
            if match := language.LEADING.search(told) or language.DEFINITION.search(told):
                yield Violation("Q-11", where, f"leads: {match.group()}")
                break
        if why := disguised(text):
            yield Violation("Q-11", where, f"holds {why}")
    for where, text in (("why", q.why), ("question", q.question)):
        new = _undocumented(q, text)
        if new and language.ABSENT.search(plain(text)):
            yield Violation("Q-11", where, f"asks for {new[0].concept} by saying that it is not documented")
    for index, option in enumerate(q.options):
        letters = [c for c in plain(option.text) if c.isalpha()]
        shouted = (len(letters) > 6 and all(c.isupper() for c in letters)) or language.SHOUTED.search(plain(option.text))
        if option.ticked or option.emphasised or shouted or language.EMPHASIS.search(option.text):
            yield Violation("Q-11", f"options[{index}]", "one option is ticked or emphasised")


def _diagnoses_of(option: Offered) -> tuple[Diagnosis, ...]:
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


def _options(q: QueryText) -> Iterator[Violation]:
    for index, option in enumerate(q.options):
        named = _diagnoses_of(option)
        for diagnosis in named:
            if not _is_documented(q, diagnosis) and not supported(q, diagnosis):
                yield Violation(
                    "Q-12", f"options[{index}]", f"{diagnosis.concept} is neither documented nor supported by an indicator shown"
                )
        meant = diagnosis_of(option.diagnosis)
        if meant and named and not any(one.concept == meant.concept or (one.family and one.family == meant.family) for one in named):
            yield Violation("Q-12", f"options[{index}]", f"says {named[0].concept} and would record {meant.concept}")
    if not q.options:
        return  # the open form is always allowed
    if not any(language.OTHER.search(plain(option.text)) for option in q.options):
        yield Violation("Q-13", "options", 'no "other"')
    if not any(language.UNDETERMINED.search(plain(option.text)) for option in q.options):
        yield Violation("Q-13", "options", 'no "unable to determine"')


def _yes_or_no(q: QueryText) -> Iterator[Violation]:
    said = {(plain(option.text).lower().split() or [""])[0].rstrip(",.:;-/") for option in q.options}
    boxes = bool(said & language.YES and said & language.NO)
    asked = [(f"options[{index}]", option.text) for index, option in enumerate(q.options)] if boxes else []
    if boxes or language.POLAR.search(plain(q.question)):
        asked.insert(0, ("question", q.question))
    for where, text in asked:
        for diagnosis in _undocumented(q, text):
            yield Violation("Q-14", where, f"yes or no about {diagnosis.concept}, which no provider has documented")
    if boxes and not q.documented:
        yield Violation("Q-17", "options", "yes or no, and nothing documented that it could be about")


def _order(q: QueryText) -> Iterator[Violation]:
    named = [option for option in q.options if _diagnoses_of(option) or option.diagnosis]
    texts = [plain(option.text).lower() for option in named]
    levels = [language.SEVERITY_WORDS.index(word) for text in texts for word in language.SEVERITY_WORDS if word in text.split()[:3]]
    if len(levels) > 1 and levels == sorted(levels, reverse=True) and levels[0] > levels[-1] and texts != sorted(texts):
        yield Violation("Q-15", "options", "the severest first")
    told = q.effects or {}
    effects = [told.get(option.option_id, told.get(option.diagnosis, 0.0)) for option in named]
    if told and len(set(effects)) > 1 and effects == sorted(effects, reverse=True) and texts != sorted(texts):
        yield Violation("Q-15", "options", "in the order of payment")
    milder = [text for text in texts if "severe" not in text.split()]
    if any("severe" in text.split() for text in texts) and not any("mild" in t or "moderate" in t or "unspecified" in t for t in milder):
        yield Violation("Q-16", "options", "severe is offered without a milder alternative")


def _introduced(q: QueryText) -> Iterator[Violation]:
    offered = {diagnosis.concept for option in q.options for diagnosis in _diagnoses_of(option)}
    for where, text in (("why", q.why), ("question", q.question)):
        for diagnosis in _undocumented(q, text):
            if diagnosis.concept not in offered:
                yield Violation("Q-19", where, f"introduces {diagnosis.concept}")
    for where, text in q.prose():
        if where != "title" and (match := language.CODE.search(plain(text))):
            yield Violation("Q-19", where, f"introduces a code: {match.group()}")


NOT_LEADING: tuple[Callable[[QueryText], Iterator[Violation]], ...] = (_title, _leading, _options, _yes_or_no, _order, _introduced)
