"""What must come along: status, history and circumstances that the record names beside the disease (I.C.21, "use additional code")."""

from collections.abc import Iterator

from opencdi.coding.alongside_data import Alongside
from opencdi.coding.candidates import AT_ADMISSION, Candidate, Stated, evidence_of, stated
from opencdi.coding.leaf import leaf_said
from opencdi.coding.steps import Candidates, Known, proposed
from opencdi.coding.table import assignments


def comes_along(known: Known, codes: Candidates) -> Candidates:
    """I.C.21.c: status and history as the record says them; beside the disease that asks for them, where one does."""
    said = [
        one for one in stated(known.notes, any_clinician=True) if one.finding.assertion == "present" and one.finding.certainty == "certain"
    ]
    for row in known.table.alongside.rows:
        if (row.beside and not proposed(codes, *row.beside)) or (row.unless and proposed(codes, *row.unless)):
            continue
        found = list(_mentions(known, row, said))
        code = leaf_said(row.code, found[0].finding.attributes) if found else None
        if code and not proposed(codes, code):
            codes = (*(one for one in codes if one.code != code), _candidate(row, code, found))
    return codes


def _mentions(known: Known, row: Alongside, said: list[Stated]) -> Iterator[Stated]:
    for one in said:
        finding = one.finding
        if not one.note.counts and not row.any_clinician:
            continue
        if row.at_admission and one.note.note_type not in AT_ADMISSION:
            continue
        if row.sections and finding.section not in row.sections:
            continue
        if row.when != "any" and (row.when == "past") != (finding.temporality == "historical" and finding.active == "no"):
            continue
        if row.names(finding.concept, finding.attributes, finding.text) or (row.codes and _coded_as(known, row, one)):
            yield one


def _coded_as(known: Known, row: Alongside, one: Stated) -> bool:
    finding = one.finding
    return any(told.code.startswith(row.codes) for told in assignments(known.table, finding.concept, finding.attributes, finding.text))


def _candidate(row: Alongside, code: str, found: list[Stated]) -> Candidate:
    first = found[0]
    quotes = tuple(evidence_of(one.note, one.finding) for one in found[:2])
    return Candidate(
        code,
        first.finding.concept,
        nature=row.poa,
        family=code,
        specific=True,
        evidence=quotes,
        reasons=(row.reason,),
        order=(first.note.written_at.at, first.finding.start),
        last=first.note.written_at.at,
        at_admission=first.note.note_type in AT_ADMISSION,
    )
