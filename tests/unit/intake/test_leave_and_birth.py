"""Leave of absence, and encounters of newborns: told as facts, by HL7 and by FHIR alike (DOMAIN F.1, F.4)."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from opencdi.events.facts import fact_hash

Builder = Callable[..., str]


def event(message: Builder, trigger: str, hour: int, **more: Any) -> str:
    return message(f"ADT^{trigger}", at=f"20260504{hour:02}0000-0400", control=f"{trigger}{hour}", **more)


def encounter(hour: int, status: str = "in-progress", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Encounter", "id": "e1", "status": status, "class": {"code": "IMP"}, "subject": {"reference": "Patient/p1"},
        "identifier": [{"system": "MERCY", "value": "V1"}], "meta": {"lastUpdated": f"2026-05-04T{hour:02}:00:00-04:00"},
        "location": [{"location": {"display": "5E^501^A"}}],
        "participant": [{"individual": {"identifier": {"value": "77"}, "display": "Sara Lindqvist"}}], **more,
    }  # fmt: skip


def away(feed: Any) -> list[tuple[bool, int]]:
    return [(fact.on_leave, fact.at.at.hour) for fact in feed.of("encounter_updated") if fact.on_leave is not None]


@pytest.mark.parametrize(("triggers", "said"), [
    (["A21", "A22"], [(True, 9), (False, 10)]),
    (["A21", "A52"], [(True, 9), (False, 10)]),
    (["A21", "A22", "A53", "A22"], [(True, 9), (False, 10), (True, 11), (False, 12)]),
    (["A21", "A08", "A02"], [(True, 9)]),
    (["A22"], []),
])  # fmt: skip
def test_a_leave_is_told_and_ends_nothing(new_feed, message: Builder, triggers: list[str], said: list[tuple[bool, int]]) -> None:
    told = [event(message, "A01", 8), *(event(message, trigger, hour) for hour, trigger in enumerate(triggers, 9))]
    feed = new_feed()
    for body in told:
        feed.send(body)
    assert away(feed) == said
    assert {fact.encounter_class for fact in feed.of("encounter_updated")} <= {"inpatient", None}
    assert not {"encounter_discharged", "encounter_cancelled"} & set(feed.kinds())
    for order in permutations(told):
        feed = new_feed()
        for nth, body in enumerate((*order, *order)):
            feed.send(body.replace("|P|2.5.1", f"-{nth}|P|2.5.1"))
        last = [on_leave for on_leave, _ in away(feed)][-1:]
        assert (last or [False]) == ([on_leave for on_leave, _ in said][-1:] or [False])


def test_who_does_not_come_back_is_discharged_and_a_result_of_the_leave_is_the_stays(feed, message: Builder) -> None:
    feed.send(event(message, "A01", 8))
    feed.send(event(message, "A21", 9))
    lines = ("OBR|1||F1|24323-8^Panel^LN|||20260504100000-0400", "OBX|1|NM|2160-0^Creatinine^LN||1.1|mg/dL|||||F")
    assert feed.send(message("ORU^R01", *lines, visit="", at="20260504110000-0400")).outcome == "entries"
    feed.send(event(message, "A03", 12))
    assert feed.kinds()[-2:] == ["measurement_resulted", "encounter_discharged"]


def test_a_leave_is_one_fact_whoever_tells_it(new_feed, message: Builder) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    for trigger, hour in (("A01", 8), ("A21", 9), ("A22", 10)):
        by_hl7.send(event(message, trigger, hour))
    for status, hour in (("in-progress", 8), ("onleave", 9), ("in-progress", 10)):
        history = [{"status": "onleave", "period": {"start": "2026-05-04T09:00:00-04:00", "end": "2026-05-04T10:00:00-04:00"}}]
        by_fhir.send(encounter(hour, status, statusHistory=history if hour == 10 else []))
    told = [[fact_hash(fact) for fact in feed.of("encounter_updated")] for feed in (by_hl7, by_fhir)]
    assert len(told[0]) == 3
    assert told[0] == told[1]


@pytest.mark.parametrize(("admission", "indicator", "newborn"), [
    ("N", "", True), ("4", "", True), ("E", "", None), ("", "", None), ("", "Y", True), ("R", "Y", True), ("", "N", None),
])  # fmt: skip
def test_the_encounter_of_a_newborn_says_so(feed, message: Builder, admission: str, indicator: str, newborn: bool | None) -> None:
    told = event(message, "A01", 8, mrn="200", visit="N1", account="ACC")
    pv2 = "PV2|" + "|" * 35 + indicator
    feed.send(told.replace("5E^501^A|", f"5E^501^A|{admission}", 1) + pv2 + "\r")
    assert [fact.newborn for fact in feed.of("encounter_updated")] == [newborn]


def test_who_was_taken_for_a_newborn_by_mistake_is_none(new_feed, message: Builder) -> None:
    told = [
        event(message, trigger, hour).replace("5E^501^A|", f"5E^501^A|{kind}", 1)
        for trigger, hour, kind in (("A01", 8, "N"), ("A08", 9, "E"))
    ]
    for order in permutations(told):
        feed = new_feed()
        for body in order:
            feed.send(body)
        assert [fact.newborn for fact in feed.of("encounter_updated") if fact.newborn is not None][-1:] in ([False], [])


def test_a_newborn_is_one_fact_whoever_tells_it(new_feed, message: Builder) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    by_hl7.send(event(message, "A01", 8).replace("5E^501^A|", "5E^501^A|N", 1))
    by_fhir.send(encounter(8, hospitalization={"admitSource": {"coding": [{"code": "born"}]}}))
    told = [[fact_hash(fact) for fact in feed.of("encounter_updated")] for feed in (by_hl7, by_fhir)]
    assert told[0] == told[1]
    assert by_fhir.of("encounter_updated")[0].newborn


def rate(feed: Any, message: Builder, text: str, analyte: str = "8867-4") -> Any:
    obx = f"OBX|1|NM|{analyte}^{text}^LN||150|/min|||||F|||20260504090000-0400"
    feed.send(message("ORU^R01", f"OBR|1||F{text}|1^Vitals^L|||20260504090000-0400", obx, control=text))
    return feed.of("measurement_resulted")[-1].problem


@pytest.mark.parametrize(("text", "problem"), [
    ("Fetal heart rate", "OTHER_PERSON"), ("FHR foetus A", "OTHER_PERSON"), ("Cord blood pH", "OTHER_PERSON"), ("Heart rate", None),
    ("Spinal cord level", None),
])  # fmt: skip
def test_what_is_measured_in_the_child_is_never_the_mothers(feed, message: Builder, text: str, problem: str | None) -> None:
    feed.send(event(message, "A01", 8))
    assert rate(feed, message, text) == problem


@pytest.mark.parametrize(("focus", "problem"), [
    ([], None), ([{"reference": "Patient/p1"}], None), ([{"reference": "Device/pump"}], None), ([{"reference": "Patient/child"}], "OTHER_PERSON"),
    ([{"reference": "https://ehr/fhir/RelatedPerson/donor"}], "OTHER_PERSON"), ([{"display": "Fetus A"}], "OTHER_PERSON"),
])  # fmt: skip
def test_an_observation_about_somebody_else_is_not_the_patients(feed, focus: list[dict[str, str]], problem: str | None) -> None:
    feed.send(encounter(8))
    told: dict[str, Any] = {
        "resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/p1"}, "focus": focus,
        "encounter": {"reference": "Encounter/e1"}, "effectiveDateTime": "2026-05-04T09:00:00-04:00",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
        "valueQuantity": {"value": 150, "code": "/min"},
    }  # fmt: skip
    feed.send(told)
    assert [fact.problem for fact in feed.of("measurement_resulted")] == [problem]


def test_mother_and_newborn_on_one_account_have_each_their_own_results_whichever_comes_first(new_feed, message: Builder) -> None:
    def told(mrn: str, visit: str, value: str) -> list[str]:
        lines = (f"OBR|1||F{mrn}|24323-8^Panel^LN|||20260504100000-0400", f"OBX|1|NM|2160-0^Creatinine^LN||{value}|mg/dL|||||F")
        who = {"mrn": mrn, "account": "ACC", "at": f"202605040{mrn[0]}0000-0400"}
        return [
            message("ADT^A01", visit=visit, **who),
            message("ORU^R01", *lines, visit="", **who | {"at": "20260504110000-0400"}, control=mrn),
        ]

    messages = [*told("100", "V1", "1.1"), *told("200", "N1", "0.4")]
    for order in permutations(messages):
        feed = new_feed()
        for body in order:
            feed.send(body)
        results = {
            [fact for fact in facts if fact.kind == "patient_identified"][-1].mrn: [
                fact.value for fact in facts if fact.kind == "measurement_resulted"
            ]
            for facts in feed.facts.values()
        }
        assert results == {"100": [1.1], "200": [0.4]}


def test_a_stay_that_is_finished_is_discharged_though_no_version_says_when_it_was_told(feed) -> None:
    for status in ("in-progress", "onleave", "finished"):
        told = encounter(8, status, period={"start": "2026-05-04T08:00:00-04:00", "end": "2026-05-06T08:00:00-04:00"})
        feed.send({name: value for name, value in told.items() if name != "meta"})
    assert [fact.on_leave for fact in feed.of("encounter_updated")] == [None, True]
    assert [fact.at.at.day for fact in feed.of("encounter_discharged")] == [6]
