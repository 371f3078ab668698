"""`make bench-laws`: 500 orders of over two hundred messages, each sent up to three times; ends with the first that tells."""

import sys
from random import Random

from rich.progress import track

from any_order import IN_TIME, any_order, left_behind

ORDERS = int(sys.argv[1]) if len(sys.argv) > 1 else 500


def main() -> None:
    """Shuffle, compare, count."""
    expected = [left_behind(messages, arriving) for messages, arriving in IN_TIME]
    for seed in track(range(ORDERS), "shuffling", transient=True):
        dice = Random(seed)
        for (messages, arriving), left in zip(IN_TIME, expected, strict=True):
            if left_behind(any_order(messages, dice), arriving) != left:
                sys.exit(f"order {seed} ends otherwise")
    lengths = " and ".join(str(len(messages)) for messages, _ in IN_TIME)
    print(f"{ORDERS} orders of {lengths} messages, each one to three times: the same charts, the same open questions")


if __name__ == "__main__":
    main()
