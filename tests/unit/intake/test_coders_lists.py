"""DG1 and PR1 from ADT, BAR and DFT: what coders listed (DOMAIN E.1, F.6)."""

from collections.abc import Callable
from itertools import permutations

import pytest

from opencdi.events.facts import fact_hash

Builder = Callable[..., str]
LATER = "20260505100000-0400"
DG1 = "DG1|1||N17.9^Acute kidney failure^I10||20260504110000-0400|F||||||||||||||{own}|{action}|||||Y"
PR1 = "PR1|1||5A1955Z^Ventilation^I10P||20260504120000-0400||||||||||||||{own}|{action}"


@pytest.mark.parametrize("kind", ["ADT^A08", "BAR^P01", "BAR^P05", "BAR^P06", "BAR^P10", "BAR^P12", "DFT^P03", "DFT^P11"])
def test_diagnoses_and_procedures_field_by_field(feed, message: Builder, kind: str) -> None:
    feed.send(message("ADT^A01"))
    ended = feed.send(message(kind, DG1.format(own="", action=""), PR1.format(own="", action=""), at=LATER))
    assert (ended.outcome, ended.message_type) == ("entries", kind)
    (diagnosis,), (procedure,) = feed.of("diagnosis_listed"), feed.of("procedure_recorded")
    assert (diagnosis.code.code, diagnosis.code.system, diagnosis.code.text) == ("N179", "I10", "Acute kidney failure")
    assert (diagnosis.role, diagnosis.status, diagnosis.poa) == ("final", "active", "Y")
    assert diagnosis.at.at.isoformat() == "2026-05-04T11:00:00-04:00"
    assert (procedure.code.code, procedure.code.system, procedure.code.text, procedure.status) == (
        "5A1955Z", "I10P", "Ventilation", "done",
    )  # fmt: skip
    assert procedure.at.at.isoformat() == "2026-05-04T12:00:00-04:00"


def test_a_list_is_as_new_as_its_event_however_late_it_is_sent(new_feed, message: Builder) -> None:
    """EVN-2 orders what is told, as it does the visit's snapshots: a queue that is emptied late takes nothing back (DOMAIN F.2)."""
    news = message("ADT^A08", DG1.format(own="7", action="D"), at="20260505090000-0400")
    stale = message("ADT^A08", DG1.format(own="7", action="A"), at=LATER).replace(f"EVN||{LATER}", "EVN||20260505080000-0400")
    for told in permutations([news, stale]):
        feed = new_feed()
        for body in (message("ADT^A01"), *told):
            feed.send(body)
        assert feed.of("diagnosis_listed")[-1].status == "withdrawn"


@pytest.mark.parametrize(("kind", "sent", "role"), [
    ("ADT^A01", "A", "admitting"), ("ADT^A01", "W", "working"), ("ADT^A01", "F", "final"), ("ADT^A01", "", "working"),
    ("BAR^P12", "F", "final"), ("BAR^P12", "", "billing"),
])  # fmt: skip
def test_the_role_is_the_senders_else_the_feeds(feed, message: Builder, kind: str, sent: str, role: str) -> None:
    feed.send(message(kind, f"DG1|1||I10^Hypertension^I10|||{sent}"))
    assert [fact.role for fact in feed.of("diagnosis_listed")] == [role]


@pytest.mark.parametrize(("segment", "system"), [
    ("DG1|1|I10|I50.9|Heart failure||F", "I10"), ("DG1|1|I9|428.0|Heart failure||F", "I9"), ("DG1|1||X1|Heart failure||F", "L"),
    ("PR1|1|I10P|02HV33Z|Line||", "I10P"), ("PR1|1|CPT|93458|Coronary angiography||", "CPT"),
    ("PR1|1||71045^Chest X-ray^C4||", "CPT"), ("PR1|1||A0427^Transport^HCPCS||", "HCPCS"),
])  # fmt: skip
def test_the_code_system_is_the_codes_else_the_one_that_older_versions_name_before_it(
    feed, message: Builder, segment: str, system: str
) -> None:
    feed.send(message("BAR^P12", segment))
    (listed,) = [fact for fact in feed.all if fact.kind in ("diagnosis_listed", "procedure_recorded")]
    assert (listed.code.system, bool(listed.code.text)) == (system, True)


@pytest.mark.parametrize("own", ["", "L7"], ids=["by what it says", "by its own number"])
def test_a_line_that_coders_delete_is_withdrawn(feed, message: Builder, own: str) -> None:
    feed.send(message("BAR^P12", DG1.format(own=own, action="A"), PR1.format(own=own, action="A")))
    feed.send(
        message("BAR^P12", "DG1|1||J18.9^Pneumonia^I10|||F", DG1.format(own=own, action="D"), PR1.format(own=own, action="D"), at=LATER)
    )
    diagnoses, procedures = feed.of("diagnosis_listed"), feed.of("procedure_recorded")
    assert [(fact.code.code, fact.status) for fact in diagnoses] == [("N179", "active"), ("J189", "active"), ("N179", "withdrawn")]
    assert diagnoses[0].listing_id == diagnoses[2].listing_id
    assert [fact.status for fact in procedures] == ["done", "withdrawn"]
    assert len({fact.procedure_id for fact in procedures}) == 1


