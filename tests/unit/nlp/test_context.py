"""Context: is it there, is it sure, since when, is it the patient's (DOMAIN B23 to B26)."""

import pytest

from opencdi.nlp.context import Context
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


def context_of(marked: str) -> Context:
    """The context of the mention between < and >."""
    start, end = marked.index("<"), marked.index(">") - 1
    return READER.context_at(marked.replace("<", "").replace(">", ""), start, end)[0]


@pytest.mark.parametrize(
    "text",
    [
        "No <fever>.",
        "Denies chest pain, cough, or <dyspnea>.",
        "There is no evidence of <pneumonia>.",
        "The patient is negative for <stroke>.",
        "<Fever>: none",
        "<PE> was ruled out.",
        "No acute <kidney injury>.",
        "Not consistent with <meningitis>.",
        "<Chest pain>, cough and edema are absent.",
        "<Fever>: [ ] yes [x] no",
        "ROS: +cough, -<fever>",
        "Without <nausea> or vomiting.",
        "no <sepsis> or septic shock",
    ],
)
def test_absent(text: str) -> None:
    judged = context_of(text)
    assert (judged.assertion, judged.active) == ("absent", "no")


@pytest.mark.parametrize(
    "text",
    [
        "Denies chest pain, but has <fever>.",
        "No chest pain; <fever> since yesterday.",
        "Troponin negative, <hypertension>.",
        "Lungs clear, not on oxygen, <cellulitis> improving.",
        "<AKI>, not present on admission, from contrast.",
        "No increase in <edema>.",
        "Gram negative <bacteremia>.",
        "No cough, presents with <dyspnea>.",
        "No pain due to <fracture>.",
        "[x] <fever>",
        "- <fever>",
        "Patient did not tolerate oral intake because of <nausea>.",
        "He is not on oxygen. <Pneumonia> improving.",
    ],
)
def test_present(text: str) -> None:
    judged = context_of(text)
    assert (judged.assertion, judged.certainty, judged.active) == ("present", "certain", "yes")


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("Likely <pneumonia>.", "probable"),
        ("Findings consistent with <pneumonia>.", "probable"),
        ("Possible <sepsis>.", "possible"),
        ("r/o <PE>", "possible"),
        ("<Pneumonia> cannot be excluded.", "possible"),
        ("<pneumonia> vs atelectasis", "possible"),
        ("? <UTI>", "possible"),
        ("<PE> is unlikely.", "unlikely"),
        ("Low suspicion for <meningitis>.", "unlikely"),
    ],
)
def test_uncertain_and_how_much(text: str, certainty: str) -> None:
    judged = context_of(text)
    assert (judged.assertion, judged.certainty, judged.active) == ("possible", certainty, "unknown")


def test_ruled_out_is_absent_and_says_so() -> None:
    assert context_of("<Stroke> was ruled out.").certainty == "ruled-out"


@pytest.mark.parametrize(
    ("text", "active"),
    [
        ("History of <breast cancer>, s/p mastectomy 2010.", "no"),  # an event of the past
        ("h/o <HTN> on lisinopril", "yes"),  # a disease that does not end
        ("<Stroke> in 2015 without deficits.", "no"),
        ("<Pneumonia> last year.", "no"),
        ("PMH: <COPD>", "yes"),
        ("PMH: <pneumonia>", "no"),
        ("Known <cirrhosis>.", "yes"),
        ("Recently treated for <UTI>.", "no"),
    ],
)
def test_historical_and_whether_still_active(text: str, active: str) -> None:
    judged = context_of(text)
    assert (judged.temporality, judged.active) == ("historical", active)


@pytest.mark.parametrize(
    "text",
    [
        "Presents with a 3-day history of <cough>.",
        "70M with h/o COPD presents with <fever>.",
        "<AKI>, improving.",
        "New <atrial fibrillation>.",
    ],
)
def test_current(text: str) -> None:
    judged = context_of(text)
    assert (judged.temporality, judged.active) == ("current", "yes")


def test_begun_and_resolved_in_this_stay_is_active() -> None:
    judged = context_of("<AKI>, resolved.")
    assert (judged.temporality, judged.active, judged.resolved) == ("current", "yes", True)


@pytest.mark.parametrize(
    "text", ["Return to ED if <chest pain> recurs.", "At risk for <delirium>.", "Discharge instructions: call for <fever>."]
)
def test_hypothetical(text: str) -> None:
    judged = context_of(text)
    assert (judged.temporality, judged.active) == ("hypothetical", "no")


@pytest.mark.parametrize(
    "text",
    [
        "Mother with <stroke>.",
        "Family history of <diabetes>.",
        "FH: <MI>",
        "His father had <lung cancer>.",
        "Breast cancer and <stroke> in his mother.",
    ],
)
def test_somebody_elses(text: str) -> None:
    judged = context_of(text)
    assert (judged.experiencer, judged.active) == ("other", "no")


@pytest.mark.parametrize(
    "text",
    [
        "Daughter reports <confusion> at home.",
        "Per mother, <fever> for two days.",
        "Wife at bedside; <dyspnea> improved.",
        "Mother died, he has <pneumonia>.",
    ],
)
def test_a_relative_who_tells_does_not_have_it(text: str) -> None:
    assert context_of(text).experiencer == "patient"


def test_the_deciding_cue_is_told_where_it_stands() -> None:
    text = "There is no  evidence of pneumonia."
    cue = READER.context_at(text, text.index("pneumonia"), len(text) - 1)[1]
    assert cue is not None
    assert text[cue[0] : cue[1]] == "no  evidence of"
