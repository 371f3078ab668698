"""How far a cue reaches: over a list and its commas, up to words that begin another statement (after ConText: Harkema, Chapman 2009)."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from opencdi.clinical.vocabulary import FindingKind
from opencdi.knowledge.words import Words
from opencdi.nlp.clauses import CLAUSE_ENDS, another_clause, label_in, next_clause, question_before
from opencdi.nlp.cues import Cue, Cues

Hit = tuple[int, int, Cue]
"""First word, word after the last, cue."""
_WITHIN_A_LABEL = frozenset({"absent", "possible", "long-standing", "ongoing", "resolved", "new"})
"""What one label of a form says is not said of the next; a history's labels ("PMH: cardiac: CAD") are all history."""
_STOPPED_AS = {"long-standing": "historical", "allergy": "historical", "done": "historical"}
"""What is lasting, a reaction and an event that is over end where the past does."""
_LISTS_END_AT_A_DOUBT = frozenset({"absent", "historical", "done"})
_LIST_LENGTH = 40
"""Words behind a mention in which its list may still close with "or"."""


class Mention(NamedTuple):
    """What is judged: words [first, last), of which kind, and whether it is a disease that does not end."""

    first: int
    last: int
    kind: FindingKind | None = None
    chronic: bool = False
    acute: bool = False
    denied_by_mark: bool = False
    """A minus sign stands before it or a ticked "No" behind it: "-fever", "fever: [x] no"."""


@dataclass(frozen=True, slots=True)
class Cued:
    """The words of a text with its cues and years, from left to right, found once for all its mentions.  No cue goes across sentences."""

    words: Words
    cues: Cues
    hits: list[Hit]
    firsts: list[int]  # of the hits, their first words
    years: list[int]  # words that are a year or the word itself


class Surroundings(NamedTuple):
    """A mention among the words of its sentence, [begin, stop), with the cues near it."""

    words: list[str]
    begin: int
    stop: int
    mention: Mention
    hits: list[Hit]
    cues: Cues
    tells_years: bool
    told_as_new: bool = False
    """Its own words say that it is new or graded: "severe pulmonary hypertension"."""

    def clause_over(self, at: int) -> bool:
        """Whether a clause ends before that word; the next label of a form ("fever: no  chills: yes") begins another."""
        if at >= self.stop or self.words[at] in CLAUSE_ENDS:
            return True
        return self.label_answered(at)

    def label_answered(self, at: int) -> bool:
        """Whether a label of up to three words stands there, and its answer: "chest pain: no"."""
        words = self.words
        for colon in range(at + 1, min(at + 4, self.stop - 1)):
            if words[colon] in CLAUSE_ENDS:
                return False
            if words[colon] == ":":
                return words[colon + 1] in self.cues.words.answers
        return False

    def ended(self, makes: str, begin: int, stop: int) -> bool:
        """Whether between those words another statement begins, as far as what the cue says goes."""
        if stop <= begin:
            return False
        return any(cue.makes == "end" and begin <= first and last <= stop and cue.of in (makes, "all") for first, last, cue in self.hits)


def cues_in(words: Words, begin: int, stop: int, cues: Cues) -> list[Hit]:
    """The cues of one sentence, words [begin, stop), left to right."""
    return [(first, last, cue) for first, last, meanings in cues.lexicon.matches(words.words, begin, stop) for cue in meanings]


def is_year(word: str) -> bool:
    """Whether a word is a year in which a patient of today may have fallen ill."""
    return len(word) == 4 and word.isdigit() and word[:2] in {"19", "20"}


def cued(words: Words, cues: Cues) -> Cued:
    """What is the same for all mentions of a text."""
    hits = cues_in(words, 0, len(words.words), cues)
    years = [at for at, word in enumerate(words.words) if len(word) == 4 and (word == "year" or is_year(word))]
    return Cued(words, cues, hits, [hit[0] for hit in hits], years)


def surroundings(text: Cued, sentence: tuple[int, int], mention: Mention) -> Surroundings:
    """What stands around a mention in its sentence, words [begin, stop).  Only cues near enough to reach are looked at."""
    (begin, stop), (first, last), reach = sentence, mention[:2], text.cues.reach
    near = text.hits[bisect_left(text.firsts, max(begin, first - reach)) : bisect_left(text.firsts, min(stop, last + reach))]
    tells_years = bool(text.years) and bisect_left(text.years, begin) < bisect_left(text.years, stop)
    new = False
    if any(hit[1] > first and hit[0] < last for hit in near):
        new = any(cue.makes == "new" and first <= at and end <= last for at, end, cue in near)
        near = list(_outside(near, mention, text.words, text.cues))
    return Surroundings(text.words.words, begin, stop, mention, near, text.cues, tells_years, new)


