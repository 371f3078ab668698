"""Where a clause ends and another begins, told by its words alone."""

from typing import Final

from opencdi.knowledge.words import BREAK

CLAUSE_ENDS: Final = frozenset({BREAK, ",", ";", ")", "(", "|"})
_SUBJECT: Final = 4
"""Words of the longest subject that is looked for, and its verb."""


def question_before(between: list[str]) -> bool:
    """Whether at most one comma or colon parts an answer from its question: "DVT of the left leg, chronic"."""
    if ":" in between[:-1]:
        return False  # "pneumonia: day 3 of ceftriaxone, influenza negative"
    asked = between[:1] == [","] and (len(between) == 1 or between[-1] == ":")  # but "AKI, ATN likely" doubts the second
    return between.count(",") == (asked or between[-1:] == [","])


def label_in(between: list[str]) -> bool:
    """Whether another label begins: "no known allergies PMH: COPD"; the colon of "denies: fever" and of 12:30 are none."""
    return any(word == ":" and i and not between[i - 1].isdigit() for i, word in enumerate(between))


def next_clause(behind: list[str]) -> int:
    """How many words go before the end of the clause; the commas of a list end none."""
    return next((i for i, word in enumerate(behind) if word in CLAUSE_ENDS and word != ","), len(behind))


def another_clause(between: list[str], auxiliaries: frozenset[str]) -> bool:
    """Whether a statement ends before an "and" behind which another begins; "was suspected and | ruled out" is one."""
    return "and" in between[:-1] and not auxiliaries.isdisjoint(between[: between.index("and")])


def clause_opened(words: list[str], at: int, stop: int, openers: frozenset[str], finite: frozenset[str]) -> int:
    """The word behind the opening of a clause that begins there, subject and verb: "that the fever was due to | pneumonia"."""
    told = at + (words[at] in openers)
    verb = next((i for i in range(told, min(told + _SUBJECT, stop)) if words[i] in finite or words[i] in CLAUSE_ENDS), stop)
    if verb == stop or words[verb] in CLAUSE_ENDS:
        return at
    while verb < stop and words[verb] in finite:
        verb += 1
    return verb
