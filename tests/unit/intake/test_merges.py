"""A40 and A41: the patient's encounters, and what waits, follow; both orders of arrival."""

import json
from collections.abc import Callable
from itertools import permutations

import pytest

from opencdi.events.pages import FactsPage
from opencdi.intake.unions import MOST_NUMBERS

Builder = Callable[..., str]


def merge(message: Builder, old: str = "100", new: str = "200", at: str = "20260505080000-0400") -> str:
    return message("ADT^A40", f"MRG|{old}^^^MERCY^MR", mrn=new, visit="", at=at)


def creatinine(message: Builder, mrn: str, number: str, at: str, value: str = "1.1", visit: str = "V1", status: str = "F") -> str:
    parts = (
        f"OBR|1||{number}|24323-8^Panel^LN|||{at}|||||||||||||||{at}|||F",
        f"OBX|1|NM|2160-0^Creatinine^LN||{value}|mg/dL|||||{status}|||{at}",
    )
    return message("ORU^R01", *parts, mrn=mrn, visit=visit, at=at)


def test_a_merge_in_mid_stay_renames_the_patient_and_keeps_the_encounter(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", mrn="100"))
    feed.send(creatinine(message, "100", "F1", "20260504100000-0400", "2.9"))
    feed.send(message("ADT^A28", mrn="200", visit=""))
    assert feed.send(merge(message)).outcome == "entries"
    feed.send(creatinine(message, "200", "F1", "20260505100000-0400", "1.1", status="C"))
    feed.send(creatinine(message, "100", "F2", "20260505110000-0400", "1.0", visit=""))  # a system that has not heard of the merge
    assert len(feed.facts) == 1
    named = feed.of("patient_identified")
    assert named[0].patient_id != named[-1].patient_id
    results = feed.of("measurement_resulted")
    assert results[0].measurement_id == results[1].measurement_id
    assert len(results) == 3


def test_the_merge_may_come_before_the_admission(new_feed, message: Builder) -> None:
    told = [message("ADT^A01", mrn="100"), creatinine(message, "100", "F1", "20260504100000-0400")]
    early, late = new_feed(), new_feed()
    for body in (merge(message), *told):
        early.send(body)
    for body in (*told, merge(message)):
        late.send(body)
    assert early.facts.keys() == late.facts.keys()
    assert early.of("patient_identified")[-1].patient_id == late.of("patient_identified")[-1].patient_id
    assert early.of("measurement_resulted") == late.of("measurement_resulted")


def test_what_waited_under_the_old_number_is_released_under_the_new(feed, message: Builder) -> None:
    assert feed.send(creatinine(message, "100", "F1", "20260504100000-0400", visit="")).outcome == "kept_with_patient"
    feed.send(message("ADT^A01", mrn="200"))
    assert feed.send(merge(message)).outcome == "entries"
    assert feed.of("measurement_resulted")


def test_a_merge_into_itself_is_dead_lettered(feed, message: Builder) -> None:
    ended = feed.send(merge(message, "100", "100"))
    assert (ended.outcome, ended.reason) == ("dead_letter", "MERGE_INTO_ITSELF")
    assert feed.dead


@pytest.mark.parametrize("listed", ["200", "200^^^MERCY^MR~100", "100^^^MERCY^MR~200"])
def test_a_merge_may_list_the_old_number_beside_the_new_one_and_either_may_be_known_as_a_second_one(
    new_feed, message: Builder, listed: str
) -> None:
    """Registration systems send PID-3 with all numbers that a patient has; whatever came before, the new one lives on."""
    told = [
        message("ADT^A01", mrn="100"),
        merge(message, new=listed),
        message("ADT^A08", mrn="200^^^MERCY^MR~100", at="20260505090000-0400"),
        message("ADT^A31", mrn="100^^^MERCY^MR~200", visit="", at="20260504090000-0400"),
    ]
    ends = set()
    for order in permutations(told):
        feed = new_feed()
        for body in order:
            assert feed.send(body).outcome != "dead_letter"
        last = feed.of("patient_identified")[-1]
        ends.add((last.mrn, last.patient_id, len(feed.facts)))
    assert len(ends) == 1
    assert ends.pop()[0] == "200"


def test_of_a_merge_there_and_back_the_later_word_says_which_number_lives_on(new_feed, message: Builder) -> None:
    told = [message("ADT^A01", mrn="100"), merge(message, "100", "200"), merge(message, "200", "100", at="20260505090000-0400")]
    for order in permutations(told):
        feed = new_feed()
        for body in order:
            feed.send(body)
        assert feed.of("patient_identified")[-1].mrn == "100"


def test_accounts_merged_are_encounters_moved_with_their_notes(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="V1", account="A1"))
    note = "TXA|1|11506-3^Progress note^LN|TX|20260504100000-0400|77^Lindqvist^Sara|20260504100000-0400|||77^Lindqvist^Sara|||D1|||||AU"
    feed.send(message("MDM^T02", note, "OBX|1|TX|11506-3^^LN||Sepsis is improving.||||||F", visit="V1", account="A1"))
    feed.send(message("ADT^A01", visit="V2", account="A2", at="20260504110000-0400"))
    feed.send(decision("query_viewed", list(feed.facts)[1]), kind="cdi.inbound.decision")
    feed.send(message("ADT^A41", "MRG|||A1", visit="", account="A2", at="20260504120000-0400"))
    (old_id, old), (new_id, new) = feed.facts.items()
    assert old[-1].kind == "encounter_moved"
    assert old[-1].into == new_id
    assert [e.page(FactsPage).moved_from for e in feed.entries if e.envelope.encounter_id == new_id][-1] == (old_id,)
    assert [f for f in new if f.kind == "note_filed"]
    last = [e for e in feed.entries if e.has("texts")][-1]
    assert b"Sepsis is improving." in last.encode()


