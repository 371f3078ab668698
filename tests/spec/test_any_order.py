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
    assert sum(map(is_merge, IN_TIME[-1][0])) == 10
    types = {tuple(message.body.split(b"|", 9)[8].split(b"^")[:2]) for message in IN_TIME[-1][0] if message.feed != "fhir"}
    assert len(types) >= 45, "of HL7; and FHIR"
    assert sum("query" in name for name in in_time()[0]) >= 5, "questions that are open on day 3"


@settings(UNSHRUNK, max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_any_order(seed: int) -> None:
    dice = Random(seed)
    which = dice.randrange(len(IN_TIME))
    messages, arriving = IN_TIME[which]
    assert left_behind(any_order(messages, dice), arriving) == in_time()[which]
