"""Every group of cues on made-up sentences; what a group says is lost without it; and the laws of context.

`context_examples.yaml` holds the sentences, by group.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import words_of
from opencdi.nlp.around import Mention, cued, surroundings
from opencdi.nlp.context import Context
from opencdi.nlp.cues import WrongCues, cues_from
from opencdi.nlp.reader import RuleReader, load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
TABLE = yaml.safe_load((rules_dir() / "nlp" / "context.yaml").read_text(encoding="utf-8"))
TOLD = read_table(Path(__file__).parent / "context_examples.yaml")
CERTAINTIES = ("probable", "possible", "unlikely", "ruled-out")


@dataclass(frozen=True)
class Example:
    """A sentence, the mention in it, and what is to be said of it."""

    group: str
    text: str
    start: int
    end: int
    expected: tuple[str, ...]

    @property
    def marked(self) -> str:
        """As it is written in the table."""
        return f"{self.text[: self.start]}<{self.text[self.start : self.end]}>{self.text[self.end :]}"


def _expected(words: set[str]) -> tuple[str, ...]:
    certainty = next((word for word in CERTAINTIES if word in words), "certain")
    assertion = "absent" if "absent" in words else "present" if certainty == "certain" else "possible"
    temporality = next((word for word in ("historical", "hypothetical") if word in words), "current")
    other = "other" if "other" in words else "patient"
    if "inactive" in words or assertion == "absent" or temporality == "hypothetical" or other == "other":
        active = "no"
    else:
        active = "yes" if assertion == "present" else "unknown"
    return _shown(assertion, certainty, temporality, active, other, resolved="resolved" in words)


def _shown(assertion: str, certainty: str, temporality: str, active: str, whose: str, *, resolved: bool) -> tuple[str, ...]:
    """Since when another person has it does not matter."""
    return assertion, certainty, temporality if whose == "patient" else "", active, whose, "resolved" if resolved else ""


def examples() -> Iterator[Example]:
    """All of the table."""
    for group, lines in TOLD.items():
        for line in lines.splitlines():
            marked, _, said = line.partition("=>")
            marked = marked.strip()
            start, end = marked.index("<"), marked.index(">") - 1
            yield Example(group, marked.replace("<", "").replace(">", ""), start, end, _expected(set(said.split())))


EXAMPLES = list(examples())


def said_of(reader: RuleReader, text: str, start: int, end: int) -> Context:
    return replace(reader.context_at(text, start, end)[0], cue=None)


def judged(reader: RuleReader, example: Example) -> tuple[str, ...]:
    told = said_of(reader, example.text, example.start, example.end)
    return _shown(told.assertion, told.certainty, told.temporality, told.active, told.experiencer, resolved=told.resolved)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.group}: {example.marked}")
def test_example(example: Example) -> None:
    assert judged(READER, example) == example.expected


def test_each_group_has_a_reason_and_two_examples() -> None:
    for name, group in TABLE["groups"].items():
        assert len(group["why"].split()) >= 6, name
        assert sum(example.group == name for example in EXAMPLES) >= 2, name
    assert TOLD.keys() - TABLE["groups"].keys() == {"plain"}
    assert len(EXAMPLES) >= 250


@pytest.mark.parametrize("name", TABLE["groups"])
def test_no_group_is_idle(name: str) -> None:
    """Without the group at least one of its sentences is misread."""
    table = deepcopy(TABLE)
    del table["groups"][name]
    without = replace(READER, cues=cues_from(table))
    assert any(judged(without, example) != example.expected for example in EXAMPLES if example.group == name)


def test_a_group_without_reason_or_with_an_unknown_field_is_refused() -> None:
    group = {"why": "It is so in every hospital.", "makes": "absent", "within": 3, "before": ["zero"]}
    for wrong in ({**group, "why": ""}, {**group, "befor": []}):
        with pytest.raises(WrongCues):
            cues_from({**TABLE, "groups": {"wrong": wrong}})
    with pytest.raises(WrongCues):
        cues_from({**TABLE, "words": {}})


@cache
def one_sentence() -> list[Example]:
    """Examples that are one sentence without a heading: only these may be wrapped or followed by more."""
    return [example for example in EXAMPLES if ":" not in example.text and "\n" not in example.text]


UNRELATED = [
    "Labs were reviewed.",
    "Diet was advanced.",
    "No rash.",
    "Mother was called.",
    "History of gout.",
    "Possible discharge on Friday.",
]


@given(st.sampled_from(one_sentence()), st.lists(st.sampled_from(UNRELATED), min_size=1, max_size=3), st.sampled_from([" ", "\n", "\n\n"]))
def test_a_sentence_more_changes_no_context(example: Example, more: list[str], gap: str) -> None:
    ended = example.text if example.text[-1] in ".?" else example.text + "."
    alone = said_of(READER, ended, example.start, example.end)
    assert said_of(READER, gap.join([ended, *more]), example.start, example.end) == alone
    before = gap.join(["Seen and examined.", ""])
    assert said_of(READER, before + ended, example.start + len(before), example.end + len(before)) == alone


def test_a_mention_looks_only_at_the_cues_near_it() -> None:
    """A "sentence" of any length costs each mention the same: a table or a run of commas is read in time linear in its words."""
    looked_at = []
    for length in (100, 10_000):
        words = words_of("no fever, possible history of cough, mother, " * length)
        middle = words.words.index("cough", len(words.words) // 2)
        around = surroundings(cued(words, READER.cues), (0, len(words.words) - 1), Mention(middle, middle + 1))
        looked_at.append(len(around.hits))
    assert looked_at[0] == looked_at[1] <= 2 * READER.cues.reach


@given(st.sampled_from(one_sentence()), st.data())
def test_white_space_changes_no_context(example: Example, data: st.DataObject) -> None:
    text, start, end = example.text, example.start, example.end
    gaps = [at for at, character in enumerate(text) if character == " "]
    for at in reversed(gaps[2:]):  # what stands before a first wide gap may be a heading of one word or two
        blank = data.draw(st.sampled_from([" ", "  ", "\t"]))
        text = text[:at] + blank + text[at + 1 :]
        start += (len(blank) - 1) * (at < start)
        end += (len(blank) - 1) * (at < end)
    assert said_of(READER, text, start, end) == said_of(READER, example.text, example.start, example.end)