def _outside(hits: list[Hit], mention: Mention, words: Words, cues: Cues) -> Iterator[Hit]:
    """The cues outside the mention; of one that runs into it ("no acute | kidney injury"), the shorter cue that stands before or behind."""
    for hit in hits:
        first, last, _ = hit
        if last <= mention.first or first >= mention.last:
            yield hit
        elif first < mention.first:
            yield from cues_in(words, first, mention.first, cues)
        elif last > mention.last:
            yield from cues_in(words, mention.last, last, cues)


def reaches(hit: Hit, around: Surroundings) -> bool:
    """Whether what the cue says is said of the mention."""
    first, last, cue = hit
    mention = around.mention
    if cue.kinds and mention.kind is not None and mention.kind not in cue.kinds:
        return False
    match cue.place:
        case "before":
            behind = around.words[mention.last : min(mention.last + _LIST_LENGTH, around.stop)] if cue.closing else []
            if cue.closing and cue.closing.isdisjoint(behind[: next_clause(behind)]):
                return False
            if cue.via and cue.via.isdisjoint(around.words[last : mention.first]):
                return False
            return 0 <= mention.first - last <= cue.within and _speaks_of_what_follows(hit, around)
        case "opening":
            return (
                0 <= mention.first - last <= cue.within
                and _opens(first, around)
                and ")" not in around.words[last : mention.first]
                and not around.ended("opening", last, mention.first)
            )
        case "after":
            return 0 <= first - mention.last <= cue.within and _speaks_of_what_precedes(hit, around)
        case "shared":
            return 0 <= first - mention.last <= cue.within and _shares(first, around)
        case "answers":
            return (
                0 <= first - mention.last <= cue.within
                and question_before(around.words[mention.last : first])
                and around.clause_over(last)
                and _is_one_statement(hit, around)
            )
        case _:
            return False  # persons: nlp.experiencer


def _shares(first: int, around: Surroundings) -> bool:
    """Whether the mention opens its clause and is joined to the word before that cue: "Seizure, fall and bleeding | precautions"."""
    words, told, (begin, last) = around.words, around.cues.words, around.mention[:2]
    if begin > around.begin and words[begin - 1] not in CLAUSE_ENDS and words[begin - 1] != ":":
        return False
    between = words[last:first]
    joined = [i for i, word in enumerate(between) if word in told.joins]
    return bool(joined) and words[last] in (*told.joins, ",") and not around.ended("hypothetical", last, first)


def reaches_item(hit: Hit, around: Surroundings) -> bool:
    """Whether what the line above a list says is said of the mention in an item of it."""
    cue, mention = hit[2], around.mention
    if cue.kinds and mention.kind is not None and mention.kind not in cue.kinds:
        return False
    return not around.ended(_named(cue), around.begin, mention.first)


def _opens(at: int, around: Surroundings) -> bool:
    """Whether only a count stands between the beginning of the clause and that word: "About five | years ago, ..."."""
    words, told = around.words, around.cues.words
    while at > around.begin and (words[at - 1].isdigit() or words[at - 1] in told.counts or words[at - 1] in told.about):
        at -= 1
    return at == around.begin or words[at - 1] in CLAUSE_ENDS or words[at - 1] == ":"


def _named(cue: Cue) -> str:
    """The list of ends that stops it."""
    return _STOPPED_AS.get(cue.makes, cue.makes)


def _speaks_of_what_follows(hit: Hit, around: Surroundings) -> bool:
    first, last, cue = hit
    words, mention = around.words, around.mention
    between = words[last : mention.first]
    if cue.makes == "absent" and first > around.begin:
        if between and between[0] in CLAUSE_ENDS and between[0] != "(":
            return False  # "fever no, chills yes": an answer to what came before
        if words[first - 1] == ":" and around.label_answered(last):
            return False  # "fever: no  chills: yes"
    if cue.makes in _WITHIN_A_LABEL and around.cues.words.announcing.isdisjoint(between) and label_in(between):
        return False
    if ")" in between and "(" not in between[: between.index(")")]:
        return False  # "heart failure (no exacerbation) / hypothyroidism"
    if "," in between and not _crosses(cue, between, around):
        return False
    if cue.makes == "done" and mention.kind == "diagnosis" and not around.cues.words.bringing.isdisjoint(between):
        return False  # "status post fall with hip fracture"
    if cue.makes == "absent" and "and" in between and mention.chronic and words[mention.last] in around.cues.words.under_treatment:
        return False  # "stroke without deficits and epilepsy on levetiracetam"
    if cue.makes == "possible":  # "possibly due to ...": a doubt that stands before a link doubts the cause
        last = max(
            (end for begin, end, link in around.hits if begin == last and link.makes == "end" and link.of == "possible"), default=last
        )
    return not around.ended(_named(cue), last, mention.first)


