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
from opencdi.knowledge.procedure_names import AT, DONE, NO_PROCEDURE, Named, ProcedureNames
from opencdi.knowledge.words import Words
from opencdi.nlp.told_hours import LASTED, hours_in
from opencdi.nlp.told_of import Place, told_of
from opencdi.nlp.told_times import assigned, moments_in

_PARTS: Final = frozenset({"and", ",", "then", "followed", ";", "plus"})
_LINKS: Final = frozenset({"with", "w", "and", "plus", "&"})
"""Between what was done in one go."""
_WORDS_BETWEEN: Final = 4
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
    before, when = sentence[0], ""
    said_of_all = any(verdict == "all" for _, _, verdict in table.behind.matches(words.words, group[0][1], sentence[1]))
    for at, ((first, last, meant), (begin, stop)) in enumerate(zip(group, parts, strict=True)):
        wanted = table.told[meant.slug]
        following = next((one[0] for one in named if one[0] >= last), len(words.words)) if at == len(group) - 1 else last
        place = Place((begin, stop), sentence, following, first=at == 0)
        told = told_of(place, words, wanted, meant.implied, table)
        if LASTED in wanted and (hours := hours_in(text, words.starts[begin], words.ends[max(begin, stop - 1)])):
            told[LASTED] = hours
        begun = max((i + 1 for i in range(sentence[0], first) if words.words[i] == ";"), default=sentence[0])
        told[DONE] = _done(begun, first, last, stop, meant, sections[first], words.words, table, dated=at in moments)
        if told[DONE] == "unsaid" and (said_of_all or LASTED in told):
            told[DONE] = "yes"
        if at in moments:
            told[AT] = moments[at]
        elif when and told[DONE] == "unsaid" and _LINKS.issuperset(one for one in words.words[before:first] if not one.isdigit()):
            told[AT] = when  # "ex lap 5/4 with small bowel resection"
        before, when = last, told.get(AT, "")
        yield Performed(first, last, meant.slug, told)


def _goes_on(one: tuple[int, int, Named], following: tuple[int, int, Named], said: list[str]) -> bool:
    """Whether two names are of one thing: "transfused 2 units of PRBC", "PTCA + one DES to the RCA"."""
    between = said[one[1] : following[0]]
    return one[2].slug == following[2].slug and len(between) <= _WORDS_BETWEEN and _PARTS.isdisjoint(between)


def _parts(group: list[tuple[int, int, Named]], sentence: tuple[int, int], said: list[str]) -> list[tuple[int, int]]:
    """Of each name its own part of the sentence, words [begin, stop)."""
    edges = [sentence[0]]
    for (_, last, _), (first, _, _) in pairwise(group):
        edges.append(next((i for i in range(first - 1, last - 1, -1) if said[i] in _PARTS), first))
    edges.append(sentence[1])
    return list(pairwise(edges))


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
