"""The coding room: entries in, codes and DRG out."""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opencdi.bus.room import Outgoing, Record, Room, SamePartition, State
from opencdi.clinical.time import ClinicalTime
from opencdi.coding.room import coding_room
from opencdi.events.audiences import DrgChanged
from opencdi.events.contract import Contract, MadeBy
from opencdi.events.entry import Entry, Envelope, Page, entry_of, read_entry
from opencdi.events.facts import (
    Coded,
    DiagnosisListed,
    DischargeCancelled,
    EncounterCancelled,
    EncounterDischarged,
    EncounterUpdated,
    InpatientOrderCancelled,
    InpatientOrdered,
    MeasurementResulted,
    PatientIdentified,
)
from opencdi.events.pages import CodingPage, FactsPage, FindingsPage, SitePage, TickPage, WorkingCode
from opencdi.events.reading import Finding, NoteRead, ValueInText
from opencdi.knowledge.site import SiteData

T0 = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)
ROOM = coding_room(SiteData())


def at(hours: float) -> ClinicalTime:
    return ClinicalTime(T0 + timedelta(hours=hours), "minute")


def finding(concept: str, start: int = 0, **told: Any) -> Finding:
    given: dict[str, Any] = {
        "kind": "diagnosis", "assertion": "present", "temporality": "current", "active": "yes", "certainty": "certain",
        "experiencer": "patient", "section": "assessment-and-plan", "attributes": {},
    }  # fmt: skip
    given |= told
    return Finding(start=start, end=start + len(concept), text=concept, concept=concept, **given)


def note(note_id: str, hours: float, *findings: Finding, **told: Any) -> NoteRead:
    given: dict[str, Any] = {
        "note_type": "progress",
        "author_role": "provider",
        "authentication": "authenticated",
        "counts": True,
        "revision": 1,
    }
    given |= told
    return NoteRead(note_id=note_id, written_at=at(hours), findings=findings, **given)


class Line:
    """One encounter's way through the room."""

    def __init__(self, room: Room = ROOM) -> None:
        self.room = room
        self.states: dict[str, State] = {}
        self.n = 0
        self.page: CodingPage | None = None
        self.changes: list[DrgChanged] = []
        self.out: list[Outgoing] = []

    def send(self, *facts: Contract, notes: Iterable[NoteRead] = (), hours: float = 0) -> "Line":
        self.n += 1
        pages: list[Page] = [FactsPage(facts=facts)] if facts else []
        if told := tuple(notes):
            pages.append(FindingsPage(as_of=f"e{self.n}", made_by=MadeBy(room="nlp", software="0"), notes=told))
        envelope = Envelope(entry_id=f"e{self.n}", tenant="demo", received_at=T0 + timedelta(hours=hours), source="t", encounter_id="enc")
        return self.step(entry_of(envelope, pages), "enc")

    def step(self, entry: Entry, key: str | None) -> "Line":
        self.out = list(self.room.step(self.states, Record("cdi.findings.v1", key, entry.encode())))
        for said in self.out:
            if said.topic.name == "cdi.drg-changes.v1":
                self.changes.append(DrgChanged.read(said.value))
            elif page := read_entry(said.value).page(CodingPage):
                self.page = page
        return self

    def code(self, code: str) -> WorkingCode | None:
        assert self.page is not None
        return next((one for one in self.page.codes if one.code == code), None)

    def status(self, code: str) -> str | None:
        found = self.code(code)
        return found.status if found else None

    @property
    def drg(self) -> str | None:
        return self.page.drg.drg if self.page and self.page.drg else None


def admitted() -> Line:
    return Line().send(
        PatientIdentified(patient_id="p", mrn="m", birth_date="1956-02-01", sex="M"),
        EncounterUpdated(visit_id="v", encounter_class="inpatient", admitted_at=at(-1), at=at(-1)),
        InpatientOrdered(at=at(0), basis="order"),
    )


def septic() -> Line:
    return admitted().send(notes=[note("hp", 1, finding("sepsis"), finding("pneumonia", 40), note_type="history-and-physical")], hours=1)


def test_an_admission_without_notes_has_no_principal_and_no_drg() -> None:
    line = admitted()
    assert line.page is not None
    assert (line.drg, line.page.no_drg) == (None, "no principal diagnosis")
    assert line.changes == []


