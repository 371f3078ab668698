"""How much of a drug stops a germ comes as a number with a flag, and says of which specimen it is: so a rule can lay it beside the culture."""

from typing import Any

AT = "20260504090000-0400"
CULTURE = f"OBR|1||F1|630-4^Urine culture^LN|||{AT}"


def test_a_susceptibility_tells_its_specimen_as_the_culture_does(new_feed, message) -> None:
    feed = new_feed()
    feed.send(message("ADT^A01"))
    feed.send(
        message(
            "ORU^R01", CULTURE, "OBX|1|ST|630-4^Urine culture^LN|1|Klebsiella pneumoniae|||A|||F",
            "OBX|2|NM|18943-1^Meropenem [Susceptibility]^LN|1|16|ug/mL||R|||F", at=AT,
        )
    )  # fmt: skip
    grown, tested = feed.of("measurement_resulted")
    assert (tested.abnormal, tested.value, tested.problem) == ("R", 16, None)
    assert grown.specimen_id is not None
    assert tested.specimen_id == grown.specimen_id


def test_a_number_of_the_patient_tells_none(new_feed, message) -> None:
    feed = new_feed()
    feed.send(message("ADT^A01"))
    feed.send(message("ORU^R01", f"OBR|1||F2|2160-0^Creatinine^LN|||{AT}", "OBX|1|NM|2160-0^Creatinine^LN||2.9|mg/dL||R|||F", at=AT))
    assert [told.specimen_id for told in feed.of("measurement_resulted")] == [None]


def test_fhir_tells_it_too(new_feed, message) -> None:
    def observation(number: str, code: str, **told: Any) -> dict[str, Any]:
        return {
            "resourceType": "Observation", "id": number, "status": "final", "effectiveDateTime": "2026-05-04T09:00:00-04:00",
            "subject": {"identifier": {"system": "MERCY", "value": "100"}}, "encounter": {"identifier": {"system": "MERCY", "value": "V1"}},
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "specimen": {"reference": "Specimen/s1"}, **told,
        }  # fmt: skip

    feed = new_feed()
    feed.send(message("ADT^A01"))
    feed.send(observation("o1", "630-4", valueString="Klebsiella pneumoniae"))
    flag = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "R"}]}
    feed.send(observation("o2", "18943-1", valueQuantity={"value": 16, "unit": "ug/mL"}, interpretation=[flag]))
    grown, tested = feed.of("measurement_resulted")
    assert tested.abnormal == "R"
    assert grown.specimen_id == tested.specimen_id is not None
