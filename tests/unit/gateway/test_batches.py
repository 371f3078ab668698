"""A batch is taken apart and answered as a batch."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from opencdi.gateway.batches import FRAMING, acknowledgement, is_batch, pieces

AT = datetime(2026, 5, 2, 10, 15, tzinfo=UTC)
FILE = (
    b"FHS|^~\\&|LAB|GH|CDI|NORTH|20260502||nightly||F1\rBHS|^~\\&|LAB|GH|CDI|NORTH|20260502||||B1\r\n"
    b"MSH|^~\\&|A\rPID|1\r\nMSH|^~\\&|B\n\nBTS|2\rBHS#*~\\&#RIS\rMSH|^~\\&|C\rFTS\r"
)


def test_a_file_of_two_batches_is_answered_by_one_of_two() -> None:
    told = list(pieces(FILE))
    assert [piece.name for piece in told] == ["FHS", "BHS", "MSH", "MSH", "BTS", "BHS", "MSH", "FTS"]
    assert [piece.content for piece in told if piece.name == "MSH"] == [b"MSH|^~\\&|A\rPID|1\r", b"MSH|^~\\&|B\r", b"MSH|^~\\&|C\r"]
    answer = acknowledgement(told, [(b"a\r",), (), (b"c\r", b"d\r")], ack_id="k", at=AT)
    assert answer.split(b"\r") == [
        b"FHS|^~\\&|CDI|NORTH|LAB|GH|20260502101500+0000||||k-0|F1",
        b"BHS|^~\\&|CDI|NORTH|LAB|GH|20260502101500+0000||||k-1|B1", b"a", b"BTS|1",
        b"BHS#*~\\&###RIS##20260502101500+0000####k-4#", b"c", b"d", b"BTS#2",
        b"FTS#2", b"",
    ]  # fmt: skip


def test_what_stands_in_a_batch_and_is_no_message_is_not_passed_over() -> None:
    told = list(pieces(b"BHS|^~\\&\rPID|lost\rMSH|^~\\&|A\rBTS|1\rOBX|1\r"))
    assert [piece.content for piece in told if piece.name == "MSH"] == [b"PID|lost\r", b"MSH|^~\\&|A\r", b"OBX|1\r"]


def test_an_empty_batch_has_an_empty_answer() -> None:
    told = list(pieces(b"\r\nBHS|^~\\&\rBTS|0"))
    assert acknowledgement(told, [], ack_id="k", at=AT) == b"BHS|^~\\&|||||20260502101500+0000||||k-0|\rBTS|0\r"


def test_only_what_begins_as_a_batch_is_one() -> None:
    assert is_batch(b"\xef\xbb\xbf\r\nBHS|")
    assert not is_batch(b"MSH|^~\\&\rBHS|")


@given(
    st.lists(
        st.sampled_from([b"FHS|^~", b"BHS|", b"MSH|^~\\&|A", b"PID|1", b"BTS|2", b"FTS", b"FTSx", b"\r", b"\n", b"\x0b", b"\x1c", b""])
    )
    | st.binary()
)
def test_nothing_that_came_is_in_no_piece(told: list[bytes] | bytes) -> None:
    content = told if isinstance(told, bytes) else b"".join(told)
    found = list(pieces(content))
    assert b"".join(piece.content for piece in found).translate(None, FRAMING) == content.translate(None, FRAMING)
    answer = acknowledgement(found, [[b"MSA"] for piece in found if piece.name == "MSH"], ack_id="k", at=AT)
    assert answer.count(b"MSA") == sum(piece.name == "MSH" for piece in found) or b"MSA" in content
