"""What is pointed back to is what was told; whole dates of long ago; what an old operation was done for."""

import pytest

from opencdi.knowledge.words import words_of
from opencdi.nlp.around import is_year
from opencdi.nlp.dates import old_dates
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


def told(text: str, concept: str) -> list[tuple[str, str]]:
    """Temporality and active of each mention of that concept."""
    return [(each.temporality, each.active) for each in READER.read(text, "consult").findings if each.concept == concept]


PAST, NOW = ("historical", "no"), ("current", "yes")


@pytest.mark.parametrize(
    "plan",
    [
        "Bupropion is out of the question in view of the seizure.",
        "Bupropion is contraindicated because of her seizure.",
        "I would rather not use bupropion since she had a seizure.",
    ],
)
def test_what_is_pointed_back_to_is_past_as_it_was_told(plan: str) -> None:
    assert told(f"HISTORY:  She had a seizure in 2014.\n\nPLAN:  {plan}", "seizure") == [PAST, PAST]


@pytest.mark.parametrize(
    "plan", ["1.  Seizure.", "She has had another seizure today.", "The seizure is ongoing.", "The new seizure is focal."]
)
def test_what_is_named_anew_is_there(plan: str) -> None:
    assert told(f"HISTORY:  She had a seizure in 2014.\n\nPLAN:  {plan}", "seizure")[-1] == NOW


def test_what_was_told_as_there_stays_so() -> None:
    text = "HISTORY:  She had a seizure in 2014.  She came in with a seizure.\n\nPLAN:  Levetiracetam because of the seizure."
    assert told(text, "seizure") == [PAST, NOW, NOW]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("On March 12, 2019, he fell. Today is June 14, 2022.", ["march 12 , 2019"]),
        ("On 3/12/2019 he fell. Seen 6/14/2022.", ["3 12 2019"]),
        ("On 2019-03-12 he fell. Seen 2022-06-14.", ["2019 03 12"]),
        ("On 12 March 2019 he fell. A film of January 2022.", ["12 march 2019"]),
        ("On June 1st, 2022, he fell. Seen June 14, 2022.", []),
        ("On March 12, 2019, he fell.", []),
        ("He fell in 2019 and again in 2022.", []),
    ],
)
def test_a_date_long_before_the_last_is_old(text: str, dates: list[str]) -> None:
    words = words_of(text).words
    found = old_dates(words, [at for at, word in enumerate(words) if is_year(word)], READER.times)
    assert [" ".join(words[date.first : date.last]) for date in found] == dates


def test_an_old_date_dates_what_is_told_with_it() -> None:
    text = "DATE OF ADMISSION: 11/01/2022.  HISTORY:  She was admitted on {} with pneumonia."
    assert told(text.format("03/05/2020"), "pneumonia") == [PAST]
    assert told(text.format("11/01/2022"), "pneumonia") == [NOW]
    until = "Visit of March 3, 2024.  He was kept at County from May 1, 2022, until May 9, 2022, with pneumonia."
    assert told(until, "pneumonia") == [PAST]


@pytest.mark.parametrize(
    "operation", ["He had an appendectomy for", "He is status post appendectomy for", "He has had an appendectomy because of"]
)
def test_what_an_operation_before_a_visit_was_done_for_is_over(operation: str) -> None:
    assert told(f"Return visit.  {operation} acute appendicitis.", "appendicitis") == [PAST]


@pytest.mark.parametrize(
    "told_of", ["He had a CT that showed", "He will have an appendectomy for", "He had an appendectomy yesterday; there is"]
)
def test_an_image_or_a_plan_ends_nothing(told_of: str) -> None:
    assert told(f"Return visit.  {told_of} acute appendicitis.", "appendicitis") == [NOW]


def test_an_accident_at_work_does_not_go_on_and_a_habit_does() -> None:
    text = "SOCIAL HISTORY:  He drove a truck until he had a vertebral fracture in a rollover.  He drinks alcohol daily."
    assert told(text, "fracture") == [PAST]
