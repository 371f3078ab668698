"""Internal: what the answers would do to the working DRG, from the claim that coding published (DOMAIN B55).  CDI's half only."""

from dataclasses import dataclass
from functools import reduce

from opencdi.clinical.vocabulary import Sex
from opencdi.events.audiences import AlertEffect
from opencdi.events.pages import Claim
from opencdi.knowledge.code_year import version_number
from opencdi.knowledge.effect import weight_delta
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, group
from opencdi.queries.query import Query
from opencdi.queries.rule import AnswerOption, Rule

_SEX: dict[str, Sex] = {"M": "M", "F": "F"}


@dataclass(frozen=True, slots=True)
class Answer:
    """The codes that the record would support after an answer; `first`: as the principal diagnosis, where present on admission."""

    codes: tuple[str, ...]
    first: bool = False

    def on(self, claim: GrouperClaim) -> GrouperClaim:
        """The claim with it."""
        told = tuple(CodedDiagnosis(code, "Y") for code in self.codes)
        if not self.first or claim.principal.code == self.codes[0]:
            return claim.with_secondary(*told)
        rest = tuple(one for one in (claim.principal, *claim.secondary) if one.code != self.codes[0])
        return claim._replace(principal=told[0], secondary=rest).with_secondary(*told[1:])


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


def _answers(rule: Rule, offered: frozenset[str]) -> tuple[AnswerOption, ...]:
    return tuple(option for option in rule.options if option.codes and option.diagnosis and option.id in offered)


def likeliest(rule: Rule, query: Query) -> Answer | None:
    """The answer that stands for an open question beside others: of those offered, the one that moves the weight most."""
    offered = frozenset(option.option_id for option in query.wording.options) if query.wording else frozenset()
    weighed = {(one.concept, one.code): abs(one.weight_delta or 0.0) for one in query.effect}
    options = sorted(_answers(rule, offered), key=lambda option: (-weighed.get((option.diagnosis or "", option.codes[0]), 0.0), option.id))
    return Answer(options[0].codes, options[0].sequenced_first) if options else None


def effects_of(rule: Rule, offered: frozenset[str], claim: Claim | None, others: tuple[Answer, ...] = ()) -> tuple[AlertEffect, ...]:
    """For each diagnosis offered: the DRG and the change of weight if the record came to support it, alone and after the other gaps."""
    grouped = grouper_claim(claim)
    if grouped is None:
        return ()
    joint = reduce(lambda told, other: other.on(told), others, grouped) if others else None
    return tuple(_effect(option, grouped, joint) for option in _answers(rule, offered))


def _effect(option: AnswerOption, alone: GrouperClaim, joint: GrouperClaim | None) -> AlertEffect:
    answer = Answer(option.codes, option.sequenced_first)
    after = group(answer.on(alone)).drg
    return AlertEffect(
        option_id=option.id,
        concept=option.diagnosis or "",
        code=option.codes[0],
        drg=after,
        weight_delta=_change(alone, answer),
        with_other_gaps=_change(joint, answer) if joint else None,
    )


def _change(claim: GrouperClaim, answer: Answer) -> float | None:
    return weight_delta(group(answer.on(claim)).drg, group(claim).drg, 1983 + claim.version // 10)
