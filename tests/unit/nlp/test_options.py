"""Options of a template: what nobody ticked is no statement (DOMAIN F.8)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


def said(text: str) -> dict[str, str]:
    """concept -> assertion."""
    return {found.concept: found.assertion for found in READER.read(text).findings}


@pytest.mark.parametrize(
    "text",
    [
        "[ ] Sepsis [ ] Other",
        "[ ] Sepsis\n[ ] Localized infection without sepsis\n[ ] Unable to determine",
        "[ ] No sepsis",
        "[] Sepsis, ruled out",
        "( ) Sepsis due to pneumonia ( ) Other",
        "☐ Sepsis ☐ Acute kidney injury ☐ Other",
        "- [ ] Severe protein-calorie malnutrition",
        "[ ] Acute on chronic systolic heart failure",
        "Diagnosis: [ ] Possible sepsis [ ] Other",
        "CDI query, not answered yet: [ ] Localized infection [ ] Sepsis (please specify the source) [ ] Other",
        "[ ] Sepsis. With septic shock [ ] Other",
        "[ ] Acute kidney injury due to dehydration and to the\nacute tubular necrosis",
        "Sepsis: [ ] Yes [ ] No",
        "Sepsis present on admission? [ ] Y [ ] N",
        "Sepsis [ ]",
        "Sepsis [ ]  Pneumonia [ ]",
        "[ ] lactate 4.2, creatinine 2.9",
        "Sepsis due to: [ ] pneumonia [ ] UTI",
        "Acute kidney injury secondary to ( ) dehydration ( ) sepsis",
    ],
)
def test_what_nobody_ticked_says_nothing(text: str) -> None:
    reading = READER.read(text)
    assert (reading.findings, reading.values) == ((), ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[x] Sepsis [ ] Acute kidney injury", {"sepsis": "present"}),
        ("[ ] No acute kidney injury [X] Acute kidney injury", {"acute-kidney-injury": "present"}),
        ("( ) Sepsis (x) Pneumonia", {"pneumonia": "present"}),
        ("☐ Sepsis ☑ Pneumonia", {"pneumonia": "present"}),
        ("[x] No sepsis [ ] Pneumonia", {"sepsis": "absent"}),
        ("[x] Possible sepsis", {"sepsis": "possible"}),
        ("Sepsis: [x] Yes [ ] No", {"sepsis": "present"}),
        ("Sepsis: [ ] Yes [x] No", {"sepsis": "absent"}),
        ("Sepsis: [ ] Y [x] N  Pneumonia: [x] Y [ ] N", {"sepsis": "absent", "pneumonia": "present"}),
        ("Sepsis [ ]  Pneumonia [x]", {"pneumonia": "present"}),
        ("# Sepsis\n[ ] f/u cultures\n# Pneumonia", {"sepsis": "present", "pneumonia": "present"}),
        ("[ ] follow up cultures. Sepsis improving.", {"sepsis": "present"}),
        ("(-) sepsis", {"sepsis": "absent"}),
        ("(-) recent chest pain", {"chest-pain": "absent"}),
        ("Sepsis due to: [x] pneumonia [ ] UTI", {"sepsis": "present", "pneumonia": "present"}),
        ("Sepsis: [ ] f/u cultures [ ] repeat lactate", {"sepsis": "present"}),
        ("Seen by Dr. (  ) for CHF", {"heart-failure": "present"}),
        ("Dr. (  ) for CHF", {"heart-failure": "present"}),
        ("Admitted on ( ) with pneumonia. No sepsis.", {"pneumonia": "present", "sepsis": "absent"}),
    ],
)
def test_what_is_ticked_or_stands_outside_is_read(text: str, says: dict[str, str]) -> None:
    assert said(text) == says


CONDITIONS = st.sampled_from(["Sepsis", "Acute kidney injury", "No pneumonia", "possible severe sepsis", "Pneumonia, ruled out", "Other"])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["[ ]", "( )", "☐", "[_]"]), CONDITIONS), min_size=1, max_size=5),
    st.sampled_from([" ", "\n", "  ", "\r\n"]),
)
def test_an_empty_template_never_states_anything(options: list[tuple[str, str]], between: str) -> None:
    assert said(between.join(f"{box} {words}" for box, words in options)) == {}


def test_the_context_of_an_option_that_nobody_ticked_is_a_supposition() -> None:
    context, cue = READER.context_at("[ ] fever", 4, 9)
    assert (context.temporality, context.active, cue) == ("hypothetical", "no", None)
