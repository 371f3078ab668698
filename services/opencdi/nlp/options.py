"""Options of a template: what nobody ticked is no statement, neither that it is there nor that it is not.

"[ ] Sepsis [x] Pneumonia" says pneumonia and nothing of sepsis.  A box may stand before its words or, on a line that begins with words and
ends with a box, behind them.  "Sepsis: [ ] Yes [x] No" answers the words before it; with neither ticked they are a question.  So is
"Sepsis due to: [ ] pneumonia [ ] UTI".  A lone round blank within a sentence, "seen by Dr. ( ) for CHF", is a gap and no option.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from sys import maxsize
from typing import Final

_BOX: Final = re.compile(
    r"[\[(☐□☑☒](?:(?<=[☐□])|(?<=\[)[ \t_]{0,4}\]|(?<=\()[ \t_]{1,4}\)|(?P<ticked>(?<=[☑☒])|(?<=\[)[xX✓✔√]\]|(?<=\()[xX✓✔√]\)))"
)
"""Begins with a set of signs, so that a text is searched for those alone: most notes have no box."""
_ROUND: Final = re.compile(r"\([ \t_xX✓✔√]")
_SIGNS: Final = "[☐□☑☒"
"""A text without such signs, and without the beginning of a round box, has none: both are found much faster."""
_LINE_END: Final = re.compile(r"\n")
_ANSWER: Final = re.compile(
    r"\s{0,40}(?:(?P<yes>yes|y|present)|(?P<no>no|n|absent))\b[\s.,;|/]{0,40}(?P<label>\w[^\n]{0,400}[:?]\s{0,40})?", re.IGNORECASE
)
_NOTHING_MORE: Final = re.compile(r"[ \t\r]{0,40}(?:\n|\Z)")
_UNFINISHED: Final = re.compile(r"\b(?:due to|secondary to|2/2|caused by|because of|associated with|from|with)[ \t]*:?\s*$", re.IGNORECASE)
"""A label that only an option would finish."""
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")


@dataclass
class Options:
    """Where the options of a text stand: no sentence goes across `cuts`; [start, end) of what is `unsaid`, and of what is `denied`."""

    cuts: list[int] = field(default_factory=list)
    unsaid: list[tuple[int, int]] = field(default_factory=list)
    denied: list[tuple[int, int]] = field(default_factory=list)

    def leaves_unsaid(self, at: int) -> bool:
        """Whether the character stands in words that nobody ticked."""
        return bool(self.unsaid) and _within(self.unsaid, at)

    def denies(self, at: int) -> bool:
        """Whether the character stands in words that a ticked "No" answers."""
        return bool(self.denied) and _within(self.denied, at)

    def answered(self, label: tuple[int, int], answers: list[tuple[bool, bool]]) -> None:
        """What the boxes behind a label, each (ticked, is "No"), say about it; without such boxes it is read as it stands."""
        ticked = [says_no for is_ticked, says_no in answers if is_ticked]
        if answers and not ticked:
            self.unsaid.append(label)
        elif answers and all(ticked):
            self.denied.append(label)


def _within(stretches: list[tuple[int, int]], at: int) -> bool:
    nth = bisect_right(stretches, (at, maxsize)) - 1
    return nth >= 0 and at < stretches[nth][1]


def options_in(text: str, sentences: Sequence[tuple[int, int]]) -> Options:
    """The options of a text; `sentences`: [start, end) of each, in order, as they are without looking at boxes."""
    found = Options()
    all_boxes = list(_BOX.finditer(text)) if any(sign in text for sign in _SIGNS) or _ROUND.search(text) else []
    if not all_boxes:
        return found
    starts = [start for start, _ in sentences]
    lines = [0, *(line.end() for line in _LINE_END.finditer(text))]
    for line, group in groupby(all_boxes, key=lambda box: bisect_right(lines, box.start()) - 1):
        boxes = list(group)
        nth = max(0, bisect_right(starts, boxes[0].start()) - 1)
        if nth and sentences[nth][0] == boxes[0].start() and text[sentences[nth - 1][1] - 1] == "?":
            nth -= 1  # "Sepsis present on admission? [ ] Yes"
        begin = max(lines[line], sentences[nth][0])
        end = max(boxes[-1].end(), sentences[max(0, bisect_right(starts, boxes[-1].start()) - 1)][1])
        if _stand_behind(text, begin, boxes):
            _behind(found, begin, boxes)
        elif not _is_gap(text, begin, boxes):
            _before(found, text, begin, boxes, end)
    found.unsaid.sort()  # a row's label is judged after its options
    return found


def _is_ticked(box: re.Match[str]) -> bool:
    return box["ticked"] is not None


def _stand_behind(text: str, begin: int, boxes: list[re.Match[str]]) -> bool:
    lead = text[begin : boxes[0].start()]
    return (
        bool(_LETTERS.search(lead))
        and _NOTHING_MORE.match(text, boxes[-1].end()) is not None
        and (len(boxes) == 1 or not lead.rstrip().endswith(":"))
    )


def _is_gap(text: str, begin: int, boxes: list[re.Match[str]]) -> bool:
    lead = text[begin : boxes[0].start()].rstrip()
    return len(boxes) == 1 and boxes[0].group().startswith("( ") and bool(_LETTERS.search(lead)) and lead[-1] not in ":?"


def _behind(found: Options, begin: int, boxes: list[re.Match[str]]) -> None:
    for box in boxes:
        if not _is_ticked(box):
            found.unsaid.append((begin, box.start()))
        begin = box.end()
        found.cuts.append(begin)


def _before(found: Options, text: str, begin: int, boxes: list[re.Match[str]], end: int) -> None:
    label, answers = (begin, boxes[0].start()), list[tuple[bool, bool]]()
    for box, stop in zip(boxes, [*(box.start() for box in boxes[1:]), end], strict=True):
        found.cuts.append(box.start())
        if answer := _ANSWER.fullmatch(text, box.end(), stop):
            answers.append((_is_ticked(box), answer["no"] is not None))
            if answer["label"]:  # the next one of a row: "Sepsis: [ ] Y [x] N  AKI: [x] Y [ ] N"
                found.answered(label, answers)
                label, answers = (answer.start("label"), stop), []
                found.cuts.append(label[0])
        elif not _is_ticked(box):
            found.unsaid.append((box.start(), stop))
    if not any(_is_ticked(box) for box in boxes) and _UNFINISHED.search(text[slice(*label)]):
        found.unsaid.append(label)
    found.answered(label, answers)
