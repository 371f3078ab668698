"""`opencdi dead`: what could not be used, why, and back to the front door with it once the cause is mended."""

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from opencdi.cli.at_bus import bus_at, stop

if TYPE_CHECKING:
    from opencdi.bus.bus import Bus
    from opencdi.bus.letters import Letter
    from opencdi.events.people import Person

app = typer.Typer(no_args_is_help=True, help="Dead letters.")
EntryId = Annotated[str, typer.Argument(help="entry id, from `opencdi dead list`")]


@app.command("list")
def list_letters(
    room: Annotated[str | None, typer.Option(help="only of this room")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """Entry ids, reasons and sizes; never the contents.

    Example: opencdi dead list --room intake
    """
    with _bus() as bus:
        found = list(_letters(bus, room))
    if as_json:
        for letter in found:
            print(json.dumps(letter.summary()))
        return
    if not found:
        print("no dead letters")
        return
    from rich.console import Console
    from rich.table import Column, Table

    table = Table(*(Column(name, overflow="fold") for name in ("entry", "room", "reason", "where", "received")), Column("bytes", "right"))
    for letter in found:
        received = letter.received_at[:16].replace("T", " ")
        table.add_row(letter.entry_id, letter.room, letter.reason, letter.where, received, str(letter.size))
    console = Console()
    console.print(table)
    console.print("why: opencdi dead show ENTRY     once mended: opencdi dead replay ENTRY", highlight=False)


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
    by: Annotated[str | None, typer.Option(help="your staff id, kept with the message; default: the account on this machine")] = None,
) -> None:
    """Put the bytes back on `inbound`, as a second try of the same message.

    For a letter of a room further down the line the message that it came from is tried again, with all parts of its transaction.

    Example: opencdi dead replay --reason UNSUPPORTED_PROCESSING_ID
    """
    from opencdi.gateway.again import Incomplete, send_again

    if not entries and room is None and reason is None:
        stop("name entries, or --room, or --reason")
    person, bad = _person(by), False
    with _bus() as bus:
        wanted = [
            letter
            for letter in _letters(bus, room)
            if (not entries or letter.entry_id in entries) and (reason is None or letter.reason == reason)
        ]
        for missing in set(entries or ()) - {letter.entry_id for letter in wanted}:
            typer.echo(f"{missing}: no such dead letter", err=True)
            bad = True
        for letter in wanted:
            try:
                print(f"{letter.entry_id} -> {send_again(bus, letter.record, person)}")
            except Incomplete as why:
                typer.echo(f"{letter.entry_id}: {why}", err=True)
                bad = True
    if bad:
        raise typer.Exit(2)


def _person(told: str | None) -> "Person":
    from opencdi.events.people import Person

    try:
        return Person(staff_id=told or getpass.getuser())
    except (ImportError, KeyError, OSError):  # an account without a name, as in a container
        stop("say who you are: --by STAFF-ID")


def _letters(bus: "Bus", room: str | None = None) -> "Iterator[Letter]":
    from opencdi.bus.letters import letters
    from opencdi.events.topics import ROOMS

    if room is not None and room not in ROOMS:
        stop(f"no such room: {room}; there are {', '.join(ROOMS)}")
    return letters(bus, room)


def _one(bus: "Bus", entry: str) -> "Letter":
    for letter in _letters(bus):
        if letter.entry_id == entry:
            return letter
    stop(f"{entry}: no such dead letter; `opencdi dead list` tells them")


def _bus() -> "AbstractContextManager[Bus]":
    from opencdi.settings import Settings

    return bus_at(Settings().bus_url)
