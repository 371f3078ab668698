"""Devices, operations, signs and diseases as they are dictated: verbs of operating, plain words, what is worn, and what only sounds so."""

import pytest

from opencdi.events.reading import Finding
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


def found(line: str) -> list[Finding]:
    return list(READER.read(line).findings)


def named(line: str, kind: str) -> list[str]:
    return [finding.text.lower() for finding in found(line) if finding.kind == kind]


@pytest.mark.parametrize(
    ("line", "device"),
    [
        ("A 12-mm trocar was placed under vision.", "trocar"),
        ("The base was divided with a linear stapler.", "linear stapler"),
        ("The guidewire was passed into the superior vena cava.", "guidewire"),
        ("Hemostasis at the groin with a closure device.", "closure device"),
        ("The flap was fastened with titanium plates.", "titanium plates"),
        ("A polyethylene liner was seated.", "polyethylene liner"),
        ("Both eyes have lens implants.", "lens implants"),
        ("He will wear pneumatic stockings after surgery.", "pneumatic stockings"),
        ("She walks with a cane.", "cane"),
        ("Ambulates with a rolling walker.", "rolling walker"),
        ("Change to nasal pillows and a chin strap.", "chin strap"),
        ("Upper dentures in place.", "upper dentures"),
        ("Bring the glucometer to each visit.", "glucometer"),
        ("She was given a neck brace.", "neck brace"),
        ("There is a subcutaneous port in the right chest.", "subcutaneous port"),
    ],
)
def test_what_is_used_or_worn_is_a_device(line: str, device: str) -> None:
    assert device in named(line, "device")


@pytest.mark.parametrize(
    "line",
    [
        "An elderly man sitting bolt upright.",
        "She avoids cane sugar.",
        "Standing height is 162 cm.",
        "The lungs are expanded.",
        "Urine shows casts.",
        "Growth plate is open.",
        "Calf pump exercises were taught.",
    ],
)
def test_what_only_sounds_like_a_device_is_none(line: str) -> None:
    assert named(line, "device") == []


@pytest.mark.parametrize(
    ("line", "operation"),
    [
        ("He was cardioverted in May.", "cardioverted"),
        ("The right coronary artery was stented in 2016.", "stented"),
        ("She dialyzes Monday, Wednesday and Friday.", "dialyzes"),
        ("The duodenal ulcer was cauterized.", "cauterized"),
        ("The great toe was amputated in 2019.", "amputated"),
        ("The knee was injected with cortisone.", "knee was injected"),
        ("Manipulation under anesthesia would be next.", "manipulation under anesthesia"),
        ("She had open heart surgery as a child.", "open heart surgery"),
        ("Graves disease, treated with radioactive iodine.", "radioactive iodine"),
        ("His aunt received shock treatments.", "shock treatments"),
        ("He underwent a transesophageal echocardiogram.", "transesophageal echocardiogram"),
        ("She has had both knees replaced.", "knees replaced"),
        ("He was fed by gavage.", "by gavage"),
    ],
)
def test_what_was_done_is_an_operation_in_verbs_too(line: str, operation: str) -> None:
    assert any(operation in text for text in named(line, "procedure"))


@pytest.mark.parametrize(
    "line", ["His sleep is broken.", "The dose was reduced.", "The bill was clipped to the form.", "He was injected into the debate."]
)
def test_a_verb_of_daily_life_is_no_operation(line: str) -> None:
    assert named(line, "procedure") == []


@pytest.mark.parametrize(
    ("line", "concept"),
    [
        ("He has seen blood in the urine.", "hematuria"),
        ("She coughed up blood on Sunday.", "hemoptysis"),
        ("He threw up blood last night.", "hematemesis"),
        ("She has noticed black tarry stools.", "melena"),
        ("Two spells of pounding heart.", "palpitations"),
        ("She is winded after one flight.", "dyspnea"),
        ("There is pain in the mid back.", "back-pain"),
        ("He blacked out at the wheel.", "syncope"),
        ("Her lips turned blue.", "cyanosis"),
        ("He has lost 15 pounds.", "weight-loss"),
        ("She lost about twelve pounds over the summer.", "weight-loss"),
        ("His liver tests went up.", "transaminitis"),
        ("She has been tearful.", "tearfulness"),
        ("There is decreased pinprick over both feet.", "sensory-loss"),
        ("There is dullness at the right base.", "chest-sign"),
        ("Abduction is limited by pain.", "limited-motion"),
        ("Spleen tip is palpable.", "enlarged-spleen"),
    ],
)
def test_a_complaint_or_sign_in_plain_words(line: str, concept: str) -> None:
    assert concept in {finding.concept for finding in found(line)}


@pytest.mark.parametrize(
    ("line", "concept"),
    [
        ("He has not coughed up blood.", "hemoptysis"),
        ("No pounding heart, no chest pain.", "palpitations"),
        ("She denies blood in the urine.", "hematuria"),
        ("There is no clot in the lung.", "pulmonary-embolism"),
        ("No evidence of acute coronary syndrome.", "acute-coronary-syndrome"),
    ],
)
def test_plain_words_are_denied_like_others(line: str, concept: str) -> None:
    assert [finding.assertion for finding in found(line) if finding.concept == concept] == ["absent"]


@pytest.mark.parametrize(
    ("line", "concept"),
    [
        ("She had a blood clot in the leg.", "deep-vein-thrombosis"),
        ("Blood clots in the lungs after surgery.", "pulmonary-embolism"),
        ("Acute coronary syndrome.", "acute-coronary-syndrome"),
        ("He came away with a broken collarbone.", "fracture"),
        ("She broke her wrist on the ice.", "fracture"),
        ("She had an infected gallbladder.", "cholecystitis"),
        ("Manic-depressive illness.", "bipolar-disorder"),
        ("He has a bedsore over the sacrum.", "pressure-injury"),
        ("Multiple endocrine neoplasia must be thought of.", "endocrine-neoplasia"),
        ("EKG shows an inferior infarct.", "myocardial-infarction"),
    ],
)
def test_a_disease_in_plain_words(line: str, concept: str) -> None:
    assert concept in {finding.concept for finding in found(line)}


def test_a_stage_is_told_with_kidney_disease() -> None:
    assert [(finding.concept, finding.attributes["stage"]) for finding in found("Hypertension and stage 3 kidney disease.")[1:]] == [
        ("chronic-kidney-disease", "3")
    ]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("Pantoprazole for stress ulcer prophylaxis.", "ulcer"),
        ("Artificial tears four times a day.", "tear"),
        ("She was in tears.", "tear"),
        ("Withdraws to pain.", "pain"),
        ("His sleep is broken.", "broken"),
        ("The port was flushed.", "flushed"),
    ],
)
def test_a_word_of_daily_life_is_no_disease(line: str, text: str) -> None:
    assert not any(text in finding.text.lower() for finding in found(line) if finding.kind in ("diagnosis", "symptom"))
