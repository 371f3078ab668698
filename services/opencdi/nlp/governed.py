"""A condition that a clause ties to an event of the past takes that event's time (DOMAIN B24).

Dictation dates the event once and goes on: "a bypass in 2016, which was complicated by a wound infection", "In 2019 she had a colectomy.
She had emboli in the postoperative period."  The time reaches the clauses behind it that are told in the past tense or tied to it, and the
next sentences that point back to it, until a word of now.  What hangs on no verb and no tie ("bypass in 2016, COPD, pneumonia") is told as
it stands.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from opencdi.clinical.vocabulary import FindingKind, SectionKind
from opencdi.nlp.around import Cued, Hit, is_year
from opencdi.nlp.cues import Cue
from opencdi.nlp.dates import old_dates
from opencdi.nlp.past import OF_THIS_STAY, Role, Times

Told = tuple[int, int, Role]
"""First word, word after the last, what they tell of the time."""
_PAST = Cue("historical")
_TIMES = frozenset({"dated", "day", "season", "stayed", "span", "own"})
_TELLING = _TIMES | {"recent"}
_LOOSE = frozenset({"season", "span", "own"})
"""Times that are of the past only where a history is told."""
_BARE = frozenset({"day", "season", "stayed"})
"""Times in which what was found may last until today."""
_OPENING = frozenset({"stayed", "own", "back"})
_LASTING = frozenset({"dated", "day", "stayed", "back"})
_TURNS = frozenset({"arrival", "brought", "contrast"})
"""With these a story may turn to today."""
_GO_ON = frozenset({"tie", "verb", "arrival", "brought"})
_COMES = frozenset({"arrival", "recent"})
_REMEMBERED = 2
"""So many sentences that tell no time go by until a time is forgotten."""
_FRONT = 4
"""A time that begins within so many words of its sentence opens it."""
_NEAR = 4
"""Words of a clause before its verb."""
_OPENS = 6
"""Words of a sentence up to its subject: "On the second day she"."""
_COUNT = 2
"""Words of a number behind what it counts: "about five"."""
_FAR = 8
"""The same before a word of now."""
_LASTED = 30
"""Words behind a stay that may be told of it."""
_OVERLAPPING = 3
_BEGIN: frozenset[FindingKind | None] = frozenset({"symptom", "finding"})
"""What is told with a month or season is what the present illness began with."""


class Stretch(NamedTuple):
    """Words [begin, stop) that take the time told by the words `by`; `bare`: a month or season, in which today's illness may have begun."""

    begin: int
    stop: int
    by: tuple[int, int]
    bare: bool


class Governed:
    """The stretches of a text that are told of the past."""

    def __init__(self, stretches: list[Stretch], times: Times) -> None:
        """`stretches`: in any order; some may overlap."""
        self._stretches = sorted(stretches)
        self._times = times
        self._begins = [stretch.begin for stretch in self._stretches]

    def cue_at(self, word: int, concept: str, kind: FindingKind | None) -> Hit | None:
        """What makes a mention, which begins with that word, one of the past."""
        if not self._begins:
            return None
        nth = bisect_right(self._begins, word)
        for stretch in self._stretches[max(0, nth - _OVERLAPPING) : nth][::-1]:
            if word < stretch.stop and not (stretch.bare and (kind in _BEGIN or concept.startswith(self._times.outlasting))):
                return None if concept.startswith(self._times.unending) else (*stretch.by, _PAST)
        return None


