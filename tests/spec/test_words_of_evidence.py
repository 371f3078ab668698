"""A code says what the physician's words say: take a word of evidence away, and it becomes less specific or goes (DOMAIN B41).

The phrases lie beside, in `words_of_evidence.yaml`; each is read and coded as a note is, from the words to the guidelines.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.knowledge.alphabetic_index import words_in
from opencdi.knowledge.icd10cm import description_of


@dataclass(frozen=True)
class Phrase:
    said: str
    codes: list[str]
    without: Mapping[str, list[str]] = field(hash=False)
    assumed: list[str] = field(default_factory=list, hash=False)

    def less(self, taken: str) -> str:
        """The phrase without some of its words."""
        assert taken in self.said, f"{self.said}: {taken} is no part of it"
        return " ".join(self.said.replace(taken, " ", 1).split()).strip(" ,")


PHRASES = [Phrase(**told) for told in yaml.safe_load(Path(__file__).with_name("words_of_evidence.yaml").read_text(encoding="utf-8"))]
TAKEN = [(phrase, taken) for phrase in PHRASES for taken in phrase.without]
_LEFT_OPEN = re.compile(r"unspecified .*|not specified .*", re.IGNORECASE)


@pytest.fixture(scope="module")
def coded() -> Mapping[str, list[str]]:
    """phrase -> its codes: all of them in one run of `opencdi code`."""

    def asked() -> Iterator[str]:
        for phrase in PHRASES:
            yield phrase.said
            yield from map(phrase.less, phrase.without)

    lines = (json.dumps({"id": said, "text": f"Assessment: {said}."}) for said in asked())
    done = CliRunner().invoke(app, ["code", "--date", "2026-05-01"], input="\n".join(lines))
    assert done.exit_code == 0, done.stderr
    return {told["id"]: [one["code"] for one in told["codes"]] for told in map(json.loads, done.stdout.splitlines())}


def test_there_are_enough_of_them() -> None:
    assert len(PHRASES) >= 80
    assert len({phrase.said for phrase in PHRASES}) == len(PHRASES)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.said)
def test_the_words_lead_to_their_code(phrase: Phrase, coded: Mapping[str, list[str]]) -> None:
    assert coded[phrase.said] == phrase.codes


@pytest.mark.parametrize(("phrase", "taken"), TAKEN, ids=lambda one: one if isinstance(one, str) else one.said)
def test_without_a_word_the_code_says_less(phrase: Phrase, taken: str, coded: Mapping[str, list[str]]) -> None:
    left = coded[phrase.less(taken)]
    assert left == phrase.without[taken]
    assert set(left) != set(phrase.codes)


@pytest.mark.parametrize(("phrase", "taken"), TAKEN, ids=lambda one: one if isinstance(one, str) else one.said)
def test_no_code_says_what_was_taken_away(phrase: Phrase, taken: str, coded: Mapping[str, list[str]]) -> None:
    """Nor does one say as much in other words: each that is new leaves something open, or is said by what is left."""
    for code in set(coded[phrase.less(taken)]) - set(phrase.codes):
        description = description_of(code)
        if taken not in phrase.assumed:
            assert not words_in(taken) & words_in(_LEFT_OPEN.sub("", description)), description
