"""Adverse effects, underdosing and poisoning (I.C.19.e): what a drug did, or the want of it, beside the condition that came of it.

A provider links the two ("due to", "-induced"); none is inferred from a drug on a list.
"""

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import flag
from opencdi.coding.drug_codes import POISONINGS, SIXTH, how_of
from opencdi.coding.guideline_rows import Codes
from opencdi.coding.steps import Candidates, Known, and_code, proposed

NONCOMPLIANCE = "noncompliance"
UNINTENDED = "unintended"
UNTAKEN = frozenset({"underdosing", NONCOMPLIANCE, UNINTENDED})
"""The cause of what came of a drug that was not taken, or too little of it."""
ATTEMPT = "T1491"
REASONS = {"cannot-afford": "Z91120", "forgot-drugs": "Z91138", "stopped-drugs": "Z91128"}
"""Concept -> why a drug was not taken: for want of money, not meant, meant (Z91.1-)."""


def adverse_effects(known: Known, codes: Candidates) -> Candidates:
    """I.C.19.e.5.a: the nature of the adverse effect, as the classification says it of a drug, and behind it the drug taken as ordered."""
    for one in proposed(codes):
        if not one.drugs or one.caused_by & UNTAKEN:
            continue
        drugs = {code for names in one.drugs if (code := known.table.drugs.code("adverse-effect", *names)) and not _poisoned(codes, code)}
        for code in sorted(drugs):
            codes = _of_a_drug(known, codes, one, code)
    return _says_itself(known, codes)


def underdosing(known: Known, codes: Candidates) -> Candidates:
    """I.C.19.e.5.c: what came of a drug not taken, then the drug (sixth character 6), then why where that is said."""
    for one in proposed(codes):
        if not one.caused_by & UNTAKEN:
            continue
        for code in sorted({code for names in one.drugs if (code := known.table.drugs.code("underdosing", *names))}):
            codes = and_code(codes, _drug(one, code, f"I.C.19.e.5.c: {dotted(one.code)} by underdosing, which never stands first"))
            codes = _with_why(known, one, codes)
    named = (one for one in proposed(codes) if one.concept == "underdosing" and how_of(one.code) == "underdosing")
    for one in named:  # "underdosing of insulin", whatever came of it
        codes = _with_why(known, one, codes)
    return codes


def _with_why(known: Known, one: Candidate, codes: Candidates) -> Candidates:
    why = None if proposed(codes, "Z911") else _why(known, one)
    return and_code(codes, _drug(one, why, "I.C.19.e.5.c: why it was not taken")._replace(nature="exempt")) if why else codes


def _said_elsewhere(known: Known, codes: Candidates) -> Candidates:
    """The same poisoning, once without its intent and once with it, is one."""
    held = proposed(codes, "T3", "T4", "T50")
    for one in held:
        if how_of(one.code) == "accidental" and not _said_accidental(known, one):
            others = {_as(one.code, SIXTH[how]) for how in POISONINGS if how != "accidental"}
            if other := next((other.code for other in held if other.code in others), None):
                codes = flag(codes, [one], f"I.C.19.e.5.b: its intent is said elsewhere ({dotted(other)})")
    return codes


def _why(known: Known, one: Candidate) -> str | None:
    """Why a drug was not taken as ordered: as a note says it, else noncompliance where the record has it."""
    told = {said.finding.concept for said in known.stated if said.finding.assertion == "present"}
    if UNINTENDED in one.caused_by:
        return "Z91138"
    if said := next((code for concept, code in REASONS.items() if concept in told), None):
        return said
    return "Z91148" if NONCOMPLIANCE in one.caused_by else None


def intent(known: Known, codes: Candidates) -> Candidates:
    """I.C.19.e.5.b: a poisoning beside a suicide attempt was meant; accidental is only what no other intent is said of."""
    codes = _said_elsewhere(known, codes)
    attempt = next(iter(proposed(codes, ATTEMPT)), None)
    if attempt is None:
        return codes
    for one in proposed(codes, "T3", "T4", "T50"):
        how, code = how_of(one.code), one.code
        if how not in ("accidental", "self-harm") or _said_accidental(known, one):
            continue
        if how == "accidental":
            code = _as(one.code, "2")
            reason = "I.C.19.e.5.b: taken in a suicide attempt"
            codes = and_code(codes, one._replace(code=code, reasons=(*one.reasons, reason)))
            codes = flag(codes, [one], f"{reason} ({dotted(code)})")
        codes = flag(codes, [attempt], f"index: Suicide, attempted, by the means ({dotted(code)})")
    return codes


def _said_accidental(known: Known, one: Candidate) -> bool:
    quotes = {(quote.note_id, quote.start) for quote in one.evidence}
    told = (said for said in known.stated if (said.note.note_id, said.finding.start) in quotes)
    return any(said.finding.attributes.get("form") == "accidental" for said in told)


def _as(code: str, digit: str) -> str:
    at = 4 if code[5] == "X" else 5
    return code[:at] + digit + code[at + 1 :]


def _poisoned(codes: Candidates, adverse: str) -> bool:
    """Whether the same drug's poisoning is documented: then it was not taken as ordered."""
    return any(how_of(one.code) in POISONINGS and _as(one.code, "5") == adverse for one in proposed(codes))


def _of_a_drug(known: Known, codes: Candidates, one: Candidate, drug: str) -> Candidates:
    names = {name for drug_names in one.drugs for name in drug_names}
    rows = (row for row in known.table.drugs.natures if one.code.startswith(row.codes) and drug.startswith(row.of))
    row = next((row for row in rows if not row.drugs or row.drugs & names), None)
    if row and not (row.unless and proposed(codes, *row.unless)):
        if row.into:
            codes = and_code(
                codes, one._replace(code=row.into, kind="diagnosis", family=row.into, specific=True, reasons=(*one.reasons, row.reason))
            )
            codes = flag(codes, [one], f"{row.reason} ({dotted(row.into)})")
        if row.also:
            codes = and_code(codes, one._replace(code=row.also, family=row.also, specific=True, reasons=(row.reason,)))
    elif one.kind == "abnormal-finding":
        # Its meaning is said: the drug did it (III.B).
        codes = tuple(other._replace(kind="symptom") if other.code == one.code else other for other in codes)
    return and_code(
        codes, _drug(one, drug, f"I.C.19.e.5.a: adverse effect behind its nature ({dotted(row.into if row and row.into else one.code)})")
    )


def _says_itself(known: Known, codes: Candidates) -> Candidates:
    for row in known.table.drugs.says_itself:
        for one in proposed(codes, *row.codes):
            if not any(row.words_in_it in quote.quote.lower() for quote in one.evidence):
                continue
            for code in row.drug or sorted(_taken(known, row.of))[:1]:
                codes = and_code(codes, _drug(one, code, row.reason))
    return codes


def _taken(known: Known, stems: Codes) -> set[str]:
    """The drugs of these stems that the record names as taken."""
    named = {one.finding.concept for one in known.stated if one.finding.assertion == "present" and one.finding.active == "yes"}
    return {code for name in named if (code := known.table.drugs.code("adverse-effect", name)) and code.startswith(stems)}


def _drug(one: Candidate, code: str, reason: str) -> Candidate:
    return one._replace(
        code=code, concept="drug", kind="diagnosis", family=code, specific=True, status="proposed", reasons=(reason,), nature="",
        assessed=False, assessed_order=None, caused_by=frozenset(), drugs=frozenset(), parts=(),
    )  # fmt: skip