def decision(kind: str, encounter_id: str) -> str:
    return json.dumps({"kind": kind, "query_id": "q1", "encounter_id": encounter_id, "as_of": "m1", "actor": {"staff_id": "77"}})


def test_a_stay_lives_on_under_the_id_under_which_people_have_worked(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="V1", account="A1"))
    feed.send(message("ADT^A01", visit="V2", account="A2", at="20260504110000-0400"))
    for hour in (12, 13):
        feed.send(creatinine(message, "100", f"F{hour}", f"20260504{hour}0000-0400", visit="V2"))
    first, second = feed.facts
    feed.send(decision("query_viewed", first), kind="cdi.inbound.decision")
    feed.send(message("ADT^A41", "MRG|||A1", visit="", account="A2", at="20260504140000-0400"))
    assert feed.facts[second][-1].into == first
    assert [fact.measurement_id for fact in feed.of("measurement_resulted")][:2] == [
        fact.measurement_id for fact in feed.facts[first] if fact.kind == "measurement_resulted"
    ]
    feed.send(creatinine(message, "100", "F15", "20260504150000-0400", visit="V2"))
    feed.send(decision("query_dismissed", second).replace('m1"', 'm1", "reason": "other"'), kind="cdi.inbound.decision")
    assert [fact.kind for fact in feed.facts[first]][-2:] == ["measurement_resulted", "query_dismissed"]


def test_of_two_stays_on_which_people_have_worked_the_attested_one_lives_on(feed, message: Builder) -> None:
    for number in "12":
        feed.send(message("ADT^A01", visit=f"V{number}", account=f"A{number}"))
    first, second = feed.facts
    for _ in range(2):
        feed.send(decision("query_viewed", second), kind="cdi.inbound.decision")
    feed.send(decision("code_set_attested", first), kind="cdi.inbound.decision")
    feed.send(message("ADT^A41", "MRG|||A1", visit="", account="A2", at="20260504140000-0400"))
    assert feed.facts[second][-1].into == first
    assert [fact.encounter_id for fact in feed.facts[first] if fact.kind == "query_viewed"] == [first, first]
    assert [entry for entry in feed.entries if entry.envelope.encounter_id == first][-1].page(FactsPage).moved_from == (second,)


