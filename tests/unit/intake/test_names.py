"""What a patient is called is the same by HL7 and by FHIR: all given names, then the family name (XPN-2, 3 and 1; HumanName)."""

from collections.abc import Callable

import pytest

Builder = Callable[..., str]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("STAY^SAM^Q", {"family": "STAY", "given": ["SAM", "Q"]}),
        ("STAY^SAM", {"family": "STAY", "given": ["SAM"]}),
        ("STAY^^Q", {"family": "STAY", "given": ["Q"]}),
        ("STAY", {"family": "STAY"}),
        ("DE VRIES&DE&VRIES^ANNA", {"family": "DE VRIES", "given": ["ANNA"]}),
    ],
)
def test_the_same_name_by_both(new_feed, message: Builder, sent: str, told: dict[str, object]) -> None:
    one, other = new_feed(), new_feed()
    one.send(message("ADT^A01").replace("DOE^JANE", sent))
    other.send({
        "resourceType": "Bundle", "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "p", "identifier": [{"value": "100"}], "name": [told]}},
            {"resource": {"resourceType": "Encounter", "id": "e", "status": "in-progress", "class": {"code": "IMP"},
                          "subject": {"reference": "Patient/p"}, "period": {"start": "2026-05-04T08:00:00-04:00"}}},
        ],
    })  # fmt: skip
    names = [feed.of("patient_identified")[-1].name for feed in (one, other)]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("12^&&van Hoekstra^P.Q.", "P.Q. van Hoekstra"),
        ("12^&van&Hoekstra^P.Q.", "P.Q. van Hoekstra"),
        ("12^Groß&&Groß^B", "B Groß"),
        ("12^^B", "B"),
    ],
)
def test_a_doctors_surname_that_is_told_by_its_parts(feed, message: Builder, sent: str, told: str) -> None:
    feed.send(message("ADT^A01").replace("77^Lindqvist^Sara", sent))
    assert [updated.attending.name for updated in feed.of("encounter_updated")] == [told]
