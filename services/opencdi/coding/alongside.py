"""What must come along: status, history and circumstances that the record names beside the disease (I.C.21, "use additional code")."""

from opencdi.coding.alongside_data import Alongside
from opencdi.coding.candidates import Stated, candidate_of
from opencdi.coding.combinations import flag
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.specific import documented
from opencdi.coding.steps import Candidates, Known, proposed, with_code
from opencdi.coding.table import Wording


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
    """Each row with the mentions that lead to it, in the order of the rows.  Each wording is looked up once."""
    data = known.table.alongside
    found: dict[int, list[Stated]] = {}
    led: dict[tuple[Wording, bool], tuple[tuple[int, ...], tuple[str, ...]]] = {}
    for one in known.said:
        finding = one.finding
        if finding.assertion != "present" or finding.certainty != "certain":
            continue
        past = finding.active == "no"
        if (rows := led.get((one.wording, past))) is None:
            codes = _codes(known, one) if past or data.names_code(finding.concept, finding.attributes) else ()
            rows = led[one.wording, past] = data.rows_for(finding.concept, finding.attributes, codes), codes
        for nth in rows[0]:
            if _fits(data.rows[nth], one, rows[1]):
                found.setdefault(nth, []).append(one)
    return [(data.rows[nth], found[nth]) for nth in sorted(found)]


def _codes(known: Known, one: Stated) -> tuple[str, ...]:
    return tuple(told.code for told in known.table.codes_of_wording(one.wording))


def _fits(row: Alongside, one: Stated, codes: tuple[str, ...]) -> bool:
    note, finding = one.note, one.finding
    if not (note.counts or row.any_clinician) or (row.at_admission and note.note_type not in AT_ADMISSION):
        return False
    if row.sections and finding.section not in row.sections:
        return False
    if row.when != "any" and (row.when == "past") != (finding.temporality == "historical" and finding.active == "no"):
        return False
    return row.names(finding.concept, finding.attributes, finding.text) or (
        bool(row.codes) and any(code.startswith(row.codes) for code in codes)
    )
