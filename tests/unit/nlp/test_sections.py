"""Sections: what a heading says about the words below it."""

import re
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.vocabulary import NoteType
from opencdi.nlp.heading_table import load_headings
from opencdi.nlp.sections import sections_in
from opencdi.settings import rules_dir

HEADINGS = load_headings(rules_dir() / "nlp")
LINES = st.lists(
    st.sampled_from(
        [
            "T 37 HR 88 BP 120/70",
            "WBC 12 Hgb 9",
            "CXR clear",
            "82F with CAP",
            "# CAP",
            "J. Roe, MD",
            "HPI: fever",
            "PMH:",
            "COPD",
            "Assessment and Plan",
            "",
            "lungs: clear",
            "A/P: AKI",
            "   ",
            "No fever.,MEDICATIONS: , None,PHYSICAL EXAMINATION,GENERAL: Well.,PLAN,1. Rest.",
        ]
    ),
    max_size=12,
)


LAYOUTS = yaml.safe_load(Path(__file__).with_name("section_layouts.yaml").read_text(encoding="utf-8"))


def of_each_line(layout: dict[str, Any], line_break: str) -> tuple[str, list[tuple[str, str]]]:
    """The note of a layout, and the section of each of its characters that is none of the break, in runs."""
    said = [(kind, re.sub(r"\n+", line_break, words)) for piece in layout["says"] for kind, words in piece.items()]
    return line_break.join(words for _, words in said), said


