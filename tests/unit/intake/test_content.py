"""OBX-5 of type ED and RP: base64 text, RTF and PDF (DOMAIN B02); what cannot be read is a problem with its field, never a crash."""

from base64 import b64encode
from collections.abc import Callable
from random import Random

import pytest

from opencdi.intake import content
from opencdi.intake.content import text_in_base64, words_in

Builder = Callable[..., str]
TXA = "TXA|1|18842-5^Discharge summary^LN|TX|20260504100000-0400|||||77^L^S|||D1|||||AU"
RTF = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator Word;}\f0\fs20 \b Diagnosis:\b0  acute kidney injury\par Caf\'e9 and \u8805? 2}"
RTF_TEXT = "Diagnosis: acute kidney injury\nCafé and ≥ 2"


def pdf(*pages: str) -> bytes:
    """A PDF with one line of text a page."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
               "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]  # fmt: skip
    for nth, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        objects += [f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * nth} 0 R>>",
                    f"<</Length {len(stream)}>>stream\n{stream}\nendstream"]  # fmt: skip
    body, at = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        at.append(len(body))
        body += f"{number} 0 obj{text}endobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in at)
    size = len(objects) + 1
    return body + f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF".encode()


def encoded(data: bytes) -> str:
    return b64encode(data).decode()


@pytest.mark.parametrize(
    ("obx5", "meant"),
    [
        (f"^TEXT^^Base64^{encoded(b'Sepsis.')}", "Sepsis."),
        (f"^TEXT^^BASE64^{encoded('Café'.encode('cp1252'))}", "Café"),
        (f"^TEXT^RTF^Base64^{encoded(RTF.encode())}", RTF_TEXT),
        (f"^Application^PDF^Base64^{encoded(pdf('Acute kidney injury', 'Second page'))}", "Acute kidney injury\n\nSecond page"),
        (f"^Application^PDF^^{encoded(pdf('Sepsis'))}", "Sepsis"),  # the encoding is forgotten; what it is shows
        ("^TEXT^^A^Plain words", "Plain words"),
    ],
    ids=["text", "Windows text", "RTF", "PDF", "PDF without its encoding", "not encoded"],
)
def test_a_document_in_ed_is_read(feed, message: Builder, obx5: str, meant: str) -> None:
    assert feed.send(message("MDM^T02", TXA, f"OBX|1|ED|18842-5||{obx5}||||||F")).outcome == "entries"
    assert list(feed.texts.values()) == [meant]


@pytest.mark.parametrize(
    ("kind", "obx5", "reason"),
    [
        ("ED", "^TEXT^^Base64^%%%", "NOT_BASE64"),
        ("ED", f"^Application^PDF^Base64^{encoded(b'%PDF-1.4 and no more')}", "CONTENT_NOT_READ"),
        ("ED", f"^Application^PDF^Base64^{encoded(pdf(''))}", "CONTENT_WITHOUT_TEXT"),
        ("ED", f"^Image^PNG^Base64^{encoded(chr(0x89).encode('latin-1') + b'PNG...')}", "CONTENT_NOT_READ"),
        ("RP", "doc 77&1.2.3&ISO^ARCHIVE^Application^PDF", "CONTENT_ELSEWHERE"),
    ],
)
def test_a_document_that_cannot_be_read_is_a_dead_letter_that_names_the_field(
    feed, message: Builder, kind: str, obx5: str, reason: str
) -> None:
    ended = feed.send(message("MDM^T02", TXA, f"OBX|1|{kind}|18842-5||{obx5}||||||F"))
    assert (ended.outcome, ended.reason) == ("dead_letter", reason)
    assert (reason, "OBX-5") in {(problem.code, problem.where) for problem in ended.problems}


def test_a_report_whose_pdf_is_broken_keeps_its_other_lines(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    lines = ("OBX|1|TX|18748-4^Chest X-ray^LN||Consolidation.||||||F", f"OBX|2|ED|PDF^Report||^AP^PDF^Base64^{encoded(b'%PDF-x')}||||||F")
    ended = feed.send(message("ORU^R01", "OBR|1||R1|18748-4^Diagnostic imaging study^LN|||20260504090000-0400", *lines))
    assert ended.outcome == "entries"
    assert list(feed.texts.values()) == ["Consolidation."]
    assert ("CONTENT_NOT_READ", "OBX-5") in {(problem.code, problem.where) for problem in ended.problems}


@pytest.mark.parametrize("kind", ["MDM^T02", "ORU^R01"])
def test_rtf_sent_as_lines_of_text_is_one_document(feed, message: Builder, kind: str) -> None:
    escaped = RTF.replace("\\", "\\E\\")
    lines = [f"OBX|{n}|TX|18748-4^Chest X-ray^LN||{part}||||||F" for n, part in enumerate((escaped[:165], escaped[165:]), 1)]
    head = [TXA] if kind == "MDM^T02" else ["OBR|1||R1|18748-4^Diagnostic imaging study^LN|||20260504090000-0400"]
    feed.send(message(kind, *head, *lines))
    (text,) = feed.texts.values()
    assert "".join(text.split()) == "".join(RTF_TEXT.split())


def test_files_are_bounded_by_bytes_pages_and_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, value, data in (
        ("MAX_FILE_BYTES", 100, b"x" * 101),
        ("MAX_PAGES", 1, pdf("one", "two")),
        ("MAX_CHARACTERS", 5, pdf("more than five")),
        ("MAX_CHARACTERS", 5, RTF.encode()),
    ):
        problems: list[tuple[str, str]] = []
        with monkeypatch.context() as narrow:
            narrow.setattr(content, limit, value)
            assert text_in_base64(encoded(data), problems, "OBX-5") is None
        assert problems == [("CONTENT_TOO_LARGE", "OBX-5")]


def test_no_damage_to_a_file_crashes_the_reader() -> None:
    chance = Random(7)  # damage to test with
    for whole in (pdf("Acute kidney injury", "Second page"), RTF.encode()):
        for _ in range(150):
            damaged = bytearray(whole)
            for _ in range(chance.randrange(1, 12)):
                damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
            problems: list[tuple[str, str]] = []
            read = text_in_base64(encoded(bytes(damaged)), problems, "OBX-5")
            assert (read is None) == bool(problems)


@pytest.mark.parametrize(
    "text", ["{\\rtf1", "{\\rtf1\\ansicpg99999 \\'zz}", "{\\rtf1\\u99999999 x}", "{\\rtf1 }}}} x", "{\\rtf1" + "{" * 5000]
)
def test_broken_rtf_is_words_or_a_problem(text: str) -> None:
    problems: list[tuple[str, str]] = []
    assert (words_in(text, problems, "OBX-5") is None) == bool(problems)
