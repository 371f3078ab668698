"""HL7's null (two double quotes) is nothing: never a patient's, a visit's or an order's number, never a code (2.5.1, 2.5.3).  Synthetic."""

from collections.abc import Callable
from typing import Any

import pytest


def admission(mrn: str, visit: str, account: str, family: str, *, kind: str = "ADT^A01", at: str = "20260504080000-0400") -> str:
    """An admission whose numbers may be null."""
    return (
        f"MSH|^~\\&|HIS|MERCY|CDI|MERCY|{at}||{kind}|{at}{mrn}|P|2.3\rEVN||{at}\r"
        f"PID|1||{mrn}^^^MERCY^MR||{family}^A||19500102|F||||||||||{account}\r"
        f'PV1|1|I|5E^501^A||||""^""^""||||||||||||{visit}|||||||||||||||||||||||||20260504075500\r'
    )


@pytest.mark.parametrize(("visit", "account"), [('""', '""'), ('""^^^MERCY', ""), ("", '""'), ('""', "")])
def test_two_patients_without_visit_numbers_are_not_in_one_stay(feed: Any, visit: str, account: str) -> None:
    for mrn, family in (("100", "EINS"), ("200", "ZWEI")):
        ended = feed.send(admission(mrn, visit, account, family))
        assert (ended.outcome, [problem.code for problem in ended.problems]) == ("kept_with_patient", ["NO_VISIT"])
    assert feed.facts == {}


def test_a_doctor_who_is_null_is_nobody(feed: Any) -> None:
    feed.send(admission("100", "V1", "", "EINS"))
    assert [updated.attending for updated in feed.of("encounter_updated")] == [None]


def test_orders_and_results_under_null_numbers_are_not_one_order(feed: Any, message: Callable[..., str]) -> None:
    feed.send(message("ADT^A01"))
    rows = ('ORC|RE|""|""||CM', 'OBR|1|""|""|""^Metabolic panel|||{at}', "OBX|1|NM|2160-0^Creatinine^LN||{value}|mg/dL|||||F")
    for at, value in (("20260504090000", "1.1"), ("20260504150000", "2.4")):
        feed.send(message("ORU^R01", *(row.format(at=at, value=value) for row in rows), at=f"{at}-0400"))
    assert len({fact.measurement_id for fact in feed.of("measurement_resulted")}) == 2
    ended = feed.send(message("ORU^R01", *(row.format(at="20260504160000", value="3") for row in rows), visit="", mrn="300"))
    assert ended.outcome == "kept_with_patient"


def test_a_document_under_a_null_number_has_none(feed: Any, message: Callable[..., str]) -> None:
    feed.send(message("ADT^A01"))
    ended = feed.send(message("MDM^T08", 'TXA|1|PR|TX|20260504090000||||||||""|""||||AU', "OBX|1|TX|||Better.||||||F"))
    assert ended.outcome == "dead_letter"


def test_what_is_null_in_a_snapshot_is_deleted(feed: Any) -> None:
    feed.send(admission("100", "V1", "", "EINS").replace("|5E^501^A||||", "|5E^501^A||||77^Lindqvist|").replace('|""^""^""||||', "|||MED|"))
    feed.send(admission("100", "V1", "", "EINS", kind="ADT^A08", at="20260504090000-0400").replace("5E^501^A", '""').replace("|F|", '|""|'))
    assert feed.of("encounter_updated")[-1].location == ""
    assert feed.of("patient_identified")[-1].sex == "U"


def test_the_alternate_code_is_taken_where_the_first_is_empty(feed: Any, message: Callable[..., str]) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ORU^R01", "OBR|1||F1|BG^Blood gas^L|||20260504090000", "OBX|1|NM|^^LN^RBC^Erythrocytes^LAB||3.01|10*12/L|||||F",
                      "OBX|2|FT|^^^Na^Na^ANALYZER^M||142.0|mmol/L|136.0 to 146.0|N|||F", 'OBX|3|NM|""^""^""^HGB^Hb^LAB||8.1|g/dL|||||F'))  # fmt: skip
    told = feed.of("measurement_resulted")
    assert [(fact.code.code, fact.value, fact.sent_unit) for fact in told] == [
        ("RBC", 3.01, "10*12/L"),
        ("Na", 142.0, "mmol/L"),
        ("HGB", 8.1, "g/dL"),
    ]


def test_numbers_that_a_device_sends_as_formatted_text_are_no_report(feed: Any, message: Callable[..., str]) -> None:
    feed.send(message("ADT^A01"))
    rows = [f"OBX|{nth}|FT|A{nth}^Analyte number {nth} of the panel^ANALYZER||{nth}.5|mmol/L|1 to 9|N|||F" for nth in range(1, 60)]
    feed.send(message("ORU^R01", "OBR|1||F1|PANEL^Full panel^L|||20260504090000", *rows))
    assert len(feed.of("measurement_resulted")) == 59
    assert feed.of("note_filed") == []
