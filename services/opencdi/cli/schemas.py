"""`opencdi schemas`: print the contracts into `schemas/`, or say where the print-out has drifted."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from opencdi.settings import SOFTWARE, data_root


def contract_files() -> dict[str, str]:
    """File name -> text of everything printed: the topics, the vocabularies, AsyncAPI, and the schema of a rule file."""
    from opencdi.events.schemas import printed
    from opencdi.queries.rule import Rule

    release = ".".join(SOFTWARE.split(".")[:2])  # a patch release changes no contract
    return printed(release, {"rule.v1.schema.json": Rule})


def drift(folder: Path, files: dict[str, str]) -> list[str]:
    """What in the folder is not as it would be printed: "name: changed | missing | not printed by anything"."""
    found = [
        f"{name}: {'changed' if (folder / name).is_file() else 'missing'}"
        for name, text in files.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]
    lying = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name not in files) if folder.is_dir() else []
    return found + [f"{name}: not printed by anything" for name in lying if name != "README.md"]


def schemas(
    check: Annotated[bool, typer.Option("--check", help="print nothing; exit 1 where the committed print-out has drifted")] = False,
    into: Annotated[Path | None, typer.Option(help="folder to print into; default: the schemas folder of this installation")] = None,
) -> None:
    """Print JSON Schema 2020-12 of every topic, the closed vocabularies and AsyncAPI 3.0.

    Example: opencdi schemas --check
    """
    folder, files = into or data_root() / "schemas", contract_files()
    if check:
        drifted = drift(folder, files)
        for line in drifted:
            print(f"{folder / line}", file=sys.stderr)
        raise typer.Exit(1 if drifted else 0)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"{len(files)} files in {folder}")
