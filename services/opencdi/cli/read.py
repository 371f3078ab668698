"""`opencdi read`: what a note says (DESIGN §6)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from opencdi.cli.inputs import STANDARD_INPUT, UNREADABLE, content_of, reason, text_of
from opencdi.cli.jsonl import BadLine, Line, lines_of, object_in, run_filter, word

if TYPE_CHECKING:
    from opencdi.nlp.reading import Reader

_OF_A_STAY = {"copied", "copied_from"}  # told by the other notes of a stay, which are not here
_LINES = (".jsonl", ".ndjson", ".json")


def read(
    files: Annotated[list[Path] | None, typer.Argument(help="text files, or JSON Lines (.jsonl, .ndjson, standard input)")] = None,
    by: Annotated[str, typer.Option("--reader", help="who reads: rules, medspacy, or one that is installed")] = "rules",
) -> None:
    """Read notes: sections, findings with their context, values.  A text file's id is its path.

    Example: opencdi read note.txt   or   echo '{"id":1,"text":"AKI, resolved."}' | opencdi read
    """
    from opencdi.clinical.vocabulary import AuthorRole, NoteType

    reader = reader_called(by)

    def answer(line: str) -> dict[str, Any]:
        told = object_in(line)
        note_type = word(told, "type", get_args(NoteType), "other")
        word(told, "author_role", get_args(AuthorRole), "unknown")
        text = text_in(told)
        reading = reader.read(text, note_type)
        return {
            "id": told.get("id"),
            "sections": [section.model_dump() for section in reading.sections],
            "findings": [finding.model_dump(exclude=_OF_A_STAY) for finding in reading.findings],
            "values": [value.model_dump(exclude=_OF_A_STAY) for value in reading.values],
            "language": reading.language,
            **({"read_to": reading.read_to} if reading.read_to is not None else {}),
        }

    run_filter(note_lines(files), answer)


def reader_called(name: str) -> "Reader":
    """The reader of that name; one clear line where there is none."""
    from opencdi.nlp.readers import NoSuchReader, reader_named
    from opencdi.settings import rules_dir

    try:
        return reader_named(name, rules_dir() / "nlp")
    except NoSuchReader as error:
        raise typer.BadParameter(str(error), param_hint="--reader") from None


def text_in(told: dict[str, Any]) -> str:
    """The note itself; raises `BadLine`."""
    text = told.get("text")
    if not isinstance(text, str):
        raise BadLine('needs "text" (a string)')
    return text


def note_lines(files: list[Path] | None) -> Iterator[Line]:
    """(where, JSON line) of each note: a text file is one note whose id is its path."""
    for file in files or [STANDARD_INPUT]:
        if file == STANDARD_INPUT or file.with_suffix(file.suffix.removesuffix(".gz")).suffix in _LINES:
            yield from lines_of([file])
            continue
        try:
            yield str(file), json.dumps({"id": str(file), "text": text_of(content_of(file))})
        except UNREADABLE as error:
            yield str(file), BadLine(reason(error))
        except ValueError as error:
            yield str(file), BadLine(str(error))
