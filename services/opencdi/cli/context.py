"""`opencdi context`: is what stands there affirmed, current, the patient's (DESIGN §6)."""

from pathlib import Path
from typing import Annotated, Any

import typer

from opencdi.cli.jsonl import BadLine, lines_of, object_in, run_filter
from opencdi.cli.read import reader_called


def context(
    files: Annotated[list[Path] | None, typer.Argument(help="JSON Lines files; none or - : standard input")] = None,
    by: Annotated[str, typer.Option("--reader", help="who judges: rules, medspacy, or one that is installed")] = "rules",
) -> None:
    """Judge mentions: one {"id","text","start","end"} a line in, its assertion, temporality, activity and experiencer out.

    Example: echo '{"id":1,"text":"No fever.","start":3,"end":8}' | opencdi context
    """
    reader = reader_called(by)

    def answer(line: str) -> dict[str, Any]:
        told = object_in(line)
        text, start, end = told.get("text"), told.get("start"), told.get("end")
        if not isinstance(text, str) or type(start) is not int or type(end) is not int:
            raise BadLine('needs "text" (a string), "start" and "end" (whole numbers)')
        if not 0 <= start < end <= len(text):
            raise BadLine("the mention is not within the text")
        judged, cue = reader.context_at(text, start, end)
        return {
            "id": told.get("id"),
            "assertion": judged.assertion,
            "temporality": judged.temporality,
            "active": judged.active,
            "certainty": judged.certainty,
            "experiencer": judged.experiencer,
            "resolved": judged.resolved,
            "cue": {"text": text[cue[0] : cue[1]], "start": cue[0], "end": cue[1]} if cue else None,
        }

    run_filter(lines_of(files), answer)
