"""Hypertension with heart failure or chronic kidney disease: one disease by presumption (I.C.9.a)."""

from opencdi.coding.combinations import combined, flag, other_cause, said, said_unrelated
from opencdi.coding.steps import Candidates, Known, proposed

_END_STAGE = ("N185", "N186")
_DISEASE = ("I10", "I11", "I12")


def hypertension_combinations(known: Known, codes: Candidates) -> Candidates:
    """I.C.9.a: hypertension with heart failure or chronic kidney disease is one disease, unless a provider names another cause."""
    hypertension = proposed(codes, *_DISEASE)
    if not hypertension:
        return codes
    data = known.data.hypertension
    hearts, kidneys = proposed(codes, *data.heart), proposed(codes, *data.kidney)
    failure = [one for one in hearts if not any(cause.startswith(data.other_hearts) for cause in one.caused_by)]
    kidney = [one for one in kidneys if not other_cause(one, data.own_causes) and not said_unrelated(known, one, "hypertension")]
    apart = [one for one in (*hearts, *kidneys) if one not in failure and one not in kidney]
    codes = said(codes, apart, "I.C.9.a: not hypertensive, a provider says so or names another cause")
    into, cite = _combination({one.code for one in (*hypertension, *failure, *kidney)})
    if into == "I10" or any(one.code == into for one in hypertension):
        return flag(codes, [one for one in hypertension if one.code != into], f"I.C.9.a: said by {into}")
    reason = f"{cite}: hypertension with {' and '.join(one.code for one in (*failure[:1], *kidney[:1]))} is presumed one disease"
    return flag(combined(codes, (*hypertension, *failure, *kidney), into, "hypertension", reason), hypertension, f"{cite}: said by {into}")


def _combination(held: set[str]) -> tuple[str, str]:
    """The code of hypertension with these, and its section.  A provider may have said one part of it: "hypertensive heart disease"."""
    failing = any(code.startswith(("I50", "I110")) for code in held)
    heart = failing or any(code.startswith(("I51", "I119")) for code in held)
    kidney = any(code.startswith(("N18", "I12")) for code in held)
    late = any(code in (*_END_STAGE, "I120") for code in held)
    if kidney and heart:
        return (("I132" if late else "I130") if failing else ("I1311" if late else "I1310")), "I.C.9.a.3"
    if heart:
        return ("I110" if failing else "I119"), "I.C.9.a.1"
    return (("I120" if late else "I129") if kidney else "I10"), "I.C.9.a.2"
