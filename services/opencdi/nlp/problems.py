"""What a problem paragraph says about its problem: "# Pneumonia: RLL. Sputum grew MRSA." is about an MRSA pneumonia (DOMAIN B27).

A line that begins with a condition governs what stands below it, up to a blank line, the next such line, a new number or a new section.
Only words that could speak of nothing else are taken: a culture's growth for the infection from which it comes, "Due to …" at the
beginning of a sentence, a line of mere modifiers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from opencdi.clinical.vocabulary import SectionKind
from opencdi.events.reading import Finding
from opencdi.nlp.beside import Beside, Told
from opencdi.nlp.causes import SICK, begun_with_cause
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.relations import runs_from, takes

_NUMBERED: Final = re.compile(r"^[ \t]*(?:#|\(?\d{1,2}[.)])", re.MULTILINE)
_BLANK_LINE: Final = re.compile(r"\n[ \t\r]*\n")
_CULTURE_REACH: Final = 8


@dataclass(slots=True)
class _Sentence:  # nobody changes one, as with mentions
    """Words [begin, stop), and the mentions in it, as indices [first, last)."""

    begin: int
    stop: int
    first: int
    last: int


def told_in_paragraphs(
    text: str,
    sentences: Sequence[tuple[int, int]],
    sections: Sequence[SectionKind],
    mentions: list[Mentioned],
    findings: Sequence[Finding],
    near: Beside,
) -> Mapping[int, dict[str, str]]:
    """Index of a finding -> the attributes that its problem's paragraph adds to it.  `findings`: of each mention, in their order."""
    added: dict[int, dict[str, str]] = {}
    organisms = any(mention.kind == "organism" for mention in mentions)
    if not organisms and near.table.problem_sections.isdisjoint(sections):
        return added  # each sentence stands by itself
    for paragraph in _paragraphs(text, sentences, sections, mentions, near):
        if len(paragraph) == 1 and not organisms:
            continue  # a sentence by itself was read with its mentions
        for at, (name, value) in _told(paragraph, mentions, findings, near):
            if name not in findings[at].attributes and takes(mentions[at], name, near.table):
                added.setdefault(at, {}).setdefault(name, value)
    return added


def _paragraphs(
    text: str, sentences: Sequence[tuple[int, int]], sections: Sequence[SectionKind], mentions: list[Mentioned], near: Beside
) -> list[list[_Sentence]]:
    """The sentences of each problem, the first of them begins with it; alone those outside any problem that name an organism."""
    found: list[list[_Sentence]] = []
    open_ = False  # the last of them may go on
    last = 0
    for begin, stop in sentences:
        first = last
        while first < len(mentions) and mentions[first].first < begin:
            first += 1
        last = first
        while last < len(mentions) and mentions[last].first < stop:
            last += 1
        if begin >= stop:
            continue
        of_a_problem = sections[begin] in near.table.problem_sections
        if not (of_a_problem or any(mentions[at].kind == "organism" for at in range(first, last))):
            open_ = False
            continue
        sentence = _Sentence(begin, stop, first, last)
        goes_on = open_ and sections[begin] == sections[found[-1][0].begin] and not _parts(text, found[-1][-1], sentence, mentions, near)
        if goes_on:
            found[-1].append(sentence)
        else:
            found.append([sentence])
        open_ = of_a_problem and (goes_on or _is_head(sentence, mentions, near))
    return found


def _parts(text: str, before: _Sentence, sentence: _Sentence, mentions: list[Mentioned], near: Beside) -> bool:
    """Whether a sentence begins another problem than the one before it: on a line of its own, with a number, a gap or a condition."""
    start = near.words.starts[sentence.begin]
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip(" \t\r-–—•*>#.)(0123456789[]"):
        return False
    apart = _NUMBERED.match(text, line) is not None or _BLANK_LINE.search(text, near.words.ends[before.stop - 1], start) is not None
    return apart or _is_head(sentence, mentions, near)


def _is_head(sentence: _Sentence, mentions: list[Mentioned], near: Beside) -> bool:
    """Whether the sentence begins with a condition."""
    if sentence.first == sentence.last or mentions[sentence.first].kind not in SICK:
        return False
    said = near.words.words[sentence.begin : mentions[sentence.first].first]
    return all(word in near.table.before_problem or word in near.table.passed or word.isdigit() for word in said)


def _told(paragraph: list[_Sentence], mentions: list[Mentioned], findings: Sequence[Finding], near: Beside) -> Iterator[tuple[int, Told]]:
    for sentence in paragraph:
        yield from _grown(sentence, paragraph, mentions, findings, near)
    head = paragraph[0].first
    if head == paragraph[0].last or findings[head].assertion == "absent":
        return
    for sentence in paragraph[1:]:
        begin = sentence.begin
        while begin < sentence.stop and near.words.words[begin] in {"*", "•", "#", ">"}:
            begin += 1
        yield from ((head, told) for told in runs_from(begin, sentence.stop, sentence.first, head, mentions, near))
        if sentence.first < sentence.last:
            yield from ((head, told) for told in begun_with_cause(begin, sentence.first, mentions, near.words.words, near.table))


def _grown(
    sentence: _Sentence, paragraph: list[_Sentence], mentions: list[Mentioned], findings: Sequence[Finding], near: Beside
) -> Iterator[tuple[int, Told]]:
    """The organism that a culture in this sentence grew, for the infection that it speaks of."""
    grown = [at for at in range(sentence.first, sentence.last) if mentions[at].kind == "organism"]
    if not grown:
        return
    words, table = near.words.words, near.table
    if any(table.colonised.matches(words, sentence.begin, sentence.stop)):
        return
    joined = {findings[at].attributes.get("organism") for at in range(sentence.first, sentence.last)}
    for at in grown:
        finding, organism = findings[at], mentions[at]
        begin, stop = max(sentence.begin, organism.first - _CULTURE_REACH), min(sentence.stop, organism.last + _CULTURE_REACH)
        told_now = finding.assertion == "present" and finding.active == "yes" and organism.concept not in joined
        if not told_now or not any(table.cultures.matches(words, begin, stop)):
            continue
        specimens = [infections for _, _, infections in table.specimens.matches(words, sentence.begin, organism.first)]
        known = specimens[-1] if specimens else table.infections
        if (infection := _infection(sentence, at, paragraph, known, mentions, findings)) is not None:
            yield infection, ("organism", organism.concept)


def _infection(
    sentence: _Sentence,
    organism: int,
    paragraph: list[_Sentence],
    known: frozenset[str],
    mentions: list[Mentioned],
    findings: Sequence[Finding],
) -> int | None:
    """The infection nearest before the organism in its sentence, else the first of the paragraph, that is one of those known."""
    beginning = [at for one in paragraph if one.begin < sentence.begin for at in range(one.first, one.last)]
    nearest = list(range(organism - 1, sentence.first - 1, -1))
    for at in nearest + beginning:
        if mentions[at].concept in known and findings[at].assertion != "absent" and findings[at].active != "no":
            return at
    return None
