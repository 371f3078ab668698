"""Procedures as a coder reads them: what was done, what is still asked of it, and each quote once (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from opencdi.clinical.time import ClinicalTime
from opencdi.events.pages import WorkingProcedure
from opencdi.workbench.code_lines import SHOWN, Quoted, quotes_of
from opencdi.workbench.restricted import Restriction, names
from opencdi.workbench.words import sentence, words

_ORDER = {"recorded": 0, "proposed": 1, "question": 2, "flagged": 3}


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """One procedure with its title, its reasons and its quotes, without what the viewer may not read."""

    procedure: WorkingProcedure
    title: str
    day: ClinicalTime | None
    reasons: tuple[str, ...]
    quotes: tuple[Quoted, ...]
    more: tuple[Quoted, ...]


def procedure_lines(procedures: Iterable[WorkingProcedure], withheld: Restriction) -> tuple[list[ProcedureLine], int]:
    """What counts first, then by its day; and how many procedures are withheld altogether."""
    told = list(procedures)
    hidden = withheld.hidden(told)
    shown = sorted((seen for one in told if (seen := withheld.code(one))), key=_rank)
    return [_line(one, hidden) for one in shown], len(told) - len(shown)


def _rank(one: WorkingProcedure) -> tuple[int, str, str, str]:
    return _ORDER[one.status], one.on or "", one.code, one.procedure


def _line(one: WorkingProcedure, hidden: frozenset[str]) -> ProcedureLine:
    title = one.description or sentence(words(one.procedure)) or "Procedure of a list"
    reasons = tuple(said for reason in one.reasons if not names(reason, hidden) and (said := _reason(reason, one)))
    quotes = quotes_of(one.evidence)
    return ProcedureLine(one, title, _day(one.on), reasons, quotes[:SHOWN], quotes[SHOWN:])


def _day(on: str | None) -> ClinicalTime | None:
    return ClinicalTime(datetime.fromisoformat(on).replace(tzinfo=UTC), "day") if on else None


def _reason(reason: str, one: WorkingProcedure) -> str:
    # The name by itself says no more than the title does; before what was said of it, it stands as people write it.
    if reason in (one.procedure, "on a list"):
        return ""
    name, colon, said = reason.partition(": ")
    return words(said) if colon and name == one.procedure else reason
