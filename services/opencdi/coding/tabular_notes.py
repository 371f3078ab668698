"""The tabular's notes at a code: code first, use additional code, code also (I.A.13, I.A.17); said to the coder, nothing is made up."""

from dataclasses import dataclass
from functools import lru_cache

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import flag
from opencdi.coding.steps import Candidates, Known, Listed, listed, proposed
from opencdi.knowledge.icd10cm import description_of, tabular
from opencdi.knowledge.tabular_references import between, categories, references

_KINDS = {"code_first": "I.A.13: code first", "use_additional": "I.A.17: use additional code", "code_also": "I.A.17: code also"}
_AS_IT_MAY_BE = ("if applicable", "if known", "if any", "any associated", "any identified")


@dataclass(frozen=True, slots=True)
class Asked:
    """One note of the tabular that names other codes.  `needed`: it does not say "if applicable", and stands close to the code."""

    kind: str
    at: str
    line: str
    codes: tuple[tuple[str, str], ...]
    needed: bool

    @property
    def words(self) -> str:
        """As the coder reads it."""
        return f"{_KINDS[self.kind]} (at {dotted(self.at)})"

    def names(self, code: str) -> bool:
        """Whether the note names this code."""
        return any(between(low, high, code) for low, high in self.codes)


@lru_cache(maxsize=20_000)
def asked_at(code: str) -> tuple[Asked, ...]:
    """The notes that hold for the code, each whole: its lines stand together at one entry."""
    found = []
    for kind in _KINDS:
        notes = tabular().notes(code, kind)
        for at in dict.fromkeys(at for at, _ in notes):
            lines = [line for place, line in notes if place == at]
            codes = tuple(pair for line in lines for pair in references(line) if not code.startswith(pair[0]))
            if codes:
                found.append(Asked(kind, at, lines[0].strip(" :,"), codes, _is_needed(kind, at, lines)))
    return tuple(found)


def _is_needed(kind: str, at: str, lines: list[str]) -> bool:
    """Whether a claim without any of these lacks something: examples of a disease to come first are not all that there are."""
    spared = (*_AS_IT_MAY_BE, "such as") if kind == "code_first" else _AS_IT_MAY_BE
    return len(at) > 3 and kind != "code_also" and not any(words in line for line in lines for words in spared)


def manifestations(known: Known, codes: Candidates) -> Candidates:
    """I.A.13: a manifestation is coded behind the disease that it is of, and never without it."""
    for one in proposed(codes):
        if not _is_manifestation(known, one.code):
            continue
        first = [asked for asked in asked_at(one.code) if asked.kind == "code_first" and asked.needed]
        if first and not any(asked.names(other.code) for asked in first for other in proposed(codes)):
            codes = flag(codes, [one], "I.A.13: a manifestation; the disease that it is of is not documented")
    return codes


def _is_manifestation(known: Known, code: str) -> bool:
    return code.startswith(known.data.manifestations) or _is_classified_elsewhere(code)


@lru_cache(maxsize=20_000)
def _is_classified_elsewhere(code: str) -> bool:
    return "classified elsewhere" in description_of(code)


def asked_along(_: Known, codes: Candidates) -> Candidates:
    """I.A.17: what the tabular wants beside a code, and whether the claim has it."""
    now = listed(codes)
    return tuple([_told(one, now) if one.status == "proposed" else one for one in codes])


def _told(one: Candidate, claimed: Listed) -> Candidate:
    if not asked_at(one.code):
        return one
    near = sorted(other.code for category in claimed.categories & _near(one.code) for other in claimed.claimed[category])
    found, beside = [], [(other, asked) for other in near if other != one.code for asked in _named(one.code, other)]
    for asked in asked_at(one.code):
        have = [dotted(other) for other, named in beside if named is asked]
        if have:
            found.append(f"{asked.words}: {', '.join(have)}")
        elif asked.needed:
            found.append(f"{asked.words} ({asked.line}): none documented")
    new = [reason for reason in found if reason not in one.reasons]
    return one._replace(reasons=(*one.reasons, *new)) if new else one


@lru_cache(maxsize=20_000)
def _near(code: str) -> frozenset[str]:
    return categories(pair for asked in asked_at(code) for pair in asked.codes)


@lru_cache(maxsize=100_000)
def _named(code: str, other: str) -> tuple[Asked, ...]:
    return tuple(asked for asked in asked_at(code) if asked.names(other))
