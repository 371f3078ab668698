"""`opencdi dead`: what could not be used, why, and back to the front door with it once the cause is mended."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from opencdi.bus.bus import Bus
    from opencdi.bus.room import Record

app = typer.Typer(no_args_is_help=True, help="Dead letters.")
EntryId = Annotated[str, typer.Argument(help="entry id, from `opencdi dead list`")]


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter.  `entry_id` is the ce_id under which it was refused; several rooms may have one each."""

    room: str
    entry_id: str
    reason: str
    where: str
    received_at: str
    record: "Record"


@app.command("list")
def list_letters(
    room: Annotated[str | None, typer.Option(help="only of this room")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """Entry ids, reasons and sizes; never the contents.

    Example: opencdi dead list --room intake
    """
    from rich.console import Console
    from rich.table import Table

    table = Table("entry", "room", "reason", "where", "received", "bytes")
    with _bus() as bus:
        for letter in letters(bus, room):
            size = letter.record.header("size") or str(len(letter.record.value))
            if as_json:
                told = {"entry_id": letter.entry_id, "room": letter.room, "reason": letter.reason, "where": letter.where}
                print(json.dumps(told | {"received_at": letter.received_at, "bytes": int(size)}))
            else:
                table.add_row(letter.entry_id, letter.room, letter.reason, letter.where, letter.received_at, size)
    if not as_json:
        Console().print(table)


@app.command()
def show(
    entry: EntryId,
    reveal: Annotated[bool, typer.Option("--reveal", help="print the bytes, which hold a patient's record")] = False,
) -> None:
    """One dead letter: its headers; its bytes only with --reveal.

    Example: opencdi dead show k3f9a-17 --reveal > letter.hl7
    """
    with _bus() as bus:
        letter = _one(bus, entry)
    if reveal:
        sys.stdout.buffer.write(letter.record.value)
        return
    for name, value in letter.record.headers:
        print(f"{name}: {value.decode('utf-8', 'replace')}")
    print(f"{len(letter.record.value)} bytes; --reveal prints them: they hold a patient's record")


@app.command()
def replay(
    entries: Annotated[list[str] | None, typer.Argument(help="entry ids; default: those chosen by the options")] = None,
    room: Annotated[str | None, typer.Option(help="all of this room")] = None,
    reason: Annotated[str | None, typer.Option(help="all of this reason")] = None,
) -> None:
    """Put the bytes back on `inbound`, as a second try of the same message.

    Works for letters of the front door and of intake, which hold the message itself; what a room further down the line could not
    step comes back by replaying the message that it came from.

    Example: opencdi dead replay --reason UNSUPPORTED_PROCESSING_ID
    """
    from opencdi.bus.bus import BusDown
    from opencdi.gateway.again import Incomplete, send_again

    if not entries and room is None and reason is None:
        typer.echo("name entries, or --room, or --reason", err=True)
        raise typer.Exit(2)
    bad = False
    with _bus() as bus:
        wanted = [
            letter
            for letter in letters(bus, room)
            if (not entries or letter.entry_id in entries) and (reason is None or letter.reason == reason)
        ]
        for missing in set(entries or ()) - {letter.entry_id for letter in wanted}:
            typer.echo(f"{missing}: no such dead letter", err=True)
            bad = True
        for letter in wanted:
            try:
                print(f"{letter.entry_id} -> {send_again(bus, letter.record)}")
            except Incomplete as why:
                typer.echo(f"{letter.entry_id}: {why}", err=True)
                bad = True
            except BusDown as down:
                typer.echo(f"{letter.entry_id}: bus down ({down})", err=True)
                raise typer.Exit(1) from None
    if bad:
        raise typer.Exit(2)


def letters(bus: "Bus", room: str | None = None) -> Iterator[Letter]:
    """The dead letters of a room, or of all."""
    from opencdi.events.topics import ROOMS, dead_letters

    topics = [dead_letters(name) for name in ([room] if room else ROOMS)]
    left = sum(bus.ends(topics).values())
    reader = bus.reader(topics, {})
    try:
        while left > 0 and (batch := reader.poll(timeout_s=2.0)):
            left -= len(batch)
            for delivered in batch:
                record = delivered.record
                entry_id, reason, where, at = (record.header(name) or "" for name in ("ce_id", "reason", "where", "ce_time"))
                yield Letter(record.header("room") or "", entry_id, reason, where, at, record)
    finally:
        reader.close()


def _one(bus: "Bus", entry: str) -> Letter:
    for letter in letters(bus):
        if letter.entry_id == entry:
            return letter
    typer.echo(f"{entry}: no such dead letter", err=True)
    raise typer.Exit(2)


def _bus() -> "Bus":
    from opencdi.bus.bus import open_bus
    from opencdi.settings import Settings

    return open_bus(Settings().bus_url)
