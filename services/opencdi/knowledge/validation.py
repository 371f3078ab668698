"""Clinical validation as the gate reads it (DOMAIN C.5): neutral words, and keeping a diagnosis is as easy as taking it back.

That a question validates is told by its words: that evidence "could not be located", or an answer that takes a diagnosis back.
"""

from collections.abc import Iterator

from opencdi.knowledge.gate_words import gate_table
from opencdi.knowledge.named_diagnoses import diagnoses_of, is_documented, named_in, tells
from opencdi.knowledge.not_leading import boxes
from opencdi.knowledge.plain_text import found
from opencdi.knowledge.query_text import Offered, QueryText, Violation


def validation(q: QueryText) -> Iterator[Violation]:
    """A verdict in the words (Q-40); answers of which one is missing (Q-41)."""
    words = gate_table("validation")
    for where, text in q.prose():
        if verdict := found(words["verdicts"], text):
            yield Violation("Q-40", where, f"judges instead of asking: {verdict}")
    validates = any(_misses_evidence(text) for text in (q.why, q.question))
    if validates and not q.documented:
        yield Violation("Q-40", "documented", "indicators are missed of a diagnosis that nobody has documented")
    if not q.options or boxes(q):
        return  # the open form is always allowed, and yes stands beside no
    back = [option for option in q.options if found(words["takes_back"], option.text)]
    kept = any(_keeps(q, option, back) for option in q.options if option not in back)
    if back and not kept:
        yield Violation("Q-41", "options", "a diagnosis can be taken back and not be kept")
    if validates and not back and not any(_denies(q, option) for option in q.options):
        yield Violation("Q-41", "options", "a documented diagnosis is validated and cannot be ruled out")
    if validates and not back and not kept:
        yield Violation("Q-41", "options", "a documented diagnosis is validated and cannot be confirmed")


def _misses_evidence(text: str) -> bool:
    words = gate_table("validation")
    return bool(found(words["evidence"], text) and found(words["missed"], text)) and not found(words["a_diagnosis_is"], text)


def _denies(q: QueryText, option: Offered) -> bool:
    """'Localized infection without sepsis' rules a documented sepsis out in other words."""
    denied = set(named_in(option.text, negated_too=True)) - set(named_in(option.text))
    return any(is_documented(q, diagnosis) for diagnosis in denied)


def _keeps(q: QueryText, option: Offered, back: list[Offered]) -> bool:
    """Whether it keeps what another answer takes back; where none names it, a documented diagnosis."""
    asked = [d for one in back for d in diagnoses_of(one)] or [d for one in q.documented for d in named_in(one.quote or one.text)]
    if any(tells(option.text, diagnosis) for diagnosis in asked):
        return True
    return not named_in(option.text) and bool(found(gate_table("validation")["keeps"], option.text))
