"""The supervisor: starts processes, watches them, starts them again.  Crash-only: a process that is in doubt ends, never mends itself.

Back-off is counted from restart to restart, so a process that cannot live does not eat the machine.  The wall clock has one use
here: a process that has not shown a heartbeat for too long is killed (DESIGN §2).
"""

import logging
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from time import monotonic
from typing import Any, Literal

from opencdi.bus.bus import BusDown, OtherPartitions, OutOfStep
from opencdi.bus.stepping import Fenced, TooManyFailures
from opencdi.bus.watch import Watch

log = logging.getLogger(__name__)

Cause = Literal["exception", "crash", "hang", "killed", "world-down", "too-many-failures", "out-of-step", "settings", "ended"]
# All but the first as in sysexits.h.
_EXIT_EXCEPTION, _EXIT_OUT_OF_STEP, _EXIT_WORLD_DOWN, _EXIT_TOO_MANY, _EXIT_SETTINGS = 1, 65, 75, 76, 78
_CAUSE_BY_EXIT: dict[int, Cause] = {
    0: "ended", _EXIT_WORLD_DOWN: "world-down", _EXIT_TOO_MANY: "too-many-failures", _EXIT_OUT_OF_STEP: "out-of-step",
    _EXIT_SETTINGS: "settings",
    -signal.SIGKILL: "killed", -signal.SIGTERM: "killed", -signal.SIGINT: "killed",
}  # fmt: skip
_FOR_GOOD: frozenset[Cause] = frozenset({"too-many-failures", "out-of-step", "settings"})
_ON_AN_ENTRY: frozenset[Cause] = frozenset({"exception", "crash", "hang"})
_FIRST_DELAY_S, _LONGEST_DELAY_S, _HEALTHY_S = 0.1, 30.0, 60.0
_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Job:
    """A process to keep running: `target(*args, watch)`; it must be importable by name.  Without heartbeats: `watched=False`."""

    name: str
    target: Callable[..., None]
    args: tuple[Any, ...] = ()
    watched: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """A process has ended.  `entry`: room and entry id, if it ended in the middle of a step and that may be the entry's doing."""

    job: str
    cause: Cause
    entry: tuple[str, str] | None = None


@dataclass
class _Running:
    job: Job
    failures: int = 0
    process: SpawnProcess | None = None
    watch: Watch = field(default_factory=lambda: Watch(_CONTEXT))
    since: float = 0.0
    start_at: float = 0.0
    hung: bool = False
    over: bool = False


