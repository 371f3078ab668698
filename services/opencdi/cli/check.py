"""`opencdi check`: what the gateway would answer to these messages and what intake would make of them (DESIGN §6).

The gate's and the room's own code, on memory that is thrown away; each file's messages are stepped in their order and by the clock of
`opencdi replay`, so that a result finds the visit that an earlier message opened.  Of several files, and of FHIR in bulk, `replay` plays
all in the order of their own times: what waits here for a message of a later file may find it there.

Patient data never leave it: reason codes and field names only.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from opencdi.cli.inputs import STANDARD_INPUT, UNREADABLE, files_in, name_of, reason
from opencdi.clinical.vocabulary import Outcome

if TYPE_CHECKING:
    from opencdi.bus.room import Record, Room
    from opencdi.cli.playing import Arrivals
    from opencdi.cli.recordings import Recorded
    from opencdi.events.audiences import MessageEnded, Unmapped


def check(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            help="HL7 files (one or many messages, framed or not, .gz), FHIR JSON or NDJSON, folders; none or - : standard input"
        ),
    ] = None,
    site: Annotated[Path | None, typer.Option(help="site data (YAML); default: the site that is set")] = None,
) -> None:
    """Check messages without a hospital: how each would be acknowledged, what would become of it, and what is wrong with it.

    Example: opencdi check adt.hl7 results/ bundle.json.gz
    """
    from opencdi.cli.line import site_data
    from opencdi.cli.playing import Arrivals
    from opencdi.cli.progress import watched
    from opencdi.cli.recordings import recorded_in
    from opencdi.cli.summary import Summary
    from opencdi.intake.room import intake_room
    from opencdi.intake.time import zone_named

    tables = site_data(site)
    checker = Checker(intake_room(lambda _tenant: b"a throw-away key of check", tables))
    counts: Counter[str] = Counter()
    summary = Summary()
    bad = False
    for file in files_in(sources or [STANDARD_INPUT]):
        try:
            found = list(recorded_in(file, zone_named(tables.timezone)))
        except UNREADABLE as error:
            found, bad = [], True
            print(f"{name_of(file)}: {reason(error)}", file=sys.stderr)
        else:
            if not found:
                bad = True
                print(f"{name_of(file)}: no message in it", file=sys.stderr)
        arrivals = Arrivals(found)
        for recorded in watched(found, "messages", beside_lines=True):
            for line, unmapped in checker.lines(recorded, arrivals):
                counts[line["outcome"]] += 1
                summary.add(feed_of(recorded), line, unmapped)
                print(json.dumps(line))
                if line["outcome"] == "refused":
                    bad = True
                    (problem,) = line["problems"]
                    print(f"{recorded.where}: {line['ack']} {problem['code']} {problem['where']}".rstrip(), file=sys.stderr)
    summary.print()
    print(", ".join(f"{outcome}: {counts[outcome]}" for outcome in get_args(Outcome)), file=sys.stderr)
    if bad:
        raise typer.Exit(2)


def feed_of(recorded: "Recorded") -> str:
    """By whom it says that it was sent: MSH-3 and MSH-4, or FHIR's meta.source."""
    from opencdi.events.hl7_structure import header_of

    if recorded.kind == "fhir":
        return f"FHIR {recorded.source}"
    header = header_of(recorded.body)
    return " / ".join(filter(None, (header.first(3), header.first(4)))) if header else "(not a message)"


class Checker:
    """The gate and intake, remembering from message to message as they would."""

    def __init__(self, room: "Room") -> None:
        """`room` is intake."""
        from opencdi.bus.room import Overlay

        self.room, self.states = room, Overlay({})
        self.nth = 0

    def lines(self, recorded: "Recorded", arrivals: "Arrivals") -> Iterator[tuple[dict[str, Any], "tuple[Unmapped, ...]"]]:
        """One line a message, with the codes that no table knows; each entry of a FHIR batch is a message of its own."""
        from opencdi.bus.room import Record
        from opencdi.cli.gate import Refused, at_the_gate, refused_entries
        from opencdi.cli.playing import records_of
        from opencdi.events.hl7_structure import header_of

        control_id, kind = "", recorded.resource
        if recorded.kind == "hl7v2":
            header = header_of(recorded.body)
            control_id, kind = (header.control_id, header.message_type) if header else ("", "")
        else:
            control_id = recorded.resource_id
        self.nth += 1
        taken = at_the_gate(recorded)
        if isinstance(taken, Refused):
            yield _line(control_id, kind, taken.ack, "refused", 0, [(taken.reason, taken.where)]), ()
            return
        for entry in refused_entries(taken):
            yield _line(control_id, kind, entry.ack, "refused", 0, [(entry.reason, entry.where)]), ()
        for inbound, told_type in zip(
            records_of(recorded, taken, f"check-{self.nth}", "check", "check", arrivals.of(recorded)), taken.types, strict=True
        ):
            ended = self._ended(Record(self.room.reads.name, "check", inbound.body, inbound.headers()))
            if ended is None:
                continue  # a part of a transaction, which ends with its last one
            problems = [(problem.code, problem.where) for problem in ended.problems]
            kind = told_type if taken.kind == "batch" else kind
            line = _line(control_id, kind or ended.message_type, "AA", ended.outcome, ended.entries, problems, ended.reason)
            yield line, ended.unmapped

    def _ended(self, record: "Record") -> "MessageEnded | None":
        from opencdi.bus.stepping import Stepper
        from opencdi.events.audiences import MessageEnded
        from opencdi.events.topics import OUTCOMES

        said = (out.value for out in Stepper(self.room).step(self.states, record) if out.topic == OUTCOMES)
        value = next(said, None)
        return MessageEnded.read(value) if value is not None else None


def _line(
    control_id: str, kind: str, ack: str, outcome: str, entries: int, problems: list[tuple[str, str]], why: str | None = None
) -> dict[str, Any]:
    from opencdi.events.reasons import meaning_of

    told = [{"code": code, "where": where, "text": meaning_of(code)} for code, where in problems]
    return {
        "control_id": control_id, "type": kind, "ack": ack, "outcome": outcome, "entries": entries, "problems": told,
        **({"reason": why} if why else {}),
    }  # fmt: skip
