"""`opencdi replay`: recorded messages, or another bus's `inbound`, through the line; prints what the audiences would have read."""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

DEFAULT_TOPICS = "drg-changes,query-alerts,final"


def replay(
    source: Annotated[list[str], typer.Argument(help="files, folders, bulk NDJSON, .gz of them, or one bus URL (its inbound)")],
    into: Annotated[str, typer.Option(help="bus to play into; default: a temporary one")] = "",
    topics: Annotated[str, typer.Option(help="what to print, by comma")] = DEFAULT_TOPICS,
    as_of: Annotated[datetime | None, typer.Option(help="stop at this instant (UTC where it has no zone)")] = None,
    tenant: Annotated[str, typer.Option(help="tenant of the messages")] = "demo",
    site: Annotated[Path | None, typer.Option(help="site data (YAML), told to the line first")] = None,
    indicators_only: Annotated[
        bool, typer.Option("--indicators-only", help="no gap, no query: which rules' indicators are met, and when")
    ] = False,
    code_year: Annotated[int | None, typer.Option(help="group under this fiscal year, for recordings with shifted dates")] = None,
) -> None:
    """Play recorded messages through all rooms.

    Example: opencdi replay stay.hl7 --topics drg-changes | jq .value.after.drg
    """
    from opencdi.bus.bus import open_bus
    from opencdi.cli.line import line_of, site_of
    from opencdi.cli.playing import line_on, play, stored
    from opencdi.events.inbound import Inbound
    from opencdi.knowledge.site import load_site
    from opencdi.settings import Settings

    settings = Settings()
    wanted = _topics(topics)
    told = load_site(site) if site else site_of(settings)
    if code_year:
        told = told.model_copy(update={"code_year": code_year})
    with tempfile.TemporaryDirectory(prefix="opencdi-replay-") as folder, open_bus(into or f"sqlite:///{folder}/bus.db") as bus:
        bus.apply_topics(wanted)
        line = line_on(bus, (make() for make in line_of(told, settings.tenant_key).values()))
        messages: list[Any] = list(_messages(source, tenant, as_of))
        if site or code_year:
            first = (
                messages[0].received_at if messages and isinstance(messages[0], Inbound) else datetime.fromisoformat("1970-01-01T00:00:00Z")
            )
            body = told.model_dump_json().encode()
            messages.insert(0, Inbound("site-data", "cdi.inbound.site-data", tenant, "replay", first, body, "application/json"))
        outgoing = [message if not isinstance(message, Inbound) else stored(message) for message in messages]
        with _progress(len(outgoing)) as advance:
            play(bus, line, outgoing, step=advance)
        for row in _ordered(bus, wanted):
            print(json.dumps(row, ensure_ascii=False))
        _count(bus)


def _topics(names: str) -> list[Any]:
    from opencdi.events.topics import TOPICS

    known = {topic.name.removeprefix("cdi.").removesuffix(".v1"): topic for topic in TOPICS}
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in known]:
        raise typer.BadParameter(f"no topic {unknown[0]!r}; there are {', '.join(known)}")
    return [known[name] for name in wanted]


def _messages(sources: list[str], tenant: str, as_of: datetime | None) -> Iterator[Any]:
    from datetime import UTC

    from opencdi.cli.playing import inbound_of
    from opencdi.cli.recordings import recordings

    until = as_of.replace(tzinfo=as_of.tzinfo or UTC) if as_of else None
    if any("://" in source for source in sources):
        yield from (message for source in sources for message in _inbound_on(source, until))
        return
    if missing := [source for source in sources if not Path(source).exists()]:
        raise typer.BadParameter(f"{missing[0]}: no such file or folder")
    for message in inbound_of(recordings(Path(source) for source in sources), tenant):
        if until is None or message.received_at <= until:
            yield message


def _inbound_on(url: str, until: datetime | None) -> Iterator[Any]:
    """The `inbound` of another bus as it lies there; what made a room stop is told first (DESIGN §2)."""
    from opencdi.bus.bus import open_bus
    from opencdi.bus.room import Key, Outgoing
    from opencdi.events.inbound import read_inbound
    from opencdi.events.topics import INBOUND

    with open_bus(url) as bus:
        reader, found = bus.reader([INBOUND], {}), []
        while batch := reader.poll(timeout_s=2.0):
            found += [delivered.record for delivered in batch]
        reader.close()
    for record in found:
        message = read_inbound(record.value, record.headers)
        if until is None or message.received_at <= until:
            yield Outgoing(INBOUND, Key(message.tenant), record.value, record.headers)


def _progress(total: int) -> Any:
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import Progress

    @contextmanager
    def shown() -> Iterator[Any]:
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("messages", total=total)
            yield lambda n: progress.advance(task, n)

    return shown()


def _ordered(bus: Any, wanted: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """By causing entry, topic, ordinal: the same for every bus, whatever the partitions."""
    from opencdi.events.topics import INBOUND

    order = {record.header("ce_id"): nth for nth, (_, record) in enumerate(_all(bus, [INBOUND]))}
    names = [topic.name for topic in wanted]

    def place(told: tuple[int, Any]) -> tuple[str, int, int, str, int]:
        position, record = told
        return (
            record.header("ce_time") or "",
            _nth(record.header("ce_id") or "", order),
            names.index(record.topic),
            record.key or "",
            position,
        )

    for _, record in sorted(_all(bus, list(wanted)), key=place):
        text = record.value.decode("utf-8", "replace")
        value = json.loads(text) if "\n" not in text else [json.loads(line) for line in text.splitlines()]
        yield {"topic": record.topic, "key": record.key, "value": value}


def _nth(ce_id: str, order: dict[str | None, int]) -> int:
    """Which message caused this: derived ids are the gate's id and ordinals after dots.  -1: a timer did."""
    while ce_id not in order and "." in ce_id:
        ce_id = ce_id.rpartition(".")[0]
    return order.get(ce_id, -1)


def _all(bus: Any, topics: list[Any]) -> list[tuple[int, Any]]:
    reader = bus.reader(topics, {})
    found: list[tuple[int, Any]] = []
    while batch := reader.poll(timeout_s=0.2 if found else 2.0):
        found += [(delivered.position, delivered.record) for delivered in batch]
    reader.close()
    return found


def _count(bus: Any) -> None:
    """The five outcomes; they add up to the messages."""
    from opencdi.events.audiences import MessageEnded
    from opencdi.events.topics import OUTCOMES

    counts = Counter(MessageEnded.read(record.value).outcome for _, record in _all(bus, [OUTCOMES]))
    told = ", ".join(f"{counts.get(o, 0)} {o}" for o in ("entries", "kept_with_patient", "no_effect", "dead_letter", "refused"))
    print(f"{sum(counts.values())} messages: {told}", file=sys.stderr)
