"""The nlp room: what goes on down the line, what it remembers, what a signature or a retraction changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.bus.room import Key, Overlay, Record, SamePartition, States
from opencdi.bus.stepping import Stepper
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import Authentication, AuthorRole, NoteType
from opencdi.events.contract import Contract
from opencdi.events.entry import Entry, Envelope, Page, entry_of, read_entry
from opencdi.events.facts import EncounterDischarged, NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage, FailedPage, FindingsPage, SitePage, TextsPage, TickPage
from opencdi.events.people import Person, QueryApproved, QueryEdited
from opencdi.events.reading import NoteRead
from opencdi.events.topics import CHART, FINDINGS
from opencdi.knowledge.site import SiteData
from opencdi.nlp.room import nlp_room

ROOM = nlp_room(SiteData())
NOW = datetime(2026, 5, 2, 10, tzinfo=UTC)
AT = ClinicalTime(NOW)
SEPSIS_LINE = "Sepsis secondary to urinary tract infection, ceftriaxone day 2, lactate clearing.\n"


def filed(
    text: str,
    note_id: str = "n1",
    *,
    revision: int = 1,
    note_type: NoteType = "progress",
    role: AuthorRole = "provider",
    signed: Authentication = "authenticated",
) -> tuple[NoteFiled, str]:
    fact = NoteFiled(
        note_id=note_id,
        revision=revision,
        note_type=note_type,
        author=Person(staff_id="7", role=role),
        written_at=AT,
        authentication=signed,
        text_hash=content_hash(text),
        length=len(text),
    )
    return fact, text


def step(states: States, *facts: Contract | tuple[NoteFiled, str], entry_id: str = "e") -> Entry:
    """One chart entry through the room, as bytes in and bytes out."""
    plain = tuple(fact[0] if isinstance(fact, tuple) else fact for fact in facts)
    texts = {fact[0].note_id: fact[1] for fact in facts if isinstance(fact, tuple)}
    pages: list[Page] = [FactsPage(facts=plain)]
    if texts:
        pages.append(TextsPage(texts=texts))
    envelope = Envelope(entry_id=entry_id, tenant="t", received_at=NOW, source="intake", encounter_id="enc")
    (out,) = ROOM.step(states, Record(CHART.name, "enc", entry_of(envelope, pages).encode()))
    assert (out.topic, out.to) == (FINDINGS, Key("enc"))
    return read_entry(out.value)


def notes(entry: Entry) -> tuple[NoteRead, ...]:
    page = entry.page(FindingsPage)
    return page.notes if page else ()


def concepts(note: NoteRead) -> list[str]:
    return [finding.concept for finding in note.findings]


def test_a_nurse_s_progress_note_that_says_nothing_of_its_author_does_not_count() -> None:
    (note,) = notes(step({}, filed("Pt has AKI per team.\nJ. Doe, RN", role="unknown")))
    assert (note.author_role, note.counts) == ("nurse", False)
    (note,) = notes(step({}, filed("AKI.\nJ. Roe, MD", role="unknown")))
    assert (note.author_role, note.counts) == ("provider", True)


def test_a_student_s_note_counts_once_it_is_attested_and_signed() -> None:
    states: States = {}
    text = "AKI.\nJ. Doe, MS3\nI saw and examined the patient and agree with the student's note. J. Roe, MD"
    (note,) = notes(step(states, filed(text, role="unknown", signed="unsigned")))
    assert (note.author_role, note.attested, note.counts) == ("student", True, False)
    (note,) = notes(step(states, NoteStatusChanged(note_id="n1", revision=1, authentication="authenticated", at=AT)))
    assert note.counts


def test_the_text_leaves_the_line_and_its_findings_go_on() -> None:
    entry = step({}, filed("Sepsis. No AKI."))
    assert entry.envelope.pages == ("facts", "findings")
    assert b"No AKI." not in entry.encode()
    (note,) = notes(entry)
    assert [(finding.concept, finding.active) for finding in note.findings] == [("sepsis", "yes"), ("acute-kidney-injury", "no")]
    assert note.counts


def test_an_entry_without_notes_passes_unchanged() -> None:
    assert step({}, NoteRetracted(note_id="never filed", at=AT)).envelope.pages == ("facts",)


def test_results_pass_as_the_bytes_that_came_undecoded() -> None:
    envelope = Envelope(entry_id="e", tenant="t", received_at=NOW, source="intake", encounter_id="enc", pages=("facts",))
    value = envelope.model_dump_json(indent=None).encode() + b'\n{"kind":"facts","facts":[{"kind":"measurement_resulted","not":"decoded"}]}'
    (out,) = ROOM.step({}, Record(CHART.name, "enc", value))
    assert (out.to, out.value) == (Key("enc"), value)


@pytest.mark.parametrize("kind", ["tick", "site-data", "something-newer"])
def test_what_concerns_no_encounter_passes_in_its_partition(kind: str) -> None:
    envelope = Envelope(entry_id="t1", kind=kind, tenant="t", received_at=NOW, source="intake")
    value = entry_of(envelope, [SitePage(site={}) if kind == "site-data" else TickPage(at=NOW)]).encode()
    (out,) = ROOM.step({}, Record(CHART.name, None, value))
    assert (out.to, out.value) == (SamePartition(), value)


def test_a_signature_makes_an_unsigned_note_count_without_its_text() -> None:
    states: States = {}
    (unsigned,) = notes(step(states, filed("Sepsis.", signed="unsigned")))
    (signed,) = notes(step(states, NoteStatusChanged(note_id="n1", revision=1, authentication="authenticated", at=AT)))
    assert (unsigned.counts, signed.counts) == (False, True)
    assert signed.findings == unsigned.findings


def test_a_signature_of_another_revision_changes_nothing() -> None:
    states: States = {}
    step(states, filed("Sepsis.", revision=2, signed="unsigned"))
    (note,) = notes(step(states, NoteStatusChanged(note_id="n1", revision=1, authentication="authenticated", at=AT)))
    assert (note.counts, note.authentication) == (False, "unsigned")


def test_of_a_retracted_note_nothing_is_left_and_a_late_signature_brings_nothing_back() -> None:
    states: States = {}
    step(states, filed("Sepsis."))
    (gone,) = notes(step(states, NoteRetracted(note_id="n1", at=AT)))
    (still,) = notes(step(states, NoteStatusChanged(note_id="n1", revision=1, authentication="authenticated", at=AT)))
    assert (gone.retracted, gone.counts, gone.findings) == (True, False, ())
    assert still == gone


def test_copied_text_is_marked_where_it_comes_again() -> None:
    states: States = {}
    (first,) = notes(step(states, filed(SEPSIS_LINE, "day1")))
    (second,) = notes(step(states, filed(SEPSIS_LINE + "New AKI.", "day2")))
    assert {finding.copied for finding in first.findings} == {False}
    assert {finding.concept: finding.copied for finding in second.findings}["sepsis"] is True
    assert {finding.concept: finding.copied for finding in second.findings}["acute-kidney-injury"] is False


def test_a_new_version_of_the_same_note_is_not_a_copy() -> None:
    states: States = {}
    step(states, filed(SEPSIS_LINE))
    (again,) = notes(step(states, filed(SEPSIS_LINE + "Signed.", revision=2)))
    assert {finding.copied for finding in again.findings} == {False}


def test_what_was_copied_from_a_retracted_note_is_new() -> None:
    states: States = {}
    step(states, filed(SEPSIS_LINE, "wrong patient"))
    step(states, NoteRetracted(note_id="wrong patient", at=AT))
    (note,) = notes(step(states, filed(SEPSIS_LINE, "n2")))
    assert {finding.copied for finding in note.findings} == {False}


QUESTION = (
    "Clinical clarification: infection and response to illness\n"
    "“urinary tract infection” is documented, and the indicators below have no associated diagnosis in the record.\n"
    "Clinical indicators:\n- WBC 18.2 10*3/uL (result, 2026-05-02 08:40, laboratory)\n"
    "Based on your clinical judgment, please clarify the condition that is being evaluated and treated.\n"
    "[ ] Localized infection without sepsis\n[ ] Severe sepsis\n[ ] Other (please specify)\n[ ] Unable to determine"
)


def edited(**words: object) -> QueryEdited:
    by = {"decision_id": "d", "encounter_id": "enc", "actor": Person(staff_id="c"), "decided_at": NOW, "as_of": "e0", "query_id": "q"}
    return QueryEdited.model_validate(by | {"options": {"sepsis": "Severe sepsis"}} | words)


@pytest.mark.parametrize("note_type", ["progress", "query", "other"])
def test_our_question_come_back_as_a_document_says_nothing(note_type: NoteType) -> None:
    (note,) = notes(step({}, filed(QUESTION.replace(". ", ".\n"), note_type=note_type)))
    assert (note.query_echo, note.counts, note.findings, note.values) == (True, False, (), ())


def test_our_question_quoted_in_a_progress_note_leaves_the_note_as_it_was() -> None:
    plain, quoting = "Doing better. AKI improving.\n", "Doing better. AKI improving.\nQuery: " + QUESTION
    (without,) = notes(step({}, filed(plain)))
    (quoted,) = notes(step({}, filed(quoting)))
    assert quoted.findings == without.findings
    assert (quoted.query_echo, quoted.counts) == (False, True)


def test_the_words_of_an_approval_make_nothing_ours() -> None:
    """It may yet be refused downstream: the words of a note would be lost with it."""
    states: States = {}
    told = {"decision_id": "d", "encounter_id": "enc", "actor": Person(staff_id="c"), "decided_at": NOW, "as_of": "e0", "query_id": "q"}
    step(states, QueryApproved.model_validate(told | {"shown_text": SEPSIS_LINE * 3}))
    (note,) = notes(step(states, filed(SEPSIS_LINE * 3)))
    assert "sepsis" in concepts(note)
    assert not any(key.startswith("edited/") for key in states)


def test_a_specialists_words_are_known_whatever_became_of_the_edit() -> None:
    states: States = {}
    text = QUESTION.replace("[ ] ", "")
    assert "severe-sepsis" in concepts(*notes(step({}, filed(text))))
    step(states, edited())
    step(states, edited(title="Other words", options={}))
    (note,) = notes(step(states, filed(text)))
    assert (note.query_echo, note.findings) == (True, ())


def test_what_the_provider_adds_to_the_question_is_read() -> None:
    (note,) = notes(step({}, filed(QUESTION + "\nAddendum: severe sepsis, agree.")))
    assert concepts(note) == ["severe-sepsis"]
    assert note.counts


def test_states_survive_their_codec() -> None:
    states: States = {}
    step(states, edited(), filed(SEPSIS_LINE))
    assert {key: ROOM.codec.decode(key, ROOM.codec.encode(key, state)) for key, state in states.items()} == states
    assert not any(SEPSIS_LINE.encode() in ROOM.codec.encode(key, state) for key, state in states.items())


def test_an_abort_leaves_no_memory() -> None:
    base: States = {}
    step(Overlay(base), filed(SEPSIS_LINE))
    assert base == {}


SENTENCES = ["Sepsis due to E. coli.", "No AKI.", "PMH: COPD", "\n", SEPSIS_LINE, "Cr 2.9.", "Denies fever,", "cough.", "A/P:"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(SENTENCES), max_size=5).map(" ".join), min_size=1, max_size=4))
def test_versions_one_by_one_say_what_the_last_alone_says(versions: list[str]) -> None:
    """Incremental equals a full re-read (DOMAIN B31)."""
    states: States = {}
    for number, text in enumerate(versions, 1):
        last = notes(step(states, filed(text, revision=number)))
    assert last == notes(step({}, filed(versions[-1], revision=len(versions))))


def test_a_failed_entry_leaves_its_texts_behind_too() -> None:
    (fact, text), other = filed(SEPSIS_LINE), filed("Tolerating diet.", "n2")[0]
    envelope = Envelope(entry_id="e", tenant="t", received_at=NOW, source="intake", encounter_id="enc")
    record = Record(CHART.name, "enc", entry_of(envelope, [FactsPage(facts=(fact, other)), TextsPage(texts={"n1": text})]).encode())
    dead, passed_on = Stepper(ROOM).step(Overlay({}), record)
    assert dead.value == record.value
    entry = read_entry(passed_on.value)
    assert (passed_on.topic, entry.envelope.pages) == (FINDINGS, ("facts", "failed"))
    assert entry.page(FailedPage) == FailedPage(room="nlp", reason="NOTE_WITHOUT_TEXT", where="texts")


LEFT = EncounterDischarged(at=ClinicalTime(NOW + timedelta(hours=2)), disposition="01")


def tick(states: States, days: float) -> None:
    """The tick so many days after now."""
    at = NOW + timedelta(days=days)
    envelope = Envelope(entry_id="t", kind="tick", tenant="t", received_at=at, source="gateway")
    list(ROOM.step(states, Record(CHART.name, None, entry_of(envelope, [TickPage(at=at)]).encode())))


def of_stays(states: States) -> set[str]:
    return {key for key in states if not key.startswith(("due/", "site/"))}


def test_of_a_stay_long_over_nothing_is_remembered() -> None:
    states: States = {}
    step(states, filed(SEPSIS_LINE, "day1"), filed(SEPSIS_LINE + "New acute kidney injury, likely from dehydration.", "day2"), edited())
    step(states, filed(SEPSIS_LINE.replace("day 2", "day 3"), "day1", revision=2))
    step(states, NoteRetracted(note_id="day2", at=AT))
    step(states, LEFT)
    assert {key.partition("/")[0] for key in states} == {"note", "stay", "line", "edited", "over", "due", "due-day"}
    tick(states, 34)
    assert any(key.startswith("note/") for key in states)
    tick(states, 35)
    assert of_stays(states) == set()


def test_what_comes_later_to_a_stay_long_over_passes_as_it_is() -> None:
    states: States = {}
    step(states, filed(SEPSIS_LINE, signed="unsigned"), LEFT)
    tick(states, 35)
    late = step(
        states, NoteStatusChanged(note_id="n1", revision=1, authentication="authenticated", at=AT), NoteRetracted(note_id="n1", at=AT)
    )
    assert late.envelope.pages == ("facts",)
    assert of_stays(states) == set()


def test_the_site_says_how_long_a_bill_is_held() -> None:
    states: States = {}
    page = SitePage(site=SiteData(bill_hold_days=9).model_dump(mode="json"))
    envelope = Envelope(entry_id="s", kind="site-data", tenant="t", received_at=NOW, source="gateway")
    list(ROOM.step(states, Record(CHART.name, None, entry_of(envelope, [page]).encode())))
    step(states, filed(SEPSIS_LINE), LEFT)
    tick(states, 35)
    assert of_stays(states) != set()
    tick(states, 40)
    assert of_stays(states) == set()


def test_a_ward_that_comes_and_goes_needs_no_more_memory_in_its_second_month() -> None:
    states: States = {}
    held = []
    for day in range(90):
        at = NOW + timedelta(days=day)
        fact, text = filed(SEPSIS_LINE, f"n{day}")
        left = EncounterDischarged(at=ClinicalTime(at))
        envelope = Envelope(entry_id="e", tenant="t", received_at=at, source="intake", encounter_id=f"enc{day}")
        list(
            ROOM.step(
                states,
                Record(
                    CHART.name, "k", entry_of(envelope, [FactsPage(facts=(fact, left)), TextsPage(texts={fact.note_id: text})]).encode()
                ),
            )
        )
        tick(states, day + 0.5)
        held.append(len(states))
    assert max(held[40:]) == held[40]
