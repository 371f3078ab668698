"""Whether "he" or "she" is the relative who was just spoken of, or the patient (DOMAIN B26).

Sex decides where it can: "his mother ... she" is the mother.  Where it cannot, only what is said of relatives goes on with them
("she died of"), or a sentence with no other subject ("Mother is alive at 88. She has HTN.").
"""

from typing import Final, Literal

from opencdi.nlp.around import Surroundings
from opencdi.nlp.persons import Person, is_subject, sex_of

Sex = Literal["f", "m"]
_HEAD: Final = 120
"""Words at the beginning of a note in which the patient's sex is told: "67 yo M", "this gentleman"."""
_TURNS: Final = frozenset({",", ";", "and", "but", "however", "so", "though"})
_STATEMENT: Final = 12
"""Words behind a pronoun in which its death is told."""


def is_subject_pronoun(at: int, around: Surroundings) -> bool:
    """Whether that word is "he" or "she"."""
    word, told = around.words[at], around.cues.words
    return (word in told.he or word in told.she) and word not in told.possessives


def begins_with_possessive(around: Surroundings) -> bool:
    """Whether a sentence begins with "his" or "her"."""
    word, told = around.words[around.begin], around.cues.words
    return word in told.possessives and (word in told.he or word in told.she)


def is_of_other_sex(person: Person, at: int, around: Surroundings) -> bool:
    """Whether the pronoun at that word fits the person and cannot be the patient."""
    pronoun = "f" if around.words[at] in around.cues.words.she else "m"
    return sex_of(person, around) in (None, pronoun) and _patients_sex(person, around) not in (None, pronoun)


def speaks_of_age(at: int, around: Surroundings) -> bool:
    """Whether the pronoun at that word only dates: "in his | 60s", "in her | early forties", "when he was | 12"."""
    behind = around.words[at + 1]
    if behind in around.cues.words.being:
        return any(word[0].isdigit() for word in around.words[at + 2 : at + 3])
    return behind[0].isdigit() or behind in around.cues.words.ages


def goes_on(person: Person, at: int, around: Surroundings, *, theirs: bool) -> bool:
    """Whether the pronoun at that word is that person; `theirs`: something was said to be the person's before."""
    words, told = around.words, around.cues.words
    pronoun = "f" if words[at] in told.she else "m"
    sex = sex_of(person, around)
    if sex not in (None, pronoun):
        return False
    patients = _patients_sex(person, around)
    if patients is not None and patients != pronoun:
        return True
    if not is_subject(person, around):
        return False
    if at == person.last + 1 and words[person.last] == ",":
        return True  # "lives: spouse, she has ..."
    if sex is None:
        return _was_told(words[person.last : at], around)
    behind = words[around.mention.last : around.mention.last + 1]
    if not told.auxiliaries.isdisjoint(behind) and not (told.she if pronoun == "f" else told.he).isdisjoint(behind):
        return True  # "mother reports she has ... herself"
    if "own" in words[at : around.mention.first] and words[at + 1] in told.auxiliaries:
        return True  # "daughter states she has her own ..."
    between = words[person.last : at]
    if between[-1] in _TURNS and not told.standing.isdisjoint(between) and told.saying.isdisjoint(between):
        return True  # "daughter Linda works full time, she is ..."
    if words[at + 1] in told.he or words[at + 1] in told.she:
        return not theirs  # "wife reports she herself has"; but "grandmother had it and she herself has"
    if not theirs:
        return False
    if not told.dead.isdisjoint(words[at + 1 : at + _STATEMENT]):
        return True
    if any(cue.makes in ("today", "new") and first > at for first, _, cue in around.hits):
        return False
    return patients is None or _is_alive(person, at, around)


def _was_told(between: list[str], around: Surroundings) -> bool:
    """Whether these words tell a stranger of itself: "roommate | was told a week ago that | she has"; kin are told of the patient."""
    told = around.cues.words
    return len(between) > 1 and between[0] in told.auxiliaries and between[-1] == "that" and not told.telling_that.isdisjoint(between[:-1])


def _is_alive(person: Person, at: int, around: Surroundings) -> bool:
    """Whether nothing else was said than that the person lives: "His father is 80"."""
    words, told = around.words[person.last : at], around.cues.words
    return not told.alive.isdisjoint(words) or (words[0] in told.auxiliaries and words[1][0].isdigit())


def _patients_sex(person: Person, around: Surroundings) -> Sex | None:
    """As "his mother" tells it, or the beginning of the note."""
    told, words = around.cues.words, around.words
    for owner in words[person.owner : person.first]:
        if owner in told.he | told.she:
            return "m" if owner in told.he else "f"
    for i, word in enumerate(words[:_HEAD]):
        if word in told.male or word in told.female:
            return "m" if word in told.male else "f"
        if word in ("m", "f") and i and (words[i - 1].removesuffix("yo").isdigit() or words[i - 1] in told.year_old):
            return "m" if word == "m" else "f"
        if word[-1] in "mf" and word[:-1].removesuffix("yo").isdigit():
            return "m" if word[-1] == "m" else "f"  # "67M", "67yoF"
    if not told.wives.isdisjoint(words[person.first : person.last]):
        return "m"
    return "f" if not told.husbands.isdisjoint(words[person.first : person.last]) else None
