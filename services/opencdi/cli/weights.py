"""`opencdi weights`: CMS's Table 5 of the years that a site has, loaded once; FY2026 comes with the software."""

from pathlib import Path
from typing import Annotated

import typer

from opencdi.cli.at_bus import stop

weights = typer.Typer(no_args_is_help=True, help="What DRGs weigh: load CMS's Table 5 of another fiscal year.")


@weights.command()
def load(file: Annotated[Path, typer.Argument(help="Table 5 of a final rule as CMS publishes it: tab-separated text")]) -> None:
    """Load a year's weights and lengths of stay into CDI_CODES; a table that is not whole is refused.

    CMS publishes it with each IPPS final rule ("Table 5", a .txt in the .zip).
    Example: opencdi weights load "CMS-1808-F Table 5.txt"
    """
    from opencdi.cli.inputs import UNREADABLE, content_of, reason
    from opencdi.knowledge.weights import WrongTable, keep, read_table
    from opencdi.settings import Settings

    try:
        content = content_of(file)
        year, table = read_table(_text(content))
        kept = keep(Settings().codes_folder, year, table)
    except WrongTable as wrong:
        stop(f"{file}: {wrong}", 1)
    except UNREADABLE as error:
        stop(f"{file}: {reason(error)}", 1)
    print(f"FY{year}: {len(table)} DRGs with a weight, kept in {kept}")


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def load_weights(folder: Path) -> None:
    """The site's tables for this process; one clear line where one is not as it was loaded."""
    from opencdi.knowledge.weights import WrongTable, load_kept

    try:
        load_kept(folder)
    except WrongTable as wrong:
        stop(str(wrong), 1)
