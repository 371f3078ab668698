"""A progress bar for work that takes longer than two seconds, where somebody watches; never on standard output."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

_SHOW_AFTER_S = 2.0
T = TypeVar("T")


@contextmanager
def progress(what: str, total: int | None, *, beside_lines: bool = False) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how many more are done.  Lines on standard error go above the bar.

    `beside_lines`: the command prints as it goes; on a terminal those lines are progress enough.
    """
    if not sys.stderr.isatty() or (beside_lines and sys.stdout.isatty()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn

    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TextColumn(what))
    began = monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=total, visible=False)
        yield lambda more: bar.update(task, advance=more, visible=monotonic() - began > _SHOW_AFTER_S)


def watched(told: Iterable[T], what: str, *, beside_lines: bool = False) -> Iterator[T]:
    """These, one after the other, with a bar."""
    with progress(what, len(told) if isinstance(told, Sized) else None, beside_lines=beside_lines) as advance:
        for each in told:
            yield each
            advance(1)
