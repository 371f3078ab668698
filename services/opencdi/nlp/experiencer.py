"""Whose disease it is: the patient's, or a relative's, donor's, fetus's or contact's (DOMAIN B26).

The person named last before the mention decides: what is said of a relative is the relative's until the patient is spoken of again.
"""

from itertools import pairwise
from typing import Final

from opencdi.clinical.vocabulary import Experiencer, SectionKind
from opencdi.knowledge.words import BREAK
from opencdi.nlp.around import Mention, Surroundings
from opencdi.nlp.attribution import said_of, tells_of_patient
from opencdi.nlp.charts import is_of_bearing, is_whose_chart
from opencdi.nlp.persons import Person, includes_patient, is_source, is_subject, persons_in
from opencdi.nlp.predicates import Said, said_behind, speaks_aside
from opencdi.nlp.pronouns import begins_with_possessive, goes_on, is_of_other_sex, is_subject_pronoun, speaks_of_age
from opencdi.nlp.reach import reaches

Place = tuple[int, int]
"""First word of what says so, word after the last."""
_PERSONS: Final = ("kin", "owned")
_BEHIND: Final = 8
"""Words from a disease back to "in his mother"."""
_BACK: Final = 3
"""Sentences over which pronouns go on."""
_LONG: Final = 40
"""A sentence longer than this in words leaves no pronoun to the next."""


def whose(around: Surroundings, section: SectionKind) -> tuple[Experiencer, Place | None]:
    """Whose it is, and the words that say so; in a family's history all is the family's but what is said of the patient."""
    place = _somebody_else(around)
    if place is None and is_of_bearing(around):
        return "other", None
    if place is None and (section != "family-history" or _returns_to_patient(around)):
        return "patient", None
    return "other", place


def _somebody_else(around: Surroundings) -> Place | None:
    mention = around.mention
    others = [hit for hit in around.hits if hit[2].makes == "other"]
    if not others:
        return _carried_over(around)
    persons = persons_in(around)
    before = [person for person in persons if person.last <= mention.first]
    theirs = _theirs(before, around) if before else None
    if theirs:
        return before[-1].first, before[-1].last
    for person in persons:
        if person.owner >= mention.last and _speaks_of_what_precedes(person, around):
            return person.first, person.last
    since = before[-1].last if theirs is False else around.begin  # who only tells is spoken of no longer as family
    named = [
        (first, last)
        for first, last, cue in others
        if cue.place not in _PERSONS
        and first >= since
        and reaches((first, last, cue), around)
        and not _is_item(first, last, around)
        and not is_whose_chart(first, around)
    ]
    if named:
        return min(named, key=lambda place: max(mention.first - place[1], place[0] - mention.last))
    return _carried_over(around) if theirs is None else None


def _theirs(persons: list[Person], around: Surroundings) -> bool | None:
    """Whether the mention is of the last of these persons before it.  False: the patient's; None: that person says nothing of it."""
    person, words, told, mention = persons[-1], around.words, around.cues.words, around.mention
    if mention.first - person.last > person.within:
        return None
    if len(persons) > 1 and _explains(person, persons[-2], around):
        return _theirs(persons[:-1], around)
    if is_whose_chart(person.first, around):
        return False
    if includes_patient(person, around) and not _singled_out(person, around):
        return False  # but "patient and wife, she is diabetic, too"
    said = said_of(person, around)
    if said.theirs is not True and len(persons) > 1 and _is_object_of(persons[-2], person, around) and _theirs(persons[:-1], around):
        return True  # "the neighbor was bitten by the same dog and has ..."
    theirs, at = said.theirs, said.at if said.theirs else person.last
    for i in range(at, mention.first):
        if words[i] in told.he or words[i] in told.she:
            if theirs and words[i] in told.auxiliaries:
                continue  # "who was in the hospital herself"
            if speaks_aside(i, around) or speaks_of_age(i, around) or (said.theirs and i <= said.at + 1 and words[i] in told.possessives):
                continue  # "had CABG in his 60s and ...", "his father had his MI"
            if words[i - 1] in told.patients or not goes_on(person, i, around, theirs=theirs is True):
                return False
            theirs, at = said_behind(i + 1, around, subject=True).theirs is not False, i + 1
    if (
        theirs
        and _new_clause(words[at : mention.first], told.auxiliaries)
        and not told.bearing.isdisjoint(words[max(around.begin, person.owner - 2) : person.owner])
    ):
        return None  # "infant born to a mother with asthma, now jittery"
    if theirs and tells_of_patient(persons, around):
        return False
    if theirs and (_ended(at, mention.first, around, subject=is_subject(person, around)) or _item_is_over(person, at, around)):
        return None
    return theirs


def _explains(person: Person, subject: Person, around: Surroundings) -> bool:
    """Whether it only says who the other is: "the passenger, | a coworker, | sustained"."""
    words, told = around.words, around.cues.words
    aside = words[subject.last] == "," and words[person.last] == "," and person.owner == subject.last + 1
    return aside and words[person.owner] in told.indefinite | told.possessives


def _is_object_of(subject: Person, person: Person, around: Surroundings) -> bool:
    """Whether both stand in one clause that is of the first."""
    between = around.words[subject.last : person.owner]
    return is_subject(subject, around) and not is_subject(person, around) and "," not in between and not is_source(person, around)


def _singled_out(person: Person, around: Surroundings) -> bool:
    """Whether a pronoun speaks of that person alone."""
    pronoun = next((i for i in range(person.last, around.mention.first) if is_subject_pronoun(i, around)), None)
    return pronoun is not None and goes_on(person, pronoun, around, theirs=False)


