"""What was before a stay is carried to it (DOMAIN B63): when it begins, when it comes late, when it is corrected, merged or moved."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from opencdi.events.baselines import BaselineCarried
from opencdi.events.facts import fact_hash

Builder = Callable[..., str]
CLINIC, BEGUN = "20260305100000-0500", "20260504080000-0400"


def lab(message: Builder, value: float, *, at: str = CLINIC, visit: str = "", number: str = "F1", status: str = "F", **told: str) -> str:
    obr = f"OBR|1||{number}|24323-8^Panel^LN|||{at}|||||||||||||||{told.pop('reported', at)}|||F"
    obx = f"OBX|1|NM|{told.pop('loinc', '2160-0')}^Analyte^LN||{value}|{told.pop('unit', 'mg/dL')}|||||{status}|||{at}"
    return message("ORU^R01", obr, obx, visit=visit, at=at, control=f"{number}{value}{status}", **told)


def clinic(message: Builder, visit: str = "C1", at: str = CLINIC, **told: str) -> str:
    return message("ADT^A04", visit=visit, pv1="O", at=at, **told)


def admission(message: Builder, **told: str) -> str:
    return message("ADT^A01", visit="I1", at=BEGUN, **told)


def last(feed: Any, analyte: str = "creatinine") -> BaselineCarried | None:
    told = [fact for fact in feed.of("baseline_carried") if fact.analyte == analyte]
    return told[-1] if told else None


def test_an_outpatient_value_is_carried_to_the_stay_that_begins(feed, message: Builder) -> None:
    feed.send(clinic(message))
    feed.send(lab(message, 1.0, visit="C1"))
    ended = feed.send(admission(message))
    assert (ended.outcome, ended.entries) == ("entries", 1)
    carried = last(feed)
    assert carried is not None
    assert (carried.value, carried.unit, carried.basis, carried.of, carried.days_before) == (1.0, "mg/dL", "outpatient-median", 1, 60)
    assert carried.from_class == "outpatient"
    assert carried.from_encounter_id == next(iter(feed.facts)) != feed.entries[-1].envelope.encounter_id
    assert carried.taken_at == feed.of("measurement_resulted")[0].taken_at
    assert carried.measurement_id == feed.of("measurement_resulted")[0].measurement_id


def test_results_that_name_no_visit_are_the_patients_all_the_same(feed, message: Builder) -> None:
    assert feed.send(lab(message, 1.0), backload=True).outcome == "kept_with_patient"
    feed.send(admission(message))
    carried = last(feed)
    assert carried is not None
    assert (carried.value, carried.from_encounter_id, carried.from_class) == (1.0, None, None)
    late = feed.send(lab(message, 1.2, at="20260404100000-0400", number="F2"))
    assert (late.outcome, late.entries) == ("kept_with_patient", 1)
    assert [fact.value for fact in feed.of("baseline_carried")] == [1.0, 1.2]


def test_a_result_that_finds_its_stay_is_no_baseline_of_it(feed, message: Builder) -> None:
    feed.send(lab(message, 2.4, at="20260504073000-0400", visit="I1"))  # before the admission, and of this visit
    feed.send(admission(message))
    assert feed.of("measurement_resulted")
    assert not feed.of("baseline_carried")


def test_corrected_and_withdrawn_at_the_source(feed, message: Builder) -> None:
    feed.send(clinic(message))
    feed.send(lab(message, 1.0, visit="C1"))
    feed.send(admission(message))
    ended = feed.send(lab(message, 1.4, visit="C1", status="C", reported="20260505080000-0400"))
    assert ended.entries == 2
    assert [fact.value for fact in feed.of("baseline_carried")] == [1.0, 1.4]
    feed.send(lab(message, 1.4, visit="C1", status="W", reported="20260506080000-0400"))
    carried = last(feed)
    assert carried == BaselineCarried(analyte="creatinine")


def test_what_must_not_be_used_is_no_baseline(feed, message: Builder) -> None:
    feed.send(clinic(message))
    feed.send(lab(message, 1.0, visit="C1", status="P"))
    feed.send(lab(message, 1.0, visit="C1", number="F2", unit="cubits"))
    feed.send(admission(message))
    assert not feed.of("baseline_carried")


def test_a_clinic_visit_is_told_no_baselines(feed, message: Builder) -> None:
    feed.send(clinic(message))
    feed.send(lab(message, 1.0, visit="C1"))
    feed.send(clinic(message, "C2", "20260405100000-0400"))
    assert not feed.of("baseline_carried")


def test_an_unchanged_baseline_is_not_told_again(feed, message: Builder) -> None:
    feed.send(clinic(message))
    feed.send(lab(message, 1.0, visit="C1"))
    feed.send(admission(message))
    feed.send(message("ADT^A08", visit="I1", at="20260504090000-0400").replace("DOE^JANE", "ROE^JANE"))
    feed.send(lab(message, 2.4, visit="I1", number="F9", at="20260504090000-0400"))
    assert len(feed.of("baseline_carried")) == 1


def test_a_second_try_tells_it_again(feed, message: Builder) -> None:
    feed.send(lab(message, 1.0))
    feed.send(admission(message))
    feed.send(admission(message), replays="m2-0")
    assert [fact.value for fact in feed.of("baseline_carried")] == [1.0, 1.0]


def test_hl7_and_fhir_tell_the_same_baseline(new_feed, message: Builder) -> None:
    hl7, fhir = new_feed(), new_feed()
    hl7.send(clinic(message))
    hl7.send(lab(message, 1.0, visit="C1"))
    hl7.send(lab(message, 35, visit="C1", number="F2", loinc="10230-1", unit="%"))
    hl7.send(admission(message))
    patient = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-01-02", "name": [{"family": "Doe"}],
               "identifier": [{"type": {"coding": [{"code": "MR"}]}, "system": "MERCY", "value": "100"}]}  # fmt: skip
    subject = {"subject": {"reference": "Patient/p1"}}
    fhir.send(patient)
    for name, code, start in (("c1", "AMB", "2026-03-05T10:00:00-05:00"), ("i1", "IMP", "2026-05-04T08:00:00-04:00")):
        if name == "i1":
            for loinc, value, unit in (("2160-0", 1.0, "mg/dL"), ("10230-1", 35, "%")):
                fhir.send({
                    "resourceType": "Observation", "id": loinc, "status": "final", "encounter": {"reference": "Encounter/c1"},
                    "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]}, **subject,
                    "effectiveDateTime": "2026-03-05T10:00:00-05:00", "valueQuantity": {"value": value, "code": unit},
                })  # fmt: skip
        fhir.send({"resourceType": "Encounter", "id": name, "status": "in-progress", "class": {"code": code}, "period": {"start": start},
                   "identifier": [{"system": "MERCY", "value": name}], **subject})  # fmt: skip
    told = [{fact_hash(fact) for fact in feed.of("baseline_carried")} for feed in (hl7, fhir)]
    assert told[0] == told[1]
    assert len(told[0]) == 2


@pytest.mark.parametrize("seed", range(40))
def test_in_whatever_order_the_same_baseline_stands(new_feed, message: Builder, seed: int) -> None:
    told = [
        clinic(message),
        lab(message, 0.8, visit="C1"),
        lab(message, 1.0, visit="C1", status="C", reported="20260306100000-0500"),
        lab(message, 1.4, number="F2", at="20260410100000-0400"),
        admission(message),
        lab(message, 1.1, number="F3", visit="C3", at="20260411100000-0400"),  # a visit of which no ADT ever tells
    ]
    feed = new_feed()
    for body in Random(seed).sample(told, len(told)):
        feed.send(body)
    carried = last(feed)
    assert carried is not None
    assert (carried.value, carried.of, carried.basis) == (1.1, 3, "outpatient-median")


def test_a_merge_brings_the_other_records_history(feed, message: Builder) -> None:
    feed.send(admission(message))
    feed.send(clinic(message, mrn="200"))
    feed.send(lab(message, 1.0, visit="C1", mrn="200"))
    feed.send(lab(message, 1.2, number="F2", at="20260404100000-0400", mrn="200"))
    assert not feed.of("baseline_carried")
    mrg = "MRG|200^^^MERCY^MR"
    feed.send(message("ADT^A40", mrg, visit="", at="20260505080000-0400"))
    carried = last(feed)
    assert carried is not None
    assert (carried.value, carried.of) == (1.2, 2)


def test_a_stay_that_changes_hands_leaves_what_was_anothers(feed, message: Builder) -> None:
    feed.send(clinic(message, mrn="200", account="A9"))
    feed.send(lab(message, 1.0, visit="C1", mrn="200"))
    feed.send(admission(message, mrn="200"))
    assert last(feed) is not None
    mrg = "MRG|200^^^MERCY^MR||A9"
    feed.send(message("ADT^A44", mrg, visit="", account="A9", at="20260505080000-0400"))  # the visit to the clinic was patient 100's
    carried = last(feed)
    assert carried == BaselineCarried(analyte="creatinine")


def test_two_visits_that_are_one_stay_are_no_baseline_of_each_other(feed, message: Builder) -> None:
    feed.send(message("ADT^A04", visit="E1", pv1="E", at="20260425080000-0400"))
    feed.send(lab(message, 1.0, visit="E1", at="20260425090000-0400"))
    feed.send(admission(message))
    assert last(feed) is not None
    feed.send(message("ADT^A08", visit="E1", pv1="E", account="ACC", at="20260504090000-0400"))
    feed.send(message("ADT^A08", visit="I1", account="ACC", at="20260504091000-0400"))
    assert feed.of("encounter_moved")
    open_stay = feed.of("encounter_moved")[0].into
    told = [fact for fact in feed.facts[open_stay] if fact.kind == "baseline_carried"]
    assert not told or told[-1].value is None


def test_of_a_cancelled_admission_nothing_is_carried(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="X1", at="20260305080000-0500"))
    feed.send(lab(message, 1.0, visit="X1"))
    feed.send(admission(message))
    assert last(feed) is not None
    feed.send(message("ADT^A11", visit="X1", at="20260505080000-0400"))
    assert last(feed) == BaselineCarried(analyte="creatinine")


def tick(feed, at: datetime) -> None:
    feed.send(f'{{"at": "{at.isoformat()}"}}', kind="cdi.inbound.tick", at=at)


def test_a_stay_long_over_is_still_a_baseline(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="X1", at="20260305080000-0500"))
    feed.send(lab(message, 0.9, visit="X1"))
    feed.send(message("ADT^A03", visit="X1", at="20260310080000-0400"))
    feed.send(message("ADT^A08", visit="X1", at="20260310090000-0400"))
    late = datetime.fromisoformat("2026-06-20T08:00:00+00:00")
    tick(feed, late)
    corrected = feed.send(lab(message, 1.1, visit="X1", status="C", reported="20260621080000-0400"), at=late + timedelta(days=1))
    assert corrected.reason == "ENCOUNTER_CLOSED"
    feed.send(message("ADT^A01", visit="I1", at="20260622080000-0400"), at=late + timedelta(days=2))
    carried = last(feed)
    assert carried is not None
    assert (carried.value, carried.basis, carried.from_class, carried.days_before) == (1.1, "earlier-stay", "inpatient", 109)
    tick(feed, late + timedelta(days=800))
    assert not [key for key in feed.states if key.startswith("past/")]


def test_memory_of_one_stay_is_bounded_and_does_not_depend_on_the_order(new_feed, message: Builder) -> None:
    labs = [lab(message, 1.0 + n / 100, visit="C1", number=f"F{n}", at=f"202603{n + 1:02}100000-0500") for n in range(20)]
    left = []
    for order in (labs, labs[::-1]):
        feed = new_feed()
        feed.send(clinic(message, at="20260301080000-0500"))
        for body in order:
            feed.send(body)
        left.append(next(state for key, state in feed.states.items() if key.startswith("past/")))
    assert left[0] == left[1]
    assert len(left[0].values) == 6


def test_a_merge_that_is_taken_back_takes_the_other_records_history_along(feed, message: Builder) -> None:
    feed.send(admission(message))
    feed.send(lab(message, 1.0, visit="C1", mrn="200"))
    feed.send(clinic(message, mrn="200"))
    feed.send(lab(message, 1.2, number="F2", at="20260404100000-0400", mrn="200"))
    feed.send(message("ADT^A40", "MRG|200^^^MERCY^MR", visit="", at="20260505080000-0400"))
    assert last(feed) is not None
    parted = message("ADT^A37", visit="", at="20260506080000-0400") + "PID|2||200^^^MERCY^MR||DOE^JANE\r"
    feed.send(parted)
    assert last(feed) == BaselineCarried(analyte="creatinine")
