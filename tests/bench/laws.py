"""`make bench-laws`: 500 orders of a hospital's messages, every second time with each message sent three times; ends with the first that tells."""

import sys
from random import Random

from rich.progress import track

from any_order import left_behind
from opencdi.hospital.message import play
from opencdi.hospital.story import load_stories
from opencdi.testing import DAY_ZERO
from spec.test_any_order import DAY_3

ORDERS = int(sys.argv[1]) if len(sys.argv) > 1 else 500


def main() -> None:
    """Shuffle, compare, count."""
    messages = [message for message in play(load_stories(), DAY_ZERO) if message.at <= DAY_3]
    in_time = left_behind(messages, DAY_3)
    for seed in track(range(ORDERS), "shuffling", transient=True):
        sent = messages * (3 if seed % 2 else 1)
        if left_behind(Random(seed).sample(sent, len(sent)), DAY_3) != in_time:
            sys.exit(f"order {seed} ends otherwise")
    print(f"{ORDERS} orders of {len(messages)} messages, half of them thrice each: one chart, the same open questions")


if __name__ == "__main__":
    main()
