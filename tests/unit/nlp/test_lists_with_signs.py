"""Lists told by signs or by the line above them: "- fever" among plus signs, "Differential:" and its items (DOMAIN B23, B24)."""

import pytest

from unit.nlp.test_context import context_of


@pytest.mark.parametrize(
    "text",
    [
        "ROS: +cough, -<fever>",
        "ROS: + cough, - <fever>",
        "ROS: + dyspnea, dizzy on standing; - chest pain, <cough>, rash",
        "ROS:\n- <fever>\n- cough\n+ dyspnea",
        "ROS:\n-<fever>\n-cough",
        "(-) <fever>",
        "Exam: <edema> -, lungs clear",
        "ROS: GI: <nausea> -",
    ],
)
def test_a_minus_denies_in_a_list_of_signs(text: str) -> None:
    assert context_of(text).assertion == "absent"


@pytest.mark.parametrize(
    "text",
    [
        "- <fever>",
        "Assessment:\n-<AKI> stage 2, hold lisinopril\n-COPD stable",
        "ROS: General - <fatigue>, weight loss",
        "ROS: - fever, + <cough>, chills",
        "ROS: + cough; - fever. <Rash> on both legs.",
        "<AKI> - likely prerenal",
        "Plan:\n<Pneumonia> -\nceftriaxone",
    ],
)
def test_a_bullet_or_dash_denies_nothing(text: str) -> None:
    assert context_of(text).assertion == "present"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Differential:\n- pneumonia\n- <pulmonary embolism>\n- pericarditis", "possible"),
        ("Differential diagnosis:\n1. Pneumonia. Will image.\n2. <Pulmonary embolism>.", "possible"),
        ("DDx:\nCholecystitis\n<Pancreatitis>", "possible"),
        ("Differential includes:\n\n- <gout>\n- septic arthritis", "possible"),
        ("Return to the hospital for any of the following:\n- fever\n- <vomiting>", "hypothetical"),
        ("Denies the following:\n- fever\n- <cough>", "absent"),
    ],
)
def test_a_line_that_announces_a_list_speaks_of_its_items(text: str, said: str) -> None:
    judged = context_of(text)
    assert said in (judged.assertion, judged.temporality)
    assert judged.active != "yes"


@pytest.mark.parametrize(
    "text",
    [
        "Differential:\n- pneumonia\n\n<Cellulitis> of the leg on cefazolin",
        "Differential:\n- pneumonia\nStarted on antibiotics and oxygen last night for <cellulitis> of the leg",
        "Denies:\n- fever\nPlan:\n- <cellulitis>: cefazolin",
        "Denies:\n- fever but has <cough>",
        "Assessment:\n- <pneumonia>",
    ],
)
def test_what_stands_behind_the_list_is_told_by_itself(text: str) -> None:
    judged = context_of(text)
    assert (judged.assertion, judged.temporality) == ("present", "current")
