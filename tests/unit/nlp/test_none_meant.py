"""Names that hold a condition's name and mean none, and the same words where they mean it."""

import pytest

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


def conditions(text: str) -> list[str]:
    return [found.concept for found in READER.read(text).findings if found.kind in ("diagnosis", "symptom")]


@pytest.mark.parametrize(
    "text",
    [
        "Glasgow coma scale was 15.",
        "He was brought to the trauma bay and seen by the trauma surgeon.",
        "The patient was positioned on the fracture table.",
        "The teeth were placed into occlusion with arch bars.",
        "Patching and occlusion therapy of the left eye.",
        "Extracorporeal shock wave lithotripsy was scheduled.",
        "He received two shocks from his defibrillator.",
        "After negative aspiration, 5 mL of lidocaine was injected.",
        "Aspiration with an 18-gauge needle was dry.",
        "Aspiration of the stomach was done by anesthesia.",
        "The incision was made over the carpal tunnel.",
        "The abdomen has a low transverse scar.",
        "Meticulous dissection of the carotid artery was carried out.",
        "Dr. Burns will see her in clinic. Seen by DR NASH.",
        "The case was presented at tumor board and tumor markers were drawn.",
        "The incus and the malleus were intact.",
        "The heel bone is prominent. Normal lumbar lordosis.",
        "He obeys commands.",
        "The nerve roots of the cauda equina are unremarkable.",
        "Silicone oil tamponade was used.",
        "Deep hypothermic circulatory arrest was begun.",
        "Pharmacologic paralysis with rocuronium was maintained.",
        "She is rubella immune and hepatitis B surface antigen negative.",
        "The margins of the wound were blurred.",
        "She lives on corn and beans.",
        "Aspiration of the hip gave 900 cells and no growth.",
        "The abdomen was insufflated and pneumoperitoneum established.",
        "She was placed on a low potassium diet.",
        "We went over low-potassium fruits and high-sodium snacks.",
        "Flu and pneumonia vaccines today.",
        "She was enrolled in the sepsis trial; the stroke rate was low.",
        "Seizure pads are on the bed rails.",
        "He works as a sepsis coordinator.",
    ],
)
def test_a_name_that_holds_a_conditions_name_is_none(text: str) -> None:
    assert conditions(text) == []


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("He was found in a coma.", "coma"),
        ("Blunt trauma to the chest.", "trauma"),
        ("CTA shows an occlusion of the left popliteal artery.", "occlusion"),
        ("She went into shock overnight.", "shock"),
        ("Witnessed aspiration during the night.", "aspiration"),
        ("CT shows pneumoperitoneum.", "icd10cm:K668"),
        ("Aspiration of gastric contents.", "aspiration"),
        ("He sustained burns of both arms.", "burn"),
        ("His vision is blurred.", "icd10cm:H538"),
        ("Echo with pericardial effusion and tamponade.", "icd10cm:I314"),
        ("Hypothermic on arrival at 33 degrees.", "icd10cm:T68XXXA"),
        ("Cauda equina presentation with saddle anesthesia and retention.", "icd10cm:G834"),
    ],
)
def test_the_same_word_elsewhere_is_the_condition(text: str, concept: str) -> None:
    assert concept in conditions(text)


def test_the_sign_of_a_named_disease_is_no_second_diagnosis() -> None:
    text = "Bipolar disorder, current episode manic, severe with psychotic features. Perforated diverticulitis."
    assert [found.concept for found in READER.read(text).findings if found.kind == "diagnosis"] == ["bipolar-disorder", "diverticulitis"]
