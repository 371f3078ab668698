"""What waits with a patient for its stay: bounded, told, and filed in the name of who sent it (DOMAIN F.1)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from opencdi.intake.held import MOST, MOST_BASELINES

Builder = Callable[..., str]
LONG_AGO = datetime(2025, 6, 1, 8, tzinfo=UTC)


def result(
    message: Builder, nth: int, *, loinc: str = "2823-3", value: str = "4.1", since: datetime = LONG_AGO, unit: str = "mmol/L"
) -> str:
    at = (since + timedelta(hours=nth)).strftime("%Y%m%d%H%M%S-0400")
    obr = f"OBR|1||F{nth}|24323-8^Panel^LN|||{at}|||||||||||||||{at}|||F"
    return message("ORU^R01", obr, f"OBX|1|NM|{loinc}^X^LN||{value}|{unit}|||||F|||{at}", visit="", at=at, control=f"C{nth}{loinc}{value}")


def placed(feed: Any) -> list[str]:
    return sorted(fact.measurement_id for fact in feed.of("measurement_resulted"))


def test_of_years_of_results_without_a_visit_the_newest_wait_in_whatever_order_they_come(new_feed, message: Builder) -> None:
    ended, told = [], []
    for seed in (None, 1, 2):
        feed, numbers = new_feed(), list(range(MOST + 40))
        if seed is not None:
            Random(seed).shuffle(numbers)
        ended.append([feed.send(result(message, nth), backload=True) for nth in numbers])
        assert sum(key.startswith("held/") for key in feed.states) == MOST
        feed.send(message("ADT^A01", visit="V1", at="20250601060000-0400"))
        told.append(placed(feed))
    assert len(told[0]) == MOST
    assert told[0] == told[1] == told[2]
    assert [one.reason for one in ended[0]] == ["WAITS"] * (MOST + 40)
    assert ["TOO_MANY_WAIT" in {problem.code for problem in one.problems} for one in ended[0]] == [False] * MOST + [True] * 40


def test_what_is_older_than_all_that_waits_is_not_kept_and_says_so(feed, message: Builder) -> None:
    for nth in range(1, MOST + 1):
        feed.send(result(message, nth), backload=True)
    ended = feed.send(result(message, 0), backload=True)
    assert (ended.outcome, ended.reason) == ("no_effect", "TOO_MANY_WAIT")


def test_what_happened_in_the_last_month_is_never_dropped(feed, message: Builder) -> None:
    for nth in range(MOST + 40):
        ended = feed.send(result(message, nth, since=datetime(2026, 4, 20, 8, tzinfo=UTC)))
        assert not {problem.code for problem in ended.problems} - {"NO_VISIT"}
    feed.send(message("ADT^A01", visit="V1", at="20260420060000-0400"))
    assert len(placed(feed)) == MOST + 40


def test_other_results_take_no_room_from_what_may_be_a_baseline(feed, message: Builder) -> None:
    feed.send(result(message, 0, loinc="2160-0", value="0.9", unit="mg/dL"), backload=True)
    for nth in range(1, MOST + 40):
        feed.send(result(message, nth), backload=True)
    feed.send(message("ADT^A01", visit="V1", at="20260504080000-0400"))
    assert [fact.value for fact in feed.of("baseline_carried")] == [0.9]
    for nth in range(1, MOST_BASELINES + 1):
        feed.send(result(message, nth, loinc="2160-0", value="1.1", unit="mg/dL"), backload=True)
    carried = feed.of("baseline_carried")[-1]
    assert (carried.value, carried.of) == (1.1, MOST_BASELINES)


def test_the_order_of_a_result_that_waited_leads_to_its_stay_as_of_one_that_came_later(new_feed, message: Builder) -> None:
    """A pathologist's report comes after the discharge and names no visit: by its order it is this stay's, whichever came first."""
    order = "ORC|RE|P9|F9\rOBR|1|P9|F9|{code}|||{at}|||||||||||||||{at}|||F"
    gross = message("ORU^R01", order.format(code="2823-3^K^LN", at="20260504090000-0400"),
                    "OBX|1|NM|2823-3^K^LN||4.1|mmol/L|||||F", visit="", at="20260504090000-0400")  # fmt: skip
    late = message("ORU^R01", order.format(code="11529-5^Pathology^LN", at="20260506110000-0400"),
                   "OBX|1|TX|11529-5^Pathology^LN||Adenocarcinoma, moderately differentiated.||||||F",
                   visit="", at="20260506110000-0400")  # fmt: skip
    admitted = message("ADT^A01", at="20260504080000-0400")
    left = message("ADT^A03", at="20260505120000-0400")
    for bodies in ((admitted, gross, left, late), (gross, admitted, left, late)):
        feed = new_feed()
        ended = [feed.send(body) for body in bodies]
        assert ended[-1].outcome == "entries"
        assert len(feed.facts) == 1


def fhir_visit(number: str, begun: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter", "id": "1", "status": "finished", "class": {"code": "IMP"},
        "identifier": [{"system": "urn:visits", "value": number}], "subject": PATIENT, "period": {"start": begun, "end": begun},
        "meta": {"lastUpdated": "2026-05-06T08:00:00Z"},
    }  # fmt: skip


PATIENT = {"identifier": {"type": {"coding": [{"code": "MR"}]}, "system": "MERCY", "value": "100"}}


def test_a_reference_that_waits_is_the_one_of_the_feed_that_told_it(feed) -> None:
    """Two servers number their Encounters from 1: what one of them says of its own is never filed with the other's."""
    potassium = {
        "resourceType": "Observation", "id": "k", "status": "final", "subject": PATIENT, "encounter": {"reference": "Encounter/1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]}, "effectiveDateTime": "2026-05-04T09:00:00Z",
        "valueQuantity": {"value": 4.1, "unit": "mmol/L"},
    }  # fmt: skip
    assert feed.send(potassium, name="ward").outcome == "kept_with_patient"
    feed.send(fhir_visit("A", "2026-05-01T08:00:00Z"), name="clinic")
    assert placed(feed) == []
    feed.send(fhir_visit("B", "2026-05-04T08:00:00Z"), name="ward")
    (encounter_id,) = (one for one, facts in feed.facts.items() if any(fact.kind == "measurement_resulted" for fact in facts))
    assert any(fact.at.at.day == 4 for fact in feed.facts[encounter_id] if fact.kind == "encounter_discharged")


def test_what_waited_is_filed_in_the_name_of_the_feed_that_sent_it(feed, message: Builder) -> None:
    note = "TXA|1|DS|TX|20260504090000-0400|77^Lindqvist^Sara|||||||D{n}||||||AU\rOBX|1|TX|||Sepsis due to E. coli."
    feed.send(message("MDM^T02", note.format(n=1), sender="EHR"), name="ehr")
    assert feed.send(message("MDM^T02", note.format(n=2), sender="ARCHIVE", visit=""), name="archive").outcome == "kept_with_patient"
    feed.send(message("ADT^A01"), name="adt")
    assert [fact.source for fact in feed.of("note_provenance_added")] == ["archive"]
