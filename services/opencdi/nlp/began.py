"""When a condition began against the admission, as a sentence tells it: "admitted with", "on arrival", "developed on HD 4", "post-op".

Appendix I of the Guidelines: the provider's words decide.  What is told is one of:
yes, it brought the patient or was there when he came; no, it began in the hospital; "03-14", "2026-03-14", today or yesterday, it began on
that day, which who codes holds against the day of the order; later, it is told as a complication of the course or behind a procedure, which
outweighs nothing of the admission's own notes.
"""

import re
from bisect import bisect_left, bisect_right
from typing import Final

from opencdi.nlp import onset_words as said
from opencdi.nlp.told_times import moments_in

_REACH: Final = 160
"""Characters that "admitted with" and "complicated by" reach."""
_NEAR: Final = 48
"""Characters right beside a mention."""
_SENTENCE: Final = re.compile(r"[.!?](?=\s)|[;\n]")
_LAST_NIGHT: Final = frozenset({"overnight", "last night"})
Day = tuple[int, int, str]
"""Characters, and "no", "later" or the day."""


class Onsets:
    """What a text tells of the admission and of what came later."""

    def __init__(self, text: str) -> None:
        """Find the cues; what ends them is asked only where one reaches a mention."""
        small = text.lower()
        self._text = small if len(small) == len(text) else text
        self._came = [found.end() for found in said.CAME.finditer(self._text)]
        self._complicated = [found.end() for found in said.COMPLICATED.finditer(self._text)]
        self._onset = [found.end() for found in said.ONSET.finditer(self._text)]
        self._beside = [found.start() for found in said.TRIGGER.finditer(self._text)]
        self._ends = [found.start() for found in _SENTENCE.finditer(self._text)]
        self._days: dict[int, list[Day]] = {}

    def began(self, first: int, last: int, *, event: bool) -> str | None:
        """What the sentence says of when that mention, characters [first, last), began.  `event`: it lasts no day, as a seizure."""
        near = bisect_left(self._beside, first - _NEAR)
        asked = near < len(self._beside) and self._beside[near] <= last + _NEAR
        glued = said.GLUED.search(self._text, max(0, first - _NEAR), first) if asked else None
        behind = self._text[last : last + _NEAR] if asked else ""
        came = self._came_with(first)
        if (glued and glued["no"]) or said.NO_BEHIND.match(behind):
            return "yes" if came else "no"
        if told := self._told_day(first, last, asked=asked, event=event):
            return told
        if came or said.ARRIVAL_BEHIND.match(behind):
            return "yes"
        if glued or said.POD_BEHIND.match(behind) or said.BLOOD_BEHIND.match(behind):
            return "later"
        return "later" if self._reached(self._complicated, first) else None

    def _told_day(self, first: int, last: int, *, asked: bool, event: bool) -> str | None:
        """The day, where the mention is what then began: "on HD 3 she developed AF", "developed AF on 3/5", "UTI developed 3/14"."""
        text = self._text
        escalated = said.ESCALATED.search(text, max(0, first - _REACH), first)
        at_once = said.HAD.search(text, max(0, first - _NEAR), first) or said.ONSET.match(text, first, last)
        onset = at_once or self._reached(self._onset, first)
        if not (asked or event or escalated or onset):
            return None
        days = self._days_of(first, last)
        behind = next((day for day in days if 0 <= day[0] - last <= _NEAR), None)
        if behind and (said.BEGAN_BEHIND.fullmatch(text, last, behind[0]) or (event and said.WHEN.fullmatch(text, last, behind[0]))):
            return behind[2]
        before = [day for day in days if day[1] <= first]
        if escalated and any(day[2] in ("no", "later") for day in before):
            return "later"
        if not onset:
            return None
        told = behind if behind and "," not in text[last : behind[0]] else next(reversed(before), None)
        return told and ("later" if said.SHOWED.search(text, told[1], first) else told[2])

    def _days_of(self, first: int, last: int) -> list[Day]:
        """The days of its sentence."""
        nth = bisect_right(self._ends, first) - 1
        begin = self._ends[nth] if nth >= 0 else 0
        if begin not in self._days:
            nth = bisect_left(self._ends, last)
            self._days[begin] = _days_in(self._text, begin, self._ends[nth] if nth < len(self._ends) else len(self._text))
        return self._days[begin]

    def _came_with(self, first: int) -> bool:
        cue = _last(self._came, first)
        if cue is None or said.TURNS.search(self._text, cue, first):
            return False
        return not _days_in(self._text, cue, first)

    def _reached(self, cues: list[int], first: int) -> bool:
        """Whether the last cue before the mention reaches it: nothing ends it between; behind a cause it goes on at the comma."""
        cue = _last(cues, first)
        if cue is None:
            return False
        for found in said.ELSEWHERE.finditer(self._text, cue, first):
            if not found["link"] or self._text.find(",", found.end(), first) < 0:
                return False
        return True


def _last(cues: list[int], first: int) -> int | None:
    nth = bisect_right(cues, first) - 1
    return cues[nth] if nth >= 0 and first - cues[nth] <= _REACH else None


def _days_in(text: str, begin: int, end: int) -> list[Day]:
    """The days that these characters tell, left to right."""
    days = [(found.start(), found.end(), "no") for found in said.HOSPITAL_DAY.finditer(text, begin, end)]
    days += [(found.start(), found.end(), "later") for found in said.AFTER.finditer(text, begin, end)]
    days += [(told.start, told.end, day) for told in moments_in(text, begin, end) if (day := _day(text, told.start, told.end, told.moment))]
    return sorted(days)


def _day(text: str, start: int, end: int, moment: str) -> str:
    """ "03-14" of "03-14T09:00"; a bare hour is no day, and the night may be that of the day before."""
    if text[start:end] in _LAST_NIGHT:
        return "yesterday"
    day = moment.partition("T")[0]
    if day in ("today", "yesterday"):
        return day
    dated = day[-2:].isdigit() and not day.startswith("pod") and said.DATED.search(text, max(0, start - _NEAR), start)
    return day if dated else ""
