"""The test's end of `line_process`: start, stop, continue, kill."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Processes:
    """Real processes, forked from one that has everything imported: so that a hundred kills are cheap."""

    def __enter__(self) -> Self:
        tests = Path(__file__).parent.parent
        self._server = subprocess.Popen(
            [sys.executable, "-m", "contract.line_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(tests)},
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._server as server:
            assert server.stdin
            server.stdin.close()

    def _ask(self, **question: Any) -> Any:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(question) + "\n")
        self._server.stdin.flush()
        return json.loads(self._server.stdout.readline())

    def start(self, spec: dict[str, Any], **more: Any) -> int:
        """A new process; its pid."""
        return int(self._ask(start={**spec, **more}))

    def wait(self, pid: int, within_s: float = 30) -> int | None:
        """Its exit status; None if it has not ended by then."""
        status: int | None = self._ask(wait=pid, within_s=within_s)
        return status

    def kill(self, pid: int, *, or_ended_with: int = -signal.SIGKILL) -> None:
        """`kill -9`; fails if it had ended by itself before that, but for `or_ended_with`."""
        os.kill(pid, signal.SIGKILL)
        status = self.wait(pid)
        assert status in (-signal.SIGKILL, or_ended_with), f"process ended with {status} before it was killed"
