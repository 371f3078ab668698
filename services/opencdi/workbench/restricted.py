"""Confidential documents: without the right, their words are "restricted evidence" wherever they would show (DOMAIN F.17)."""

from collections.abc import Iterable
from dataclasses import dataclass

from opencdi.clinical.codes import dotted
from opencdi.clinical.confidentiality import is_restricted
from opencdi.events.audiences import DrgChanged, FinalCodeSet, Indicator, QueryWording
from opencdi.events.pages import Evidence, WorkingCode
from opencdi.store.encounters import NoteOnChart

HIDDEN = "restricted evidence"


@dataclass(frozen=True, slots=True)
class Restriction:
    """The notes whose words this viewer may not read."""

    note_ids: frozenset[str]

    def hides_note(self, note_id: str) -> bool:
        """Whether this note's text is withheld."""
        return note_id in self.note_ids

    def code(self, code: WorkingCode) -> WorkingCode | None:
        """The code less restricted quotes; None where nothing else supports it, because the code itself would tell."""
        if not code.evidence:
            return code
        if all(self.hides_note(evidence.note_id) for evidence in code.evidence):
            return None
        return code.model_copy(update={"evidence": tuple(self._evidence(evidence) for evidence in code.evidence)})

    def hidden(self, codes: Iterable[WorkingCode]) -> frozenset[str]:
        """The codes that restricted notes alone support."""
        return frozenset(code.code for code in codes if self.code(code) is None)

    def change(self, change: DrgChanged, hidden: frozenset[str]) -> DrgChanged:
        """The change of the DRG; what caused it is withheld where that would tell of a restricted note or a hidden code."""
        cause = change.cause
        told = hidden & {*cause.added, *cause.removed} or any(dotted(code) in cause.words or code in cause.other for code in hidden)
        if not told and not (self.note_ids and "restricted note" in cause.words):
            return change
        return change.model_copy(update={"cause": cause.model_copy(update={"added": (), "removed": (), "other": "", "words": HIDDEN})})

    def final(self, final: FinalCodeSet, hidden: frozenset[str]) -> FinalCodeSet:
        """The final set's differences less those of hidden codes."""
        return final.model_copy(
            update={
                "added": tuple(code for code in final.added if code not in hidden),
                "removed": tuple(code for code in final.removed if code not in hidden),
                "changed": tuple(one for one in final.changed if not any(one.startswith(f"{dotted(code)} ") for code in hidden)),
            }
        )

    def _evidence(self, evidence: Evidence) -> Evidence:
        return evidence.model_copy(update={"quote": HIDDEN, "author": ""}) if self.hides_note(evidence.note_id) else evidence

    def wording(self, wording: QueryWording) -> QueryWording:
        """The question less what its indicators quote from restricted notes."""
        return wording.model_copy(
            update={field: tuple(map(self.indicator, getattr(wording, field))) for field in ("documented", "indicators", "contrary")}
        )

    def indicator(self, indicator: Indicator) -> Indicator:
        """The indicator, or a note that there is one."""
        if not self.hides_note(indicator.source_id.partition("@")[0]):
            return indicator
        return indicator.model_copy(update={"text": HIDDEN, "quote": None, "author": "", "start": None, "end": None})


def restriction(notes: Iterable[NoteOnChart], *, sees_restricted: bool) -> Restriction:
    """What is withheld from this viewer on this chart."""
    if sees_restricted:
        return Restriction(frozenset())
    return Restriction(frozenset(shown.note.note_id for shown in notes if is_restricted(shown.note.confidentiality)))
