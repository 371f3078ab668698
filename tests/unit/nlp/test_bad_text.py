"""Bad text: whatever comes instead of a note is read without crash or hang, its offsets are true, and no word of it is in a log or exception."""

import json
import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from opencdi.bus.room import Overlay, Record
from opencdi.bus.stepping import Stepper
from opencdi.cli.app import app
from opencdi.clinical.time import ClinicalTime
from opencdi.events.entry import Envelope, entry_of, read_entry
from opencdi.events.facts import NoteFiled
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage, FindingsPage, TextsPage
from opencdi.events.people import Person
from opencdi.events.reading import NoteRead
from opencdi.events.topics import CHART
from opencdi.knowledge.site import SiteData
from opencdi.logs import start_logging
from opencdi.nlp.legible import legible
from opencdi.nlp.reader import load_reader
from opencdi.nlp.reading import MAX_CHARACTERS, MAX_FINDINGS, Reading
from opencdi.nlp.room import nlp_room
from opencdi.settings import rules_dir
from opencdi.testing import DAY_ZERO

READER = load_reader(rules_dir() / "nlp")
ROOM = nlp_room(SiteData())
NOTE = "PMH: CKD stage 3b, HTN.\nA/P:\n1. Sepsis due to UTI. Cr 2.9, lactate 4.2.\n2. No pneumonia. Mother had stroke.\n"
SECRET = "Quixotella Zyborn"
REMAINS = {
    "html": "<html><body><p>Sepsis&nbsp;due to <b>UTI</b>.</p><table><tr><td>Cr</td><td>2.9</td></tr></table><br/>No&#160;pneumonia.</body></html>",
    "rtf": r"{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}\viewkind4\uc1\pard\f0\fs20 Sepsis due to UTI.\par No pneumonia.\'b0\par }",
    "hl7 line breaks": r"Sepsis due to UTI.\.br\No pneumonia.\.sp\\.in+4\Cr 2.9\.br\\.br\Mother had stroke.",
    "form feeds": NOTE.replace("\n", "\f") + "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029" + NOTE,
    "control characters": "".join(chr(code) + word for code, word in enumerate(NOTE.split())),
    "right-to-left marks": "\u200f\u202bSepsis\u202c due \u200eto \u2067UTI\u2069. \u202eaimenomuenp oN\u202c",
    "zero-width characters": "\ufeffSep\u200bsis, s\u00adepsis. No\u2060 pneu\u200dmonia.",
    "lone surrogates": "\ud800Sepsis \udfff due to\udc00UTI. Cr \ud83d2.9",
    "nul": "\x00Sep\x00sis\x00 No pneumonia\x00. Cr\x002.9",
    "combining marks": "A\u0301K\u0327I. " + "e" + "\u0301" * 5_000 + " Sepsis.",
    "letters of other widths": "ＳＥＰＳＩＳ ﬁbrosis İstanbul ß ŉ 𝐬𝐞𝐩𝐬𝐢𝐬 ⅷ ² ½ ٣ Cr ٢.٩",
    "empty": "",
    "white space": " \t\r\n\x0b\f\u00a0\u3000" * 500,
    "commas": "," * 100_000,
    "line breaks": "\n" * 100_000,
    "carriage returns": "\r" * 100_000,
    "one very long line": "no fever or chills and " * 9_000,
    "one very long word": "sepsis" * 30_000,
    "base64": "JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGgg" * 2_000,
    "boxes": "[ ] Sepsis [x] AKI " * 5_000,
    "question marks": "?" * 50_000 + " sepsis",
    "brackets": "(" * 30_000 + "[" * 30_000 + "sepsis" + ")" * 30_000,
    "cues without end": "no denies without history of possible " * 5_000 + "sepsis",
    "findings without end": "sepsis, AKI, pneumonia; " * 5_000,
    "numbers without end": "Cr 2.9 -> 3.1 -> 3.3 WBC 18,400 BP 85/40 " * 4_000,
}
PIECES = [
    *NOTE.split(" "),
    *(text[:60] for text in REMAINS.values()),
    SECRET,
    "\ud800",
    "\x00",
    "\\.br\\",
    "\u202e",
    "\f",
    "&nbsp;",
    "\\par ",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=30).map("".join) | st.text(
    st.characters(codec=None, categories=("Cs", "Cc", "Cf", "Zs", "Po", "Lu", "Ll", "Nd")), max_size=200
)


def true_to(text: str, reading: Reading | NoteRead) -> None:
    """Every span says what stands there; the sections cover what was read."""
    for span in (*reading.findings, *reading.values):
        assert 0 <= span.start < span.end <= MAX_CHARACTERS
        assert text[span.start : span.end] == span.text
    ends = [0, *(section.end for section in reading.sections)]
    assert [section.start for section in reading.sections] == ends[:-1]
    assert ends[-1] == (len(text) if reading.read_to is None else reading.read_to)


