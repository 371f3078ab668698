"""What a person says that a code means becomes site data, once and in the order in which it was said."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.events.audiences import Unmapped
from opencdi.events.inbound import Tick
from opencdi.events.pages import FactsPage, SitePage, TextsPage
from opencdi.intake.room import intake_room
from opencdi.knowledge.site import load_site
from opencdi.settings import rules_dir

SITE = load_site(rules_dir() / "sites" / "default.yaml")

GLUCOSE = '{"table":"loinc_by_local_code","code":"GLU^L","to":"2345-7","by":{"staff_id":"if-3"}}'


def sites(feed: Any) -> list[SitePage]:
    return [page for entry in feed.entries if (page := entry.page(SitePage)) is not None]


def say(feed: Any, body: str, ce_id: str | None = None) -> Any:
    return feed.send(body, kind="cdi.inbound.site-mapping", ce_id=ce_id)


def test_a_mapping_is_the_next_revision_of_the_site_data(feed, site) -> None:
    assert say(feed, GLUCOSE).outcome == "entries"
    (told,) = sites(feed)
    assert told.site["loinc_by_local_code"] == {**site.loinc_by_local_code, "GLU^L": "2345-7"}
    assert told.site["revision"] == site.revision + 1
    assert told.site["class_by_code"] == site.class_by_code
    say(feed, GLUCOSE.replace('"to":"2345-7",', ""))
    assert "GLU^L" not in sites(feed)[-1].site["loinc_by_local_code"]
    assert sites(feed)[-1].site["revision"] == site.revision + 2


def test_a_mapping_told_again_changes_nothing_even_after_a_newer_one(feed) -> None:
    say(feed, GLUCOSE, "first")
    assert say(feed, GLUCOSE, "again").reason == "UNCHANGED"
    say(feed, GLUCOSE.replace("2345-7", "2339-0"), "second")
    assert say(feed, GLUCOSE, "first").reason == "DUPLICATE"
    assert [told.site["loinc_by_local_code"]["GLU^L"] for told in sites(feed)] == ["2345-7", "2339-0"]


@pytest.mark.parametrize(
    ("body", "where"),
    [(GLUCOSE.replace("2345-7", "glucose"), "to"), (GLUCOSE.replace("loinc_by_local_code", "thresholds"), "table"), ("{", "body")],
)
def test_a_mapping_that_no_table_can_hold_is_dead_lettered_by_field(feed, body: str, where: str) -> None:
    ended = say(feed, body)
    assert (ended.outcome, ended.reason, ended.problems[0].where) == ("dead_letter", "UNREADABLE_SITE_MAPPING", where)
    assert sites(feed) == []


# --- what was filed under a code is said again when it means something --------------------------------------------------
MAPPED = '{"table":"%s","code":"%s","to":%s,"by":{"staff_id":"if-3"}}'
CREATININE = MAPPED % ("loinc_by_local_code", "CREA^L", '"2160-0"')


def result(
    message: Any, value: str = "2.9", unit: str = "mg/dL", code: str = "CREA^Creatinine, serum^L", filler: str = "F1", **told: str
) -> str:
    return message("ORU^R01", f"OBR|1||{filler}|PANEL|||20260504083000-0400", f"OBX|1|NM|{code}||{value}|{unit}|||||F", **told)


def entries_after(feed: Any, count: int) -> list[tuple[str, str | None, list[Any]]]:
    return [(e.envelope.kind, e.envelope.encounter_id, list(page.facts)) for e in feed.entries[count:] if (page := e.page(FactsPage))]


def test_an_unmapped_result_is_named_with_its_key_and_said_again_converted_when_it_is_mapped(feed, message) -> None:
    feed.send(message("ADT^A01"))
    ended = feed.send(result(message, "256", "umol/L"))
    assert ended.unmapped == (Unmapped(table="loinc_by_local_code", code="CREA^L", text="Creatinine, serum"),)
    (before,) = feed.of("measurement_resulted")
    assert (before.analyte, before.value, before.problem) == (None, 256.0, "MAPPING_NEEDED")
    count = len(feed.entries)
    assert say(feed, CREATININE, "map-1").entries == 2
    site_entry, entry = feed.entries[count:]
    assert (site_entry.envelope.kind, entry.envelope.entry_id, entry.envelope.kind) == ("site-data", "map-1-0", "entry")
    ((_, _, (now,)),) = entries_after(feed, count)
    assert now == before.model_copy(update={"analyte": "creatinine", "value": 2.8959, "unit": "mg/dL", "problem": None})
    assert feed.send(result(message, "256", "umol/L", at="20260504090000-0400")).unmapped == ()
    assert len(feed.of("measurement_resulted")) == 2  # the resend is what stands already


def test_only_the_newest_version_is_said_again_and_what_another_table_spoils_stays_spoilt(feed, message) -> None:
    feed.send(message("ADT^A01"))
    feed.send(result(message, "2.9"))
    feed.send(result(message, "3.1", at="20260504090000-0400"))
    feed.send(message("ORU^R01", "OBR|1||F2|PANEL", "OBX|1|NM|CREA^^L||1.0|mg/dL|||||F", "NTE|1||icteric serum"))
    count = len(feed.entries)
    say(feed, CREATININE)
    ((_, _, facts),) = entries_after(feed, count)
    assert [(f.value, f.analyte, f.problem) for f in facts] == [(3.1, "creatinine", None), (1.0, "creatinine", "ICTERIC")]


def test_a_wrong_mapping_is_superseded_by_the_right_one_and_a_withdrawn_one_by_none(feed, message) -> None:
    feed.send(message("ADT^A01"))
    say(feed, MAPPED % ("loinc_by_local_code", "CREA^L", '"2823-3"'))
    feed.send(result(message, "4.1", "mmol/L"))
    count = len(feed.entries)
    say(feed, CREATININE)
    ((_, _, facts),) = entries_after(feed, count)
    assert [(f.analyte, f.status, f.value) for f in facts] == [("potassium", "withdrawn", 4.1), ("creatinine", "final", 46.379)]
    count = len(feed.entries)
    say(feed, MAPPED % ("loinc_by_local_code", "CREA^L", "null"))
    ((_, _, facts),) = entries_after(feed, count)
    assert [(f.analyte, f.status, f.problem) for f in facts] == [
        ("creatinine", "withdrawn", None),
        (None, "final", "MAPPING_NEEDED"),
    ]


def test_a_table_told_whole_does_the_same_for_what_it_newly_knows(feed, message, site) -> None:
    feed.send(message("ADT^A01"))
    feed.send(result(message))
    told = site.model_copy(update={"loinc_by_local_code": {"CREA": "2160-0"}, "revision": 9})
    assert feed.send(told.model_dump_json(), kind="cdi.inbound.site-data").entries == 2
    assert feed.of("measurement_resulted")[-1].analyte == "creatinine"
    assert feed.send(told.model_copy(update={"bill_hold_days": 9}).model_dump_json(), kind="cdi.inbound.site-data").entries == 1


def test_another_tenants_stays_are_theirs(feed, message) -> None:
    for tenant in ("a", "b"):
        feed.send(message("ADT^A01"), tenant=tenant)
        feed.send(result(message), tenant=tenant)
    count = len(feed.entries)
    feed.send(CREATININE, kind="cdi.inbound.site-mapping", tenant="b")
    assert {entry.envelope.tenant for entry in feed.entries[count:]} == {"b"}
    assert len(entries_after(feed, count)) == 1


def test_what_waits_for_its_encounter_is_read_by_the_tables_of_the_day_it_finds_one(feed, message) -> None:
    assert feed.send(result(message, visit="")).outcome == "kept_with_patient"
    assert say(feed, CREATININE).entries == 1
    feed.send(message("ADT^A01"))
    (fact,) = feed.of("measurement_resulted")
    assert (fact.analyte, fact.value, fact.problem) == ("creatinine", 2.9, None)


def test_a_stay_that_moved_is_told_where_it_lives(feed, message) -> None:
    feed.send(message("ADT^A01", visit="V1", account="ACC1"))
    feed.send(message("ADT^A01", visit="V2", account="ACC2", at="20260504090000-0400"))
    feed.send(result(message, visit="V2"))
    feed.send(message("ADT^A41", "MRG|100^^^MERCY^MR||ACC2", account="ACC1", visit="", at="20260504100000-0400"))
    (moved,) = feed.of("encounter_moved")
    count = len(feed.entries)
    say(feed, CREATININE)
    ((_, encounter_id, (fact,)),) = entries_after(feed, count)
    assert (encounter_id, fact.analyte) == (moved.into, "creatinine")


def test_a_closed_stay_is_left_in_peace(feed, message) -> None:
    feed.send(message("ADT^A01"))
    feed.send(result(message))
    feed.send(message("ADT^A03", at="20260504120000-0400"))
    later = datetime(2026, 8, 1, tzinfo=UTC)
    feed.send(Tick(at=later).to_json(), kind="cdi.inbound.tick", at=later)
    assert feed.send(CREATININE, kind="cdi.inbound.site-mapping", at=later).entries == 1


def test_history_stays_history(feed, message) -> None:
    feed.send(message("ADT^A01"), backload=True)
    feed.send(result(message), backload=True)
    count = len(feed.entries)
    say(feed, CREATININE)
    assert [(kind, facts[0].analyte) for kind, _, facts in entries_after(feed, count)] == [("history", "creatinine")]
    feed.send(message("ADT^A08", at="20260504110000-0400", pv1="E"))  # the first live word brings all of it
    assert [fact.analyte for fact in feed.of("measurement_resulted")][-2:] == [None, "creatinine"]


@pytest.mark.parametrize("system", ["2.16.840.1.113883.6.1", "LN", "LOINC"])
def test_a_code_system_may_be_named_by_its_oid(feed, message, system) -> None:
    feed.send(message("ADT^A01"))
    assert feed.send(result(message, code=f"2160-0^Creatinine^{system}")).unmapped == ()
    observation = {
        "resourceType": "Observation", "id": "o1", "status": "final", "subject": {"identifier": {"value": "100"}},
        "code": {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.1", "code": "2160-0"}]},
        "valueQuantity": {"value": 2.9, "code": "mg/dL"}, "encounter": {"identifier": {"value": "V1", "system": "MERCY"}},
    }  # fmt: skip
    patient = {"resourceType": "Patient", "id": "p", "identifier": [{"value": "100", "system": "MERCY"}]}
    feed.send(patient)
    feed.send(observation | {"subject": {"reference": "Patient/p"}})
    assert [fact.analyte for fact in feed.of("measurement_resulted")] == 2 * ["creatinine"]


def test_what_evidently_is_no_code_is_not_named(feed, message) -> None:
    feed.send(message("ADT^A01"))
    for code in ("^only words^L", "the patient says that her knee hurts^^L", f"{'9' * 300}^^L"):
        assert feed.send(result(message, code=code, filler=f"F{code}")).unmapped == ()
    ended = feed.send(result(message, code=f"GLU^{'long ' * 40}^L", filler="F9"))
    assert len(ended.unmapped[0].text) == 80


# --- visits -------------------------------------------------------------------------------------------------------------
def discharged(message: Any, code: str, at: str = "20260506120000-0400") -> str:
    return message("ADT^A03", at=at).replace("V1^^^MERCY", "V1^^^MERCY" + 17 * "|" + code)


def test_a_class_that_is_mapped_makes_the_stay_an_inpatients_since_it_was_first_told(feed, message) -> None:
    ended = feed.send(message("ADT^A01", pv1="STA"))
    assert ended.unmapped == (Unmapped(table="class_by_code", code="STA"),)
    feed.send(message("ADT^A08", pv1="STA", at="20260505080000-0400"))
    assert feed.of("inpatient_ordered") == []
    say(feed, MAPPED % ("class_by_code", "STA", '"inpatient"'))
    assert [(f.encounter_class, f.class_source) for f in feed.of("encounter_updated")][-1] == ("inpatient", None)
    (order,) = feed.of("inpatient_ordered")
    assert (order.at.at.isoformat(), order.basis) == ("2026-05-04T08:00:00-04:00", "first-inpatient-class")
    say(feed, MAPPED % ("class_by_code", "STA", '"observation"'))
    assert feed.of("encounter_updated")[-1].encounter_class == "observation"
    assert feed.kinds()[-1] == "inpatient_order_cancelled"
    say(feed, MAPPED % ("class_by_code", "STA", "null"))
    assert (feed.of("encounter_updated")[-1].encounter_class, feed.of("encounter_updated")[-1].class_source) == ("unmapped", "STA")


def test_a_class_that_was_only_announced_makes_no_inpatient(feed, message) -> None:
    feed.send(message("ADT^A05", pv1="STA"))
    say(feed, MAPPED % ("class_by_code", "STA", '"inpatient"'))
    assert feed.of("inpatient_ordered") == []
    feed.send(message("ADT^A01", pv1="STA", at="20260505080000-0400"))
    assert [fact.at.at.day for fact in feed.of("inpatient_ordered")] == [5]


def test_a_kind_of_patient_may_be_mapped_by_itself(feed, message) -> None:
    feed.send(message("ADT^A01", pv1="STA").replace("|||||||||||V1", "||||||||||OBS|V1"))
    say(feed, MAPPED % ("class_by_code", "STA/OBS", '"observation"'))
    assert feed.of("encounter_updated")[-1].encounter_class == "observation"


def test_a_disposition_that_is_mapped_is_told_at_once(feed, message) -> None:
    feed.send(message("ADT^A01"))
    ended = feed.send(discharged(message, "HHC"))
    assert ended.unmapped == (Unmapped(table="disposition_by_code", code="HHC"),)
    say(feed, MAPPED % ("disposition_by_code", "HHC", '"06"'))
    told = feed.of("encounter_discharged")
    assert [(fact.disposition, fact.disposition_source) for fact in told] == [(None, "HHC"), ("06", None)]
    assert told[0].at == told[1].at
    say(feed, MAPPED % ("disposition_by_code", "HHC", '"03"'))
    assert feed.of("encounter_discharged")[-1].disposition == "03"


# --- documents ----------------------------------------------------------------------------------------------------------
def test_a_kind_of_note_that_is_mapped_is_the_same_note_read_anew(feed, message) -> None:
    feed.send(message("ADT^A01"))
    note = message(
        "MDM^T02", "TXA|1|HOSPPN^Hospitalist note|TX|20260504090000||||||77^Lindqvist^Sara||D1|||||AU", "OBX|1|TX|||Acute kidney injury."
    )
    ended = feed.send(note)
    assert ended.unmapped == (Unmapped(table="note_type_by_code", code="HOSPPN", text="Hospitalist note"),)
    say(feed, MAPPED % ("note_type_by_code", "HOSPPN", '"progress"'))
    first, second = feed.of("note_filed")
    assert (first.note_type, first.author.role, first.revision) == ("other", "unknown", 1)
    assert (second.note_type, second.author.role, second.revision) == ("progress", "unknown", 2)
    assert (second.note_id, second.text_hash, second.authentication) == (first.note_id, first.text_hash, "authenticated")
    assert feed.entries[-1].page(TextsPage).texts == {first.note_id: "Acute kidney injury."}
    say(feed, MAPPED % ("note_type_by_code", "HOSPPN", "null"))
    assert (feed.of("note_filed")[-1].note_type, feed.of("note_filed")[-1].author.role) == ("other", "unknown")


@settings(max_examples=200, deadline=None)
@given(
    told=st.lists(
        st.tuples(st.sampled_from(["A01", "A08", "A08", "A06", "A07", "A11"]), st.sampled_from(["STA", "BEO", "I", "E"])),
        min_size=1,
        max_size=7,
    )
)
def test_classes_mapped_at_the_end_say_what_they_would_have_said_from_the_beginning(told, feed_into, message) -> None:
    tables = {**SITE.class_by_code, "STA": "inpatient", "BEO": "observation"}
    known = SITE.model_copy(update={"class_by_code": tables, "revision": SITE.revision + 1})
    bodies = [message(f"ADT^{kind}", pv1=code, at=f"2026050408{nth:02}00-0400") for nth, (kind, code) in enumerate(told)]
    early, late = (feed_into(intake_room(lambda tenant: tenant.encode() * 16, site)) for site in (known, SITE))
    for body in bodies:
        early.send(body)
        late.send(body)
    late.send(known.model_dump_json(), kind="cdi.inbound.site-data")
    assert stands(late) == stands(early)


def stands(feed: Any) -> tuple[Any, ...]:
    """Class and hour of the inpatient's admission as the last facts leave them; of a cancelled stay nothing is said."""
    if any(state.cancelled for key, state in feed.states.items() if key.startswith("encounter/")):
        return ("cancelled",)
    classes = [fact.encounter_class for fact in feed.of("encounter_updated") if fact.encounter_class]
    orders = [fact for fact in feed.all if fact.kind in ("inpatient_ordered", "inpatient_order_cancelled")]
    return classes[-1:], orders[-1].at.sortable if orders and orders[-1].kind == "inpatient_ordered" else None


