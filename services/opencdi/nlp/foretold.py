"""What is only told of as a danger: its list goes on, over clauses and commas, until something is said of the patient (DOMAIN B24).

"The risks of A, which I put at one in ten, B and C" names nothing that is there.  "The risk of falls because of Parkinson disease", "the
risks of surgery for appendicitis" and "the risks of bleeding with her cirrhosis" do: a ground is given, a treatment is for it, somebody
has it.
"""

from typing import Final

from opencdi.nlp.around import Hit, Surroundings
from opencdi.nlp.clauses import CLAUSE_ENDS, next_clause

_ADJECTIVES: Final = 3
"""Words that may stand between an owner and the disease: "her very severe heart failure"."""

_NEAR: Final = 5
"""How soon behind "the risks of" the treatment must be named: "the risks of open surgery | for diverticulitis"."""

_VERB_NEAR: Final = 4
"""Words from a disease to what it does: "his pneumonia | does not get better"."""

_LINKS: Final = frozenset({",", "with"})
"""Behind these something else is told than the condition, if it has an owner."""


def there_for_all_that(hit: Hit, around: Surroundings) -> bool:
    """Whether the mention is there although a cue that tells of dangers (`Cue.told`), or a condition, would reach it."""
    _, last, cue = hit
    if not cue.told:
        return cue.makes == "hypothetical" and cue.stands_before and (_behind_the_condition(last, around) or _presupposed(last, around))
    if not cue.stands_before:
        return _asserts(around.begin, around, told=around.cues.words.telling_that) or owned(around.begin, around)
    return around.ended("told", last, around.mention.first) or _asserts(last, around) or owned(last, around)


def _behind_the_condition(last: int, around: Surroundings) -> bool:
    """ "Should he need surgery, they must know of | his heart failure"; "told to call if it recurred, and he called with | chest pain"."""
    words, told, stop = around.words, around.cues.words, around.mention.first
    if _LINKS.isdisjoint(words[last:stop]) and not around.ended("told", last, stop):
        return False
    came = any(words[at] in told.he_who and words[at - 1] == "and" and _happened(at, around) for at in range(last + 1, stop - 1))
    return came or owned(last, around)


def _happened(subject: int, around: Surroundings) -> bool:
    """ "and he | called", "..., and she | is here"; not "fever and she | is vomiting"."""
    verb = around.words[subject + 1]
    return verb[-2:] == "ed" or (around.words[subject - 2] == "," and verb in around.cues.words.asserting)


def _presupposed(last: int, around: Surroundings) -> bool:
    """Whether only the course of a disease that is given depends: "if | his pneumonia worsens", "return for | worsening of the cellulitis".

    What is the patient's own behind a measure is given, too: "airborne precautions for | her tuberculosis".
    """
    words, told, first, behind = around.words, around.cues.words, around.mention.first, around.mention.last
    if around.mention.kind != "diagnosis":
        return False
    if words[last - 1] in told.treating_for and (words[last] in told.he or words[last] in told.she) and first - last <= _ADJECTIVES:
        return True
    at = first - 1
    if at > around.begin and words[at] not in told.given and words[at] not in CLAUSE_ENDS and words[at - 1] in told.given:
        at -= 1  # "his left lower lobe | pneumonia"
    if words[at] in told.given:
        course = words[behind : min(behind + _VERB_NEAR, around.stop)]
        if not told.courses.isdisjoint(course[: next_clause(course)]):
            return True
        at -= 1
    return at > around.begin and words[at] == "of" and words[at - 1] in told.changes


def owned(begin: int, around: Surroundings) -> bool:
    """Whether behind that word an owner, "the", or a treatment that is "for" it stands before the mention."""
    words, told, first = around.words, around.cues.words, around.mention.first
    for at in range(first - 1, max(begin, first - 1 - _ADJECTIVES) - 1, -1):
        word = words[at]
        if word in told.owners:
            return True
        if word in told.treating_for:
            return at > begin and words[at - 1] in told.treatments and at - begin <= _NEAR
        if word in CLAUSE_ENDS or word == ":" or word in told.joins or word in told.parting or word in told.asserting:
            return False
    return False


def _asserts(begin: int, around: Surroundings, told: frozenset[str] = frozenset()) -> bool:
    """Whether a finite statement about the patient stands between: "..., and he | has"; what he "had to" undergo is none.

    `told`: words behind which the statement is only that somebody was told ("he was told that a leak can occur").
    """
    words, given, stop = around.words, around.cues.words, around.mention.first
    return not given.asserting.isdisjoint(words[begin + 1 : stop]) and any(
        words[at] in given.asserting and words[at - 1] in given.asserted_of and words[at + 1] != "to" and told.isdisjoint(words[at:stop])
        for at in range(begin + 1, stop)
    )
