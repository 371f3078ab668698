"""`opencdi rules coverage`: which rules of the catalogue exist, and what holds them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencdi.cli.at_bus import stop
from opencdi.settings import rules_dir

if TYPE_CHECKING:
    from opencdi.queries.coverage import Covered


def coverage(
    folder: Annotated[Path | None, typer.Option("--rules", help="folder of rules; default: those of this installation")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines instead of a table")] = False,
) -> None:
    """Which rules of the catalogue exist, with their definitions and the number of their cases by kind.

    Example: opencdi rules coverage
    """
    from rich.console import Console
    from rich.table import Table

    from opencdi.queries.case_facts import BadCase
    from opencdi.queries.cases import load_cases
    from opencdi.queries.coverage import LETTER, asked, covered, load_catalogue
    from opencdi.queries.lint_cases import KINDS
    from opencdi.queries.rule import BadRule, all_rules

    path = folder or rules_dir() / "queries"
    try:
        catalogue = load_catalogue(path / "catalogue.yaml")
        told = covered(catalogue, all_rules(path), load_cases(path / "cases"))
    except (BadRule, BadCase) as error:
        stop(str(error))
    if as_json:
        for one in told:
            print(json.dumps(_as_json(one)))
        return
    table = Table("id", "asks about", "type", "revision", "definitions", "cases", "by kind", caption=f"by kind: {', '.join(KINDS)}")
    for one in told:
        name = one.entry.name if one.entry else "not in the catalogue"
        if (rule := one.rule) is None:
            asked_by = one.entry.asked_by if one.entry else None
            table.add_row(one.rule_id, name, one.entry.types if one.entry else "", f"by {asked_by}" if asked_by else "-")
            continue
        revision = f"{rule.revision}{'' if rule.status == 'active' else f' {rule.status}'}"
        definitions = " · ".join((rule.definition_id, *rule.definitions))
        table.add_row(one.rule_id, name, LETTER[rule.type], revision, definitions, str(one.cases), " ".join(map(str, one.by_kind.values())))
    Console().print(table)
    typer.echo(f"{len(asked(told))} of {len(catalogue)} entries of the catalogue are asked about; {sum(one.cases for one in told)} cases")


def _as_json(one: "Covered") -> dict[str, Any]:
    rule = one.rule
    said = {"id": one.rule_id, "asks_about": one.entry.name if one.entry else None, "cases": one.cases, "by_kind": one.by_kind}
    if rule is None:
        return {**said, "asked_by": one.entry.asked_by if one.entry else None}
    ours = {"type": rule.type, "status": rule.status, "revision": rule.revision, "definition_id": rule.definition_id}
    return {**said, **ours, "definitions": list(rule.definitions)}
