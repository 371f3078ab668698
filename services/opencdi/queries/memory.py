"""What is remembered of the stays that were looked at last: all of it follows from their records, and may be forgotten at any time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import is_
from typing import Any, NamedTuple

from opencdi.queries.found import Held, Look, Signs

STAYS = 512
"""Of so many stays it is remembered what was found; of any other it is derived again."""


class NothingToAsk(NamedTuple):
    """A rule had nothing to ask: of this stay, at this site, by these records, and by what its conditions found in them.

    `values` are the names of those that hold values, and the first of all `names`: the others stand as long as the record of the stay
    does.  `unsaid`: the concepts and treatments that it asked for and the stay has no record of.  `own`: what it looked at itself.
    `noticed`: what stood as noticed then.
    """

    stay: object
    about: tuple[object, ...]
    noticed: object
    own: frozenset[str]
    unsaid: frozenset[str]
    values: tuple[str, ...]
    names: tuple[str, ...]
    looked_up: tuple[object, ...]
    looks: tuple[tuple[Look, Signs], ...]


@dataclass(slots=True)
class Memory:
    """What is remembered of one stay: what was found, and its series of values, each by the records that it was put together from.

    `read`: what each rule's open question was made of when it was last looked at and needed no other words.
    `nothing_to_ask`: the rules that had nothing to ask, by id; `blank`: those that have nothing to ask of any stay without such records.
    """

    found: dict[int, Held] = field(default_factory=dict)
    series: dict[str, tuple[tuple[object, ...], tuple[Any, ...]]] = field(default_factory=dict)
    read: dict[str, tuple[object, ...]] = field(default_factory=dict)
    nothing_to_ask: dict[str, NothingToAsk] = field(default_factory=dict)
    blank: dict[tuple[object, ...], NothingToAsk] = field(default_factory=dict)

    def put_together(self, analyte: str, records: tuple[Any, ...], points_in: Callable[[Any], tuple[Any, ...]]) -> tuple[Any, ...]:
        """The values in these records: the very same as before where these are the same records."""
        known = self.series.get(analyte)
        if known is None or len(known[0]) != len(records) or not all(map(is_, known[0], records)):
            known = self.series[analyte] = records, points_in(records)
        return known[1]


class AtHand:
    """What is remembered of the stays that were looked at last, by tenant and encounter."""

    def __init__(self, stays: int = STAYS) -> None:
        """Of no more stays than that."""
        self.stays = stays
        self.blank: dict[tuple[object, ...], NothingToAsk] = {}
        self._known: dict[tuple[str, str], Memory] = {}

    def of(self, tenant: str, encounter_id: str) -> Memory:
        """What is remembered of a stay."""
        stay = tenant, encounter_id
        memory = self._known[stay] = self._known.pop(stay) if stay in self._known else Memory(blank=self.blank)
        if len(self._known) > self.stays:
            del self._known[next(iter(self._known))]
        return memory
