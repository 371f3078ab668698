"""Persons of a sentence other than the patient, and whether what is said behind them is theirs (DOMAIN B26).

A relative has a disease, dies of it, is treated for it; or tells, brings, decides and stands by: then the disease is the patient's.
"""

from dataclasses import dataclass
from typing import Literal

from opencdi.knowledge.words import BREAK
from opencdi.nlp.reach import Surroundings

Sex = Literal["f", "m"]
_ASIDE = 8
"""Words of an aside after a person: "daughter (her health care proxy) reports", "father, a retired nurse, reports"."""
_ASIDES = {"(": ")", ",": ","}
_NAME = 3
"""Words of a name or an unknown verb between a person and what it does: "daughter Jane reports"."""
_CLAUSE = 8
"""Words of a place or a clause between: "other residents of her nursing home | have", "a son who works nights and | has"."""
_KIND = 4
"""Words of "a regular cannabis | smoker"."""
_ITEM = 3
"""Words of an item in a bare list: "mother: early CAD, type 2 DM"."""
_PARTS = frozenset({",", "and", "or", ":", "(", ")", "&", "+"})
_AND = frozenset({"and", "or", "&", "+"})
_JOINS = _AND | {","}
_BEGINS = frozenset({BREAK, ",", ";", ":", "(", ")", "|", "and", "or", "&"})
_BIRTH = frozenset({"of", "has", "have", "had"})


@dataclass(frozen=True, slots=True)
class Person:
    """One or several: words [first, last) name them, those from `owner` say whose they are or how many ("two of her | aunts")."""

    owner: int
    first: int
    last: int
    within: int = 0
    """How many words behind them what is said may still be of them."""


@dataclass(frozen=True, slots=True)
class Said:
    """Whether the words behind a person say that it has what they name (None: neither that nor that it only tells), from which word on."""

    theirs: bool | None
    at: int
    weakly: bool = False
    """Only a "with" says so: "found by neighbor with confusion"."""


def persons_in(around: Surroundings) -> list[Person]:
    """All persons near the mention, left to right; those that "and" or a comma joins are one ("his mother and sister")."""
    found: list[Person] = []
    for first, last, cue in around.hits:
        if cue.place not in ("kin", "owned"):
            continue
        owner = _owner(first, around)
        if cue.place == "owned" and not _owned(owner, first, around):
            continue
        if found and _is_one(found[-1], owner, around):
            first, owner = found[-1].first, found[-1].owner
            found.pop()
        found.append(Person(owner, first, last, cue.within))
    return found


def _is_one(before: Person, owner: int, around: Surroundings) -> bool:
    """Whether those from `owner` on stand beside the person before; not "per wife, | father had", "father of | a child"."""
    words, told = around.words, around.cues.words
    if not before.last <= owner <= before.last + 2 or not _JOINS.issuperset(words[before.last : owner]):
        return False
    return words[owner] not in told.died_of and not (before.owner > around.begin and words[before.owner - 1] in told.sources)


def _owner(first: int, around: Surroundings) -> int:
    told, words = around.cues.words, around.words
    while first > around.begin and (words[first - 1] in told.possessives or words[first - 1] in told.counts or words[first - 1].isdigit()):
        first -= 1
    return first - 2 if first - 2 >= around.begin and words[first - 2] in told.titles else first  # "Mr. Hall's | wife"


def _owned(owner: int, first: int, around: Surroundings) -> bool:
    """Whether a child is somebody's ("her baby", "a mother of | a child"), and no count of pregnancies ("after her first baby")."""
    words, told = around.words, around.cues.words
    if owner == first or not told.ordinals.isdisjoint(words[owner:first]):
        return False
    if told.articles.issuperset(word for word in words[owner:first] if word not in _BIRTH):
        return words[first - 1] != "the" and not _BIRTH.isdisjoint(words[max(around.begin, owner - 1) : first])
    if words[first] in told.year_old:
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
    if person.owner == 0 or around.words[person.owner - 1] in _BEGINS:
        return True
    return any(last == person.owner and cue.makes == "other" for _, last, cue in around.hits)


def sex_of(person: Person, around: Surroundings) -> Sex | None:
    """Of one person; None: the word does not say."""
    named, told = around.words[person.first : person.last], around.cues.words
    if not _JOINS.isdisjoint(named):
        return None
    if not told.women.isdisjoint(named):
        return "f"
    return "m" if not told.men.isdisjoint(named) else None


