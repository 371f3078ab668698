"""A condition that is tied to an event of the past takes its time; the present illness, told in the past tense, is there.

`past_examples.yaml` holds the stories; each is read in a history, a hospital course or an operative note.
"""

import re
from pathlib import Path

import pytest
import yaml

from opencdi.clinical.vocabulary import NoteType
from opencdi.nlp.cues import WrongCues
from opencdi.nlp.past import load_times
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
STORIES = yaml.safe_load((Path(__file__).parent / "past_examples.yaml").read_text(encoding="utf-8"))
HISTORY = "HISTORY OF PRESENT ILLNESS:  The patient is seen today.  "
COURSE = "HOSPITAL COURSE:  The patient was admitted.  "
OPERATION = "DESCRIPTION OF PROCEDURE:  The patient was prepped.  "
_TOLD_OF = frozenset({"diagnosis", "symptom", "finding", "organism"})
_MARKED = re.compile(r"<([^<>]*)>")


def is_here(story: str, lead: str = HISTORY, note_type: NoteType = "consult") -> bool:
    """Whether what stands between < and > is read as present, active and the patient's."""
    mark = _MARKED.search(story)
    assert mark
    start, end = len(lead) + mark.start(), len(lead) + mark.end() - 2
    found = READER.read(lead + story.replace("<", "").replace(">", ""), note_type).findings
    named = [each for each in found if each.kind in _TOLD_OF and each.start < end and each.end > start]
    assert named, f"not found: {mark[1]}"
    return any((each.assertion, each.active, each.experiencer) == ("present", "yes", "patient") for each in named)


@pytest.mark.parametrize("story", STORIES["past"].splitlines())
def test_what_is_tied_to_an_event_of_the_past_is_over(story: str) -> None:
    assert not is_here(story)


@pytest.mark.parametrize("story", STORIES["here"].splitlines())
def test_the_present_illness_is_there_though_told_in_the_past_tense(story: str) -> None:
    assert is_here(story)


@pytest.mark.parametrize("story", STORIES["course"].splitlines())
def test_in_the_hospital_course_the_operation_is_of_this_stay(story: str) -> None:
    assert is_here(story, COURSE, "discharge-summary")


@pytest.mark.parametrize("story", STORIES["operation"].splitlines())
def test_in_an_operative_note_the_operation_is_todays(story: str) -> None:
    assert is_here(story, OPERATION, "operative-note")


def test_a_year_is_over_in_the_hospital_course_too() -> None:
    assert not is_here("He had had a bypass in 2010, which was complicated by a <stroke>.", COURSE, "discharge-summary")


def test_a_time_is_not_carried_into_another_section() -> None:
    told = HISTORY + "She had a hysterectomy in 2011.\n\nASSESSMENT:\n"
    assert is_here("The operation was complicated by <pneumonia>.", told)


def test_a_time_is_forgotten_behind_other_sentences() -> None:
    told = "She had a hysterectomy in 2011.  Her cough kept her awake.  The nights were bad.  The days were worse.  "
    assert is_here(told + "Then she had <pneumonia>.")
    assert not is_here("She had a hysterectomy in 2011.  Then she had <pneumonia>.")


def test_a_bare_month_does_not_end_a_cancer() -> None:
    assert is_here("In March a biopsy was done, and there was <breast cancer>.")


@pytest.mark.parametrize("value", ["had a BNP of 2010", "was given an infusion of 2000 ml", "was put on a 1900 calorie diet"])
def test_a_value_is_no_year(value: str) -> None:
    assert is_here(f"He {value} and had <pulmonary edema>.")


def test_a_wrong_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "past.yaml").write_text("groups: {}\nwords: {}\noutlasting: []\nunending: []\nvisits: {}\nmonths: []\n", encoding="utf-8")
    with pytest.raises(WrongCues):
        load_times(tmp_path)
