"""Working codes as a coder reads them: why, and each quote once (pure)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from opencdi.clinical.codes import dotted
from opencdi.events.pages import Evidence, WorkingCode
from opencdi.workbench.restricted import Restriction, names
from opencdi.workbench.words import words

_ORDER = {"proposed": 0, "recorded": 1, "uncertain": 2, "flagged": 3}
_WEIGHT = {"MCC": 0, "CC": 1}
_CODE = re.compile(r"\b[A-Z]\d[0-9A-Z]{1,5}\b")
SHOWN = 2
"""So many quotes stand under a code at once; the others unfold."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """One quote with where it stands first, and how often it stands in the notes."""

    evidence: Evidence
    times: int


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One code with its reasons, without what the viewer may not read."""

    code: WorkingCode
    reasons: tuple[str, ...]
    quotes: tuple[Quoted, ...]
    more: tuple[Quoted, ...]


def code_lines(codes: Iterable[WorkingCode], withheld: Restriction) -> tuple[list[CodeLine], int]:
    """The principal diagnosis first, then by what counts; and how many codes are withheld altogether."""
    told = [(code, withheld.code(code)) for code in codes]
    hidden = frozenset(code.code for code, seen in told if seen is None)
    shown = sorted((seen for _, seen in told if seen), key=_rank)
    return [_line(code, hidden) for code in shown], sum(seen is None for _, seen in told)


def _rank(code: WorkingCode) -> tuple[bool, int, int, str]:
    return code.role != "principal", _ORDER[code.status], _WEIGHT.get(code.severity, 2), code.code


def _line(code: WorkingCode, hidden: frozenset[str]) -> CodeLine:
    reasons = tuple(said for reason in code.reasons if not names(reason, hidden) and (said := _reason(reason, code)))
    quotes = quotes_of(code.evidence)
    return CodeLine(code, reasons, quotes[:SHOWN], quotes[SHOWN:])


def quotes_of(evidence: Iterable[Evidence]) -> tuple[Quoted, ...]:
    """Each quote of an author once."""
    found: dict[tuple[str, str], list[Evidence]] = {}
    for one in evidence:
        found.setdefault((one.quote.casefold(), one.author), []).append(one)
    return tuple(Quoted(same[0], len(same)) for same in found.values())


def _reason(reason: str, code: WorkingCode) -> str:
    # The concept by itself says no more than the description does.
    said = "" if reason == code.concept else reason.replace(code.concept, words(code.concept))
    return _CODE.sub(lambda found: dotted(found[0]), said)
