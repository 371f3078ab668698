"""How well the golden corpus is read: one floor per axis, and every miss of an axis that fell below it."""

from functools import lru_cache

import pytest

from quality.golden import CORPUS, WrongMarks, notes_in, parsed
from quality.measured import Measured, measured, report

FLOORS: dict[str, float] = {
    "section": 0.0,
}


@lru_cache(maxsize=1)
def corpus() -> Measured:
    return measured(list(notes_in(CORPUS)))


@pytest.mark.parametrize("axis", FLOORS)
def test_what_is_read_stays_above_its_floor(axis: str) -> None:
    assert corpus().score(axis) >= FLOORS[axis], report(corpus(), axis)


NOTE = """type: progress
author_role: student

@@history-of-present-illness
no {{fever|fever|absent}} but {{AKI|acute-kidney-injury|resolved=yes}}
@@laboratory
Cr 2.9[[creatinine=2.9]] @@plan@@PLAN: return if {{chest pain|chest-pain|hypothetical|active=no}}
"""


def test_a_marked_note_is_its_text_and_what_it_says() -> None:
    note = parsed("progress-01-x.txt", NOTE)
    assert note.text == "no fever but AKI\nCr 2.9 PLAN: return if chest pain\n"
    assert [(note.text[mark.start : mark.end], mark.assertion, mark.active, note.line_at(mark.start)) for mark in note.marks] == [
        ("fever", "absent", "no", 5),
        ("AKI", "present", "yes", 5),
        ("chest pain", "present", "no", 7),
    ]
    assert [(note.text[:at].split()[-1], kind) for at, kind in note.sections[1:]] == [("AKI", "laboratory"), ("2.9", "plan")]
    assert [(note.text[: value.at][-3:], value.analyte, value.value) for value in note.values] == [("2.9", "creatinine", 2.9)]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{{fever}}", "words|concept"),
        ("{{fever|feverish}}", "no such concept"),
        ("{{fever|fever|abscent}}", "unknown or twice"),
        ("{{fever|fever|absent|active=yes}}", "absent, but active"),
        ("{{fever|fever|possible}}", "active=unknown"),
        ("{{fever|fever|hypothetical}}", "but active"),
        ("{{fever|fever|historical}}", "say active="),
        ("{{fever|fever|severity=bad}}", "unknown or twice"),
        ("{{fever|fever", "not closed"),
        ("Cr [[creatinine=2.9]]", "behind its number"),
        ("Cr 2.9[[kreatinine=2.9]]", "no such analyte"),
        ("@@subjective@@", "no such section"),
    ],
)
def test_a_malformed_mark_is_named_with_its_line(row: str, complaint: str) -> None:
    with pytest.raises(WrongMarks, match=r"progress-01-x\.txt:4: .*" + complaint.replace("|", r"\|")):
        parsed("progress-01-x.txt", f"type: progress\n\nno events\n{row}\n")