@pytest.mark.parametrize("line_break", ["\n", "\n\n", "\r\n", ","], ids=["lines", "paragraphs", "returns", "one line"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout["note"])
def test_layouts_of_all_specialties(layout: dict[str, Any], line_break: str) -> None:
    if line_break == "," and not layout.get("dictated"):
        return
    text, said = of_each_line(layout, line_break)
    stretches = sections_in(text, HEADINGS, layout.get("type", "other"))
    read = "".join(text[stretch.start : stretch.end] for stretch in stretches)
    assert read == text
    told = [(kind, words) for kind, words in ((stretch.kind, text[stretch.start : stretch.end]) for stretch in stretches)]
    assert joined(told) == joined(said)


def joined(said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What stands under one kind of section, without breaks between."""
    return [(kind, re.sub(r"[\s,]", "", "".join(words for _, words in group))) for kind, group in groupby(said, lambda one: one[0])]


def kinds(text: str) -> list[str]:
    return [stretch.kind for stretch in sections_in(text, HEADINGS)]


@pytest.mark.parametrize(
    "line", ["A/P:", "ASSESSMENT AND PLAN", "Assessment & Plan:", "IMPRESSION AND PLAN:", "3. Assessment and plan:", "## A/P:"]
)  # fmt: skip
def test_the_plan_is_found_in_its_dialects(line: str) -> None:
    assert kinds(f"HPI: cough.\n{line}\nAKI") == ["history-of-present-illness", "assessment-and-plan"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("HPI - 65M with cough", "history-of-present-illness"),
        ("**Exam**", "physical-exam"),
        ("## Plan", "plan"),
        ("CC chest pain", "chief-complaint"),
        ("PMH HTN, DM2", "past-medical-history"),
        ("Pertinent labs (11/22 0600):", "laboratory"),
        ("Physical Exam on Discharge:", "physical-exam"),
        ("Labs/Imaging:", "laboratory"),
        ("Impression & Recommendations:", "assessment-and-plan"),
        ("Cardiology Recommendations:", "plan"),
        ("ED COURSE", "hospital-course"),
        ("Final Diagnoses:", "discharge-diagnoses"),
    ],
)
def test_headings_as_they_are_written(line: str, kind: str) -> None:
    assert kinds(f"{line}\nand so on")[0] == kind


@pytest.mark.parametrize(
    "text",
    [
        "Admitted with a long\npmh of CHF and CKD.",  # the line goes on
        "2. Allergies",  # an item of somebody's list
        "plan to discharge tomorrow",
        "Results of the history were discussed\nwith the patient",
        "he came\nat 10:30 and was given lasix.",
    ],
)
def test_what_is_no_heading(text: str) -> None:
    assert kinds(text) in (["other"], ["history-of-present-illness"])  # one section, begun by no heading


def test_headings_in_the_midst_of_words() -> None:
    assert kinds("CC: cough PMH: COPD Social History: smokes") == ["chief-complaint", "past-medical-history", "social-history"]


def test_a_dictation_whose_line_breaks_became_commas() -> None:
    text = "PREOPERATIVE DIAGNOSIS: , Gallstones.,ANESTHESIA: , General.,INDICATIONS: , Pain.,DESCRIPTION OF PROCEDURE: , Prepped."
    assert kinds(text) == ["assessment", "procedures", "history-of-present-illness", "procedures"]


def test_a_dictated_visit_on_one_line() -> None:
    text = "SUBJECTIVE:,  Sneezing.,PHYSICAL EXAMINATION,GENERAL: , Well.,Vitals: BP 124/78.,HEENT: Clear.,ASSESSMENT:, Rhinitis.,PLAN:,1. Spray."
    assert kinds(text) == ["history-of-present-illness", "physical-exam", "vital-signs", "physical-exam", "assessment", "plan"]


def test_an_examination_in_one_paragraph() -> None:
    text = "PHYSICAL EXAMINATION: VITAL SIGNS: BP 120/70, pulse 80. GENERAL: Well. LUNGS: Clear. ASSESSMENT: Cold. PLAN: Rest."
    assert kinds(text) == ["physical-exam", "vital-signs", "physical-exam", "assessment", "plan"]


def test_headings_without_a_colon_between_lost_line_breaks() -> None:
    assert kinds("HISTORY: , Cough, no PLAN,PLAN B.,PHYSICAL EXAMINATION,Clear.,ASSESSMENT,1. Cold.,PLAN,1. Rest.") == [
        "history-of-present-illness",
        "physical-exam",
        "assessment",
        "plan",
    ]


def test_a_dictation_without_colons_and_one_with_blanks_before_its_commas() -> None:
    text = "PREOPERATIVE DIAGNOSES,1. Hernia.,ANESTHESIA,General.,INDICATIONS FOR THE PROCEDURE,A lump.,DESCRIPTION OF PROCEDURE,Prepped."
    assert kinds(text) == ["assessment", "procedures", "history-of-present-illness", "procedures"]
    assert kinds("ASSESSMENT:  Well. ,PLAN:  Followup in 6 weeks.") == ["assessment", "plan"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PRE-ANESTHESIA EVALUATION\nCV: HTN\nAirway: MP II", ["header", "past-medical-history", "physical-exam"]),
        ("Nutrition follow up\nA: thin\nI: Ensure", ["header", "nutrition", "plan"]),
        ("PLOF: walks\nGait: 10 ft", ["social-history", "physical-exam"]),
        ("Pre-op Dx: hernia\nApproach: open", ["assessment", "procedures"]),
        ("Nurse: J. Doe\nA: better", ["header", "assessment"]),  # no title
    ],
)
def test_a_note_that_nobody_named_is_read_by_its_title_or_its_headings(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_numbered_problems_are_no_sections_unless_all_is_numbered() -> None:
    assert kinds("# CHF - lasix\n6) Nutrition: RD to see\n7) Dispo: home") == ["assessment-and-plan"]
    assert kinds("1) CC: fever\n2) Labs: WBC 12\n3) Plan: rest") == ["chief-complaint", "laboratory", "plan"]


def test_an_unknown_heading_is_known_by_what_it_is_of() -> None:
    assert kinds("MRI OF THE BRAIN: normal\nREASON FOR CYSTOSCOPY: hematuria\nVascular Surgery Recommendations: walk") == [
        "imaging",
        "chief-complaint",
        "plan",
    ]


def test_findings_go_by_organs_and_methods() -> None:
    text = "TECHNIQUE: axial\nFINDINGS:\nDoppler: normal\nPulse: regular\nIMPRESSION: none"
    assert [s.kind for s in sections_in(text, HEADINGS, "radiology")] == ["procedures", "findings", "impression"]


def test_what_was_done_and_how_it_went_is_no_request() -> None:
    dar = [s.kind for s in sections_in("D: pain 8/10\nA: morphine\nR: pain 2/10", HEADINGS, "nursing")]
    sbar = [s.kind for s in sections_in("S: pain\nB: fell\nA: fracture?\nR: x-ray please", HEADINGS, "nursing")]
    assert dar == ["history-of-present-illness", "plan", "assessment"]
    assert sbar == ["history-of-present-illness", "past-medical-history", "assessment", "plan"]


def test_a_habit_in_a_history_is_no_instruction() -> None:
    assert kinds("SOCIAL HISTORY: alone\nDIET: regular\nEDUCATION: college") == ["social-history"]
    assert [s.kind for s in sections_in("MEDICATIONS: none\nDIET: regular", HEADINGS, "discharge-summary")] == [
        "medications",
        "discharge-instructions",
    ]


def test_the_hospital_course_by_problem_is_one_section() -> None:
    text = "Hospital Course by Problem:\n# Sepsis: ctx\nLabs: lactate 4\n1) ID: ctx\nNeuro: AMS\nPlan: abx\nDischarge Medications:\nlasix"
    assert kinds(text) == ["hospital-course", "medications"]


def test_a_heading_written_as_the_one_of_the_hospital_course_ends_it() -> None:
    assert kinds("HOSPITAL COURSE:\nSepsis.\nMICRO:\nblood cx neg") == ["hospital-course", "laboratory"]


def test_an_assessment_ends_where_the_plan_of_all_begins() -> None:
    assert kinds("Assessment: CAP\nPlan: ctx") == ["assessment", "plan"]
    assert kinds("Assessment:\nCAP\nPlan: ctx\nAKI\nPlan: fluids") == ["assessment"]


def test_what_an_indication_says_is_the_question() -> None:
    text = "EXAM: CT chest\nINDICATION: r/o PE\nTECHNIQUE: contrast\nFINDINGS:\nLungs: clear\nIMPRESSION: no PE"
    expected = ["header", "history-of-present-illness", "procedures", "findings", "impression"]
    assert kinds(text) == expected  # nobody said that it is radiology: its headings do
    assert [s.kind for s in sections_in(text, HEADINGS, "radiology")] == expected


def test_the_same_heading_in_another_kind_of_note() -> None:
    text = "History: colon mass\nComment: margins clear"
    assert [s.kind for s in sections_in(text, HEADINGS, "pathology")] == ["history-of-present-illness", "impression"]


def test_lines_that_tell_what_they_are() -> None:
    text = (
        "PROGRESS NOTE\n82F with CAP, better.\nT 37.2 HR 88 BP 120/70 RR 18\nLungs clear\nWBC 12 Hgb 9\n# CAP - ctx\nHome soon\nJ. Roe, MD"
    )
    assert kinds(text) == [
        "header",
        "history-of-present-illness",
        "vital-signs",
        "physical-exam",
        "laboratory",
        "assessment-and-plan",
        "attestation",
    ]


def test_the_examination_begins_behind_the_vital_signs() -> None:
    assert kinds("Vitals: T 37\nGen: NAD\nLungs: clear") == ["vital-signs", "physical-exam"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("MEDS amlodipine 10, lipitor 20", "medications"),
        ("exam alert, no distress", "physical-exam"),
        ("Home meds carvedilol 12.5 bid", "medications"),
        ("LABS  NA 124  K 5.3", "laboratory"),
        ("PE diaphoretic, tremulous", "physical-exam"),
        ("Family psych hx: uncle with bipolar", "family-history"),
    ],
)
def test_headings_without_a_colon(line: str, kind: str) -> None:
    assert kinds(f"CC: fever\n{line}")[1:] == [kind]


@pytest.mark.parametrize("line", ["PE is unlikely", "exam was normal", "# PE: heparin", "PE: on apixaban", "labs in the morning"])
def test_words_of_headings_that_go_on_as_prose_or_name_a_disease(line: str) -> None:
    assert kinds(f"A/P:\nsepsis.\n{line}") == ["assessment-and-plan"]


def test_an_objective_opens_with_vital_signs() -> None:
    assert kinds("S: better\nO: T 37.0 BP 124/70 HR 84\nlungs clear\nWBC 12.9 Hgb 9\nCXR clear") == [
        "history-of-present-illness",
        "vital-signs",
        "physical-exam",
        "laboratory",
        "imaging",
    ]


def test_the_condition_at_discharge_is_no_instruction() -> None:
    text = "Discharge Instructions: return if fever\nCondition at discharge: stable, AKI resolved"
    assert [s.kind for s in sections_in(text, HEADINGS, "discharge-summary")] == ["discharge-instructions", "other"]


def test_what_a_note_of_the_patient_begins_with_is_the_history() -> None:
    assert [s.kind for s in sections_in("feels better, still coughing", HEADINGS, "progress")] == ["history-of-present-illness"]
    assert [s.kind for s in sections_in("turned q2h, slept well", HEADINGS, "nursing")] == ["history-of-present-illness"]
    assert kinds("bring the chart") == ["other"]
    assert kinds("Attending attestation\nI saw her.\n52F with cirrhosis, bleeding.") == ["attestation", "history-of-present-illness"]
    assert kinds("Dear Dr. Roe:\nI saw your patient today.") == ["header", "history-of-present-illness"]
    assert kinds("The patient was taken to the operating room and prepped.") == ["procedures"]


def test_system_headings_stay_where_they_stand() -> None:
    assert kinds("ROS:\nLungs: no cough\nPhysical Exam\nLungs: clear") == ["review-of-systems", "physical-exam"]


def test_headings_within_one_line() -> None:
    assert kinds("HPI: fever. PMH: COPD. FH: mother with stroke.") == [
        "history-of-present-illness",
        "past-medical-history",
        "family-history",
    ]


def test_a_word_in_prose_is_no_heading() -> None:
    assert kinds("Results of the history were discussed\nwith the patient") == ["other"]


def test_the_words_before_any_heading_of_a_report() -> None:
    assert [s.kind for s in sections_in("The lungs are clear.\nIMPRESSION: none", HEADINGS, "radiology")] == ["findings", "impression"]


@given(LINES, st.sampled_from(get_args(NoteType)))
def test_sections_are_a_partition_of_the_text(lines: list[str], note_type: NoteType) -> None:
    text = "\n".join(lines)
    stretches = sections_in(text, HEADINGS, note_type)
    assert stretches[0].start == 0
    assert stretches[-1].end == len(text)
    assert all(stretch.start <= stretch.body <= stretch.end for stretch in stretches)
    assert all(before.end == after.start for before, after in pairwise(stretches))
