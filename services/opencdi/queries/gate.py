"""The compliance gate: the only maker of a `ProviderQuery` (DOMAIN B65).  What the linter rejects has no way to a physician."""

from opencdi.clinical.vocabulary import QueryState
from opencdi.events.audiences import AlertEffect, GateReport, Indicator, ProviderQuery, QueryWording
from opencdi.events.contract import MadeBy
from opencdi.knowledge.linter import lint
from opencdi.knowledge.query_language import EDITION
from opencdi.knowledge.query_text import Offered, QueryText, Quoted


class NotCompliant(Exception):
    """These words may not reach a physician; `report` says which requirements they do not keep."""

    def __init__(self, report: GateReport) -> None:
        """Carry the report."""
        super().__init__(", ".join(sorted({requirement for requirement, _, _ in report.violations})))
        self.report = report


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


def release(
    wording: QueryWording,
    *,
    tenant: str,
    state: QueryState,
    as_of: str,
    made_by: MadeBy,
    effect: tuple[AlertEffect, ...] = (),
    passed: GateReport | None = None,
    answer_option: str | None = None,
    answer_text: str | None = None,
) -> ProviderQuery:
    """The question for the physician; raises `NotCompliant`.

    `passed`: the report under which these very words were sent, so that a stricter edition of the requirements cannot keep the
    physician from learning that a question has been withdrawn.  Without it, and for any other words, the gate is passed again.
    """
    report = passed if passed is not None and passed.text_hash == wording.text_hash() else inspect(wording, effect)
    if not report.compliant:
        raise NotCompliant(report)
    return ProviderQuery(
        tenant=tenant,
        wording=wording,
        gate=report,
        state=state,
        as_of=as_of,
        made_by=made_by,
        answer_option=answer_option,
        answer_text=answer_text,
        confidentiality=wording.confidentiality(),
    )
