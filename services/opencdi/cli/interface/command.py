"""`opencdi interface`: print the interface specification, or say that the committed one has drifted."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from opencdi.settings import data_root


def interface(
    check: Annotated[bool, typer.Option("--check", help="print nothing; exit 1 where the committed document has drifted")] = False,
    into: Annotated[Path | None, typer.Option(help="file to print into; default: schemas/interface/README.md of this installation")] = None,
) -> None:
    """Print which segment, field and element becomes which fact, every type and every reason code, with sample messages.

    Example: opencdi interface --check
    """
    from opencdi.cli.interface.document import document

    file, text = into or data_root() / "schemas" / "interface" / "README.md", document()
    if not check:
        file.write_text(text, encoding="utf-8")
    elif not file.is_file() or file.read_text(encoding="utf-8") != text:
        print(f"{file}: changed", file=sys.stderr)
        raise typer.Exit(1)
