"""ICD-10-CM Official Guidelines (FY2026), as small steps: each takes the candidates, cites its section and says what it did.

Nothing documented is dropped silently (DOMAIN F.13): a step flags, replaces a code by the combination that holds it, or adds a code
that must come along; what it replaced stays visible as flagged.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from opencdi.clinical.vocabulary import Sex
from opencdi.coding.alongside import comes_along
from opencdi.coding.bmi import body_mass_index
from opencdi.coding.burns import burn_extent, corrosions
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import bleeding, flag, flag_each, said, said_as_one
from opencdi.coding.complications import complications
from opencdi.coding.consciousness import loss_of_consciousness
from opencdi.coding.degrees import one_degree, said_by_another
from opencdi.coding.diabetes import diabetes_combinations, diabetes_type
from opencdi.coding.drug_effects import adverse_effects, intent, underdosing
from opencdi.coding.external_causes import collisions, external_causes
from opencdi.coding.fractures import fractures, superficial_injuries
from opencdi.coding.fragility import fragility_fractures
from opencdi.coding.hypertension import hypertension_combinations
from opencdi.coding.in_trauma import in_trauma
from opencdi.coding.neoplasms import neoplasms
from opencdi.coding.newborns import newborn
from opencdi.coding.obstetrics import normal_delivery, obstetric
from opencdi.coding.pressure_injuries import pressure_injury_stage
from opencdi.coding.scales import coma_scale, stroke_scale
from opencdi.coding.sepsis import noninfectious_inflammation, sepsis_and_organ_dysfunction, sepsis_organism
from opencdi.coding.sequelae import stroke_sequelae
from opencdi.coding.steps import Candidates, Known, Step, listed, proposed
from opencdi.coding.symptoms import integral_symptoms, presenting_symptoms
from opencdi.coding.table import ConceptTable
from opencdi.coding.tabular_notes import asked_along, manifestations
from opencdi.events.reading import NoteRead
from opencdi.knowledge.icd10cm import description_of
from opencdi.knowledge.specificity import left_open, vagueness
from opencdi.knowledge.tabular_references import excluded_categories, excluded_here

_WHICH_ONE: Final = re.compile(r"(?: of|,) unspecified (?!as\b)\w")


def specificity(_: Known, codes: Candidates) -> Candidates:
    """I.B.2: the disease said in general yields to the same disease said more exactly."""
    claimed, exact = proposed(codes), dict[str, list[Candidate]]()
    for one in claimed:
        if one.specific:
            exact.setdefault(one.family, []).append(one)
    gone = {
        one.code: f"I.B.2: said more exactly by {finer.code}"
        for one in claimed
        if (finer := next((other for other in exact.get(one.family, ()) if other.code != one.code and _finer(other, one)), None))
    }
    return flag_each(codes, gone)


def _finer(other: Candidate, one: Candidate) -> bool:
    if not one.specific and other.concept == one.concept:
        # Of a disease any form that is said; of symptoms only what was unspecified: fatigue is no weakness said more exactly.
        return (one.kind == "diagnosis" or vagueness(one.code) > 0) and vagueness(other.code) <= vagueness(one.code)
    # "Unspecified ovarian cyst, unspecified side" yields to "…, right side"; "with unspecified retinopathy" not to "without complications".
    if " with " in description_of(one.code) and " with " not in description_of(other.code):
        return False
    if one.code.startswith("S") and one.code[:4] != other.code[:4] and one.code[3] != "9":
        return False  # another bone of the same limb
    # "Metastasis of unspecified lung" leaves open which lung: another organ does not say it.
    begins = left_open(one.code) if _WHICH_ONE.search(description_of(one.code)) else one.code[:3]
    return other.code.startswith(begins) and vagueness(other.code) < vagueness(one.code)


def excludes1(_: Known, codes: Candidates) -> Candidates:
    """I.A.12.a: an Excludes1 pair is a conflict for a person; until then the one that sends elsewhere waits outside the claim."""
    now, gone = listed(codes), dict[str, str]()
    claimed = proposed(now)
    for one in claimed:
        elsewhere = excluded_categories(one.code) & now.categories
        for other in (other for other in claimed if other.code[:3] in elsewhere) if elsewhere else ():
            if one.code == other.code or one.code in gone or other.code in gone:
                continue
            at = excluded_here(one.code, other.code)
            if at is None:
                continue
            # The note at `one` says that `other` is coded there instead: `one` yields, unless `other` is a mere symptom.
            yields = other if other.kind != "diagnosis" and one.kind == "diagnosis" else one
            stays = one if yields is other else other
            gone[yields.code] = f"Excludes1 at {at}: not with {stays.code} unless unrelated (I.A.12.a)"
    return flag_each(codes, gone)


def abnormal_findings(_: Known, codes: Candidates) -> Candidates:
    """III.B: an abnormal finding is not coded unless the provider says what it means."""
    return flag(
        codes, [one for one in proposed(codes) if one.kind == "abnormal-finding"], "III.B: an abnormal finding, its meaning not said"
    )


def uncertain_at_discharge(known: Known, codes: Candidates) -> Candidates:
    """II.H, III.C: once the final statement is in, what it does not repeat as uncertain is never coded (DOMAIN F.11)."""
    if not known.final:
        return codes
    return tuple(one.flagged("II.H: uncertain, not in the final statement") if one.status == "uncertain" else one for one in codes)


def reportable(_: Known, codes: Candidates) -> Candidates:
    """III: a disease named only in passing may be evaluated, treated or watched, or none of it: a coder looks, nothing leaves the claim."""
    if not any(one.assessed for one in codes):  # the notes have no assessments to stand in
        return codes
    passing = [one for one in proposed(codes) if not one.assessed and one.nature == "" and one.kind == "diagnosis" and one.evidence]
    return said(codes, passing, "III: named in no assessment; evaluated, treated or monitored?")


STEPS: Final[Mapping[str, Step]] = MappingProxyType({
    "poisoning-intent": intent,
    "adverse-effects": adverse_effects,
    "underdosing": underdosing,
    "neoplasms": neoplasms,
    "collisions": collisions,
    "fractures": fractures,
    "fragility-fractures": fragility_fractures,
    "loss-of-consciousness": loss_of_consciousness,
    "in-trauma": in_trauma,
    "burn-extent": burn_extent,
    "corrosions": corrosions,
    "superficial-injuries": superficial_injuries,
    "external-causes": external_causes,
    "comes-along": comes_along,
    "obstetric": obstetric,
    "normal-delivery": normal_delivery,
    "newborn": newborn,
    "pressure-injury-stage": pressure_injury_stage,
    "stroke-scale": stroke_scale,
    "coma-scale": coma_scale,
    "specificity": specificity,
    "said-by-another": said_by_another,
    "one-degree": one_degree,
    "said-as-one": said_as_one,
    "complications": complications,
    "hypertension": hypertension_combinations,
    "diabetes-type": diabetes_type,
    "diabetes": diabetes_combinations,
    "sepsis": sepsis_and_organ_dysfunction,
    "sepsis-organism": sepsis_organism,
    "noninfectious-inflammation": noninfectious_inflammation,
    "bleeding": bleeding,
    "stroke-sequelae": stroke_sequelae,
    "manifestations": manifestations,
    "excludes1": excludes1,
    "integral-symptoms": integral_symptoms,
    "presenting-symptoms": presenting_symptoms,
    "abnormal-findings": abnormal_findings,
    "uncertain-at-discharge": uncertain_at_discharge,
    "body-mass-index": body_mass_index,
    "asked-along": asked_along,
    "reportable": reportable,
})  # fmt: skip
"""name -> function.  Which run, and in what order, says the closed list in `guidelines.yaml`."""


def check_steps(table: ConceptTable) -> None:
    """Hold the list and the functions together.

    Raises: ValueError, which names the step, where one has no function, is listed twice or not at all.
    """
    named = [step.name for step in table.guidelines.steps]
    wrong = {*(set(named) ^ set(STEPS)), *(name for name in named if named.count(name) > 1)}
    if wrong:
        raise ValueError(f"guidelines.yaml: steps unknown, missing or listed twice: {', '.join(sorted(wrong))}")


def apply_guidelines(
    table: ConceptTable,
    codes: Candidates,
    notes: Iterable[NoteRead] = (),
    *,
    age: int | None = None,
    days: int | None = None,
    final: bool = False,
    sex: Sex = "U",
) -> Candidates:
    """All steps of the list, in its order: the order in which they need each other."""
    heard = tuple(notes)
    known = Known(table, heard, age, days, final, sex)
    now = listed(codes)
    for step in table.guidelines.steps:
        now = listed(STEPS[step.name](known, now))
    return now
