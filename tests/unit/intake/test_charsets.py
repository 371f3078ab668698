"""Letters by the character set that MSH-18 names, as HL7, DICOM and other systems name it (HL7 table 0211).  Synthetic."""

from typing import Any

import pytest

NAMED = [
    ("8859/2", "iso8859-2", "Łukasz Żółć"), ("ISO8859-2", "iso8859-2", "Łukasz Żółć"), ("ISO 8859-2", "iso8859-2", "Łukasz Żółć"),
    ("ISO_IR 101", "iso8859-2", "Łukasz Żółć"), ("CP1250", "cp1250", "Łukasz Żółć"), ("windows-1250", "cp1250", "Łukasz Żółć"),
    ("8859/15", "iso8859-15", "Œuvré"), ("ISO_IR 100", "latin-1", "Jürgen Groß"), ("8859/1", "latin-1", "Jürgen Groß"),
    ("CP1251", "cp1251", "Иван"), ("ISO_IR 144", "iso8859-5", "Иван"), ("ISO_IR 192", "utf-8", "患者"), ("UNICODE UTF-8", "utf-8", "患者"),
    ("~ISO IR87", "iso2022_jp_2", "患者"), ("ISO IR6~ISO IR87", "iso2022_jp_2", "患者"), ("GB18030", "gb18030", "患者"), ("", "utf-8", "Jürgen"),
    ('""', "utf-8", "Jürgen"), ("ASCII", "cp1252", "Jürgen"),
]  # fmt: skip


@pytest.mark.parametrize(("named", "codec", "name"), NAMED)
def test_a_name_is_read_by_the_character_set_that_is_named(feed: Any, named: str, codec: str, name: str) -> None:
    body = (
        f"MSH|^~\\&|HIS|MERCY|CDI|MERCY|20260504080000||ADT^A01|1|P|2.5||||||{named}\rEVN||20260504080000\r"
        f"PID|1||100^^^MERCY^MR||{name}||19500102|F\rPV1|1|I|5E^501^A||||||||||||||||V1\r"
    )
    ended = feed.send(body.encode(codec))
    assert ended.problems == ()
    assert [who.name for who in feed.of("patient_identified")] == [name]


def test_a_character_set_that_nobody_knows_is_a_problem(feed: Any) -> None:
    ended = feed.send("MSH|^~\\&|HIS|M|C|M|20260504080000||ADT^A01|1|P|2.5||||||EBCDIC\rPID|1||100||A^B\rPV1|1|I|||||||||||||||||V1\r")
    assert [problem.code for problem in ended.problems] == ["CHARSET_UNKNOWN"]
