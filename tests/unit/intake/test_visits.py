"""ADT: snapshots, class, discharge, cancels, visits without a number (DOMAIN F.1, F.4)."""

from collections.abc import Callable
from itertools import permutations

Builder = Callable[..., str]


def result(at: str = "20260504090000-0400") -> tuple[str, ...]:
    return (f"OBR|1||F{at}|24323-8^Panel^LN|||{at}|||||||||||||||{at}|||F", f"OBX|1|NM|2160-0^Creatinine^LN||1.1|mg/dL|||||F|||{at}")


def test_an_admission_says_who_where_and_since_when(feed, message: Builder) -> None:
    ended = feed.send(message("ADT^A01"))
    assert ended.outcome == "entries"
    assert feed.kinds() == ["patient_identified", "encounter_updated", "inpatient_ordered"]
    assert feed.of("encounter_updated")[0].encounter_class == "inpatient"
    assert feed.of("patient_identified")[0].birth_date == "1950-01-02"


def test_no_identifier_leaves_the_room_except_in_the_one_fact_that_names_the_patient(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", mrn="98765", visit="V54321", account="A13579"))
    for entry in feed.entries:
        assert b"V54321" not in entry.encode()
        assert b"A13579" not in entry.encode()
        assert "98765" not in entry.envelope.to_json().decode()
    for key, state in feed.states.items():
        assert "98765" not in key
        assert "V54321" not in key + state.model_dump_json()


def test_a_flood_of_snapshots_costs_nothing(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    for n in range(20):
        ended = feed.send(message("ADT^A08", at=f"202605040900{n:02}-0400"))
        assert (ended.outcome, ended.reason) == ("no_effect", "NOTHING_NEW")


def test_an_unmapped_class_is_visible_and_never_inpatient(feed, message: Builder) -> None:
    ended = feed.send(message("ADT^A01", pv1="QQ"))
    assert ("CLASS_UNMAPPED", "PV1-2") in {(p.code, p.where) for p in ended.problems}
    assert feed.of("encounter_updated")[0].encounter_class == "unmapped"
    assert feed.of("encounter_updated")[0].class_source == "QQ"
    assert feed.of("problem_noticed")
    assert not feed.of("inpatient_ordered")


def test_observation_to_inpatient_is_ordered_at_the_moment_of_the_change(feed, message: Builder) -> None:
    feed.send(message("ADT^A04", pv1="OBS"))
    feed.send(message("ADT^A06", at="20260505100000-0400"))
    assert [f.encounter_class for f in feed.of("encounter_updated")] == ["observation", "inpatient"]
    assert feed.of("inpatient_ordered")[0].at.at.isoformat() == "2026-05-05T10:00:00-04:00"


def test_discharge_and_its_cancel(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    pv1 = "PV1|1|I|5E^501^A||||77^Lindqvist^Sara||||||||||||V1^^^MERCY|||||||||||||||||03|||||||||20260507070000-0400"
    left = message("ADT^A03", at="20260507070000-0400", visit="")
    feed.send(left + pv1 + "\r")
    feed.send(message("ADT^A13", at="20260507075000-0400"))
    assert feed.of("encounter_discharged")[0].disposition == "03"
    assert feed.kinds()[-1] == "discharge_cancelled"


def test_a_cancelled_admission_cancels_whichever_comes_first(new_feed, message: Builder) -> None:
    told = [message("ADT^A01"), message("ADT^A11", at="20260504093000-0400")]
    for order in permutations(told):
        feed = new_feed()
        outcomes = [feed.send(body).outcome for body in order]
        assert feed.of("encounter_cancelled"), outcomes
        assert "kept_with_patient" in outcomes or outcomes == ["entries", "entries"]


def test_emergency_and_inpatient_visits_of_one_account_are_one_encounter(feed, message: Builder) -> None:
    feed.send(message("ADT^A04", visit="E1", account="ACC", pv1="E"))
    feed.send(message("ADT^A01", visit="I1", account="ACC", at="20260504120000-0400"))
    assert len(feed.facts) == 1


def test_a_late_link_tells_everything_again_on_the_surviving_encounter(feed, message: Builder) -> None:
    feed.send(message("ADT^A04", visit="E1", pv1="E"))
    feed.send(message("ORU^R01", *result(), visit="E1"))
    feed.send(message("ADT^A01", visit="I1", account="ACC", at="20260504120000-0400"))
    assert len(feed.facts) == 2
    feed.send(message("ADT^A08", visit="E1", account="ACC", pv1="E", at="20260504130000-0400"))
    new, old = feed.facts.values()  # the emergency visit has a result: it is the one that lives on
    assert old[-1].kind == "encounter_moved"
    assert "inpatient_ordered" in [f.kind for f in new]
    feed.send(message("ORU^R01", *result("20260504140000-0400"), visit="E1", at="20260504140000-0400"))
    assert len([f for f in new if f.kind == "measurement_resulted"]) == 2


def test_a_newborn_on_the_mothers_account_is_its_own_encounter(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", account="ACC"))
    feed.send(message("ADT^A01", account="ACC", mrn="200", visit="N1", pv1="NB", at="20260504100000-0400"))
    assert len(feed.facts) == 2


def test_a_result_without_a_visit_waits_and_is_released(feed, message: Builder) -> None:
    ended = feed.send(message("ORU^R01", *result(), visit=""))
    assert ended.outcome == "kept_with_patient"
    assert "NO_VISIT" in {p.code for p in ended.problems}
    assert feed.send(message("ADT^A01")).outcome == "entries"
    assert feed.of("measurement_resulted")[0].value == 1.1


def test_with_two_open_visits_a_result_is_never_filed_with_the_latest(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ADT^A01", visit="V2", at="20260504083000-0400"))
    assert feed.send(message("ORU^R01", *result(), visit="")).outcome == "kept_with_patient"


def test_a_known_order_leads_to_the_visit(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ADT^A01", visit="V2", at="20260504083000-0400"))
    feed.send(message("ORM^O01", "ORC|NW|P77|||||||20260504084000-0400", "OBR|1|P77||600-7^Blood culture^LN", visit="V2"))
    parts = ("OBR|1|P77|F77|600-7^Blood culture^LN|||20260504090000-0400", "OBX|1|ST|600-7^Blood culture^LN||no growth||||||F")
    assert feed.send(message("ORU^R01", *parts, visit="", at="20260504100000-0400")).outcome == "entries"
    assert [f.kind for f in list(feed.facts.values())[1]][-1] == "measurement_resulted"


def test_a_reused_visit_number_is_another_visit(feed, message: Builder) -> None:
    pv1 = "PV1|1|I|5E||||||||||||||||V1^^^MERCY|||||||||||||||||01||||||||{admitted}|{left}"
    feed.send(message("ADT^A03", visit="") + pv1.format(admitted="20260101080000-0500", left="20260104080000-0500") + "\r")
    ended = feed.send(message("ADT^A01", visit="", at="20260504081000-0400") + pv1.format(admitted="20260504080000-0400", left="") + "\r")
    assert "VISIT_REUSED" in {p.code for p in ended.problems}
    assert len(feed.facts) == 2


def test_two_tenants_with_the_same_numbers_share_nothing(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ADT^A01"), tenant="u")
    assert len(feed.facts) == 2


TOMORROW = "20260508120000-0400"  # messages of these tests come on 7 May


def test_a_clock_that_is_wrong_makes_nothing_newer_than_what_truly_comes_later(feed, message: Builder) -> None:
    feed.send(message("ADT^A04", pv1="E"))
    skewed = feed.send(message("ADT^A06", pv1="OBS", at=TOMORROW))
    assert ("CLOCK_SKEW", "MSH-7") in [(problem.code, problem.where) for problem in skewed.problems]
    assert skewed.outcome == "entries"
    feed.send(message("ADT^A06", pv1="I", at="20260507083000-0400"))
    assert [fact.encounter_class for fact in feed.of("encounter_updated")] == ["emergency", "observation", "inpatient"]


def test_an_event_that_claims_to_have_happened_tomorrow_has_no_such_time(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    gone = message("ADT^A03", at="20260507080000-0400").replace("EVN||20260507080000-0400", f"EVN||20260507080000-0400||||{TOMORROW}")
    ended = feed.send(gone)
    assert ("FUTURE_TIME", "EVN-6") in [(problem.code, problem.where) for problem in ended.problems]
    assert feed.of("encounter_discharged")[0].at.at.isoformat() == "2026-05-07T08:00:00-04:00"


def test_the_systems_of_one_authority_name_one_patient_and_one_visit(new_feed, message: Builder) -> None:
    feed = new_feed(authority_by_name={"urn:oid:1.2.3": "MERCY", "urn:mercy:visits": "MERCY"})
    feed.send(message("ADT^A01"))
    feed.send({
        "resourceType": "Observation", "id": "o", "status": "final", "valueQuantity": {"value": 1.0, "unit": "mg/dL"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]}, "effectiveDateTime": "2026-05-04T10:00:00-04:00",
        "subject": {"identifier": {"system": "urn:oid:1.2.3", "value": "100"}},
        "encounter": {"identifier": {"system": "urn:mercy:visits", "value": "V1"}},
    })  # fmt: skip
    assert [fact.analyte for fact in feed.of("measurement_resulted")] == ["creatinine"]
    assert len(feed.facts) == 1
