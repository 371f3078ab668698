"""Whose disease it is: the patient's, or a relative's, donor's, fetus's or contact's (DOMAIN B26).

A person near the mention has it, unless the words say that the person tells, brings, helps or stands by; then it is the patient's.
"""

from opencdi.nlp.reach import Hit, Surroundings, reaches

_BEHIND = 8
"""Words from a disease back to "in his mother"."""
_ASIDE = 6
"""Words of an aside after a person: "daughter (her health care proxy) reports"."""


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
        words[owner - 1] in told.possessives or words[owner - 1] in told.counts or words[owner - 1].isdigit() or _is_person(owner - 1, around)
    ):
        owner -= 1
    if cue.place == "owned" and (owner == first or words[first - 1] in told.articles):
        return False
    before = words[owner - 1] if owner > around.begin else ""
    if mention.last <= first:  # "stroke in his mother", "breast cancer (mother)"
        return first - mention.last <= _BEHIND and before in told.in_whom and not around.ended("other", mention.last, owner - 1)
    if not last <= mention.first <= last + cue.within or before in told.sources:
        return False
    behind = _after_other_persons(last, around)
    has_it = _has_it(behind, around)
    if has_it is False or (has_it is None and before in told.companions):
        return False
    return not around.ended("other", last, mention.first)


def _is_person(at: int, around: Surroundings) -> bool:
    """Whether that word joins persons: "his mother and | sister"."""
    joins = around.words[at] in ("and", "or", ",") and at > around.begin
    return any(
        cue.place in ("kin", "owned") and (last == at if joins else first <= at < last) for first, last, cue in around.hits
    )


def _after_other_persons(at: int, around: Surroundings) -> int:
    """The word behind a person, further persons ("and sister") and an aside in brackets."""
    words, told = around.words, around.cues.words
    while at < around.stop and (_is_person(at, around) or words[at] in told.possessives):
        at += 1
    if at < around.stop and words[at] == "(":
        for i in range(at + 1, min(at + _ASIDE, around.stop)):
            if words[i] == ")":
                return i + 1
    return at


def _has_it(at: int, around: Surroundings) -> bool | None:
    """What the words behind a person say: that the person has it, that the person only tells, or neither."""
    for skipped in range(3):  # a name or verb may stand between: "daughter Jane reports", "wife is worried"
        start = at + skipped
        if start >= around.mention.first:
            return None
        for first, last, has_it in around.cues.has_it.matches(around.words, start, min(start + 5, around.stop)):
            if first != start:
                break
            return has_it
    return None
