"""What stays is not looked through for garbage: a process keeps its books, a million objects, as long as it lives."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


def settle_memory() -> None:
    """Call once the rooms are made: looking through their books for garbage took a fifth of a process's time."""
    gc.collect()
    _settle()


def _settle() -> None:
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    atexit.register(gc.freeze)  # the interpreter looks through all that there is before it ends, too: a second more for every command


@contextmanager
def settled_memory() -> Iterator[None]:
    """The same for a filter, which has its books when it reads its first line; as it was before when it has read the last."""
    before = gc.get_threshold()
    _settle()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
