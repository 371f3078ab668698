"""Context of a mention: is it there, is it sure, since when, is it the patient's (after ConText: Harkema, Chapman 2009).

Every cue of the sentence that reaches the mention is weighed; absent wins over possible, and a cue's reach ends at words that begin
another statement ("denies A, B, or C, but has D").  `active`, "present at any time in this encounter", is ours (DESIGN §6).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opencdi.clinical.vocabulary import Active, Assertion, Certainty, Experiencer, FindingKind, SectionKind, Temporality
from opencdi.knowledge.words import BREAK, Words
from opencdi.nlp.cues import Cue, Cues

Hit = tuple[int, int, Cue]
"""First word, word after the last, cue."""
_DOUBT: dict[Certainty, int] = {"ruled-out": 0, "unlikely": 1, "possible": 2, "probable": 3, "certain": 4}
_POSSESSIVES = frozenset({"his", "her", "the", "their", "patient", "pt", "a", "my", "your"})
_CLAUSE_ENDS = frozenset({BREAK, ",", ";", ")", "(", "|"})
_NEW = frozenset({"new", "newly", "acute", "acutely", "onset", "worsening", "exacerbation", "decompensated"})
_GRADES = frozenset({"trace", "mild", "moderate", "severe", "mildly", "moderately", "severely", "small", "large"})
_SPELLS = frozenset({"hour", "day", "week", "month", "hr", "wk"})
_PAST_SECTIONS = frozenset({"past-medical-history", "past-surgical-history", "allergies"})
_NO_LIST = 8
"""A cue that reaches no further than this speaks of the words next to it, not of a list: it does not reach across a comma."""
MAX_CUES = 200
"""Cues weighed for one sentence; a longer "sentence" (a table, a run of commas) is cut off at the same place everywhere."""


@dataclass(frozen=True, slots=True)
class Mention:
    """What is judged: words [first, last), of which kind, and whether it is a disease that does not end."""

    first: int
    last: int
    kind: FindingKind | None = None
    chronic: bool = False
    acute: bool = False
    denied_by_mark: bool = False
    """A minus sign stands before it or a ticked "No" behind it: "-fever", "fever: [x] no"."""


@dataclass(frozen=True, slots=True)
class Context:
    """The judgement, with the cue that decided it (as words)."""

    assertion: Assertion
    temporality: Temporality
    active: Active
    certainty: Certainty
    experiencer: Experiencer
    resolved: bool = False
    cue: tuple[int, int] | None = None


def cues_in(words: Words, begin: int, stop: int, cues: Cues) -> list[Hit]:
    """The cues of one sentence, words [begin, stop), left to right."""
    hits: list[Hit] = []
    for first, last, meanings in cues.lexicon.matches(words.words, begin, stop):
        hits.extend((first, last, cue) for cue in meanings)
        if len(hits) >= MAX_CUES:
            break
    return hits


def _around(hits: list[Hit], mention: Mention, words: Words, cues: Cues) -> Iterator[Hit]:
    """The cues outside the mention; of one that runs into it ("no acute | kidney injury"), the shorter cue that stands before or behind."""
    for hit in hits:
        first, last, _ = hit
        if last <= mention.first or first >= mention.last:
            yield hit
        elif first < mention.first:
            yield from cues_in(words, first, mention.first, cues)
        elif last > mention.last:
            yield from cues_in(words, mention.last, last, cues)


def _ended(hits: list[Hit], makes: str, begin: int, stop: int) -> bool:
    return any(cue.makes == "end" and begin <= first and last <= stop and cue.of in (makes, "all") for first, last, cue in hits)


def _reaches(hit: Hit, mention: Mention, hits: list[Hit], words: list[str], cues: Cues) -> bool:
    first, last, cue = hit
    if cue.kinds and mention.kind not in cue.kinds:
        return False
    if cue.makes == "historical" and first and words[first - 1] in _SPELLS:
        return False  # "a 3-day history of cough" is what brought the patient in
    makes = "historical" if cue.makes == "long-standing" else cue.makes
    match cue.place:
        case "before":
            if not last <= mention.first <= last + cue.within:
                return False
            if cue.within <= _NO_LIST and "," in words[last : mention.first]:
                return False  # "troponin negative, hypertension", "not on oxygen, CAD"
            return not _ended(hits, makes, last, mention.first)
        case "after":
            return (
                mention.last <= first <= mention.last + cue.within
                and _joined(words, mention.last, hit)
                and not _ended(hits, makes, mention.last, first)
            )
        case "answers":
            clause_over = last >= len(words) or words[last] in _CLAUSE_ENDS
            near = mention.last <= first <= mention.last + cue.within and "," not in words[mention.last : first]
            return near and clause_over and not _ended(hits, makes, mention.last, first)
        case "kin":
            return _is_kin(hit, mention, hits, words, cues)


def _joined(words: list[str], begin: int, hit: Hit) -> bool:
    """Whether what stands behind a mention still speaks of it.

    It does without a comma between; with the commas of a list ("A, B and C are absent"); and when the clause is only the cue
    ("AKI, resolved"), which "fever, negative cultures" is not.
    """
    first, last, cue = hit
    between = words[begin:first]
    if "," not in between:
        return True
    if between == [","]:
        return last >= len(words) or words[last] in _CLAUSE_ENDS
    after_comma = between[len(between) - between[::-1].index(",") :]
    return cue.within > 4 and ("and" in after_comma or "or" in after_comma)


def _is_kin(hit: Hit, mention: Mention, hits: list[Hit], words: list[str], cues: Cues) -> bool:
    """Whether this relative is the one who has it, and not one who tells about the patient or stands at the bedside."""
    first, last, cue = hit
    before = first - 2 if first >= 2 and words[first - 1] in _POSSESSIVES else first - 1
    if mention.last <= first:  # "stroke in his mother", "breast cancer (mother)"
        close = first - mention.last <= 8
        return close and before >= 0 and words[before] in {"in", "("} and not _ended(hits, "other", mention.last, before)
    if before >= 0 and words[before] in cues.companions:
        return False
    if last < len(words) and words[last] in cues.reporting:
        return False
    return last <= mention.first <= last + cue.within and not _ended(hits, "other", last, mention.first)


def _in_year(words: list[str], mention: Mention, begin: int, stop: int) -> tuple[int, int] | None:
    """The year in which it was, written behind it ("stroke in 2010", "mastectomy 2010")."""
    for i in range(mention.last, min(stop, mention.last + 4)):
        if len(words[i]) == 4 and words[i].isdigit() and words[i][:2] in {"19", "20"}:
            before = words[i - 1]
            return (i, i + 1) if before in {"in", "since", "(", "circa"} or i == mention.last else None
        if words[i] == ",":
            return None
    return None


def judged(words: Words, sentence: tuple[int, int], hits: list[Hit], mention: Mention, section: SectionKind, cues: Cues) -> Context:
    """The context of one mention in its sentence, words [begin, stop), and section."""
    begin, stop = sentence
    said = words.words
    outside = list(_around(hits, mention, words, cues))
    reaching = [hit for hit in outside if hit[2].makes not in ("end", "nothing") and _reaches(hit, mention, outside, said, cues)]
    by_makes: dict[str, Hit] = {}
    for hit in sorted(reaching, key=lambda hit: _distance(hit, mention)):
        by_makes.setdefault(hit[2].makes, hit)

    assertion, certainty, decided = _assertion(reaching, by_makes, mention)
    other = by_makes.get("other")
    experiencer: Experiencer = "other" if other or section == "family-history" else "patient"
    hypothetical = by_makes.get("hypothetical")
    past = by_makes.get("historical")
    year = _in_year(said, mention, begin, stop)
    long_standing = by_makes.get("long-standing")
    resolved = by_makes.get("resolved")
    newly = mention.acute or _seen_now(said, begin, mention)

    temporality: Temporality = "current"
    if hypothetical or section == "discharge-instructions":
        temporality = "hypothetical"
    elif past or year or long_standing or section in _PAST_SECTIONS or section == "social-history":
        temporality = "historical"
    elif mention.chronic and not newly:
        temporality = "historical"  # a disease that does not end began before, unless said to be new
    over = temporality == "historical" and not (mention.chronic or (long_standing and not past) or section == "social-history")
    active = _active(assertion, temporality, experiencer, over=over, allergy=section == "allergies")
    cue = decided or other or hypothetical or past or long_standing or resolved
    return Context(
        assertion,
        temporality,
        active,
        certainty,
        experiencer,
        resolved=resolved is not None and assertion == "present",
        cue=(cue[0], cue[1]) if cue else year,
    )


def _seen_now(words: list[str], begin: int, mention: Mention) -> bool:
    """Said to be new, or observed now ("there is trace mitral regurgitation"): then even a lasting disease is told as of today."""
    near = {*words[max(begin, mention.first - 2) : mention.last]}
    return bool(near & _NEW) or bool(near & _GRADES) or words[begin : begin + 2] in (["there", "is"], ["there", "are"])


def _distance(hit: Hit, mention: Mention) -> int:
    return max(mention.first - hit[1], hit[0] - mention.last)


def _assertion(reaching: Iterable[Hit], by_makes: dict[str, Hit], mention: Mention) -> tuple[Assertion, Certainty, Hit | None]:
    if denied := by_makes.get("absent"):
        # "ruled out" behind a "no" is still a statement about this mention; the strongest certainty of the denials stands.
        grades = [hit[2].certainty for hit in reaching if hit[2].makes == "absent"]
        return "absent", min(grades, key=_DOUBT.__getitem__), denied
    if mention.denied_by_mark:
        return "absent", "certain", None
    doubts = [hit for hit in reaching if hit[2].makes == "possible"]
    if doubts:
        deciding = min(doubts, key=lambda hit: (_DOUBT[hit[2].certainty], _distance(hit, mention)))
        return "possible", deciding[2].certainty, deciding
    return "present", "certain", None


def _active(assertion: Assertion, temporality: Temporality, experiencer: Experiencer, *, over: bool, allergy: bool) -> Active:
    if assertion == "absent" or experiencer == "other" or temporality == "hypothetical" or over or allergy:
        return "no"
    return "unknown" if assertion == "possible" else "yes"
