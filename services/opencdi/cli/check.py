"""`opencdi check`: what the gateway would answer to these messages and what intake would make of them (DESIGN §6).

The room's own code, on memory that is thrown away; each file's messages are stepped in their order, so that a result finds the
visit that an earlier message opened.  Patient data never leave it: reason codes and field names only.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from opencdi.bus.room import Record, Room, State
    from opencdi.cli.recordings import Recorded

_OUTCOMES = ("entries", "kept_with_patient", "no_effect", "dead_letter", "refused")


def check(
    sources: Annotated[
        list[Path], typer.Argument(help="HL7 files (one or many messages, framed or not, .gz), FHIR JSON or NDJSON, folders")
    ],
    site: Annotated[Path | None, typer.Option(help="site data (YAML); default: the site that is set")] = None,
) -> None:
    """Check messages without a hospital.  Example: opencdi check adt.hl7 results/ bundle.json.gz."""
    from opencdi.cli.recordings import content_of, files_in, recorded_in
    from opencdi.intake.room import intake_room
    from opencdi.knowledge.site import load_site
    from opencdi.settings import Settings, rules_dir

    tables = load_site(site or Settings().site or rules_dir() / "sites" / "default.yaml")
    room = intake_room(lambda _tenant: b"a throw-away key of check", tables)
    states: dict[str, State] = {}
    counts: Counter[str] = Counter()
    bad = False
    nth = 0
    for file in files_in(sources):
        try:
            found = list(recorded_in(file))
            if not found and not content_of(file).strip():
                raise ValueError("empty file")
        except (OSError, EOFError, ValueError) as error:
            bad = True
            print(f"{file}: {error.strerror if isinstance(error, OSError) and error.strerror else error}", file=sys.stderr)
            continue
        for recorded in found:
            nth += 1
            answer = answered(room, states, recorded, nth)
            counts[answer["outcome"]] += 1
            bad |= answer["outcome"] == "refused"
            print(json.dumps(answer, ensure_ascii=False))
    print(", ".join(f"{outcome}: {counts[outcome]}" for outcome in _OUTCOMES), file=sys.stderr)
    if bad:
        raise typer.Exit(2)


def answered(room: "Room", states: "dict[str, State]", recorded: "Recorded", nth: int) -> dict[str, Any]:
    """The line for one message: the acknowledgement as the gateway would give it, and how intake ended it."""
    from datetime import UTC, datetime

    from opencdi.bus.room import Record
    from opencdi.events.hl7_structure import header_of, structural_refusal
    from opencdi.events.inbound import Inbound, InboundType

    control_id, kind = "", ""
    if recorded.kind == "hl7v2":
        header = header_of(recorded.body)
        control_id, kind = (header.control_id, header.message_type) if header else ("", "")
        if (refusal := structural_refusal(recorded.body)) is not None:
            ack, reason, where = refusal
            return _line(control_id, kind, ack, "refused", 0, [(reason, where)])
    elif (no_resource := _not_fhir(recorded.body)) is not None:
        return _line(control_id, kind, "AR", "refused", 0, [no_resource])
    else:
        control_id = str(json.loads(recorded.body).get("id", ""))
    # A message without a time of its own is taken as of the end of days: nothing in it may count as lying in the future.
    at = recorded.at or datetime(9998, 1, 1, tzinfo=UTC)
    what: InboundType = "cdi.inbound.hl7v2" if recorded.kind == "hl7v2" else "cdi.inbound.fhir"
    inbound = Inbound(f"check-{nth}", what, "check", "check", at, recorded.body, part=recorded.part)
    told = _ended(room, states, Record(room.reads.name, "check", recorded.body, inbound.headers()))
    problems = [(problem.code, problem.where) for problem in told.problems]
    return _line(control_id, kind or told.message_type, "AA", told.outcome, told.entries, problems, told.reason)


def _line(
    control_id: str, kind: str, ack: str, outcome: str, entries: int, problems: list[tuple[str, str]], reason: str | None = None
) -> dict[str, Any]:
    told = [{"code": code, "where": where, "text": _text(code)} for code, where in problems]
    return {
        "control_id": control_id, "type": kind, "ack": ack, "outcome": outcome, "entries": entries, "problems": told,
        **({"reason": reason} if reason else {}),
    }  # fmt: skip


def _text(code: str) -> str:
    return code.replace("_", " ").lower()


def _not_fhir(body: bytes) -> tuple[str, str] | None:
    try:
        value = json.loads(body)
    except ValueError:
        return ("NOT_JSON", "")
    return None if isinstance(value, dict) and ("resourceType" in value or "resource" in value) else ("NOT_A_RESOURCE", "resourceType")


def _ended(room: "Room", states: "dict[str, State]", record: "Record") -> Any:
    from opencdi.bus.stepping import Stepper
    from opencdi.events.audiences import MessageEnded
    from opencdi.events.topics import OUTCOMES

    outcomes: Iterator[bytes] = (said.value for said in Stepper(room).step(states, record) if said.topic == OUTCOMES)
    return MessageEnded.read(next(outcomes))