def _new_clause(words: list[str], auxiliaries: frozenset[str]) -> bool:
    """Whether a comma, or "and had", begins another statement."""
    return "," in words or any(word == "and" and behind in auxiliaries for word, behind in pairwise(words))


def _ended(begin: int, stop: int, around: Surroundings, *, subject: bool = True) -> bool:
    """Whether the patient is spoken of, or another statement begins; pronouns are weighed for themselves.

    Of a `subject` the next verb is said, too: "mother is alive | and has", "mother had gout, | had"."""
    told = around.cues.words
    going_on = ("and", ",") if subject else ("and",)
    return any(
        cue.makes == "end"
        and cue.of in ("other", "all")
        and begin <= first
        and last <= stop
        and not any(word in told.he or word in told.she for word in around.words[first:last])
        and not (around.words[first] in going_on and around.words[last - 1] in told.auxiliaries)
        for first, last, cue in around.hits
    )


def _is_item(first: int, last: int, around: Surroundings) -> bool:
    """Whether a family's disease is one item of the patient's list, and the mention the next: "HTN, family history of CAD, | smoking"."""
    words = around.words
    return first > around.begin + 1 and words[first - 1] == "," and words[last] != ":" and "," in words[last : around.mention.first]


def _item_is_over(person: Person, at: int, around: Surroundings) -> bool:
    """The same of a person in such a list: "HTN, a father with MI, | smoking", "depressed, mother with depression, no | attempts"."""
    words = around.words
    if not _is_item(person.owner, at, around):
        return False
    comma = max(i for i in range(at, around.mention.first) if words[i] == ",")
    if words[comma + 1] in around.cues.words.auxiliaries:
        return False  # "her donor, a cousin, | had"
    denied = any(cue.makes == "absent" and first == comma + 1 for first, _, cue in around.hits)
    return denied or not around.cues.words.articles.isdisjoint(words[person.owner : person.first])


def _speaks_of_what_precedes(person: Person, around: Surroundings) -> bool:
    """ "stroke in his mother", "breast cancer (mother)", "breast cancer: mother, aunt"."""
    words, begin, owner = around.words, around.mention.last, person.owner
    if is_whose_chart(person.first, around):
        return False
    if words[owner - 1] == ":" and words[owner - 2] in around.cues.words.related:
        return not around.ended("other", begin, owner - 2)  # "Problem: gout, relation: father"
    if owner > begin and words[owner - 1] in around.cues.words.in_whom:
        return person.first - begin <= _BEHIND and not around.ended("other", begin, owner - 1)
    if around.mention.kind == "procedure" and owner == begin:
        return False  # "transplant of unrelated donor"
    return (owner == begin or (owner == begin + 1 and words[begin] == ":")) and around.clause_over(person.last)


def _carried_over(around: Surroundings) -> Place | None:
    """The pronoun with which a sentence begins, where it is the relative of the sentence before: "Mother is alive. | She has HTN."."""
    begin, told = around.begin, around.cues.words
    if begin == 0 or (around.words[begin] not in told.he and around.words[begin] not in told.she):
        return None
    owns = begins_with_possessive(around)
    if not (owns or is_subject_pronoun(begin, around)):
        return None
    said = Said(True, begin + 1) if owns else said_behind(begin + 1, around, subject=True)
    if not said.theirs or _ended(begin + 1, around.mention.first, around) or _pronoun_in(said.at, around):
        return None
    before = _sentence_before(around)
    for _ in range(_BACK - 1):
        if before.begin == 0 or not (
            is_subject_pronoun(before.begin, before) or (begins_with_possessive(before) and not persons_in(before))
        ):
            break
        before = _sentence_before(before)
    persons = persons_in(before)
    for nth in range(len(persons), 0, -1):
        if owns and not is_of_other_sex(persons[nth - 1], begin, before):
            continue  # "His mother is 80. Her health is poor."
        theirs = _theirs(persons[:nth], before) is True
        if goes_on(persons[nth - 1], begin, around, theirs=theirs):
            return begin, begin + 1
    return None


def _pronoun_in(begin: int, around: Surroundings) -> bool:
    """Whether from that word to the mention another is spoken of: "She had to help | him because of weakness"."""
    told = around.cues.words
    words = around.words[begin : around.mention.first]
    other = told.she if around.words[around.begin] in told.he else told.he
    return not other.isdisjoint(words)


def _sentence_before(around: Surroundings) -> Surroundings:
    """The sentence before that one, or its end, seen from its last word; there must be one."""
    words = around.words
    first = stop = around.begin - 1
    while first > 0 and words[first - 1] != BREAK and stop - first < _LONG:
        first -= 1
    hits = [(start, end, cue) for start, end, cues in around.cues.lexicon.matches(words, first, stop) for cue in cues]
    return Surroundings(words, first, stop, Mention(stop, stop), hits, around.cues, tells_years=False, diseases=around.diseases)


def _returns_to_patient(around: Surroundings) -> bool:
    """Whether a family's history speaks of the patient: "The patient has no heart disease", "FH unknown. | Has gout."."""
    words, told, begin = around.words, around.cues.words, around.begin
    if begin and not any(cue.makes == "other" for _, _, cue in around.hits):
        said_before = _sentence_before(around)
        if not told.closing.isdisjoint(words[said_before.begin : said_before.stop]) and not persons_in(said_before):
            return True
    before = [person.last for person in persons_in(around) if person.last <= around.mention.first]
    since = before[-1] if before else begin
    for first, last, cue in reversed(around.hits):
        if cue.makes == "end" and cue.of == "other" and since <= first and last <= around.mention.first:
            if told.patients.isdisjoint(words[first:last]):
                return not any(word in told.he or word in told.she for word in words[first:last])
            return words[last] in told.auxiliaries or last + 1 >= around.mention.first
    return False
