"""Orders as senders group them: several under one number, an amount from-to, a prescription without ORC (HL7 2.5.1, 4.5).  Synthetic."""

from collections.abc import Callable
from typing import Any

import pytest

LATER = "20260504110000-0400"


@pytest.fixture
def stay(feed: Any, message: Callable[..., str]) -> Any:
    """A feed into a stay that stands."""
    feed.send(message("ADT^A01"))
    return feed


def test_each_service_of_one_order_number_is_an_order(stay: Any, message: Callable[..., str]) -> None:
    panels = ("80053^Metabolic panel^CPT", "80061^Lipid panel^CPT", "85025^Blood count^CPT")
    rows = [f"OBR|{nth}|ORD-1^EHR||{panel}|||20260504090000" for nth, panel in enumerate(panels, 1)]
    stay.send(message("ORM^O01", "ORC|NW|ORD-1^EHR||||||||20260504090000", *rows))
    placed = stay.of("order_placed")
    assert [order.code.code for order in placed] == ["80053", "80061", "85025"]
    assert len({order.order_id for order in placed}) == 3
    stay.send(message("ORM^O01", "ORC|CA|ORD-1^EHR||||||||20260504090000", *rows, at="20260504120000-0400"))
    ended = {order.order_id: order.status for order in stay.of("order_placed")}
    assert list(ended.values()) == ["cancelled"] * 3


def test_each_drug_of_one_order_number_is_an_order(stay: Any, message: Callable[..., str]) -> None:
    rows = ("RXO|L01BC02^Fluorouracil^ATC|400||mg", "RXR|IV", "RXO|L01XA03^Oxaliplatin^ATC|85||mg", "RXR|IV")
    stay.send(message("ORM^O01", "ORC|NW|CH-1|CH-1|||||||20260504090000", *rows))
    ordered = stay.of("medication_ordered")
    assert [(order.drug.text, order.dose, order.route) for order in ordered] == [
        ("Fluorouracil", "400 mg", "IV"),
        ("Oxaliplatin", "85 mg", "IV"),
    ]
    assert len({order.order_id for order in ordered}) == 2


def test_what_was_ordered_and_what_was_dispensed_for_it_is_one_order(stay: Any, message: Callable[..., str]) -> None:
    stay.send(message("RDS^O13", "ORC|RE|P1|F1", "RXE||100^Heparin^L|5000||[iU]", "RXD|1|63323-540^Heparin 5000/mL vial^NDC|20260504|1|mL"))
    assert len({order.order_id for order in stay.of("medication_ordered")}) == 1


@pytest.mark.parametrize(
    ("segment", "dose"),
    [("RXE||100^Warfarin^L||5|mg", "5 mg"), ("RXE||100^Warfarin^L|2.5|5|mg", "2.5 mg"), ("RXE||100^Warfarin^L|||mg", None),
     ("RXO|100^Warfarin^L||5|mg", "5 mg"), ("RXO|100^Warfarin^L|5", "5")],
)  # fmt: skip
def test_an_amount_is_the_least_that_is_told_else_the_most_and_a_unit_alone_is_none(
    stay: Any, message: Callable[..., str], segment: str, dose: str | None
) -> None:
    stay.send(message("ORM^O01", "ORC|NW|P1", segment))
    assert [order.dose for order in stay.of("medication_ordered")] == [dose]


def test_a_prescription_without_an_order_segment_is_known_by_its_number(stay: Any, message: Callable[..., str]) -> None:
    stay.send(message("RDE^O11", "RXE||100^Aspirin^L|81||mg||||||||||RX-7788"))
    stay.send(message("RDE^O11", "RXE||100^Aspirin^L|162||mg||||||||||RX-7788", at=LATER))
    first, second = stay.of("medication_ordered")
    assert (first.order_id, second.dose) == (second.order_id, "162 mg")
