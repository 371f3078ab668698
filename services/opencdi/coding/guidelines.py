"""ICD-10-CM Official Guidelines (FY2026), as small steps: each takes the candidates, cites its section and says what it did.

Nothing documented is dropped silently (DOMAIN F.13): a step flags, replaces a code by the combination that holds it, or adds a code
that must come along; what it replaced stays visible as flagged.
"""

from collections.abc import Callable
from functools import partial

from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import (
    diabetes_combinations,
    hypertension_combinations,
    said_as_one,
    sepsis_and_organ_dysfunction,
    sepsis_organism,
)
from opencdi.coding.degrees import Candidates, one_degree, proposed, said_by_another
from opencdi.coding.table import ConceptTable
from opencdi.knowledge.icd10cm import description_of, excluded_here

Step = Callable[[Candidates], Candidates]


def specificity(codes: Candidates) -> Candidates:
    """I.B.2: the disease said in general yields to the same disease said more exactly."""
    exact = [one for one in codes if one.status == "proposed" and one.specific]
    out = []
    for one in codes:
        finer = next((other for other in exact if other.code != one.code and other.family == one.family and _finer(other, one)), None)
        out.append(one.flagged(f"I.B.2: said more exactly by {finer.code}") if finer and one.status == "proposed" else one)
    return tuple(out)


def _finer(other: Candidate, one: Candidate) -> bool:
    if not one.specific and other.concept == one.concept:
        return True
    # "Unspecified ovarian cyst, unspecified side" yields to "…, right side".
    return one.code[:3] == other.code[:3] and _unsaid(other.code) < _unsaid(one.code)


def _unsaid(code: str) -> int:
    return description_of(code).count("nspecified")


def excludes1(codes: Candidates) -> Candidates:
    """I.A.12.a: an Excludes1 pair is a conflict for a person; until then the one that sends elsewhere waits outside the claim."""
    out = list(codes)
    claimed = [one for one in codes if one.status == "proposed"]
    gone: dict[str, str] = {}
    for one in claimed:
        for other in claimed:
            if one.code == other.code or one.code in gone or other.code in gone:
                continue
            at = excluded_here(one.code, other.code)
            if at is None:
                continue
            # The note at `one` says that `other` is coded there instead: `one` yields, unless `other` is a mere symptom.
            yields = other if other.kind != "diagnosis" and one.kind == "diagnosis" else one
            stays = one if yields is other else other
            gone[yields.code] = f"Excludes1 at {at}: not with {stays.code} unless unrelated (I.A.12.a)"
    return tuple(one.flagged(gone[one.code]) if one.code in gone else one for one in out)


def abnormal_findings(codes: Candidates) -> Candidates:
    """III.B: an abnormal finding is not coded unless the provider says what it means."""
    return tuple(
        one.flagged("III.B: an abnormal finding, its meaning not said")
        if one.status == "proposed" and one.kind == "abnormal-finding"
        else one
        for one in codes
    )


def integral_symptoms(table: ConceptTable) -> Step:
    """I.B.5: signs and symptoms that belong to an established diagnosis are flagged beside it."""

    def step(codes: Candidates) -> Candidates:
        out = []
        for one in codes:
            whole = (
                next((o for o in proposed(codes, *table.integral_to(one.code)) if o.code != one.code), None)
                if table.integral_to(one.code)
                else None
            )
            out.append(one.flagged(f"I.B.5: part of {whole.code}") if whole and one.status == "proposed" else one)
        return tuple(out)

    return step


def apply_guidelines(table: ConceptTable, codes: Candidates) -> Candidates:
    """All steps, in the order in which they need each other."""
    data = table.guidelines
    steps: tuple[Step, ...] = (
        specificity,
        partial(said_by_another, data),
        partial(one_degree, data),
        partial(said_as_one, data),
        hypertension_combinations,
        diabetes_combinations,
        sepsis_and_organ_dysfunction,
        partial(sepsis_organism, data),
        partial(said_by_another, data),
        excludes1,
        integral_symptoms(table),
        abnormal_findings,
    )
    for step in steps:
        codes = step(codes)
    return codes
