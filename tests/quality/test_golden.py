"""How well the golden corpus is read: one floor per axis, and every miss of an axis that fell below it."""

from functools import lru_cache

import pytest

from quality.marks import CORPUS, WrongMarks, notes_in, parsed
from quality.measured import Measured, measured, report

# fmt: off
FLOORS: dict[str, dict[str, float]] = {
    "": {
        "section": 0.56, "labelled": 0.73, "concept/diagnosis": 0.76, "concept/symptom": 0.69, "concept/finding": 0.77,
        "concept/procedure": 0.50, "concept/device": 0.50, "concept/organism": 0.89, "concept/medication": 0.30,
        "span/diagnosis": 0.69, "span/symptom": 0.64, "assertion": 0.94, "assertion/absent": 0.92, "assertion/possible": 0.80,
        "temporality": 0.88, "temporality/historical": 0.86, "temporality/hypothetical": 0.81, "active": 0.88, "active/no": 0.86,
        "active/unknown": 0.80, "certainty": 0.76, "experiencer": 0.97, "experiencer/other": 0.76, "attribute/severity": 0.74,
        "attribute/acuity": 0.84, "attribute/laterality": 0.21, "attribute/stage": 0.94, "attribute/type": 0.92,
        "attribute/cause": 0.88, "attribute/organism": 0.66, "attribute/resolved": 0.63, "attribute/dose": 0.00,
        "attribute/route": 0.00, "attribute/frequency": 0.00, "value": 0.82,
    },
    "anesthesia": {
        "section": 0.05, "concept/diagnosis": 0.70, "concept/symptom": 0.83, "assertion": 0.94, "temporality": 0.87, "active": 0.90,
        "experiencer": 0.99, "value": 0.95,
    },
    "consult": {
        "section": 0.52, "concept/diagnosis": 0.74, "concept/symptom": 0.65, "assertion": 0.88, "temporality": 0.85, "active": 0.80,
        "experiencer": 0.92, "value": 0.77,
    },
    "dietitian": {
        "section": 0.53, "concept/diagnosis": 0.87, "concept/symptom": 0.84, "assertion": 0.94, "temporality": 0.86, "active": 0.86,
        "experiencer": 0.93, "value": 0.84,
    },
    "discharge-summary": {
        "section": 0.73, "concept/diagnosis": 0.81, "concept/symptom": 0.79, "assertion": 0.96, "temporality": 0.88, "active": 0.90,
        "experiencer": 0.98, "value": 0.93,
    },
    "emergency": {
        "section": 0.41, "concept/diagnosis": 0.70, "concept/symptom": 0.70, "assertion": 0.89, "temporality": 0.94, "active": 0.87,
        "experiencer": 0.98, "value": 0.83,
    },
    "history-and-physical": {
        "section": 0.57, "concept/diagnosis": 0.77, "concept/symptom": 0.66, "assertion": 0.95, "temporality": 0.85, "active": 0.88,
        "experiencer": 0.99, "value": 0.79,
    },
    "laboratory": {
        "section": 0.36, "concept/diagnosis": 0.89, "concept/symptom": 0.88, "assertion": 0.91, "temporality": 0.99, "active": 0.92,
        "experiencer": 0.99,
    },
    "nursing": {
        "section": 0.18, "concept/diagnosis": 0.82, "concept/symptom": 0.78, "assertion": 0.97, "temporality": 0.86, "active": 0.87,
        "experiencer": 0.98, "value": 0.93,
    },
    "operative": {
        "section": 0.37, "concept/diagnosis": 0.77, "concept/symptom": 0.56, "assertion": 0.95, "temporality": 0.92, "active": 0.88,
        "experiencer": 0.94, "value": 0.88,
    },
    "other": {
        "section": 0.61, "concept/diagnosis": 0.87, "concept/symptom": 0.82, "assertion": 0.96, "temporality": 0.90, "active": 0.91,
        "experiencer": 0.96, "value": 0.90,
    },
    "pathology": {
        "section": 0.68, "concept/diagnosis": 0.54, "concept/symptom": 0.74, "assertion": 0.95, "temporality": 0.93, "active": 0.95,
        "experiencer": 0.99,
    },
    "procedure": {
        "section": 0.65, "concept/diagnosis": 0.66, "concept/symptom": 0.73, "assertion": 0.91, "temporality": 0.88, "active": 0.85,
        "experiencer": 0.99, "value": 0.91,
    },
    "progress": {
        "section": 0.50, "concept/diagnosis": 0.78, "concept/symptom": 0.56, "assertion": 0.92, "temporality": 0.90, "active": 0.89,
        "experiencer": 0.97, "value": 0.68,
    },
    "radiology": {
        "section": 0.88, "concept/diagnosis": 0.69, "concept/symptom": 0.85, "assertion": 0.96, "temporality": 0.87, "active": 0.93,
        "experiencer": 0.99, "value": 0.99,
    },
    "social-work": {
        "section": 0.58, "concept/diagnosis": 0.76, "concept/symptom": 0.49, "assertion": 0.96, "temporality": 0.84, "active": 0.79,
        "experiencer": 0.92,
    },
    "therapy": {
        "section": 0.76, "concept/diagnosis": 0.75, "concept/symptom": 0.66, "assertion": 0.95, "temporality": 0.89, "active": 0.86,
        "experiencer": 0.97, "value": 0.68,
    },
    "wound-care": {
        "section": 0.55, "concept/diagnosis": 0.79, "concept/symptom": 0.62, "assertion": 0.97, "temporality": 0.90, "active": 0.92,
        "experiencer": 0.99, "value": 0.99,
    },
}
# fmt: on
"""By type of note ("" is all of them), then by axis: just under what is measured; a reader that gets better raises them."""


@lru_cache(maxsize=1)
def corpus() -> Measured:
    return measured(list(notes_in(CORPUS)))


@pytest.mark.parametrize(("note_type", "axis"), [(note_type, axis) for note_type, floors in FLOORS.items() for axis in floors])
def test_what_is_read_stays_above_its_floor(note_type: str, axis: str) -> None:
    assert corpus().score(axis, note_type) >= FLOORS[note_type][axis], report(corpus(), axis, note_type)


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
