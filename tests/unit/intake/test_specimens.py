"""What was wrong with the specimen, what it was, and how it was measured (DOMAIN B13, F.1), told by HL7 and by FHIR alike."""

from typing import Any

import pytest

from opencdi.events.facts import MeasurementResulted, fact_hash
from opencdi.knowledge.specimens import flaws_in, spoils

POTASSIUM, CREATININE, SODIUM_URINE = "2823-3", "2160-0", "2955-3"


@pytest.mark.parametrize(
    ("words", "flaws"),
    [
        ("SPECIMEN HEMOLYZED", ("HEMOLYZED",)), ("Slightly haemolysed sample", ("HEMOLYZED",)), ("Hemolysis: 2+", ("HEMOLYZED",)),
        ("gross hemolysis present; result may be falsely elevated", ("HEMOLYZED",)), ("No hemolysis", ()), ("not hemolyzed", ()), ("non-hemolyzed", ()),
        ("unhemolyzed", ()), ("Hemolysis: none", ()), ("hemolysis index: 0", ()), ("Hemolysis index 12", ()), ("Hemolysis not detected", ()),
        ("no lipemia, icterus or hemolysis", ()), ("Recollect if hemolyzed", ()), ("No clots. Specimen hemolyzed.", ("HEMOLYZED",)),
        ("no icterus but hemolyzed", ("HEMOLYZED",)), ("Beta-hemolytic streptococcus", ()), ("hemolytic anemia", ()),
        ("Hemolyzed specimens may show falsely elevated potassium", ()), ("specimen is hemolyzed, may be falsely elevated", ("HEMOLYZED",)),
        ("lipemic", ("LIPEMIC",)), ("Lipaemia marked", ("LIPEMIC",)), ("icteric sample", ("ICTERIC",)), ("Specimen clotted", ("CLOTTED",)),
        ("small clots in tube", ("CLOTTED",)), ("clotting time normal", ()), ("Platelet clumps present", ("PLATELETS_CLUMPED",)),
        ("probable contaminant", ("CONTAMINATED",)), ("Drawn above IV", ("CONTAMINATED",)), ("possible IV fluid contamination", ("CONTAMINATED",)),
        ("drawn from arterial line", ()), ("QNS", ("INSUFFICIENT_SPECIMEN",)), ("Quantity not sufficient", ("INSUFFICIENT_SPECIMEN",)),
        ("insufficient specimen", ("INSUFFICIENT_SPECIMEN",)), ("Mislabeled specimen", ("SPECIMEN_REJECTED",)), ("no evidence of contamination", ()),
        ("renal insufficiency", ()), ("", ()),
    ],
)  # fmt: skip
def test_what_a_laboratory_writes_about_a_specimen(words: str, flaws: tuple[str, ...]) -> None:
    assert flaws_in(words) == flaws


def test_a_flaw_spoils_what_it_touches_and_nothing_else() -> None:
    assert spoils("HEMOLYZED", "potassium")
    assert not spoils("HEMOLYZED", "creatinine")
    assert not spoils("HEMOLYZED", "wbc")
    assert spoils("CLOTTED", "platelets")
    assert not spoils("CLOTTED", "sodium")
    assert spoils("CONTAMINATED", "creatinine")