@pytest.mark.parametrize(
    ("sent", "loinc", "problem"), [("grossly hemolyzed", "2823-3", "HEMOLYZED"), ("grossly hemolyzed", "2160-0", None)]
)
def test_a_flaw_told_while_the_code_was_unmapped_spoils_what_it_turns_out_to_be(
    feed, message, sent: str, loinc: str, problem: str | None
) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ORU^R01", "OBR|1||F2|PANEL", "OBX|1|NM|X^^L||6.4|mmol/L|||||F", f"NTE|1||{sent}"))
    count = len(feed.entries)
    say(feed, MAPPED % ("loinc_by_local_code", "X^L", f'"{loinc}"'))
    ((_, _, (fact,)),) = entries_after(feed, count)
    assert (fact.flaws, fact.problem) == (("HEMOLYZED",), problem or "IMPOSSIBLE_VALUE")  # 6.4 mmol/L are 72 mg/dL of creatinine


def test_a_code_field_that_names_the_patient_is_not_told(feed, message) -> None:
    feed.send(message("ADT^A01"))
    ended = feed.send(message("ORU^R01", "OBR|1||F2|PANEL", "OBX|1|NM|CREA^DOE^L||1|mg/dL|||||F", "OBX|2|NM|JANE^x^L||1|mg/dL|||||F"))
    assert ended.unmapped == (Unmapped(table="loinc_by_local_code", code="CREA^L", text=""),)
