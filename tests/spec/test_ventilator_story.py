"""Sepsis and a ventilator: the note's words to DRG 870 (DOMAIN B46)."""

from datetime import UTC, datetime

from opencdi.bus.room import Record, State
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.coding.room import coding_room
from opencdi.events.contract import Contract, MadeBy
from opencdi.events.entry import Envelope, Page, entry_of, read_entry
from opencdi.events.facts import Coded, EncounterDischarged, EncounterUpdated, InpatientOrdered, PatientIdentified, ProcedureRecorded
from opencdi.events.pages import CodingPage, FactsPage, FindingsPage, WorkingProcedure
from opencdi.events.reading import NoteRead
from opencdi.knowledge.site import SiteData
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
ROOM = coding_room(SiteData(timezone="America/New_York"))

LAST_WEEK = ClinicalTime(datetime(2026, 4, 29, 12, tzinfo=UTC), "minute")
"""Four days before the admission: no longer of the stay (42 CFR 412.2(c)(5))."""


def when(day: int, hour: int = 12, minute: int = 0) -> ClinicalTime:
    return ClinicalTime(datetime(2026, 5, day, hour + 4, minute, tzinfo=UTC), "minute")  # hours of New York


class Stay:
    """One admission through the coding room, its notes read by the real reader."""

    def __init__(self) -> None:
        self.states: dict[str, State] = {}
        self.entries = 0
        self.page = CodingPage(as_of="", made_by=MadeBy(room="coding", software="0"), codes=())
        self.facts(
            PatientIdentified(patient_id="p", mrn="m", birth_date="1956-02-01", sex="M"),
            EncounterUpdated(visit_id="v", encounter_class="inpatient", admitted_at=when(3, 9), at=when(3, 9)),
            InpatientOrdered(at=when(3, 10), basis="order"),
        )

    def facts(self, *facts: Contract, day: int = 3) -> "Stay":
        return self._step(FactsPage(facts=facts), day)

    def note(self, text: str, day: int, hour: int = 12, note_type: NoteType = "progress", *, counts: bool = True) -> "Stay":
        reading = READER.read(text, note_type)
        note = NoteRead(
            note_id=f"n{self.entries}", revision=1, note_type=note_type, author_role="provider", written_at=when(day, hour),
            authentication="authenticated", counts=counts, findings=reading.findings, values=reading.values, procedures=reading.procedures,
        )  # fmt: skip
        return self._step(FindingsPage(as_of="e", made_by=MadeBy(room="nlp", software="0"), notes=(note,)), day)

    def _step(self, page: Page, day: int) -> "Stay":
        self.entries += 1
        envelope = Envelope(entry_id=f"e{self.entries}", tenant="t", received_at=when(day, 18).at, source="t", encounter_id="enc")
        for out in ROOM.step(self.states, Record("cdi.findings.v1", "enc", entry_of(envelope, (page,)).encode())):
            if out.topic.name == "cdi.coding.v1" and (told := read_entry(out.value).page(CodingPage)):
                self.page = told
        return self

    def procedure(self, name: str) -> WorkingProcedure:
        (one,) = [one for one in self.page.procedures if name in (one.procedure, one.code)]
        return one

    @property
    def drg(self) -> str | None:
        return self.page.drg.drg if self.page.drg else None


def septic() -> Stay:
    return Stay().note("ASSESSMENT: Sepsis due to pneumonia. Acute hypoxic respiratory failure.", 3, 11, "history-and-physical")


def test_more_than_96_hours_with_sepsis_is_drg_870() -> None:
    stay = septic().note("Intubated 5/3 at 14:00 for respiratory failure.", 3, 15)
    assert stay.drg == "871"
    stay.note("HOSPITAL COURSE: Extubated 5/8 at 09:00 and doing well.", 8, 15)
    fan = stay.procedure("ventilation")
    assert (fan.code, fan.status, fan.reasons) == ("5A1955Z", "proposed", ("115 consecutive hours",))
    assert fan.description == "Respiratory Ventilation, Greater than 96 Consecutive Hours"
    assert {one.quote for one in fan.evidence} == {"Intubated", "Extubated"}
    assert stay.drg == "870"
    effect = {one.code: (one.drg_with, one.drg_without) for one in stay.page.procedure_effects}
    assert effect == {"5A1955Z": ("870", "871"), "0BH17EZ": ("870", "870")}


