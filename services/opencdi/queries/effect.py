"""Internal: what the answers would do to the working DRG, from the claim that coding published (DOMAIN B55).  CDI's half only."""

from dataclasses import replace

from opencdi.clinical.vocabulary import Sex
from opencdi.events.audiences import AlertEffect
from opencdi.events.pages import Claim
from opencdi.knowledge.code_year import version_number
from opencdi.knowledge.effect import effect_of_adding, weight_delta
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, group
from opencdi.queries.rule import AnswerOption, Rule

_SEX: dict[str, Sex] = {"M": "M", "F": "F"}


def grouper_claim(claim: Claim | None) -> GrouperClaim | None:
    """The claim for the grouper; None where there is none to compute with."""
    if claim is None or claim.principal is None or (version := version_number(claim.version)) is None:
        return None
    return GrouperClaim(
        version=version,
        age=claim.age,
        sex=_SEX.get(claim.sex, "U"),
        discharge_status=int(claim.discharge_status) if claim.discharge_status.isdigit() else 1,
        principal=CodedDiagnosis(*claim.principal),
        secondary=tuple(CodedDiagnosis(*told) for told in claim.secondary),
        procedures=claim.procedures,
    )


def effects_of(rule: Rule, offered: frozenset[str], claim: Claim | None) -> tuple[AlertEffect, ...]:
    """For each diagnosis offered: the DRG and the change of weight if the record came to support its code, present on admission."""
    grouped = grouper_claim(claim)
    if grouped is None:
        return ()
    return tuple(_effect(option, grouped) for option in rule.options if option.codes and option.diagnosis and option.id in offered)


def _effect(option: AnswerOption, claim: GrouperClaim) -> AlertEffect:
    diagnosis = CodedDiagnosis(option.codes[0], "Y")
    if option.sequenced_first and claim.principal.code != diagnosis.code:
        rest = tuple(told for told in (claim.principal, *claim.secondary) if told.code != diagnosis.code)
        moved = replace(claim, principal=diagnosis, secondary=rest)
        before, after = group(claim).drg, group(moved).drg
        return AlertEffect(
            concept=option.diagnosis or "",
            code=diagnosis.code,
            drg=after,
            weight_delta=weight_delta(after, before, 1983 + claim.version // 10),
        )
    told = effect_of_adding(claim, diagnosis)
    return AlertEffect(concept=option.diagnosis or "", code=diagnosis.code, drg=told.drg_with, weight_delta=told.weight_delta)
