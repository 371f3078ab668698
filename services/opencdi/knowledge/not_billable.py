"""Why a diagnosis code cannot be billed on a day, in a coder's words: a stem, retired, not yet, another classification, or no code at all.

CMS's own tables in the grouper's releases say when a code was valid; the tabular says what stands below a stem.
"""

import re
from dataclasses import dataclass
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.knowledge.code_year import RELEASES
from opencdi.knowledge.grouper import is_valid
from opencdi.knowledge.icd10cm import tabular

MOST_CHILDREN: Final = 20
_ICD9_SHAPE: Final = re.compile(r"\d{3,5}|V\d{2,4}|E[89]\d{2,3}")


@dataclass(frozen=True, slots=True)
class NotBillable:
    """What to say of the code, and the valid codes below it (the first `MOST_CHILDREN` of `children_in_all`)."""

    code: str
    says: str
    children: tuple[str, ...] = ()
    children_in_all: int = 0


def other_classification(code: str) -> bool:
    """Whether this reads as ICD-9-CM and as nothing of ICD-10-CM: neither a code of any release nor a stem of the tabular."""
    return bool(_ICD9_SHAPE.fullmatch(code)) and code not in tabular() and not any(is_valid(code, one.version) for one in RELEASES)


def not_billable(code: str, version: int) -> NotBillable | None:
    """Why this release takes no such code; None where it does."""
    if is_valid(code, version):
        return None
    name, year = dotted(code), 1983 + version // 10
    if other_classification(code):
        return NotBillable(code, f"{name} is not ICD-10-CM; it reads as ICD-9-CM, which was billed until 30 September 2015")
    below = _valid_below(code, version)
    held = [release for release in RELEASES if is_valid(code, release.version)]
    earlier, later = [one for one in held if one.version < version], [one for one in held if one.version > version]
    if earlier:
        says = f"{name} is retired: valid until {earlier[-1].last_day.isoformat()}"
    elif later:
        says = f"{name} is not valid yet: from {later[0].first_day.isoformat()}"
    elif below:
        says = f"{name} is a stem of FY{year}: more characters are needed"
    else:
        says = f"{name} is no ICD-10-CM code of FY{year}"
    return NotBillable(code, says, below[:MOST_CHILDREN], len(below))


def _valid_below(code: str, version: int) -> tuple[str, ...]:
    held = tabular()
    if code not in held:
        return ()
    found: list[str] = []
    waiting = list(held.children(code))
    while waiting:
        one = waiting.pop(0)
        found += [one] if is_valid(one, version) else []
        waiting = [*held.children(one), *waiting]  # in the tabular's order
    return tuple(found)
