"""Answers that look as if the question had led to them (DOMAIN Q-59): each is a reason to read the questions again, no verdict.

Only patterns over so many answers are told; of a physician whose answers show none, nothing is.  Nobody is ranked, and neither money nor
the effect of an answer is within reach here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from opencdi.clinical.vocabulary import GapType
from opencdi.events.query_history import Asked

Pattern = Literal["always-the-first-option", "nearly-always-agreed", "nearly-always-one-answer"]
ENOUGH: Final = 50
"""So many answers of a rule, or to an author's questions (Q-59)."""
ENOUGH_OF_ONE: Final = 20
"""So many answers of one physician, of questions with a choice: "always" of fewer is chance."""
NEARLY_ALWAYS: Final = 0.98
_OFFERS: Final[frozenset[GapType]] = frozenset({"missing-diagnosis", "unspecific"})
"""Who ticks a diagnosis here agrees with what was offered.  Of the other kinds no answer agrees: nearly always the same one is told."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A pattern of the answers to a rule's questions, to an author's, or of a physician; `times` of `answers`."""

    of: Literal["rule", "author", "physician"]
    who: str
    pattern: Pattern
    times: int
    answers: int


def alarms(asked: Iterable[Asked], *, enough: int = ENOUGH, enough_of_one: int = ENOUGH_OF_ONE) -> list[Alarm]:
    """All that stand, by whom they are about."""
    answered = [one for one in asked if "answered" in one.reached]
    found = list(_led(answered, "rule", enough))
    found += _led(answered, "author", enough)
    found += _first(answered, enough_of_one)
    return sorted(found, key=lambda alarm: (alarm.of, alarm.who, alarm.pattern))


def _led(answered: list[Asked], of: Literal["rule", "author"], enough: int) -> Iterator[Alarm]:
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in answered:
        groups[one.rule_id if of == "rule" else one.author].append(one)
    for who, told in groups.items():
        if not who:  # a person's own question is of no rule
            continue
        offering = [one for one in told if one.gap_type in _OFFERS]
        agreed = sum(one.chosen is not None and one.chosen.diagnosis is not None for one in offering)
        if _nearly_always(agreed, len(offering), enough):
            yield Alarm(of, who, "nearly-always-agreed", agreed, len(offering))
        others = [one for one in told if one.gap_type not in _OFFERS]
        times = max(Counter(one.chosen.option_id for one in others if one.chosen).values(), default=0)
        if _nearly_always(times, len(others), enough):
            yield Alarm(of, who, "nearly-always-one-answer", times, len(others))


def _nearly_always(times: int, answers: int, enough: int) -> bool:
    return answers >= enough and times > NEARLY_ALWAYS * answers


def _first(answered: list[Asked], enough: int) -> Iterator[Alarm]:
    """Physicians who always tick what stands first: the order is alphabetical, so it says nothing of the patient (Q-15)."""
    with_a_choice: dict[str, list[Asked]] = defaultdict(list)
    for one in answered:
        if len(one.offered) > 1:
            with_a_choice[one.physician.staff_id or one.physician.name].append(one)
    for who, told in with_a_choice.items():
        if who and len(told) >= enough and all(one.chosen == one.offered[0] for one in told):
            yield Alarm("physician", told[-1].physician.name or who, "always-the-first-option", len(told), len(told))
