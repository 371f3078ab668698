"""Which order a result was made for: an ORC stands before its OBR, in OUL behind it (HL7 2.5.1, 7.3.1 and 13.3.6).  Synthetic."""

from collections.abc import Callable
from typing import Any

import pytest

DRAWN = "|||20260504081500" + "|" * 15 + "20260504090000|||F"


def _order(nth: int, number: str, service: str, result: str, *, behind: bool) -> tuple[str, ...]:
    orc, obr = f"ORC|RE|{number}", f"OBR|{nth}|||{service}{DRAWN}"
    return (*((obr, orc) if behind else (orc, obr)), f"OBX|1|NM|{result}|||N|||F")


@pytest.mark.parametrize(
    ("kind", "behind"), [("OUL^R22", True), ("OUL^R23", True), ("OUL^R24", True), ("OUL^R22", False), ("ORU^R01", False)]
)
def test_each_result_is_found_again_by_the_number_of_its_order(feed: Any, message: Callable[..., str], kind: str, behind: bool) -> None:
    feed.send(message("ADT^A01"))

    def result(creatinine: str, hemoglobin: str, at: str, visit: str) -> str:
        rows = (
            *_order(1, "P-1", "24323-8^Metabolic panel^LN", f"2160-0^Creatinine^LN||{creatinine}|mg/dL", behind=behind),
            *_order(2, "P-2", "24323-8^Metabolic panel^LN", f"718-7^Hemoglobin^LN||{hemoglobin}|g/dL", behind=behind),
        )
        return message(kind, *rows, at=at, visit=visit)

    feed.send(result("1.9", "9.1", "20260504090000-0400", "V1"))
    feed.send(message("ADT^A01", visit="V2", at="20260504093000-0400"))  # two stays stand: only the order leads to the one
    ended = feed.send(result("2.1", "8.8", "20260504100000-0400", ""))
    assert (ended.outcome, ended.problems) == ("entries", ())
    told = feed.of("measurement_resulted")
    assert [fact.value for fact in told] == [1.9, 9.1, 2.1, 8.8]
    assert [fact.measurement_id for fact in told[:2]] == [fact.measurement_id for fact in told[2:]]


def test_two_orders_of_one_panel_and_hour_that_only_orc_numbers_stay_two(feed: Any, message: Callable[..., str]) -> None:
    feed.send(message("ADT^A01"))
    for number, value, at in (("P-1", "1.9", "20260504090000-0400"), ("P-2", "2.4", "20260504091000-0400")):
        feed.send(message("ORU^R01", *_order(1, number, "BMP^Panel^L", f"2160-0^Creatinine^LN||{value}|mg/dL", behind=False), at=at))
    assert len({fact.measurement_id for fact in feed.of("measurement_resulted")}) == 2


def test_what_is_seen_of_the_second_specimen_is_no_result_of_the_first_ones_order(feed: Any, message: Callable[..., str]) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message(
        "OUL^R22", "SPM|1|S1||SER^Serum^HL70487", f"OBR|1|P1|F1|BMP^Panel^L{DRAWN}", "OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|||||F",
        "SPM|2|S2||UR^Urine^HL70487", "OBX|1|NM|9187-6^Volume^LN||50|mL|||||F", f"OBR|1|P2|F2|UA^Urine^L{DRAWN}",
        "OBX|1|NM|2955-3^Sodium^LN||40|mmol/L|||||F",
    ))  # fmt: skip
    assert [fact.specimen for fact in feed.of("measurement_resulted")] == ["Serum", "Urine", "Urine"]
