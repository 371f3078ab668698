"""The bus as a command meets it: opened with one clear line when it cannot be."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from opencdi.bus.bus import Bus

_SQLITE = b"SQLite format 3\0"


def stop(why: str, status: int = 2) -> NoReturn:
    """One line on standard error, and the exit status: 2 for what was asked wrongly, 1 where the world is down."""
    print(why, file=sys.stderr)
    raise typer.Exit(status)


@contextmanager
def bus_at(url: str, *, partitions: int | None = None, replicas: int | None = None, there: bool = True) -> "Iterator[Bus]":
    """The bus of that URL, closed at the end.  `there`: it must exist; a command that reads makes no empty file."""
    from opencdi.bus.bus import BusDown, OtherPartitions, TooLarge, open_bus

    check_url(url)
    if url.startswith("sqlite://"):
        _look_at(Path(url.removeprefix("sqlite:///")), url, there)
    try:
        with open_bus(url, partitions=partitions, replicas=replicas) as bus:
            yield bus
    except BusDown as down:
        stop(f"{url}: the bus does not answer ({down})", 1)
    except (OtherPartitions, TooLarge) as refused:
        stop(f"{url}: {refused}")
    except OSError as error:
        stop(f"{url}: {error.strerror}")


def check_url(url: str) -> None:
    """Stop where this cannot be the URL of a bus."""
    if not url.startswith(("sqlite:///", "kafka://")):
        stop(f"{url}: a bus is sqlite:///path or kafka://host:port (CDI_BUS)")


def _look_at(file: Path, url: str, there: bool) -> None:
    """Before the bus makes or alters anything: is this a file of its kind?"""
    try:
        with file.open("rb") as told:
            head = told.read(len(_SQLITE))
    except FileNotFoundError:
        if there:
            stop(f"{url}: no such file; `opencdi run` makes it, CDI_HOME or CDI_BUS names another")
        return
    except OSError as error:
        stop(f"{url}: {error.strerror}")
    if head not in (b"", _SQLITE):
        stop(f"{url}: not the file of a bus")
