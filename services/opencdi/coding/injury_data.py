"""What is told of injuries apart from their own codes (`rules/coding/injuries.yaml`; I.C.19, I.C.13.d)."""

from pydantic import BaseModel, ConfigDict

from opencdi.coding.guideline_rows import Codes, Row


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Unconscious(_Part):
    """How the loss of consciousness is said, and the sixth character of S06 for it."""

    concepts: frozenset[str]
    words: tuple[str, ...]
    spans: dict[str, str]
    not_told: str
    denied: str


class Fragility(_Part):
    """Fractures that osteoporosis explains though nobody calls them pathological; `collapsed`: a vertebra's -> the collapsed one.

    `nowhere`: a fragility fracture of which its mention names no bone, though another one does.
    """

    form: str
    osteoporosis: Codes
    nowhere: Codes
    fragile: Codes
    minor_falls: Codes
    collapsed: dict[str, str]


class Becomes(Row):
    """Codes that say more where one of `beside` is on the claim, if any is asked for; `into`: what takes the place of their beginning.

    `concepts`: only as these conditions, where told.
    """

    codes: Codes
    concepts: frozenset[str] = frozenset()
    beside: Codes = ()
    into: str


class InjuryData(_Part):
    """The whole file."""

    unconscious: Unconscious
    fragility: Fragility
    burns: Codes
    in_trauma: tuple[Becomes, ...]
    penetrating: tuple[Becomes, ...]
