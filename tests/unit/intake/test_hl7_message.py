import pytest
from hypothesis import given
from hypothesis import strategies as st

from every_feed import every_feed
from opencdi.events.hl7_structure import header_of, structural_refusal
from opencdi.events.problems import Unusable
from opencdi.intake.hl7v2.message import raw, read_message
from senders import printed

MSH = "MSH|^~\\&|A|B|C|D|20260504||ORU^R01|1|P|2.5.1"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r"])
def test_any_line_end_separates_segments(end: str) -> None:
    message = read_message(end.join([MSH, "PID|1||100", "OBX|1|NM|a||5"]).encode())
    assert [segment[0] for segment in message.segments] == ["MSH", "PID", "OBX"]


def test_the_senders_own_delimiters_count() -> None:
    message = read_message(b"MSH#*~\\&#A#B#C#D#20260504##ORU*R01#1#P#2.5.1\rPID#1##100***MERCY*MR\r")
    assert message.header.message_type == "ORU^R01"
    assert message.component(message.first("PID"), 3, 4) == "MERCY"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [("a\\F\\b", "a|b"), ("a\\S\\b", "a^b"), ("a\\T\\b", "a&b"), ("a\\R\\b", "a~b"), ("a\\E\\b", "a\\b"), ("a\\.br\\b", "a\nb"),
     ("\\X48\\\\X69\\", "Hi"), ("C:\\new", "C:\\new"), ("\\H\\bold\\N\\", "bold"), ("100\\", "100\\"), ("\\XC3A9\\", "é")],
)  # fmt: skip
def test_escapes_are_undone_and_a_lone_sign_stays(sent: str, meant: str) -> None:
    message = read_message(f"{MSH}\rNTE|1||{sent}\r".encode())
    assert message.plain(raw(message.first("NTE"), 3)) == meant


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1))
def test_escaped_text_reads_back_as_it_was(text: str) -> None:
    signs = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\"}
    message = read_message(f"{MSH}\rNTE|1||{''.join(signs.get(c, c) for c in text)}\r".encode())
    assert message.plain(raw(message.first("NTE"), 3)) == text


def test_a_raw_line_break_inside_a_text_keeps_its_words() -> None:
    message = read_message(f"{MSH}\rOBX|1|TX|a||first line\nsecond line, no segment\rOBX|2|TX|a||third\r".encode())
    assert raw(message.every("OBX")[0], 5) == "first line\nsecond line, no segment"
    assert len(message.every("OBX")) == 2


@pytest.mark.parametrize(("charset", "encoding"), [
    ("8859/1", "latin-1"), ("8859/2", "iso8859-2"), ("8859/15", "iso8859-15"), ("UNICODE UTF-8", "utf-8"), ("UTF-8~UNICODE", "utf-8"),
    ("windows-1252", "cp1252"), ("WINDOWS-1250", "cp1250"), ("GB 18030-2000", "gb18030"), ("ASCII", "utf-8"), ("ASCII", "latin-1"),
    ("", "latin-1"), ("", "utf-8"), ("x-unheard-of", "utf-8"),
])  # fmt: skip
def test_character_sets(charset: str, encoding: str) -> None:
    body = f"{MSH}||||||{charset}\rPID|1||100||Müller\r".encode(encoding)
    assert read_message(body).component(read_message(body).first("PID"), 5) == "Müller"


def test_a_lone_surrogate_becomes_a_sign_that_can_be_written() -> None:
    message = read_message(MSH.encode() + b"||||||UNICODE UTF-8\rNTE|1||a\xed\xa0\x80b\r")
    raw(message.first("NTE"), 3).encode()


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", ("AR", "EMPTY_MESSAGE", "")),
        (b"\r\n \r", ("AR", "EMPTY_MESSAGE", "")),
        (b"GET / HTTP/1.1\r\n", ("AR", "NO_MSH", "MSH")),
        (b"MSHxyz", ("AR", "NO_MSH", "MSH")),
        (MSH.replace("2.5.1", "3.0").encode(), ("AR", "UNSUPPORTED_VERSION", "MSH-12")),
        (MSH.replace("|P|", "|X|").encode(), ("AR", "UNSUPPORTED_PROCESSING_ID", "MSH-11")),
        (MSH.replace("2.5.1", "").encode(), None),
        (MSH.replace("|P|", "||").encode(), None),
        (b"\x0b" + MSH.encode(), None),
    ],
)
def test_only_structure_is_refused(body: bytes, refusal: tuple[str, str, str] | None) -> None:
    assert structural_refusal(body) == refusal


def test_a_listener_declared_for_production_refuses_training() -> None:
    assert structural_refusal(MSH.replace("|P|", "|T|").encode(), processing_id="P") == ("AR", "UNSUPPORTED_PROCESSING_ID", "MSH-11")


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_splitter(body: bytes) -> None:
    structural_refusal(body)
    structural_refusal(b"MSH|" + body)
    try:
        read_message(b"MSH|^~\\&|" + body)
    except Unusable:
        assert header_of(b"MSH|^~\\&|" + body) is None


FIELD = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="|"), max_size=12)


@given(
    st.lists(st.tuples(st.from_regex(r"[A-LN-Z][A-Z0-9]{2}", fullmatch=True), st.lists(FIELD, min_size=1, max_size=6)), max_size=8),
    st.sampled_from("\r\n"),
)
def test_what_is_split_reads_as_it_was_printed(told: list[tuple[str, list[str]]], end: str) -> None:
    sent = [MSH, *("|".join((name, *fields)) for name, fields in told)]
    assert printed(read_message(end.join([*sent, ""]).encode())) == "\r".join(sent)


def test_nothing_of_our_senders_messages_is_lost_in_splitting() -> None:
    for sent in (message.body for message in every_feed() if message.feed != "fhir"):
        assert printed(read_message(sent)) == sent.decode().removesuffix("\r")
