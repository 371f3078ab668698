"""What kind a note is that nobody named, by its headings; and what such a note says where nothing tells."""

from collections.abc import Mapping, Set
from typing import Final

from opencdi.clinical.vocabulary import NoteType, SectionKind

_DEFAULT: Final[Mapping[NoteType, SectionKind]] = {
    "radiology": "findings", "pathology": "findings", "dietitian": "nutrition", "laboratory": "laboratory", "wound-care": "physical-exam",
    "operative": "procedures", "procedure": "procedures", "anesthesia": "procedures",
    "history-and-physical": "history-of-present-illness", "consult": "history-of-present-illness", "progress": "history-of-present-illness",
    "emergency": "history-of-present-illness", "discharge-summary": "history-of-present-illness", "nursing": "history-of-present-illness",
    "therapy": "history-of-present-illness", "social-work": "history-of-present-illness",
}  # fmt: skip
"""What such a note says where nothing else tells: it begins with what happened."""
_ASKED: Final[frozenset[SectionKind]] = frozenset(
    {"past-medical-history", "past-surgical-history", "medications", "allergies", "family-history", "physical-exam"}
)
_AROUND_SURGERY: Final = ("preop", "pre op", "postop", "post op", "preproc", "pre proc", "postproc", "post proc")
_DONE: Final = frozenset(
    {"description of procedure", "procedure in detail", "estimated blood loss", "procedure performed", "procedures performed"}
)
_OF_A_VISIT: Final = frozenset(
    {"history of present illness", "hpi", "past medical history", "pmh", "medications", "allergies", "subjective", "plan"}
)
_TECHNICAL: Final = frozenset({"technique", "comparison", "comparisons"})


def default_of(note_type: NoteType, kinds: Set[SectionKind]) -> SectionKind:
    """What such a note says where nothing tells; who asks before an anesthetic and goes by headings begins with the history."""
    if note_type == "anesthesia" and not _ASKED.isdisjoint(kinds):
        return "history-of-present-illness"
    return _DEFAULT.get(note_type, "other")


def kind_by_headings(keys: set[str]) -> NoteType | None:
    """The kind of a note that nobody named, by headings that stand in no other; None if they do not tell."""
    if any(key.startswith(_AROUND_SURGERY) and ("diagnos" in key or key.endswith("dx")) for key in keys):
        return "operative"
    if keys & _DONE:
        return "procedure"
    if "findings" in keys and keys & {"impression", "conclusion"} and (keys & _TECHNICAL or ("exam" in keys and not keys & _OF_A_VISIT)):
        return "radiology"
    if keys & {"gross description", "microscopic description"}:
        return "pathology"
    if any("discharge" in key and "diagnos" in key for key in keys) or {"hospital course", "discharge medications"} <= keys:
        return "discharge-summary"
    if keys & {"ed course", "emergency department course"}:
        return "emergency"
    return None
