"""The compliance gate: the only maker of a `ProviderQuery` (DOMAIN B65).  What the linter rejects has no way to a physician.

A report can be written by anybody; `Passed` cannot be made but here, and nothing else is sent.
"""

from dataclasses import InitVar, dataclass
from datetime import datetime
from typing import Self

from pydantic import Field, InstanceOf, ValidationInfo, model_validator

from opencdi.bus.room import State
from opencdi.clinical.vocabulary import QueryState
from opencdi.events.audiences import AlertEffect, GateReport, Indicator, ProviderQuery, QueryWording
from opencdi.events.contract import MadeBy
from opencdi.events.delivery import Delivery
from opencdi.events.seal import SEAL
from opencdi.knowledge.linter import lint
from opencdi.knowledge.query_language import EDITION
from opencdi.knowledge.query_text import Offered, QueryText, Quoted


class NotCompliant(Exception):
    """These words may not reach a physician; `report` says which requirements they do not keep."""

    def __init__(self, report: GateReport) -> None:
        """Carry the report."""
        super().__init__(", ".join(sorted({requirement for requirement, _, _ in report.violations})))
        self.report = report


@dataclass(frozen=True, slots=True)
class Passed:
    """Words that have passed the gate, and the report under which they did."""

    wording: QueryWording
    report: GateReport
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Refuse what others make."""
        if seal is not SEAL:
            raise TypeError("only the gate passes words")


class Worded(State):
    """The words of a question as the room remembers it, and that they have passed.

    What a physician has is told under the report under which it was sent, so that a stricter edition of the requirements cannot keep the
    physician from learning that a question has been withdrawn.  The room's own bytes hold words and report once; `passed` is made of them.
    """

    wording: QueryWording | None = None
    gate: GateReport | None = None
    sent_at: datetime | None = None
    passed: InstanceOf[Passed] | None = Field(default=None, exclude=True)

    @model_validator(mode="after")
    def _as_sent(self, info: ValidationInfo) -> Self:
        if info.mode == "json" and self.sent_at and self.wording and self.gate and _is_of(self.gate, self.wording):
            object.__setattr__(self, "passed", Passed(self.wording, self.gate, SEAL))
        return self


def _is_of(report: GateReport, wording: QueryWording) -> bool:
    return report.compliant and report.text_hash == wording.text_hash()


def _quoted(told: tuple[Indicator, ...]) -> tuple[Quoted, ...]:
    return tuple(
        Quoted(
            text=one.text,
            source=one.source,
            source_id=one.source_id,
            at=one.at.at.isoformat(),
            author=one.author,
            quote=one.quote or "",
            label=one.label or "",
            prior=bool(one.prior),
            encounter_id=one.encounter_id or "",
            pertinence=one.pertinence or "",
        )
        for one in told
    )


def inspect(wording: QueryWording, effect: tuple[AlertEffect, ...] = ()) -> GateReport:
    """The linter's report on these exact words.  The effect is looked at for one thing: that the options do not follow it (Q-15)."""
    text = QueryText(
        encounter_id=wording.encounter_id,
        patient_id=wording.patient_id,
        addressed_to=wording.addressed_to.staff_id or wording.addressed_to.name,
        author=wording.author,
        created_at=wording.created_at.isoformat(),
        title=wording.title,
        why=wording.why,
        question=wording.question,
        documented=_quoted(wording.documented),
        indicators=_quoted(wording.indicators),
        contrary=_quoted(wording.contrary),
        no_contrary_evidence_found=wording.no_contrary_evidence_found,
        options=tuple(Offered(option.text, option.diagnosis or "", option.option_id) for option in wording.options),
        effects={one.option_id or one.concept: one.weight_delta for one in effect if one.weight_delta is not None} or None,
    )
    found = tuple((violation.requirement, violation.where, violation.text) for violation in lint(text))
    return GateReport(compliant=not found, text_hash=wording.text_hash(), linter=EDITION, violations=found)


def passed(wording: QueryWording, effect: tuple[AlertEffect, ...] = ()) -> Passed:
    """These words, through the gate.

    Raises: NotCompliant.
    """
    report = inspect(wording, effect)
    if not report.compliant:
        raise NotCompliant(report)
    return Passed(wording, report, SEAL)


def release(
    words: Passed,
    *,
    tenant: str,
    state: QueryState,
    as_of: str,
    made_by: MadeBy,
    answer_option: str | None = None,
    answer_text: str | None = None,
    delivery: Delivery | None = None,
) -> ProviderQuery:
    """The question for the physician."""
    told = {"tenant": tenant, "wording": words.wording, "gate": words.report, "state": state, "as_of": as_of, "made_by": made_by}
    answer = {"answer_option": answer_option, "answer_text": answer_text, "delivery": delivery}
    return ProviderQuery.model_validate({**told, **answer, "confidentiality": words.wording.confidentiality()}, context=SEAL)
