"""`opencdi`: the commands, each in a module of its own that is imported only when it is called."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="OpenCDI: concurrent clinical documentation integrity, event by event.")
