"""However over two hundred messages are shuffled, and though each come up to three times, they end in the same charts and open questions."""

from functools import cache
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from any_order import IN_TIME, Left, any_order, left_behind
from every_feed import is_merge

UNSHRUNK = settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])  # no order is simpler than another


@cache
def in_time() -> tuple[Left, ...]:
    return tuple(left_behind(messages, arriving) for messages, arriving in IN_TIME)


def test_there_is_something_to_lose() -> None:
    assert min(len(messages) for messages, _ in IN_TIME) >= 200
    assert sum(map(is_merge, IN_TIME[-1][0])) == 9
    assert len({message.body.split(b"|", 9)[8] for message in IN_TIME[-1][0] if message.feed != "fhir"}) >= 45, "types of HL7 messages"
    assert sum("query" in name for name in in_time()[0]) >= 5, "questions that are open on day 3"


@settings(UNSHRUNK, max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_any_order(seed: int) -> None:
    dice = Random(seed)
    for (messages, arriving), left in zip(IN_TIME, in_time(), strict=True):
        assert left_behind(any_order(messages, dice), arriving) == left