def test_a_visit_merged_into_another_patients_is_that_patients_whoever_has_worked_on_it(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="V1", account="A1"))
    feed.send(message("ADT^A01", mrn="200", visit="V2", account="A2", at="20260504110000-0400"))
    first, second = feed.facts
    feed.send(decision("query_viewed", first), kind="cdi.inbound.decision")
    merged = message("ADT^A42", "MRG|100^^^MERCY^MR||||V1^^^MERCY", mrn="200", visit="V2", account="A2", at="20260504120000-0400")
    feed.send(merged)
    assert feed.facts[first][-1].into == second
    named = [fact.mrn for fact in feed.facts[second] if fact.kind == "patient_identified"]
    assert set(named) == {"200"}


def test_a_cancelled_admission_does_not_cancel_the_stay_that_it_becomes(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="V1", account="A1"))
    for hour in (12, 13):
        feed.send(creatinine(message, "100", f"F{hour}", f"20260504{hour}0000-0400", visit="V1"))
    feed.send(message("ADT^A11", visit="V1", account="A1", at="20260504150000-0400"))
    feed.send(message("ADT^A01", visit="V2", account="A2", at="20260504160000-0400"))
    feed.send(message("ADT^A42", "MRG|||||V1^^^MERCY", visit="V2", account="A2", at="20260504170000-0400"))
    first, second = feed.facts
    assert feed.facts[first][-1].into == second
    kinds = [fact.kind for fact in feed.facts[second]]
    assert "encounter_cancelled" not in kinds
    assert kinds.count("measurement_resulted") == 2


def test_a_long_stay_that_moves_is_told_in_pieces_and_its_decisions_with_the_last(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="V1", account="A1"))
    feed.send(message("ADT^A01", visit="V2", account="A2", at="20260504110000-0400"))
    old, new = feed.facts
    values = (f"OBX|{n}|NM|2160-0^Creatinine^LN|{n}|1.1|mg/dL|||||F|||20260504120000-0400" for n in range(998))
    feed.send(message("ORU^R01", "OBR|1||F1|24323-8^Panel^LN|||20260504120000-0400", *values, visit="V1", account="A1"))
    for encounter_id in (old, old, old, new, new, new, new):
        feed.send(decision("query_viewed", encounter_id), kind="cdi.inbound.decision")
    feed.send(message("ADT^A41", "MRG|||A1", visit="", account="A2", at="20260504140000-0400"))
    told = [page for entry in feed.entries if entry.envelope.encounter_id == new and (page := entry.page(FactsPage)) and page.moved_from]
    assert [page.more for page in told] == [None]
    feed.send(message("ADT^A01", visit="V3", account="A3", at="20260504150000-0400"))
    third = list(feed.facts)[2]
    for _ in range(8):
        feed.send(decision("query_viewed", third), kind="cdi.inbound.decision")
    feed.send(message("ADT^A41", "MRG|||A2", visit="", account="A3", at="20260504160000-0400"))
    told = [page for entry in feed.entries if entry.envelope.encounter_id == third and (page := entry.page(FactsPage)) and page.moved_from]
    assert [page.more for page in told] == [True, False]
    assert [sum(fact.kind == "query_viewed" for fact in page.facts) for page in told] == [0, 7]
    assert all(set(page.moved_from) == {old, new} for page in told)


def test_a_stay_moved_twice_names_all_that_it_was(feed, message: Builder) -> None:
    for number in "123":
        feed.send(message("ADT^A01", visit=f"V{number}", account=f"A{number}"))
    first, second, third = feed.facts
    for encounter_id in (second, third, third, third):
        feed.send(decision("query_viewed", encounter_id), kind="cdi.inbound.decision")
    feed.send(message("ADT^A41", "MRG|||A1", visit="", account="A2", at="20260504140000-0400"))
    feed.send(message("ADT^A41", "MRG|||A2", visit="", account="A3", at="20260504150000-0400"))
    last = [entry.page(FactsPage) for entry in feed.entries if entry.envelope.encounter_id == third][-1]
    assert set(last.moved_from) == {first, second}


