"""Steps that are lists in `guidelines.yaml`: one degree of one disease, said apart but coded as one, what it was after study."""

from datetime import UTC, datetime

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import flag
from opencdi.coding.guideline_rows import OneOf
from opencdi.coding.steps import Candidates, Known, listed, proposed

_NEVER = datetime.min.replace(tzinfo=UTC)


def said_by_another(known: Known, codes: Candidates) -> Candidates:
    """What another code of the claim says too leaves the claim: what was seen first, once it is documented what it was (II)."""
    for _, row in known.data.said_by_for(listed(codes).categories):  # rows only take codes off the claim: none comes that it had not
        if found := proposed(codes, *row.into):
            codes = flag(codes, proposed(codes, *row.codes), f"{row.reason} ({dotted(found[0].code)})")
    return codes


def one_degree(known: Known, codes: Candidates) -> Candidates:
    """A patient has one degree of a disease: the others are documented too, so they stay, flagged for a person (DOMAIN D-77, F.13)."""
    for _, row in known.data.one_of_for(listed(codes).categories):
        held = proposed(codes, *row.codes)
        if len(held) > 1:
            kept = _kept(row, [one for one in held if not one.code.startswith(row.vague)] or held)
            reason = f"{row.reason}; {dotted(kept.code)} is proposed: {_why(row, kept, held)}"
            codes = flag(codes, [one for one in held if one is not kept], reason)
    return codes


def _rank(row: OneOf, one: Candidate) -> int:
    return next(nth for nth, prefix in enumerate(row.codes) if one.code.startswith(prefix))


def _kept(row: OneOf, held: list[Candidate]) -> Candidate:
    outright = [one for one in held if one.code.startswith(row.always)] if row.always else []
    if outright or row.which == "highest":
        return min(outright or held, key=lambda one: _rank(row, one))
    latest = max(one.last or _NEVER for one in held)
    return min((one for one in held if (one.last or _NEVER) == latest), key=lambda one: _rank(row, one))


def _why(row: OneOf, kept: Candidate, held: list[Candidate]) -> str:
    if row.which == "highest" or (row.always and kept.code.startswith(row.always)):
        return "the highest that is documented"
    if sum(one.last == kept.last for one in held) > 1:
        return "the highest of one note; conflicting documentation"
    return f"documented last ({kept.last.date().isoformat()})" if kept.last else "documented last"
