"""How many ribs are broken, and on which side: "L 4-7 rib fx", "fractures of the right 5th, 6th and 7th ribs", "ribs 3 through 8".

The classification asks for one rib or several (S22.3-, S22.4-); a note tells it by the ribs' numbers, by the plural, or by "multiple".
"""

import re
from collections.abc import Mapping
from typing import Final

ONE: Final = "S223"
SEVERAL: Final = "S224"
_RIB: Final = re.compile(r"\b(?:ribs?|costal)\b", re.IGNORECASE)
_CLAUSE: Final = re.compile(r"[.;\n](?=\s|\Z)|\n|;|\b(?:with|but|no|without)\b", re.IGNORECASE)
_NUMBER: Final = r"(?:1[0-2]|[1-9])(?:st|nd|rd|th)?"
_WORDED: Final = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)"
_RUN: Final = re.compile(
    rf"\b(?:{_NUMBER}|{_WORDED})\s*(?:-|–|—|/|,|&|\+|\bto\b|\bthrough\b|\bthru\b|\band\b)\s*(?:and\s+)?(?:{_NUMBER}|{_WORDED})(?!\s*(?:mm|cm|days?|/10))\b",
    re.IGNORECASE,
)
_SINGLE: Final = re.compile(
    rf"\b(?:{_WORDED}|[1-9]\d?(?:st|nd|rd|th)|a)\s+(?:\w+\s+){{0,2}}rib\b|\brib\s+#?(?:1[0-2]|[1-9])\b", re.IGNORECASE
)
_MANY: Final = re.compile(
    r"\bribs\b|\brib\s+(?:fractures|fxs|fx's|fxes)\b"
    r"|\b(?:multiple|several|numerous|two|three|four|five|six|seven|eight)\s+(?:\S+\s+){0,4}ribs?\b",
    re.IGNORECASE,
)
_LEFT: Final = re.compile(r"\b(?:left|lt)\b|\bL\b(?![1-5]\b)", re.IGNORECASE)
_RIGHT: Final = re.compile(r"\b(?:right|rt)\b|\bR\b", re.IGNORECASE)
_BOTH: Final = re.compile(r"\b(?:bilateral(?:ly)?|bilat|b/l|both)\b", re.IGNORECASE)
_REACH: Final = 90
_NEAR: Final = 60
"""Characters between a fracture that names no bone and the ribs."""


def broken_ribs(text: str, start: int, end: int, told: Mapping[str, str]) -> dict[str, str]:
    """What the clause around a fracture says of the ribs that are broken; nothing where it speaks of another bone."""
    ours = told.get("site") == "rib" or "rib" in text[start:end].lower()
    if not ours and ("icd10cm" in told or "site" in told or _RIB.search(text, max(0, start - _NEAR), end + _NEAR) is None):
        return {}
    before = text[max(0, start - _REACH) : start]
    cuts = [match.end() for match in _CLAUSE.finditer(before)]
    behind = text[end : end + _REACH]
    stop = _CLAUSE.search(behind)
    clause = before[cuts[-1] if cuts else 0 :] + text[start:end] + behind[: stop.start() if stop else len(behind)]
    if _RIB.search(clause) is None:
        return {}
    found = {"icd10cm": SEVERAL if _RUN.search(clause) or (_MANY.search(clause) and not _SINGLE.search(clause)) else ONE, "site": "rib"}
    left, right = _LEFT.search(clause), _RIGHT.search(clause)
    if _BOTH.search(clause) or (left and right):
        return {**found, "laterality": "bilateral", "icd10cm": SEVERAL}
    if left or right:
        found["laterality"] = "left" if left else "right"
    return found
