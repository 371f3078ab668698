"""Copied text is known again by its lines (DOMAIN F.10)."""

from opencdi.nlp.copied import lines_of


def test_a_line_is_known_again_whatever_its_spaces_and_case() -> None:
    first = lines_of("x\n# Sepsis secondary to urinary tract infection, on ceftriaxone day 2")
    again = lines_of("  # sepsis SECONDARY to urinary   tract infection, on ceftriaxone day 2\n")
    assert [line[2] for line in first] == [line[2] for line in again]
    assert lines_of("AKI, improving") == []
