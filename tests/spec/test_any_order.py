"""However a hospital's messages are shuffled, and though each come three times, they end in the same charts and the same open questions."""

from datetime import timedelta
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from any_order import left_behind
from opencdi.hospital.message import Message, play
from opencdi.hospital.story import load_stories
from opencdi.testing import DAY_ZERO

DAY_3 = DAY_ZERO + timedelta(days=3, hours=10)
DAY_6 = DAY_ZERO + timedelta(days=6)
STORIES = load_stories()
ALL = play(STORIES, DAY_ZERO)
UNSHRUNK = settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])  # no order is simpler than another
UP_TO_DAY_3 = [message for message in ALL if message.at <= DAY_3]


def open_questions(messages: list[Message]) -> int:
    return sum(kind == "query" for _, kind, *_ in left_behind(messages, DAY_3))


def test_there_are_questions_to_lose() -> None:
    assert open_questions(UP_TO_DAY_3) == 5


@settings(UNSHRUNK, max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_shuffled(seed: int) -> None:
    dice = Random(seed)
    for messages, arriving in ((UP_TO_DAY_3, DAY_3), (ALL, DAY_6)):
        assert left_behind(dice.sample(messages, len(messages)), arriving) == left_behind(messages, arriving)


@settings(UNSHRUNK, max_examples=5)
@given(seed=st.integers(0, 2**32))
def test_each_three_times(seed: int) -> None:
    dice, thrice = Random(seed), UP_TO_DAY_3 * 3
    assert left_behind(dice.sample(thrice, len(thrice)), DAY_3) == left_behind(UP_TO_DAY_3, DAY_3)
