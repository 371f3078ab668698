"""Terms that share a word are each found, quoted as they stand; nothing is invented that no table knows."""

import pytest

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hypo- and hyperkalemia", [("hypo", "hypokalemia"), ("hyperkalemia", "hyperkalemia")]),
        ("hypo/hypernatremia", [("hypo", "hyponatremia"), ("hypernatremia", "hypernatremia")]),
        ("fever/chills", [("fever", "fever"), ("chills", "chills")]),
        ("lung and liver metastases", [("lung", "metastasis"), ("liver metastases", "metastasis")]),
        ("lung, bone, and liver metastases", [("lung", "metastasis"), ("bone", "metastasis"), ("liver metastases", "metastasis")]),
        ("abdominal and back pain", [("abdominal", "abdominal-pain"), ("back pain", "back-pain")]),
        ("low sodium and potassium", [("low sodium", "hyponatremia"), ("potassium", "hypokalemia")]),
        ("bacterial or viral pneumonia", [("bacterial or viral pneumonia", "pneumonia")]),
        ("cardiogenic or hypovolemic shock", [("cardiogenic", "cardiogenic-shock"), ("hypovolemic shock", "hypovolemic-shock")]),
        ("stage 2 and 3 pressure injuries", [("stage 2", "pressure-injury"), ("pressure injuries", "pressure-injury")]),
        ("acute on chronic systolic and diastolic heart failure", [("systolic and diastolic heart failure", "heart-failure")]),
        ("left and right pleural effusions", [("pleural effusions", "pleural-effusion")]),
        ("nausea and chest pain", [("nausea", "nausea"), ("chest pain", "chest-pain")]),
        ("walked and fever", [("fever", "fever")]),
        ("walked and chest pain", [("chest pain", "chest-pain")]),
        ("family and heart failure", [("heart failure", "heart-failure")]),
        ("a long day and pneumonia", [("pneumonia", "pneumonia")]),
    ],
)
def test_each_part_is_found(text: str, told: list[tuple[str, str]]) -> None:
    assert [(finding.text, finding.concept) for finding in READER.read(text).findings] == told


def test_parts_share_the_denial() -> None:
    assert {finding.assertion for finding in READER.read("No abdominal or back pain.").findings} == {"absent"}


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("stage 2 and 3 pressure injuries", "stage", ["2", "3"]),
        ("lung and liver metastases", "site", ["lung", "liver"]),
        ("bacterial or viral pneumonia", "type", [None]),
        ("acute on chronic systolic and diastolic heart failure", "acuity", ["acute-on-chronic"]),
    ],
)
def test_each_part_keeps_its_own_attribute(text: str, name: str, told: list[str | None]) -> None:
    assert [finding.attributes.get(name) for finding in READER.read(text).findings] == told
