"""Second tries, history, and the same note from two systems."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from opencdi.intake.room import intake_room
from opencdi.knowledge.site import SiteData

Builder = Callable[..., str]
GOLIVE = datetime(2026, 5, 7, 12, 5, tzinfo=UTC)


def note(message: Builder, text: str = "Sepsis is improving.", number: str = "D1", status: str = "AU", trigger: str = "T02",
         written: str = "20260504100000-0400", **options: str) -> str:  # fmt: skip
    txa = f"TXA|1|11506-3^Progress note^LN|TX|{written}|77^Lindqvist^Sara|{written}|||77^Lindqvist^Sara|||{number}|||||{status}"
    return message(f"MDM^{trigger}", txa, f"OBX|1|TX|11506-3^^LN||{text}||||||F", **{"at": written, **options})


def kinds_of(feed: Any) -> list[str]:
    return [entry.envelope.kind for entry in feed.entries]


# --- second tries ---------------------------------------------------------------------------------------------------
def test_a_second_try_says_which_dead_letter_it_mends(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ADT^A08", at="20260504090000-0400", pv1="E"), replays="m0-0")
    assert [entry.envelope.replays for entry in feed.entries] == [None, "m0-0"]


def test_a_dead_letter_was_not_applied_so_its_second_try_is_no_duplicate(new_feed, message: Builder, site: SiteData) -> None:
    feed = new_feed()
    body = message("ADT^Z99")
    assert feed.send(body, ce_id="first").outcome == "dead_letter"
    assert feed.send(body, ce_id="second", replays="first").outcome == "dead_letter"
    good = body.replace("ADT^Z99", "ADT^A01")
    assert feed.send(good).outcome == "entries"


def test_what_a_room_behind_could_not_step_is_said_again_whole(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(note(message))
    result = message("ORU^R01", "OBR|1||F1|24323-8^Panel^LN", "OBX|1|NM|2160-0^Creatinine^LN||2.9|mg/dL|||||F", at="20260504110000-0400")
    feed.send(result)
    before = len(feed.entries)
    assert feed.send(note(message), replays="m2-0").outcome == "entries"
    assert feed.send(result, replays="m3-0").outcome == "entries"
    assert feed.send(message("ADT^A01"), replays="m1-0").outcome == "entries"
    read, resulted, admitted = feed.entries[before:]
    assert [entry.envelope.replays for entry in (read, resulted, admitted)] == ["m2-0", "m3-0", "m1-0"]
    assert read.has("texts")
    assert [fact.revision for fact in feed.of("note_filed")] == [1, 1]
    assert len(feed.of("measurement_resulted")) == 2
    assert feed.kinds().count("encounter_updated") == 2
    assert feed.send(result).outcome == "no_effect"


# --- history (DOMAIN F.18) ------------------------------------------------------------------------------------------
def test_a_back_load_is_history_without_texts(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"), backload=True)
    feed.send(note(message), backload=True)
    feed.send(message("ADT^A03", at="20260505080000-0400"), backload=True)
    assert kinds_of(feed) == ["history"] * 3
    assert not any(entry.has("texts") for entry in feed.entries)
    # Nobody is asked about a stay that was over before we went live, however late its last report comes.
    feed.send(note(message, "Final pathology.", "D2", at="20260506080000-0400"))
    assert kinds_of(feed)[-1] == "history"


def test_a_back_load_and_a_second_try_do_not_break_a_feeds_silence(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"), backload=True)
    feed.send(note(message), name="mdm", backload=True)
    feed.send(note(message, "Late.", "D2"), name="mdm", replays="m0")
    assert not any(key.startswith("feeds/") for key in feed.states)


def test_the_first_live_word_about_an_open_stay_brings_what_came_before(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"), backload=True)
    feed.send(note(message), backload=True)
    feed.send(note(message, "Still febrile.", "D2", at="20260505080000-0400"))
    feed.send(note(message, "Better.", "D3", at="20260506080000-0400"))
    assert kinds_of(feed) == ["history", "history", "entry", "entry"]
    live = json.loads(feed.entries[2].raw("facts") or b"")["facts"]
    assert [fact["kind"] for fact in live] == [
        "patient_identified", "encounter_updated", "inpatient_ordered", "note_filed", "note_filed",
    ]  # fmt: skip
    assert len(json.loads(feed.entries[2].raw("texts") or b"")["texts"]) == 2
    assert len(json.loads(feed.entries[3].raw("facts") or b"")["facts"]) == 1


def test_an_old_stay_that_is_opened_again_is_live(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"), backload=True)
    feed.send(message("ADT^A03", at="20260505080000-0400"), backload=True)
    feed.send(message("ADT^A13", at="20260506080000-0400"))
    assert kinds_of(feed)[-1] == "entry"


def test_what_came_before_go_live_is_history(site: SiteData, new_feed, message: Builder) -> None:
    feed = new_feed()
    feed.room = intake_room(lambda _: b"k" * 32, site.model_copy(update={"golive_at": GOLIVE}))
    feed.send(message("ADT^A01"), at=GOLIVE - timedelta(minutes=1))
    feed.send(note(message), at=GOLIVE)
    assert kinds_of(feed) == ["history", "entry"]


def test_history_that_moves_stays_whole(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="V1", account="A1"), backload=True)
    feed.send(note(message, visit="V1", account="A1"), backload=True)
    feed.send(message("ADT^A01", visit="V2", account="A2", at="20260504110000-0400"))
    feed.send(message("ADT^A41", "MRG|||A1", visit="", account="A2", at="20260504120000-0400"))
    moved = feed.entries[-2:]
    assert {entry.envelope.kind for entry in moved} == {"entry"}
    assert any(entry.has("texts") for entry in moved)


# --- one note, two systems (DOMAIN B04, F.5) ------------------------------------------------------------------------
def test_the_same_note_from_two_systems_is_one_note_with_two_provenances(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(note(message, status="DO"))
    other = note(message, number="X-77", sender="SCRIBE", status="DO", written="20260504101500-0400")
    assert feed.send(other, name="scribe").outcome == "entries"
    (filed,) = feed.of("note_filed")
    (provenance,) = feed.of("note_provenance_added")
    assert (provenance.note_id, provenance.source) == (filed.note_id, "scribe")
    assert feed.send(other.replace("|P|2.5.1", "|P|2.5.1||"), name="scribe").outcome == "no_effect"
    # Whichever system says that it is signed, it is.
    feed.send(note(message, number="X-77", sender="SCRIBE", at="20260504120000-0400"), name="scribe")
    assert [(f.note_id, f.authentication) for f in feed.of("note_status_changed")] == [(filed.note_id, "authenticated")]


LINES = "Sepsis due to pneumonia.\nAKI, Cr 2.9 → resolving\n"
RTF = r"{\rtf1\ansi\ansicpg1252 Sepsis due to  pneumonia.\par\par AKI, Cr 2.9 \u8594? resolving\par}"
PAPER = {
    "lines": LINES, "one line": LINES.replace("\n", " "), "CRLF": LINES.replace("\n", "\r\n\r\n"), "RTF": RTF,
    "HTML": "<html><body><p>Sepsis due to&nbsp;pneumonia.</p><p>AKI, Cr 2.9 &rarr; resolving</p></body></html>",
}  # fmt: skip


def as_document(text: str, encoding: str = "utf-8") -> dict[str, object]:
    """The same note as a DocumentReference of the stay V1."""
    return {
        "resourceType": "DocumentReference", "id": "d", "status": "current", "docStatus": "final", "date": "2026-05-04T10:00:00-04:00",
        "subject": {"identifier": {"system": "MERCY", "value": "100"}}, "type": {"coding": [{"code": "PR"}]},
        "context": {"encounter": [{"identifier": {"system": "MERCY", "value": "V1"}}]},
        "content": [{"attachment": {"data": b64encode(text.encode(encoding)).decode()}}],
    }  # fmt: skip


@pytest.mark.parametrize("hl7_first", [True, False], ids=["HL7 first", "FHIR first"])
@pytest.mark.parametrize(("sent", "other"), tuple(permutations(PAPER, 2)))
def test_the_same_words_on_other_paper_are_one_note_with_two_provenances(
    feed, message: Builder, sent: str, other: str, *, hl7_first: bool
) -> None:
    feed.send(message("ADT^A01"))
    obx5 = "^TEXT^^Base64^" + b64encode(PAPER[sent].encode()).decode()
    by_hl7 = message("MDM^T02", "TXA|1|PR|TX|20260504100000-0400|||||77^Lee^Ann|||D1|||||AU",
                     f"OBX|1|ED|||{obx5}||||||F")  # fmt: skip
    told = [(by_hl7, "ehr"), (as_document(PAPER[other], "utf-16" if other == "lines" else "utf-8"), "fhir")]
    for body, name in told if hl7_first else reversed(told):
        assert feed.send(body, name=name).outcome == "entries"
    (filed,) = feed.of("note_filed")
    (provenance,) = feed.of("note_provenance_added")
    assert (provenance.note_id, provenance.source) == (filed.note_id, "fhir" if hl7_first else "ehr")


def test_a_copy_may_be_cancelled_and_the_original_stands(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(note(message))
    feed.send(note(message, number="X-77", sender="SCRIBE"), name="scribe")
    gone = note(message, number="X-77", sender="SCRIBE", trigger="T11", at="20260504130000-0400")
    assert feed.send(gone, name="scribe").outcome == "no_effect"
    assert feed.of("note_retracted") == []
    feed.send(note(message, trigger="T11", at="20260504140000-0400"))
    assert len(feed.of("note_retracted")) == 1


def test_the_same_words_by_one_sender_or_on_another_day_are_two_notes(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(note(message, "No change."))
    feed.send(note(message, "No change.", "D2", at="20260504120000-0400"))
    feed.send(note(message, "No change.", "X-1", sender="SCRIBE", written="20260506100000-0400"), name="scribe")
    assert len({fact.note_id for fact in feed.of("note_filed")}) == 3


@pytest.mark.parametrize("last", ["ADT^A01", "ADT^A03", "ADT^A13", "ADT^A11"])
def test_a_second_try_says_again_what_stands_of_the_patient_and_the_visit(feed, message, last: str) -> None:
    told = {kind: message(kind, at=f"2026050408{nth}000-0400") for nth, kind in enumerate(("ADT^A01", "ADT^A03", "ADT^A13", "ADT^A11"))}
    for kind, body in told.items():
        first = len(feed.all)
        feed.send(body, ce_id=f"run-{kind[-2:]}")
        said = {fact.kind for fact in feed.all[first:]}
        if kind == last:
            break
    before = len(feed.all)
    feed.send(told[last], ce_id="again", replays=f"run-{last[-2:]}-0")
    again = {fact.kind for fact in feed.all[before:]}
    assert said <= again
    assert last == "ADT^A11" or "patient_identified" in again