def test_sepsis_comes_first_and_each_change_has_its_cause() -> None:
    line = septic()
    assert (line.drg, line.code("A419").role if line.code("A419") else None) == ("871", "principal")
    change = line.changes[0]
    assert (change.before, change.after.drg if change.after else None, change.cause.added, change.nth) == (None, "871", ("A419", "J189"), 1)
    assert line.page is not None
    assert line.page.drg is not None
    assert (line.page.drg.weight, line.page.drg.assumed) == (1.9425, ("disposition 01",))
    effect = {one.code: (one.drg_with, one.drg_without) for one in line.page.effects}
    assert effect == {"J189": ("871", "872")}


def test_a_retracted_note_takes_its_codes_away() -> None:
    line = septic().send(notes=[note("hp", 1, retracted=True)], hours=2)
    assert line.page is not None
    assert (line.page.codes, line.drg, line.changes[-1].after) == ((), None, None)


def test_a_newer_revision_replaces_and_an_older_one_changes_nothing() -> None:
    line = septic().send(notes=[note("hp", 1, finding("pneumonia"), revision=2, note_type="history-and-physical")], hours=2)
    assert (line.drg, line.changes[-1].cause.removed) == ("195", ("A419",))
    line.send(notes=[note("hp", 1, finding("sepsis"), revision=1)], hours=3)
    assert line.drg == "195"


@pytest.mark.parametrize(
    "told",
    [
        {"counts": False, "authentication": "unsigned"},
        {"counts": False, "author_role": "dietitian", "note_type": "dietitian"},
        {"counts": False, "query_echo": True},
    ],
)
def test_words_that_do_not_count_code_nothing(told: dict[str, Any]) -> None:
    line = septic().send(notes=[note("x", 2, finding("malnutrition", attributes={"severity": "severe"}), **told)], hours=2)
    assert line.status("E43") is None


@pytest.mark.parametrize(
    "told",
    [
        {"assertion": "absent", "active": "no"},
        {"experiencer": "other"},
        {"temporality": "historical", "active": "no"},
        {"temporality": "hypothetical", "active": "unknown"},
    ],
)
def test_what_is_not_present_in_this_patient_now_is_not_coded(told: dict[str, Any]) -> None:
    assert septic().send(notes=[note("x", 2, finding("acute-kidney-injury", **told))], hours=2).status("N179") is None


def test_uncertain_waits_for_the_final_statement() -> None:
    maybe = {"assertion": "possible", "certainty": "probable", "active": "unknown"}
    line = septic().send(notes=[note("p1", 20, finding("acute-kidney-injury", **maybe), finding("covid-19", 90, **maybe))], hours=20)
    assert line.status("N179") == "uncertain"
    line.send(EncounterDischarged(at=at(90), disposition="01"), hours=90)
    assert line.status("N179") == "uncertain", "nobody has made the final statement yet"
    line.send(
        notes=[
            note(
                "ds",
                92,
                finding("sepsis"),
                finding("acute-kidney-injury", 30, **maybe),
                finding("covid-19", 90, **maybe),
                note_type="discharge-summary",
            )
        ],
        hours=92,
    )
    assert line.status("N179") == "proposed"
    assert line.status("U071") == "flagged", "never from uncertainty"


def test_a_progress_note_of_the_day_of_discharge_is_no_final_statement_while_a_summary_is_due() -> None:
    maybe = {"assertion": "possible", "certainty": "probable", "active": "unknown"}
    last = note("last", 89, finding("sepsis"), finding("acute-kidney-injury", 30, **maybe))
    home, dead = (
        septic().send(EncounterDischarged(at=at(90), disposition=disposition), notes=[last], hours=90) for disposition in ("01", "20")
    )
    assert (home.status("N179"), dead.status("N179")) == ("uncertain", "proposed")


def test_uncertain_that_the_final_statement_does_not_repeat_is_never_coded() -> None:
    maybe = {"assertion": "possible", "certainty": "possible", "active": "unknown"}
    line = septic().send(notes=[note("p1", 20, finding("acute-kidney-injury", **maybe))], hours=20)
    line.send(EncounterDischarged(at=at(90), disposition="20"), notes=[note("last", 89, finding("sepsis"))], hours=90)
    assert line.status("N179") == "flagged"


