"""Which conditions an external cause may stand beside (`rules/coding/external_causes.yaml`; I.C.20)."""

from pydantic import BaseModel, ConfigDict

from opencdi.coding.guideline_rows import Codes, Row


class General(Row):
    """An external cause said in general, which yields to one said more exactly."""

    codes: Codes
    into: Codes


class Vehicles(BaseModel):
    """What a collision becomes by whom the patient was in the car and by what the car met ("": not said)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    collision: Codes
    occupant: str
    partner: str
    occupants: dict[str, dict[str, str]]


class ExternalCauses(BaseModel):
    """The whole file.  `beside`: what external causes explain."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    beside: Codes
    only_beside_a_cause: Codes
    general: tuple[General, ...]
    vehicles: Vehicles