def test_one_hour_short_is_drg_871() -> None:
    stay = septic().note("Intubated 5/3 at 14:00. Extubated 5/7 at 13:00.", 8)
    assert (stay.procedure("ventilation").code, stay.drg) == ("5A1945Z", "871")


def test_the_days_alone_are_asked_about_where_they_do_not_decide() -> None:
    stay = septic().note("Intubated on 5/3 and extubated on 5/7.", 8)
    fan = stay.procedure("ventilation")
    assert (fan.status, fan.code, fan.asks) == ("question", "", ("when ventilation began and ended, to the hour",))
    assert fan.choices == ("5A1935Z", "5A1945Z", "5A1955Z")
    assert stay.drg == "871"


def test_still_on_the_ventilator_after_four_days_it_is_proven_before_it_ends() -> None:
    stay = septic().note("Intubated 5/3 at 14:00.", 3, 15).note("Remains intubated and sedated.", 5, 8)
    assert stay.procedure("ventilation").code == "5A1945Z"
    stay.note("Remains intubated.", 7, 18)
    assert (stay.procedure("ventilation").code, stay.drg) == ("5A1955Z", "870")


def test_a_reintubation_begins_anew() -> None:
    stay = septic().note("Intubated 5/3 at 14:00, self-extubated 5/6 at 10:00 and was reintubated 5/6 at 12:00. Extubated 5/8 at 09:00.", 9)
    fans = [one.code for one in stay.page.procedures if one.procedure == "ventilation"]
    assert (fans, stay.drg) == (["5A1945Z", "5A1945Z"], "871")


def test_intubated_elsewhere_counts_from_the_arrival_and_the_tube_is_not_ours() -> None:
    stay = septic().note("He was intubated at an outside hospital 5/1 at 08:00. Extubated 5/7 at 10:00.", 8)
    fan, tube = stay.procedure("ventilation"), stay.procedure("intubation")
    assert (fan.code, fan.reasons) == ("5A1955Z", ("97 consecutive hours",))
    assert (tube.status, tube.reasons) == ("flagged", ("done on 2026-05-01, before this stay",))


def test_for_an_operation_alone_it_is_part_of_the_operation() -> None:
    stay = septic().note("Intubated for surgery 5/4 at 08:00, extubated 5/4 at 12:00.", 5)
    assert {(one.procedure, one.status) for one in stay.page.procedures} == {("ventilation", "flagged"), ("intubation", "flagged")}
    assert stay.drg == "871"


def test_the_record_wins_over_the_note() -> None:
    stay = septic().note("Intubated 5/3 at 14:00. Extubated 5/8 at 09:00.", 8)
    stay.facts(ProcedureRecorded(procedure_id="1", code=Coded(code="5A1945Z", system="I10P"), at=when(3, 14)), day=9)
    assert [one.code for one in stay.page.procedures if one.code.startswith("5A19")] == ["5A1945Z"]
    assert (stay.procedure("5A1945Z").status, stay.drg) == ("recorded", "871")


def test_an_unsigned_note_says_nothing() -> None:
    assert septic().note("Intubated 5/3 at 14:00. Extubated 5/8 at 09:00.", 8, counts=False).page.procedures == ()


def test_a_record_before_the_stay_or_the_birth_is_refused_with_its_reason() -> None:
    stay = septic().facts(
        ProcedureRecorded(procedure_id="1", code=Coded(code="5A1955Z", system="I10P"), at=LAST_WEEK),
        ProcedureRecorded(
            procedure_id="2", code=Coded(code="0FT44ZZ", system="I10P"), at=ClinicalTime(datetime(1950, 1, 1, tzinfo=UTC), "day")
        ),
    )
    assert {(one.code, one.status, one.reasons[-1]) for one in stay.page.procedures} == {
        ("5A1955Z", "flagged", "done on 2026-04-29, before this stay"),
        ("0FT44ZZ", "flagged", "done on 1949-12-31, before the patient was born: the date cannot be right"),
    }
    assert stay.drg == "871"


def test_what_the_hospital_did_in_the_three_days_before_the_admission_is_of_the_stay() -> None:
    stay = septic().facts(
        ProcedureRecorded(procedure_id="1", code=Coded(code="0FT44ZZ", system="I10P"), at=ClinicalTime(datetime(2026, 4, 30, 12, tzinfo=UTC), "minute"))
    )  # fmt: skip
    assert [(one.code, one.status, one.on) for one in stay.page.procedures] == [("0FT44ZZ", "recorded", "2026-04-30")]