def test_the_same_list_again_says_nothing_new(feed, message: Builder) -> None:
    for at in ("20260504130000-0400", LATER):
        ended = feed.send(message("BAR^P12", DG1.format(own="", action=""), PR1.format(own="", action=""), at=at))
    assert (ended.outcome, ended.reason) == ("no_effect", "UNCHANGED")


def test_two_patients_without_a_visit_number_never_share_a_line(feed, message: Builder) -> None:
    for mrn in ("100", "200"):
        feed.send(message("ADT^A01", mrn=mrn, visit=f"V{mrn}"))
        feed.send(message("BAR^P12", DG1.format(own="", action=""), mrn=mrn, visit="", at=LATER))
    assert [[fact.kind for fact in facts].count("diagnosis_listed") for facts in feed.facts.values()] == [1, 1]


def fhir_condition(**more: object) -> dict:
    """The diagnosis of DG1, as an Encounter's Condition without a number of its own."""
    return {
        "resourceType": "Condition", "recordedDate": "2026-05-04T11:00:00-04:00", "subject": {"identifier": {"system": "MERCY", "value": "100"}},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "N17.9", "display": "Acute kidney failure"}]}, **more,
    }  # fmt: skip


def test_one_diagnosis_of_one_stay_is_one_line_whatever_message_tells_it(new_feed, message: Builder) -> None:
    billed, deleted = (DG1.format(own="", action=action).replace("|F||", "|||").replace("|Y", "|") for action in ("", "D"))
    told = [
        message("BAR^P12", billed, at=LATER),
        message("BAR^P12", billed, at=LATER, visit=""),
        fhir_condition(meta={"lastUpdated": "2026-05-05T10:00:00-04:00"}),
    ]
    for order in permutations(told):
        feed = new_feed()
        for body in (message("ADT^A01"), *order):
            feed.send(body)
        assert len(feed.of("diagnosis_listed")) == 1
        feed.send(message("BAR^P12", deleted, visit="", at="20260506100000-0400"))
        feed.send(fhir_condition(meta={"lastUpdated": "2026-05-06T11:00:00-04:00"}))
        assert [fact.status for fact in feed.of("diagnosis_listed")] == ["active", "withdrawn", "active"]
        assert len({fact.listing_id for fact in feed.of("diagnosis_listed")}) == 1


def test_the_same_diagnosis_in_another_stay_is_another_line(new_feed, message: Builder) -> None:
    lines = {"V1": DG1.format(own="", action=""), "V2": DG1.format(own="", action="")}
    admitted = [message("ADT^A01", visit=visit) for visit in lines]
    told = [message("BAR^P12", line, visit=visit, at=LATER) for visit, line in lines.items()]
    for order in permutations([*admitted, *told]):
        feed = new_feed()
        for body in order:
            feed.send(body)
        assert [[fact.kind for fact in facts].count("diagnosis_listed") for facts in feed.facts.values()] == [1, 1]


@pytest.mark.parametrize("withdrawn", ["V1", "V2"])
def test_of_two_visits_that_prove_to_be_one_stay_the_last_word_on_a_line_counts(new_feed, message: Builder, withdrawn: str) -> None:
    """ED and ward list the same diagnosis; then their account says that it is one stay (DOMAIN F.1)."""
    other = "V2" if withdrawn == "V1" else "V1"
    feed = new_feed()
    for visit in ("V1", "V2"):
        feed.send(message("ADT^A01", visit=visit))
        feed.send(message("BAR^P12", DG1.format(own="", action="A"), visit=visit, at="20260504130000-0400"))
    feed.send(message("BAR^P12", DG1.format(own="", action="D"), visit=withdrawn, at=LATER))
    for visit in ("V1", "V2"):
        feed.send(message("ADT^A08", visit=visit, account="A1", at="20260505120000-0400"))
    (stay,) = [facts for facts in feed.facts.values() if all(fact.kind != "encounter_moved" for fact in facts)]
    assert [fact.status for fact in stay if fact.kind == "diagnosis_listed"][-1] == "withdrawn"
    assert len({fact.listing_id for fact in stay if fact.kind == "diagnosis_listed"}) == 1
    ended = feed.send(message("BAR^P12", DG1.format(own="", action="A"), visit=other, at="20260506100000-0400"))
    assert (ended.outcome, stay[-1].status) == ("entries", "active")


