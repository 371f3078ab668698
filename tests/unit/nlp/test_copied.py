"""Copied text is known again by its sentences and lines, and counts where it was first written (DOMAIN F.10)."""

from opencdi.nlp.copied import marks_in
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
SEPSIS = "# Sepsis secondary to urinary tract infection, on ceftriaxone day 2"


def marks(text: str) -> list[set[str]]:
    """Of each finding, what it is known by."""
    reading = READER.read(text)
    return [set(keys) for keys in marks_in(text, reading.findings, reading.values).findings]


def value_marks(text: str) -> list[set[str]]:
    reading = READER.read(text)
    return [set(keys) for keys in marks_in(text, reading.findings, reading.values).values]


def test_a_line_is_known_again_whatever_its_spaces_and_case() -> None:
    assert marks(SEPSIS)[0] & marks("  # sepsis SECONDARY to urinary   tract infection, on ceftriaxone day 2\n")[0]


def test_a_line_is_known_again_under_todays_numbers() -> None:
    assert marks(SEPSIS)[0] & marks(SEPSIS.replace("day 2", "day 3"))[0]


def test_another_stage_in_the_same_words_is_another_statement() -> None:
    said = "Patient has a pressure injury of the sacrum, stage {}, seen by wound care"
    assert not marks(said.format(2))[0] & marks(said.format(3))[0]
    assert marks(said.format(2))[0] & marks(said.format(2))[0]


def test_denied_in_the_same_words_is_another_statement() -> None:
    assert not marks("There is sepsis in this patient on the medical ward")[0] & marks("There is no sepsis in this patient on the ward")[0]


def test_a_sentence_is_known_again_within_another_paragraph() -> None:
    sentence = "She has sepsis from a urinary tract infection and is getting better."
    assert marks(sentence)[0] & marks(f"Seen with the team. {sentence} Plan unchanged.")[0]


def test_a_short_line_is_written_alike_by_accident() -> None:
    assert marks("AKI, improving") == [set()]


def test_a_short_line_is_known_again_beside_its_neighbour() -> None:
    block = "Continue ceftriaxone until the cultures are back\nAKI, improving\nDispo: home when stable"
    assert marks(block)[0] & marks(block.replace("Dispo: home when stable", "Dispo: SNF"))[0]
    assert not marks(block)[0] & marks("Seen at the bedside with her daughter\nAKI, improving\nWalks with PT")[0]


def test_a_value_is_known_again_only_among_the_same_numbers() -> None:
    line = "Labs this morning: sodium 140, creatinine 2.9, white count 11.2"
    assert value_marks(line)[0] & value_marks(line)[0]
    assert not value_marks(line)[0] & value_marks(line.replace("11.2", "10.4"))[0]
