"""Which conditions an external cause may stand beside (`rules/coding/external_causes.yaml`; I.C.20)."""

from pydantic import BaseModel, ConfigDict

from opencdi.coding.guideline_data import Codes, Row


class General(Row):
    """An external cause said in general, which yields to one said more exactly."""

    codes: Codes
    into: Codes


class ExternalCauses(BaseModel):
    """The whole file.  `beside`: what external causes explain."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    beside: Codes
    only_beside_a_cause: Codes
    general: tuple[General, ...]
