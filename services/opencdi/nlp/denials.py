"""How far a denial goes: it denies what it brings up, not what the words take as given, and not the next disease of a list.

Given is what stands behind "the" or "his" in the same breath ("no treatment for the hemorrhoids", "no fever and the rash is fading"),
unless the denial speaks of its being there ("no recurrence of the fever", "did not see the mass").  In a list of diseases a denial belongs
to its own item ("stroke without residual deficit, hypertension, gout"), and goes on only to the like of what it denied.
"""

from itertools import pairwise
from typing import Final

from opencdi.nlp.around import Surroundings
from opencdi.nlp.clauses import CLAUSE_ENDS
from opencdi.nlp.cues import CueWords

_OF: Final = frozenset({"of", "in", "for"})
_ADJECTIVES: Final = 1
"""Words between "the" and the name of the disease."""


def taken_as_given(between: list[str], told: CueWords) -> bool:
    """Whether the words between a denial and a mention bring up the mention as something that is there."""
    subject = next((i for i, word in enumerate(between) if i and word in told.persons), 0)
    if subject and told.passing.isdisjoint(between[:subject]) and between[subject - 1] not in told.inverted:
        return True  # "without oxygen she is hypoxic"; "nor did she report fever" is one statement
    if "and" in between[1:-1] and _new_statement(between, told):
        return True
    item = between[
        next((i + 1 for i in range(len(between) - 1, -1, -1) if between[i] in CLAUSE_ENDS or between[i] in told.list_joins), 0) :
    ]
    if any(word in told.changes and after in _OF for word, after in pairwise(item)):
        return True  # "no improvement in heart failure"
    at = next((i for i in range(len(between) - 1, 0, -1) if between[i] in told.given), 0)
    if not at or len(between) - 1 - at > _ADJECTIVES or between[at - 1] in CLAUSE_ENDS or between[at - 1] in told.list_joins:
        return False
    behind = between[at + 1 :]
    return told.passing.isdisjoint(between) and CLAUSE_ENDS.isdisjoint(behind) and told.joins.isdisjoint(behind)


def _new_statement(between: list[str], told: CueWords) -> bool:
    """ "no fever and | she is dizzy", "no pneumothorax and | a small effusion"; but "denies a cough and a fever" is one."""
    at = len(between) - 1 - between[::-1].index("and")
    if not 0 < at < len(between) - 1:
        return False
    opening = between[at + 2] if between[at + 1] in told.openers and at + 2 < len(between) else between[at + 1]
    if opening in told.pronouns:
        return told.passing.isdisjoint(between[:at])
    if between.count(",") > 1 or (opening not in told.articles and opening not in told.given):
        return False
    return between[0] not in told.articles and between[0] not in told.given


def its_own_item(between: list[str], denial: tuple[int, int], around: Surroundings) -> bool:
    """Whether a denial with those words and a comma behind it belongs to one item of a list of diseases."""
    told, diseases, (opens, stop) = around.cues.words, around.diseases, denial
    if not told.denying.isdisjoint(around.words[opens:stop]):
        return False  # "denies visual changes, vaginal bleeding and dysuria"
    first = between.index(",")
    if first and between[first - 1] in told.outcomes:
        return around.mention.kind == "diagnosis"
    if not around.mention.chronic or any(diseases.get(at) for at in range(stop, stop + first)):
        return False
    return any(at in diseases for at in range(around.begin, opens))


def who_has_it(words: list[str], begin: int, at: int, told: CueWords) -> int:
    """Where a subject and its verb begin that stand between what was put first and its denial: "measles | she has never had"."""
    while at > begin and (words[at - 1] in told.finite or words[at - 1] in told.persons or words[at - 1] in told.patients):
        at -= 1
    return at


def its_subject(opening: list[str], between: list[str], told: CueWords) -> bool:
    """Whether an opinion speaks of a disease that is given, of what it does or how it is: "I do not think | the pneumonia | is worse"."""
    given = between[0] if between and between[0] not in told.openers else "".join(between[1:2])
    return given in told.given and len(between) <= _ADJECTIVES + 2 and told.persons.isdisjoint(opening)
