"""`opencdi tokens`: who may speak at the gateway's HTTP door."""

import os
from pathlib import Path
from typing import Annotated

import typer

from opencdi.cli.at_bus import stop

app = typer.Typer(no_args_is_help=True, help="Bearer tokens of the gateway (the file that CDI_TOKENS names).")


@app.callback()
def _tokens() -> None:
    """Keep `add` a word of its own while it is the only one."""


@app.command()
def add(
    feed: Annotated[str, typer.Argument(help="the name under which its messages are known")],
    tenant: Annotated[str | None, typer.Option(help="the MRN domain that it speaks for; default: CDI_TENANT")] = None,
    for_others: Annotated[bool, typer.Option("--for-others", help="may name the person it speaks for: the workbench only")] = False,
    into: Annotated[
        Path | None, typer.Option(help="write the token into this file (0600) instead of printing it; kept if it is there")
    ] = None,
) -> None:
    """Make a token; the gateway keeps its hash only, and reads the file when it starts.

    Example: opencdi tokens add interface-engine
    """
    from opencdi.bus.supervisor import StaysShut
    from opencdi.gateway.tokens import Caller, add_token
    from opencdi.settings import Settings

    settings = Settings()
    file = settings.tokens or settings.home / "tokens.json"
    if into is not None and into.exists():
        print(f"{into} is there already")
        return
    try:
        token = add_token(file, Caller(tenant=tenant or settings.tenant, feed=feed, for_others=for_others))
    except StaysShut as unsafe:
        stop(str(unsafe))
    if settings.tokens is None:
        typer.echo(f"the gateway reads it when it is started with CDI_TOKENS={file}", err=True)
    if into is None:
        print(token)
        return
    with os.fdopen(os.open(into, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as secret:
        secret.write(token)
    print(f"token of {feed} in {into}")
