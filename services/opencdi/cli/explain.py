"""`opencdi code --explain`: each code with its words, the way to it, what the guidelines did, and what was considered and rejected."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opencdi.coding.candidates import Candidate
    from opencdi.coding.explained import Explanation
    from opencdi.coding.not_coded import NotCoded


def explainer() -> Callable[[object, Iterable["Candidate"], Iterable["NotCoded"]], str]:
    """Tells a note's codes by its id: those of the claim first, then what is documented and not proposed, then what is not coded."""
    from opencdi.cli.codes import index_of_site
    from opencdi.coding.explained import explanation

    index = index_of_site()

    def tell(note_id: object, found: Iterable["Candidate"], not_coded: Iterable["NotCoded"]) -> str:
        proposed_first = sorted(found, key=lambda one: one.status != "proposed")
        lines = [f"# {note_id}", *(line for one in proposed_first for line in told_of(explanation(one, index)))]
        left = [f'  "{one.quote}": {one.why}' for one in not_coded]
        return printable("\n".join([*lines, *(("\nread and not coded:", *left) if left else ())]))

    return tell


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


def procedure_told(one: dict[str, Any]) -> str:
    """One procedure, in lines, as `opencdi code` answers it."""
    counted = "" if one["status"] == "proposed" else f"  [{one['status']}: not on the claim]"
    lines = [f"\n{one['code'] or one['procedure']}  {one['description']}{counted}"]
    lines += [f'  said     "{quote["quote"]}" ({quote["start"]}-{quote["end"]})' for quote in one["evidence"]]
    lines += [f"  because  {reason}" for reason in one["reasons"]]
    lines += [f"  asks     {question}" for question in one["asks"]]
    if one["choices"]:
        lines.append(f"  could be {', '.join(one['choices'])}")
    return printable("\n".join(lines))
