"""How well the golden corpus is read: one floor per axis, and every miss of an axis that fell below it."""

from functools import lru_cache

import pytest

from quality.marks import CORPUS, WrongMarks, notes_in, parsed
from quality.measured import Measured, measured, report

# fmt: off
FLOORS: dict[str, dict[str, float]] = {
    "": {
        "section": 0.95, "labelled": 0.99, "concept/diagnosis": 0.90, "concept/symptom": 0.90, "concept/finding": 0.79,
        "concept/procedure": 0.81, "concept/device": 0.78, "concept/organism": 0.79, "concept/medication": 0.93,
        "span/diagnosis": 0.79, "span/symptom": 0.80, "acute": 0.98, "assertion": 0.98, "assertion/absent": 0.98,
        "assertion/possible": 0.89, "temporality": 0.93, "temporality/historical": 0.90, "temporality/hypothetical": 0.97,
        "active": 0.97, "active/no": 0.97, "active/unknown": 0.87, "certainty": 0.89, "experiencer": 0.99, "experiencer/other": 0.96,
        "attribute/severity": 0.90, "attribute/acuity": 0.81, "attribute/laterality": 0.77, "attribute/stage": 0.81,
        "attribute/type": 0.71, "attribute/cause": 0.53, "attribute/organism": 0.74, "attribute/resolved": 0.67,
        "attribute/dose": 0.95, "attribute/route": 0.84, "attribute/frequency": 0.95, "value": 0.96,
    },
    "anesthesia": {
        "section": 0.94, "concept/diagnosis": 0.89, "concept/symptom": 0.93, "acute": 0.99, "assertion": 0.97, "temporality": 0.95,
        "active": 0.96, "experiencer": 0.99, "value": 0.97,
    },
    "consult": {
        "section": 0.96, "concept/diagnosis": 0.91, "concept/symptom": 0.90, "acute": 0.97, "assertion": 0.98, "temporality": 0.93,
        "active": 0.96, "experiencer": 0.99, "value": 0.97,
    },
    "dietitian": {
        "section": 0.92, "concept/diagnosis": 0.92, "concept/symptom": 0.90, "acute": 0.99, "assertion": 0.99, "temporality": 0.94,
        "active": 0.97, "experiencer": 0.99, "value": 0.95,
    },
    "discharge-summary": {
        "section": 0.95, "concept/diagnosis": 0.93, "concept/symptom": 0.92, "acute": 0.99, "assertion": 0.99, "temporality": 0.95,
        "active": 0.97, "experiencer": 0.99, "value": 0.95,
    },
    "emergency": {
        "section": 0.90, "concept/diagnosis": 0.92, "concept/symptom": 0.90, "acute": 0.97, "assertion": 0.97, "temporality": 0.96,
        "active": 0.97, "experiencer": 0.99, "value": 0.98,
    },
    "history-and-physical": {
        "section": 0.98, "concept/diagnosis": 0.91, "concept/symptom": 0.89, "acute": 0.98, "assertion": 0.99, "temporality": 0.94,
        "active": 0.97, "experiencer": 0.99, "value": 0.99,
    },
    "laboratory": {
        "section": 0.91, "concept/diagnosis": 0.90, "concept/symptom": 0.99, "acute": 0.99, "assertion": 0.99, "temporality": 0.99,
        "active": 0.99, "experiencer": 0.99,
    },
    "nursing": {
        "section": 0.90, "concept/diagnosis": 0.89, "concept/symptom": 0.89, "acute": 0.98, "assertion": 0.99, "temporality": 0.96,
        "active": 0.98, "experiencer": 0.99, "value": 0.92,
    },
    "operative": {
        "section": 0.98, "concept/diagnosis": 0.89, "concept/symptom": 0.90, "acute": 0.98, "assertion": 0.99, "temporality": 0.93,
        "active": 0.98, "experiencer": 0.99, "value": 0.96,
    },
    "other": {
        "section": 0.82, "concept/diagnosis": 0.91, "concept/symptom": 0.80, "acute": 0.91, "assertion": 0.95, "temporality": 0.88,
        "active": 0.91, "experiencer": 0.99, "value": 0.79,
    },
    "pathology": {
        "section": 0.90, "concept/diagnosis": 0.81, "concept/symptom": 0.69, "acute": 0.98, "assertion": 0.98, "temporality": 0.85,
        "active": 0.96, "experiencer": 0.99,
    },
    "procedure": {
        "section": 0.91, "concept/diagnosis": 0.90, "concept/symptom": 0.93, "acute": 0.98, "assertion": 0.99, "temporality": 0.94,
        "active": 0.98, "experiencer": 0.99, "value": 0.94,
    },
    "progress": {
        "section": 0.95, "concept/diagnosis": 0.89, "concept/symptom": 0.91, "acute": 0.98, "assertion": 0.98, "temporality": 0.92,
        "active": 0.96, "experiencer": 0.99, "value": 0.97,
    },
    "radiology": {
        "section": 0.96, "concept/diagnosis": 0.90, "concept/symptom": 0.91, "acute": 0.99, "assertion": 0.99, "temporality": 0.91,
        "active": 0.98, "experiencer": 0.99, "value": 0.99,
    },
    "social-work": {
        "section": 0.98, "concept/diagnosis": 0.91, "concept/symptom": 0.92, "acute": 0.97, "assertion": 0.98, "temporality": 0.86,
        "active": 0.96, "experiencer": 0.99,
    },
    "therapy": {
        "section": 0.86, "concept/diagnosis": 0.91, "concept/symptom": 0.86, "acute": 0.97, "assertion": 0.99, "temporality": 0.94,
        "active": 0.96, "experiencer": 0.99, "value": 0.92,
    },
    "wound-care": {
        "section": 0.90, "concept/diagnosis": 0.89, "concept/symptom": 0.86, "acute": 0.99, "assertion": 0.98, "temporality": 0.92,
        "active": 0.95, "experiencer": 0.99, "value": 0.99,
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
