"""Clinical validation as the gate reads it (DOMAIN C.5): neutral words, and keeping a diagnosis is as easy as taking it back.

That a question validates is told by its words: that indicators "could not be located", or an answer that takes a diagnosis back.
"""

from collections.abc import Iterator

from opencdi.knowledge.gate_words import gate_table
from opencdi.knowledge.named_diagnoses import diagnoses_of, named_in
from opencdi.knowledge.not_leading import boxes
from opencdi.knowledge.plain_text import found
from opencdi.knowledge.query_text import Offered, QueryText, Violation


def validation(q: QueryText) -> Iterator[Violation]:
    """A verdict in the words (Q-40); answers of which one is missing (Q-41)."""
    words = gate_table("validation")
    for where, text in q.prose():
        if verdict := found(words["verdicts"], text):
            yield Violation("Q-40", where, f"judges instead of asking: {verdict}")
    validates = any(found(words["asks"], text) for text in (q.why, q.question))
    if validates and not q.documented:
        yield Violation("Q-40", "documented", "indicators are missed of a diagnosis that nobody has documented")
    if not q.options or boxes(q):
        return  # the open form is always allowed, and yes stands beside no
    back = [option for option in q.options if found(words["takes_back"], option.text)]
    kept = any(_keeps(q, option, back) for option in q.options if option not in back)
    if back and not kept:
        yield Violation("Q-41", "options", "a diagnosis can be taken back and not be kept")
    if validates and not back:
        yield Violation("Q-41", "options", "a documented diagnosis is validated and cannot be ruled out")
    if validates and not back and not kept:
        yield Violation("Q-41", "options", "a documented diagnosis is validated and cannot be confirmed")


def _keeps(q: QueryText, option: Offered, back: list[Offered]) -> bool:
    if found(gate_table("validation")["keeps"], option.text):
        return True
    asked = [d for one in q.documented for d in named_in(one.quote or one.text)] + [d for one in back for d in diagnoses_of(one)]
    names = {name for diagnosis in asked for name in (diagnosis.concept, diagnosis.family) if name}
    return any(diagnosis.concept in names or diagnosis.family in names for diagnosis in named_in(option.text))
