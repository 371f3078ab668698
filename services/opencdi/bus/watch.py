"""What a process shows its supervisor through shared memory: that it lives, and which entry it has in hand.

Shared memory, because it can still be read when the process has been killed, has crashed in a C library, or hangs.
"""

from multiprocessing.context import BaseContext
from time import monotonic

_HAND_BYTES = 512


class Watch:
    """Made by the supervisor, handed to the process when it is started."""

    def __init__(self, context: BaseContext) -> None:
        """Nothing in hand, not yet alive."""
        self._beaten_at = context.RawValue("d", 0.0)
        self._hand = context.RawArray("c", _HAND_BYTES)

    def beat(self) -> None:
        """The process is alive and turning."""
        self._beaten_at.value = monotonic()  # one clock for all processes of a machine; it only ever kills, it decides nothing

    def silent_s(self, since: float) -> float:
        """Seconds since the last beat; before the first one, since that instant."""
        return monotonic() - max(since, float(self._beaten_at.value))

    @property
    def alive(self) -> bool:
        """Whether it has ever beaten: before that it is still loading its books."""
        return bool(self._beaten_at.value)

    def hold(self, room: str, entry_id: str) -> None:
        """This room now steps this entry."""
        self._hand.value = f"{room} {entry_id}".encode()[: _HAND_BYTES - 1]
        self.beat()

    def let_go(self) -> None:
        """The step is done: what happens from here on is no fault of the entry."""
        self._hand.value = b""

    @property
    def in_hand(self) -> tuple[str, str] | None:
        """Room and entry id of the step that was begun and not finished."""
        room, _, entry_id = self._hand.value.decode("utf-8", "replace").partition(" ")
        return (room, entry_id) if entry_id else None
