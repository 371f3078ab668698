"""Acknowledgements: MSA-2 is MSH-10 to the byte, the parties change places, enhanced mode gets what it asks for."""

from datetime import UTC, datetime

import pytest
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from opencdi.gateway.acks import acknowledgements

AT = datetime(2026, 5, 2, 10, 15, tzinfo=UTC)
MSH = b"MSH|^~\\&|LAB|GH|CDI|NORTH|20260502||ADT^A01^ADT_A01|77|P|2.5.1"


def ack(message: bytes, code: str = "AA", **more: str) -> list[bytes]:
    return list(acknowledgements(message, code, ack_id="a-1", at=AT, **more))


def test_original_mode() -> None:
    assert ack(MSH + b"\rPID|1\r") == [
        b"MSH|^~\\&|CDI|NORTH|LAB|GH|20260502101500+0000||ACK^A01^ACK|a-1|P|2.5.1\rMSA|AA|77\r"
    ]  # fmt: skip


def test_a_refusal_says_why_and_where() -> None:
    (told,) = ack(MSH, "AR", reason="UNSUPPORTED_VERSION", where="MSH-12")
    assert told.endswith(b"\rMSA|AR|77|UNSUPPORTED_VERSION\rERR||MSH^1^12|203^Unsupported version id^HL70357|E||||UNSUPPORTED_VERSION\r")


@pytest.mark.parametrize(
    ("conditions", "code", "told"),
    [
        (b"AL|NE", "AA", [b"CA"]), (b"AL|NE", "AR", [b"CR"]), (b"AL|NE", "AE", [b"CE"]), (b"NE|AL", "AA", [b"AA"]),
        (b"AL|AL", "AA", [b"CA", b"AA"]), (b"AL|AL", "AR", [b"CR"]), (b"NE|NE", "AA", []), (b"ER|NE", "AA", []),
        (b"ER|NE", "AR", [b"CR"]), (b"SU|NE", "AA", [b"CA"]), (b"SU|NE", "AE", []),
        (b"NE|AL", "AR", [b"AR"]), (b"|AL", "AA", [b"AA"]), (b"ACCEPT|", "AA", [b"AA"]), (b"AL|", "AA", [b"CA"]),
    ],
)  # fmt: skip
def test_enhanced_mode(conditions: bytes, code: str, told: list[bytes]) -> None:
    answers = ack(MSH + b"|||" + conditions, code)
    assert [answer.split(b"\rMSA|")[1][:2] for answer in answers] == told
    assert all(answer.split(b"\rMSA|")[1][3:5] == b"77" for answer in answers)


def test_the_senders_own_separators_are_kept() -> None:
    (told,) = ack(b"MSH#*~\\&#LAB#GH#CDI#N#20260502##ORU*R01#9#T#2.3\n", "AR", reason="NO_MSH", where="MSH")
    assert told.startswith(b"MSH#*~\\&#CDI#N#LAB#GH#20260502101500+0000##ACK*R01#a-1#T#2.3\rMSA#AR#9#NO_MSH\rERR#MSH*1**100&")


@pytest.mark.parametrize(
    ("version", "kind", "err"),
    [
        (b"2.1", b"ACK", b"ERR|MSH^1^11^202&Unsupported processing id&HL70357"),
        (b"2.3", b"ACK^A01", b"ERR|MSH^1^11^202&Unsupported processing id&HL70357"),
        (b"2.3.1", b"ACK^A01^ACK", b"ERR|MSH^1^11^202&Unsupported processing id&HL70357"),
        (b"2.4", b"ACK^A01^ACK", b"ERR|MSH^1^11^202&Unsupported processing id&HL70357"),
        (b"2.5^USA", b"ACK^A01^ACK", b"ERR||MSH^1^11|202^Unsupported processing id^HL70357|E||||UNSUPPORTED_PROCESSING_ID"),
        (b"2.8.2", b"ACK^A01^ACK", b"ERR||MSH^1^11|202^Unsupported processing id^HL70357|E||||UNSUPPORTED_PROCESSING_ID"),
        (b"9", b"ACK^A01^ACK", b"ERR||MSH^1^11|202^Unsupported processing id^HL70357|E||||UNSUPPORTED_PROCESSING_ID"),
        (b"x.5", b"ACK^A01^ACK", b"ERR||MSH^1^11|202^Unsupported processing id^HL70357|E||||UNSUPPORTED_PROCESSING_ID"),
    ],
)
def test_each_version_is_answered_in_its_own_manner(version: bytes, kind: bytes, err: bytes) -> None:
    (told,) = ack(MSH.replace(b"2.5.1", version), "AR", reason="UNSUPPORTED_PROCESSING_ID", where="MSH-11")
    msh, _, said, _ = told.split(b"\r")
    assert (msh.split(b"|")[8], msh.split(b"|")[11], said) == (kind, version, err)


def test_a_character_set_that_is_named_is_the_answers_too() -> None:
    (told,) = ack(MSH + b"||||||8859/1|DEU\rPID|1\r")
    assert told.split(b"\r")[0].split(b"|")[11:] == [b"2.5.1", b"", b"", b"", b"", b"", b"8859/1"]


@given(st.binary(min_size=1, max_size=20).filter(lambda raw: not set(raw) & set(b"|\r\n") and raw.strip() == raw))
def test_the_control_id_comes_back_to_the_byte(control_id: bytes) -> None:
    (told,) = ack(MSH.replace(b"|77|", b"|" + control_id + b"|"))
    assert told.split(b"\rMSA|AA|")[1] == control_id + b"\r"


@given(st.binary(max_size=200))
def test_garbage_is_answered_too(garbage: bytes) -> None:
    for told in ack(garbage, "AR", reason="NO_MSH", where="MSH"):
        assert b"\rMSA" in told


def test_hl7apy_can_read_it() -> None:
    message = parse_message(ack(MSH, "AR", reason="UNSUPPORTED_VERSION", where="MSH-12")[0].decode())
    assert (message.msa.msa_1.value, message.msa.msa_2.value) == ("AR", "77")
