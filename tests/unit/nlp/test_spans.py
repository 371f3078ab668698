"""Every quote equals the text at its offsets, whatever its letters, line ends and wrapping (DOMAIN B30)."""

from datetime import UTC, datetime
from unicodedata import normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opencdi.bus.room import Record
from opencdi.clinical.time import ClinicalTime
from opencdi.events.entry import Envelope, entry_of, read_entry
from opencdi.events.facts import NoteFiled
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage, FindingsPage, TextsPage
from opencdi.events.people import Person
from opencdi.events.topics import CHART
from opencdi.intake.content import words_in
from opencdi.knowledge.site import SiteData
from opencdi.nlp.reader import load_reader
from opencdi.nlp.room import nlp_room
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
ROOM = nlp_room(SiteData())
NOW = datetime(2026, 5, 2, 10, tzinfo=UTC)
SAID = [
    "Sepsis due to E. coli UTI", "no fever", "AKI", "acute\tkidney\tinjury", "Cr 2.9", "BP 85/40", "T 38.9", "CKD stage 3b", "# Pneumonia: RLL",
    "anémie", "oedème", "[x] Yes", "mother with stroke", "A/P:", "PMH:",
]  # fmt: skip
LETTERS = [
    "\r\n", "\n", "\r", "\\.br\\", "\t", "\x0b", "\x0c", "\x85", "\u2028", "\xa0", "\u200b", "\ufeff", "\u202e", "\u0301", "a\u0308\u0301",
    "İ", "ß", "ﬁ", "Å", "\U0001f600", "\U0001d552", "👩\u200d⚕️", "한국", "عربي", "ﷺ", "\x00", "…", "—", "½",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(SAID) | st.sampled_from(LETTERS) | st.text(max_size=6), max_size=30).map("".join)


def assert_exact(text: str) -> int:
    reading = READER.read(text)
    for span in (*reading.findings, *reading.values):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.text
    for section, following in zip(reading.sections, reading.sections[1:], strict=False):
        assert section.end <= following.start
    return len(reading.findings)


@settings(max_examples=250, deadline=None)
@given(TEXTS)
@example("İİİ Sepsis. ﬁﬁ AKI")  # letters that grow when their case changes
@example("\U0001f600" * 9 + " acute\r\nkidney injury")
def test_offsets_count_the_texts_own_letters(text: str) -> None:
    assert_exact(text)


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.sampled_from(["NFC", "NFD", "NFKD"]))
def test_no_letter_is_put_in_another_form(text: str, form: str) -> None:
    assert_exact(normalize(form, text))  # type: ignore[arg-type]  # one of the forms


@pytest.mark.parametrize("between", ["\r\n", "\r", "\\.br\\", "\x0b", "<br/>", "\n\n", "\t", "\xa0", " 👩\u200d⚕️ "])
def test_a_condition_is_found_behind_them(between: str) -> None:
    text = f"Assessment{between}Sepsis due to UTI.{between}AKI improving.{between}"
    assert assert_exact(text) >= 2


RTF = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 \b Diagnosis:\b0  acute kidney injury\par Sepsis due to UTI\'85 \u8805? 2, Caf\'e9\tab AKI}"
HTML = "<html><body><p>Diagnosis:&nbsp;acute kidney&#32;injury</p><ul><li>Sepsis &lt;36h</li><li>caf&eacute; AKI &#128512;</li></ul></body></html>"


@pytest.mark.parametrize("wrapped", [RTF, HTML, "plain\r\nSepsis.\x0cAKI\x00 and UTI", "lone \ud800 letter, sepsis and AKI"])
def test_quotes_are_of_the_words_that_intake_took_out(wrapped: str) -> None:
    text = words_in(wrapped, [], "OBX-5")
    assert text is not None
    assert assert_exact(text) >= 2


@settings(max_examples=80, deadline=None)
@given(TEXTS.map(lambda text: words_in(text, [], "OBX-5") or ""))
def test_on_the_line_too_in_bytes_and_back(text: str) -> None:
    """The text as it stands on the chart topic, the quotes as they stand on the findings topic."""
    fact = NoteFiled(
        note_id="n",
        note_type="progress",
        author=Person(staff_id="7", role="provider"),
        written_at=ClinicalTime(NOW),
        authentication="authenticated",
        text_hash=content_hash(text),
        length=len(text),
    )
    envelope = Envelope(entry_id="e", tenant="t", received_at=NOW, source="intake", encounter_id="enc")
    came = entry_of(envelope, [FactsPage(facts=(fact,)), TextsPage(texts={"n": text})]).encode()
    (out,) = ROOM.step({}, Record(CHART.name, "enc", came))
    texts, findings = read_entry(came).page(TextsPage), read_entry(out.value).page(FindingsPage)
    assert texts is not None
    assert findings is not None
    for note in findings.notes:
        for span in (*note.findings, *note.values):
            assert texts.texts["n"][span.start : span.end] == span.text
