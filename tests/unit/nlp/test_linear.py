"""Reading a text twice as long is twice the work: counted in lines of our code carried out and words looked up, not in seconds."""

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import pytest

from opencdi.knowledge.words import Lexicon
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
DAY = (
    "SUBJECTIVE: no events overnight, denies chest pain, fever or chills. Mother had stroke.\n"
    "Vitals: T 38.9, HR 112, BP 86/44, SpO2 91% on RA\nLabs: WBC 18.2, Cr 2.9 (baseline 1.4), Na 128 -> 133\n"
    "A/P:\n1. Sepsis due to E. coli UTI, improving on ceftriaxone\n2. AKI on CKD stage 3b, likely prerenal, r/o obstruction\n"
    "3. Acute on chronic diastolic heart failure - diurese\n[ ] Severe sepsis [x] Localized infection\nReturn if short of breath.\n\n"
)
SHAPES = {
    "a chart": DAY,
    "one line without an end": "no fever or chills and possible sepsis with ",
    "commas": "AKI, ",
    "line breaks": "AKI\n",
    "headings": "A/P:\n",
    "boxes": "[ ] AKI ",
    "cues": "no denies possible ",
    "numbers": "Cr 2.9 -> 3.1 ",
    "brackets": "(AKI) ",
    "nothing known": "qwrt zxcv ",
}


class _Counted(dict[Any, Any]):
    """A table that counts how often it is asked."""

    asked = 0

    def get(self, key: object, default: object = None) -> Any:
        _Counted.asked += 1
        return super().get(key, default)


def lines_carried_out(work: Callable[[], object]) -> int:
    """How many lines of `opencdi` ran: the same on every machine."""
    count = 0
    ours: dict[CodeType, bool] = {}

    def line(frame: FrameType, event: str, told: object) -> Any:
        nonlocal count
        count += event == "line"
        return line

    def call(frame: FrameType, event: str, told: object) -> Any:
        code = frame.f_code
        if code not in ours:
            ours[code] = "/opencdi/" in code.co_filename
        return line if ours[code] else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def text_of(shape: str, length: int) -> str:
    return (SHAPES[shape] * (length // len(SHAPES[shape]) + 1))[:length]


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_text_is_twice_the_work(shape: str) -> None:
    work = [lines_carried_out(lambda length=length: READER.read(text_of(shape, length))) for length in (6_000, 12_000, 24_000)]  # type: ignore[misc]
    assert work[1] <= 2.2 * work[0]
    assert work[2] <= 2.2 * work[1]


def test_a_chart_of_200_kb_is_read_with_so_many_steps_a_character_as_one_of_5_kb() -> None:
    short, long = (lines_carried_out(lambda length=length: READER.read(text_of("a chart", length))) / length for length in (5_000, 200_000))  # type: ignore[misc]
    assert long <= 1.2 * short


@pytest.mark.parametrize("length", [5_000, 50_000, 200_000])
def test_a_lexicon_is_asked_so_often_a_word_whatever_the_length(length: int) -> None:
    words = READER.outline(text_of("a chart", length)).words.words
    for lexicon in (READER.vocabulary.ours, READER.vocabulary.tabular):
        asking: Lexicon[Any] = Lexicon(lexicon.terms.items())
        asking.terms = _Counted(asking.terms)
        _Counted.asked = 0
        assert list(asking.matches(words)) == list(lexicon.matches(words))
        assert _Counted.asked <= 2 * len(words)
