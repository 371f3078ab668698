"""Our own words and copied words are not evidence (DOMAIN F.8, F.10)."""

from hypothesis import given
from hypothesis import strategies as st

from opencdi.nlp.echo import ECHO, echoes_in, lines_of, shingles_of

QUESTION = (
    "Clinical indicators: WBC 18.2, lactate 4.2, temperature 38.9, heart rate 118, treated with ceftriaxone and 30 mL/kg fluids. "
    "Please clarify the diagnosis being treated: ( ) Sepsis due to urinary tract infection ( ) Urinary tract infection without sepsis "
    "( ) Other ( ) Unable to determine"
)
SENT = [shingles_of(QUESTION)]


def test_the_question_come_back_is_all_echo_however_it_was_set() -> None:
    again = QUESTION.upper().replace(", ", ",\r\n   ").replace("( ) SEPSIS", "(x) SEPSIS")
    stretches, share = echoes_in(again, SENT)
    assert share > 0.95
    assert len(stretches) == 1


def test_quoted_within_a_note_only_the_quote_is_echo() -> None:
    note = f"Interval: afebrile overnight. CDI asked: {QUESTION}\nMy assessment: sepsis due to UTI, improving."
    (start, end), *_ = echoes_in(note, SENT)[0]
    assert "Clinical indicators" in note[start:end]
    assert "My assessment" not in note[start:end]
    assert "afebrile" not in note[start:end]


def test_an_answer_in_the_physicians_words_is_no_echo() -> None:
    assert echoes_in("Sepsis due to urinary tract infection, present on admission.", SENT)[0] == []


def test_nothing_sent_nothing_echoes() -> None:
    assert echoes_in(QUESTION, []) == ([], 0.0)


@given(st.lists(st.sampled_from(["sepsis", "due", "to", "ward", "\n", "é", "-"]), min_size=ECHO * 3, max_size=60).map(" ".join))
def test_stretches_lie_in_the_text_in_order(text: str) -> None:
    stretches, share = echoes_in(text, [shingles_of(text)])
    assert 0.0 <= share <= 1.0
    assert all(0 <= start < end <= len(text) for start, end in stretches)


def test_a_line_is_known_again_whatever_its_spaces_and_case() -> None:
    first = lines_of("x\n# Sepsis secondary to urinary tract infection, on ceftriaxone day 2")
    again = lines_of("  # sepsis SECONDARY to urinary   tract infection, on ceftriaxone day 2\n")
    assert [line[2] for line in first] == [line[2] for line in again]
    assert lines_of("AKI, improving") == []
