"""MLLP framing: what a connection says does not depend on how it was cut into pieces."""

import hashlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from opencdi.gateway.frames import Frame, Frames, Oversized, framed

LIMIT = 60
NOISE = st.binary(max_size=30).map(lambda raw: raw.replace(b"\x0b", b"").replace(b"\x1c\r", b""))
BODY = st.binary(max_size=40).map(lambda raw: b"MSH|" + raw.replace(b"\x1c\r", b"").replace(b"\x0bMSH", b"").removesuffix(b"\x1c"))


def told(data: bytes, cuts: list[int]) -> tuple[list[Frame | Oversized], int]:
    frames = Frames(LIMIT)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    found = [frame for a, b in pairwise(places) for frame in frames.feed(data[a:b])]
    return found, frames.garbage


@given(st.lists(st.tuples(NOISE, BODY), max_size=5), st.lists(st.integers(0, 500)))
def test_messages_come_out_as_they_went_in_whatever_stands_between_them(pairs: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    found, _ = told(b"".join(noise + framed(body) for noise, body in pairs), cuts)
    assert found == [Frame(body) for _, body in pairs]


@given(st.binary(max_size=400) | st.lists(st.sampled_from([b"\x0b", b"\x0bMSH", b"\x1c", b"\r", b"x" * 30]), max_size=20).map(b"".join),
       st.lists(st.integers(0, 500)))  # fmt: skip
def test_any_bytes_in_any_pieces_say_the_same_as_in_one(data: bytes, cuts: list[int]) -> None:
    assert told(data, cuts) == told(data, [])


@given(st.binary(max_size=300), BODY)
def test_after_any_garbage_a_good_message_goes_through(garbage: bytes, body: bytes) -> None:
    found, _ = told(garbage + framed(body), [])
    assert found[-1] == Frame(body)


@given(st.integers(LIMIT + 1, 5000), st.lists(st.integers(0, 5000)))
def test_of_what_is_too_large_head_size_and_hash_are_kept_and_memory_is_not(size: int, cuts: list[int]) -> None:
    body = (b"MSH|" + bytes(range(32, 127)) * 60)[:size]
    found, _ = told(framed(body) + framed(b"MSH|next"), cuts)
    large, after = found
    assert isinstance(large, Oversized)
    assert (large.size, large.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    assert body.startswith(large.head)
    assert large.head
    assert after == Frame(b"MSH|next")


def test_the_largest_message_allowed_passes_whole() -> None:
    body = b"MSH|".ljust(LIMIT, b"x")
    assert told(framed(body), list(range(LIMIT + 4)))[0] == [Frame(body)]


def test_an_endless_frame_does_not_grow_in_memory() -> None:
    frames = Frames(LIMIT)
    assert list(frames.feed(b"\x0bMSH|")) == []
    for _ in range(1000):
        assert list(frames.feed(b"x" * 1000)) == []
    assert len(frames._buffer) <= LIMIT


def test_a_frame_begun_anew_gives_the_broken_one_up_and_counts_it() -> None:
    found, garbage = told(b"junk\r\n\x0bMSH|half of it" + framed(b"MSH|whole"), [7, 20])
    assert found == [Frame(b"MSH|whole")]
    assert garbage == len("junk") + len("MSH|half of it")
