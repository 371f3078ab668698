"""Documents for few eyes, by the code that the sender gave them (DOMAIN F.17)."""

from collections.abc import Iterable

HIDDEN = "restricted evidence"
"""What stands for such a document's words where they must not be told."""
_OPEN = frozenset({"", "N", "U", "L", "M"})  # HL7 Confidentiality: normal, unrestricted, low, moderate; TXA-18 U: usual control
_HIGHEST = ("R", "V")  # restricted, very restricted; a code of the sender's own is restricted too, how far it does not say


def is_restricted(code: str | None) -> bool:
    """Whether a document under this code (TXA-18, a FHIR security label) is read by those alone who have the right."""
    return (code or "").upper() not in _OPEN


def label(code: str | None) -> str | None:
    """What travels with whatever is made from the document: a restricted one's code, None for every other."""
    return code if is_restricted(code) else None


def highest(codes: Iterable[str | None]) -> str | None:
    """The label of what is made from several documents; None if none of them is restricted."""
    told = sorted({code for code in codes if code and is_restricted(code)})
    return max(told, key=lambda code: _HIGHEST.index(code.upper()) if code.upper() in _HIGHEST else -1, default=None)
