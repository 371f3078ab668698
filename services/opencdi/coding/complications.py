"""Complications of care (I.B.16): only what a provider links to the operation, never what merely came after it."""

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import flag
from opencdi.coding.guideline_data import OfCare
from opencdi.coding.steps import Candidates, Known, and_code, proposed


def complications(known: Known, codes: Candidates) -> Candidates:
    """I.B.16: the condition that a provider links to an operation has the complication's code, before it or in its place."""
    if not any(one.caused_by for one in codes):
        return codes
    data = known.data.complications
    links = data.links | known.table.treated.operations
    done: dict[str, Candidate] = {}
    for row in data.rows:
        for one in proposed(codes, *row.codes):
            if one.code not in done and one.caused_by & (row.of or links):
                done[one.code] = one
                codes = _with(row, one, codes, data.reason)
    return _sepsis(known, codes, [*done.values()])


def _with(row: OfCare, one: Candidate, codes: Candidates, reason: str) -> Candidates:
    if one.code == row.into:
        return codes
    told = f"{reason} ({dotted(one.code)})"
    codes = and_code(codes, _of_care(one, row.into, told))
    return codes if row.kept else flag(codes, [one], f"I.B.16: said by {dotted(row.into)}")


def _sepsis(known: Known, codes: Candidates, linked: list[Candidate]) -> Candidates:
    """I.C.1.d.5.b: the sepsis that the provider ascribes to the infection of an operation, behind that infection."""
    row = known.data.complications.infections
    infected = proposed(codes, *row.after)
    names = {name for one in (*infected, *linked) for name in (one.concept, one.family)}
    septic = next((one for one in proposed(codes, *row.of) if one.caused_by & names), None)
    if septic is None or not infected:
        return codes
    return and_code(
        codes, _of_care(septic, row.into, f"I.C.1.d.5.b: sepsis of the infection after a procedure ({dotted(infected[0].code)})")
    )


def _of_care(one: Candidate, into: str, reason: str) -> Candidate:
    """As old and as sure as the condition, and never of long standing."""
    return one._replace(code=into, nature="", kind="diagnosis", specific=True, reasons=(reason,))
