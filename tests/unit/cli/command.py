"""The real command, in this process: what goes in as bytes, what comes out, and its exit code."""

import json
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from opencdi.cli.app import app


@dataclass(frozen=True)
class Answer:
    """Exit code, standard output, standard error."""

    code: int
    out: str
    errors: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON Lines, read as strictly as JSON is written: no NaN, no Infinity."""
        return [json.loads(line, parse_constant=refused) for line in self.out.splitlines()]


def refused(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def opencdi(*words: str, stdin: bytes | str = b"") -> Answer:
    """Run the command.  Whatever it raises, except its exit, is a failure of the test."""
    done = CliRunner().invoke(app, words, input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Answer(done.exit_code, done.stdout, done.stderr)


def jsonl(*told: Any) -> str:
    return "".join(json.dumps(one) + "\n" for one in told)