def panel(*behind: str, kind: str = "ORU^R01", before: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A potassium and a creatinine of one specimen."""
    return (
        *before, "OBR|1||F1|24320-4^BMP^LN|||20260504090000-0400",
        f"OBX|1|NM|{POTASSIUM}^Potassium^LN||6.4|mmol/L|||||F|||20260504090000-0400",
        f"OBX|2|NM|{CREATININE}^Creatinine^LN||2.9|mg/dL|||||F|||20260504090000-0400", *behind,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("segments", "problems"),
    [
        (panel(), (None, None)),
        (panel("NTE|1||Specimen hemolyzed"), ("HEMOLYZED", None)),  # behind the last result, about the tube
        (panel("SPM|1|||119364003^Serum^SCT||||||||||||||||||||HEM^Hemolyzed^HL70493"), ("HEMOLYZED", None)),
        (panel("SPM|1|||SER^Serum^HL70487|||||||||||||||||RN^Contamination^HL70490"), ("CONTAMINATED", "CONTAMINATED")),
        (panel("OBX|3|TX|1^Comment^L||Slight hemolysis noted||||||F"), ("HEMOLYZED", None)),
        (panel("NTE|1||No hemolysis"), (None, None)),
        (panel("SPM|1|||BLDCO^Cord blood^HL70487"), ("OTHER_SPECIMEN", "OTHER_SPECIMEN")),
        (panel("SPM|1|||UR^Urine^HL70487"), ("OTHER_SPECIMEN", "OTHER_SPECIMEN")),
        (panel("SPM|1|||258450006^Cerebrospinal fluid sample^SCT"), ("OTHER_SPECIMEN", "OTHER_SPECIMEN")),
        (panel("SPM|1|||BLD^Blood^HL70487||||Umbilical vein"), ("OTHER_SPECIMEN", "OTHER_SPECIMEN")),
        (panel("SPM|1|||BLD^Blood^HL70487|||DRAIN^Drained|Wound"), (None, None)),  # the kind tells, not the way to it
        (panel("SPM|1|||122555007^Venous blood specimen^SCT"), (None, None)),
    ],
)  # fmt: skip
def test_a_flaw_of_the_specimen_is_known_to_all_results_made_of_it(
    feed, message, segments: tuple[str, ...], problems: tuple[str | None, ...]
) -> None:
    feed.send(message("ORU^R01", *segments))
    by_analyte = {fact.analyte: fact.problem for fact in feed.of("measurement_resulted")}
    assert (by_analyte["potassium"], by_analyte["creatinine"]) == problems


def test_a_flaw_is_kept_for_the_day_on_which_a_local_code_is_mapped(feed, message) -> None:
    feed.send(message("ORU^R01", "OBR|1||F1|K", "OBX|1|NM|K^Kalium^L||6.4|mmol/L|||||F", "NTE|1||Specimen hemolyzed"))
    (fact,) = feed.of("measurement_resulted")
    assert (fact.analyte, fact.problem, fact.flaws) == (None, "MAPPING_NEEDED", ("HEMOLYZED",))


def test_an_older_message_tells_the_specimen_in_the_order(feed, message) -> None:
    feed.send(message("ORU^R01", "OBR|1||F1|BMP|||||||||||UR&Urine&HL70070", f"OBX|1|NM|{CREATININE}^C^LN||80|mg/dL|||||F"))
    assert feed.of("measurement_resulted")[0].problem == "OTHER_SPECIMEN"


def test_urine_sodium_is_of_urine_and_never_of_blood(feed, message) -> None:
    for kind in ("UR^Urine", "BLD^Blood"):
        feed.send(message("ORU^R01", f"OBR|1||F-{kind}|U", f"OBX|1|NM|{SODIUM_URINE}^Na^LN||12|mmol/L|||||F", f"SPM|1|||{kind}^HL70487"))
    assert [fact.problem for fact in feed.of("measurement_resulted")] == [None, "OTHER_SPECIMEN"]


def test_the_specimen_field_of_a_vital_sign_says_nothing(feed, message) -> None:
    feed.send(message("ORU^R01", "OBR|1||F1|V|||||||||||FLU", "OBX|1|NM|8867-4^HR^LN||112|/min|||||F"))
    assert feed.of("measurement_resulted")[0].problem is None


@pytest.mark.parametrize(("kind", "analyte"), [("BLDA^Arterial blood", "ph-arterial"), ("BLDV^Venous blood", None), ("BLD^Blood", None)])
def test_a_gas_in_blood_is_arterial_where_the_specimen_says_so(feed, message, kind: str, analyte: str | None) -> None:
    feed.send(message("ORU^R01", "OBR|1||F1|G", "OBX|1|NM|11558-4^pH of Blood^LN||7.21|units|||||F", f"SPM|1|||{kind}^HL70487"))
    assert [(fact.analyte, fact.value) for fact in feed.of("measurement_resulted")] == [(analyte, 7.21)]


def test_an_oul_tells_the_specimen_before_the_orders_made_of_it(feed, message) -> None:
    urine, blood = panel(before=("SPM|1|||UR^Urine^HL70487",)), panel(before=("SPM|2|||BLD^Blood^HL70487",))
    feed.send(message("OUL^R22", *urine, *(line.replace("F1", "F2") for line in blood)))
    assert [fact.problem for fact in feed.of("measurement_resulted")] == ["OTHER_SPECIMEN", "OTHER_SPECIMEN", None, None]


def test_words_where_a_number_should_be_are_no_number(feed, message) -> None:
    feed.send(message("ORU^R01", "OBR|1||F1|K", f"OBX|1|ST|{POTASSIUM}^K^LN||SPECIMEN HEMOLYZED|mmol/L|||||F"))
    (fact,) = feed.of("measurement_resulted")
    assert (fact.value, fact.text, fact.problem) == (None, "SPECIMEN HEMOLYZED", "HEMOLYZED")


@pytest.mark.parametrize(
    ("kind", "sent", "field", "value", "problem"),
    [
        ("NM", "2.90", "mg/dL", 2.9, None), ("ST", "2.9 mg/dL", "", 2.9, None), ("ST", "2.9 mg/dL", "umol/L", None, "UNIT_CONTRADICTED"),
        ("ST", "2.9 L", "mg/dL", 2.9, None), ("SN", "^2.9", "mg/dL", 2.9, None), ("SN", "=^2.9", "mg/dL", 2.9, None), ("SN", "^5^-^10", "mg/dL", None, None),
        ("NM", "256", "X^micromole^L^umol/L^^UCUM", 2.8959, None), ("NM", "2.9", '""', None, "UNIT_MISSING"), ("NM", "2.9", "mg", None, "UNIT_UNKNOWN"),
    ],
)  # fmt: skip
def test_value_and_unit_wherever_they_stand(
    feed, message, kind: str, sent: str, field: str, value: float | None, problem: str | None
) -> None:
    feed.send(message("ORU^R01", "OBR|1||F1|C", f"OBX|1|{kind}|{CREATININE}^C^LN||{sent}|{field}|||||F"))
    (fact,) = feed.of("measurement_resulted")
    assert (fact.value, fact.problem) == (pytest.approx(value) if value else None, problem)


@pytest.mark.parametrize("field", ["10^3/uL", "10\\S\\3/uL", "x10^9/L", "K/uL^thousand^L"])
def test_a_power_of_ten_is_one_unit_though_its_sign_is_the_components(feed, message, field: str) -> None:
    feed.send(message("ORU^R01", "OBR|1||F1|W", f"OBX|1|NM|6690-2^WBC^LN||12.1|{field}|||||F"))
    assert feed.of("measurement_resulted")[0].value == 12.1


def observation(**told: Any) -> dict[str, Any]:
    """A potassium in mmol/L."""
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "http://loinc.org", "code": POTASSIUM, "display": "Potassium"}]},
        "effectiveDateTime": "2026-05-04T09:00:00-04:00", "valueQuantity": {"value": 6.40, "unit": "mmol/L", "code": "mmol/L"}, **told,
    }  # fmt: skip


SERUM = {"text": "Serum", "coding": [{"code": "SER", "display": "Serum"}]}
CORD = {"coding": [{"code": "BLDCO", "display": "Cord blood"}]}


@pytest.mark.parametrize(
    ("hl7", "fhir", "problem"),
    [
        (("", "", "NTE|1||Specimen hemolyzed"), {"note": [{"text": "ok"}, {"text": "Specimen hemolyzed"}]}, "HEMOLYZED"),
        (("", "", "SPM|1|||SER^Serum"), {"contained": [{"resourceType": "Specimen", "id": "s", "type": SERUM}], "specimen": {"reference": "#s"}}, None),
        (
            ("", "", "SPM|1|||SER^Serum||||||||||||||||||||HEM"),
            {"contained": [{"resourceType": "Specimen", "id": "s", "type": SERUM, "condition": [{"coding": [{"code": "HEM"}]}]}],
             "specimen": {"reference": "#s"}},
            "HEMOLYZED",
        ),
        (("", "", "SPM|1|||BLDCO^Cord blood"), {"contained": [{"resourceType": "Specimen", "id": "s", "type": CORD}], "specimen": {"reference": "#s"}},
         "OTHER_SPECIMEN"),
        (("POC^Point of care", "", ""), {"method": {"text": "Point of care"}}, None),
        (("SN:^5^-^10", "", ""), {"valueQuantity": None, "valueRange": {"low": {"value": 5, "unit": "mmol/L"}, "high": {"value": 10}}}, None),
        (("SN:^1^:^40", "", ""), {"valueQuantity": None, "valueRatio": {"numerator": {"value": 1, "unit": "mmol/L"}, "denominator": {"value": 40}}}, None),
        (("", "H^hemolyzed", ""), {"interpretation": [{"coding": [{"code": "H"}], "text": "hemolyzed"}]}, "HEMOLYZED"),
    ],
)  # fmt: skip
def test_hl7_and_fhir_tell_the_same_of_a_specimen(
    new_feed, message, hl7: tuple[str, str, str], fhir: dict[str, Any], problem: str | None
) -> None:
    method, flag, behind = hl7
    kind, value = ("SN", method.removeprefix("SN:")) if method.startswith("SN:") else ("NM", "6.40")
    method = "" if kind == "SN" else method
    obx = f"OBX|1|{kind}|{POTASSIUM}^Potassium^LN||{value}|mmol/L||{flag}|||F|||20260504090000-0400|||{method}"
    said: list[MeasurementResulted] = []
    feed = new_feed()
    feed.send(message("ADT^A01"))
    feed.send(message("ORU^R01", "OBR|1||F1|K", obx, *filter(None, [behind])))
    said += feed.of("measurement_resulted")
    feed = new_feed()
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "MERCY", "value": "100", "type": {"coding": [{"code": "MR"}]}}],
    }
    stay = {"resourceType": "Encounter", "id": "e", "status": "in-progress", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p"},
            "period": {"start": "2026-05-04T08:00:00-04:00"}}  # fmt: skip
    for resource in (patient, stay, observation(id="o", encounter={"reference": "Encounter/e"}, **fhir)):
        feed.send(resource)
    said += feed.of("measurement_resulted")
    assert [fact.problem for fact in said] == [problem, problem]
    assert fact_hash(said[0]) == fact_hash(said[1])


def test_a_specimen_that_comes_in_the_same_bundle_is_known(feed) -> None:
    entries = [
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "p"}},
        {"fullUrl": "urn:uuid:2", "resource": observation(id="o", subject={"reference": "urn:uuid:1"}, specimen={"reference": "urn:uuid:3"})},
        {"fullUrl": "urn:uuid:3", "resource": {"resourceType": "Specimen", "id": "s", "status": "unsatisfactory", "type": SERUM}},
        {"fullUrl": "urn:uuid:4", "resource": {"resourceType": "Encounter", "id": "e", "status": "in-progress", "class": {"code": "IMP"},
         "subject": {"reference": "urn:uuid:1"}, "period": {"start": "2026-05-04T08:00:00-04:00"}}},
    ]  # fmt: skip
    feed.send({"resourceType": "Bundle", "type": "collection", "entry": entries})
    (fact,) = feed.of("measurement_resulted")
    assert (fact.specimen, fact.problem) == ("Serum", "SPECIMEN_REJECTED")


def test_a_comment_that_repeats_itself_is_read_at_once() -> None:
    assert flaws_in("no hemolysis " * 20_000 + "but hemolyzed") == ("HEMOLYZED",)  # an hour where each word looks back at all before it
