"""The part of the compliance linter that keeps a question open (DOMAIN C.2): nothing named, ordered, marked or asked towards one answer."""

from collections.abc import Callable, Iterator, Mapping

from opencdi.knowledge import query_language as language
from opencdi.knowledge.diagnosis_terms import diagnosis_of
from opencdi.knowledge.named_diagnoses import diagnoses_of, rests_on, undocumented
from opencdi.knowledge.plain_text import disguised, found, plain
from opencdi.knowledge.query_text import QueryText, Violation


def _title(q: QueryText) -> Iterator[Violation]:
    for diagnosis in undocumented(q, q.title):
        yield Violation("Q-10", "title", f"names {diagnosis.concept}, which no provider has documented")
    if match := language.CODE.search(plain(q.title)):
        yield Violation("Q-10", "title", f"names a code: {match.group()}")


def _leading(q: QueryText) -> Iterator[Violation]:
    for where, text in q.prose():
        if leads := found(language.LEADING, text) or found(language.DEFINITION, text):
            yield Violation("Q-11", where, f"leads: {leads}")
        if why := disguised(text):
            yield Violation("Q-11", where, f"holds {why}")
    for where, text in (("why", q.why), ("question", q.question)):
        new = undocumented(q, text)
        if new and language.ABSENT.search(plain(text)):
            yield Violation("Q-11", where, f"asks for {new[0].concept} by saying that it is not documented")
    for index, option in enumerate(q.options):
        letters = [c for c in plain(option.text) if c.isalpha()]
        shouted = (len(letters) > 6 and all(c.isupper() for c in letters)) or language.SHOUTED.search(plain(option.text))
        if option.ticked or option.emphasised or shouted or language.EMPHASIS.search(option.text):
            yield Violation("Q-11", f"options[{index}]", "one option is ticked or emphasised")


def _options(q: QueryText) -> Iterator[Violation]:
    for index, option in enumerate(q.options):
        named = diagnoses_of(option)
        for diagnosis in named:
            if not rests_on(q, diagnosis):
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


def boxes(q: QueryText) -> bool:
    """Whether yes and no are what can be ticked."""
    said = {(plain(option.text).lower().split() or [""])[0].rstrip(",.:;-/") for option in q.options}
    return bool(said & language.YES and said & language.NO)


def _yes_or_no(q: QueryText) -> Iterator[Violation]:
    polar = boxes(q)
    asked = [(f"options[{index}]", option.text) for index, option in enumerate(q.options)] if polar else []
    if polar or language.POLAR.search(plain(q.question)):
        asked.insert(0, ("question", q.question))
    for where, text in asked:
        for diagnosis in undocumented(q, text):
            yield Violation("Q-14", where, f"yes or no about {diagnosis.concept}, which no provider has documented")
    if polar and not q.documented:
        yield Violation("Q-17", "options", "yes or no, and nothing documented that it could be about")


def _order(q: QueryText) -> Iterator[Violation]:
    named = [option for option in q.options if diagnoses_of(option) or option.diagnosis]
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
    offered = {diagnosis.concept for option in q.options for diagnosis in diagnoses_of(option)}
    for where, text in (("why", q.why), ("question", q.question)):
        for diagnosis in undocumented(q, text):
            if diagnosis.concept not in offered:
                yield Violation("Q-19", where, f"introduces {diagnosis.concept}")
    for where, text in q.prose():
        if where != "title" and (match := language.CODE.search(plain(text))):
            yield Violation("Q-19", where, f"introduces a code: {match.group()}")


NOT_LEADING: Mapping[str, Callable[[QueryText], Iterator[Violation]]] = {
    "title": _title, "leading": _leading, "options": _options, "yes-or-no": _yes_or_no, "order": _order, "introduced": _introduced,
}  # fmt: skip
