"""Documents for few eyes, by the code that the sender gave them (DOMAIN F.17)."""

_OPEN = frozenset({"", "N", "U", "L", "M"})  # HL7 Confidentiality: normal, unrestricted, low, moderate; TXA-18 U: usual control


def is_restricted(code: str | None) -> bool:
    """Whether a document under this code (TXA-18, a FHIR security label) is read by those alone who have the right."""
    return (code or "").upper() not in _OPEN


def label(code: str | None) -> str | None:
    """What travels with whatever is made from the document: a restricted one's code, None for every other."""
    return code if is_restricted(code) else None
