"""The messages in a file's bytes."""

from hypothesis import given
from hypothesis import strategies as st

from opencdi.gateway.files import hl7_messages, is_json, json_bodies

ONE, TWO = b"MSH|^~\\&|A\rPID|1\r", b"MSH#*~\\&#B\rZZZ#1\r"
BLANK = st.sampled_from([b"", b"\r", b"\n", b"\r\n\r\n", b"\x1c\r\x0b", b"\x0b"])


@given(st.lists(st.sampled_from([ONE, TWO]), min_size=1, max_size=5), BLANK, st.booleans())
def test_messages_are_found_whatever_stands_between_them(messages: list[bytes], blank: bytes, batch: bool) -> None:
    head, tail = (b"FHS|^~\\&\rBHS|^~\\&\r", b"\rBTS|1\rFTS|1\r") if batch else (b"", b"")
    told = head + blank.join(b"\r" + message for message in messages) + blank + tail
    assert list(hl7_messages(told)) == messages


def test_what_is_no_message_is_given_to_the_gate_as_it_is() -> None:
    assert list(hl7_messages(b"hello")) == [b"hello\r"]
    assert list(hl7_messages(b"hello\r" + ONE)) == [b"hello\r", ONE]
    assert list(hl7_messages(b"")) == [b"\r"]
    assert list(hl7_messages(b"\r" * 1_000_000 + ONE + b"\r" * 1_000_000)) == [ONE]  # in no time at all


def test_json_is_known_by_its_name_or_its_first_sign() -> None:
    assert is_json(b"\xef\xbb\xbf {", frozenset())
    assert is_json(b"", frozenset({".ndjson", ".gz"}))
    assert not is_json(ONE, frozenset({".hl7"}))
    assert list(json_bodies(b'{"a":1}\n{"b":2}\n', frozenset())) == [b'{"a":1}', b'{"b":2}']
    assert list(json_bodies(b'{"a":\n1}\n', frozenset({".json"}))) == [b'{"a":\n1}\n']
    assert list(json_bodies(b'{"a":\n\n1}', frozenset({".ndjson"}))) == [b'{"a":', b"1}"]