def governed_in(said: Cued, sentences: Sequence[tuple[int, int]], sections: Sequence[SectionKind], times: Times) -> Governed:
    """The stretches of a text that take their time from an event of the past."""
    words = said.words.words
    told: list[Told] = said.words.matches(times.at_a_visit if said.visit else times.roles)
    told += [(at, at + 1, "stayed" if words[at - 1] in times.stays else "dated") for at in said.years if _dates(words, at, times)]
    if len(said.years) > 1 and (old := old_dates(words, [at for at in said.years if is_year(words[at])], times)):
        told = [each for each in told if not (each[2] == "recent" and any(each[1] == date.first for date in old))]  # "until March 3, 2019"
        told += [(date.first, date.last, "day") for date in old]
    if all(role not in _TIMES for _, _, role in told):
        return Governed([], times)
    told.sort()
    firsts = [first for first, _, _ in told]
    found: list[Stretch] = []
    before, age, section = _UNTOLD, 0, None
    nth = 0
    for begin, stop in sentences:
        if begin == stop:
            continue
        if sections[begin] != section:
            before, section = _UNTOLD, sections[begin]
        until = bisect_left(firsts, stop, nth)
        here, nth = told[nth:until], until
        if section in OF_THIS_STAY:
            here = [each for each in here if each[2] not in _LOOSE]
            before = _UNTOLD
        if here and (before.by or any(role in _TELLING for _, _, role in here)):
            story = _Story(words, begin, stop, times, before, said.visit)
            story.tell(here)
            found += story.found
            if story.told or (before.goes_on and story.found):
                before, age = story.time, 0 if story.told else age
                continue
        age += 1
        if age > _REMEMBERED:
            before = _UNTOLD
    return Governed(found, times)


def _dates(words: list[str], at: int, times: Times) -> bool:
    """Whether a year stands for a time: "in 2016", "March of 2019", "the 2014 stent"; not a whole date, nor "since 2016", nor a value."""
    if not at or not is_year(words[at]) or words[at + 1] in times.measured:
        return False
    before = at - 1 - (words[at - 1] in times.of)
    if words[before] in times.before_a_year:
        return words[before - 1] not in times.compared
    if words[at - 1] in times.until_then:
        return not times.when.isdisjoint(words[at + 1 : at + 3])  # "well until 2010, when ..."
    if words[at - 1] in times.stays:
        return True  # "admitted 2019 with"
    behind = at + 1 + (words[at + 1] == "(")
    if words[at - 1].isdigit() or words[at - 1] in times.no_event:
        return False
    if " ".join(words[behind : behind + 2]) in times.going_on:
        return True
    return words[behind] in times.beside and words[at - 1].isalpha() and times.behind_it.isdisjoint(words[max(0, at - _OPENS) : at])


class _Time(NamedTuple):
    """The time that was told last; nowhere: none.  `recent`: it is today's illness that is told."""

    by: tuple[int, int] | None = None
    bare: bool = False
    recent: bool = False
    goes_on: bool = False
    """The past tense goes on with it: it is told at a visit."""


_UNTOLD = _Time()


