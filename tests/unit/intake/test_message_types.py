"""Every HL7 v2 message type that an interface may send ends as the table says (DOMAIN E.1, F.4)."""

from collections.abc import Callable

import pytest

from opencdi.intake.tables import MERGE_BY_TRIGGER, PERSON_TRIGGERS, VISIT_EVENT_BY_TRIGGER

Builder = Callable[..., str]
LATER = "20260505100000-0400"
MOVED = "PV1|1|I|6W^610^B||||77^Lindqvist^Sara||||||||||||V1^^^MERCY"


@pytest.mark.parametrize("trigger", [name for name, event in VISIT_EVENT_BY_TRIGGER.items() if event == "snapshot"])
def test_an_event_of_a_stay_that_goes_on_tells_where_the_patient_is_and_ends_nothing(feed, message: Builder, trigger: str) -> None:
    feed.send(message("ADT^A01"))
    ended = feed.send(message(f"ADT^{trigger}", MOVED, visit="", at=LATER))
    assert (ended.outcome, ended.message_type) == ("entries", f"ADT^{trigger}")
    assert [fact.location for fact in feed.of("encounter_updated")] == ["5E^501^A", "6W^610^B"]
    assert not {"encounter_discharged", "encounter_cancelled"} & set(feed.kinds())


@pytest.mark.parametrize("trigger", ["A11", "A23", "A38"])
def test_an_admission_that_is_cancelled_or_deleted_never_happened(feed, message: Builder, trigger: str) -> None:
    feed.send(message("ADT^A05" if trigger == "A38" else "ADT^A01", pv1="P" if trigger == "A38" else "I"))
    assert feed.send(message(f"ADT^{trigger}", at=LATER)).outcome == "entries"
    assert feed.kinds()[-1] == "encounter_cancelled"


@pytest.mark.parametrize("trigger", sorted(PERSON_TRIGGERS))
def test_a_person_message_tells_who_and_nothing_of_the_stay(feed, message: Builder, trigger: str) -> None:
    feed.send(message("ADT^A01"))
    ended = feed.send(message(f"ADT^{trigger}", at=LATER).replace("19500102|F", "19500103|F"))
    assert ended.outcome == "entries"
    assert feed.kinds()[3:] == ["patient_identified"]
    assert feed.of("patient_identified")[-1].birth_date == "1950-01-03"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("ADT^A14", "ADMISSION_PENDING"), ("ADT^A27", "ADMISSION_PENDING"), ("ADT^A20", "BED_STATUS"), ("ADT^A24", "LINK_IS_NO_MERGE"),
     ("ADT^A37", "LINK_IS_NO_MERGE"), ("ADT^A29", "NO_STAY_IS_DELETED"), ("ADT^A48", "ALTERNATE_NUMBER"), ("ADT^A51", "ALTERNATE_NUMBER"),
     ("BAR^P02", "NO_STAY_IS_DELETED"), ("SIU^S12", "SCHEDULE_NOT_USED"),
     ("SIU^S26", "SCHEDULE_NOT_USED"), ("MFN^M02", "NO_STAFF"), ("MFN^M05", "MASTER_FILE_NOT_USED"), ("QBP^Q22", "QUERY"), ("RSP^K22", "QUERY"),
     ("ORL^O22", "ACKNOWLEDGEMENT"), ("ACK^A01", "ACKNOWLEDGEMENT"), ("MFK^M02", "ACKNOWLEDGEMENT"), ("ORI^O24", "ACKNOWLEDGEMENT"), ("RRG^O16", "ACKNOWLEDGEMENT"),
     ("DSR^Q01", "QUERY"), ("VXR^V03", "QUERY"), ("MFR^M05", "QUERY"), ("RQI^I01", "QUERY"), ("VXU^V04", "VACCINATION_HISTORY_NOT_USED"),
     ("REF^I12", "REFERRAL_NOT_USED"), ("OMN^O07", "SUPPLY_NOT_USED")],
)  # fmt: skip
def test_what_tells_nothing_that_is_kept_ends_without_effect_and_says_why(feed, message: Builder, kind: str, reason: str) -> None:
    feed.send(message("ADT^A01"))
    before = len(feed.all)
    ended = feed.send(message(kind, at=LATER))
    assert (ended.outcome, ended.reason, len(feed.all)) == ("no_effect", reason, before)


def test_a_bed_status_names_no_patient_and_needs_none(feed) -> None:
    ended = feed.send("MSH|^~\\&|ADM|HOSP|BED|HOSP|20260504||ADT^A20|1|P|2.5.1\rEVN|A20|20260504\rNPU|W^410^C|C\r")
    assert (ended.outcome, ended.reason) == ("no_effect", "BED_STATUS")


