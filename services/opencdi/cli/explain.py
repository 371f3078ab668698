"""`opencdi code --explain`: each code with its words, the way to it, what the guidelines did, and what was considered and rejected."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opencdi.coding.explained import Explanation
    from opencdi.coding.table import ConceptTable
    from opencdi.events.reading import NoteRead

Explainer = Callable[[dict[str, Any], "NoteRead", frozenset[str]], str]


def explainer(table: "ConceptTable", on: date) -> Explainer:
    """Tells a note's codes: those of the claim first, then what is documented and not proposed.  Exits 1 where the index cannot be read."""
    import typer

    from opencdi.coding.explained import explanation
    from opencdi.coding.state import Stay
    from opencdi.coding.working import Chart, working_codes
    from opencdi.knowledge.alphabetic_index import WrongIndex, load_index
    from opencdi.knowledge.site import SiteData
    from opencdi.settings import Settings

    try:
        index = load_index(Settings().codes_folder)
    except WrongIndex as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None

    def explain(told: dict[str, Any], note: "NoteRead", statements: frozenset[str]) -> str:
        found = working_codes(Chart(Stay(tenant=""), (note,), SiteData()), table, on, statements)
        proposed_first = sorted(found, key=lambda one: one.status != "proposed")
        lines = [f"# {told.get('id')}", *(line for one in proposed_first for line in told_of(explanation(one, index)))]
        return printable("\n".join(lines))

    return explain


def printable(text: str) -> str:
    """A lone surrogate of a broken text must not stop the output."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def told_of(one: "Explanation") -> Iterator[str]:
    """One code, in lines."""
    from opencdi.clinical.codes import dotted
    from opencdi.coding.explained import MOST_CHOICES

    yield f"\n{dotted(one.code)}  {one.description}" + ("" if one.status == "proposed" else f"  [{one.status}: not on the claim]")
    for quote in one.evidence:
        yield f'  said     "{quote.quote}" ({quote.start}-{quote.end})'
    for deep, step in enumerate(one.path):
        yield f"  {'index' if not deep else '':8} {'  ' * deep}{step}"
    for reason in one.reasons:
        yield f"  because  {reason}"
    parts = " + ".join(f"{value:g} {name}" for name, value in one.parts)
    yield f"  firm     {one.confidence:g} = {parts} (uncalibrated)"
    if one.could_say:
        more = f"; and {len(one.could_say) - MOST_CHOICES} more" if len(one.could_say) > MOST_CHOICES else ""
        yield f"  could be {'; '.join(one.could_say[:MOST_CHOICES])}{more}"
