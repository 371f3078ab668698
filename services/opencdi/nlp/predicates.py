"""What is said behind a person: that it has what is named, or that it only tells, helps or stands by (DOMAIN B26).

A person that is the subject keeps its place through asides ("his landlady, he says, has ...") and through a second predicate that
names no subject of its own ("brother Len will visit but has ...").
"""

from dataclasses import dataclass
from typing import Final

from opencdi.nlp.around import Surroundings
from opencdi.nlp.charts import is_gravida

_ASIDE: Final = 10
"""Words of an aside after a person: "daughter (her health care proxy) reports", "father, a retired nurse, reports"."""
_ASIDES_MOST: Final = 3
_ASIDES: Final = {"(": ")", ",": ","}
_NAME: Final = 3
"""Words of a name or an unknown verb between a person and what it does: "daughter Jane reports"."""
_CLAUSE: Final = 8
"""Words of a place or a clause between: "other residents of her nursing home | have", "a son who works nights and | has"."""
_KIND: Final = 4
"""Words of "a regular cannabis | smoker"."""
_ITEM: Final = 3
"""Words of an item in a bare list: "mother: early CAD, type 2 DM"."""
_PARTS: Final = frozenset({",", "and", "or", ":", "(", ")", "&", "+"})
_JOINING: Final = frozenset({",", "and", "but", "yet"})


@dataclass(slots=True)
class Said:  # nobody changes one; frozen ones take much longer to make
    """Whether the words behind a person say that it has what they name (None: neither that nor that it only tells), from which word on."""

    theirs: bool | None
    at: int
    weakly: bool = False
    """Only a "with" says so: "found by neighbor with confusion"."""


def said_behind(at: int, around: Surroundings, *, subject: bool) -> Said:
    """What the words from `at`, behind a person, say; a `subject` may have an aside before its verb ("her sister, age 45, was ...")."""
    at = _behind_years(at, around)
    behind, clause = _behind_asides(at, around, subject=subject)
    said = _first_predicate(behind, around, subject=subject, clause=clause)
    if subject and said.theirs is not True and at < around.mention.first:
        return _second_predicate(at, around) or said
    return said


def relative_clause(at: int, around: Surroundings) -> Said | None:
    """What a relative clause directly behind a person says it has: "a grandchild, | who had croup", "kids (| one with autism)"."""
    words, told = around.words, around.cues.words
    at = _behind_years(at, around)
    if at + 1 < around.mention.first and words[at + 1] == "," and words[at] not in _ASIDES:
        at += 1  # "sister Rosa, | who was"
    comma = next((i for i in range(at + 1, min(at + _ASIDE, around.mention.first)) if words[i] == ","), at)
    if comma > at and words[at] == "," and words[comma + 1] in told.whose:
        at = comma  # "a viable male, Apgars 4 and 7, | who was"
    behind = at + (words[at] in _ASIDES)
    opened = _behind_relative(behind, around)
    if opened == behind or (behind == at and words[at] not in told.whose):
        return None
    if opened == around.mention.first:
        return Said(True, opened)  # "a partner who | smokes"
    if words[at] == "," and _behind_aside(at, around, subject=True) > at:
        return None  # "her mother, who has dementia, | says"
    said = _first_predicate(opened, around, subject=True, clause=True)
    return said if said.theirs else None


def _behind_years(at: int, around: Surroundings) -> int:
    """Behind how long a person has been one: "wife of 40 years | who"."""
    words, told = around.words, around.cues.words
    span = words[at : min(at + 3, around.mention.first)]
    years = len(span) == 3 and span[0] in told.died_of and span[1][0].isdigit() and span[2] in told.year_old
    return at + 3 if years else at


def _behind_relative(at: int, around: Surroundings) -> int:
    """Behind "who", "two of whom", "one"; `at` where there is none."""
    words, told = around.words, around.cues.words
    if words[at] in told.relatives:
        return at + 3 if words[at + 1 : at + 3] == ["of", "whom"] else at + 1
    return at