def said_behind(at: int, around: Surroundings, *, subject: bool) -> Said:
    """What the words from `at`, behind a person, say; a `subject` may have an aside before its verb ("her sister, age 45, was ...")."""
    words, told, stop = around.words, around.cues.words, around.mention.first
    behind = _behind_aside(at, around, subject=subject)
    clause = behind < stop and words[behind] in told.relatives
    placed = clause
    start = behind
    if behind < stop <= behind + 2 and words[behind] in told.died_of:
        return Said(True, behind + 1)  # "parents deceased, mother of | stroke"
    while start < min(stop, behind + (_CLAUSE if placed else _NAME)):
        word = words[start]
        if word == "and" and not clause and not subject:
            return Said(None, start)  # "lives with his daughter and has ..."
        said = _verb(start, around)
        if said is not None and said.theirs and "," in words[behind:start] and word not in told.relatives:
            return Said(None, start)  # "lives with his daughter, has ..."
        clausal = word in told.relatives
        dwells = words[start + clausal] in told.dwelling and (said is None or said.at <= start + clausal + 1)  # "who lives upstairs | has"
        if said is not None and said.weakly and not _follows(behind, start, said.at, around):
            return Said(None, start)
        if said is not None and (said.theirs or not dwells):
            return said
        placed = placed or dwells
        start += 1
    return Said(None, start)


def _follows(behind: int, start: int, stop: int, around: Surroundings) -> bool:
    """Whether a "with" is of the person: "mother (55) with", "residents at the home with"; not "mother happy with", "stays with her"."""
    words, told = around.words, around.cues.words
    if words[stop] in told.he or words[stop] in told.she:
        return False
    known = (words[i][0].isdigit() or words[i] in told.fillers or words[i] in told.auxiliaries for i in range(behind, start))
    return all(known) or (words[behind] in told.dwelling and "," not in words[start : around.mention.first])


def _behind_aside(at: int, around: Surroundings, *, subject: bool) -> int:
    words = around.words
    if at < around.stop and words[at] in _ASIDES:
        for i in range(at + 1, min(at + _ASIDE, around.mention.first)):
            if words[i] == _ASIDES[words[at]]:
                if words[at] == "(":
                    return i + 1  # brackets say nothing of the person
                said = _verb(i + 1, around)
                # Between commas the person goes on only if a verb follows, and an object's only if it tells.
                goes_on = said is not None and (said.theirs is False or (subject and not said.weakly))
                return i + 1 if goes_on else at
    return at


def _verb(at: int, around: Surroundings) -> Said | None:
    """What the verb at that word says: auxiliaries before a word of telling are part of it ("has also noticed", "is concerned")."""
    words, told, stop = around.words, around.cues.words, around.mention.first
    phrase = _phrase(at, around)
    behind = at
    while behind < stop and words[behind] in told.auxiliaries:
        behind += 1
    if phrase is None and behind == at:
        return None
    if behind > at and words[behind - 1] in told.progressive and words[behind].endswith("ing") and _phrase(behind, around) is None:
        return Said(False, behind)  # "has been treating"
    noun = max(behind, phrase.at if phrase else at)
    if phrase is None or words[noun - 1] in told.auxiliaries or words[noun - 1] in told.hedges:
        while noun < stop and (words[noun] in told.hedges or words[noun] in told.auxiliaries):
            noun += 1
        told_of = _phrase(noun, around) if noun < stop else None  # "has also | noticed", "has no | questions"
        if told_of is not None and (told_of.theirs is False or phrase is None):
            return told_of
    if phrase is None:  # "is | diabetic", "was severely | depressed", "is a regular cannabis | smoker"
        kind = words[behind:stop]
        long = len(kind) > (_KIND if kind[:1] and kind[0] in told.articles else 2)
        if not long and _PARTS.isdisjoint(kind) and not any(word.endswith(("ed", "ing")) for word in kind):
            return Said(True, behind)
    return phrase


def _phrase(at: int, around: Surroundings) -> Said | None:
    for first, last, theirs in around.cues.has_it.matches(around.words, at, min(at + 5, around.stop)):
        if first == at:
            weakly = theirs and around.words[at] in around.cues.words.weak
            return Said(theirs, last, weakly)
        return None
    return None


def lists_bare(at: int, around: Surroundings) -> bool:
    """Whether from `at` to the mention there are only short items: "mother: DM, HTN, | CAD", "brother (55), CAD"."""
    words, told, mention = around.words, around.cues.words, around.mention
    item = 0
    for i in range(at, mention.first):
        word = words[i]
        if word in _PARTS:
            item = 0
        elif (
            (word in told.possessives and word not in told.indefinite)
            or word in told.dwelling
            or word in told.companions
            or word.endswith("ed")
        ):
            return False
        elif word not in told.fillers and not word[0].isdigit():
            item += 1
            if item > _ITEM:
                return False
    return item <= 2
