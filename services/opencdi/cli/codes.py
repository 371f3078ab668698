"""`opencdi codes`: the Alphabetic Index of a site, loaded once; a condition looked up in it as a coder does; codes checked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from opencdi.knowledge.alphabetic_index import AlphabeticIndex

_MOST_BELOW = 20
codes = typer.Typer(no_args_is_help=True, help="ICD-10-CM: load the NCHS's Alphabetic Index, look a condition up in it, check codes.")


@codes.command()
def load(folder: Annotated[Path, typer.Argument(help="folder with the NCHS's XML files of one year (.xml or .xml.gz)")]) -> None:
    """Load the index and its tables of neoplasms, drugs and external causes into CDI_CODES.

    They are published each year by the NCHS as icd-10-cm-index-YYYY.xml and so on; nothing of them comes with this software.
    Example: opencdi codes load ~/Downloads/icd10cm-table-and-index-2026
    """
    from opencdi.cli.inputs import UNREADABLE, content_of, reason
    from opencdi.cli.progress import watched
    from opencdi.knowledge.alphabetic_index import Part, Row
    from opencdi.knowledge.icd10cm import tabular
    from opencdi.knowledge.index_file import WrongIndex, keep
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


@codes.command()
def check(
    asked: Annotated[list[str], typer.Argument(metavar="CODE...", help="ICD-10-CM codes, with their dot or without")],
    day: Annotated[str | None, typer.Option("--date", help="discharge date whose code set is asked (YYYY-MM-DD); default: today")] = None,
) -> None:
    """Say of each code whether it may be billed on that day; of a stem or a retired code, which may.

    Ends with 1 where one may not.  Example: opencdi codes check N18.3 I42.0 A41.9 --date 2026-11-01
    """
    from opencdi.cli.inputs import day_of
    from opencdi.clinical.codes import undotted
    from opencdi.knowledge.icd10cm import valid_on

    on = day_of(day)
    for code in map(undotted, asked):
        for line in _checked(code, on):
            print(line)
    if not all(valid_on(undotted(code), on) for code in asked):
        raise typer.Exit(1)


def _checked(code: str, on: "date") -> "Iterator[str]":
    from opencdi.clinical.codes import dotted
    from opencdi.knowledge.icd10cm import description_of, releases_of, valid_below, valid_on

    years = releases_of(code)
    if valid_on(code, on):
        yield f"{dotted(code)}: valid on {on.isoformat()}: {description_of(code)}"
        return
    below = valid_below(code, on)
    if years:
        first, last = years[0].first_day, years[-1].last_day
        told = f"from {first.isoformat()}" if on < first else f"from {first.isoformat()} to {last.isoformat()}"
        yield f"{dotted(code)}: not valid on {on.isoformat()}; it {'is' if on < first else 'was'} {told}"
    elif below:
        yield f"{dotted(code)}: a stem, more characters are needed: {description_of(code)}"
    else:
        yield f"{dotted(code)}: no code of ICD-10-CM on {on.isoformat()}"
    yield from (f"  {dotted(one)}  {description_of(one)}" for one in below[:_MOST_BELOW])
    if len(below) > _MOST_BELOW:
        yield f"  and {len(below) - _MOST_BELOW} more"


def index_of_site() -> "AlphabeticIndex | None":
    """The index that this site has loaded, if any; one that cannot be read ends the command."""
    from opencdi.knowledge.index_file import WrongIndex, load_index
    from opencdi.settings import Settings

    try:
        return load_index(Settings().codes_folder)
    except WrongIndex as wrong:
        _stop(str(wrong))


def _stop(said: str) -> NoReturn:
    typer.echo(said, err=True)
    raise typer.Exit(1) from None
