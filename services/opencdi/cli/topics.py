"""`opencdi topics`: the logs of the bus, made and listed."""

import json
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The topics of the bus.")


@app.command()
def apply() -> None:
    """Make the topics that are missing, on the bus of CDI_BUS.  The number of partitions is fixed here.

    Example: CDI_BUS=kafka://localhost:9092 CDI_PARTITIONS=8 opencdi topics apply
    """
    from opencdi.cli.at_bus import bus_at
    from opencdi.events.topics import CHANGELOGS, TOPICS
    from opencdi.settings import Settings

    settings = Settings()
    with bus_at(settings.bus_url, partitions=settings.partitions, replicas=settings.replication, there=False) as bus:
        bus.apply_topics((*TOPICS, *CHANGELOGS))
        print(f"{settings.bus_url}: {len(TOPICS)} topics of {bus.partitions} partitions")


@app.command("list")
def list_topics(as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False) -> None:
    """Each topic: who alone writes it, what its key is, how long it is kept.

    Example: opencdi topics list --json
    """
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Column, Table

    from opencdi.events.topics import CHANGELOGS, TOPICS

    topics = (*TOPICS, *CHANGELOGS)
    if as_json:
        for topic in topics:
            print(json.dumps(asdict(topic)))
        return
    table = Table(Column("topic", no_wrap=True), "writer", "key", "kept", "what")
    for topic in topics:
        kept = "compacted" if topic.compacted else f"{topic.retention_days} d" if topic.retention_days else "legal record"
        table.add_row(topic.name, topic.writer, topic.keyed_by, kept, topic.about)
    Console().print(table)
