"""The tables of the README that are made from the code: settings, topics, commands, metrics.  `make docs` rewrites them; a test compares.

A block lies between `<!-- settings -->` and `<!-- /settings -->`; the text around it is written by people.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    return "\n".join((_row(*head), "|" + "---|" * len(head), *(_row(*row) for row in rows)))


def settings_table() -> str:
    """Every setting: its variable, default, and what it is for."""
    from opencdi.settings import Settings

    def rows() -> Iterator[tuple[str, ...]]:
        for name, field in Settings.model_fields.items():
            default = (
                "" if field.default in (None, "") else f"`{str(field.default).lower() if field.annotation is bool else field.default}`"
            )
            yield f"`CDI_{name.upper()}`", default, field.description or ""

    return table(("setting", "default", "for"), rows())


def topics_table() -> str:
    """Every topic: who alone writes it, its key, how long it is kept, what it holds; the rooms' dead letters in one line."""
    from opencdi.events.topics import ROOMS, TOPICS, dead_letters

    def rows() -> Iterator[tuple[str, ...]]:
        dead = {dead_letters(room).name for room in ROOMS}
        for topic in TOPICS:
            if topic.name not in dead:
                kept = f"{topic.retention_days} d" if topic.retention_days else "legal record"
                yield f"`{topic.name}`", topic.writer, topic.keyed_by, kept, topic.about
        yield "`cdi.dead.<room>.v1`", "that room", "as the input", "90 d", f"what {', '.join(ROOMS)} could not use: bytes and reason code"
        yield "`cdi-<room>-changelog`", "that room", "state", "compacted", "on Kafka: its states and the position that they reflect"

    return table(("topic", "written by", "key", "kept", "holds"), rows())


def commands_table() -> str:
    """Every command with the first sentence of its help."""
    import typer

    from opencdi.cli.app import app

    def rows(command: Any, path: str) -> Iterator[tuple[str, ...]]:
        for name, sub in sorted(command.commands.items()):
            if hasattr(sub, "commands"):
                yield from rows(sub, f"{path} {name}")
            elif not sub.hidden:
                first = " ".join((sub.help or "").split("\n\n")[0].split())
                yield f"`{path} {name}`", first

    return table(("command", "does"), rows(typer.main.get_command(app), "opencdi"))


def metrics_table() -> str:
    """Every metric with what it counts and its labels."""
    from prometheus_client import CollectorRegistry

    from opencdi.metrics import GatewayMetrics, RoomMetrics

    def rows() -> Iterator[tuple[str, ...]]:
        registry = CollectorRegistry()
        for register in (GatewayMetrics, RoomMetrics):
            register(registry)
        for metric in registry.collect():
            yield f"`{metric.name}`", metric.type, metric.documentation

    return table(("metric", "type", "what"), rows())


BLOCKS = {"settings": settings_table, "topics": topics_table, "commands": commands_table, "metrics": metrics_table}


def rewritten(text: str) -> str:
    """The text with its blocks as the code has them; a block that the text does not have is left out."""
    for name, table in BLOCKS.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if found := block.search(text):
            text = f"{text[: found.end(1)]}{table()}\n{text[found.start(2) :]}"
    return text


def main(files: list[str]) -> None:
    """Rewrite these files in place."""
    for file in files:
        path = Path(file)
        path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
