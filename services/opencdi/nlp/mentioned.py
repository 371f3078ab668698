"""A mention: the words of a text that name a concept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from opencdi.clinical.vocabulary import FindingKind

_NOTHING: Final[Mapping[str, str]] = {}


@dataclass(init=False, slots=True)
class Mentioned:  # nobody changes one; to freeze them would cost more than all else about them
    """Words [first, last) name a concept.  `attributes`: what the term itself implies; `denied`: its word says that it is not there."""

    first: int
    last: int
    concept: str
    kind: FindingKind
    chronic: bool
    attributes: Mapping[str, str]
    denied: bool

    def __init__(  # written out, it is compiled: that of a dataclass is not
        self,
        first: int,
        last: int,
        concept: str,
        kind: FindingKind,
        chronic: bool,
        attributes: Mapping[str, str] = _NOTHING,
        denied: bool = False,
    ) -> None:
        """Nothing is told but what is given."""
        self.first = first
        self.last = last
        self.concept = concept
        self.kind = kind
        self.chronic = chronic
        self.attributes = attributes
        self.denied = denied
