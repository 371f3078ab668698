"""Whether a note tells of a visit to an office.  A visit is no stay: who was admitted, and what has cleared, was so before (DOMAIN B24).

A visit says so itself ("returns for followup", "seen in our clinic", "return in three months"); a word of a stay, of today or to come,
outweighs that.  What a visit tells of a stay, of the last visit, or of an earlier round of a treatment is of the past.
"""

from collections.abc import Iterable
from typing import Final

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.knowledge.words import Words
from opencdi.nlp.past import Times

_OF_VISITS: frozenset[NoteType] = frozenset({"consult", "progress", "history-and-physical", "therapy", "wound-care", "dietitian", "other"})
_OF_STAYS: Final[frozenset[SectionKind]] = frozenset({"hospital-course", "discharge-diagnoses", "discharge-instructions"})


def is_visit(words: Words, sections: Iterable[SectionKind], note_type: NoteType, times: Times) -> bool:
    """Whether the words of a note are those of a visit."""
    if note_type not in _OF_VISITS or not _OF_STAYS.isdisjoint(sections):
        return False
    visit = False
    for _, _, role in words.matches(times.visits):
        if role == "stay":
            return False
        visit = True
    return visit