def _crosses(cue: Cue, between: list[str], around: Surroundings) -> bool:
    """Whether the cue reaches over the commas, "denies A, B, or C"; an item that makes a statement of its own is told as it is."""
    if cue.commas == "none":
        return False
    mention, told = around.mention, around.cues.words
    behind = around.words[mention.last : min(mention.last + _LIST_LENGTH, around.stop)]
    closes = not told.list_ends.isdisjoint(between) or not told.list_ends.isdisjoint(behind[: next_clause(behind)])
    if cue.commas == "listed":
        return closes
    comma = len(between) - between[::-1].index(",")
    if cue.makes == "absent" and comma < len(between) and between[comma] in told.own_opening:
        return False  # "no distress, on furosemide for heart failure"
    if cue.makes == "absent" and not closes and not told.own_adjective.isdisjoint(between[comma:]):
        return False  # "no chest pain, mild dyspnea"
    if cue.makes in _LISTS_END_AT_A_DOUBT and any(
        doubt.makes == "possible" and doubt.place == "before" and first == mention.first - len(between) + comma
        for first, _, doubt in around.hits
    ):
        return False  # "no fracture, cannot exclude dislocation"
    if cue.makes == "absent" and not closes and any(word[0].isdigit() for word in between[between.index(",") + 1 : comma]):
        return False  # "no distress, pulse 110, cellulitis of the leg"
    item = behind[: next((i for i, word in enumerate(behind[:3]) if word in CLAUSE_ENDS or word in told.alternatives), 3)]
    return told.own_statement.isdisjoint(item)  # "no fever, cellulitis improving"


def _speaks_of_what_precedes(hit: Hit, around: Surroundings) -> bool:
    first, _, cue = hit
    begin = around.mention.last
    if cue.makes == "disproved":
        return not around.ended("disproved", begin, first)
    if cue.makes in ("absent", "possible") and another_clause(around.words[begin:first], around.cues.words.auxiliaries):
        return False  # "the fistula was closed and malignancy must be excluded"
    if cue.makes == "resolved" and "and" in around.words[begin + 1 : first - 1]:
        return False  # "pneumonia on ceftriaxone and AKI resolved"
    if cue.makes == "resolved" and "," in around.words[begin:first] and _is_a_cause(around):
        return False  # "respiratory failure due to heart failure, now resolved"
    if cue.makes in _WITHIN_A_LABEL and first > begin + 1 and ":" in around.words[begin:first]:
        return False  # "Shock: septic vs cardiogenic"; but "Shock: resolved"
    return _joined(hit, around) and _is_one_statement(hit, around)


def _is_a_cause(around: Surroundings) -> bool:
    """Whether "due to" or the like stands directly before the mention; "complicated by" names what came of it."""
    at = around.mention.first
    return around.words[at - 1] not in around.cues.words.bringing and any(
        last == at and cue.makes == "end" and cue.of == "possible" for _, last, cue in around.hits
    )


def _is_one_statement(hit: Hit, around: Surroundings) -> bool:
    first, _, cue = hit
    begin = around.mention.last
    if cue.makes in ("absent", "possible", "resolved") and around.ended("behind", begin, first):
        return False  # "pneumonia with blood cultures negative"
    return not around.ended(_named(cue), begin, first)


def _joined(hit: Hit, around: Surroundings) -> bool:
    """Whether what stands behind a mention still speaks of it.

    It does without a comma between; with the commas of a list ("A, B and C are absent"); when the clause is only the cue
    ("AKI, resolved"), which "fever, negative cultures" is not; and when the cue itself begins a clause on what came before
    ("breast cancer, now with recurrence in the spine").
    """
    first, last, cue = hit
    between = around.words[around.mention.last : first]
    if "," not in between:
        return True
    told = around.cues.words
    while between[-1] in told.about or between[-1] in told.counts or between[-1].isdigit():
        between.pop()  # "a bleeding ulcer, about thirty years ago"
    if between.index(",") == len(between) - 1:
        return cue.commas == "any" or around.clause_over(last)
    at = len(between) - between[::-1].index(",")
    if between[at : at + 1] == ["and"] and (between.count(",") == 1 or "and" in between[: between.index(",")]):
        return False  # "stones and a thick wall, and cholangitis was unlikely"
    return cue.commas == "listed" and ("and" in between[at:] or "or" in between[at:])
