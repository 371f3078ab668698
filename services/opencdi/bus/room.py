"""A room: reads one topic, remembers per key, alone writes its topics.  No broker, clock, file or socket in here."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from opencdi.events.entry import Headers
from opencdi.events.topics import Topic


class State(BaseModel):
    """What a room remembers under one key: immutable, small, versioned so that a later release can still read it."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    version: int = 1


States = MutableMapping[str, State]
"""key -> state.  Deleting a key forgets it.  A key is "<record>/<id>[/<id>…]": the first word names the model that decodes it."""


@runtime_checkable
class Searched(Protocol):
    """States that know where their keys are."""

    def under(self, prefix: str, naming: Collection[str] = ()) -> Iterator[str]:
        """The keys that begin so; of these, as far as is easily told, only such whose record has one of the words `naming`."""


def under(states: States, prefix: str, naming: Collection[str] = ()) -> Iterator[str]:
    """The keys that begin so, without a walk through all that the room remembers.  `naming`: whoever asks for a record that has one of
    these words must still look at what is found."""
    return states.under(prefix, naming) if isinstance(states, Searched) else iter([key for key in states if key.startswith(prefix)])


@dataclass(frozen=True, slots=True)
class Record:
    """What a room is given: one message of its input topic.  `key` None means: addressed to this partition (a tick)."""

    topic: str
    key: str | None
    value: bytes
    headers: Headers = ()

    def header(self, name: str) -> str | None:
        """The last header of that name, as text."""
        for key, value in reversed(self.headers):
            if key == name:
                return value.decode("utf-8", "replace")
        return None


@dataclass(frozen=True, slots=True)
class Key:
    """To the partition of that key (murmur2, the same on both buses)."""

    key: str


@dataclass(frozen=True, slots=True)
class SamePartition:
    """To the partition that the input came from: a tick walks down the line in its partition."""


@dataclass(frozen=True, slots=True)
class EveryPartition:
    """A copy to every partition: intake tells the whole line what time it is."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a room says: one message to one of the topics that it alone writes."""

    topic: Topic
    to: Key | SamePartition | EveryPartition
    value: bytes
    headers: Headers = ()


class Codec(Protocol):
    """How a room's states become bytes and come back."""

    def encode(self, key: str, state: State) -> bytes:
        """Bytes for the file or the changelog."""

    def decode(self, key: str, raw: bytes) -> State:
        """The state that those bytes were."""


@dataclass(frozen=True, slots=True)
class RecordCodec:
    """States as JSON; the first word of the key names the model."""

    models: Mapping[str, type[State]]

    def encode(self, key: str, state: State) -> bytes:
        """Bytes for the file or the changelog."""
        if type(state) is not self.models[key.partition("/")[0]]:
            raise TypeError(f"state {key.partition('/')[0]!r} holds a {type(state).__name__}")
        return state.__pydantic_serializer__.to_json(state)

    def decode(self, key: str, raw: bytes) -> State:
        """The state that those bytes were."""
        return self.models[key.partition("/")[0]].model_validate_json(raw)


@dataclass(frozen=True)
class Room:
    """One consumer of the line.

    `step` is pure: the states it may read and change, one record in, messages out.  It raises `Unusable` for an entry that it
    cannot step; anything else that it raises is our bug and stops the room with the position uncommitted.
    """

    name: str
    reads: Topic
    writes: tuple[Topic, ...]  # the first is the line: the next room's input, and where ticks go on
    step: Callable[[States, Record], Iterable[Outgoing]]
    codec: Codec = field(default_factory=lambda: RecordCodec({}))
    on_unusable: "OnUnusable | None" = None  # None: pass on with a `failed` page
    reads_senders: bool = False  # its input is what others sent: bad data is theirs, and never adds up to stopping the room

    @property
    def group(self) -> str:
        """The consumer group on Kafka."""
        return f"cdi-{self.name}"


OnUnusable = Callable[[Room, States, Record, str, str], Iterable[Outgoing]]
"""What becomes of a record that cannot be stepped, for this reason and at this place in it; what the step had changed is taken back."""

_GONE: Any = object()


class Overlay(MutableMapping[str, State]):
    """Changes held back until the batch commits; an abort leaves the base untouched, and one step's changes can be taken back."""

    def __init__(self, base: MutableMapping[str, State]) -> None:
        """Begin a batch over the states as last committed."""
        self.base = base
        self.changed: dict[str, Any] = {}
        self._before: dict[str, Any] = {}

    def begin(self) -> None:
        """The next step begins."""
        self._before = {}

    def take_back(self) -> None:
        """Forget what was changed since `begin`."""
        for key, state in self._before.items():
            if state is None:
                del self.changed[key]
            else:
                self.changed[key] = state
        self._before = {}

    def __getitem__(self, key: str) -> State:
        """The state under that key, as changed in this batch or as committed."""
        if key in self.changed:
            if (state := self.changed[key]) is _GONE:
                raise KeyError(key)
            return state  # type: ignore[no-any-return]  # the sentinel makes the dict Any
        return self.base[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The state under that key, or the default: most lookups of a step find nothing, and an exception costs more than the lookup."""
        state = self.changed.get(key)
        if state is None:
            return self.base.get(key, default)
        return default if state is _GONE else state

    def __contains__(self, key: object) -> bool:
        """Whether there is a state under that key, without an exception where there is none."""
        return isinstance(key, str) and self.get(key) is not None

    def __setitem__(self, key: str, state: State) -> None:
        """Remember."""
        if key not in self._before:
            self._before[key] = self.changed.get(key)
        self.changed[key] = state

    def __delitem__(self, key: str) -> None:
        """Forget; KeyError if there is nothing to forget."""
        self[key]
        self[key] = _GONE

    def __iter__(self) -> Iterator[str]:
        """Keys, committed first."""
        yield from (key for key in self.base if key not in self.changed)
        yield from (key for key, state in self.changed.items() if state is not _GONE)

    def under(self, prefix: str, naming: Collection[str] = ()) -> Iterator[str]:
        """The keys that begin so, committed first."""
        changed = [key for key, state in self.changed.items() if state is not _GONE and key.startswith(prefix)]
        yield from (key for key in under(self.base, prefix, naming) if key not in self.changed)
        yield from changed

    def __len__(self) -> int:
        """How many keys are remembered."""
        return sum(1 for _ in self)

    def writes(self) -> Iterator[tuple[str, State | None]]:
        """What the commit must store: key and state, None where it is forgotten."""
        for key, state in self.changed.items():
            yield key, None if state is _GONE else state

    def settle(self) -> None:
        """The commit stands: make the changes the base."""
        for key, state in self.changed.items():
            self.base[key] = state
            if state is _GONE:
                del self.base[key]
