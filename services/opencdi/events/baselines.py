"""The fact that leads from one stay to the next: what was the patient's own level before this one."""

from typing import Literal

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import BaselineBasis, EncounterClass
from opencdi.events.contract import Contract


class BaselineCarried(Contract):
    """A value of an earlier encounter that stands for the patient's own level before this one (DOMAIN B63).

    Told again for the same analyte where another value stands; without `value`: none does any more.  `from_encounter_id` and
    `from_class` are None where the value was told of no stay that we know; `days_before` counts from the beginning of this one.
    """

    kind: Literal["baseline_carried"] = "baseline_carried"
    analyte: str
    value: float | None = None
    unit: str | None = None
    taken_at: ClinicalTime | None = None
    days_before: int | None = None
    basis: BaselineBasis | None = None
    of: int = 0  # how many earlier values it was chosen from
    measurement_id: str | None = None
    from_encounter_id: str | None = None
    from_class: EncounterClass | None = None
