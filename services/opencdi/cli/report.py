"""`opencdi report`: what the practice of asking looks like from a distance (DOMAIN Q-44, Q-57, Q-59).  Nothing here knows money."""

import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from opencdi.cli.at_bus import bus_at, stop

if TYPE_CHECKING:
    from opencdi.events.query_history import Asked

report = typer.Typer(no_args_is_help=True, help="Reports on questions: equal effort, patterns of answers, random audits.")
AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines instead of a table")]


@report.command()
def effort(as_json: AsJson = False) -> None:
    """Validations counted beside questions that may add a diagnosis, each month: produced, dismissed, approved, sent, answered (Q-44).

    Example: opencdi report effort
    """
    from rich.console import Console
    from rich.table import Table

    from opencdi.events.query_effort import COUNTED, efforts

    told = efforts(_asked(), _zone())
    if as_json:
        for one in told:
            print(json.dumps({"month": f"{one.month:%Y-%m}", "aim": one.aim, **one.counts, "produced_by_kind": dict(one.by_gap)}))
        return
    table = Table("month", "aim", *COUNTED.values(), caption="each counted in the month in which it came about")
    for one in told:
        table.add_row(f"{one.month:%Y-%m}", one.aim, *map(str, one.counts.values()))
    Console().print(table)


@report.command()
def answers(as_json: AsJson = False) -> None:
    """Patterns of answers that call for reading the questions again: nearly always agreed, always the first option (Q-59); exit 1 if any.

    Example: opencdi report answers
    """
    from opencdi.events.answer_patterns import ENOUGH, ENOUGH_OF_ONE, NEARLY_ALWAYS, alarms

    asked = _asked()
    found = alarms(asked)
    for one in found:
        if as_json:
            print(json.dumps({"of": one.of, "who": one.who, "pattern": one.pattern, "times": one.times, "answers": one.answers}))
        else:
            print(f"{one.of} {one.who}: {one.pattern.replace('-', ' ')}, {one.times} of {one.answers} answers")
    if found:
        raise typer.Exit(1)
    if not as_json:
        many = sum("answered" in one.reached for one in asked)
        print(
            f"no alarm in {many} answers; looked for over {NEARLY_ALWAYS:.0%} alike from {ENOUGH} answers of a rule or an author, "
            f"and a physician's always first option from {ENOUGH_OF_ONE}"
        )


@report.command()
def audit(
    month: Annotated[str, typer.Argument(help="the month in which they were put to physicians, for instance 2026-05")],
    each: Annotated[int, typer.Option(help="so many of every rule and of every author", min=1)] = 5,
) -> None:
    """Draw questions at random, of every rule and every author, as a sheet (CSV) for auditors: a column for each requirement (Q-57).

    The draw is by the tenant's key: it cannot be foreseen, and is the same when it is made again.

    Example: opencdi report audit 2026-05 > audit.csv
    """
    from opencdi.events.query_audit import TOLD, draw, row
    from opencdi.settings import Settings

    of_month, settings, zone = _month(month), Settings(), _zone()
    drawn = draw(_asked(), of_month, each, settings.tenant_key(settings.tenant), zone)
    sheet = csv.DictWriter(sys.stdout, (*TOLD, *_requirements(), "remark"), restval="")
    sheet.writeheader()
    sheet.writerows(row(one, zone) for one in drawn)


@report.command()
def score(
    sheet: Annotated[Path, typer.Argument(help="the sheet of `report audit`, filled in: yes, no, or nothing")], as_json: AsJson = False
) -> None:
    """The score of a filled-in audit sheet by rule and by author: of the requirements that were judged, those that are kept (Q-57).

    Example: opencdi report score audit.csv
    """
    from rich.console import Console
    from rich.table import Table

    from opencdi.events.query_audit import Unreadable, scores

    try:
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            told = scores(csv.DictReader(file), _requirements())
    except OSError as error:
        stop(f"{sheet}: {error.strerror}")
    except (Unreadable, UnicodeDecodeError, csv.Error) as error:
        stop(f"{sheet}: {error if isinstance(error, Unreadable) else 'not a CSV file in UTF-8'}")
    table = Table("of", "drawn", "read", "judged", "kept", "score")
    for one in told:
        share = one.kept / one.judged if one.judged else None
        if as_json:
            print(json.dumps({"of": one.of, "drawn": one.drawn, "read": one.read, "judged": one.judged, "kept": one.kept, "score": share}))
        table.add_row(one.of, *map(str, (one.drawn, one.read, one.judged, one.kept)), "" if share is None else f"{share:.1%}")
    if not as_json:
        Console().print(table)


def _asked() -> "list[Asked]":
    from opencdi.bus.lying import everything
    from opencdi.events.audiences import QueryAlert
    from opencdi.events.query_history import history
    from opencdi.events.topics import QUERY_ALERTS
    from opencdi.settings import Settings

    with bus_at(Settings().bus_url) as bus:
        return history(QueryAlert.read(delivered.record.value) for delivered in everything(bus, [QUERY_ALERTS]))


def _zone() -> ZoneInfo:
    from opencdi.cli.line import site_data

    return ZoneInfo(site_data(None).timezone)


def _requirements() -> tuple[str, ...]:
    """What an auditor can judge by the question alone: what the gate keeps."""
    from opencdi.knowledge.requirements import requirements

    return tuple(name for name, one in requirements().items() if one.kept_by == "gate")


def _month(told: str) -> date:
    try:
        return date.fromisoformat(f"{told}-01")
    except ValueError:
        raise typer.BadParameter("no month; write it like 2026-05", param_hint="month") from None
