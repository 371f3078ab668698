"""Who assigned a number: a namespace, or the universal id alone (HD.1, HD.2; DOMAIN F.1).  Synthetic."""

from collections.abc import Callable
from typing import Any

import pytest

ONE, OTHER = "&1.2.3.4.1&ISO", "&1.2.3.4.2&ISO"


def admitted(patient: str, visit: str, name: str, born: str, *, facility: str = "MERCY", number: str = "9011") -> str:
    """An admission whose numbers name their assigners as told."""
    return (
        f"MSH|^~\\&|ADT|{facility}|CDI|MERCY|20260504080000||ADT^A01^ADT_A01|{name}{facility}|P|2.5\rEVN||20260504080000\r"
        f"PID|1||{number}^^^{patient}^PI||{name}^A||{born}|M\r"
        f"PV1|1|I|5E^501^A||||||||||||||||5^^^{visit}|||||||||||||||||||||||||20260504075500\r"
    )


def test_one_number_of_two_authorities_that_have_no_namespace_is_two_patients_with_a_stay_each(feed: Any) -> None:
    feed.send(admitted(ONE, ONE, "EINS", "19780430"))
    feed.send(admitted(OTHER, OTHER, "ZWEI", "19300430"))
    assert len(feed.facts) == 2
    assert sorted((who.name, who.birth_date) for who in feed.of("patient_identified")) == [
        ("A EINS", "1978-04-30"),
        ("A ZWEI", "1930-04-30"),
    ]


def test_a_visit_without_an_assigner_is_its_senders_who_may_have_no_namespace_either(feed: Any) -> None:
    feed.send(admitted("MERCY", "", "EINS", "19780430", facility="^1.2.3.4.1^ISO", number="100"))
    feed.send(admitted("MERCY", "", "ZWEI", "19300430", facility="^1.2.3.4.2^ISO", number="200"))
    assert len(feed.facts) == 2


@pytest.mark.parametrize("assigner", ["HOSP&1.2.3.4.1&ISO", "HOSP", "HOSP&&"])
def test_a_namespace_names_its_authority_with_and_without_the_universal_id(feed: Any, assigner: str) -> None:
    feed.send(admitted("HOSP", "HOSP", "EINS", "19780430"))
    feed.send(admitted(assigner, assigner, "EINS", "19780430").replace("A01", "A08"))
    assert len(feed.facts) == 1


def test_the_assigner_is_read_by_the_senders_own_signs(feed: Any) -> None:
    def with_dollar(text: str) -> str:
        return text.replace("^~\\&", "^~\\$").replace("&", "$")

    feed.send(with_dollar(admitted(ONE, ONE, "EINS", "19780430")))
    feed.send(with_dollar(admitted(OTHER, OTHER, "ZWEI", "19300430")))
    assert len(feed.facts) == 2


def test_a_merge_of_numbers_whose_authority_has_no_namespace(feed: Any, message: Callable[..., str]) -> None:
    feed.send(admitted(ONE, ONE, "EINS", "19780430"))
    feed.send(
        "MSH|^~\\&|ADT|MERCY|CDI|MERCY|20260504090000||ADT^A40^ADT_A39|m|P|2.5\rEVN||20260504090000\r"
        f"PID|1||7000^^^{ONE}^PI||EINS^A||19780430|M\rMRG|9011^^^{ONE}^PI\r"
    )
    assert feed.of("patient_identified")[-1].mrn == "7000"
