"""Whose disease it is: the patient's, or a relative's, donor's, fetus's or contact's (DOMAIN B26).

A person near the mention has it, unless the words say that the person tells, brings, helps or stands by; then it is the patient's.
"""

from opencdi.nlp.reach import Hit, Surroundings, reaches

_BEHIND = 8
"""Words from a disease back to "in his mother"."""
_ASIDE = 8
"""Words of an aside after a person: "daughter (her health care proxy) reports", "father, a retired nurse, reports"."""
_ASIDES = {"(": ")", ",": ","}


def somebody_else(around: Surroundings) -> Hit | None:
    """The nearest cue that gives the mention to another person."""
    mention = around.mention
    found = [hit for hit in around.hits if hit[2].makes == "other" and (_is_kin(hit, around) or reaches(hit, around))]
    return min(found, key=lambda hit: max(mention.first - hit[1], hit[0] - mention.last), default=None)


def _is_kin(hit: Hit, around: Surroundings) -> bool:
    first, last, cue = hit
    if cue.place not in ("kin", "owned"):
        return False
    words, told, mention = around.words, around.cues.words, around.mention
    owner = first
    while owner > around.begin and (
        words[owner - 1] in told.possessives
        or words[owner - 1] in told.counts
        or words[owner - 1].isdigit()
        or _is_person(owner - 1, around)
    ):
        owner -= 1
    if cue.place == "owned" and (owner == first or words[first - 1] in told.articles):
        return False
    before = words[owner - 1] if owner > around.begin else ""
    if mention.last <= first:
        return _speaks_of_what_precedes(hit, owner, before, around)
    if before in told.in_whom and before not in told.brackets and owner - 1 > around.begin:
        return False  # "diabetes in her father, ...": said of what stands before it
    if not last <= mention.first <= last + cue.within or before in told.sources:
        return False
    behind = _after_other_persons(last, around)
    has_it = _has_it(behind, around)
    if has_it is False or (has_it is None and before in told.companions):
        return False
    return not around.ended("other", last, mention.first)


def _speaks_of_what_precedes(hit: Hit, owner: int, before: str, around: Surroundings) -> bool:
    """ "stroke in his mother", "breast cancer (mother)", "breast cancer: mother, aunt"."""
    first, last, _ = hit
    begin = around.mention.last
    if before in around.cues.words.in_whom:
        return first - begin <= _BEHIND and not around.ended("other", begin, owner - 1)
    if owner == begin or (owner == begin + 1 and before == ":"):
        return around.clause_over(_after_other_persons(last, around))
    return False


def _person_at(at: int, around: Surroundings) -> bool:
    return any(cue.place in ("kin", "owned") and first <= at < last for first, last, cue in around.hits)


def _is_person(at: int, around: Surroundings) -> bool:
    """Whether that word is of a person, or joins two: "his mother and | sister"."""
    if around.words[at] not in ("and", "or", ","):
        return _person_at(at, around)
    told, behind = around.cues.words, at + 1
    while behind < around.stop and (around.words[behind] in told.possessives or around.words[behind] in told.counts):
        behind += 1
    return at > around.begin and _person_at(at - 1, around) and _person_at(behind, around)


def _after_other_persons(at: int, around: Surroundings) -> int:
    """The word behind a person, further persons ("and sister") and an aside."""
    words, told = around.words, around.cues.words
    while at < around.stop and (_is_person(at, around) or words[at] in told.possessives):
        at += 1
    if at < around.stop and words[at] in _ASIDES:
        for i in range(at + 1, min(at + _ASIDE, around.mention.first)):
            if words[i] == _ASIDES[words[at]]:
                # Brackets say nothing of the person; between commas the person goes on only if what follows tells.
                return i + 1 if words[at] == "(" or _phrase(i + 1, around) is False else at
    return at


def _phrase(at: int, around: Surroundings) -> bool | None:
    for first, _, has_it in around.cues.has_it.matches(around.words, at, min(at + 5, around.stop)):
        return has_it if first == at else None
    return None


def _has_it(at: int, around: Surroundings) -> bool | None:
    """What the words behind a person say: that the person has it, that the person only tells, or neither."""
    words = around.words
    for start in range(at, min(at + 3, around.mention.first)):  # a name or verb may stand between: "daughter Jane reports"
        if words[start] == "and":
            return None  # "lives with his daughter and has ..."
        if (has_it := _phrase(start, around)) is not None:
            if has_it and "," in words[at:start] and words[start] not in around.cues.words.relatives:
                return None  # "lives with his daughter, has ..."
            return has_it
    return None
