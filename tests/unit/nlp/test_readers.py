"""Readers are replaceable: chosen by a site's data, found by name, one of a site's own as an entry point."""

import subprocess
import sys
from pathlib import Path

import pytest

from opencdi.bus.room import Record, States
from opencdi.cli.line import line_of, site_data
from opencdi.clinical.time import ClinicalTime
from opencdi.events.entry import Envelope, entry_of, read_entry
from opencdi.events.facts import NoteFiled
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage, FindingsPage, SitePage, TextsPage
from opencdi.events.people import Person
from opencdi.events.problems import Unusable
from opencdi.events.topics import CHART
from opencdi.knowledge.site import SiteData
from opencdi.nlp.readers import NoSuchReader, check_reader, reader_named
from opencdi.nlp.room import nlp_room
from opencdi.settings import rules_dir
from opencdi.testing import DAY_ZERO

ECHO = '''
"""A reader as a site would bring it: it reads one word."""
from opencdi.events.reading import Finding, Section
from opencdi.nlp.context import Context
from opencdi.nlp.reading import Reading

YES = Context("present", "current", "yes", "certain", "patient")

class OneWord:
    name, version = "one-word", "7"

    def read(self, text, note_type="other"):
        at = text.find("sepsis")
        told = [] if at < 0 else [Finding(start=at, end=at + 6, text="sepsis", concept="sepsis", kind="diagnosis", assertion="present",
            temporality="current", active="yes", certainty="certain", experiencer="patient", section="other")]
        return Reading((Section(kind="other", start=0, end=len(text)),), tuple(told), ())

    def context_at(self, text, start, end):
        return YES, None

def load(folder):
    assert (folder / "concepts.yaml").exists()
    return OneWord()
'''


@pytest.fixture
def one_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with a reader, installed."""
    told = tmp_path / "one_word-7.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: one-word\nVersion: 7\n")
    (told / "entry_points.txt").write_text("[opencdi.readers]\none-word = one_word_reader:load\n")
    (tmp_path / "one_word_reader.py").write_text(ECHO)
    monkeypatch.syspath_prepend(str(tmp_path))


def filed(text: str) -> bytes:
    fact = NoteFiled(
        note_id="n1", revision=1, note_type="progress", author=Person(staff_id="7", role="provider"), written_at=ClinicalTime(DAY_ZERO),
        authentication="authenticated", text_hash=content_hash(text), length=len(text),
    )  # fmt: skip
    envelope = Envelope(entry_id="e", tenant="t", received_at=DAY_ZERO, source="intake", encounter_id="enc")
    return entry_of(envelope, [FactsPage(facts=(fact,)), TextsPage(texts={"n1": text})]).encode()


def site_told(**fields: object) -> bytes:
    envelope = Envelope(entry_id="s", kind="site-data", tenant="t", received_at=DAY_ZERO, source="intake")
    return entry_of(envelope, [SitePage(site={"name": "t", **fields})]).encode()


def read_in(room, states: States, value: bytes, key: str | None = "enc") -> FindingsPage:
    (out,) = room.step(states, Record(CHART.name, key, value))
    page = read_entry(out.value).page(FindingsPage)
    assert page is not None
    return page


def test_the_rule_reader_is_the_default_and_says_which_rules_it_read_by() -> None:
    reader = reader_named(SiteData().reader, rules_dir() / "nlp")
    page = read_in(nlp_room(SiteData()), {}, filed("No sepsis."))
    assert (reader.name, page.made_by.model) == ("rules", f"rules/{reader.version}")
    assert [finding.assertion for finding in page.notes[0].findings] == ["absent"]


@pytest.mark.usefixtures("one_word")
def test_a_reader_that_a_site_installed_reads_where_its_site_data_name_it() -> None:
    page = read_in(nlp_room(SiteData(reader="one-word")), {}, filed("No sepsis, no AKI."))
    assert page.made_by.model == "one-word/7"
    assert [(finding.text, finding.assertion) for finding in page.notes[0].findings] == [("sepsis", "present")]


@pytest.mark.usefixtures("one_word")
def test_site_data_that_come_down_the_line_name_another_reader() -> None:
    room, states = nlp_room(SiteData()), dict[str, object]()
    assert read_in(room, states, filed("No sepsis.")).made_by.model.startswith("rules/")
    list(room.step(states, Record(CHART.name, None, site_told(reader="one-word"))))
    assert read_in(room, states, filed("No sepsis.")).made_by.model == "one-word/7"
    list(room.step(states, Record(CHART.name, None, site_told())))
    assert read_in(room, states, filed("No sepsis.")).made_by.model.startswith("rules/")


def test_site_data_with_a_reader_that_is_not_installed_are_refused() -> None:
    with pytest.raises(Unusable, match="NO_SUCH_READER reader"):
        list(nlp_room(SiteData()).step({}, Record(CHART.name, None, site_told(reader="bert"))))


def test_an_unknown_reader_is_one_clear_line_at_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("name: general\nreader: bert\n")
    with pytest.raises(BaseException, match="2"):
        site_data(site)
    (line,) = capsys.readouterr().err.splitlines()
    assert "there is no reader “bert”; there are medspacy, rules" in line
    with pytest.raises(NoSuchReader):
        line_of(SiteData(reader="bert"), lambda tenant: b"key")["nlp"]()


def test_medspacy_is_imported_only_when_it_is_named() -> None:
    code = (
        "import sys; from opencdi.nlp.room import nlp_room; from opencdi.knowledge.site import SiteData;"
        "nlp_room(SiteData()); assert not {'medspacy', 'spacy', 'loguru'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_medspacy_where_it_is_not_installed_says_how_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opencdi.nlp.readers.find_spec", lambda name: None)
    with pytest.raises(NoSuchReader, match=r"pip install 'opencdi\[medspacy\]'"):
        check_reader("medspacy")


@pytest.mark.filterwarnings("ignore:.W036.:UserWarning")
def test_medspacy_reads_and_judges_over_our_terms_and_logs_no_word(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("medspacy", reason="the extra medspacy is not installed here", exc_type=ImportError)
    reader = reader_named("medspacy", rules_dir() / "nlp")
    text = "\ud800 No fever, chills.\nMother had stroke.\nPossible pneumonia.\nh/o AKI."
    told = {finding.text: finding for finding in reader.read(text).findings}
    assert {words: (found.assertion, found.temporality, found.experiencer, found.active) for words, found in told.items()} == {
        "fever": ("absent", "current", "patient", "no"),
        "chills": ("absent", "current", "patient", "no"),
        "stroke": ("present", "current", "other", "no"),
        "pneumonia": ("possible", "current", "patient", "unknown"),
        "AKI": ("present", "historical", "patient", "no"),
    }
    assert all(text[found.start : found.end] == found.text for found in told.values())
    context, cue = reader.context_at("No evidence of pneumonia.", 15, 24)
    assert (context.assertion, cue) == ("absent", (0, 14))
    assert "pneumonia" not in "".join(capfd.readouterr())