def test_two_patients_who_change_beds_are_both_told(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", mrn="100", visit="V1"))
    feed.send(message("ADT^A01", mrn="200", visit="V2", at="20260504081000-0400").replace("501^A", "502^B"))
    head, other = message("ADT^A17", at=LATER).replace("501^A", "502^B"), message("ADT^A17", mrn="200", visit="V2")
    ended = feed.send(head + other[other.index("PID|") :])
    assert (ended.outcome, ended.message_type, ended.entries) == ("entries", "ADT^A17", 2)
    locations = [[fact.location for fact in facts if fact.kind == "encounter_updated"] for facts in feed.facts.values()]
    assert locations == [["5E^501^A", "5E^502^B"], ["5E^502^B", "5E^501^A"]]


MERGES = {"patient": "MRG|100^^^MERCY^MR", "account": "MRG|||A1", "visit": "MRG|||||V1^^^MERCY"}
BY_NUMBER = [(trigger, what) for trigger, (what, *_) in MERGE_BY_TRIGGER.items() if what in MERGES]


@pytest.mark.parametrize(("trigger", "what"), BY_NUMBER)
def test_the_old_number_lives_on_as_the_new_one(feed, message: Builder, trigger: str, what: str) -> None:
    feed.send(message("ADT^A01", mrn="100", visit="V1", account="A1"))
    (stay,) = feed.facts
    changed = {"patient": {"mrn": "200"}, "account": {"account": "A2"}, "visit": {"visit": "V2"}}[what]
    now = {"mrn": "100", "visit": "V1", "account": "A1", **changed}
    mrg = "MRG|100^^^MERCY^MR||A1" if trigger == "A36" else MERGES[what]
    told = now | {"account": "A2"} if trigger == "A36" else now
    assert feed.send(message(f"ADT^{trigger}", mrg, at="20260504090000-0400", **told)).outcome in ("entries", "kept_with_patient")
    feed.send(message("ADT^A02", at=LATER, **told).replace("5E^501^A", "6W^610^B"))
    assert list(feed.facts) == [stay]
    assert feed.of("encounter_updated")[-1].location == "6W^610^B"


@pytest.mark.parametrize(("trigger", "what"), [(t, w) for t, w in BY_NUMBER if t in ("A43", "A46", "A47", "A49", "A50")])
def test_a_number_that_is_unchanged_is_no_error_of_a_message_about_another_number(feed, message: Builder, trigger: str, what: str) -> None:
    feed.send(message("ADT^A01", account="A1"))
    ended = feed.send(message(f"ADT^{trigger}", MERGES[what], account="A1", at=LATER))
    assert (ended.outcome, ended.reason) == ("no_effect", "ALTERNATE_NUMBER")


def test_several_patients_renumbered_in_one_message_are_all_renumbered(feed, message: Builder) -> None:
    for mrn in ("100", "101"):
        feed.send(message("ADT^A01", mrn=mrn, visit=f"V{mrn}", at=f"20260504080{mrn[-1]}00-0400"))
    one, two = (message("ADT^A47", f"MRG|{old}^^^MERCY^MR", mrn=f"2{old}", visit="", at=LATER) for old in ("100", "101"))
    assert feed.send(one + two[two.index("PID|") :]).outcome == "entries"
    feed.send(message("ADT^A02", mrn="2101", visit="V101", at="20260505110000-0400").replace("501^A", "610^B"))
    assert len(feed.facts) == 2


def test_an_account_filed_under_the_wrong_patient_is_the_right_ones(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", mrn="100", visit="V1", account="A1"))
    (stay,) = feed.facts
    wrong = feed.of("patient_identified")[-1].patient_id
    moved = feed.send(message("ADT^A44", "MRG|100^^^MERCY^MR||A1", mrn="200", account="A1", visit="", at="20260504090000-0400"))
    assert moved.outcome == "entries"
    assert feed.of("patient_identified")[-1].patient_id != wrong
    assert feed.of("patient_identified")[-1].mrn == "200"
    feed.send(message("ADT^A02", mrn="200", visit="V1", account="A1", at=LATER).replace("501^A", "610^B"))
    assert list(feed.facts) == [stay]
    again = feed.send(message("ADT^A44", "MRG|100^^^MERCY^MR||A1", mrn="200", account="A1", visit="", at="20260505110000-0400"))
    assert (again.outcome, again.reason) == ("no_effect", "UNCHANGED")


def test_a_visit_moved_to_another_account_is_part_of_that_stay(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="V1", account="A1"))
    feed.send(message("ADT^A04", visit="V2", account="A2", pv1="E", at="20260504081000-0400"))
    ended = feed.send(message("ADT^A45", "MRG|||A2||V2^^^MERCY", visit="V2", account="A1", at=LATER))
    assert ended.outcome == "entries"
    assert [fact.kind for facts in feed.facts.values() for fact in facts].count("encounter_moved") == 1
    ended = feed.send(message("ADT^A45", "MRG|||A1||V2^^^MERCY", visit="V2", account="A3", at="20260505110000-0400"))
    assert (ended.outcome, ended.problems) == ("entries", ())
    assert [fact.kind for fact in feed.all].count("encounter_moved") == 2
    again = feed.send(message("ADT^A45", "MRG|||A1||V2^^^MERCY", visit="V2", account="A3", at="20260505120000-0400"))
    assert (again.outcome, again.reason) == ("no_effect", "UNCHANGED")


def test_a_move_without_its_numbers_is_a_dead_letter(feed, message: Builder) -> None:
    ended = feed.send(message("ADT^A45", "MRG|100^^^MERCY^MR", account="A1", visit=""))
    assert (ended.outcome, ended.reason) == ("dead_letter", "NO_OLD_IDENTIFIER")


@pytest.mark.parametrize(("kind", "segments", "fact"), [
    ("ORU", ("OBR|1||F1|24323-8^Panel^LN", "OBX|1|NM|2160-0^Creatinine^LN||1.1|mg/dL|||||F"), "measurement_resulted"),
    ("ORM", ("ORC|NW|P1", "OBR|1|P1||24627-2^CT chest^LN"), "order_placed"),
    ("ADT", (), "encounter_updated"),
])  # fmt: skip
def test_before_version_2_2_the_kind_alone_is_the_type(feed, message: Builder, kind: str, segments: tuple[str, ...], fact: str) -> None:
    if kind != "ADT":
        feed.send(message("ADT^A01"))
    ended = feed.send(message(kind, *segments, at=LATER).replace("EVN||", "EVN|A01|"))
    assert ended.outcome == "entries"
    assert fact in feed.kinds()


ORC = "ORC|NW|P1|F1||||||20260504090000-0400"
OBR = "OBR|1|P1|F1|24627-2^CT chest^LN|||20260504090000-0400"


@pytest.mark.parametrize("kind", ["ORM^O01", "OMG^O19", "OML^O21", "OML^O33", "OML^O35", "OMI^O23"])
def test_an_order_of_a_service(feed, message: Builder, kind: str) -> None:
    assert feed.send(message(kind, ORC, OBR)).outcome == "entries"
    (order,) = feed.of("order_placed")
    assert (order.code.code, order.status, order.ordered_at.at.isoformat()) == ("24627-2", "active", "2026-05-04T09:00:00-04:00")


@pytest.mark.parametrize(("kind", "segment", "code"), [
    ("OMD^O03", "ODS|D||LOWNA^Low Sodium Diet^L", "LOWNA"), ("OMB^O27", "BPO|1|E0277^Packed red blood cells^ISBT128||2", "E0277"),
])  # fmt: skip
def test_an_order_of_a_diet_or_of_blood(feed, message: Builder, kind: str, segment: str, code: str) -> None:
    feed.send(message(kind, ORC, segment))
    feed.send(message(kind, ORC.replace("NW", "CA"), segment, at=LATER))
    assert [(order.code.code, order.status) for order in feed.of("order_placed")] == [(code, "active"), (code, "cancelled")]


@pytest.mark.parametrize(("kind", "segment"), [
    ("RDE^O11", "RXE||^ceftriaxone|1||g"), ("RDE^O25", "RXE||^ceftriaxone|1||g"), ("RDE^O01", "RXE||^ceftriaxone|1||g"),
    ("RDS^O13", "RXD|1|^ceftriaxone||1|g"), ("OMP^O09", "RXO|^ceftriaxone|1||g"), ("ORM^O01", "RXO|^ceftriaxone|1||g"),
])  # fmt: skip
def test_a_drug_ordered_is_not_given(feed, message: Builder, kind: str, segment: str) -> None:
    feed.send(message(kind, ORC, segment, "RXR|IV"))
    (drug,) = feed.of("medication_ordered")
    assert (drug.drug.text, drug.dose, drug.route, drug.status) == ("ceftriaxone", "1 g", "IV", "active")
    assert not feed.of("medication_given")


@pytest.mark.parametrize("kind", ["RAS^O17", "RAS^O01"])
def test_a_drug_given(feed, message: Builder, kind: str) -> None:
    feed.send(message(kind, ORC, "RXA|0|1|20260504100000-0400||^ceftriaxone|1|g|||||||||||||CP", "RXR|IV"))
    (drug,) = feed.of("medication_given")
    assert (drug.drug.text, drug.status, drug.given_at.at.isoformat()) == ("ceftriaxone", "given", "2026-05-04T10:00:00-04:00")


@pytest.mark.parametrize("kind", ["ORU^R01", "ORU^R30", "ORU^R31", "ORU^R32", "ORU^R40", "OUL^R21", "OUL^R22", "OUL^R23", "OUL^R24"])
def test_a_result_whatever_carries_it(feed, message: Builder, kind: str) -> None:
    feed.send(message("ADT^A01"))
    obx = "OBX|1|NM|2160-0^Creatinine^LN||1.1|mg/dL|||||F|||20260504090000-0400"
    assert feed.send(message(kind, "SPM|1|||SER^Serum", "OBR|1||F1|24323-8^Panel^LN", obx, at=LATER)).outcome == "entries"
    (result,) = feed.of("measurement_resulted")
    assert (result.analyte, result.value, result.unit, result.status) == ("creatinine", 1.1, "mg/dL", "final")


@pytest.mark.parametrize(("segment", "status"), [
    ("PRB|AD|20260504100000-0400|N18.31^CKD 3a^I10|26806|||20260503", "active"),
    ("PRB|UP|20260504100000-0400|N18.31^CKD 3a^I10|26806|||20260503||20260504", "resolved"),
    ("PRB|DE|20260504100000-0400|N18.31^CKD 3a^I10|26806|||20260503", "withdrawn"),
])  # fmt: skip
def test_a_problem_of_the_problem_list(feed, message: Builder, segment: str, status: str) -> None:
    feed.send(message("ADT^A01"))
    assert feed.send(message("PPR^PC1", segment, at=LATER)).outcome == "entries"
    (listed,) = feed.of("diagnosis_listed")
    assert (listed.code.code, listed.code.text, listed.role, listed.status) == ("N1831", "CKD 3a", "problem", status)
    assert (listed.at.at.date().isoformat(), listed.at.precision) == ("2026-05-03", "day")


def test_a_character_set_that_nobody_knows_is_a_visible_problem(feed, message: Builder) -> None:
    ended = feed.send(message("ADT^A01").replace("|P|2.5.1", "|P|2.5.1||||||x-unheard-of"))
    assert ended.outcome == "entries"
    assert ("CHARSET_UNKNOWN", "MSH-18") in {(problem.code, problem.where) for problem in ended.problems}


TXA = "TXA|1|18842-5^Discharge summary^LN|TX|20260504100000-0400|||||77^L^S|||{}|{}||||{}"
OBX = "OBX|1|TX|18842-5^Discharge summary^LN||{}||||||F"


@pytest.mark.parametrize(("trigger", "own", "parent", "words", "kind", "told"), [
    ("T01", "D1", "", "", "note_status_changed", {"authentication": "authenticated"}),
    ("T02", "D2", "", "New.", "note_filed", {"relation": "new", "revision": 1}),
    ("T03", "D1", "", "", "note_status_changed", {"authentication": "authenticated", "revision": 1}),
    ("T04", "D1", "", "First.", "note_status_changed", {"authentication": "authenticated", "revision": 1}),
    ("T05", "D1", "", "", "note_status_changed", {"authentication": "authenticated"}),
    ("T06", "D2", "D1", "Added.", "note_filed", {"relation": "addendum", "revision": 1}),
    ("T07", "D1", "", "", "note_status_changed", {"authentication": "authenticated"}),
    ("T08", "D1", "", "Edited.", "note_filed", {"relation": "replacement", "revision": 2}),
    ("T09", "D1", "", "", "note_status_changed", {"authentication": "authenticated"}),
    ("T10", "D2", "D1", "Replaced.", "note_filed", {"relation": "replacement", "revision": 2}),
    ("T11", "D1", "", "", "note_retracted", {}),
])  # fmt: skip
def test_a_document_event(feed, message: Builder, trigger: str, own: str, parent: str, words: str, kind: str, told: dict) -> None:
    feed.send(message("MDM^T02", TXA.format("D1", "", "IP"), OBX.format("First.")))
    before = len(feed.all)
    lines = (TXA.format(own, parent, "AU"), *((OBX.format(words),) if words else ()))
    assert feed.send(message(f"MDM^{trigger}", *lines, at=LATER)).outcome == "entries"
    (fact,) = feed.all[before:]
    assert (fact.kind, {name: getattr(fact, name) for name in told}) == (kind, told)


def test_a_person_who_has_no_stay_yet_is_kept_once(feed, message: Builder) -> None:
    assert feed.send(message("ADT^A28", visit="")).outcome == "kept_with_patient"
    assert feed.send(message("ADT^A28", visit="", at=LATER)).outcome == "no_effect"


def test_results_of_the_old_display_trigger_are_results(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ORU^R03", "OBR|1||F1|P^Panel^L|||20260504090000-0400", "OBX|1|NM|2160-0^C^LN||1.0|mg/dL|||||F", at=LATER))
    assert [fact.analyte for fact in feed.of("measurement_resulted")] == ["creatinine"]
