"""Persons of a sentence other than the patient: relatives, contacts, others in an accident (DOMAIN B26)."""

from dataclasses import dataclass
from typing import Final, Literal

from opencdi.knowledge.words import BREAK
from opencdi.nlp.around import Surroundings
from opencdi.nlp.charts import of_newborn

Sex = Literal["f", "m"]
_AND: Final = frozenset({"and", "or", "&", "+"})
_JOINS: Final = _AND | {","}
_BEGINS: Final = frozenset({BREAK, ",", ";", ":", "(", ")", "|", "=", "and", "or", "&", "but", "that", "while"})
_OPENS: Final = frozenset({",", ";", ":", "(", "and", "but", "while", "for"})
"""Before a word that takes up persons named before."""
_BIRTH: Final = frozenset({"of", "has", "have", "had"})


@dataclass(frozen=True, slots=True)
class Person:
    """One or several: words [first, last) name them, those from `owner` say whose they are or how many ("two of her | aunts")."""

    owner: int
    first: int
    last: int
    within: int = 0
    """How many words behind them what is said may still be of them."""


def persons_in(around: Surroundings) -> list[Person]:
    """All persons near the mention, left to right; those that "and" or a comma joins are one ("his mother and sister")."""
    found: list[Person] = []
    for first, last, cue in around.hits:
        if cue.place not in ("kin", "owned"):
            continue
        owner = _owner(_before_age(first, around) if cue.place == "kin" else first, around)
        if cue.place == "owned" and not _owned(owner, first, around):
            continue
        if around.words[first - 1] in around.cues.words.titles and first > around.begin:
            continue  # "Mr. Cousins"
        if found and _is_one(found[-1], owner, around):
            first, owner = found[-1].first, found[-1].owner
            found.pop()
        if found:
            found += _some_of(found[-1], first, around)
        found.append(Person(owner, first, last, cue.within))
    if found:
        found += _some_of(found[-1], around.mention.first, around)
    return found


def _some_of(persons: Person, stop: int, around: Surroundings) -> list[Person]:
    """Those of whom one or several are spoken of up to that word: "neither parent, but | both were", "two sons, | the eldest has"."""
    words, told = around.words, around.cues.words
    for i in range(persons.last + 1, stop):
        if words[i] not in told.quantified:
            continue
        opens = words[i - 1] in _OPENS or (words[i - 1] in told.articles and words[i - 2] in _OPENS)
        behind = words[i + 1]
        if behind == "," and not told.whose.isdisjoint(words[i + 2 : i + 3]):
            return [Person(i, i, i + 1, persons.within)]  # "well except for the youngest, who ..."
        if opens and (behind in told.auxiliaries or behind in told.died_of or behind in told.weak or i + 1 == stop):
            first = i - (words[i - 1] in told.articles)
            return [Person(first, first, i + 1, persons.within)]
    return []


def _is_one(before: Person, owner: int, around: Surroundings) -> bool:
    """Whether those from `owner` on stand beside the person before; not "per wife, | father had", "father of | a child"."""
    words, told = around.words, around.cues.words
    if not before.last <= owner <= before.last + 2 or not _JOINS.issuperset(words[before.last : owner]):
        return False
    if words[before.last] == "," and owner == before.last + 1 and (words[owner] in told.he | told.she | told.indefinite):
        return False  # "restrained passenger, | her boyfriend was driving"
    return words[owner] not in told.died_of and not is_source(before, around)


def is_source(person: Person, around: Surroundings) -> bool:
    """Whether the person is who tells: "per wife", "according to his daughter"."""
    words, told, owner = around.words, around.cues.words, person.owner
    if owner == around.begin or words[owner - 2] in told.apart:
        return False
    return words[owner - 1] in told.sources or (owner - 2 >= around.begin and words[owner - 2] in told.sources and words[owner - 1] == "to")


def _owner(first: int, around: Surroundings) -> int:
    told, words = around.cues.words, around.words
    counts = told.possessives, told.counts, told.ordinals
    while first > around.begin and (words[first - 1].isdigit() or any(words[first - 1] in known for known in counts)):
        first -= 1
    if first - 2 >= around.begin and words[first - 2] in told.titles:
        return first - 2  # "Mr. Hall's | wife"
    return first


def _before_age(first: int, around: Surroundings) -> int:
    """Before the age that stands before that word: "| 6 y/o nephew"."""
    words, told = around.words, around.cues.words
    begin = first
    while begin > around.begin and words[begin - 1] in told.year_old:
        begin -= 1
    return begin - 1 if around.begin < begin < first and words[begin - 1][0].isdigit() else first


def _owned(owner: int, first: int, around: Surroundings) -> bool:
    """Whether a child is somebody's ("her baby", "a mother of | a child"), and no count of pregnancies ("after her first baby")."""
    words, told = around.words, around.cues.words
    if words[first] in told.newborns and of_newborn(around) is False:
        return True  # "the infant", in its mother's chart
    if owner == first or (words[owner - 1] in told.counting and not told.ordinals.isdisjoint(words[owner:first])):
        return False
    if told.articles.issuperset(word for word in words[owner:first] if word not in _BIRTH):
        return words[first - 1] != "the" and not _BIRTH.isdisjoint(words[max(around.begin, owner - 1) : first])
    if words[first] in told.year_old:
        if words[owner - 1] in _BIRTH and not told.whose.isdisjoint(words[first + 2 : first + 3]):
            return True  # "has a 6 year old who"
        return any(word in told.he or word in told.she for word in words[owner:first])  # "her 3 year old", not "this 3 year old"
    return words[first - 1] not in told.articles


def includes_patient(person: Person, around: Surroundings) -> bool:
    """Whether the patient is one of them: "both the patient and his wife", "wife and pt", "mom (our pt)"."""
    words, told = around.words, around.cues.words
    before = person.owner
    if before - 2 >= around.begin and words[before - 2] in told.together and words[before - 1] in told.companions:
        return True  # "along with his wife"
    if before - 2 >= around.begin and words[before - 1] in _AND and words[before - 2] in told.patients | told.he | told.she:
        return True
    behind = words[person.last : min(person.last + 4, around.mention.first)]
    return len(behind) > 1 and behind[0] in _AND | {"("} and not told.patients.isdisjoint(behind[1:3])


def is_subject(person: Person, around: Surroundings) -> bool:
    """Whether the person begins a statement: "Mother ...", "(mother", "FH mother"; not "discussed with mother"."""
    words, told = around.words, around.cues.words
    if person.owner == 0 or words[person.owner - 1] in _BEGINS:
        return True
    article = person.owner - 2  # "| the infant sibling"
    if article == 0 or (article > 0 and words[article - 1] in _BEGINS):
        whose = words[article] in told.articles or words[article] in told.he or words[article] in told.she
        adjective = words[article + 1]
        return whose and adjective not in told.companions and adjective not in told.auxiliaries and not adjective.endswith(("ed", "ing"))
    return any(last == person.owner and cue.makes == "other" for _, last, cue in around.hits)


def sex_of(person: Person, around: Surroundings) -> Sex | None:
    """Of one person; None: the word does not say."""
    named, told = around.words[person.first : person.last], around.cues.words
    if not _JOINS.isdisjoint(named):
        return None
    if not told.women.isdisjoint(named):
        return "f"
    return "m" if not told.men.isdisjoint(named) else None