def test_class_change_takes_the_drg_away_and_gives_it_back() -> None:
    line = septic().send(EncounterUpdated(visit_id="v", encounter_class="observation", at=at(3)), hours=3)
    assert line.page is not None
    assert (line.drg, line.page.no_drg) == (None, "class observation")
    assert line.status("A419") == "proposed", "the codes stand, the DRG does not"
    line.send(EncounterUpdated(visit_id="v", encounter_class="inpatient", at=at(4)), hours=4)
    assert [change.after.drg if change.after else None for change in line.changes] == ["871", None, "871"]
    assert [change.nth for change in line.changes] == [1, 2, 3]


def test_without_an_order_to_admit_nobody_can_say_what_was_present_before_it() -> None:
    line = septic()
    told = [line.code("A419")]
    line.send(InpatientOrderCancelled(at=at(3)), hours=3)
    told.append(line.code("A419"))
    line.send(InpatientOrdered(at=at(4), basis="first-inpatient-class"), hours=4)
    told.append(line.code("A419"))
    assert [code and code.poa for code in told] == ["Y", "undetermined", "Y"]


def test_an_unmapped_disposition_gives_no_drg_and_a_cancelled_discharge_gives_it_back() -> None:
    line = septic().send(EncounterDischarged(at=at(60)), hours=60)
    assert line.page is not None
    assert (line.drg, line.page.no_drg) == (None, "disposition unmapped")
    assert line.send(DischargeCancelled(at=at(61)), hours=61).drg == "871"


def test_a_cancelled_admission_has_neither_codes_nor_drg() -> None:
    line = septic().send(EncounterCancelled(at=at(2)), hours=2)
    assert line.page is not None
    assert (line.page.codes, line.page.no_drg, line.changes[-1].after) == ((), "encounter cancelled", None)


def test_listed_diagnoses_are_shown_and_never_satisfy() -> None:
    listed = DiagnosisListed(listing_id="l1", code=Coded(code="N17.9", system="I10"), role="working", at=at(1))
    old = DiagnosisListed(listing_id="l2", code=Coded(code="428.0", system="I9"), role="working", at=at(1))
    line = septic().send(listed, old, hours=2)
    assert line.status("N179") == "recorded"
    assert line.drg == "871"
    assert line.changes[-1].cause.added == ("A419", "J189")


def test_undetermined_poa_is_grouped_as_y_with_the_drg_under_n_beside_it() -> None:
    sore = finding("pressure-injury", attributes={"site": "sacrum", "stage": "3"})
    line = admitted().send(
        notes=[note("hp", 1, finding("urinary-tract-infection"), note_type="history-and-physical"), note("p3", 60, sore)], hours=60
    )
    assert line.page is not None
    assert line.page.drg is not None
    assert (line.page.drg.drg, line.page.drg.if_not_poa) == ("689", "690")
    assert "poa undetermined as Y" in line.page.drg.assumed
    assert line.code("L89153").poa == "undetermined"


def test_ties_stay_ties() -> None:
    line = admitted().send(
        notes=[note("hp", 1, finding("pneumonia", 0), finding("cellulitis", 50), note_type="history-and-physical")], hours=1
    )
    assert line.page is not None
    assert line.page.principal_candidates == ("J189", "L0390")


def test_a_tie_shows_the_drg_of_each_and_the_reason_for_the_admission_settles_it() -> None:
    said = [note("hp", 1, finding("pneumonia", 0), finding("cellulitis", 50), note_type="history-and-physical")]
    line = admitted().send(notes=said, hours=1)
    assert line.page is not None
    assert line.drg == "194"
    assert [(one.code, one.drg_with, one.drg_without) for one in line.page.principal_effects] == [("L0390", "602", "194")]
    line.send(EncounterUpdated(visit_id="v", admitting_reason="cellulitis, left leg", at=at(2)), hours=2)
    assert (line.page.principal_candidates, line.drg) == (("L0390",), "602")
    assert "what the patient came for" in line.code("L0390").reasons[-1]


def test_a_value_from_before_the_order_makes_a_later_diagnosis_present_on_admission() -> None:
    saturation = MeasurementResulted(
        measurement_id="m", analyte="spo2", code=Coded(code="59408-5", system="LN"), value=84, unit="%", status="final", taken_at=at(-2)
    )
    failure = [note("p3", 60, finding("acute-respiratory-failure", attributes={"type": "hypoxic"}))]
    assert admitted().send(notes=failure, hours=60).code("J9601").poa == "undetermined"
    line = admitted().send(saturation, hours=3).send(notes=failure, hours=60)
    assert line.code("J9601").poa == "Y"
    assert "spo2 84 %" in line.code("J9601").poa_reason
    line.send(saturation.model_copy(update={"status": "corrected", "value": 97.0}), hours=10)
    assert line.code("J9601").poa == "undetermined", "the correction came within a day of the order"


