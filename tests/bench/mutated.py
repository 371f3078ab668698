"""`make bench-fuzz`: 100,000 mutated messages through the gate and all rooms; a failure names its seed, by which it comes again."""

import sys
from collections import Counter
from random import SystemRandom

from rich.progress import track

from fuzz.judging import chunk

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else SystemRandom().randrange(10**9)
CHUNK = 1000


def main() -> None:
    """Chunk by chunk, each into an empty line."""
    fates: Counter[str] = Counter()
    slowest_s = 0.0
    print(f"seed {SEED}")
    for nth in track(range(COUNT // CHUNK), "mutating", transient=True):
        line = chunk(SEED + nth, CHUNK)
        fates += line.fates
        slowest_s = max(slowest_s, line.slowest_s)
    print(f"{COUNT} mutated messages: none stopped a room, each answered and ended once; the slowest step took {1000 * slowest_s:.0f} ms")
    print(", ".join(f"{fate} {count}" for fate, count in fates.most_common()))


if __name__ == "__main__":
    main()