def test_a_procedure_that_is_still_to_come_was_not_done(feed, message: Builder) -> None:
    ended = feed.send(message("BAR^P05", "PR1|1||5A1955Z^Ventilation^I10P||20260601120000-0400"))
    assert not feed.of("procedure_recorded")
    assert ("FUTURE_TIME", "PR1-5") in {(problem.code, problem.where) for problem in ended.problems}


@pytest.mark.parametrize(("segment", "resource", "kind"), [
    ("PR1|1||5A1955Z^Ventilation^I10P||20260504120000-0400",
     {"resourceType": "Procedure", "status": "completed", "performedDateTime": "2026-05-04T12:00:00-04:00",
      "code": {"coding": [{"system": "http://www.cms.gov/Medicare/Coding/ICD10", "code": "5A1955Z", "display": "Ventilation"}]}},
     "procedure_recorded"),
    ("PR1|1||93458^Coronary angiography^C4||20260504120000-0400",
     {"resourceType": "Procedure", "status": "completed", "performedDateTime": "2026-05-04T12:00:00-04:00",
      "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "93458", "display": "Coronary angiography"}]}},
     "procedure_recorded"),
    ("DG1|1||N17.9^Acute kidney failure^I10||20260504110000-0400",
     {"resourceType": "Condition", "recordedDate": "2026-05-04T11:00:00-04:00",
      "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "N17.9", "display": "Acute kidney failure"}]}},
     "diagnosis_listed"),
], ids=["PCS", "CPT", "diagnosis"])  # fmt: skip
def test_hl7_and_fhir_tell_the_same_fact(new_feed, message: Builder, segment: str, resource: dict, kind: str) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    by_hl7.send(message("BAR^P12", segment))
    encounter = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "in-progress",
        "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p1"},
    }
    patient = {"resourceType": "Patient", "id": "p1", "identifier": [{"system": "urn:mercy", "value": "100"}]}
    about = {"id": "x1", "subject": {"reference": "Patient/p1"}, "encounter": {"reference": "Encounter/e1"}}
    for one in (patient, encounter, resource | about):
        by_fhir.send(one)
    (told,), (also,) = by_hl7.of(kind), by_fhir.of(kind)
    assert fact_hash(told) == fact_hash(also)


def undated(message: Builder, hour: int, poa: str = "", action: str = "", on: str = "") -> str:
    dg1, pr1 = DG1.replace("20260504110000-0400", on).replace("|Y", f"|{poa}"), PR1.replace("20260504120000-0400", on)
    lines = (dg1.format(own="L7", action=action), pr1.format(own="L8", action=action))
    return message("ADT^A08", *lines, at=f"20260504{hour}0000-0400", control=f"{hour}{poa}{action}")


def lines_that_stand(feed) -> dict[str, tuple[str, str | None, str]]:
    told = [*feed.of("diagnosis_listed"), *feed.of("procedure_recorded")]
    return {fact.kind: (fact.status, getattr(fact, "poa", None), fact.at.at.isoformat()) for fact in told}


def test_a_line_without_a_date_is_told_once_though_every_snapshot_brings_it(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(undated(message, 10))
    for hour in (11, 12, 13):
        assert (feed.send(undated(message, hour)).outcome, feed.ended[-1].reason) == ("no_effect", "UNCHANGED")
    assert len(feed.of("diagnosis_listed")) == len(feed.of("procedure_recorded")) == 1
    feed.send(undated(message, 14, poa="N"))
    assert [(fact.poa, fact.at.at.hour) for fact in feed.of("diagnosis_listed")] == [(None, 10), ("N", 10)]


DATED = "20260503090000-0400"


@pytest.mark.parametrize(("told", "diagnosis"), [
    ([(10,), (11,), (12, "N")], ("active", "N", "2026-05-04T10:00:00-04:00")),
    ([(10,), (11, "Y"), (12, "Y", "D")], ("withdrawn", "Y", "2026-05-04T10:00:00-04:00")),
    ([(10,), (11, "Y", "", DATED), (12, "Y")], ("active", "Y", "2026-05-03T09:00:00-04:00")),
    ([(10, "", "", "20260502090000-0400"), (11, "Y", "", DATED), (12, "Y")], ("active", "Y", "2026-05-03T09:00:00-04:00")),
])  # fmt: skip
def test_in_whatever_order_and_however_often_they_come_the_lines_end_the_same(
    new_feed, message: Builder, told: list[tuple], diagnosis: tuple[str, str, str]
) -> None:
    for order in permutations(told * 2):
        feed = new_feed()
        feed.send(message("ADT^A01"))
        for one in order:
            feed.send(undated(message, *one))
        stand = lines_that_stand(feed)
        assert stand["diagnosis_listed"] == diagnosis
        assert stand["procedure_recorded"][2] == diagnosis[2]
