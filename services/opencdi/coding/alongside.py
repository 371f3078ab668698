"""What must come along: status, history and circumstances that the record names beside the disease (I.C.21, "use additional code")."""

from opencdi.coding.alongside_data import Alongside
from opencdi.coding.candidates import candidate_of
from opencdi.coding.combinations import flag
from opencdi.coding.of_note import remembered_under
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.specific import documented
from opencdi.coding.stated import Said, Stated, heard_of, in_order, said_in
from opencdi.coding.steps import Candidates, Known, proposed, with_code
from opencdi.coding.table import ConceptTable
from opencdi.events.reading import Finding, NoteRead


def comes_along(known: Known, codes: Candidates) -> Candidates:
    """I.C.21.c: status and history as the record says them; beside the disease that asks for them, where one does."""
    for row, found in _told(known):
        if (row.beside and not proposed(codes, *row.beside)) or (row.unless and proposed(codes, *row.unless)):
            continue
        code = documented("", found[0].finding.attributes, known.table.in_words).leaf(row.code)
        if code and not proposed(codes, code):
            codes = flag(codes, proposed(codes, *row.replaces), row.reason) if row.replaces else codes
            codes = with_code(codes, candidate_of(found, code, row.poa, row.reason))
    return codes


def _told(known: Known) -> list[tuple[Alongside, list[Stated]]]:
    """Each row with the mentions that lead to it, in the order of the rows."""
    found: dict[int, list[Stated]] = {}
    for note in in_order(heard_of(known.notes, any_clinician=True)):
        for nth, one in _leading(known.table, note):
            found.setdefault(nth, []).append(Stated(note, one.finding, one.wording))
    return [(known.table.alongside.rows[nth], found[nth]) for nth in sorted(found)]


@remembered_under
def _leading(table: ConceptTable, note: NoteRead) -> tuple[tuple[int, Said], ...]:
    """The mentions of a note that lead to a row, with its number."""
    data = table.alongside
    found = []
    for one in said_in(note):
        finding = one.finding
        if finding.assertion != "present" or finding.certainty != "certain":
            continue
        rows, codes = table.alongside_of(one.wording, finding.active == "no")
        found += [(nth, one) for nth in rows if _fits(data.rows[nth], note, finding, codes)]
    return tuple(found)


def _fits(row: Alongside, note: NoteRead, finding: Finding, codes: tuple[str, ...]) -> bool:
    if not (note.counts or row.any_clinician) or (row.at_admission and note.note_type not in AT_ADMISSION):
        return False
    if row.sections and finding.section not in row.sections:
        return False
    if row.when != "any" and (row.when == "past") != (finding.temporality == "historical" and finding.active == "no"):
        return False
    return row.names(finding.concept, finding.attributes, finding.text) or (
        bool(row.codes) and any(code.startswith(row.codes) for code in codes)
    )
