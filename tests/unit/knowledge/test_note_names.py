"""A document's plain English name tells its kind, and a name that fits two kinds tells none."""

import pytest

from opencdi.knowledge.note_names import note_type_by_name

NAMES = {
    "progress": ["Progress Notes", "Attending Progress note", "Nurse practitioner Progress note", "Psychiatry Progress note", "PROGRESS NOTE"],
    "discharge-summary": ["Discharge Summary", "Physician Discharge summary"],
    "history-and-physical": ["H&P", "H & P Note", "History & Physical", "Provider-unspecified, History and physical note"],
    "consult": ["Consults", "Consult note", "Cardiology Consultation Note"],
    "operative": ["Op Note", "Surgical operation note", "Physician, Operation note", "Operative Report"],
    "procedure": ["Physician procedure note"],
    "emergency": ["ED Provider Notes", "Physician Emergency department Note", "Emergency department Progress note"],
    "nursing": ["Nurse Notes", "Nursing Note", "Nurse Progress note", "Nurse Discharge assessment"],
    "therapy": ["Physical therapy Progress note", "Speech-language pathology Note", "Occupational therapy Initial evaluation note"],
    "social-work": ["Social worker Note", "Mental health Social worker Note"],
    "dietitian": ["Nutrition and dietetics Progress note"],
    "radiology": ["Diagnostic imaging study", "XR Humerus Views", "MRI Ankle Lt"],
    "pathology": ["Surgical pathology study", "Autopsy report"],
    None: ["Discharge note", "ED Notes", "Note", "", "Creatinine", "CT NAA", "Temperature charts", "Urine progress", "Pathology consult request",
           "x" * 200 + " progress note"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for kind, names in NAMES.items() for name in names])
def test_the_kind_by_the_name(name: str, kind: str | None) -> None:
    assert note_type_by_name(name) == kind