def test_a_record_with_another_system_is_what_it_names_or_stays_visible() -> None:
    stay = septic().facts(
        ProcedureRecorded(procedure_id="1", code=Coded(code="45595009", system="SCT"), at=when(4)),
        ProcedureRecorded(procedure_id="2", code=Coded(code="73761001", system="SCT"), at=when(4)),
        ProcedureRecorded(procedure_id="3", code=Coded(code="99199", system="CPT"), at=when(4)),
        ProcedureRecorded(procedure_id="4", code=Coded(code="0FT44ZX", system="I10P"), at=when(4)),
    )
    told = {(one.procedure, one.code, one.status) for one in stay.page.procedures}
    assert told == {
        ("cholecystectomy", "0FT44ZZ", "recorded"),
        ("colonoscopy", "0DJD8ZZ", "recorded"),
        ("", "", "flagged"),
        ("", "0FT44ZX", "flagged"),
    }


def test_after_the_discharge_nothing_was_done_here() -> None:
    stay = septic().facts(EncounterDischarged(at=when(6), disposition="01"), day=6)
    stay.facts(ProcedureRecorded(procedure_id="1", code=Coded(code="0FT44ZZ", system="I10P"), at=when(9)), day=9)
    assert stay.procedure("0FT44ZZ").reasons[-1] == "done on 2026-05-09, after the discharge"


def test_the_hospitals_list_with_start_and_end_counts_the_hours() -> None:
    ventilated = Coded(code="40617009", system="SCT")
    stay = septic().facts(ProcedureRecorded(procedure_id="1", code=ventilated, at=when(3, 14), until=when(8, 9)), day=8)
    fan = stay.procedure("ventilation")
    assert (fan.code, fan.status, fan.reasons, stay.drg) == ("5A1955Z", "proposed", ("115 consecutive hours",), "870")
    stay.facts(ProcedureRecorded(procedure_id="1", code=ventilated, status="withdrawn", at=when(3, 14)), day=9)
    assert (stay.page.procedures, stay.drg) == ((), "871")


def test_a_record_and_a_note_of_one_operation_are_one() -> None:
    stay = septic().note("Underwent laparoscopic cholecystectomy on 5/4. Right IJ central line was placed, tip in the SVC.", 5)
    assert {one.code for one in stay.page.procedures} == {"0FT44ZZ", "02HV33Z"}
    stay.facts(
        ProcedureRecorded(procedure_id="1", code=Coded(code="0FT40ZZ", system="I10P"), at=when(4)),
        ProcedureRecorded(procedure_id="2", code=Coded(code="02HV33Z", system="I10P"), at=when(4)),
        ProcedureRecorded(procedure_id="3", code=Coded(code="02HV33Z", system="I10P"), at=when(5)),
    )
    told = sorted((one.code, one.status) for one in stay.page.procedures)
    assert told == [("02HV33Z", "recorded"), ("0FT40ZZ", "recorded")]


def test_longer_than_usual_after_an_operation_is_asked_about() -> None:
    stay = septic().note("Intubated for surgery 5/4 at 08:00, extubated 5/7 at 12:00.", 8)
    fan = stay.procedure("ventilation")
    assert (fan.status, fan.asks, fan.reasons) == (
        "question", ("ventilated for an operation: longer than usual, and why?",), ("76 consecutive hours",),
    )  # fmt: skip
    assert stay.drg == "871"


def test_what_another_system_leaves_open_is_asked_and_another_stay_is_refused() -> None:
    stay = septic().facts(
        ProcedureRecorded(procedure_id="1", code=Coded(code="47562", system="CPT"), at=LAST_WEEK),
        ProcedureRecorded(procedure_id="2", code=Coded(code="232717009", system="SCT"), at=when(4)),
    )
    told = {one.procedure: (one.status, one.code, bool(one.choices)) for one in stay.page.procedures}
    assert told == {"cholecystectomy": ("flagged", "", False), "cabg": ("question", "", True)}


def test_an_operation_of_another_stay_is_refused_with_its_day() -> None:
    stay = septic().note("Underwent laparoscopic cholecystectomy on 4/20/2026.", 5)
    one = stay.procedure("cholecystectomy")
    assert (one.status, one.code, one.reasons) == ("flagged", "", ("done on 2026-04-20, before this stay",))
