"""What the operations of this stay were done for: a pointer to the circumstances of the admission (Guidelines II), never a code."""

from collections.abc import Iterable

from opencdi.clinical.vocabulary import SectionKind
from opencdi.coding.of_note import remembered
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.table import ConceptTable
from opencdi.coding.treated_data import named_operation
from opencdi.events.reading import Finding, NoteRead
from opencdi.knowledge.procedure_names import DONE

_OPERATIVE = frozenset({"operative", "procedure"})
_DONE_HERE: frozenset[SectionKind] = frozenset({"procedures"})
_OVER = frozenset({"past", "no"})


def operated_for(table: ConceptTable, notes: Iterable[NoteRead], claimed: Iterable[str]) -> frozenset[str]:
    """Those of the claimed codes that an operation of this stay treats, as the notes tell it."""
    return done_for(table, (named for note in notes if note.counts and not note.retracted for named in _operations(note)), claimed)


def done_for(table: ConceptTable, named: Iterable[str], claimed: Iterable[str]) -> frozenset[str]:
    """Those of the claimed codes that these operations treat; what is named and no operation treats none."""
    codes = tuple(claimed)
    return frozenset(code for one in sorted(set(named)) for code in table.treated.done_for(one, codes))


@remembered
def _operations(note: NoteRead) -> frozenset[str]:
    """What the note tells as planned for this stay or done in it."""
    done = {one.start: one.attributes.get(DONE, "") for one in note.procedures}
    told = (one for one in note.findings if one.kind == "procedure" and _of_this_stay(note, one, done))
    return frozenset(named_operation(one.concept, one.text) for one in told)


def _of_this_stay(note: NoteRead, one: Finding, done: dict[int, str]) -> bool:
    """The admission's own notes tell what is planned; what they tell as done was done before."""
    if one.experiencer != "patient" or one.assertion != "present" or one.temporality != "current" or one.active != "yes":
        return False
    told = done.get(one.start, "unsaid")
    if note.note_type in AT_ADMISSION:
        return told == "unsaid"
    return told not in _OVER and (told == "yes" or note.note_type in _OPERATIVE or one.section in _DONE_HERE)
