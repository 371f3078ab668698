"""The principal diagnosis: what, after study, occasioned the admission (UHDDS; Guidelines section II).  Never the heaviest code."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from opencdi.clinical.vocabulary import Poa
from opencdi.coding.candidates import Candidate
from opencdi.knowledge.icd10cm import tabular

_SEPSIS = ("A40", "A41", "B377")
_NEVER = ("V", "W", "X", "Y", "Z", "B95", "B96", "B97", "R65")
_CODE_IN_NOTE = re.compile(r"\(([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)")


@dataclass(frozen=True, slots=True)
class Principal:
    """The proposed principal diagnosis, all that tie with it, and why."""

    code: str
    ties: tuple[str, ...]
    reason: str


@lru_cache(maxsize=20_000)
def _code_first(code: str) -> tuple[str, ...]:
    """The codes that the tabular wants before this one; ("",) where it wants "the underlying condition" and names none."""
    lines = [line for _, line in tabular().notes(code, "code_first")]
    named = tuple(match[1].replace(".", "") for line in lines for match in _CODE_IN_NOTE.finditer(line))
    return named or (("",) if lines else ())


def _barred(one: Candidate, all_codes: Iterable[str]) -> bool:
    if one.code.startswith(_NEVER):
        return True
    return any(other != one.code and other.startswith(_code_first(one.code)) for other in all_codes) if _code_first(one.code) else False


def principal_of(codes: Iterable[Candidate], poa: Mapping[str, Poa], admitting: frozenset[str]) -> Principal | None:
    """Rank the established diagnoses by the circumstances of the admission; None if nothing may stand first.

    `admitting`: categories (three characters) of the admitting diagnoses that the hospital listed: they point, they never satisfy.
    Symptoms come only where no diagnosis is established (II.A); manifestations and external causes never.
    """
    claimed = [one for one in codes if one.status == "proposed"]
    held = [one.code for one in claimed]
    able = [one for one in claimed if not _barred(one, held) and poa[one.code] != "N"]
    able = [one for one in able if one.kind == "diagnosis"] or able
    if not able:
        return None

    def rank(one: Candidate) -> tuple[bool, ...]:
        return (
            one.code.startswith(_SEPSIS) and poa[one.code] == "Y",  # I.C.1.d.4: sepsis present on admission comes first
            poa[one.code] == "Y",
            one.nature == "",  # a chronic disease explains an admission only where nothing acute does
            one.at_admission,
            one.code[:3] in admitting,
            one.assessed,
        )

    best = max(rank(one) for one in able)
    tied = sorted((one for one in able if rank(one) == best), key=lambda one: (one.order is None, one.order or (), one.code))
    return Principal(tied[0].code, tuple(one.code for one in tied), _reason(best, tied))


def _reason(best: tuple[bool, ...], tied: list[Candidate]) -> str:
    words = (
        "sepsis present on admission (I.C.1.d.4)",
        "present on admission",
        "acute",
        "in the admission note",
        "as the listed admitting diagnosis",
        "assessed",
    )
    why = ", ".join(word for word, true in zip(words, best, strict=True) if true)
    if len(tied) > 1:
        return f"II.C: {len(tied)} diagnoses meet the definition equally ({why}); the one documented first is shown"
    return f"II: {why}" if why else "II: the only established diagnosis"
