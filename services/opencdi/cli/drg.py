"""`opencdi drg`: the working DRG through time, what moved it, and what each difference is answerable for.  Internal: it shows money."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from opencdi.cli.at_bus import bus_at, stop

if TYPE_CHECKING:
    from opencdi.bus.bus import Bus
    from opencdi.events.audiences import DrgChanged, FinalCodeSet
    from opencdi.events.pages import CodingPage, WorkingCode, WorkingDrg, WorkingProcedure
    from opencdi.knowledge.attribution import Mover

MOST_DAYS = 10
"""Columns of the table by day: the last ones."""


def drg(
    encounter: Annotated[str | None, typer.Argument(help="encounter id; default: all stays, by day")] = None,
    at: Annotated[str, typer.Option(help="as it stood at this instant, for instance 2026-05-06T12:00Z (UTC where it has no zone)")] = "",
    why: Annotated[bool, typer.Option("--why", help="share the change of weight since the first DRG among what differs")] = False,
) -> None:
    """The working DRG of each stay by day; of one stay, its history: baseline, working and final, with the cause of each change.

    Example: opencdi drg 5f0c2a --at 2026-05-06T12:00Z
    """
    from opencdi.cli.line import site_data
    from opencdi.cli.replay import instant_of
    from opencdi.cli.weights import load_weights
    from opencdi.settings import Settings

    settings, until = Settings(), instant_of(at, "--at")
    with bus_at(settings.bus_url) as bus:
        told = _changes(bus)
        if encounter is None:
            _print_by_day(told, ZoneInfo(site_data(None).timezone), until)
            return
        if encounter not in told:
            stop(f"{encounter}: no DRG was ever told of this encounter")
        _print_history(told[encounter], _final(bus, encounter), until)
        if why:
            load_weights(settings.codes_folder)
            pages = list(_pages(bus, encounter, until))
            _print_shares(pages)
            _print_transfer(pages[-1] if pages else None)


def _changes(bus: "Bus") -> "dict[str, list[DrgChanged]]":
    from opencdi.bus.lying import everything
    from opencdi.events.audiences import DrgChanged
    from opencdi.events.drg_history import in_order
    from opencdi.events.topics import DRG_CHANGES

    told: dict[str, list[DrgChanged]] = {}
    for delivered in everything(bus, [DRG_CHANGES]):
        change = DrgChanged.read(delivered.record.value)
        told.setdefault(change.encounter_id, []).append(change)
    return {encounter: in_order(changes) for encounter, changes in told.items()}


def _final(bus: "Bus", encounter: str) -> "FinalCodeSet | None":
    from opencdi.bus.lying import everything
    from opencdi.events.audiences import FinalCodeSet
    from opencdi.events.topics import FINAL

    sets = (FinalCodeSet.read(delivered.record.value) for delivered in everything(bus, [FINAL]) if delivered.record.key == encounter)
    return max(sets, key=lambda final: final.nth, default=None)


def _pages(bus: "Bus", encounter: str, until: datetime | None) -> "Iterator[CodingPage]":
    """What coding said of the stay, with a DRG, in the order of the line."""
    from opencdi.bus.lying import everything
    from opencdi.events.entry import read_entry
    from opencdi.events.pages import CodingPage
    from opencdi.events.topics import CODING

    for delivered in everything(bus, [CODING]):
        if delivered.record.key == encounter:
            entry = read_entry(delivered.record.value)
            page = entry.page(CodingPage) if entry.has("coding") else None
            if page and page.drg and page.claim and (until is None or entry.envelope.received_at <= until):
                yield page


def _words(told: "WorkingDrg | None") -> str:
    if told is None:
        return "none"
    weight = f"weight {told.weight:.4f}" if told.weight is not None else "no weight loaded"
    return f"{told.drg} {told.title} ({weight})"


def _print_by_day(told: "dict[str, list[DrgChanged]]", zone: ZoneInfo, until: datetime | None) -> None:
    from rich.console import Console
    from rich.table import Table

    from opencdi.events.drg_history import by_day

    if not told:
        print("no DRG yet")
        return
    last = (until or max(change.at for changes in told.values() for change in changes)).astimezone(zone).date()
    rows = {
        encounter: {
            day: drg.drg if drg else "none" for day, drg in by_day((one for one in changes if until is None or one.at <= until), zone, last)
        }
        for encounter, changes in told.items()
    }
    days = sorted({day for row in rows.values() for day in row})[-MOST_DAYS:]
    table = Table("stay", *(f"{day:%d %b}" for day in days))
    for encounter, row in sorted(rows.items(), key=lambda one: (min(one[1], default=last), one[0])):
        table.add_row(encounter, *(row.get(day, "") for day in days))
    Console().print(table)


def _print_history(changes: "Iterable[DrgChanged]", final: "FinalCodeSet | None", until: datetime | None) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    from opencdi.clinical.confidentiality import HIDDEN, is_restricted
    from opencdi.events.drg_history import change_at

    known = [change for change in changes if until is None or change.at <= until]
    if not known:
        print("no DRG yet at that instant")
        return
    now = change_at(known, known[-1].at)
    table = Table(
        "no.", "since", "DRG", Column("weight", justify="right"), Column("change", justify="right"), Column("cause", overflow="fold")
    )
    for change in known:
        weight = f"{change.after.weight:.4f}" if change.after and change.after.weight is not None else ""
        delta = f"{change.weight_delta:+.4f}" if change.weight_delta is not None else ""
        cause = HIDDEN if is_restricted(change.cause.confidentiality) else change.cause.words
        since = change.at.astimezone(UTC).isoformat(" ", "minutes").replace("+00:00", " UTC")
        table.add_row(str(change.nth), since, change.after.drg if change.after else "none", weight, delta, cause)
    Console().print(table)
    print(f"baseline: {_words(next((change.after for change in known if change.after), None))}")
    print(f"working:  {_words(now.after if now else None)}")
    if until is None and final is not None:
        print(f"final:    {_words(final.drg)}, {final.status}")


def _print_shares(pages: "list[CodingPage]") -> None:
    from opencdi.knowledge.attribution import attribute
    from opencdi.queries.effect import grouper_claim

    first, last = (grouper_claim(pages[nth].claim) if pages else None for nth in (0, -1))
    documented = [code.code for page in pages for code in page.codes]
    told = attribute(first, last, documented) if first and last else None
    if told is None:
        print("no shares: no weight loaded for one of the two DRGs")
        return
    how = "by each one's mean effect over all orders" if told.method == "shapley" else "in the order of documentation"
    print(f"{told.drg_before} -> {told.drg_after}: {told.ten_thousandths / 10_000:+.4f}, shared {how}")
    for share in sorted(told.shares, key=lambda one: -abs(one.ten_thousandths)):
        print(f"  {share.ten_thousandths / 10_000:+.4f}  {_named(share.mover, pages)}")


def _print_transfer(page: "CodingPage | None") -> None:
    """What the transfer policy makes of the stay, once the patient has left."""
    if page and page.drg and (told := page.drg.transfer):
        print(f"{told.rule} after {told.days} days: weight {told.weight:.4f}, {told.fraction:.4f} of the whole ({told.source})")


def _named(mover: "Mover", pages: "list[CodingPage]") -> str:
    from opencdi.clinical.codes import written
    from opencdi.clinical.confidentiality import HIDDEN, is_restricted

    if not mover.code:
        return mover.kind
    every: list[WorkingCode | WorkingProcedure] = [one for page in pages for one in page.codes]
    every += [one for page in pages for one in page.procedures]
    told = [one for one in every if one.code == mover.code]
    if told and told[-1].evidence and all(is_restricted(quote.confidentiality) for quote in told[-1].evidence):
        return f"{mover.kind}: {HIDDEN}"
    return f"{mover.kind} {written(mover.code)}{f' {told[-1].description}' if told else ''}"
