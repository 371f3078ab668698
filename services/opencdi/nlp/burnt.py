"""How much of the body surface a burn covers: "9% TBSA", "TBSA 12%", "20 % total body surface area"."""

import re
from collections.abc import Mapping
from typing import Final

_SURFACE: Final = r"(?:tbsa|bsa|(?:of )?(?:the )?(?:total )?body surface)"
_PERCENT: Final = r"\d{1,2}(?:\.\d)?"
_LINK: Final = r"(?: area)?(?: burned| burnt)?\s?(?:of|:|=|~|approximately|about)?\s?"
_EXTENT: Final = re.compile(
    rf"(?P<before>{_PERCENT})\s?%\s?(?:of )?(?:full[- ]thickness |partial[- ]thickness )?{_SURFACE}"
    rf"|\b{_SURFACE}{_LINK}(?P<behind>{_PERCENT})\s?%",
    re.IGNORECASE,
)
_REACH: Final = 100


def burnt(text: str, start: int, end: int, told: Mapping[str, str]) -> dict[str, str]:
    """The share of the body surface that is told beside a burn, in its sentence's reach; nothing where none is."""
    if "stage" in told:
        return {}
    behind = _EXTENT.search(text, end, end + _REACH)
    before = list(_EXTENT.finditer(text, max(0, start - _REACH // 2), start))
    found = behind or (before[-1] if before else None)
    return {"stage": f"tbsa-{found['before'] or found['behind']}"} if found else {}
