"""Who may speak at the HTTP door: bearer tokens in a file that only its owner can read.

The file holds hashes, never tokens: `{"<sha256 of the token>": {"tenant": …, "feed": …, "person": {…}?}}`.  A token with a person is
that person's voice (decisions); one without is a machine's (messages, receipts).
"""

import json
import os
import secrets
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from opencdi.bus.supervisor import StaysShut
from opencdi.events.contract import Contract, field_at_fault
from opencdi.events.ids import content_hash
from opencdi.events.people import Person


class Caller(Contract):
    """Who is at the door: the tenant whose records these are, the feed's name, and the person, if it is one.

    `for_others`: the workbench's own token, which names the person that it has let in (`X-CDI-Actor`).
    """

    tenant: str
    feed: str
    person: Person | None = None
    for_others: bool = False


class UnsafeTokens(StaysShut):
    """The token file is missing, unreadable, or readable by others: the door does not open."""


_CALLERS = TypeAdapter(dict[str, Caller])


def load_tokens(path: Path) -> dict[str, Caller]:
    """Token hash -> caller."""
    try:
        mode = path.stat().st_mode & 0o777
        raw = path.read_bytes()
    except OSError as error:
        raise UnsafeTokens(f"token file {path}: {error.strerror} (CDI_TOKENS)") from None
    if mode & 0o077:
        raise UnsafeTokens(f"token file {path} is readable by others (mode {mode:o}): chmod 600 {path}")
    try:
        return _CALLERS.validate_json(raw)
    except ValidationError as error:
        field, problem = field_at_fault(error)
        raise UnsafeTokens(f"token file {path}: {field.partition('.')[2]} {problem}") from None  # less the token's hash


def add_token(path: Path, caller: Caller) -> str:
    """A new token for this caller, added to the file; the token itself is kept nowhere."""
    token = secrets.token_urlsafe(32)
    told = load_tokens(path) if path.exists() else {}
    told[content_hash(token)] = caller
    new = path.with_name(path.name + ".new")
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        json.dump({key: value.model_dump(exclude_none=True) for key, value in told.items()}, file, indent=1)
    new.replace(path)
    return token


def caller_of(tokens: dict[str, Caller], token: str) -> Caller | None:
    """Who holds this token; looked up by its hash, so that timing tells nothing of it."""
    return tokens.get(content_hash(token))
