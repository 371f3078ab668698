"""Steering toward a complication or away from it (DOMAIN Q-32): whoever names one side, in question or answers, names the other."""

import re
from collections.abc import Iterator, Mapping

from opencdi.knowledge.gate_words import gate_table, without
from opencdi.knowledge.named_diagnoses import diagnoses_of
from opencdi.knowledge.not_leading import boxes
from opencdi.knowledge.plain_text import found
from opencdi.knowledge.query_text import Offered, QueryText, Violation

Sides = Mapping[str, re.Pattern[str]]
_OR = re.compile(r"\bor\b", re.IGNORECASE)


def steering(q: QueryText) -> Iterator[Violation]:
    """What is said for the sake of a count, then each pair of sides."""
    table = gate_table("steering")
    for where, text in q.prose():
        if word := found(table["never"], text):
            yield Violation("Q-32", where, f"asks for the sake of what is counted: {word}")
    for name, pair in table["pairs"].items():
        yield from _in_question(q, name, pair["question"])
        if not boxes(q):  # yes stands beside no
            yield from _in_answers(q, name, pair["answers"])


def _in_question(q: QueryText, name: str, words: Sides) -> Iterator[Violation]:
    documented = " ; ".join(one.quote or one.text for one in q.documented)
    for where, text in (("title", q.title), ("why", q.why), ("question", q.question)):
        sides = _sides(words, text)
        balanced = len(sides) == 2 and found(_OR, text)  # "was the accidental puncture unavoidable" names two and asks for one
        if len(new := sides - _sides(words, documented)) == 1 and not balanced:
            yield Violation("Q-32", where, f"names one side of {name}: {new.pop()}")


def _in_answers(q: QueryText, name: str, words: Sides) -> Iterator[Violation]:
    told = [(_sides(words, option.text), option) for option in q.options]
    sides = {side for on, _ in told for side in on}
    if len(sides) == 1 and not any(_is_another(words, option) for on, option in told if not on):
        yield Violation("Q-32", "options", f"every answer is on one side of {name}: {sides.pop()}")


def _is_another(words: Sides, option: Offered) -> bool:
    return bool(diagnoses_of(option) or found(words["otherwise"], option.text))


def _sides(words: Sides, text: str) -> set[str]:
    """'Not a complication' is away, and not toward as well."""
    away = bool(found(words["away"], text))
    toward = bool(found(words["toward"], without(words["away"], text) if away else text))
    return ({"away"} if away else set()) | ({"toward"} if toward else set())
