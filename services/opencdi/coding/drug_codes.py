"""What a code of T36-T50 says that the drug did: poisoning by intent, adverse effect or underdosing (I.C.19.e; its sixth character)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

How = Literal["accidental", "self-harm", "assault", "undetermined", "adverse-effect", "underdosing"]
SIXTH: Final[Mapping[How, str]] = MappingProxyType(
    {"accidental": "1", "self-harm": "2", "assault": "3", "undetermined": "4", "adverse-effect": "5", "underdosing": "6"}
)
POISONINGS: Final = frozenset[How]({"accidental", "self-harm", "assault", "undetermined"})


def how_of(code: str) -> How | None:
    """None of a code of any other category."""
    if not "T36" <= code[:3] <= "T50":
        return None
    told = code[4] if code[5:6] == "X" else code[5:6]  # T36.91XA, T36.0X1A
    return next((how for how, digit in SIXTH.items() if digit == told), None)
