"""`opencdi lint-query`: a question to a physician in, the requirements that it does not keep out (DESIGN §6, DOMAIN §C)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from opencdi.cli.jsonl import BadLine, lines_of, object_in, run_filter

_PROVIDER = ("wording", "provider", "query", "provider_query")


def halves(told: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The provider's half and the internal one of a QueryWording, a ProviderQuery, a QueryAlert, or `{"provider", "internal"}`.

    Raises `BadLine` where no question can be found.
    """
    internal = told.get("internal")
    wording: Mapping[str, Any] = {name: value for name, value in told.items() if name != "internal"}
    for _ in range(2):  # {"provider": {"wording": {…}}}
        wording = next((half for name in _PROVIDER if isinstance(half := wording.get(name), Mapping)), wording)
    if not any(name in wording for name in ("question", "indicators", "options", "title")):
        raise BadLine("no question in it: needs title, question, indicators, options")
    return wording, internal if isinstance(internal, Mapping) else told


def linted(line: str) -> dict[str, Any]:
    """The report on one line."""
    from opencdi.knowledge.linter import lint
    from opencdi.knowledge.query_text import query_text

    told = object_in(line)
    wording, internal = halves(told)
    violations = lint(query_text(wording, internal))
    name = next((half[key] for half in (told, wording) for key in ("id", "query_id") if half.get(key) is not None), None)
    return {
        "id": name,
        "compliant": not violations,
        "violations": [{"requirement": one.requirement, "where": one.where, "text": one.text} for one in violations],
    }


def lint_query(files: Annotated[list[Path] | None, typer.Argument(help="JSON Lines; default: standard input")] = None) -> None:
    """Say which requirements of compliant query practice a question to a physician does not keep.

    Example: echo '{"title":"Sepsis clarification","question":"Please document sepsis."}' | opencdi lint-query
    """
    run_filter(lines_of(files), linted)
