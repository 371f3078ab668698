"""The MIMIC-IV demo's tables as the hospital's systems would have sent them: told by invented rows (DOMAIN F.19)."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench import mimic_messages
from bench.mimic_messages import Hospital, Sent, recording
from opencdi.bus.lying import everything
from opencdi.events.entry import read_entry
from opencdi.events.facts import EncounterUpdated, Fact, MeasurementResulted, MedicationGiven, MedicationOrdered, OrderPlaced
from opencdi.events.ids import derived_id
from opencdi.events.inbound import Inbound
from opencdi.events.pages import FactsPage
from opencdi.events.topics import CHART
from opencdi.testing import Ward, default_site
from unit.bench.invented_tables import Row, admission, lab, write

Told = Callable[..., Hospital]
SITE = default_site().model_copy(update={"timezone": mimic_messages.ZONE})


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """A hospital with these tables."""

    def hospital(**tables: Sequence[Row]) -> Hospital:
        write(tmp_path, **tables)
        monkeypatch.setattr(mimic_messages, "DATA", tmp_path)
        monkeypatch.setattr(mimic_messages, "DEMO", tmp_path / "mimic")
        return Hospital()

    return hospital


def segments(sent: Sent, name: str) -> list[list[str]]:
    return [line.split("|") for line in sent.body.decode().split("\r") if line.startswith(f"{name}|")]


def kinds(sent: Sequence[Sent]) -> list[tuple[str, str, str]]:
    """Event, class and time of each message."""
    return [(segments(one, "MSH")[0][8][4:7], segments(one, "PV1")[0][2], f"{one.at:%d %H:%M}") for one in sent]


# --- who was there --------------------------------------------------------------------------------------------------------
def test_a_stay_begins_in_the_emergency_department_is_admitted_and_ends(told: Told) -> None:
    assert kinds(list(told().admissions())) == [("A04", "E", "01 06:00"), ("A01", "I", "01 10:00"), ("A03", "I", "05 12:00")]


@pytest.mark.parametrize(("kind", "told_as"), [("EU OBSERVATION", "V"), ("DIRECT OBSERVATION", "V"), ("URGENT", "I")])
def test_an_observation_is_no_inpatient(told: Told, kind: str, told_as: str) -> None:
    assert kinds(list(told(hosp__admissions=[admission(admission_type=kind)]).admissions()))[1][:2] == ("A01", told_as)


@pytest.mark.parametrize("came", ["", "2150-03-01 10:30:00"])
def test_who_did_not_come_through_the_emergency_department_is_not_told_to(told: Told, came: str) -> None:
    assert [kind for kind, _, _ in kinds(list(told(hosp__admissions=[admission(edregtime=came)]).admissions()))] == ["A01", "A03"]


# --- laboratory -----------------------------------------------------------------------------------------------------------
def test_a_specimen_is_one_message_told_when_it_was_reported(told: Told) -> None:
    both = [lab("50971"), lab("50912", value="2.4", storetime="2150-03-01 09:00:00", flag="abnormal"), lab("50971", specimen_id="8")]
    first, second = told(hosp__labevents=both).laboratory()
    assert f"{first.at:%H:%M}" == "09:00"
    assert [line[3].split("^")[0] for line in segments(first, "OBX")] == ["2823-3", "2160-0"]
    assert [(line[5], line[7], line[8], line[14]) for line in segments(first, "OBX")][1] == ("2.4", "3.3-5.1", "A", "21500301070000")
    assert len(segments(second, "OBX")) == 1


def test_a_test_without_loinc_keeps_its_own_code_and_its_name_breaks_no_field(told: Told) -> None:
    (sent,) = told(hosp__labevents=[lab("59999", value="a|b", valuenum="")]).laboratory()
    ((*_, kind, code, _, value, _, _, _, _, _, _, _, _, _),) = [line[:15] for line in segments(sent, "OBX")]
    assert (kind, code, value) == ("ST", "59999^A\\S\\test^L", "a\\F\\b")


def test_where_a_comment_blanked_the_printed_value_its_number_is_told(told: Told) -> None:
    rows = [lab("50971", value="___", comments="___"), lab("50912", value="2.4", comments="Hemolyzed")]
    (sent,) = told(hosp__labevents=rows).laboratory()
    assert [line[5] for line in segments(sent, "OBX")] == ["4.2", "2.4"]
    assert [line[3] for line in segments(sent, "NTE")] == ["Hemolyzed"]


def test_what_was_drawn_is_the_specimen_and_no_result(told: Told) -> None:
    (sent,) = told(hosp__labevents=[lab("52033", value="ART.", valuenum=""), lab("50971")]).laboratory()
    assert [line[4] for line in segments(sent, "SPM")] == ["BLDA^Arterial blood^HL70487"]
    assert len(segments(sent, "OBX")) == 1
    assert list(told(hosp__labevents=[lab("52033", value="ART.")]).laboratory()) == []  # nothing was measured


def test_a_result_of_no_admission_names_no_visit(told: Told) -> None:
    (sent,) = told(hosp__labevents=[lab("50971", hadm_id="")]).laboratory()
    assert segments(sent, "PV1") == []


# --- the bedside ----------------------------------------------------------------------------------------------------------
def charted(vital: str, value: str, at: str = "2150-03-01 12:00:00+00:00") -> Row:
    return {"hospitalization_id": "20", "recorded_dttm": at, "vital_name": vital, "vital_value": value}


def test_vital_signs_of_one_moment_are_one_message_by_the_hospitals_clock(told: Told) -> None:
    rows = [charted("Heart Rate", "118"), charted("Arterial Blood Pressure mean", "62"), charted("Head circumference", "50")]
    (sent,) = told(clif__clif_vitals=rows).vitals()
    assert f"{sent.at:%H:%M}" == "07:00"  # five hours behind
    assert {line[3].split("^")[0]: line[5] for line in segments(sent, "OBX")} == {"8867-4": "118", "76214-6": "62"}


def test_a_moment_of_nothing_that_is_known_is_no_message(told: Told) -> None:
    assert list(told(clif__clif_vitals=[charted("Head circumference", "50")]).vitals()) == []


def test_a_device_is_ordered_when_it_changes_and_its_settings_are_told_each_time(told: Told) -> None:
    row = {"hospitalization_id": "20", "device_name": "Nasal cannula", "fio2_set": "", "lpm_set": "2.0", "peep_set": ""}
    hours = [{**row, "recorded_dttm": f"2150-03-01 1{hour}:00:00+00:00", "device_name": device} for hour, device in enumerate(["Nasal cannula", "Nasal cannula", "", "Endotracheal tube"])]  # fmt: skip
    sent = list(told(clif__clif_respiratory_support=hours).oxygen())
    orders = [line[4] for one in sent for line in segments(one, "OBR") if segments(one, "ORC")]
    assert orders == ["^Nasal cannula", "^Endotracheal tube"]
    assert Counter(line[3].split("^")[0] for one in sent for line in segments(one, "OBX")) == {"3151-8": 4}


def test_only_urine_is_urine(told: Told) -> None:
    row = {"hadm_id": "20", "charttime": "2150-03-01 12:00:00", "value": "250"}
    sent = told(icu__outputevents=[{**row, "itemid": "226559"}, {**row, "itemid": "226588"}]).urine()
    assert [line[5] for one in sent for line in segments(one, "OBX")] == ["250"]


# --- drugs ----------------------------------------------------------------------------------------------------------------
def dose(action: str, amount: str = "499.99997") -> Row:
    return {
        "hospitalization_id": "20", "med_order_id": "5", "med_name": "Azithromycin", "admin_dttm": "2150-03-01 20:00:00+00:00",
        "mar_action_category": action, "med_dose": amount, "med_dose_unit": "mg", "med_route_name": "Iv",
    }  # fmt: skip


def test_what_was_stopped_or_had_no_dose_was_not_given(told: Told) -> None:
    rows = [dose("given"), dose("stop"), dose("given", ""), dose("dose_change")]
    sent = list(told(clif__clif_medication_admin_intermittent=rows).given())
    assert [(line[5], line[6], line[7]) for one in sent for line in segments(one, "RXA")] == [("^Azithromycin", "500", "mg")] * 2


def prescribed(pharmacy_id: str) -> Row:
    return {
        "subject_id": "1", "hadm_id": "20", "pharmacy_id": pharmacy_id, "starttime": "2150-03-02 08:00:00", "drug": "Furosemide",
        "prod_strength": "40 mg Tab", "dose_val_rx": "40", "dose_unit_rx": "mg", "route": "PO",
    }  # fmt: skip


def test_an_order_is_told_when_it_was_entered(told: Told) -> None:
    entered = [{"pharmacy_id": "9", "entertime": "2150-03-01 16:00:00"}]
    rows = [prescribed("9"), prescribed("10")]
    sent = told(hosp__pharmacy=entered, hosp__prescriptions=rows).ordered()
    assert [f"{one.at:%d %H:%M}" for one in sent] == ["01 16:00", "02 08:00"]


def test_a_culture_is_ordered_once_when_it_was_taken(told: Told) -> None:
    row = {
        "subject_id": "1", "hadm_id": "20", "micro_specimen_id": "3", "test_itemid": "90201", "chartdate": "2150-03-01 00:00:00",
        "charttime": "2150-03-01 07:00:00", "spec_type_desc": "BLOOD CULTURE", "test_name": "Blood Culture, Routine",
    }  # fmt: skip
    (sent,) = told(hosp__microbiologyevents=[row, row]).cultures()  # a row for each organism
    assert segments(sent, "OBR")[0][4] == "^BLOOD CULTURE Blood Culture, Routine"


# --- the whole ------------------------------------------------------------------------------------------------------------
def test_the_line_takes_every_message_and_reads_what_was_meant(told: Told, tmp_path: Path) -> None:
    hospital = told(
        hosp__labevents=[lab("50912", value="2.4", valuenum="2.4", valueuom="mg/dL", ref_range_lower="0.4", ref_range_upper="1.1")],
        clif__clif_vitals=[charted("Heart Rate", "118"), charted("Temperature Celsius", "38.9")],
        clif__clif_medication_admin_intermittent=[dose("given")],
        hosp__prescriptions=[prescribed("9")],
        icu__procedureevents=[{"hadm_id": "20", "starttime": "2150-03-01 14:00:00", "itemid": "225459", "orderid": "4"}],
    )  # fmt: skip
    assert len(list(hospital.everything())) == 8
    file, many = recording(tmp_path)
    bodies = [b"MSH" + body for body in file.read_bytes().split(b"MSH")[1:]]
    assert many == len(bodies) == 8
    controls = [body.split(b"|")[9] for body in bodies]
    assert len(set(controls)) == 8
    sent_at = [body.split(b"|")[6] for body in bodies]
    assert sent_at == sorted(sent_at)

    ward = Ward(tmp_path, site=SITE)
    sent = sorted(hospital.everything(), key=lambda one: one.at)
    ward.hear(_received(one, body) for one, body in zip(sent, bodies, strict=True))
    assert Counter(one.outcome for one in ward.outcomes()) == {"entries": 8}
    facts = _facts(ward)
    values = {fact.analyte: (fact.value, fact.unit) for fact in facts if isinstance(fact, MeasurementResulted)}
    assert values == {"creatinine": (2.4, "mg/dL"), "heart-rate": (118, "/min"), "temperature": (38.9, "Cel")}
    assert {fact.taken_at.at.isoformat() for fact in facts if isinstance(fact, MeasurementResulted)} == {"2150-03-01T07:00:00-05:00"}
    (given,) = (fact for fact in facts if isinstance(fact, MedicationGiven))
    assert given.given_at.at.isoformat() == "2150-03-01T15:00:00-05:00"
    assert any(isinstance(fact, MedicationOrdered) for fact in facts)
    assert any(isinstance(fact, OrderPlaced) for fact in facts)
    assert [fact.encounter_class for fact in facts if isinstance(fact, EncounterUpdated) and fact.encounter_class][:2] == [
        "emergency",
        "inpatient",
    ]


def _received(one: Sent, body: bytes) -> Inbound:
    at = one.at.replace(tzinfo=ZoneInfo(mimic_messages.ZONE))
    return Inbound(derived_id("bench", body[:60].decode()), "cdi.inbound.hl7v2", "demo", "bench", at, body)


def _facts(ward: Ward) -> list[Fact]:
    pages = (read_entry(told.record.value).page(FactsPage) for told in everything(ward.bus, [CHART]))
    return [fact for page in pages if page for fact in page.facts]
