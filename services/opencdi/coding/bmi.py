"""Body mass index: coded from any clinician's note, but only beside a provider's weight diagnosis (Guideline I.B.14)."""

from opencdi.coding.candidates import Candidate
from opencdi.coding.quotes import evidence_of
from opencdi.coding.steps import Candidates, Known, proposed, with_code

WEIGHT_DIAGNOSES = ("E40", "E41", "E43", "E44", "E45", "E46", "E66", "R636", "R64")
ANALYTES = frozenset({"bmi", "body-mass-index"})


def bmi_code(bmi: float) -> str | None:
    """Z68.- of an adult's body mass index (kg/m2); None for an impossible one."""
    if not 8 <= bmi <= 150:
        return None
    if bmi < 20:
        return "Z681"
    if bmi < 40:
        return f"Z68{int(bmi)}"
    return f"Z684{next((i + 1 for i, below in enumerate((45, 50, 60, 70)) if bmi < below), 5)}"


def body_mass_index(known: Known, codes: Candidates) -> Candidates:
    """I.C.21.c.3: an adult's BMI, from whoever measured it, goes with a weight diagnosis that a provider documented."""
    weight = next(iter(proposed(codes, *WEIGHT_DIAGNOSES)), None)
    if weight is None or known.age is None or known.age < 20:
        return codes
    told = [
        (note, value)
        for note in known.notes
        if note.authentication == "authenticated"
        for value in note.values
        if value.analyte in ANALYTES
    ]
    if not told:
        return codes
    note, value = max(told, key=lambda said: (said[0].written_at.at, said[1].start))
    code = bmi_code(value.value)
    if code is None:
        return codes
    reason = f"I.B.14, I.C.21.c.3: body mass index beside {weight.code}"
    quote = (evidence_of(note, value),)
    bmi = Candidate(code, "body-mass-index", nature="exempt", specific=True, evidence=quote, reasons=(reason,), order=weight.order)
    return with_code(codes, bmi)
