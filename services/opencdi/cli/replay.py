"""`opencdi replay`: recorded messages, or another bus's `inbound`, through the line; prints what the audiences would have read."""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from opencdi.cli.at_bus import bus_at, stop
from opencdi.clinical.vocabulary import Outcome

if TYPE_CHECKING:
    from opencdi.bus.bus import Bus, Place
    from opencdi.events.topics import Topic
    from opencdi.knowledge.site import SiteData

DEFAULT_TOPICS = "drg-changes,query-alerts,final"


def replay(
    source: Annotated[
        list[str], typer.Argument(help="files, folders, bulk NDJSON, .gz of them, - (standard input), or one bus URL (its inbound)")
    ],
    into: Annotated[str, typer.Option(help="bus to play into; default: a temporary one")] = "",
    topics: Annotated[str, typer.Option(help="what to print, by comma")] = DEFAULT_TOPICS,
    as_of: Annotated[str, typer.Option(help="stop at this instant, for instance 2026-05-04T12:00Z (UTC where it has no zone)")] = "",
    tenant: Annotated[str, typer.Option(help="tenant of the messages; default: CDI_TENANT; of a bus, only this one's")] = "",
    site: Annotated[Path | None, typer.Option(help="site data (YAML), told to the line first")] = None,
    indicators_only: Annotated[
        bool, typer.Option("--indicators-only", help="no gap, no query: which rules' indicators are met, and when")
    ] = False,
    code_year: Annotated[int | None, typer.Option(help="group under this fiscal year, for recordings with shifted dates")] = None,
) -> None:
    """Play recorded messages through all rooms.

    Example: opencdi replay stay.hl7 --topics drg-changes | jq .value.after.drg
    """
    from opencdi.cli.indicators import indicators_on
    from opencdi.cli.line import check_definitions, line_of, site_data
    from opencdi.cli.memory import settle_memory
    from opencdi.cli.playing import line_on, play
    from opencdi.cli.progress import progress
    from opencdi.cli.replay_source import from_bus, from_files
    from opencdi.cli.weights import load_weights
    from opencdi.events.topics import CHANGELOGS, CODING, INBOUND, OUTCOMES, TOPICS
    from opencdi.settings import Settings

    settings = Settings()
    wanted, until = _topics(topics), instant_of(as_of, "--as-of")
    told = site_data(site)
    check_definitions(site or settings.site_file)
    if code_year is not None:
        told = _in_year(told, code_year)
    recording = (
        from_bus(source, tenant, until)
        if any("://" in one for one in source)
        else from_files(source, tenant or settings.tenant, told, until)
    )
    if site or code_year is not None:
        recording.tell_first(told)
    with tempfile.TemporaryDirectory(prefix="opencdi-replay-") as folder, bus_at(into or f"sqlite:///{folder}/bus.db", there=False) as bus:
        bus.apply_topics((*TOPICS, *CHANGELOGS))
        before = bus.ends([INBOUND, CODING, OUTCOMES, *wanted])
        if into and bus.ends([INBOUND]):
            stop(f"{into}: holds messages already; a replay goes into an empty bus")
        load_weights(settings.codes_folder)
        rooms = line_of(told, settings.tenant_key, settings.codes_folder)
        asking = ("queries", "finalize") if indicators_only else ()
        line = line_on(bus, [make() for name, make in rooms.items() if name not in asking], recording.skips)
        settle_memory()
        with progress("messages", len(recording.messages)) as advance:
            play(bus, line, recording.messages, step=advance)
        line.close()
        for row in indicators_on(bus, told, before) if indicators_only else _ordered(bus, wanted, before):
            print(json.dumps(row))
        counts = Counter(recording.refused)
        counts.update(_outcomes(bus, before))
    total = ", ".join(f"{counts[o]} {o}" for o in get_args(Outcome))
    print(f"{counts.total()} messages: {total}", file=sys.stderr)
    if recording.refused["refused"] or recording.unreadable:
        raise typer.Exit(2)


def instant_of(text: str, option: str) -> datetime | None:
    """The instant of an option, None where it is left out.  Raises: typer.BadParameter."""
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("no instant; write it like 2026-05-04T12:00Z", param_hint=option) from None
    return at.replace(tzinfo=at.tzinfo or UTC) if at else None


def _in_year(site: "SiteData", year: int) -> "SiteData":
    from opencdi.knowledge.code_year import RELEASES

    years = sorted({release.fiscal_year for release in RELEASES})
    if year not in years:
        raise typer.BadParameter(f"no grouper for it; there are {years[0]} to {years[-1]}", param_hint="--code-year")
    return site.model_copy(update={"code_year": year})


def _topics(names: str) -> "list[Topic]":
    from opencdi.events.topics import TOPICS

    known = {topic.name.removeprefix("cdi.").removesuffix(".v1"): topic for topic in TOPICS}
    wanted = [name.strip().removeprefix("cdi.").removesuffix(".v1") for name in names.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in known]:
        raise typer.BadParameter(f"no topic {unknown[0]!r}; there are {', '.join(known)}", param_hint="--topics")
    return [known[name] for name in dict.fromkeys(wanted)]


def _ordered(bus: "Bus", wanted: "Iterable[Topic]", since: "Mapping[Place, int]") -> Iterator[dict[str, Any]]:
    """By causing entry, topic, ordinal: the same for every bus, whatever the partitions."""
    from opencdi.bus.lying import everything
    from opencdi.events.topics import INBOUND

    order: dict[str, int] = {}
    for nth, delivered in enumerate(everything(bus, [INBOUND], since)):
        ce_id = delivered.record.header("ce_id") or ""
        order[ce_id] = nth
        if delivered.record.header("part"):
            order[ce_id.rpartition(".")[0]] = nth  # a transaction speaks when its last part is there
    topics = {topic.name: topic for topic in wanted}
    names = list(topics)
    found = sorted(
        everything(bus, topics.values(), since),
        key=lambda one: (
            one.record.header("ce_time") or "",
            _nth(one.record.header("ce_id") or "", order),
            names.index(one.topic),
            one.record.key or "",
            one.position,
        ),
    )
    for delivered in found:
        value = _value(delivered.record.value.decode("utf-8", "replace"), topics[delivered.topic].content_type)
        yield {"topic": delivered.topic, "key": delivered.record.key, "value": value}


def _value(text: str, content_type: str) -> Any:
    """An object; of the line's entries a list, the envelope first; of raw messages their text."""
    from opencdi.events.topics import JSON, NDJSON

    if content_type == NDJSON:
        return [json.loads(line) for line in text.split("\n")]
    return json.loads(text) if content_type == JSON else text


def _nth(ce_id: str, order: Mapping[str, int]) -> int:
    """Which message caused this: derived ids are the gate's id and ordinals.  -1: a timer did."""
    while ce_id not in order and (shorter := ce_id.rstrip("0123456789")[:-1]):
        ce_id = shorter
    return order.get(ce_id, -1)


def _outcomes(bus: "Bus", since: "Mapping[Place, int]") -> Iterator[str]:
    from opencdi.bus.lying import everything
    from opencdi.events.audiences import MessageEnded
    from opencdi.events.topics import OUTCOMES

    for delivered in everything(bus, [OUTCOMES], since):
        ended = MessageEnded.read(delivered.record.value)
        if ended.message_type != "cdi.inbound.site-data":  # no message: the site that was told first
            yield ended.outcome
