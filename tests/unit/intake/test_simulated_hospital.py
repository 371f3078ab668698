"""The stream of a hospital simulator in HL7 v2.3: each type answered, each fact field by field what the message says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from opencdi.knowledge.analytes import analyte_by_loinc
from opencdi.knowledge.device_terms import loinc_of_device_term
from simulated_hospital import (
    ADMITTED,
    ALLERGY,
    DIAGNOSIS,
    ICU,
    PD1,
    PERCY,
    PROCEDURE,
    PSEUDO_PV1,
    ROSE,
    RTF,
    THEATRE,
    WARD,
    Simulator,
    clock,
    moved,
    observed,
)

NOT_SAID = {
    "at",
    "visit_id",
    "patient_id",
    "note_id",
    "measurement_id",
    "order_id",
    "listing_id",
    "procedure_id",
    "allergy_id",
    "text_hash",
}
AUTHOR = {"staff_id": "C901", "name": "Edith Marlow"}
BLOODS, VITALS = "us-0003^UREA AND ELECTROLYTES^WinPath^^", "us-0005^Vital Signs^WinPath^^"


def at(hours: float) -> str:
    """That many hours after the admission, as a fact tells it."""
    return (ADMITTED + timedelta(hours=hours)).isoformat()


class Stream:
    """Plays messages as they come, each at its own time, and tells what each one told."""

    def __init__(self, feed: Any) -> None:
        self.feed, self.simulator = feed, Simulator()

    def __call__(self, message: str) -> tuple[str, list[dict[str, Any]]]:
        before = {encounter: len(facts) for encounter, facts in self.feed.facts.items()}
        sent = datetime.strptime(message.split("|")[6] + "-0400", "%Y%m%d%H%M%S%z")
        ended = self.feed.send(message, at=sent)
        told = [fact for encounter, facts in self.feed.facts.items() for fact in facts[before.get(encounter, 0) :]]
        assert not self.feed.dead
        return ended.reason or ended.outcome, [_plain(fact.model_dump(mode="json", exclude_none=True)) for fact in told]


def _plain(fact: dict[str, Any]) -> dict[str, Any]:
    """What is said, without the ids that are derived; times as text, authors without their role."""
    said = {}
    for name, value in fact.items():
        if name in NOT_SAID or value in ("", False):
            continue
        if isinstance(value, dict):
            value = value.get("at") or {key: part for key, part in value.items() if key != "role" and part}
        said[name] = value
    return said


@pytest.fixture
def stream(feed: Any) -> Stream:
    """A run of the simulator into an empty room."""
    return Stream(feed)


IDENTIFIED = {"kind": "patient_identified", "mrn": "4011223344", "name": "Percy Lionel Ashdown", "birth_date": "1944-11-03", "sex": "M"}
STAY = {
    "kind": "encounter_updated",
    "encounter_class": "inpatient",
    "location": "Elm^MainRoom^Bed 1",
    "service": "MED",
    "attending": AUTHOR,
}
LISTED = {"code": {"code": "233604007", "system": "SNM3", "text": "Pneumonia"}, "role": "working", "status": "active"}
DONE = {"code": {"code": "232717009", "system": "SNM3", "text": "Coronary bypass"}, "status": "done"}
ALLERGIC = {
    "kind": "allergy_listed", "code": {"code": "91935009", "system": "SNM3", "text": "Allergy to peanut"}, "category": "food",
    "severity": "moderate", "reactions": ["Urticaria"], "status": "active",
}  # fmt: skip


def admitted(stream: Stream) -> Simulator:
    """The stream after the admission."""
    assert stream(stream.simulator.move("A01", 0))[0] == "entries"
    return stream.simulator


def test_an_admission_field_by_field(stream: Stream) -> None:
    told = stream(stream.simulator.move("A01", 0, PERCY, "NK1|0|Ashdown^Ada^^^^^CURRENT|SPO^Spouse^^^|||||||||||F|", ALLERGY))
    assert told == ("entries", [
        IDENTIFIED, {**STAY, "admitted_at": at(0)}, {"kind": "inpatient_ordered", "basis": "first-inpatient-class"}, ALLERGIC,
    ])  # fmt: skip


def test_a_person_who_is_announced_and_then_admitted_is_told_once(stream: Stream) -> None:
    run = stream.simulator
    announced = moved(kind="O", place="", admitted="", prior="")
    assert stream(run.adt("A28", -72, PERCY.pid(), PD1, PSEUDO_PV1, ALLERGY)) == ("WAITS", [])
    assert stream(run.move("A14", -50, moved(visit="", pending=WARD), planned=clock(0))) == ("ADMISSION_PENDING", [])
    assert stream(run.move("A27", -49, moved(visit=""), f"PV2|{WARD}|||||||{clock(0)}|", occurred=clock(0))) == ("ADMISSION_PENDING", [])
    _, told = stream(run.move("A05", -48, announced, f"PV2||||||||{clock(0)}|{clock(96)}", ALLERGY, planned=clock(0)))
    stay = {"kind": "encounter_updated", "encounter_class": "outpatient", "service": "MED", "attending": AUTHOR}
    assert told == [IDENTIFIED, {**stay, "expected_discharge_at": at(96)}, ALLERGIC]
    _, told = stream(run.move("A01", 0, PERCY, ALLERGY))
    assert told[0] == {"kind": "encounter_updated", "encounter_class": "inpatient", "location": "Elm^MainRoom^Bed 1", "admitted_at": at(0)}
    assert [fact["kind"] for fact in told[1:]] == ["inpatient_ordered"]


def test_an_update_says_who_and_what_is_listed_and_leaves_the_class_alone(stream: Stream) -> None:
    run = admitted(stream)
    told = stream(run.adt("A08", 1, PERCY.pid(), PSEUDO_PV1, ALLERGY, DIAGNOSIS, PROCEDURE))
    assert told == ("entries", [{"kind": "diagnosis_listed", **LISTED}, {"kind": "procedure_recorded", **DONE}, ALLERGIC])
    assert stream(run.adt("A08", 2, PERCY.pid(), PSEUDO_PV1, ALLERGY, DIAGNOSIS, PROCEDURE))[1] == []
    assert stream(run.adt("A31", 3, moved(name="Ashdown^Percival").pid(), PSEUDO_PV1, ALLERGY))[1] == [
        {**IDENTIFIED, "name": "Percival Ashdown"},
    ]  # fmt: skip


def test_what_was_done_before_a_stay_is_kept_with_the_patient(stream: Stream) -> None:
    run = admitted(stream)
    assert stream(run.adt("A31", 1, PERCY.pid(), PSEUDO_PV1, PROCEDURE)) == ("WAITS", [])


def test_the_patient_moves_and_what_is_pending_moves_nobody(stream: Stream) -> None:
    run, here = admitted(stream), {"kind": "encounter_updated"}
    for message, location in (
        (run.move("A15", 10, moved(pending=ICU), planned=clock(11)), None),
        (run.move("A26", 10.5, PERCY, f"PV2|{ICU}||||||||", occurred=clock(11)), None),
        (run.move("A02", 11, moved(place=ICU, prior=WARD)), "ICU^MainRoom^Bed 2"),
        (run.move("A12", 12, moved(prior=ICU), occurred=clock(11)), "Elm^MainRoom^Bed 1"),
        (run.move("A09", 13, moved(place="", prior=WARD, temporary=THEATRE)), None),
        (run.move("A10", 14), None),
    ):
        assert stream(message)[1] == ([{**here, "location": location}] if location else [])
    assert stream(run.move("A16", 15, PERCY, f"PV2||||||||{clock(0)}|{clock(72)}"))[1] == [{**here, "expected_discharge_at": at(72)}]
    assert stream(run.move("A25", 16, PERCY, "PV2|||||||||", occurred=clock(72)))[1] == []


def test_two_patients_change_beds(stream: Stream) -> None:
    run = admitted(stream)
    stream(run.move("A01", 1, ROSE))
    one, other = moved(place=ICU, prior=WARD), moved(ROSE, place=WARD, prior=ICU)
    _, told = stream(run.adt("A17", 2, one.pid(), PD1, one.pv1(), other.pid(), PD1, other.pv1()))
    assert [fact["location"] for fact in told] == ["ICU^MainRoom^Bed 2", "Elm^MainRoom^Bed 1"]
    assert len(stream.feed.facts) == 2


def test_a_discharge_tells_when_and_that_nobody_is_an_inpatient_any_more(stream: Stream) -> None:
    run = admitted(stream)
    gone = moved(kind="O", discharged=clock(72))
    assert stream(run.move("A03", 72, gone, ALLERGY))[1] == [{"kind": "encounter_discharged"}, ALLERGIC]
    assert stream.feed.of("encounter_discharged")[0].at.at.isoformat() == at(72)
    assert stream(run.move("A13", 73, PERCY, occurred=clock(72)))[1] == [{"kind": "discharge_cancelled"}]
    assert stream(run.move("A03", 74, moved(kind="O", discharged=clock(74))))[1] == [{"kind": "encounter_discharged"}]
    assert stream(run.adt("A31", 75, moved(died=clock(73.5)).pid(), PSEUDO_PV1, ALLERGY))[1] == []
    classes = [fact.encounter_class for fact in stream.feed.of("encounter_updated") if fact.encounter_class]
    assert (classes, "inpatient_order_cancelled" in stream.feed.kinds()) == (["inpatient"], False)


def test_a_discharge_before_its_admission_leaves_an_inpatient(feed: Any) -> None:
    run = Simulator()
    told = [run.move("A01", 0), run.move("A03", 72, moved(kind="O", discharged=clock(72)))]
    for message in reversed(told):
        assert feed.send(message).outcome == "entries"
    assert [fact.encounter_class for fact in feed.of("encounter_updated")][-1] == "inpatient"
    assert feed.of("inpatient_ordered")[-1].at.at.isoformat() == at(0)
    assert "inpatient_order_cancelled" not in feed.kinds()


@pytest.mark.parametrize("trigger", ["A11", "A23"])
def test_a_visit_that_is_cancelled_or_deleted(stream: Stream, trigger: str) -> None:
    run = admitted(stream)
    assert stream(run.move(trigger, 5, PERCY, occurred=clock(0)))[1][-1] == {"kind": "encounter_cancelled"}


@pytest.mark.parametrize("trigger", ["A34", "A40"])
def test_the_old_numbers_stay_is_the_new_numbers(stream: Stream, trigger: str) -> None:
    run = admitted(stream)
    now = moved(mrn="4099887766", nhs="9434765838", visit="")
    old = [PERCY.mrn] if trigger == "A34" else ["111", PERCY.mrn]
    assert stream(run.merge(trigger, 5, *old, patient=now))[0] in ("entries", "WAITS")
    _, told = stream(run.results(6, BLOODS, observed(1, "NM", "tt-1^Creatinine^WinPath^^", "98", "UMOLL"), number="7", patient=now))
    assert "measurement_resulted" in [fact["kind"] for fact in told]
    assert len(stream.feed.facts) == 1


def test_results_field_by_field_and_their_correction(stream: Stream) -> None:
    run = admitted(stream)
    creatinine = observed(1, "NM", "tt-0003-01^Creatinine^WinPath^^", "98.00", "UMOLL", hours=1)
    egfr = observed(2, "NM", "tt-0003-05^eGFR (MDRD)^WinPath^^", "<15", "MLMIN", hours=1, normal="[ ]")
    _, told = stream(run.results(2, BLOODS, creatinine, "NTE|0||Repeat advised|", egfr, number="111"))
    common = {"kind": "measurement_resulted", "abnormal": "H", "status": "final", "taken_at": at(1), "problem": "MAPPING_NEEDED"}
    first = {
        **common, "code": {"code": "tt-0003-01", "system": "WinPath", "text": "Creatinine"}, "value": 98.0, "sent_value": "98.00",
        "sent_unit": "UMOLL", "sent_range": "1 - 9",
    }  # fmt: skip
    assert told[:2] == [first, {
        **common, "code": {"code": "tt-0003-05", "system": "WinPath", "text": "eGFR (MDRD)"}, "value": 15.0, "comparator": "<",
        "sent_value": "<15", "sent_unit": "MLMIN",
    }]  # fmt: skip
    again = observed(3, "NM", "tt-0003-01^Creatinine^WinPath^^", "101", "UMOLL", "C", hours=1)
    _, told = stream(run.results(3, BLOODS, again, number="111", status="C"))
    assert told[0] == {**first, "value": 101.0, "sent_value": "101", "status": "corrected"}
    assert len({fact.measurement_id for fact in stream.feed.of("measurement_resulted")}) == 2


def test_local_codes_of_the_site_are_what_they_measure(new_feed: Callable[..., Any]) -> None:
    stream = Stream(new_feed(loinc_by_local_code={"tt-0003-01^WinPath": "2160-0", "tt-0003-02^WinPath": "2823-3", "tt-0002-06^WinPath": "777-3",
                                                  "tt-0002-03^WinPath": "4544-3", "tt-0005-10^WelchAllyn": "3151-8"}))  # fmt: skip
    run = admitted(stream)
    rows = [("tt-0003-01^Creatinine^WinPath^^", "382", "UMOLL", ("creatinine", 4.3212, "mg/dL")),
            ("tt-0003-02^Potassium^WinPath^^", "5.10", "MMOLL", ("potassium", 5.1, "mmol/L")),
            ("tt-0002-06^Platelet Count^WinPath^^", "221.66", "x10*9/L", ("platelets", 221.66, "10*3/uL")),
            ("tt-0002-03^Haematocrit^WinPath^^", "0.48", "L/L", ("hematocrit", 48.0, "%")),
            ("tt-0005-10^OxyL^WelchAllyn^^", "5", "MDC_DIM_X_L_PER_MIN", ("oxygen-flow", 5.0, "L/min"))]  # fmt: skip
    for nth, (code, value, unit, expected) in enumerate(rows):
        _, told = stream(run.results(nth + 1, BLOODS, observed(1, "NM", code, value, unit), number=f"3{nth}"))
        assert (told[0]["analyte"], told[0]["value"], told[0]["unit"]) == expected


def test_vital_signs_under_the_devices_names_need_no_table(stream: Stream) -> None:
    run = admitted(stream)
    rows = [("tt-0005-04^MDC_PRESS_BLD_NONINV_DIA^MDC^^", "52", "MDC_DIM_MMHG", "dbp", "mm[Hg]"),
            ("tt-0005-05^MDC_PRESS_BLD_NONINV_SYS^MDC^^", "85.8", "MDC_DIM_MMHG", "sbp", "mm[Hg]"),
            ("tt-0005-06^MDC_PULS_OXIM_SAT_O2^MDC^^", "70.53", "MDC_DIM_PERCENT", "spo2", "%"),
            ("tt-0005-07^MDC_PULS_RATE_NON_INV^MDC^^", "122.68", "MDC_DIM_BEAT_PER_MIN", "heart-rate", "/min"),
            ("tt-0005-09^MDC_TEMP^MDC^^", "36.37", "MDC_DIM_DEGC", "temperature", "Cel"),
            ("150033^MDC_PRESS_BLD_ART_SYS^MDC", "120", "266016^MDC_DIM_MMHG^MDC", "sbp", "mm[Hg]"),
            ("151562^^MDC", "18", "264928^MDC_DIM_RESP_PER_MIN^MDC", "respiratory-rate", "/min")]  # fmt: skip
    _, told = stream(run.results(
        2, VITALS, *(observed(nth, "NM", code, value, unit) for nth, (code, value, unit, *_) in enumerate(rows, 1)), trigger="R03", number="5",
    ))  # fmt: skip
    measured = [(fact["analyte"], fact["value"], fact["unit"]) for fact in told if fact["kind"] == "measurement_resulted"]
    assert measured == [(slug, float(value), unit) for _, value, _, slug, unit in rows]
    assert not any("problem" in fact for fact in told)


@pytest.mark.parametrize(
    ("code", "system", "text", "loinc"),
    [("150456", "MDC", "", "59408-5"), ("150456", "L", "", None), ("x", "L", "MDC_PULS_OXIM_SAT_O2", "59408-5"), ("MDC_TEMP", "", "", "8310-5"),
     ("150388", "MDC", "MDC_TEMP_SKIN", None), ("151586", "MDC", "MDC_VENT_RESP_RATE", None), ("1", "MDC", "mdc_temp", None),
     ("151570", "MDC", "", "9279-1"), ("151578", "MDC", "", "9279-1"), ("x", "", "MDC_TTHOR_RESP_RATE", "9279-1"),
     ("188428", "MDC", "MDC_TEMP_EAR", "76011-6"), ("68063", "MDC", "MDC_ATTR_PT_WEIGHT", None)],
)  # fmt: skip
def test_a_devices_term_is_read_by_its_number_or_its_name(code: str, system: str, text: str, loinc: str | None) -> None:
    assert loinc_of_device_term(code, system, text) == loinc
    assert loinc is None or loinc in analyte_by_loinc()


def test_a_code_of_ones_own_that_claims_to_be_loinc_is_to_be_mapped(stream: Stream) -> None:
    run = admitted(stream)
    _, told = stream(run.results(2, VITALS, observed(1, "TX", "tt-0005-01^AVPU^LOINC^^", "Alert", hours=1.5), number="6"))
    assert told[0] == {
        "kind": "measurement_resulted", "code": {"code": "tt-0005-01", "system": "LN", "text": "AVPU"}, "text": "Alert", "abnormal": "H",
        "sent_value": "Alert", "status": "final", "taken_at": at(1.5), "problem": "MAPPING_NEEDED",
    }  # fmt: skip


def test_a_result_in_words_is_corrected_and_withdrawn_line_by_line(stream: Stream) -> None:
    run = admitted(stream)
    avpu, site = "tt-0005-01^AVPU^LOINC^^", "tt-0005-13^TemperatureSite^WelchAllyn^^"
    stream(run.results(2, VITALS, observed(1, "TX", avpu, "Alert"), observed(2, "TX", site, "Oral~left"), number="6"))
    _, told = stream(run.results(3, VITALS, observed(3, "TX", avpu, "Voice", "", "C"), observed(4, "TX", site, "", "", "W"), number="6"))
    assert [(fact.get("text"), fact["status"]) for fact in told if fact["kind"] == "measurement_resulted"] == [
        ("Voice", "corrected"), (None, "withdrawn"),
    ]  # fmt: skip
    assert [fact.text for fact in stream.feed.of("measurement_resulted")][:2] == ["Alert", "Oral\nleft"]
    assert len({fact.measurement_id for fact in stream.feed.of("measurement_resulted")}) == 2


def test_an_order_and_what_acknowledges_it(stream: Stream) -> None:
    run = admitted(stream)
    orc = f"ORC|NW|9114|||IP||||{clock(4)}"
    _, told = stream(run.send("ORM^O01", 4, PERCY.pid(), PERCY.pv1(), orc, f"OBR|1|9114||{BLOODS}||{clock(4)}", "NTE|0||Please|"))
    code = {"code": "us-0003", "system": "WinPath", "text": "UREA AND ELECTROLYTES"}
    assert told == [{"kind": "order_placed", "code": code, "status": "active", "ordered_at": at(4)}]
    answer = run.send("ORR^O02", 4.1, "MSA|AA|2", PERCY.pid(), orc.replace("NW", "OK"))
    assert stream(answer) == ("ACKNOWLEDGEMENT", [])


@pytest.mark.parametrize(
    ("kind", "status", "note_type", "authentication"),
    [("DS", "AU", "discharge-summary", "authenticated"), ("HP", "DO", "history-and-physical", "unsigned"),
     ("PH", "LA", "history-and-physical", "authenticated"), ("PN", "IP", "procedure", "unsigned"),
     ("PN^Progress Notes", "AU", "progress", "authenticated"), ("X7^Operative Report^L", "AU", "operative", "authenticated")],
)  # fmt: skip
def test_a_document_is_the_lines_of_its_message(stream: Stream, kind: str, status: str, note_type: str, authentication: str) -> None:
    run = admitted(stream)
    _, told = stream(run.document(5, "4711", "Treated for pneumonia.", "Acute kidney injury \\T\\ recovery.", kind=kind, status=status))
    (note,) = (fact for fact in told if fact["kind"] == "note_filed")
    assert (note["note_type"], note["authentication"], note["revision"], note["author"], note["written_at"]) == (
        note_type, authentication, 1, AUTHOR, at(5),
    )  # fmt: skip
    assert list(stream.feed.texts.values()) == ["Treated for pneumonia.\nAcute kidney injury & recovery."]
    _, told = stream(run.document(6, "4711", "Treated for pneumonia.", "Home tomorrow.", kind=kind, status=status))
    assert [(fact["kind"], fact["revision"], fact["relation"]) for fact in told] == [("note_filed", 2, "replacement")]


@pytest.mark.parametrize(
    ("form", "content", "words"),
    [("txt", b"Sepsis improving \\T\\ stable.", "Sepsis improving & stable."),
     ("rtf", RTF, "Severe protein-calorie malnutrition, supplements started.\nWeight loss 12 kg."),
     ("rtf", RTF.replace(b"\\par ", b"\\par\n"), "Severe protein-calorie malnutrition, supplements started.\nWeight loss 12 kg.")],
)  # fmt: skip
def test_a_clinical_note_is_a_note_however_short_it_is(stream: Stream, form: str, content: bytes, words: str) -> None:
    run = admitted(stream)
    _, told = stream(run.note(7, "81", "Discharge Summary", (form, content), service="us-9^Percys note^WinPath^^"))
    (note,) = told
    assert (note["kind"], note["note_type"], note["title"], note["author"], note["written_at"], note["authentication"]) == (
        "note_filed", "discharge-summary", "Percys note", AUTHOR, at(7), "authenticated",
    )  # fmt: skip
    assert note["type_code"] == {"code": "Discharge Summary", "system": "L", "text": "Discharge Summary"}
    assert list(stream.feed.texts.values()) == [words]


def test_a_note_that_grows_is_one_note_whatever_it_is_called_now(stream: Stream) -> None:
    run = admitted(stream)
    stream(run.note(7, "81", "ECG", ("txt", b"Sinus rhythm.")))
    _, told = stream(run.note(8, "81", "Progress Note", ("txt", b"Sinus rhythm."), ("rtf", RTF), service="us-9^Other title^WinPath^^"))
    (note,) = told
    assert (note["kind"], note["revision"], note["note_type"], note["relation"]) == ("note_filed", 2, "progress", "replacement")
    assert len({fact.note_id for fact in stream.feed.of("note_filed")}) == 1


def test_a_picture_is_answered_and_says_that_it_was_not_read(stream: Stream) -> None:
    run = admitted(stream)
    ended = stream.feed.send(run.note(9, "82", "ECG", ("jpg", b"\xff\xd8\xff\xe0JFIF")))
    assert (ended.outcome, [problem.code for problem in ended.problems]) == ("no_effect", ["CONTENT_NOT_READ"])


def test_a_second_run_counts_its_messages_anew_and_nothing_is_lost(stream: Stream) -> None:
    admitted(stream)
    again = Simulator()
    _, told = stream(again.move("A01", 0, ROSE))
    assert told[0]["kind"] == "patient_identified"
    assert len(stream.feed.facts) == 2
