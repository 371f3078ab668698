"""Processes to be killed.  Everything is imported once in here; each process that is asked for is a fork of this one.

`python -m contract.line_process`; one JSON object a line on standard input, one JSON value a line back:
{"start": SPEC} → pid · {"wait": pid, "within_s": s} → exit status, null if it is still there.
SPEC: what `open_trial` takes, and rooms (names; none: publish), slot, limit, step_ms; to publish: keys, batch, acks (a file).
"""

import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Iterable
from dataclasses import replace
from time import monotonic, sleep
from typing import Any

from contract.small_rooms import given, open_trial, small_line
from opencdi.bus import embedded, kafka  # noqa: F401  (imported here, so that no fork has to)
from opencdi.bus.bus import Bus, OutOfStep
from opencdi.bus.room import Outgoing, Record, Room, States
from opencdi.bus.stepping import Fenced

FENCED, OUT_OF_STEP = 3, 5


def slowed(room: Room, step_ms: float) -> Room:
    """The room, taking its time over each record."""

    def step(states: States, record: Record) -> Iterable[Outgoing]:
        sleep(step_ms / 1000)
        return room.step(states, record)

    return replace(room, step=step) if step_ms else room


def work(spec: dict[str, Any]) -> None:
    """Until killed: these rooms, in turn."""
    with open_trial(spec) as bus:
        rooms = [slowed(room, spec.get("step_ms", 0)) for room in small_line() if room.name in spec["rooms"]]
        runners = [bus.runner(room, slot=spec.get("slot", "0")) for room in rooms]
        while True:
            if not sum([runner.turn(spec.get("limit", 50)) for runner in runners]):
                sleep(0.002)


def publish(spec: dict[str, Any]) -> None:
    """Until killed: batch after batch, and after each the number of the last round that was acknowledged."""
    with open_trial(spec) as bus, open(spec["acks"], "ab", buffering=0) as acks:
        _publish(bus, spec, acks.write)


def _publish(bus: Bus, spec: dict[str, Any], acknowledged: Any) -> None:
    i = 0
    while True:
        bus.publish([given(key, i) for key in spec["keys"]])
        acknowledged(f"{i}\n".encode())
        i += 1


def child(spec: dict[str, Any]) -> int:
    """The forked process's life."""
    try:
        work(spec) if spec.get("rooms") else publish(spec)
    except Fenced:
        return FENCED
    except OutOfStep:
        return OUT_OF_STEP
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def serve() -> None:
    """Fork and reap as asked, until nobody asks any more; then nobody is left behind."""
    logging.getLogger("opencdi.bus.kafka").setLevel(logging.ERROR)  # that a restart has to ask twice is no news
    alive: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if spec := asked.get("start"):
            if not (pid := os.fork()):
                os._exit(child(spec))
            alive.add(pid)
            answer: Any = pid
        else:
            deadline = monotonic() + asked["within_s"]
            while not (done := os.waitpid(asked["wait"], os.WNOHANG))[0] and monotonic() < deadline:
                sleep(0.002)
            answer = os.waitstatus_to_exitcode(done[1]) if done[0] else None
            alive -= {done[0]}
        print(json.dumps(answer), flush=True)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    serve()
