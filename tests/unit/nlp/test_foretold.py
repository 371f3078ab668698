"""What is told of as a danger is not there; what is there stays so beside it.  `foretold_examples.yaml` holds the sentences."""

import re
from pathlib import Path

import pytest
import yaml

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
TOLD = yaml.safe_load((Path(__file__).parent / "foretold_examples.yaml").read_text(encoding="utf-8"))
_MARKED = re.compile(r"<([^<>]*)>")


def active(sentence: str) -> list[str]:
    """Of each name between < and >, whether it is judged as active."""
    plain = sentence.replace("<", "").replace(">", "")
    starts = [(mark.start() - 2 * nth, len(mark[1])) for nth, mark in enumerate(_MARKED.finditer(sentence))]
    return [READER.context_at(plain, start, start + length)[0].active for start, length in starts]


@pytest.mark.parametrize("sentence", TOLD["elsewhere"].splitlines())
def test_what_may_come_is_not_active(sentence: str) -> None:
    assert "yes" not in active(sentence)


@pytest.mark.parametrize("sentence", TOLD["here"].splitlines())
def test_what_is_there_is_active(sentence: str) -> None:
    assert set(active(sentence)) == {"yes"}