def filed(text: str) -> Record:
    """The entry that files this text as a note."""
    fact = NoteFiled(
        note_id="n1", revision=1, note_type="progress", author=Person(staff_id="7", role="provider"), written_at=ClinicalTime(DAY_ZERO),
        authentication="authenticated", text_hash=content_hash(text), length=len(text),
    )  # fmt: skip
    envelope = Envelope(entry_id="e", tenant="t", received_at=DAY_ZERO, source="intake", encounter_id="enc")
    return Record(CHART.name, "enc", entry_of(envelope, [FactsPage(facts=(fact,)), TextsPage(texts={"n1": text})]).encode())


def in_room(text: str) -> NoteRead:
    """The note as it leaves the room, of which the text is no part."""
    (out,) = ROOM.step({}, filed(text))
    page = read_entry(out.value).page(FindingsPage)
    assert page is not None
    return page.notes[0]


@pytest.mark.parametrize("name", REMAINS)
def test_remains_of_other_formats_are_read_and_every_offset_is_true(name: str) -> None:
    reading = READER.read(text := REMAINS[name])
    true_to(text, reading)
    assert len(reading.findings) <= MAX_FINDINGS
    assert (reading.language, reading.read_to) == ("en", None)


@pytest.mark.parametrize("name", ["html", "rtf", "hl7 line breaks", "form feeds"])
def test_what_stands_between_the_marks_is_found(name: str) -> None:
    told = {finding.concept: finding.assertion for finding in READER.read(REMAINS[name]).findings}
    assert told["sepsis"] == "present"
    assert told["urinary-tract-infection"] == "present"
    assert told.get("pneumonia") == "absent"


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("No&#160;pneumonia.", True),
        (r"Denies cough.\.br\pneumonia suspected clinically, treated.", False),
        ("no fever<br>Pneumonia improving", False),
        ("no<b> pneumonia</b>", True),
        ("no\x00\u202epneumonia", True),
        (r"w\o pneumonia", True),  # no control word: a slip of the keyboard
        ("no sputum &lt;5 or pneumonia", True),
        (r"\fs20 without \b0 pneumonia\par AKI", True),
    ],
)
def test_marks_between_the_words_change_nothing_of_what_they_deny(text: str, absent: bool) -> None:
    told = {finding.concept: finding.assertion for finding in READER.read(text).findings}
    assert (told["pneumonia"] == "absent") is absent


def test_a_quote_has_the_marks_that_stand_in_it() -> None:
    (finding,) = READER.read("acute <b>kidney</b> injury").findings
    assert (finding.concept, finding.text) == ("acute-kidney-injury", "acute <b>kidney</b> injury")


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_what_is_made_legible_keeps_every_place(text: str) -> None:
    made = legible(text)
    assert len(made) == len(text)
    assert legible(made) == made or "&" in text


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_any_text_is_read_and_every_offset_is_true(text: str) -> None:
    true_to(text, READER.read(text))


@settings(max_examples=60, deadline=None)
@given(TEXTS.filter(bool), st.data())
def test_any_stretch_of_any_text_has_a_context(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    _, cue = READER.context_at(text, start, end)
    assert cue is None or 0 <= cue[0] < cue[1] <= len(text)


def test_of_five_megabytes_the_beginning_is_read_and_the_note_says_how_far() -> None:
    text = (NOTE * 50_000)[:5_000_000]
    note = in_room(text)
    assert note.read_to == MAX_CHARACTERS
    true_to(text, note)
    assert note.findings == in_room(text[:MAX_CHARACTERS]).findings
    assert in_room(text[:MAX_CHARACTERS]).read_to is None


# --- other languages ---------------------------------------------------------------------------------------------------
SPANISH = (
    "Paciente de 67 años que acude por fiebre y disnea desde hace 3 días. Niega dolor torácico. Sin sepsis.\n"
    "Antecedentes: diabetes mellitus, hipertensión. Su madre tuvo cáncer.\nCr 2.9, Na 128. Temp 38,9. WBC 18,4. K 3,1\n"
)
FRENCH = "La patiente présente une fièvre depuis 2 jours, sans dyspnée. Antécédents: diabète. Pas de sepsis. Traitement par ceftriaxone pour une pneumonie."
GERMAN = "Die Patientin ist 80 Jahre alt und wurde mit Fieber aufgenommen. Kein Hinweis auf Sepsis, keine Pneumonie. Kreatinin 2,9."
PORTUGUESE = "Paciente refere febre há 3 dias, nega dor torácica. Não apresenta sepsis. Foi internada também por pneumonia."
ITALIAN = "La paziente riferisce febbre e dolore da 3 giorni, nega dispnea. Non è stato trovato segno di sepsis nel torace della paziente."
RUSSIAN = "Пациент жалуется на боль. Сепсис исключён. sepsis"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (SPANISH, "es"),
        (FRENCH, "fr"),
        (GERMAN, "de"),
        (PORTUGUESE, "pt"),
        (ITALIAN, "it"),
        (RUSSIAN, "und"),
        ("患者否认发热。无 sepsis。" * 3, "und"),
    ],
)
def test_a_note_in_another_language_says_so_and_yields_no_finding(text: str, language: str) -> None:
    for reading in (READER.read(text), in_room(text)):
        assert (reading.language, reading.findings) == (language, ())
        true_to(text, reading)


