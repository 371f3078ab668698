"""`opencdi`: every command in a module of its own; what a command needs is imported when it is called."""

import typer

from opencdi.cli.context import context
from opencdi.cli.demo import demo
from opencdi.cli.group import group_claims
from opencdi.cli.read import read
from opencdi.cli.replay import replay
from opencdi.cli.run import run
from opencdi.cli.schemas import schemas

app = typer.Typer(no_args_is_help=True, add_completion=False, help="OpenCDI: concurrent clinical documentation integrity, event by event.")
app.command()(context)
app.command()(demo)
app.command("group")(group_claims)
app.command()(read)
app.command()(replay)
app.command()(run)
app.command()(schemas)

if __name__ == "__main__":
    app()
