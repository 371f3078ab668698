"""Several visits of one stay: one of them governs class, place and discharge (DOMAIN F.1, F.4)."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

Builder = Callable[..., str]
DAY = "20260504{}00-0400"


def visit(
    message: Builder, trigger: str, hour: str, pv1: str, number: str, *, account: str = "AL1", place: str = "5E", status: str = ""
) -> str:
    """An ADT message of the account with a location of its own and, where told, PV1-36."""
    fields = [""] * 46
    fields[0], fields[1], fields[2], fields[3], fields[19], fields[36] = "PV1", "1", pv1, place, f"{number}^^^MERCY", status
    at = DAY.format(hour)
    return message(f"ADT^{trigger}", "|".join(fields), at=at, visit="", account=account, control=f"{trigger}{number}{at}")


def emergency(message: Builder, trigger: str = "A04", hour: str = "0800", **more: str) -> str:
    return visit(message, trigger, hour, "E", "VL1E", **({"place": "ED"} | more))


def inpatient(message: Builder, trigger: str = "A01", hour: str = "1200", **more: str) -> str:
    return visit(message, trigger, hour, "I", "VL1", **more)


def standing(feed: Any) -> tuple[str | None, str | None, bool]:
    """Class and place as a reader of the stay's facts has them last, and whether the patient has left."""
    (facts,) = [facts for facts in feed.facts.values() if facts[-1].kind != "encounter_moved"]
    kind, place, left = None, None, False
    for fact in facts:
        if fact.kind == "encounter_updated":
            kind, place = fact.encounter_class or kind, fact.location or place
        elif fact.kind in ("encounter_discharged", "discharge_cancelled"):
            left = fact.kind == "encounter_discharged"
    return kind, place, left


def test_the_stay_ends_with_its_inpatient_visit_though_the_emergency_visit_was_never_closed(feed, message: Builder) -> None:
    feed.send(emergency(message))
    feed.send(inpatient(message))
    assert feed.send(inpatient(message, "A03", "1800", status="01")).outcome == "entries"
    (left,) = feed.of("encounter_discharged")
    assert left.disposition == "01"


@pytest.mark.parametrize("told", ["A08", "A03"])
def test_what_is_told_later_about_the_emergency_visit_changes_nothing_of_the_stay(feed, message: Builder, told: str) -> None:
    feed.send(emergency(message))
    feed.send(inpatient(message))
    assert feed.send(emergency(message, told, "1300", place="ED^7")).outcome == "no_effect"
    assert standing(feed) == ("inpatient", "5E", False)


def test_an_emergency_visit_that_ends_before_anyone_knows_of_the_admission_does_not_end_the_stay(feed, message: Builder) -> None:
    feed.send(emergency(message))
    feed.send(emergency(message, "A03", "1100"))
    feed.send(inpatient(message))
    assert standing(feed) == ("inpatient", "5E", False)


def test_the_stay_is_the_same_in_whatever_order_its_visits_are_told(new_feed, message: Builder) -> None:
    told = [emergency(message), inpatient(message), emergency(message, "A03", "1300"), inpatient(message, "A03", "1800", status="01")]
    for order in permutations(told):
        feed = new_feed()
        for body in order:
            feed.send(body)
        assert standing(feed) == ("inpatient", "5E", True)


def test_of_two_inpatient_visits_the_later_one_governs(feed, message: Builder) -> None:
    feed.send(inpatient(message))
    feed.send(visit(message, "A01", "1500", "I", "VL2", place="ICU"))
    feed.send(inpatient(message, "A03", "1600"))
    assert standing(feed) == ("inpatient", "ICU", False)
    feed.send(visit(message, "A03", "1900", "I", "VL2", place="ICU", status="01"))
    assert standing(feed) == ("inpatient", "ICU", True)


def test_where_the_admission_is_cancelled_the_emergency_visit_speaks_again(feed, message: Builder) -> None:
    feed.send(emergency(message))
    feed.send(inpatient(message))
    feed.send(inpatient(message, "A11", "1230"))
    assert standing(feed) == ("emergency", "ED", False)
    assert not feed.of("encounter_cancelled")


def test_an_emergency_visit_that_is_linked_late_does_not_govern(feed, message: Builder) -> None:
    feed.send(emergency(message, account=""))
    feed.send(emergency(message, "A03", "1100", account=""))
    feed.send(inpatient(message))
    assert len(feed.facts) == 2
    feed.send(emergency(message, "A08", "1300"))
    assert "encounter_moved" in feed.kinds()
    assert standing(feed) == ("inpatient", "5E", False)


def test_a_corrected_disposition_is_told_and_the_same_again_is_not(feed, message: Builder) -> None:
    feed.send(inpatient(message))
    feed.send(inpatient(message, "A03", "1800", status="01"))
    assert feed.send(inpatient(message, "A08", "1900", status="03")).outcome == "entries"
    assert feed.send(inpatient(message, "A08", "1930", status="03")).outcome == "no_effect"
    assert feed.send(inpatient(message, "A08", "1940")).outcome == "no_effect"
    first, corrected = feed.of("encounter_discharged")
    assert (first.disposition, corrected.disposition) == ("01", "03")
    assert corrected.at == first.at


def test_a_disposition_before_the_discharge_does_not_discharge(feed, message: Builder) -> None:
    feed.send(inpatient(message))
    assert feed.send(inpatient(message, "A08", "1300", status="01")).outcome == "no_effect"
    assert not feed.of("encounter_discharged")


def test_when_one_of_two_open_visits_is_cancelled_what_was_held_finds_the_other(feed, message: Builder) -> None:
    feed.send(inpatient(message))
    feed.send(visit(message, "A01", "1210", "I", "VX", account="AX"))
    result = ("OBR|1||F1|24323-8^Panel^LN|||20260504140000-0400", "OBX|1|NM|2160-0^Creatinine^LN||1.1|mg/dL|||||F|||20260504140000-0400")
    assert feed.send(message("ORU^R01", *result, visit="", at=DAY.format("1400"))).outcome == "kept_with_patient"
    feed.send(visit(message, "A11", "1430", "I", "VX", account="AX"))
    assert [fact.value for fact in feed.of("measurement_resulted")] == [1.1]
    assert [fact.kind for fact in next(iter(feed.facts.values()))][-1] == "measurement_resulted"
