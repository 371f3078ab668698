"""`opencdi`: every command in a module of its own; what a command needs is imported when it is called."""

import typer

from opencdi.cli import dead, rules, tokens, topics
from opencdi.cli.check import check
from opencdi.cli.code import code_notes
from opencdi.cli.context import context
from opencdi.cli.demo import demo
from opencdi.cli.group import group_claims
from opencdi.cli.lint_query import lint_query
from opencdi.cli.read import read
from opencdi.cli.replay import replay
from opencdi.cli.run import run
from opencdi.cli.schemas import schemas
from opencdi.cli.send import send

app = typer.Typer(no_args_is_help=True, add_completion=False, help="OpenCDI: concurrent clinical documentation integrity, event by event.")
app.command()(check)
app.command("code")(code_notes)
app.command()(context)
app.command("group")(group_claims)
app.command("lint-query")(lint_query)
app.command()(read)
app.command()(replay)
app.command()(demo)
app.command()(run)
app.command()(send)
app.command()(schemas)
app.add_typer(topics.app, name="topics")
app.add_typer(rules.rules, name="rules")
app.add_typer(dead.app, name="dead")
app.add_typer(tokens.app, name="tokens")

if __name__ == "__main__":
    app()
