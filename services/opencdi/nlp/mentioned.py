"""A mention: the words of a text that name a concept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opencdi.clinical.vocabulary import FindingKind


@dataclass(slots=True)
class Mentioned:  # nobody changes one; to freeze them would cost more than all else about them
    """Words [first, last) name a concept.  `attributes`: what the term itself implies; `denied`: its word says that it is not there."""

    first: int
    last: int
    concept: str
    kind: FindingKind
    chronic: bool
    attributes: Mapping[str, str] = field(default_factory=dict)
    denied: bool = False
