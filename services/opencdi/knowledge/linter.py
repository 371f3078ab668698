"""The compliance linter: what a question to a physician must and must not say (DOMAIN §C).  Pure: a text in, violations out.

Deterministic, no model.  It knows nothing of rules, topics or states; `opencdi.queries.gate` lets nothing by that it rejects.  Every word
list is tried on what a reader sees (`opencdi.knowledge.plain_text`), so that no spelling gets by which a person would understand.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from opencdi.knowledge import query_language as language
from opencdi.knowledge.not_leading import NOT_LEADING
from opencdi.knowledge.plain_text import found, plain
from opencdi.knowledge.prior_facts import prior_facts
from opencdi.knowledge.query_text import QueryText, Violation
from opencdi.knowledge.steering import steering
from opencdi.knowledge.validation import validation


# --- C.1 content ------------------------------------------------------------------------------------------------------
def _identity(q: QueryText) -> Iterator[Violation]:
    for name in ("patient_id", "encounter_id", "addressed_to", "author", "created_at"):
        value = plain(getattr(q, name))
        if not value or language.PLACEHOLDER.match(value):
            yield Violation("Q-01", name, "missing")
    if not any(character.isalpha() for character in plain(q.why)):
        yield Violation("Q-07", "why", "no plain statement of why this is asked")


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def _indicators(q: QueryText) -> Iterator[Violation]:
    if not q.indicators:
        yield Violation("Q-02", "indicators", "no clinical indicator")
    for where, one in q.evidence():
        told = {"text": one.text or one.quote, "source": one.source, "source_id": one.source_id, "at": one.at, "author": one.author}
        missing = [field for field, value in told.items() if not plain(value) or language.PLACEHOLDER.match(plain(value))]
        if missing:
            yield Violation("Q-02", where, f"without {', '.join(missing)}")
        elif not _is_time(one.at):
            yield Violation("Q-02", where, "its time cannot be read")
        said = one.text.replace(one.chart_words(), "") if one.chart_words() else one.text
        if word := found(language.INTERPRETING, said, one.label):
            yield Violation("Q-05", where, f"interprets: {word}")
    if bool(q.contrary) == q.no_contrary_evidence_found:
        yield Violation("Q-04", "contrary", "contrary evidence is listed, or it is said that none was found: one of the two")


def _concise(q: QueryText) -> Iterator[Violation]:
    words = sum(len(plain(text).split()) for _, text in q.prose())
    if words > language.MAX_WORDS:
        yield Violation("Q-06", "question", f"{words} words, more than {language.MAX_WORDS}")
    if not any(character.isalpha() for character in plain(q.question)):
        yield Violation("Q-06", "question", "no question")
    if plain(q.question).count("?") > 1 or language.SECOND_ISSUE.search(plain(q.question)):
        yield Violation("Q-06", "question", "more than one question")
    texts = [plain(option.text).lower() for option in q.options]
    for index, text in enumerate(texts):
        if not any(character.isalnum() for character in text):
            yield Violation("Q-06", f"options[{index}]", "an option without words")
        elif text in texts[:index]:
            yield Violation("Q-06", f"options[{index}]", "the same option twice")


# --- C.4 what must never reach the provider ------------------------------------------------------------------------------
def _money(q: QueryText) -> Iterator[Violation]:
    for where, text in (*q.prose(), ("author", q.author), ("addressed_to", q.addressed_to)):
        if word := found(language.MONEY, text) or found(language.MONEY_IN_CAPITALS, text):
            yield Violation("Q-30", where, f"speaks of {word}")
    for where, one in q.evidence():
        if word := found(language.MONEY_IN_EVIDENCE, one.text, one.source, one.label, one.author, one.quote):
            yield Violation("Q-30", where, f"speaks of {word}")
    for text in q.extra:
        name, _, value = text.partition(": ")
        if language.MONEY_FIELD.search(name) or found(language.MONEY, value) or found(language.MONEY_IN_CAPITALS, value):
            yield Violation("Q-30", name, "a field that the provider's half does not have")


CHECKS: Mapping[str, Callable[[QueryText], Iterator[Violation]]] = {
    "identity": _identity, "indicators": _indicators, "concise": _concise, **NOT_LEADING, "prior-facts": prior_facts,
    "validation": validation, "steering": steering, "money": _money,
}  # fmt: skip
"""By the names under which `rules/gate/requirements.yaml` says which requirement each keeps."""


def lint(query: QueryText) -> tuple[Violation, ...]:
    """Every requirement that the text does not keep; () means compliant."""
    return tuple(violation for check in CHECKS.values() for violation in check(query))
