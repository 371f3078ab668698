"""Confidential documents: without the right, their words are "restricted evidence" wherever they would show (DOMAIN F.17)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from opencdi.clinical.codes import dotted
from opencdi.clinical.confidentiality import HIDDEN as HIDDEN
from opencdi.clinical.confidentiality import is_restricted
from opencdi.events.audiences import DrgChanged, FinalCodeSet, Indicator, ProviderQuery, QueryAlert, QueryWording
from opencdi.events.definitions import ConditionNoticed
from opencdi.events.pages import Evidence, WorkingCode, WorkingDrg, WorkingProcedure
from opencdi.store.encounters import NoteOnChart, OnWorklist

Supported = TypeVar("Supported", WorkingCode, WorkingProcedure)


@dataclass(frozen=True, slots=True)
class Restriction:
    """The notes whose words this viewer may not read."""

    note_ids: frozenset[str]

    def hides_note(self, note_id: str) -> bool:
        """Whether this note's text is withheld."""
        return note_id in self.note_ids

    def code(self, code: Supported) -> Supported | None:
        """A diagnosis or a procedure less restricted quotes; None where nothing else supports it, because its code itself would tell."""
        if self._hides(code.evidence):
            return None
        return code.model_copy(update={"evidence": tuple(self._evidence(evidence) for evidence in code.evidence)})

    def hidden(self, codes: Iterable[WorkingCode | WorkingProcedure]) -> frozenset[str]:
        """The codes that restricted notes alone support."""
        return frozenset(code.code for code in codes if code.code and self._hides(code.evidence))

    def drg_tells(self, codes: Iterable[WorkingCode], drg: WorkingDrg | None) -> bool:
        """Whether the DRG itself would tell: its principal diagnosis is a hidden one, or it rests on a hidden procedure."""
        by_procedure = drg is not None and drg.confidentiality is not None and bool(self.note_ids)
        return by_procedure or any(code.role == "principal" and self.code(code) is None for code in codes)

    def note(self, shown: NoteOnChart) -> NoteOnChart:
        """The note less its words; its title is the sender's, and may tell as much."""
        if not self.hides_note(shown.note.note_id):
            return shown
        return replace(shown, note=shown.note.model_copy(update={"title": "Restricted document"}), text="", reading=None)

    def change(self, change: DrgChanged, hidden: frozenset[str]) -> DrgChanged:
        """The change of the DRG; what caused it is withheld where that would tell of a restricted note or a hidden code."""
        change = self._less_drg(change)
        cause = change.cause
        told = hidden & {*cause.added, *cause.removed} or names(cause.words, hidden) or names(cause.other, hidden)
        if not told and not (self.note_ids and (cause.confidentiality or "restricted note" in cause.words)):
            return change
        return change.model_copy(update={"cause": cause.model_copy(update={"added": (), "removed": (), "other": "", "words": HIDDEN})})

    def _less_drg(self, change: DrgChanged) -> DrgChanged:
        """The change less a DRG that rests on a hidden procedure."""
        tells = [drg for drg in (change.before, change.after) if drg is not None and self.drg_tells((), drg)]
        if not tells:
            return change
        before, after = (None if drg in tells else drg for drg in (change.before, change.after))
        return change.model_copy(update={"before": before, "after": after, "weight_delta": None})

    def final(self, final: FinalCodeSet, hidden: frozenset[str]) -> FinalCodeSet:
        """The final set less what names hidden codes, and less its DRG where that rests on one."""
        told = {"drg": None, "drg_before": None, "no_drg": HIDDEN} if self.drg_tells(final.codes, final.drg) else {}
        return final.model_copy(
            update={
                "added": tuple(code for code in final.added if code not in hidden),
                "removed": tuple(code for code in final.removed if code not in hidden),
                "changed": tuple(one for one in final.changed if not names(one, hidden)),
                "to_settle": tuple(dict.fromkeys(HIDDEN if names(one, hidden) else one for one in final.to_settle)),
                "cause": HIDDEN if names(final.cause, hidden) else final.cause,
                **told,
            }
        )

    def _hides(self, evidence: tuple[Evidence, ...]) -> bool:
        """Whether restricted notes alone tell it; what has no evidence is no note's."""
        return bool(evidence) and all(self.hides_note(one.note_id) for one in evidence)

    def _evidence(self, evidence: Evidence) -> Evidence:
        return evidence.model_copy(update={"quote": HIDDEN, "author": ""}) if self.hides_note(evidence.note_id) else evidence

    def wording(self, wording: QueryWording) -> QueryWording:
        """The question less what its indicators quote from restricted notes."""
        return wording.model_copy(
            update={field: tuple(map(self.indicator, getattr(wording, field))) for field in ("documented", "indicators", "contrary")}
        )

    def alert(self, alert: QueryAlert) -> QueryAlert:
        """The alert less what it quotes of the chart from restricted notes."""
        return alert.model_copy(update={"satisfied_by": tuple(map(self.indicator, alert.satisfied_by))})

    def noticed(self, told: ConditionNoticed) -> ConditionNoticed:
        """What was noticed, less what it quotes of restricted notes."""
        return told.model_copy(update={"indicators": tuple(map(self.indicator, told.indicators))})

    def indicator(self, indicator: Indicator) -> Indicator:
        """The indicator, or a note that there is one."""
        if not self.hides_note(indicator.source_id.partition("@")[0]):
            return indicator
        return indicator.model_copy(update={"text": HIDDEN, "quote": None, "author": "", "start": None, "end": None})


def names(text: str, codes: Iterable[str]) -> bool:
    """Whether the text names one of these codes, with its dot or without."""
    return any(re.search(rf"\b(?:{re.escape(dotted(code))}|{re.escape(code)})\b", text) for code in codes)


def restriction(notes: Iterable[NoteOnChart], *, sees_restricted: bool) -> Restriction:
    """What is withheld from this viewer on this chart."""
    if sees_restricted:
        return Restriction(frozenset())
    return Restriction(frozenset(shown.note.note_id for shown in notes if is_restricted(shown.note.confidentiality)))


def restriction_by_label(codes: Iterable[WorkingCode | WorkingProcedure], *, sees_restricted: bool) -> Restriction:
    """The same by the labels that quotes carry: for lists, which read no notes."""
    if sees_restricted:
        return Restriction(frozenset())
    return Restriction(frozenset(quote.note_id for code in codes for quote in code.evidence if is_restricted(quote.confidentiality)))


def as_asked(query: ProviderQuery, *, sees_restricted: bool) -> ProviderQuery:
    """The question as this physician may read it: by the labels of its quotes, since the physician's pages read no notes."""
    if sees_restricted:
        return query
    quoted = (*query.wording.documented, *query.wording.indicators, *query.wording.contrary)
    withheld = Restriction(frozenset(one.source_id.partition("@")[0] for one in quoted if one.confidentiality))
    return query.model_copy(update={"wording": withheld.wording(query.wording)})


def worklist_row(row: OnWorklist, *, sees_restricted: bool) -> OnWorklist:
    """The row, less a DRG that would tell."""
    if restriction_by_label((*row.labelled, *row.labelled_procedures), sees_restricted=sees_restricted).drg_tells(row.labelled, row.drg):
        return replace(row, drg=None, no_drg=HIDDEN)
    return row
