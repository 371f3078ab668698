"""Neoplasms (I.C.2): the primary that a secondary needs."""

from opencdi.clinical.codes import dotted
from opencdi.coding.steps import Candidates, Known, proposed, with_code
from opencdi.knowledge.lexicon import BY_TABULAR

SECONDARY = ("C77", "C78", "C79")
PRIMARY = (
    "C0",
    "C1",
    "C2",
    "C3",
    "C4",
    "C5",
    "C6",
    "C70",
    "C71",
    "C72",
    "C73",
    "C74",
    "C75",
    "C76",
    "C7A",
    "C80",
    "C81",
    "C82",
    "C83",
    "C84",
    "C85",
    "C88",
    "C9",
    "D0",
)
NAMED = frozenset(
    {"cancer", "metastasis", "breast-cancer", "lung-cancer", "colon-cancer", "prostate-cancer", "pancreatic-cancer", "leukemia", "lymphoma"}
)


def is_neoplasm(concept: str) -> bool:
    """Whether a cause is a malignant neoplasm."""
    return concept in NAMED or concept.startswith((f"{BY_TABULAR}C", f"{BY_TABULAR}D0"))


def neoplasms(known: Known, codes: Candidates) -> Candidates:
    """I.C.2.j: a secondary neoplasm has a primary; where none is named a coder is told: a note may name it in words that we miss."""
    secondary = proposed(codes, *SECONDARY)
    if secondary and not proposed(codes, *PRIMARY) and not proposed(codes, "Z85") and not _was_elsewhere(known):
        first = secondary[0]
        reason = f"I.C.2.j: {dotted(first.code)} is secondary and no primary is named: unknown only where that is said"
        asked = first._replace(code="C801", status="flagged", family="C801", specific=False, reasons=(reason,), nature="chronic")
        codes = with_code(codes, asked)
    return codes


def _was_elsewhere(known: Known) -> bool:
    """Whether the record names a primary of the past, or one that is only thought of: then it is not unknown."""
    told = [finding for note in known.notes if note.counts and not note.retracted for finding in note.findings]
    return any(
        one.experiencer == "patient" and one.concept != "metastasis" and is_neoplasm(one.concept) and _not_general(one.concept)
        for one in told
    )


def _not_general(concept: str) -> bool:
    return concept != "cancer"