def test_a_drg_that_hangs_on_an_onset_is_shown_both_ways_sequenced_anew() -> None:
    headache, late = finding("headache", kind="symptom"), finding("cellulitis")
    line = admitted().send(notes=[note("hp", 1, headache, note_type="history-and-physical"), note("p4", 90, late)], hours=90)
    assert line.page is not None
    assert line.page.drg is not None
    assert (line.page.principal_candidates, line.page.drg.drg) == (("L0390",), "603")
    assert (line.page.drg.if_not_poa, line.page.drg.assumed[-1]) == ("103", "poa undetermined as Y"), "then the headache stands first"


def test_a_body_mass_index_beside_a_mere_weight_loss_is_not_coded() -> None:
    index = ValueInText(start=0, end=8, text="BMI 16.8", analyte="bmi", value=16.8, unit="kg/m2")
    said = [note("hp", 1, finding("bowel-obstruction"), finding("weight-loss", 40), note_type="history-and-physical")]
    dietitian = note("d", 20, note_type="dietitian", author_role="dietitian", counts=False, values=(index,))
    line = admitted().send(notes=[*said, dietitian], hours=20)
    assert line.status("Z681") is None
    line.send(notes=[note("p", 40, finding("malnutrition", attributes={"severity": "severe"}))], hours=40)
    assert (line.status("Z681"), line.status("R634")) == ("proposed", "flagged")


def test_the_cause_of_a_change_is_told_in_words() -> None:
    line = septic()
    assert line.changes[0].cause.words == (
        "history and physical note of 2026-05-04: principal diagnosis A41.9 Sepsis, unspecified organism; "
        "MCC J18.9 Pneumonia, unspecified organism added"
    )
    line.send(notes=[note("hp", 1, finding("sepsis"), revision=2, note_type="history-and-physical", confidentiality="R")], hours=2)
    assert (
        line.changes[-1].cause.words
        == "restricted note of 2026-05-04: MCC J18.9 Pneumonia, unspecified organism gone, no longer documented"
    )
    line.send(EncounterUpdated(visit_id="v", encounter_class="observation", at=at(3)), hours=3)
    assert line.changes[-1].cause.words == "class observation: no DRG: class observation"


def test_site_data_are_remembered_and_open_encounters_looked_at_again() -> None:
    line = septic()
    envelope = Envelope(entry_id="s1", kind="site-data", tenant="demo", received_at=T0 + timedelta(hours=2), source="t")
    line.step(entry_of(envelope, [SitePage(site=SiteData(code_year=2025).model_dump(mode="json"))]), None)
    assert line.page is not None
    assert line.page.drg is not None
    assert (line.page.drg.grouper, line.page.drg.weight) == ("42.1", None)
    assert isinstance(line.out[-1].to, SamePartition)
    assert line.send(notes=[note("p", 3, finding("acute-kidney-injury"))], hours=3).page.drg.grouper == "42.1"


def test_ticks_and_unknown_kinds_walk_on_untouched() -> None:
    for kind in ("tick", "something-newer"):
        envelope = Envelope(entry_id="t1", kind=kind, tenant="demo", received_at=T0, source="t")
        entry = entry_of(envelope, [TickPage(at=T0)])
        line = Line().step(entry, None)
        assert [(said.value, type(said.to)) for said in line.out] == [(entry.encode(), SamePartition)]


def result(n: int) -> MeasurementResulted:
    return MeasurementResulted(
        measurement_id=f"m{n}",
        analyte="creatinine",
        code=Coded(code="2160-0", system="LN"),
        value=1.0 + n,
        unit="mg/dL",
        status="final",
        taken_at=at(n),
    )


def test_results_pass_as_the_bytes_they_came_in() -> None:
    line = septic()
    envelope = Envelope(entry_id="r", tenant="demo", received_at=T0, source="t", encounter_id="enc")
    entry = entry_of(envelope, [FactsPage(facts=tuple(result(n) for n in range(8)))])
    line.step(entry, "enc")
    assert [said.value for said in line.out] == [entry.encode()]


