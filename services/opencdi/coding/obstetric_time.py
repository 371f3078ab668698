"""The time that an obstetric code tells: one condition has a code for each trimester, for childbirth and the puerperium (I.C.15.a.3)."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from opencdi.knowledge.icd10cm import description_of, tabular

_TIME: Final = re.compile(
    r",? (?:(?:complicating|in|of|associated with) )?"
    r"(?:(?:the )?(puerperium|childbirth)|(?:pregnancy, )?((?:first|second|third|unspecified) trimester))"
)
_GONE_BY: Final = ("childbirth", "puerperium")
_OPEN: Final = ("unspecified trimester", "pregnancy")
"""What says no more than that she is pregnant; a trimester that is told yields to nothing but the birth."""
_SHORT_FORM: Final = re.compile(r" \([A-Z]+\)")
_PREGNANCY: Final = re.compile(r",? (?:complicating|in) pregnancy\b")


def at_time(code: str, periods: Iterable[str]) -> str:
    """The code of the same condition at the first of these times that has one; the code itself where none has."""
    condition, told = _read(code)
    if not told or told in _GONE_BY:
        return code
    periods = [one for one in periods if told in _OPEN or one in _GONE_BY]
    others = _of_category(code[:3])
    return next((other for period in periods if (other := others.get((condition, period)))), code)


@lru_cache(maxsize=500)
def leaf_at(stem: str, periods: tuple[str, ...]) -> str | None:
    """The one leaf below the stem that is of the first of these times that any is of; a stem that is a code itself is that."""
    held = tabular()
    if held.billable(stem):
        return stem
    leaves = [code for code in _below(stem) if held.billable(code)]
    for period in periods:
        found = [code for code in leaves if _read(code)[1] == period]
        if found:
            return found[0] if len(found) == 1 else None
    return None


@lru_cache(maxsize=5_000)
def _read(code: str) -> tuple[str, str]:
    """(the condition, its time) by the code's title; no time where the title names none."""
    title = _SHORT_FORM.sub("", description_of(code))
    if (at := _TIME.search(title)) is not None:
        return title[: at.start()] + title[at.end() :], (at[1] or at[2])
    if (at := _PREGNANCY.search(title)) is not None:
        return title[: at.start()] + title[at.end() :], "pregnancy"
    return title, ""


@lru_cache(maxsize=100)
def _of_category(category: str) -> dict[tuple[str, str], str]:
    held = tabular()
    return {_read(code): code for code in _below(category) if held.billable(code) and _read(code)[1]}


def _below(stem: str) -> list[str]:
    held, waiting, found = tabular(), [stem], []
    while waiting:
        code = waiting.pop()
        found.append(code)
        waiting += held.children(code)
    return found
