"""`opencdi rules`: list, show, test, begin and lock documentation rules; adding one needs no Python (rules/README.md)."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencdi.cli.at_bus import stop
from opencdi.cli.rule_coverage import coverage
from opencdi.settings import rules_dir

if TYPE_CHECKING:
    from opencdi.queries.rule import Rule

rules = typer.Typer(no_args_is_help=True, help="Documentation rules: list, show, test, new, lock, coverage.")
Folder = Annotated[Path | None, typer.Option("--rules", help="folder of rules; default: those of this installation")]


def _loaded(folder: Path | None) -> tuple[Path, "tuple[Rule, ...]"]:
    from opencdi.queries.rule import BadRule, all_rules

    path = folder or rules_dir() / "queries"
    try:
        return path, all_rules(path)
    except BadRule as error:
        stop(str(error))


@rules.command("list")
def list_rules(
    folder: Folder = None, as_json: Annotated[bool, typer.Option("--json", help="JSON Lines instead of a table")] = False
) -> None:
    """List all rules.

    Example: opencdi rules list
    """
    from rich.console import Console
    from rich.table import Table

    _, found = _loaded(folder)
    if as_json:
        for rule in found:
            print(
                json.dumps(
                    {"id": rule.id, "revision": rule.revision, "status": rule.status, "type": rule.type, "condition": rule.condition}
                )
            )
        return
    table = Table("id", "revision", "status", "type", "condition", "definition")
    for rule in found:
        table.add_row(rule.id, str(rule.revision), rule.status, rule.type, rule.condition, rule.definition_id)
    Console().print(table)


@rules.command("show")
def show_rule(rule_id: Annotated[str, typer.Argument(help="for instance D-11")], folder: Folder = None) -> None:
    """Print one rule as it was understood, defaults filled in.

    Example: opencdi rules show D-11
    """
    import yaml

    _, found = _loaded(folder)
    rule = next((rule for rule in found if rule.id == rule_id.capitalize()), None)
    if rule is None:
        stop(f"no rule {rule_id}")
    print(yaml.safe_dump(rule.model_dump(mode="json", exclude_none=True), sort_keys=False, allow_unicode=True, width=140), end="")


@rules.command("test")
def try_rules(rule_id: Annotated[str, typer.Argument(help="only this rule")] = "", folder: Folder = None) -> None:
    """Look for what is wrong with the rules, then run their cases through the queries room's own step; exit 1 if one does not hold.

    Example: opencdi rules test D-11
    """
    from opencdi.knowledge.site import SiteData
    from opencdi.queries.case_facts import BadCase
    from opencdi.queries.cases import failures, load_cases
    from opencdi.queries.lint_rules import wrong_in
    from opencdi.queries.room import queries_room
    from opencdi.queries.rule import rule_files
    from opencdi.queries.treatments import load_treatments

    path, found = _loaded(folder)
    by_id = {rule.id: rule for rule in found}
    room = queries_room(SiteData(), tuple(rule for rule in found if rule.status != "retired"), load_treatments(path / "treatments.yaml"))
    if rule_id and rule_id.capitalize() not in by_id:
        stop(f"no rule {rule_id}")
    tried = [file for file in rule_files(path) if file.rule.status != "retired" and rule_id.capitalize() in ("", file.rule.id)]
    if said := [one for file in tried for one in wrong_in(path, file)]:
        typer.echo("\n".join(said))
        raise typer.Exit(1)
    try:
        cases = [case for case in load_cases(path / "cases") if not rule_id or case.rule_id == rule_id.capitalize()]
    except BadCase as error:
        stop(str(error))
    wrong = 0
    for case in cases:
        try:
            told = failures(case, room, by_id[case.rule_id].condition) if case.rule_id in by_id else ["no such rule"]
        except BadCase as error:
            told = [f"cannot be read: {error}"]
        wrong += bool(told)
        for reason in told:
            typer.echo(f"{case.rule_id} {'asks' if case.asks else 'stays silent'}: {case.why}: {reason}")
    typer.echo(f"{len(cases) - wrong} of {len(cases)} cases hold")
    if wrong or not cases:
        raise typer.Exit(1)


@rules.command("new")
def new_rule(
    rule_id: Annotated[str, typer.Argument(help="for instance D-15")],
    condition: Annotated[str, typer.Argument(help="concept slug, for instance hyponatremia")],
    like: Annotated[str, typer.Option(help="the rule to begin from")] = "D-11",
    folder: Folder = None,
) -> None:
    """Begin a rule and its cases as a draft copy of another one.

    Example: opencdi rules new D-15 hyponatremia --like D-11
    """
    path, found = _loaded(folder)
    rule_id, like = rule_id.capitalize(), like.capitalize()
    if not re.fullmatch(r"D-\d{2,}", rule_id) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", condition):
        stop("write the id as D-15 and the condition as a slug, like hyponatremia")
    if any(rule.id == rule_id for rule in found):
        stop(f"{rule_id} exists already")
    if all(rule.id != like for rule in found):
        stop(f"no rule {like} to begin from")
    for below, first in ((".", "id: "), ("cases", "rule: ")):
        source = next((path / below).glob(f"{like}-*.yaml"), None)
        if source is None:
            stop(f"{like} has no cases to begin from")
        target = path / below / f"{rule_id}-{condition}.yaml"
        text = (
            source.read_text(encoding="utf-8")
            .replace(f"{first}{like}", f"{first}{rule_id}", 1)
            .replace("status: active", "status: draft", 1)
        )
        old = next(rule for rule in found if rule.id == like).condition
        target.write_text(text.replace(f"condition: {old}\n", f"condition: {condition}\n", 1), encoding="utf-8")
        typer.echo(f"wrote {target}")


@rules.command("lock")
def lock_rules(folder: Folder = None) -> None:
    """Write down what each revision says (revisions.lock), so that a rule which changes without a new revision is refused.

    Example: opencdi rules lock
    """
    from opencdi.queries.revisions import FILE, lock
    from opencdi.queries.rule import BadRule

    path, found = _loaded(folder)
    try:
        fresh = lock(path, found)
    except BadRule as error:
        stop(str(error))
    typer.echo(f"{path / FILE}: {', '.join(fresh) or 'nothing'} new")


rules.command("coverage")(coverage)
