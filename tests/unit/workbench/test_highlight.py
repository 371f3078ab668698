"""Evidence is marked where it stands, and the note is never changed by it."""

from hypothesis import given
from hypothesis import strategies as st

from opencdi.workbench.highlight import Mark, segments

TEXT = "No chest pain. Sepsis due to E. coli — ±38.9 °C."


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(st.text(max_size=60))
    marks = []
    for _ in range(draw(st.integers(0, 6))):
        start, end = draw(st.integers(-2, 62)), draw(st.integers(-2, 62))
        quote = draw(st.sampled_from([text[max(0, start) : max(0, end)], "something else"]))
        marks.append(Mark(start, end, quote, draw(st.sampled_from(["indicator", "code", "absent"])), "label"))
    return text, marks


@given(marked())
def test_not_one_character_is_added_lost_or_moved(given: tuple[str, list[Mark]]) -> None:
    text, marks = given
    assert "".join(segment.text for segment in segments(text, marks)) == text


@given(marked())
def test_marked_is_exactly_what_some_reproducing_quote_covers(given: tuple[str, list[Mark]]) -> None:
    text, marks = given
    covered = {
        i
        for mark in marks
        if 0 <= mark.start < mark.end <= len(text) and text[mark.start : mark.end] == mark.text
        for i in range(mark.start, mark.end)
    }
    place, shown = 0, set()
    for segment in segments(text, marks):
        if segment.kind:
            shown |= set(range(place, place + len(segment.text)))
        place += len(segment.text)
    assert shown == covered


def test_a_quote_that_does_not_stand_there_is_not_marked() -> None:
    assert [s.kind for s in segments(TEXT, [Mark(0, 2, "Se", "indicator", "")])] == [None]


def test_overlapping_marks_keep_both_labels_and_the_strongest_colour() -> None:
    start = TEXT.index("Sepsis")
    both = [Mark(start, start + 6, "Sepsis", "present", "sepsis"), Mark(start, start + 13, "Sepsis due to", "indicator", "asked")]
    shown = [(s.text, s.kind, s.label, s.starts) for s in segments(TEXT, both) if s.kind]
    assert shown == [("Sepsis", "indicator", "asked · sepsis", start), (" due to", "indicator", "asked", None)]