def _first_predicate(behind: int, around: Surroundings, *, subject: bool, clause: bool) -> Said:
    words, told, stop = around.words, around.cues.words, around.mention.first
    clause = clause or (behind < stop and words[behind] in told.relatives)
    placed = clause
    start, unknown = behind, 0
    if behind < stop <= behind + 2 and words[behind] in told.died_of:
        return Said(True, behind + 1)  # "parents deceased, mother of | stroke"
    while start < stop and unknown < (_CLAUSE if placed else _NAME):
        word = words[start]
        if word == "and" and not clause and not subject:
            return Said(None, start)  # "lives with his daughter and has ..."
        if word == ";" or (word in told.patients and start > behind):
            return Said(None, start)  # "lives with her husband; history of ...", "daughter complains of | pt being ..."
        if (word in told.he or word in told.she) and word not in told.possessives and word not in told.auxiliaries:
            return Said(None, start)  # "was visiting her sister when | she had ..."
        said = _verb(start, around)
        if said is not None and said.theirs and "," in words[behind:start] and word not in told.relatives:
            return Said(None, start)  # "lives with his daughter, has ..."
        clausal = word in told.relatives
        dwells = words[start + clausal] in told.dwelling and (said is None or said.at <= start + clausal + 1)  # "who lives upstairs | has"
        if said is not None and said.weakly and not clause and not (subject and placed) and not _follows(behind, start, said.at, around):
            return Said(None, start)
        if said is not None and (said.theirs or not dwells):
            return said
        placed = placed or dwells
        unknown += not _is_known(word, around)
        start += 1
    return Said(None, start)


def _second_predicate(at: int, around: Surroundings) -> Said | None:
    """A later predicate of the same subject: "brother Len will visit | but has ...", "husband drinks daily, | has ...".

    Behind a bare comma a note leaves the patient out, too ("wife called, | was confused"): there only what tells of the person's own life
    goes on with it.  What somebody reports is the patient's.
    """
    words, told, stop = around.words, around.cues.words, around.mention.first
    standing = tells = False
    for i in range(at, stop):
        word = words[i]
        if word in told.patients or ((word in told.he or word in told.she) and (word not in told.possessives or words[i + 1] in _JOINING)):
            tells = True  # "checks on him, | has falls"
        if word in told.saying or (words[i + 1] in told.auxiliaries and (word in told.patients or word in told.he or word in told.she)):
            return None
        if word not in _JOINING:
            standing = standing or word in told.standing
            continue
        begin = i + 1 + (word == "," and words[i + 1] in _JOINING)
        joined = i > at and words[begin - 1] != ","
        if joined or (standing and not tells and words[begin] in told.auxiliaries):
            said = _verb(begin, around)
            if said is not None and said.theirs and not said.weakly:
                return said
    return None


def _is_known(word: str, around: Surroundings) -> bool:
    """Whether a word only tells the age or is an auxiliary: "mother is a 24 year old | with"."""
    told = around.cues.words
    return word[0].isdigit() or word in told.fillers or word in told.auxiliaries or is_gravida(word)


def _follows(behind: int, start: int, stop: int, around: Surroundings) -> bool:
    """Whether a "with" is of the person: "mother (55) with", "residents at the home with"; not "mother happy with", "stays with her"."""
    words, told = around.words, around.cues.words
    if words[stop] in told.he or words[stop] in told.she:
        return False
    between = words[behind:start]
    named = len(between) > 1 and between[1][0].isdigit()  # "spouse Walt 88 | with"
    if all(_is_known(word, around) for word in between[named:]):
        return True
    return words[behind] in told.dwelling and "," not in words[start : around.mention.first]


def _behind_asides(at: int, around: Surroundings, *, subject: bool) -> tuple[int, bool]:
    """Behind the asides of a person, and whether a relative clause begins there."""
    words = around.words
    at = _behind_aside(at, around, subject=subject)
    opened = at + (at < around.mention.first and words[at] in _ASIDES)
    behind = _behind_relative(opened, around)
    return (behind, True) if behind > opened + 1 else (at, False)  # "two of whom"; "who" begins its verbs