def test_a_discharged_visit_merged_into_a_stay_ends_it_for_retention_too(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", visit="V1", account="A1"))
    feed.send(message("ADT^A04", visit="V2", account="A2", pv1="E", at="20260503080000-0400"))
    _, second = feed.facts
    feed.send(decision("query_viewed", second), kind="cdi.inbound.decision")
    feed.send(message("ADT^A03", visit="V1", account="A1", at="20260505110000-0400"))
    feed.send(message("ADT^A42", "MRG|||||V1^^^MERCY", visit="V2", account="A2", at="20260505120000-0400"))
    assert [fact.kind for fact in feed.facts[second]].count("encounter_discharged") == 1
    encounter = feed.states[f"encounter/{second}"]
    assert encounter.discharged_at is not None
    assert [key for key, state in feed.states.items() if key.startswith("due-day/") and second in state.encounters]


def stay(message: Builder, number: str, at: str) -> list[str]:
    return [
        message("ADT^A01", visit=f"V{number}", account=f"A{number}", at=at),
        creatinine(message, "100", f"F{number}", at, visit=f"V{number}"),
    ]


@pytest.mark.parametrize(
    ("trigger", "old_number"), [("ADT^A41", "MRG|||A1"), ("ADT^A42", "MRG|||||V1^^^MERCY")], ids=["accounts", "visits"]
)
def test_the_merge_may_come_before_between_or_after_what_it_merges(new_feed, message: Builder, trigger: str, old_number: str) -> None:
    old, new = stay(message, "1", "20260504080000-0400"), stay(message, "2", "20260504110000-0400")
    merged = message(trigger, old_number, visit="V2", account="A2", at="20260504120000-0400")
    for told in ([merged, *old, *new], [*old, merged, *new], [*new, merged, *old], [*old, *new, merged], [*new, *old, merged]):
        feed = new_feed()
        for body in told:
            feed.send(body)
        living = {e for e, facts in feed.facts.items() if not any(fact.kind == "encounter_moved" for fact in facts)}
        (encounter_id,) = living
        assert {fact.measurement_id for fact in feed.facts[encounter_id] if fact.kind == "measurement_resulted"} == {
            fact.measurement_id for fact in feed.of("measurement_resulted")
        }
        assert len(feed.of("measurement_resulted")) >= 2
        assert feed.send(message(trigger, old_number, visit="V2", account="A2", at="20260504130000-0400")).outcome == "no_effect"


def test_a_merge_of_what_nobody_knows_yet_is_kept(feed, message: Builder) -> None:
    assert feed.send(message("ADT^A41", "MRG|||A1", visit="", account="A2")).outcome == "kept_with_patient"
    assert feed.send(message("ADT^A41", "MRG|||A2", visit="", account="A1")).outcome == "no_effect"


def test_all_numbers_of_the_old_record_lead_to_the_new_one(feed, message: Builder) -> None:
    for number, mrn in (("1", "201"), ("2", "202")):
        feed.send(message("ADT^A01", visit=f"V{number}", mrn=mrn, control=f"a{number}"))
    feed.send(message("ADT^A40", "MRG|201^^^MERCY^MR~202^^^MERCY^MR", visit="", at="20260504120000-0400"))
    assert {facts[-1].mrn for facts in feed.facts.values()} == {"100"}


def test_a_number_for_everybody_is_merged_with_so_many_and_no_more(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", mrn="200"))
    told = [feed.send(merge(message, old=f"9{n:04}")) for n in range(MOST_NUMBERS + 2)]
    refused = [n for n, ended in enumerate(told) if "TOO_MANY_MERGES" in {problem.code for problem in ended.problems}]
    assert refused == [MOST_NUMBERS, MOST_NUMBERS + 1]
    assert max(len(state.near) for key, state in feed.states.items() if key.startswith("person/")) == MOST_NUMBERS
    feed.send(message("ADT^A08", mrn="90007", pv1="E"))  # one of the first ones is still this patient
    assert len(feed.facts) == 1
