"""`opencdi read`: what a note says (DESIGN §6)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from opencdi.cli.jsonl import BadLine, lines_of, object_in, run_filter

_LINES = (".jsonl", ".ndjson")


def read(
    files: Annotated[list[Path] | None, typer.Argument(help="text files, or JSON Lines (.jsonl, .ndjson, standard input)")] = None,
) -> None:
    """Read notes: sections, findings with their context, values.  A text file's id is its path.

    Example: opencdi read note.txt   or   echo '{"id":1,"text":"AKI, resolved."}' | opencdi read
    """
    from opencdi.clinical.vocabulary import AuthorRole, NoteType
    from opencdi.nlp.reader import load_reader
    from opencdi.settings import rules_dir

    reader = load_reader(rules_dir() / "nlp")

    def answer(line: str) -> dict[str, Any]:
        told = object_in(line)
        text, note_type = told.get("text"), told.get("type", "other")
        if not isinstance(text, str):
            raise BadLine('needs "text" (a string)')
        if note_type not in get_args(NoteType):
            raise BadLine('"type" is no type of note')
        if told.get("author_role", "unknown") not in get_args(AuthorRole):
            raise BadLine('"author_role" is no role of an author')
        reading = reader.read(text, note_type)
        return {
            "id": told.get("id"),
            "sections": [section.model_dump() for section in reading.sections],
            "findings": [finding.model_dump(exclude={"copied"}) for finding in reading.findings],
            "values": [value.model_dump() for value in reading.values],
        }

    run_filter(note_lines(files), answer)


def note_lines(files: list[Path] | None) -> Iterator[tuple[str, str]]:
    """(where, JSON line) of each note: a text file is one note whose id is its path."""
    for file in files or [Path("-")]:
        if str(file) == "-" or file.suffix in _LINES:
            yield from lines_of([file])
        elif file.is_file():
            yield str(file), json.dumps({"id": str(file), "text": file.read_bytes().decode("utf-8", "replace")})
        else:
            yield f"{file} (no such file)", "null"  # answered as a bad line, so that the other files still come out