@dataclass
class _Story:
    """One sentence, told from left to right: which of its words are of the past."""

    words: list[str]
    begin: int
    stop: int
    times: Times
    time: _Time
    """At first the time that was told before this sentence."""
    visit: bool
    told: bool = False
    """This sentence tells a time of its own."""
    found: list[Stretch] = field(default_factory=list)
    _going: bool = False  # the time governs what follows
    _start: int = -1  # where the open stretch began
    _clause: int = -1  # the bound before the verb told last
    _verb: int = -1
    _fronted: bool = False  # the time opens the sentence

    def tell(self, told: list[Told]) -> None:
        """Reads what is told of the time, to the end of the sentence."""
        self._clause = self.begin
        self._going = self.time.goes_on and not self.times.subjects.isdisjoint(self.words[self.begin : self.begin + _OPENS])
        came = max((first for first, _, role in told if role in _COMES), default=self.begin)
        for first, last, role in self._with_verbs(told):
            bound = self._bound(first)
            if role == "span":
                if self._verb >= 0 and came < first and self.words[last] in self.times.links:
                    self._lasted(first, last)
            elif role in _TIMES or (role == "back" and self.time.by and not self.time.recent):
                self._date(first, last, role)
            elif role in _TURNS and self._going and not self._of_the_past(role, bound, first):
                self._close(bound)
                self.time, self.told = _Time(recent=True), True
            elif role == "recent" and self._counts_back(first):
                continue
            elif role == "recent":
                self._close(bound if bound > self._verb else self._clause)
                self.time, self.told = _Time(recent=True), True
            elif role == "now":
                self._close(self._before_now(first, last))
                self.time = self.time._replace(goes_on=False)
                self._clause = max(bound, self._clause)
            elif role == "after":
                self._open(last)
                self._verb = self._verb if self.words[self._clause] in self.times.relatives else -1
            elif role in _GO_ON:
                self._open(last)
                if role != "tie":
                    self._clause, self._verb = bound, last
        self._close(self.stop)

    def _with_verbs(self, told: list[Told]) -> list[Told]:
        """With the past tenses that are told by their ending, where there is a time that they may go on with."""
        if not (self.time.by or any(role in _TIMES for _, _, role in told)):
            return told
        words, known = self.words, {at for first, last, _ in told for at in range(first, last)}
        ending: list[Told] = [
            (at, at + 1, "verb")
            for at in range(self.begin + 1, self.stop)
            if words[at].endswith("ed") and at not in known and words[at - 1] in self.times.subjects
        ]
        return sorted([*told, *ending])

    def _bound(self, at: int) -> int:
        """The word before the clause in which that word stands, if it began shortly before; else the bound before it."""
        near = range(at - 1, max(self._clause, at - _NEAR) - 1, -1)
        return next((i for i in near if self.words[i] in self.times.bounds), self._clause)

    def _date(self, first: int, last: int, role: Role) -> None:
        if (role in ("own", "stayed") and self.time.recent) or (role == "season" and self.words[first - 1] in self.times.until):
            return
        by = self.time.by if role == "back" and self.time.by else (first, last)
        bare = self.time.bare if role == "back" else role in _BARE
        if self._verb >= 0 and self._start < 0:  # "was in the hospital with pneumonia in 2016"
            begin = next((at + 1 for at in range(first - 1, self._clause, -1) if self.words[at] in self.times.parting), self._clause)
            self.found.append(Stretch(begin, first, by, bare))
        self._fronted = self._verb < 0 and first < self.begin + _FRONT
        aside = self.words[last] == "," and self.words[self._clause] in self.times.persons and self.words[self._clause - 1] == ","
        goes_on = self.visit and (role in _LASTING or self.time.goes_on)
        self.time, self.told, self._going = _Time(by, bare, goes_on=goes_on), True, not aside
        if role in _OPENING or self.words[last] in self.times.links:
            self._open(last)

    def _lasted(self, first: int, last: int) -> None:
        """ "was in the hospital for four days with pneumonia", to the end of the clause."""
        far, ends = min(self.stop, last + _LASTED), self.times.parting | self.times.ends
        stop = next((at for at in range(last, far) if self.words[at] in ends), far)
        self.found.append(Stretch(last, stop, (first, last), bare=True))

    def _open(self, at: int) -> None:
        if self._going and self._start < 0:
            self._start = at

    def _close(self, at: int) -> None:
        if 0 <= self._start < at and self.time.by:
            self.found.append(Stretch(self._start, at, self.time.by, self.time.bare))
        self._start, self._verb, self._clause, self._going = -1, -1, at, False

    def _of_the_past(self, role: Role, bound: int, at: int) -> bool:
        """Whether to come or be brought in is told of the time before: in its own clause, or in a sentence that it opens."""
        if self.time.goes_on:
            return True
        by = self.time.by or (self.stop, self.stop)
        tied = self.words[bound] in self.times.relatives and self.words[bound - 1] not in self.times.joins  # "and who was brought in"
        if tied or (role != "arrival" and self._fronted and not self.time.bare):
            return True
        return bound < by[1] and at != by[1]  # "AAA repair in 2016 | transferred for"

    def _counts_back(self, first: int) -> bool:
        """Whether weeks only say how long ago the stay was that is told: at a visit, "was hospitalized five | weeks ago"."""
        by = self.time.by
        return self.time.goes_on and by is not None and self.words[first] in self.times.long and 0 <= first - by[1] <= _COUNT

    def _before_now(self, first: int, last: int) -> int:
        """Where the story of the past ends before a word of now: with the clause before it, or one more, if that is still going on."""
        bound = next((at for at in range(first - 1, max(self._start, first - _FAR) - 1, -1) if self.words[at] in self.times.bounds), first)
        goes_on = bound < first and self.words[bound] in self.times.relatives and self.times.over.isdisjoint(self.words[last : last + 3])
        return self._clause if goes_on and self.words[bound - 1] not in self.times.out_of else bound
