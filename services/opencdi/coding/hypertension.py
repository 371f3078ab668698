"""Hypertension with heart failure or chronic kidney disease: one disease by presumption (I.C.9.a)."""

from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import combined, flag, other_cause, said, said_unrelated
from opencdi.coding.steps import Candidates, Known, proposed

_END_STAGE = ("N185", "N186")


def hypertension_combinations(known: Known, codes: Candidates) -> Candidates:
    """I.C.9.a: hypertension with heart failure or chronic kidney disease is one disease, unless a provider names another cause."""
    hypertension = proposed(codes, "I10")
    if not hypertension:
        return codes
    data = known.data.hypertension
    hearts, kidneys = proposed(codes, *data.heart), proposed(codes, *data.kidney)
    failure = [one for one in hearts if not any(cause.startswith(data.other_hearts) for cause in one.caused_by)]
    kidney = [one for one in kidneys if not other_cause(one, data.own_causes) and not said_unrelated(known, one, "hypertension")]
    apart = [one for one in (*hearts, *kidneys) if one not in failure and one not in kidney]
    codes = said(codes, apart, "I.C.9.a: not hypertensive, a provider says so or names another cause")
    if not (failure or kidney):
        return codes
    into, cite = _combination(failure, kidney)
    reason = f"{cite}: hypertension with {' and '.join(one.code for one in (*failure[:1], *kidney[:1]))} is presumed one disease"
    return flag(combined(codes, (*hypertension, *failure, *kidney), into, "hypertension", reason), hypertension, f"{cite}: said by {into}")


def _combination(failure: list[Candidate], kidney: list[Candidate]) -> tuple[str, str]:
    late = any(one.code in _END_STAGE for one in kidney)
    if failure and kidney:
        return ("I132" if late else "I130"), "I.C.9.a.3"
    if failure:
        return "I110", "I.C.9.a.1"
    return ("I120" if late else "I129"), "I.C.9.a.2"
