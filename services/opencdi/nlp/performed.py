"""Procedures of the closed list that a note names: by which words it was done, how, where, with what, and when (DOMAIN B46).

They are read beside the findings: one here is no finding, and changes none.  What is said of a procedure stands in its own part of the
sentence: between the one named before it and the one behind.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from opencdi.clinical.vocabulary import SectionKind
from opencdi.knowledge.procedure_names import AND, AT, DONE, NO_PROCEDURE, Named, ProcedureNames
from opencdi.knowledge.words import BREAK, Words
from opencdi.nlp.told_hours import LASTED, hours_in
from opencdi.nlp.told_times import assigned, moments_in

_PARTS: Final = frozenset({"and", ",", "then", "followed", ";", "plus"})
_DENIES: Final = frozenset({"no", "not", "without", "than"})
_FAR_SENTENCES: Final = 2
_WORDS_BETWEEN: Final = 4
_LETTERS: Final = frozenset({"l", "r"})
_YEAR: Final = re.compile(r"(?:19|20)\d\d\Z")


@dataclass(frozen=True, slots=True)
class Performed:
    """Words [first, last) name a procedure; `attributes`: what is said of it."""

    first: int
    last: int
    slug: str
    attributes: Mapping[str, str]


def performed_in(
    text: str, words: Words, sentences: list[tuple[int, int]], sections: list[SectionKind], table: ProcedureNames
) -> list[Performed]:
    """The procedures that a text names, left to right."""
    named = [(first, last, meant) for first, last, meant in words.matches(table.names) if meant is not NO_PROCEDURE]
    if not named:
        return []
    found: list[Performed] = []
    begins = iter(sentences)
    sentence = next(begins)
    group: list[tuple[int, int, Named]] = []
    for one in named:
        while one[0] >= sentence[1]:
            found += _of_sentence(group, sentence, text, words, sections, table, named)
            group = []
            if (following := next(begins, None)) is None:
                return found
            sentence = following
        if group and _goes_on(group[-1], one, words.words):
            first, _, meant = group.pop()
            one = (first, one[1], Named(meant.slug, {**one[2].implied, **meant.implied}, verb=meant.verb or one[2].verb))
        group.append(one)
    return [*found, *_of_sentence(group, sentence, text, words, sections, table, named)]


def _of_sentence(
    group: list[tuple[int, int, Named]],
    sentence: tuple[int, int],
    text: str,
    words: Words,
    sections: list[SectionKind],
    table: ProcedureNames,
    named: list[tuple[int, int, Named]],
) -> Iterator[Performed]:
    if not group:
        return
    parts = _parts(group, sentence, words.words)
    start, end = words.starts[sentence[0]], words.ends[max(sentence[0], sentence[1] - 1)]
    spans = [(words.starts[first], words.ends[last - 1]) for first, last, _ in group]
    moments = assigned(spans, moments_in(text, start, end))
    said_of_all = any(verdict == "all" for _, _, verdict in table.behind.matches(words.words, group[0][1], sentence[1]))
    for at, ((first, last, meant), (begin, stop)) in enumerate(zip(group, parts, strict=True)):
        told = dict(meant.implied)
        wanted = table.told[meant.slug]
        said = _said(begin, stop, words.words, wanted, table)
        if far := wanted & table.far - said.keys():
            following = next((one[0] for one in named if one[0] >= last), len(words.words))
            if at == len(group) - 1:
                beyond = _beyond(sentence[1], min(following, len(words.words)), words.words)
                later = _said(sentence[1], beyond, words.words, far, table)
                if "with" in later:
                    said = {name: value for name, value in said.items() if name not in table.sites}
                    said |= _site_of_later(sentence[1], beyond, words.words, wanted & table.sites, table)
                said = {**later, **said}
                if "with" in far and _through(words, table) - set(said.get("with", "").split(AND)):
                    said["with"] = BOTH  # the note tells elsewhere what was done: not a mere look
        if far & table.back and at == 0:
            before = _said(_sentence_before(sentence[0], words.words), sentence[0], words.words, far & table.back, table)
            said = {**before, **said}
        for name, value in said.items():
            attribute = table.renamed.get(name, name)
            if name in table.ranked and attribute in told and (name, told[attribute]) in table.ranks:
                told[attribute] = min(told[attribute], value, key=lambda one, of=name: table.ranks[of, one])  # "lap appy converted to open"
            told.setdefault(attribute, value)
        if LASTED in wanted and (hours := hours_in(text, words.starts[begin], words.ends[max(begin, stop - 1)])):
            told[LASTED] = hours
        begun = max((i + 1 for i in range(sentence[0], first) if words.words[i] == ";"), default=sentence[0])
        told[DONE] = _done(begun, first, last, stop, meant, sections[first], words.words, table, dated=at in moments)
        if "with" in wanted and "with" not in told and _through(words, table):
            told["with"] = BOTH
        if told[DONE] == "unsaid" and (said_of_all or LASTED in told):
            told[DONE] = "yes"
        if at in moments:
            told[AT] = moments[at]
        yield Performed(first, last, meant.slug, told)


def _site_of_later(begin: int, stop: int, said: list[str], sites: frozenset[str], table: ProcedureNames) -> dict[str, str]:
    """The site that the one sentence tells which says what was done; of several sentences none."""
    edges = [begin, *(at + 1 for at in range(begin, stop) if said[at] == BREAK), stop]
    found = [pair for pair in pairwise(edges) if "with" in _said(*pair, said, frozenset({"with"}), table)]
    return _said(*found[0], said, sites, table) if len(found) == 1 else {}


def _through(words: Words, table: ProcedureNames) -> set[str]:
    """What the whole note tells of as done through a scope."""
    return {value for _, _, said in words.matches(table.words) for name, value in said if name == "with"}


def _goes_on(one: tuple[int, int, Named], following: tuple[int, int, Named], said: list[str]) -> bool:
    """Whether two names are of one thing: "transfused 2 units of PRBC", "PTCA + one DES to the RCA"."""
    between = said[one[1] : following[0]]
    return one[2].slug == following[2].slug and len(between) <= _WORDS_BETWEEN and _PARTS.isdisjoint(between)


def _sentence_before(begin: int, said: list[str]) -> int:
    """Where the sentence before this begins."""
    at = begin - 2
    while at > 0 and said[at - 1] != BREAK:
        at -= 1
    return max(0, at)


def _parts(group: list[tuple[int, int, Named]], sentence: tuple[int, int], said: list[str]) -> list[tuple[int, int]]:
    """Of each name its own part of the sentence, words [begin, stop)."""
    edges = [sentence[0]]
    for (_, last, _), (first, _, _) in pairwise(group):
        edges.append(next((i for i in range(first - 1, last - 1, -1) if said[i] in _PARTS), first))
    edges.append(sentence[1])
    return list(pairwise(edges))


def _beyond(begin: int, stop: int, said: list[str]) -> int:
    """Where the sentences end that may still speak of it."""
    left = _FAR_SENTENCES
    for i in range(begin + 1, stop):
        if said[i] == BREAK:
            left -= 1
            if not left:
                return i
    return stop


BOTH: Final = "several"
"""Stands for values of which the words tell more than one: no code has that, so it is asked for."""


def _said(begin: int, stop: int, said: list[str], wanted: frozenset[str], table: ProcedureNames) -> dict[str, str]:
    """What these words say: of two values of one attribute the first listed; each coronary artery is counted."""
    if not wanted:
        return {}
    told: dict[str, str] = {}
    arteries: set[str] = set()
    both: set[str] = set()
    through: set[str] = set()
    for at, _, meanings in table.words.matches(said, begin, stop):
        if at > begin and (
            said[at - 1] in _DENIES or (at > begin + 1 and said[at - 2] in _DENIES and said[at - 1] in ("including", "any"))
        ):
            continue
        if said[at] in _LETTERS and not _is_a_side(at, stop, said):
            continue
        for name, value in meanings:
            if name not in wanted:
                continue
            if name == "coronary":
                arteries.add(value)
            elif name == "with":
                through.add(value)
            elif name not in told:
                told[name] = value
            elif told[name] != value and name in table.ranked:
                told[name] = min(told[name], value, key=lambda one: table.ranks[name, one])
            elif told[name] != value:
                both.add(name)
    for name in both:
        told[name] = BOTH
    if through:
        told["with"] = AND.join(sorted(through))
    if arteries:
        told.setdefault("arteries", str(min(len(arteries), 4)))
        if told.get("stents", "9") < told["arteries"]:
            del told["stents"]  # "DES to LAD and RCA": how many is not said
    return told


def _is_a_side(at: int, stop: int, said: list[str]) -> bool:
    """Whether a lone letter is left or right: not "6.2 L", nor "r/o"."""
    before, behind = said[at - 1] if at else "", said[at + 1] if at + 1 < stop else ""
    return behind[:1].isalpha() and behind not in ("o", "of", "and", "l", "r") and not before[-1:].isdigit()


def _done(
    begin: int, first: int, last: int, stop: int, meant: Named, section: SectionKind, said: list[str], table: ProcedureNames, *, dated: bool
) -> str:
    """By which words it was done: yes, no, past (before this stay, or after it was done), or nothing said."""
    behind = {verdict for _, _, verdict in table.behind.matches(said, last, stop)}
    if "no" in behind:
        return "no"
    if not behind.isdisjoint({"strong", "all"}):
        return "yes"
    before = [cue for cue in table.before.matches(said, begin, first) if not (meant.verb and cue[2] == "after")]
    if not dated and any(_YEAR.match(word) for word in said[begin:stop]):
        return "past"
    if before:
        verdict = before[-1][2]
        if verdict == "yes" and len(before) > 1 and before[-2][2] == "no" and before[-1][0] - before[-2][1] <= 1:
            return "no"  # "will be placed", "not performed", "plan to be taken for"
        if verdict == "after":  # "norepinephrine via a central line placed in the ED"
            return "yes" if any(at == last for at, _, told in table.behind.matches(said, last, stop) if told == "yes") else "past"
        return verdict
    found = "found" in behind and (dated or section == "hospital-course")
    if meant.verb or section == "procedures" or "yes" in behind or found:
        return "yes"
    return "unsaid"
