"""Diabetes: its type, and what "with" links to it (I.C.4.a, I.A.15)."""

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import combined, flag, instead, other_cause, said, said_unrelated
from opencdi.coding.guideline_data import Complication
from opencdi.coding.steps import Candidates, Known, listed, proposed
from opencdi.knowledge.icd10cm import tabular

_DIABETES = ("E08", "E09", "E10", "E11", "E13")
_PLAIN = ("E089", "E099", "E109", "E119", "E139")


def diabetes_type(known: Known, codes: Candidates) -> Candidates:
    """I.C.4.a: one type for all diabetes codes; type 2 only where no other is said (I.C.4.a.2), secondary diabetes by its cause."""
    held = proposed(codes, *_DIABETES)
    stem, cite = _stem(known, held)
    for one in held:
        into = stem + one.code[3:]
        if stem == one.code[:3] or not one.code.startswith("E11") or not tabular().billable(into):
            continue
        codes = instead(codes, one, one._replace(code=into, family=into), f"{cite}: {dotted(into)}")
    return codes


def _stem(known: Known, held: list[Candidate]) -> tuple[str, str]:
    if not any(one.code == "E119" and one.specific for one in held):  # "type 2" is said
        for one in held:
            stem = next((stem for cause, stem in known.data.diabetes.secondary.items() if _is_due_to(one, cause)), None)
            if stem:
                return stem, "I.C.4.a.6: secondary diabetes, by its cause"
        if any(one.code.startswith("E10") for one in held):
            return "E10", "I.C.4.a.1: type 1 is documented"
    return "E11", ""


def _is_due_to(one: Candidate, cause: str) -> bool:
    return any(told.startswith(cause) for told in one.caused_by)


def diabetes_combinations(known: Known, codes: Candidates) -> Candidates:
    """I.A.15, I.C.4.a: "with" links diabetes to its complications, as many codes as there are; a documented other cause unlinks."""
    data = known.data.diabetes
    held = proposed(codes, *_DIABETES)
    if not held and not any("diabetes-mellitus" in one.caused_by for one in proposed(codes)):  # "diabetic nephropathy" says both
        return codes
    stem = min(held, key=lambda one: (one.code not in _PLAIN, one.code)).code[:3] if held else "E11"
    plain = [one for one in held if one.code in _PLAIN]
    for _, row in data.complications_for(listed(codes).categories.union(_DIABETES)):  # a row may lead to the next
        codes = _with(known, row, stem, plain or held[:1], codes)
    codes = _poorly_controlled(stem, held, codes)
    others = [one for one in proposed(codes, *_DIABETES) if one not in plain]
    return flag(codes, plain, f"I.C.4.a: a complication is coded ({others[0].code})") if others else codes


def _with(known: Known, row: Complication, stem: str, diabetes: list[Candidate], codes: Candidates) -> Candidates:
    found = [one for one in proposed(codes, *row.codes) if _says(one, row)]
    if not found:
        return codes
    elsewhere = [] if row.any_cause else [one for one in found if _is_not_diabetic(known, one)]
    codes = said(codes, elsewhere, "I.A.15: not diabetic, a provider says so or names another cause")
    linked = [one for one in found if one not in elsewhere]
    into = stem + row.suffix
    if not linked or not tabular().billable(into):
        return codes
    reason = f"I.A.15: diabetes with {row.words}"
    if not proposed(codes, into):
        codes = combined(codes, (*diabetes, *linked), into, "diabetes-mellitus", f"{reason} ({dotted(linked[0].code)})")
    gone = proposed(codes, *row.also_says) + ([] if row.kept else linked)
    return flag(codes, gone, f"{reason}: said by {into}")


def _is_not_diabetic(known: Known, one: Candidate) -> bool:
    return other_cause(one, known.data.diabetes.own_causes) is not None or said_unrelated(known, one, "diabetes-mellitus")


def _says(one: Candidate, row: Complication) -> bool:
    told = [any(word in quote.quote.lower() for word in row.said) for quote in one.evidence]
    return not row.said or (all(told) if row.throughout else any(told))


def _poorly_controlled(stem: str, held: list[Candidate], codes: Candidates) -> Candidates:
    """ "Poorly controlled", "out of control" and "inadequately controlled" mean hyperglycemia (index); "uncontrolled" does not say what."""
    told = [one for one in held if "hyperglycemia" in one.together]
    into = f"{stem}65"
    if not told or proposed(codes, into) or not tabular().billable(into):
        return codes
    return combined(codes, told, into, "diabetes-mellitus", "index: Diabetes, poorly controlled: with hyperglycemia")