def test_of_a_foreign_note_the_numbers_are_read_that_no_decimal_comma_cuts() -> None:
    values = {value.analyte: value.value for value in READER.read(SPANISH).values}
    assert values == {"creatinine": 2.9, "sodium": 128.0}


@pytest.mark.parametrize(
    "text",
    [
        NOTE,
        "AKI, resolved. CKD 3b.",
        "Seen at El Camino Hospital, Los Angeles. De novo CHF. LOS 3 d. G2 para 1. Sans Souci SNF. Hospital Universitario.",
        "Pt Maria de la Cruz, speaks Spanish; says 'dolor, fiebre'. Sepsis. Denies CP. The patient was admitted from home with her son.",
        "Hepatitis B surface Ag neg. Anti-HBs pos. Lasix 40 mg PO BID, metoprolol 25 mg PO.",
        "α-thalassemia, β-blocker, µg, Δ 3",
        "",
        "12/05 13:40 2.9 138 4.1",
    ],
)
def test_terse_english_and_foreign_names_in_it_are_english(text: str) -> None:
    assert READER.read(text).language == "en"


def test_instructions_in_spanish_behind_an_english_summary_leave_it_english() -> None:
    text = (
        NOTE * 3
        + "The patient was treated for sepsis and is going home with her daughter.\nInstrucciones: beba agua. Llame si tiene fiebre o dolor.\n"
    )
    reading = READER.read(text)
    assert reading.language == "en"
    assert "sepsis" in {finding.concept for finding in reading.findings}


# --- through the doors --------------------------------------------------------------------------------------------------
def test_the_filter_reads_bad_text_in_order_and_says_language_and_length() -> None:
    texts = [*REMAINS.values(), SPANISH, "x " * 250_000]
    lines = "".join(json.dumps({"id": nth, "text": text}) + "\n" for nth, text in enumerate(texts))
    result = CliRunner().invoke(app, ["read"], input=lines)
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in told] == list(range(len(texts)))
    assert [row["language"] for row in told[-2:]] == ["es", "en"]
    assert told[-1]["read_to"] == MAX_CHARACTERS
    assert all(row.get("read_to") is None for row in told[:-1])


def test_a_text_file_with_bad_bytes_is_a_note_or_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x00\xff\xfe" + SECRET.encode() + b" No sepsis.\x0c")
    result = CliRunner().invoke(app, ["read", str(tmp_path / "a.txt")])
    assert result.exit_code in (0, 2)
    assert SECRET not in result.stderr


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_any_text_passes_the_room(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()  # half a character ends at intake; here it could not be written down
    true_to(text, in_room(text))


@pytest.mark.parametrize("name", REMAINS)
def test_no_word_of_a_note_is_logged(name: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    READER.read(SECRET + REMAINS[name][:20_000])
    in_room((SECRET + REMAINS[name][:20_000]).encode("utf-8", "replace").decode())
    assert [record for record in caplog.records if record.name.startswith("opencdi")] == []
    assert "".join(capfd.readouterr()) == ""


class _Fault:
    """A reader with a fault in it, whose exception quotes the note."""

    name, version = "rules", "0"

    def read(self, text: str, note_type: str = "other") -> Reading:
        raise RuntimeError(f"cannot read: {text}")


def test_an_exception_that_quotes_a_note_is_logged_without_what_it_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("opencdi.nlp.room.reader_named", lambda name, folder: _Fault())
    stepper = Stepper(nlp_room(SiteData()))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    start_logging("DEBUG", "rooms")
    try:
        with pytest.raises(RuntimeError) as raised:
            stepper.step(Overlay({}), filed(SECRET))
        logging.getLogger("opencdi.room").error("the room stopped", exc_info=raised.value)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    said = capsys.readouterr().err
    assert "RuntimeError at" in said
    assert SECRET not in said
