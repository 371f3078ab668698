"""What was read and leads to no code at all, with the reason: denied, of a relative, past, only thought of, or too general (B41, F.13)."""

from dataclasses import dataclass
from typing import Final

from opencdi.coding.table import ConceptTable
from opencdi.events.reading import Finding, NoteRead

MOST_TOLD: Final = 40
_NO_DIAGNOSES: Final = frozenset({"procedure", "medication", "device", "organism"})
"""What `no_code` says of a concept that is none: that it has no diagnosis code goes without saying."""


@dataclass(frozen=True, slots=True)
class NotCoded:
    """Words of a note, and why they have no code."""

    quote: str
    why: str


def not_coded(table: ConceptTable, note: NoteRead) -> tuple[NotCoded, ...]:
    """The conditions of a note that no candidate was made of, each said once, in its order."""
    told = dict.fromkeys(NotCoded(one.text, why) for one in note.findings if (why := _why(table, note, one)))
    return tuple(told)[:MOST_TOLD]


def _why(table: ConceptTable, note: NoteRead, finding: Finding) -> str:
    """ "" for what is coded, and for what is no condition."""
    too_general = table.no_code.get(finding.concept, "")
    if too_general in _NO_DIAGNOSES or not (too_general or table.has(finding.concept, finding.attributes)):
        return ""
    whys = (
        (not note.counts, "not an authenticated statement of a provider (I.A.19)"),
        (finding.experiencer != "patient", "of somebody else"),
        (finding.temporality == "hypothetical", "only thought of"),
        (finding.certainty == "ruled-out", "ruled out"),
        (finding.assertion == "absent", "said not to be there"),
        (finding.certainty == "unlikely", "said to be unlikely"),
        (finding.active == "no", "past, no longer there (III.A)"),
        (finding.active == "unknown" and finding.assertion == "present", "past, whether it is still there is not said (III.A)"),
        (finding.assertion == "possible" and finding.temporality != "current", "once thought of, not now"),
    )
    return next((why for holds, why in whys if holds), too_general)
