"""The drop folder: a file renamed into it is taken in once, then moved to `done/` or `refused/` with its answers beside it.

The sender writes under a name that begins with a dot and renames: what lies here under another name is whole.  A file is first moved to
`.taking/`, so that another of its name cannot be put away in its stead, and from there only after all its messages are durable, so that
`kill -9` loses none; what is read again for that is a duplicate (DOMAIN F.3).  Names of files may name patients: they are never logged.
"""

import asyncio
import json
import logging
import os
from collections.abc import Iterator
from errno import EEXIST
from itertools import count, islice
from pathlib import Path

from opencdi.bus.bus import BusDown
from opencdi.gateway.bodies import MAX_BODY_BYTES
from opencdi.gateway.fhir_api import FhirDoors
from opencdi.gateway.files import hl7_messages, is_json, json_bodies
from opencdi.gateway.hl7 import Answer, Hl7Listener
from opencdi.gateway.outcome import issue_of, refused_in
from opencdi.gateway.tokens import Caller

log = logging.getLogger(__name__)
_EVERY_S = 1.0
_Answered = tuple[bool, bytes, str]  # whether all was taken, the answers, the kind of file that they make
_TOGETHER = 100  # messages of one file that are stored in one commit


class DropFolder:
    """One folder, of one tenant and feed."""

    def __init__(self, folder: Path, hl7: Hl7Listener, fhir: FhirDoors) -> None:
        """What is dropped is judged as what comes by the sockets."""
        self.folder, self.hl7, self.fhir = folder, hl7, fhir
        self.caller = Caller(tenant=hl7.tenant, feed=hl7.feed)
        self.files = hl7.gate.metrics.files
        self._answered: dict[Path, _Answered] = {}  # stored, and could not be put away yet: not to be stored again

    async def run(self) -> None:
        """Look once a second until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> None:
        """Take all files that are there, the oldest first.  One that cannot be read or moved waits, and holds up no other."""
        taking = self.folder / ".taking"
        for file in (*await asyncio.to_thread(_files, taking), *await asyncio.to_thread(_files, self.folder)):
            try:
                if file.parent != taking:
                    file = await asyncio.to_thread(_claim, file, taking)
                await self._take(file)
            except BusDown:
                return  # every file stays: nothing was promised
            except OSError as error:
                self.files.labels("waiting").inc()
                log.warning("a file of the drop folder waits: %s", error.strerror)

    async def _take(self, file: Path) -> None:
        if file not in self._answered:
            self._answered[file] = await self._answers(file)
        good, told, kind = self._answered[file]
        outcome = "done" if good else "refused"
        await asyncio.to_thread(_put_away, file, self.folder / outcome, told, kind)
        del self._answered[file]
        self.files.labels(outcome).inc()

    async def _answers(self, file: Path) -> _Answered:
        content = await asyncio.to_thread(_content, file)
        suffixes = frozenset(suffix.lower() for suffix in file.suffixes)
        if content is None:
            return False, json.dumps(issue_of(413, "too-long", "TOO_LARGE")).encode() + b"\n", ".json"
        if is_json(content, suffixes):
            return *await self._fhir(json_bodies(content, suffixes)), ".json"
        return *await self._hl7(hl7_messages(content)), ".ack"

    async def _hl7(self, messages: Iterator[bytes]) -> tuple[bool, bytes]:
        answers: list[Answer] = []
        while some := list(islice(messages, _TOGETHER)):
            answers += await asyncio.gather(*map(self.hl7.answer, some))
            if any(answer.code == "AE" for answer in answers):
                raise BusDown("while a dropped file was taken")
        return all(answer.code == "AA" for answer in answers), b"".join(ack for answer in answers for ack in answer.acks)

    async def _fhir(self, bodies: Iterator[bytes]) -> tuple[bool, bytes]:
        answers = [await self.fhir.taken(self.caller, body) for body in list(bodies) or [b""]]
        good = all(answer.status_code < 400 and not refused_in(bytes(answer.body)) for answer in answers)
        return good, b"".join(bytes(answer.body) + b"\n" for answer in answers)


def _files(folder: Path) -> list[Path]:
    """Whole files, the oldest first."""
    try:
        with os.scandir(folder) as there:
            whole = [entry for entry in there if entry.name[0] != "." and entry.is_file(follow_symlinks=False)]
        return [Path(entry.path) for entry in sorted(whole, key=lambda entry: (entry.stat().st_mtime_ns, entry.name))]
    except FileNotFoundError:
        return []  # nothing was ever taken, or a file was taken back while we looked
    except OSError as error:  # the folder is away (a network drive)
        log.warning("the drop folder cannot be read: %s", error.strerror)
        return []


def _claim(file: Path, taking: Path) -> Path:
    """From here on it is ours; a file of that name that is ours already must be put away first."""
    taking.mkdir(mode=0o700, exist_ok=True)
    ours = taking / file.name
    if ours.exists():
        raise FileExistsError(EEXIST, "one of its name could not be put away yet")
    return file.replace(ours)


def _content(file: Path) -> bytes | None:
    """The file; None if it is too large to be read."""
    with file.open("rb") as there:
        return None if os.fstat(there.fileno()).st_size > MAX_BODY_BYTES else there.read()


def _put_away(file: Path, folder: Path, answers: bytes, kind: str) -> None:
    """The answers first: a file that has moved has them beside it.  An earlier file of that name keeps its place."""
    folder.mkdir(mode=0o700, exist_ok=True)
    name = next(name for name in _names(file.name) if not (folder / name).exists())
    beside, new = folder / f"{name}.answer{kind}", folder / f".{name}.new"
    new.write_bytes(answers)
    new.replace(beside)
    file.replace(folder / name)


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}.{nth}" for nth in count(2))
