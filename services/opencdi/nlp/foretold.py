"""What is only told of as a danger: its list goes on, over clauses and commas, until something is said of the patient (DOMAIN B24).

"The risks of A, which I put at one in ten, B and C" names nothing that is there.  "The risk of falls because of Parkinson disease", "the
risks of surgery for appendicitis" and "the risks of bleeding with her cirrhosis" do: a ground is given, a treatment is for it, somebody
has it.
"""

from opencdi.nlp.around import Hit, Surroundings
from opencdi.nlp.clauses import CLAUSE_ENDS

_ADJECTIVES = 3
"""Words that may stand between an owner and the disease: "her very severe heart failure"."""

_NEAR = 5
"""How soon behind "the risks of" the treatment must be named: "the risks of open surgery | for diverticulitis"."""

_LINKS = frozenset({",", "with"})
"""Behind these something else is told than the condition, if it has an owner."""


def there_for_all_that(hit: Hit, around: Surroundings) -> bool:
    """Whether the mention is there although a cue that tells of dangers (`Cue.told`), or a condition, would reach it."""
    _, last, cue = hit
    if not cue.told:
        return cue.makes == "hypothetical" and cue.stands_before and _behind_the_condition(last, around)
    if not cue.stands_before:
        return _asserts(around.begin, around, told=around.cues.words.telling_that) or owned(around.begin, around)
    return around.ended("told", last, around.mention.first) or _asserts(last, around) or owned(last, around)


def _behind_the_condition(last: int, around: Surroundings) -> bool:
    """ "Should he need surgery, they must know of | his heart failure"; "told to call if it recurred, and he called with | chest pain"."""
    words, told, stop = around.words, around.cues.words, around.mention.first
    if _LINKS.isdisjoint(words[last:stop]) and not around.ended("told", last, stop):
        return False
    came = any(words[at] in told.he_who and words[at - 1] == "and" and words[at + 1][-2:] == "ed" for at in range(last + 1, stop - 1))
    return came or owned(last, around)


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
