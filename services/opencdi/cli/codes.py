"""`opencdi codes`: the Alphabetic Index of a site, loaded once, and a condition looked up in it as a coder does."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from opencdi.knowledge.alphabetic_index import AlphabeticIndex

codes = typer.Typer(no_args_is_help=True, help="The Alphabetic Index of ICD-10-CM: load the NCHS's files, look a condition up.")


@codes.command()
def load(folder: Annotated[Path, typer.Argument(help="folder with the NCHS's XML files of one year (.xml or .xml.gz)")]) -> None:
    """Load the index and its tables of neoplasms, drugs and external causes into CDI_CODES.

    They are published each year by the NCHS as icd-10-cm-index-YYYY.xml and so on; nothing of them comes with this software.
    Example: opencdi codes load ~/Downloads/icd10cm-table-and-index-2026
    """
    from opencdi.cli.inputs import UNREADABLE, content_of, reason
    from opencdi.cli.progress import watched
    from opencdi.knowledge.alphabetic_index import Part, Row, WrongIndex, keep
    from opencdi.knowledge.icd10cm import tabular
    from opencdi.knowledge.index_xml import read_xml
    from opencdi.settings import Settings

    files = sorted(path for path in folder.glob("*") if path.name.endswith((".xml", ".xml.gz"))) if folder.is_dir() else []
    told: dict[Part, list[Row]] = {}
    years: set[str] = set()
    try:
        for path in watched(files, "files"):
            part, year, rows = read_xml(path.name, content_of(path))
            if part in told:
                raise WrongIndex(f"{path.name}: the {part} a second time")
            told[part] = rows
            years.add(year)
        if "index" not in told:
            raise WrongIndex(f"{folder}: no index among {len(files)} XML files")
        if len(years) > 1:
            raise WrongIndex(f"{folder}: of several years ({', '.join(sorted(years))})")
    except WrongIndex as wrong:
        _stop(str(wrong))
    except UNREADABLE as error:
        _stop(f"{path.name}: {reason(error)}")
    kept = keep(Settings().codes_folder, f"FY{years.pop()}", told)
    known = tabular()
    named = {code.rstrip("-") for rows in told.values() for row in rows for code in row[3] if code}
    for part, rows in told.items():
        print(f"{part}: {len(rows):,} terms")
    print(f"{len(named):,} codes, of which {sum(code not in known for code in named):,} are not in the {known.edition}")
    print(f"kept in {kept}")


@codes.command()
def find(
    condition: Annotated[str, typer.Argument(help='as it is documented: "acute respiratory failure with hypoxia"')],
    day: Annotated[str | None, typer.Option("--date", help="discharge date whose code set is asked (YYYY-MM-DD); default: today")] = None,
) -> None:
    """Look a condition up: main term, modifiers, see, see also; then the tabular.

    Example: opencdi codes find "pressure ulcer of sacrum stage 3" --date 2026-05-01
    """
    from opencdi.cli.inputs import day_of
    from opencdi.clinical.codes import dotted
    from opencdi.knowledge.alphabetic_index import words_in
    from opencdi.knowledge.icd10cm import description_of, valid_on
    from opencdi.knowledge.index_path import find as find_path
    from opencdi.knowledge.specificity import supported_leaf

    on, index = day_of(day), index_of_site()
    if index is None:
        _stop("no index is loaded: opencdi codes load FOLDER")
    path = find_path(index, condition)
    if path is None:
        _stop("no main term of the index leads to a code")
    for deep, step in enumerate(path.steps):
        print(f"{'  ' * deep}{step}")
    leaf = supported_leaf(path.code, words_in(condition))
    print(f"index ({index.edition}): {dotted(path.code)}")
    if leaf is None:
        print("tabular: too little is documented for a billable code")
    else:
        print(f"tabular: {dotted(leaf)} {description_of(leaf)}{'' if valid_on(leaf, on) else f' (not valid on {on.isoformat()})'}")
    if left := sorted(path.left - words_in(description_of(leaf) if leaf else "")):
        print(f"not said by it: {', '.join(left)}")


def index_of_site() -> "AlphabeticIndex | None":
    """The index that this site has loaded, if any; one that cannot be read ends the command."""
    from opencdi.knowledge.alphabetic_index import WrongIndex, load_index
    from opencdi.settings import Settings

    try:
        return load_index(Settings().codes_folder)
    except WrongIndex as wrong:
        _stop(str(wrong))


def _stop(said: str) -> NoReturn:
    typer.echo(said, err=True)
    raise typer.Exit(1) from None
