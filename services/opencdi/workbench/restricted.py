"""Confidential documents: without the right, their words are "restricted evidence" wherever they would show (DOMAIN F.17)."""

from collections.abc import Iterable
from dataclasses import dataclass

from opencdi.events.audiences import Indicator, QueryWording
from opencdi.events.pages import Evidence, WorkingCode
from opencdi.store.encounters import NoteOnChart

_OPEN = frozenset({"", "N", "U", "L", "M"})  # HL7 Confidentiality: normal, unrestricted, low, moderate; TXA-18 U: usual control
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
    return Restriction(frozenset(shown.note.note_id for shown in notes if (shown.note.confidentiality or "").upper() not in _OPEN))