def _behind_aside(at: int, around: Surroundings, *, subject: bool, further: int = _ASIDES_MOST) -> int:
    words = around.words
    if subject and at + 1 < around.mention.first and words[at + 1] == "," and _verb(at, around) is None and words[at] not in _ASIDES:
        behind = _behind_aside(at + 1, around, subject=True, further=0)
        return behind if behind > at + 1 else at  # "her uncle Joe, a smoker, | died"
    if at < around.stop and words[at] in _ASIDES:
        for i in range(at + 1, min(at + _ASIDE, around.mention.first)):
            if words[i] == _ASIDES[words[at]]:
                if words[at] == "(":
                    return i + 1  # brackets say nothing of the person
                said = _verb(i + 1, around)
                # Between commas the person goes on only if a verb follows, and an object's only if it tells.
                aged = all(_is_known(word, around) for word in words[at + 1 : i])  # "son, 30, | with"
                if said is not None and (said.theirs is False or (subject and (aged or not said.weakly))):
                    return i + 1
                behind = _behind_aside(i, around, subject=subject, further=further - 1) if further and subject else i
                return behind if behind > i else at  # "his son, aged 9, for whom he cares, | has"
    return at


def speaks_aside(at: int, around: Surroundings) -> bool:
    """Whether the pronoun at that word only tells who says it: "his father had cancer and, as | he recalls, pain"."""
    words, told = around.words, around.cues.words
    opens = words[at - 1] == "," or (words[at - 1] in told.comparisons and words[at - 2] == ",")
    return opens and words[at + 1] in told.saying and "," in words[at + 2 : at + 4]


def _verb(at: int, around: Surroundings) -> Said | None:
    """What the verb at that word says: auxiliaries before a word of telling are part of it ("has also noticed", "is concerned")."""
    words, told, stop = around.words, around.cues.words, around.mention.first
    phrase = _phrase(at, around)
    behind = at
    while behind < stop and words[behind] in told.auxiliaries:
        behind += 1
    if phrase is None and behind == at:
        return None
    if at < behind < stop and words[behind - 1] in told.progressive and words[behind].endswith("ing") and _phrase(behind, around) is None:
        return Said(False, behind)  # "has been treating"
    noun = max(behind, phrase.at if phrase else at)
    if phrase is None or words[noun - 1] in told.auxiliaries or words[noun - 1] in told.hedges:
        while noun < stop and (words[noun] in told.hedges or words[noun] in told.auxiliaries):
            noun += 1
        told_of = _phrase(noun, around) if noun < stop else None  # "has also | noticed", "has no | questions"
        if told_of is not None and (told_of.theirs is False or phrase is None or (told_of.at > phrase.at and not told_of.weakly)):
            return told_of
    if phrase is None:  # "is | diabetic", "was severely | depressed", "is a regular cannabis | smoker"
        kind = words[behind:stop]
        long = len(kind) > (_KIND if kind[:1] and kind[0] in told.articles else 2)
        if not long and _PARTS.isdisjoint(kind) and not any(word.endswith(("ed", "ing")) for word in kind):
            return Said(True, behind)
        return _suffers(behind, around)
    return phrase


def _suffers(at: int, around: Surroundings) -> Said | None:
    """What befell the person, by the word behind an unknown participle: "was pronounced dead at the scene | of"."""
    words, told = around.words, around.cues.words
    for i in range(at + 1, min(at + _CLAUSE, around.mention.first)):
        if words[i] in _PARTS or words[i] in told.he or words[i] in told.she:
            return None
        if words[i] in told.befalling:
            return Said(True, i + 1)
    return None


def _phrase(at: int, around: Surroundings) -> Said | None:
    if not around.cues.has_it.begins_with(around.words[at]):
        return None
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
        elif word in told.fillers or word[0].isdigit():
            continue
        elif (
            (word in told.possessives and word not in told.indefinite)
            or word in told.dwelling
            or word in told.companions
            or word.endswith("ed")
        ):
            return False
        else:
            item += 1
            if item > _ITEM:
                return False
    return item <= 2
