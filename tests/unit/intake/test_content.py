"""OBX-5 of type ED and RP: base64 text, RTF and PDF (DOMAIN B02); what cannot be read is a problem with its field, never a crash."""

from base64 import b64encode
from collections.abc import Callable
from random import Random

import pytest

from opencdi.events.facts import NoteFiled
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage
from opencdi.intake import content
from opencdi.intake.content import text_in_base64, words_in
from opencdi.intake.memory import Held

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


CDA = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Discharge</title><recordTarget><patientRole><patient><name>JANE DOE</name></patient></patientRole>
</recordTarget><component><structuredBody>
<component><section><code code="10183-2"/><title>Hospital Course</title><text>
  <paragraph>Sepsis &amp; AKI,<br/>resolved.</paragraph>
  <list><item>Cr <content styleCode="Bold">2.9</content></item><item><content revised="delete">Stroke</content><content revised="insert">TIA</content></item></list>
  <table><tbody><tr><th>Na</th><td>131</td></tr></tbody></table></text>
  <entry><act><text>not shown</text><code displayName="coded"/></act></entry>
  <component><section><title>Procedures</title><text>None</text></section></component></section></component>
</structuredBody></component></ClinicalDocument>"""
CDA_TEXT = "Hospital Course\nSepsis & AKI,\nresolved.\nCr 2.9\nTIA\nNa\t131\nProcedures\nNone"
CDA_WITH_FILE = (
    '<cda:ClinicalDocument xmlns:cda="urn:hl7-org:v3"><cda:component><cda:nonXMLBody><cda:text mediaType="application/pdf" representation="B64">'
    f"{encoded(pdf('Sepsis in a file'))}</cda:text></cda:nonXMLBody></cda:component></cda:ClinicalDocument>"
)
HTML = '<!DOCTYPE html><html><head><title>x</title><meta charset="iso-8859-1"></head><body><h1>Plan</h1><p>Café, <b>no</b> fever</p></body></html>'
BOMB = '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + CDA[CDA.index("<Clinical") :].replace("None", "&b;")


@pytest.mark.parametrize(
    ("data", "meant"),
    [
        (CDA.encode(), CDA_TEXT), (CDA.encode("utf-16"), CDA_TEXT), (CDA_WITH_FILE.encode(), "Sepsis in a file"),
        (HTML.encode("iso-8859-1"), "Plan\nCafé, no fever"), (HTML.encode(), "Plan\nCafé, no fever"),
        ("<p>Žilina</p><!-- charset=iso-8859-2 -->".encode("iso-8859-2"), "Žilina"), ("\ufeffSepsis".encode("utf-16-le"), "Sepsis"),
    ],
    ids=["CDA", "CDA in UTF-16", "CDA around a PDF", "HTML in Latin-1", "HTML in UTF-8 that says otherwise", "Latin-2", "UTF-16"],
)  # fmt: skip
def test_markup_reads_as_it_is_shown_in_ed_and_in_an_attachment(new_feed, message: Builder, data: bytes, meant: str) -> None:
    feed = new_feed()
    feed.send(message("MDM^T02", TXA, f"OBX|1|ED|18842-5||^TEXT^XML^Base64^{encoded(data)}||||||F"))
    assert list(feed.texts.values()) == [meant]
    feed = new_feed()
    feed.send(document({"contentType": "text/xml", "data": encoded(data)}))
    assert [fact.text_hash for fact in held(feed)] == [content_hash(meant)]


def document(attachment: dict[str, str]) -> dict[str, object]:
    """A DocumentReference with that attachment; nobody knows the patient yet."""
    return {"resourceType": "DocumentReference", "id": "d", "status": "current", "docStatus": "final", "subject": {"reference": "Patient/p"},
            "date": "2026-05-04T10:00:00-04:00", "type": {"coding": [{"system": "http://loinc.org", "code": "18842-5"}]},
            "content": [{"attachment": attachment}]}  # fmt: skip


def held(feed) -> list[NoteFiled]:
    """The notes that wait for their encounter."""
    pages = [FactsPage.read(state.page) for state in feed.states.values() if isinstance(state, Held)]
    return [fact for page in pages for fact in page.facts if isinstance(fact, NoteFiled)]


@pytest.mark.parametrize("kind", ["MDM^T02", "ORU^R01"])
@pytest.mark.parametrize(("whole", "meant"), [(CDA, CDA_TEXT), (HTML, "Plan\nCafé, no fever")], ids=["CDA", "HTML"])
def test_markup_sent_as_lines_of_text_is_one_document(feed, message: Builder, kind: str, whole: str, meant: str) -> None:
    escaped = whole.replace("&", "\\T\\").split("\n")
    lines = [f"OBX|{n}|TX|18748-4^Report^LN||{line}||||||F" for n, line in enumerate(escaped, 1)]
    head = [TXA] if kind == "MDM^T02" else ["OBR|1||R1|18748-4^Diagnostic imaging study^LN|||20260504090000-0400"]
    feed.send(message(kind, *head, *lines))
    assert list(feed.texts.values()) == [meant]


@pytest.mark.parametrize(
    "text",
    [BOMB, CDA[:-40], CDA.replace("</title>", ""), "<ClinicalDocument>" + "<section>" * 20_000],
    ids=["bomb", "cut off", "broken", "deep"],
)
def test_a_clinical_document_that_is_none_is_a_problem_and_no_crash(text: str) -> None:
    problems: list[tuple[str, str]] = []
    assert words_in(text, problems, "OBX-5") is None
    assert problems == [("CONTENT_NOT_READ", "OBX-5")]


@pytest.mark.parametrize("text", ["<5 days of fever", "T < 38 and BP <90", "<script> of the play", "BMI 41"])
def test_words_that_begin_like_markup_are_words(text: str) -> None:
    assert words_in(text, [], "OBX-5") == text
    assert text_in_base64(encoded(text.encode()), [], "OBX-5") == text


def test_hex_is_read_and_what_is_none_is_named(feed, message: Builder) -> None:
    feed.send(message("MDM^T02", TXA, f"OBX|1|ED|18842-5||^TEXT^^Hex^{b'Sepsis.'.hex()}||||||F"))
    assert list(feed.texts.values()) == ["Sepsis."]
    ended = feed.send(message("MDM^T02", TXA.replace("D1", "D2"), "OBX|1|ED|18842-5||^TEXT^^Hex^xyz||||||F"))
    assert (ended.outcome, ended.reason) == ("dead_letter", "NOT_HEX")


def test_an_attachment_is_the_binary_that_came_with_it_or_is_elsewhere(new_feed) -> None:
    feed = new_feed()
    binary = {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": encoded(b"Sepsis.")}
    entries = [{"resource": document({"url": "Binary/b"})}, {"resource": binary}]
    feed.send({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert [fact.text_hash for fact in held(feed)] == [content_hash("Sepsis.")]
    ended = new_feed().send(document({"url": "https://elsewhere.example/Binary/b"}))
    assert (ended.outcome, ended.reason) == ("dead_letter", "CONTENT_ELSEWHERE")