class Supervisor:
    """Keeps jobs running until stopped."""

    def __init__(self, jobs: Sequence[Job], on_stop: Callable[[Stop], None], *, hang_s: float = 60.0, loading_s: float = 300.0) -> None:
        """`on_stop` hears of every end before the restart; `hang_s` is for one step, `loading_s` for the time before the first."""
        self._running = [_Running(job) for job in jobs]
        self._on_stop = on_stop
        self._hang_s, self._loading_s = hang_s, loading_s
        self._stopping = threading.Event()
        self._refused = False  # the settings, by a process

    def stop(self) -> None:
        """End all processes and return from `run`."""
        self._stopping.set()

    def run(self) -> int:
        """Until stopped, or until nothing is left to keep running.  0 if stopped, else 1; 2 if the settings do not allow it.

        A room that is out of step stays stopped while the door goes on storing; settings that one process refuses were asked wrongly
        for all: a line without its door, or without its pages, would only look as if it were well.
        """
        try:
            while not self._stopping.is_set() and not self._refused and not all(one.over for one in self._running):
                for one in self._running:
                    self._look_after(one)
                self._wait()
        finally:
            self._end_all()
        return 0 if self._stopping.is_set() else 2 if self._refused else 1

    def _look_after(self, one: _Running) -> None:
        if one.over:
            return
        if one.process is None:
            if monotonic() >= one.start_at:
                self._start(one)
        elif not one.process.is_alive():
            self._ended(one, one.process)
        elif one.job.watched and one.watch.silent_s(one.since) > (self._hang_s if one.watch.alive else self._loading_s):
            log.error("%s shows no heartbeat: killed", one.job.name)
            one.hung = True
            one.process.kill()
            one.process.join()

    def _start(self, one: _Running) -> None:
        one.watch, one.since, one.hung = Watch(_CONTEXT), monotonic(), False
        arguments = (one.job.name, one.job.target, (*one.job.args, one.watch))
        one.process = _CONTEXT.Process(target=_in_process, args=arguments, name=one.job.name, daemon=True)
        one.process.start()
        log.info("%s started, process %s", one.job.name, one.process.pid)

    def _ended(self, one: _Running, process: SpawnProcess) -> None:
        code = process.exitcode or 0
        cause: Cause = "hang" if one.hung else _CAUSE_BY_EXIT.get(code, "crash" if code < 0 else "exception")
        entry = one.watch.in_hand if cause in _ON_AN_ENTRY else None
        process.close()
        one.process = None
        one.failures = 0 if monotonic() - one.since > _HEALTHY_S else one.failures + 1
        delay_s = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2 ** max(0, one.failures - 1))
        one.start_at = monotonic() + delay_s
        one.over = cause in _FOR_GOOD
        self._refused = self._refused or cause == "settings"
        what = "all end: mend the settings" if cause == "settings" else "stays stopped" if one.over else f"again in {delay_s:.1f} s"
        log.error("%s stopped (%s, exit %d) at entry %s: %s", one.job.name, cause, code, entry[1] if entry else "-", what)
        self._on_stop(Stop(one.job.name, cause, entry))

    def _wait(self) -> None:
        sentinels = [one.process.sentinel for one in self._running if one.process is not None]
        now = monotonic()
        due = min((one.start_at - now for one in self._running if one.process is None and not one.over), default=0.5)
        pause_s = min(0.5, self._hang_s / 4, max(0.01, due))
        if sentinels:
            connection.wait(sentinels, pause_s)
        else:
            self._stopping.wait(pause_s)

    def _end_all(self) -> None:
        alive = [one.process for one in self._running if one.process is not None]
        for process in alive:
            process.terminate()
        for process in alive:
            process.join(10)
            if process.is_alive():
                process.kill()
                process.join()


def _in_process(name: str, target: Callable[..., None], args: tuple[Any, ...]) -> None:
    """The first frame of a process: dies with its supervisor, and turns what went wrong into an exit code without anybody's data."""
    threading.Thread(target=_die_with_parent, daemon=True, name="die-with-parent").start()
    status = _lived(name, target, args)
    logging.shutdown()
    # Not by way of the interpreter's tidy end: a client library whose brokers are gone may wait there for ever.
    os._exit(status)


def _lived(name: str, target: Callable[..., None], args: tuple[Any, ...]) -> int:
    """The process's life; its exit status."""
    try:
        target(*args)
    except SystemExit as asked:
        return asked.code if isinstance(asked.code, int) else _EXIT_EXCEPTION if asked.code else 0
    except (Fenced, BusDown) as error:
        log.warning("%s: %s %s", name, type(error).__name__, error)
        return _EXIT_WORLD_DOWN
    except TooManyFailures as error:
        log.critical("%s: too many failures in a row in %s: mend it, then run it again", name, error)
        return _EXIT_TOO_MANY
    except OutOfStep as error:
        log.critical("%s: %s", name, error)
        return _EXIT_OUT_OF_STEP
    except (StaysShut, OtherPartitions) as error:
        log.critical("%s: %s", name, error)
        return _EXIT_SETTINGS
    except Exception as error:
        # Where it happened, not what was said: an exception's text may quote a patient's record.
        log.critical("%s: %s at\n%s", name, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        return _EXIT_EXCEPTION
    return 0


class StaysShut(Exception):
    """The settings do not allow this process to work; the message says which one to change.  The whole line ends."""


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(_EXIT_EXCEPTION)
