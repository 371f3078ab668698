"""The projection at work in a thread of the pages' process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from opencdi.workbench.projection import follow


@dataclass
class Follower:
    """Keeps the pages up with the bus.  If it ends, the process ends (crash-only): pages must not go on showing yesterday."""

    engine: Engine
    bus_url: str
    beat: Callable[[], None] = lambda: None
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    failed: BaseException | None = None
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self.thread = threading.Thread(target=self._run, name="projection", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            follow(self.engine, self.bus_url, self.stop, self.beat)
        except BaseException as error:
            self.failed = error  # raised again by `serve`, where the process ends
        finally:
            self.ended.set()

    @property
    def alive(self) -> bool:
        """Whether the pages are being kept up."""
        return self.thread is not None and not self.ended.is_set()

    def end(self) -> None:
        """Finish the batch in hand and let go."""
        self.stop.set()
        if self.thread:
            self.thread.join(10)
