"""When it happened at the bedside: an instant with its zone, and how finely the sender knew it (DOMAIN F.2)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

Precision = Literal["second", "minute", "hour", "day", "month", "year"]
_SPAN: dict[str, timedelta] = {
    "second": timedelta(0),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}


@dataclass(frozen=True, slots=True)
class ClinicalTime:
    """An instant as the chart states it.

    `at` is the earliest instant meant, by the wall clock of the bedside and with that clock's offset: its hour is what the EHR shows.
    `precision` says how finely it was written: "20260502" is a day and enters no window finer than a day.  `ambiguous` marks the
    repeated hour of an autumn clock change.
    """

    at: datetime
    precision: Precision = "second"
    ambiguous: bool = False

    def __post_init__(self) -> None:
        """Refuse an instant without a zone: nobody could order it."""
        if self.at.tzinfo is None:
            raise ValueError("a clinical time needs a zone")

    @property
    def latest(self) -> datetime:
        """The latest instant meant."""
        return self.at + _SPAN[self.precision]

    @property
    def sortable(self) -> str:
        """The instant in UTC as text: sorts as the instants do, whatever the clocks by which they were written."""
        return self.at.astimezone(UTC).isoformat()

    def fits_window(self, window: timedelta) -> bool:
        """Whether this time is written finely enough to be placed in a window of that length."""
        return _SPAN[self.precision] <= timedelta(hours=1) or window >= _SPAN[self.precision]


@lru_cache(maxsize=4096)  # asked for each rule at each result
def completed_years(birth_date: str | None, on: date) -> int | None:
    """Age on that day; None where the birth date (ISO, possibly partial) is unknown.  A partial one counts from its earliest day."""
    if not birth_date:
        return None
    year, month, day = (*(int(part) for part in birth_date[:10].split("-")), 1, 1)[:3]
    return max(0, on.year - year - ((on.month, on.day) < (month, day)))
