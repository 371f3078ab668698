"""Where a "no" can reach: sentences of notes as tired residents write them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from opencdi.nlp.sentences import sentences_in

NOTEISH = st.text(alphabet=st.sampled_from("aB1 .,;:!?\n-*#[]()x\t\r\x0cé\u2028\ufeff\U0001f600"), max_size=200)


def quotes(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences_in(text)]


def test_full_stops_end_sentences_but_abbreviations_and_numbers_do_not() -> None:
    assert quotes("Seen with Dr. Smith. Cr 2.9 today. T 38.9.") == ["Seen with Dr. Smith.", "Cr 2.9 today.", "T 38.9."]


def test_no_capitals_are_needed() -> None:
    assert quotes("pt w fever. no cough. denies pain") == ["pt w fever.", "no cough.", "denies pain"]


def test_an_organism_is_not_cut_at_its_dot() -> None:
    assert quotes("Sepsis due to E. coli UTI. Start ceftriaxone.") == ["Sepsis due to E. coli UTI.", "Start ceftriaxone."]


def test_a_wrapped_line_goes_on_and_a_list_does_not() -> None:
    assert quotes("Denies chest pain, cough,\nor dyspnea.") == ["Denies chest pain, cough,\nor dyspnea."]
    assert quotes("No fever\nCOPD\nAKI") == ["No fever", "COPD", "AKI"]


def test_items_within_a_line_are_sentences() -> None:
    assert quotes("1. AKI 2. UTI") == ["1. AKI", "2. UTI"]


def test_a_number_that_says_which_of_its_kind_opens_no_item() -> None:
    assert quotes("CKD 4. Diabetes type 2. Hypertension") == ["CKD 4.", "Diabetes type 2.", "Hypertension"]
    assert quotes("AKI 2. Diabetes") == ["AKI", "2. Diabetes"]


def test_short_lines_are_items_though_they_are_written_small() -> None:
    assert quotes("no PE\nhx of DVT\nafib") == ["no PE", "hx of DVT", "afib"]


def test_a_line_that_is_not_finished_goes_on() -> None:
    assert quotes("Acute on chronic\nsystolic failure") == ["Acute on chronic\nsystolic failure"]
    assert quotes("1. CKD stage 3\n   likely diabetic") == ["1. CKD stage 3\n   likely diabetic"]


def test_a_long_line_was_broken_by_its_author_where_the_next_word_had_room() -> None:
    broken = "Patient was brought from home with two days of dyspnea and a cough\nfever denied, on room air he saturated at eighty-five percent, and rose to\nninety."
    assert len(quotes(broken)) == 2


def test_each_line_of_a_list_is_an_item_however_long() -> None:
    text = "Acute kidney injury on chronic kidney disease stage 3b due to ATN\nSepsis due to E. coli"
    assert len(sentences_in(text)) == 1
    assert len(sentences_in(text, (), [(0, len(text))])) == 2


def test_items_in_small_letters_follow_one_another() -> None:
    assert quotes("1) aki 2) sepsis") == ["1) aki", "2) sepsis"]
    assert quotes("a) aki b) uti") == ["a) aki", "b) uti"]
    assert quotes("ckd (stage 3) with anemia") == ["ckd (stage 3) with anemia"]


def test_blanks_and_line_breaks_that_were_lost() -> None:
    assert quotes("He improved.No fever.,Cr 2.9") == ["He improved.", "No fever.,", "Cr 2.9"]


def test_other_line_breaks() -> None:
    assert quotes("AKI\rUTI\x0cCAP\u2028CHF") == ["AKI", "UTI", "CAP", "CHF"]


def test_headings_cut() -> None:
    assert sentences_in("PMH: COPD", [0, 4]) == [(0, 4), (5, 9)]


@given(NOTEISH)
def test_sentences_cover_all_but_white_space_in_order(text: str) -> None:
    spans = sentences_in(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    uncovered = set(range(len(text))) - {i for start, end in spans for i in range(start, end)}
    assert all(text[i].isspace() for i in uncovered)


def test_a_short_word_ends_a_sentence_in_small_letters_but_a_clipped_one_does_not() -> None:
    assert quotes("no PE. small effusion") == ["no PE.", "small effusion"]
    assert quotes("No other fx. diffuse osteopenia") == ["No other fx.", "diffuse osteopenia"]
    assert quotes("risks incl. bleeding; neg. for PE") == ["risks incl. bleeding; neg. for PE"]
    assert quotes("Flu neg. Fever persists") == ["Flu neg.", "Fever persists"]
    assert quotes("rate 80s. Chest pain: no. sats 94%. mild dyspnea") == ["rate 80s.", "Chest pain: no.", "sats 94%.", "mild dyspnea"]
    assert quotes("1a. diabetes") == ["1a. diabetes"]


def test_an_answer_belongs_to_what_was_asked() -> None:
    assert quotes("Falls? Yes. Dizziness? No. UTI? Start cefazolin.") == ["Falls? Yes.", "Dizziness? No.", "UTI?", "Start cefazolin."]
    assert quotes("Aspiration - no\nLaryngospasm at emergence") == ["Aspiration - no", "Laryngospasm at emergence"]
    assert quotes("There is no\nfever") == ["There is no\nfever"]
