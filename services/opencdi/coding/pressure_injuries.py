"""Pressure injuries (I.C.12.a): the ulcer by a provider, its stage by whoever looked at it (I.B.14)."""

from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import flag
from opencdi.coding.quotes import evidence_of
from opencdi.coding.stated import Stated
from opencdi.coding.steps import Candidates, Known, proposed
from opencdi.coding.table import assignments
from opencdi.knowledge.icd10cm import description_of

CONCEPT: Final = "pressure-injury"
ULCERS: Final = "L89"
UNSTAGED: Final = "unspecified stage"


def pressure_injury_stage(known: Known, codes: Candidates) -> Candidates:
    """I.B.14, I.C.12.a: the stage that a nurse documents refines the provider's ulcer of the same site, and makes none of its own."""
    unstaged = [one for one in proposed(codes, ULCERS) if description_of(one.code).endswith(UNSTAGED)]
    staged = [one for one in known.said if not one.note.counts and _tells_stage(one)] if unstaged else []
    for one in unstaged:
        told = [(said, code) for said in staged for code in _codes(known, said) if code[:-1] == one.code[:-1] and code != one.code]
        if not told:
            continue
        said, code = max(told, key=lambda pair: (pair[0].note.written_at.at, pair[0].finding.start))
        reason = f"I.B.14: the stage by another clinician ({dotted(code)})"
        codes = (*flag(codes, [one], reason), _refined(one, code, said, reason))
    return codes


def _tells_stage(one: Stated) -> bool:
    finding = one.finding
    return finding.concept == CONCEPT and finding.assertion == "present" and finding.active == "yes" and "stage" in finding.attributes


def _codes(known: Known, one: Stated) -> list[str]:
    return [told.code for told in assignments(known.table, CONCEPT, one.finding.attributes, one.finding.text)]


def _refined(one: Candidate, code: str, said: Stated, reason: str) -> Candidate:
    return one._replace(
        code=code, specific=True, evidence=(*one.evidence, evidence_of(said.note, said.finding)), reasons=(*one.reasons, reason)
    )
