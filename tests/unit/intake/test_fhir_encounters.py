"""Encounter as servers of R4, R4B and R5 write it: class in codes and words, states, the names of R5 (DOMAIN F.4)."""

from typing import Any

import pytest

PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "p1", "identifier": [{"system": "MERCY", "value": "100"}]}


def encounter(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Encounter", "id": "e1", "status": "in-progress", "subject": {"reference": "Patient/p1"},
        "identifier": [{"system": "MERCY", "value": "V1"}], "meta": {"lastUpdated": "2026-05-04T10:00:00-04:00"}, **more,
    }  # fmt: skip


def concept(*codes: str, text: str = "") -> dict[str, Any]:
    return {"coding": [{"code": code} for code in codes], "text": text}


@pytest.mark.parametrize(("told", "meant"), [
    ({"code": "IMP"}, "inpatient"), ([concept("IMP")], "inpatient"), (concept("EMER"), "emergency"), ([{"code": "OBSENC"}], "observation"),
    ([concept("IMP"), concept("ACUTE")], "inpatient"), ([concept("local-7", "AMB")], "outpatient"),
    ([concept("IMP"), concept("VIP")], "inpatient"),  # the second says something else than a class
    ({"display": "inpatient encounter"}, "inpatient"), ([{"text": "Emergency"}], "emergency"), ("Observation", "observation"),
])  # fmt: skip
def test_the_class_is_read_however_it_is_written(feed, told: object, meant: str) -> None:
    feed.send(PATIENT)
    ended = feed.send(encounter(**{"class": told}))
    (fact,) = feed.of("encounter_updated")
    assert (fact.encounter_class, fact.class_source, ended.unmapped) == (meant, None, ())


@pytest.mark.parametrize(("told", "code"), [
    ({"display": "Ward stay"}, "Ward stay"), ({"text": "Ward stay"}, "Ward stay"), ([{"text": "Ward stay"}], "Ward stay"),
    ({"coding": [{"display": "Ward stay"}]}, "Ward stay"), ("Ward stay", "Ward stay"), ([concept("W7", text="Ward stay")], "W7"),
    ([concept("EMER"), concept("IMP")], "EMER+IMP"),
])  # fmt: skip
def test_a_class_that_no_table_knows_waits_to_be_mapped(new_feed, told: object, code: str) -> None:
    feed = new_feed()
    feed.send(PATIENT)
    ended = feed.send(encounter(**{"class": told}))
    assert [(one.table, one.code) for one in ended.unmapped] == [("class_by_code", code)]
    assert "CLASS_UNMAPPED" in [problem.code for problem in ended.problems]
    (fact,) = feed.of("encounter_updated")
    assert (fact.encounter_class, fact.class_source) == ("unmapped", code)
    feed = new_feed(class_by_code={code: "inpatient"})
    feed.send(PATIENT)
    feed.send(encounter(**{"class": told}))
    assert [fact.encounter_class for fact in feed.of("encounter_updated")] == ["inpatient"]


@pytest.mark.parametrize("told", [{}, [], [{}], {"system": "urn:x"}, {"coding": []}, None, [[{"code": "IMP"}]], [None]])
def test_what_says_no_class_says_none(feed, told: object) -> None:
    feed.send(PATIENT)
    ended = feed.send(encounter(**{"class": told}, location=[{"location": {"display": "5E"}}]))
    assert ended.outcome == "entries"
    assert [fact.encounter_class for fact in feed.of("encounter_updated")] == [None]


def test_words_in_pv1_2_are_a_class_too(feed, message) -> None:
    assert [one.code for one in feed.send(message("ADT^A01", pv1="^Ward stay")).unmapped] == ["Ward stay"]
    feed.send(message("ADT^A08", pv1="^Inpatient", at="20260504090000-0400"))
    assert [fact.encounter_class for fact in feed.of("encounter_updated")] == ["unmapped", "inpatient"]


@pytest.mark.parametrize(("status", "kinds"), [
    ("planned", []), ("arrived", []), ("triaged", []), ("in-progress", []), ("onleave", []), ("on-hold", []), ("unknown", []),
    ("finished", ["encounter_discharged"]), ("completed", ["encounter_discharged"]), ("discharged", ["encounter_discharged"]),
    ("discontinued", ["encounter_discharged"]), ("cancelled", ["encounter_cancelled"]), ("entered-in-error", ["encounter_cancelled"]),
    ("no status", []), ("", []),
])  # fmt: skip
def test_every_status_of_r4_and_r5(feed, status: str, kinds: list[str]) -> None:
    feed.send(PATIENT)
    feed.send(encounter(**{"class": {"code": "IMP"}}))
    later = {"lastUpdated": "2026-05-05T10:00:00-04:00"}
    feed.send(encounter(status=status, meta=later, actualPeriod={"end": "2026-05-05T09:00:00-04:00"}, **{"class": [concept("IMP")]}))
    assert [kind for kind in feed.kinds() if kind in ("encounter_discharged", "encounter_cancelled")] == kinds
    assert (True in [fact.on_leave for fact in feed.of("encounter_updated")]) == (status in ("onleave", "on-hold"))


def test_r4_and_r5_of_one_stay_are_one(new_feed) -> None:
    r4 = encounter(
        period={"start": "2026-05-04T08:00:00-04:00"},
        reasonCode=[{"text": "cough"}],
        serviceType=concept("MED"),
        **{"class": {"code": "IMP"}},
    )
    r5 = encounter(
        actualPeriod={"start": "2026-05-04T08:00:00-04:00"}, reason=[{"value": [{"concept": {"text": "cough"}}]}],
        serviceType=[{"concept": concept("MED")}], **{"class": [concept("IMP")]},
    )  # fmt: skip
    said = []
    for told in (r4, r5):
        feed = new_feed()
        feed.send(PATIENT)
        feed.send(told)
        said.append(feed.all)
    assert said[0] == said[1]
    assert [(fact.admitting_reason, fact.service) for fact in said[0] if fact.kind == "encounter_updated"] == [("cough", "MED")]
