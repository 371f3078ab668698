"""ICD-10-CM Official Guidelines (FY2026), as small steps: each takes the candidates, cites its section and says what it did.

Nothing documented is dropped silently (DOMAIN F.13): a step flags, replaces a code by the combination that holds it, or adds a code
that must come along; what it replaced stays visible as flagged.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from opencdi.coding.candidates import Candidate
from opencdi.coding.table import ConceptTable
from opencdi.knowledge.icd10cm import description_of, excluded_here

Candidates = tuple[Candidate, ...]
Step = Callable[[Candidates], Candidates]
_SEPSIS = ("A40", "A41", "B377", "A021", "A227", "A267", "A327", "A427", "A5486", "B007", "O85", "P36", "A207", "A2689")


def _proposed(codes: Candidates, *prefixes: str) -> list[Candidate]:
    return [one for one in codes if one.status == "proposed" and one.code.startswith(prefixes)]


def _combined(codes: Candidates, parts: Iterable[Candidate], into: str, concept: str, reason: str) -> Candidates:
    """`parts` are said by the one code `into`, which carries their evidence."""
    held = list(parts)
    first = held[0]
    whole = replace(
        first,
        code=into,
        concept=concept,
        status="proposed",
        evidence=tuple(dict.fromkeys(e for part in held for e in part.evidence)),
        reasons=(reason,),
        order=min((part.order for part in held if part.order), default=None),
        at_admission=all(part.at_admission for part in held),
        assessed=any(part.assessed for part in held),
        kind="diagnosis",
    )
    return (*(one for one in codes if one.code != into), whole)


def _flag(codes: Candidates, which: Iterable[Candidate], reason: str) -> Candidates:
    gone = {one.code for one in which}
    return tuple(one.flagged(reason) if one.code in gone and one.status == "proposed" else one for one in codes)


def hypertension_combinations(codes: Candidates) -> Candidates:
    """I.C.9.a: hypertension with heart failure or chronic kidney disease is one disease, whether or not a provider links them."""
    hypertension = _proposed(codes, "I10")
    failure, kidney = _proposed(codes, "I50", "I51"), _proposed(codes, "N18")
    if not hypertension or not (failure or kidney):
        return codes
    late = any(one.code in ("N185", "N186") for one in kidney)
    if failure and kidney:
        into, cite = ("I132" if late else "I130"), "I.C.9.a.3"
    elif failure:
        into, cite = "I110", "I.C.9.a.1"
    else:
        into, cite = ("I120" if late else "I129"), "I.C.9.a.2"
    reason = f"{cite}: hypertension with {' and '.join(one.code for one in (*failure[:1], *kidney[:1]))} is presumed one disease"
    return _flag(
        _combined(codes, (*hypertension, *failure, *kidney), into, "hypertension", reason), hypertension, f"{cite}: said by {into}"
    )


def diabetes_combinations(codes: Candidates) -> Candidates:
    """I.A.15 and I.C.4.a: "with" links diabetes to its complications; ketoacidosis without a type said is type 2 (I.C.4.a.2)."""
    plain = _proposed(codes, "E119", "E109")
    if not plain:
        return codes
    kind = "E10" if any(one.code == "E109" for one in plain) else "E11"
    for complication, suffix, name in (
        ("N18", "22", "chronic kidney disease"),
        ("R739", "65", "hyperglycemia"),
        ("E162", "649", "hypoglycemia"),
    ):
        held = [one for one in codes if one.code.startswith(complication) and one.status != "uncertain"]
        if held:
            reason = f"I.A.15: diabetes with {name}"
            codes = _combined(codes, (*plain, *held), kind + suffix, "diabetes-mellitus", reason)
            if complication != "N18":  # the stage of kidney disease is still coded beside it
                codes = tuple(one.flagged(f"{reason}: said by {kind + suffix}") if one in held else one for one in codes)
    ketoacidosis = _proposed(codes, "E1110")
    if kind == "E10" and ketoacidosis:
        codes = _flag(
            _combined(codes, (*plain, *ketoacidosis), "E1010", "diabetic-ketoacidosis", "I.C.4.a: type 1"), ketoacidosis, "type 1: E1010"
        )
    others = [one for one in _proposed(codes, "E10", "E11") if one not in plain]
    return _flag(codes, plain, f"I.C.4.a: a complication is coded ({others[0].code})") if others else codes


def sepsis_and_organ_dysfunction(codes: Candidates) -> Candidates:
    """I.C.1.d: R65.2- never stands without its infection; dysfunction is severe sepsis only where the provider links it."""
    severe, shock = _proposed(codes, "R6520"), _proposed(codes, "R6521")
    sepsis = _proposed(codes, *_SEPSIS)
    if (severe or shock) and not sepsis:
        codes = _combined(
            codes, (severe or shock), "A419", "sepsis", "I.C.1.d.1.b: severe sepsis needs the underlying infection; none is named"
        )
        sepsis = _proposed(codes, "A419")
    linked = [one for one in codes if one.status == "proposed" and "sepsis" in one.caused_by and not one.code.startswith(_SEPSIS)]
    if sepsis and linked and not severe and not shock:
        reason = f"I.C.1.d.1.b: acute organ dysfunction linked to sepsis ({linked[0].code})"
        codes = _combined(codes, linked, "R6520", "severe-sepsis", reason)
    return _flag(codes, severe, "I.C.1.d.2: septic shock is coded as R6521") if shock else codes


def specificity(codes: Candidates) -> Candidates:
    """I.B.2: the disease said in general yields to the same disease said more exactly."""
    exact = [one for one in codes if one.status == "proposed" and one.specific]
    out = []
    for one in codes:
        finer = next((other for other in exact if other.code != one.code and other.family == one.family and _finer(other, one)), None)
        out.append(one.flagged(f"I.B.2: said more exactly by {finer.code}") if finer and one.status == "proposed" else one)
    return tuple(out)


def _finer(other: Candidate, one: Candidate) -> bool:
    if not one.specific:
        return True
    vague = "nspecified" in description_of(one.code)
    return vague and "nspecified" not in description_of(other.code) and one.code[:3] == other.code[:3]


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
                next((o for o in _proposed(codes, *table.integral_to(one.code)) if o.code != one.code), None)
                if table.integral_to(one.code)
                else None
            )
            out.append(one.flagged(f"I.B.5: part of {whole.code}") if whole and one.status == "proposed" else one)
        return tuple(out)

    return step


def apply_guidelines(table: ConceptTable, codes: Candidates) -> Candidates:
    """All steps, in the order in which they need each other."""
    steps: tuple[Step, ...] = (
        specificity,
        hypertension_combinations,
        diabetes_combinations,
        sepsis_and_organ_dysfunction,
        excludes1,
        integral_symptoms(table),
        abnormal_findings,
    )
    for step in steps:
        codes = step(codes)
    return codes
