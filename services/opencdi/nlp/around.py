"""A mention among the words and cues of its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from opencdi.clinical.vocabulary import FindingKind
from opencdi.knowledge.lasting import Lasts
from opencdi.knowledge.words import Words, counted
from opencdi.nlp.clauses import CLAUSE_ENDS
from opencdi.nlp.cues import Cue, Cues

Named = Literal["assessed", "named", "unnamed"]
"""A mention stands in the note's assessment, or is named there, too, or is not."""
Hit = tuple[int, int, Cue]
"""First word, word after the last, cue."""


@dataclass(init=False, slots=True)
class Mention:  # nobody changes one
    """What is judged: words [first, last), of which kind, and whether it is a disease that does not end."""

    first: int
    last: int
    kind: FindingKind | None
    chronic: bool
    acute: bool
    lasts: Lasts | None
    """How long it stays, where it is no chronic disease and does not heal either."""
    denied_by_mark: bool
    """A minus sign stands before it or a ticked "No" behind it: "-fever", "fever: [x] no"."""
    concept: str
    named: Named | None
    """Whether the note's assessment names it (nlp.weighed); None: it has none."""

    def __init__(  # written out, it is compiled: that of a dataclass is not
        self,
        first: int,
        last: int,
        kind: FindingKind | None = None,
        chronic: bool = False,
        *,
        acute: bool = False,
        lasts: Lasts | None = None,
        denied_by_mark: bool = False,
        concept: str = "",
        named: Named | None = None,
    ) -> None:
        """Nothing is told but what is given."""
        self.first = first
        self.last = last
        self.kind = kind
        self.chronic = chronic
        self.acute = acute
        self.lasts = lasts
        self.denied_by_mark = denied_by_mark
        self.concept = concept
        self.named = named


@dataclass(frozen=True, slots=True)
class Cued:
    """The words of a text with its cues and years, from left to right, found once for all its mentions.  No cue goes across sentences."""

    words: Words
    cues: Cues
    hits: list[Hit]
    hits_before: list[int]  # how many of the hits begin before each word
    years: list[int]  # words that are a year or the word itself
    years_before: list[int]
    diseases: Mapping[int, bool]
    """Where diseases are named, by their first words, and whether they do not end."""
    unsaid: frozenset[int] = frozenset()
    """Words of phrases that say nothing of what stands beside them, whatever their words say alone: "does not deny"."""
    visit: bool = False
    """It is told at a visit to an office, not in a stay (nlp.visits)."""
    study: bool = False
    """It is the report of an image, which is compared with an earlier one."""


@dataclass(init=False, slots=True)
class Surroundings:
    """A mention among the words of its sentence, [begin, stop), with the cues near it."""

    words: list[str]
    begin: int
    stop: int
    mention: Mention
    hits: list[Hit]
    cues: Cues
    tells_years: bool
    diseases: Mapping[int, bool]
    told_as_new: bool
    """Its own words say that it is new or graded: "severe pulmonary hypertension"."""
    visit: bool
    study: bool

    def __init__(
        self,
        words: list[str],
        begin: int,
        stop: int,
        mention: Mention,
        hits: list[Hit],
        cues: Cues,
        *,
        tells_years: bool,
        diseases: Mapping[int, bool],
        told_as_new: bool = False,
        visit: bool = False,
        study: bool = False,
    ) -> None:
        """Written out, as that of a mention is."""
        self.words = words
        self.begin = begin
        self.stop = stop
        self.mention = mention
        self.hits = hits
        self.cues = cues
        self.tells_years = tells_years
        self.diseases = diseases
        self.told_as_new = told_as_new
        self.visit = visit
        self.study = study

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

    def speaks_of_now(self, begin: int, stop: int) -> bool:
        """Whether between those words something is told in the present tense; "has had" is none."""
        words, told = self.words, self.cues.words
        return any(
            words[at] in told.present_tense and words[at + 1] not in told.perfect and words[at - 1] not in told.infinitive
            for at in range(begin, stop)
        )

    def ended(self, makes: str, begin: int, stop: int) -> bool:
        """Whether between those words another statement begins, as far as what the cue says goes."""
        if stop <= begin:
            return False
        for first, last, cue in self.hits:
            if cue.makes == "end" and begin <= first and last <= stop and (cue.of == makes or cue.of == "all"):
                return True
        return False


def cues_in(words: Words, begin: int, stop: int, cues: Cues) -> list[Hit]:
    """The cues of one sentence, words [begin, stop), left to right."""
    return [(first, last, cue) for first, last, meanings in cues.lexicon.matches(words.words, begin, stop) for cue in meanings]


def is_year(word: str) -> bool:
    """Whether a word is a year in which a patient of today may have fallen ill."""
    return len(word) == 4 and word.isdigit() and word[:2] in {"19", "20"}


def cued(words: Words, cues: Cues, diseases: Mapping[int, bool] | None = None, *, visit: bool = False, study: bool = False) -> Cued:
    """What is the same for all mentions of a text."""
    hits = [(first, last, cue) for first, last, meanings in words.matches(cues.lexicon) for cue in meanings]
    years = [at for at, word in enumerate(words.words) if len(word) == 4 and (word == "year" or is_year(word))]
    unsaid = frozenset([at for first, last, cue in hits if cue.makes == "nothing" for at in range(first, last)])
    count = len(words.words)
    firsts = counted([hit[0] for hit in hits], count)
    return Cued(words, cues, hits, firsts, years, counted(years, count), diseases or {}, unsaid, visit, study)


def surroundings(text: Cued, sentence: tuple[int, int], mention: Mention) -> Surroundings:
    """What stands around a mention in its sentence, words [begin, stop).  Only cues near enough to reach are looked at."""
    (begin, stop), first, last, before, reach = sentence, mention.first, mention.last, text.hits_before, text.cues.reach
    near = text.hits[before[max(begin, first - reach)] : before[min(stop, last + reach)]]
    tells_years = text.years_before[begin] != text.years_before[stop]
    new = False
    behind = before[last]
    if behind and text.hits[behind - 1][1] > first:  # the last cue that begins before the mention ends, ends behind its beginning
        new = any(cue.makes == "new" and first <= at and end <= last for at, end, cue in near)
        near = _outside(near, mention, text.words, text.cues)
    return Surroundings(
        text.words.words,
        begin,
        stop,
        mention,
        near,
        text.cues,
        tells_years=tells_years,
        diseases=text.diseases,
        told_as_new=new,
        visit=text.visit,
        study=text.study,
    )


def _outside(hits: list[Hit], mention: Mention, words: Words, cues: Cues) -> list[Hit]:
    """The cues outside the mention; of one that runs into it ("no acute | kidney injury"), the shorter cue that stands before or behind."""
    found: list[Hit] = []
    for hit in hits:
        first, last, _ = hit
        if last <= mention.first or first >= mention.last:
            found.append(hit)
        elif first < mention.first:
            found += cues_in(words, first, mention.first, cues)
        elif last > mention.last:
            found += cues_in(words, mention.last, last, cues)
    return found
