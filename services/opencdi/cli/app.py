"""`opencdi`: every command in a module of its own; what a command needs is imported when it is called."""

from typing import Any

import typer
from typer.core import TyperGroup

from opencdi.cli import dead, rules, tokens, topics
from opencdi.cli.check import check
from opencdi.cli.code import code_notes
from opencdi.cli.codes import codes
from opencdi.cli.context import context
from opencdi.cli.demo import demo
from opencdi.cli.drg import drg
from opencdi.cli.group import group_claims
from opencdi.cli.interface.command import interface
from opencdi.cli.lint_query import lint_query
from opencdi.cli.profee import profee
from opencdi.cli.read import read
from opencdi.cli.replay import replay
from opencdi.cli.report import report
from opencdi.cli.run import run
from opencdi.cli.schemas import schemas
from opencdi.cli.send import send
from opencdi.cli.weights import weights


class Commands(TyperGroup):
    """All commands; a setting that cannot be read is one clear line, whichever command reads it."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        from pydantic import ValidationError

        try:
            return super().invoke(ctx)
        except ValidationError as error:
            if error.title != "Settings":
                raise
            for wrong in error.errors(include_url=False, include_context=False, include_input=False):
                typer.echo(f"CDI_{'_'.join(map(str, wrong['loc'])).upper()}: {wrong['msg']}", err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they may hold a patient's record
    help="OpenCDI: concurrent clinical documentation integrity, event by event.",
)
app.command()(check)
app.command("code")(code_notes)
app.command()(context)
app.command("group")(group_claims)
app.command("lint-query")(lint_query)
app.command()(read)
app.command()(replay)
app.command()(demo)
app.command()(drg)
app.command()(run)
app.command()(send)
app.command()(schemas)
app.command()(interface)
app.add_typer(topics.app, name="topics")
app.add_typer(rules.rules, name="rules")
app.add_typer(report, name="report")
app.add_typer(dead.app, name="dead")
app.add_typer(codes, name="codes")
app.add_typer(profee, name="profee")
app.add_typer(weights, name="weights")
app.add_typer(tokens.app, name="tokens")

if __name__ == "__main__":
    app()
