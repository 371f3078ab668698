"""No pattern is catastrophic: each that is tried on a patient's text takes time that grows with its length, whatever the text.

A pattern whose steps grow with the square of the text takes a hundred times the budget at `LONG` characters; one that grows
exponentially fails at `SHORT`.  So the budget may be generous: a busy machine fails nothing.
"""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import opencdi.intake
import opencdi.knowledge
import opencdi.nlp
from opencdi.nlp.values import load_values
from opencdi.settings import rules_dir

SHORT, LONG = 30, 12_000
BUDGET_S = 0.6
RUNS = [
    " ", "\t", "\n", " \n", "\r\n", ".", ",", ", ", "-", "- ", "_", "(", "( ", "[ ]", "[", "{", ")", ":", ";", "/", "\\", "\\f1", "<", "<b ", "&", "&#1",
    "1", "1 ", "1.", "1,1", "12/", "1-", "a", "A", "a ", "A B ", "a.", "a, ", "a:", "A: ", "a/", "#", "# ", "1. ", "no ", "due to ", "Cr ", "BP ", "Cr of is ",
    "(result, ", "“", "·", " · ", "x", "Dr. ", "é", "µ", "\ud800", "0", "2010-", "10 mg ", "=", "->", ">", "*", "|", "~", "^", "?", "$",
]  # fmt: skip


def modules() -> Iterator[object]:
    """Whatever may try a pattern on a note or on what a sender wrote."""
    for package in (opencdi.nlp, opencdi.knowledge, opencdi.intake):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if found.name != "opencdi.nlp.medspacy_reader":
                yield importlib.import_module(found.name)


def patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    """The patterns of a module's global, in tables too."""
    match value:
        case re.Pattern():
            if isinstance(value.pattern, str):
                yield value
        case dict():
            for one in (*value.keys(), *value.values()):
                yield from patterns_in(one)
        case list() | tuple() | set() | frozenset():
            for one in value:
                yield from patterns_in(one)


def named_patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in modules():
        for name, value in vars(module).items():
            yield from ((f"{module.__name__.removeprefix('opencdi.')}.{name}", found) for found in patterns_in(value))  # type: ignore[attr-defined]
    yield "values.yaml", load_values(rules_dir() / "nlp").pattern


PATTERNS = {found.pattern: (name, found) for name, found in named_patterns()}
BEGUN = ("", "1", "A", "<!a>", "nurse ", "xr ")
"""What the patterns that are tied to the beginning of a text go on behind."""
TRIED_AT_ONE_PLACE = {"knowledge.specimens._DENIED_BEHIND"}
"""Only ever matched right behind a word, where each of its steps reaches eight signs: some hundreds of ways, however long the text."""


def seconds(pattern: re.Pattern[str], text: str, *, at_one_place: bool) -> float:
    begun = time.process_time()
    for _ in (pattern.match(text),) if at_one_place else pattern.finditer(text):
        pass
    return time.process_time() - begun


@pytest.mark.parametrize(("name", "pattern"), PATTERNS.values(), ids=[f"{name}-{nth}" for nth, (name, _) in enumerate(PATTERNS.values())])
def test_a_pattern_takes_time_that_grows_with_the_text(name: str, pattern: re.Pattern[str]) -> None:
    for run in RUNS:
        for length in (SHORT, LONG // 10, LONG):
            for begun in BEGUN if pattern.pattern.startswith(r"\A") else ("",):
                text = begun + (run * length)[:length] + "!\n!"
                took = seconds(pattern, text, at_one_place=name in TRIED_AT_ONE_PLACE)
                assert took <= BUDGET_S, f"{begun!r} and {run!r} times {length // len(run)}: {took:.1f} s"


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 60