def test_the_same_note_twice_says_nothing_new() -> None:
    line = septic()
    line.send(notes=[note("hp", 1, finding("sepsis"), finding("pneumonia", 40), note_type="history-and-physical")], hours=5)
    assert len(line.out) == 1
    assert read_entry(line.out[0].value).page(CodingPage) is None


def test_replay_gives_the_same_bytes() -> None:
    def run() -> list[bytes]:
        line, said = Line(), []
        for make in (lambda: admitted(), lambda: septic()):
            line = make()
            said += [out.value for out in line.out]
        return said

    assert run() == run()


def test_states_survive_their_codec() -> None:
    line = septic()
    for key, state in line.states.items():
        assert ROOM.codec.decode(key, ROOM.codec.encode(key, state)) == state
        assert json.loads(ROOM.codec.encode(key, state))


def test_a_flood_of_results_is_cheap() -> None:
    line = septic()
    envelope = Envelope(entry_id="r", tenant="demo", received_at=T0, source="t", encounter_id="enc")
    record = Record("cdi.findings.v1", "enc", entry_of(envelope, [FactsPage(facts=tuple(result(n) for n in range(8)))]).encode())
    best = min(_seconds(lambda: list(ROOM.step(line.states, record))) for _ in range(200))
    assert best < 1e-3, "an order of magnitude above what it takes, so that only a lost shortcut fails here"


def _seconds(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_the_label_of_a_restricted_note_travels_to_its_quotes_and_to_the_cause() -> None:
    line = admitted().send(notes=[note("hp", 1, finding("pneumonia"))], hours=1)
    assert line.changes[-1].cause.confidentiality is None
    line.send(notes=[note("v", 2, finding("sepsis"), confidentiality="V")], hours=2)
    assert (line.changes[-1].cause.confidentiality, line.changes[-1].cause.words[:10]) == ("V", "restricted")
    quoted = line.code("A419")
    assert quoted is not None
    assert [quote.confidentiality for quote in quoted.evidence] == ["V"]
    assert "confidentiality" not in (line.code("J189") or quoted).to_json().decode()
    line.send(EncounterUpdated(visit_id="v", encounter_class="observation", at=at(3)), hours=3)
    assert line.changes[-1].cause.confidentiality == "V", "no restricted note came in, but a code that rests on one went"


def test_an_open_note_that_says_the_same_takes_the_label_off() -> None:
    line = admitted().send(notes=[note("v", 1, finding("sepsis"), confidentiality="V")], hours=1)
    line.send(notes=[note("hp", 2, finding("sepsis"))], hours=2)
    line.send(EncounterUpdated(visit_id="v", encounter_class="observation", at=at(3)), hours=3)
    assert [change.cause.confidentiality for change in line.changes] == ["V", None]


def tick(line: Line, days: float) -> None:
    """The tick so many days after the admission."""
    now = T0 + timedelta(days=days)
    envelope = Envelope(entry_id="t", kind="tick", tenant="demo", received_at=now, source="gateway")
    line.step(entry_of(envelope, [TickPage(at=now)]), None)
    assert [said.to for said in line.out] == [SamePartition()]


def test_of_a_stay_long_over_nothing_is_remembered() -> None:
    line = septic().send(
        MeasurementResulted(
            measurement_id="m", analyte="spo2", code=Coded(code="2708-6"), value=80, unit="%", status="final", taken_at=at(-0.5)
        ),
        hours=2,
    )
    line.send(EncounterDischarged(at=at(48), disposition="01"), hours=48)
    assert {key.partition("/")[0] for key in line.states} == {"stay", "note", "today", "signs", "over", "due", "due-day"}
    tick(line, 36)
    assert line.drg is not None
    assert any(key.startswith("today/") for key in line.states)
    tick(line, 37)
    assert {key for key in line.states if not key.startswith("due/")} == set()


def test_a_patient_who_came_back_is_remembered() -> None:
    line = septic().send(EncounterDischarged(at=at(48), disposition="01"), hours=48).send(DischargeCancelled(at=at(49)), hours=49)
    tick(line, 90)
    assert line.send(notes=[note("d9", 2000, finding("acute-kidney-injury"))], hours=2000).status("N179") == "proposed"
