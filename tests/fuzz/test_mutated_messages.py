"""Messages that nobody meant: each is answered once, ends once, stops nobody.  `make bench-fuzz` sends 100,000."""

import os

import pytest

from fuzz.judging import chunk

SEED = int(os.environ.get("CDI_TEST_SEED") or 20260504)
CHUNKS, COUNT = 10, 500


@pytest.mark.parametrize("nth", range(CHUNKS))
def test_a_chunk_of_them(nth: int) -> None:
    line = chunk(SEED + nth, COUNT)
    assert line.fates.keys() == {"entries", "kept_with_patient", "no_effect", "dead_letter", "refused"}
