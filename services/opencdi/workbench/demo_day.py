"""The demo's "next day": one press at a time; while it plays, every page says so."""

import threading
from dataclasses import dataclass, field

import httpx

TIMEOUT_S = 300.0


class NotPlayed(Exception):
    """The next day was not played; the text is for the person who pressed, `status` is the HTTP status to say it under."""

    def __init__(self, said: str, status: int) -> None:
        """What to say."""
        super().__init__(said)
        self.status = status


@dataclass
class DemoDay:
    """The demo's player, where there is one at `url`."""

    url: str | None
    _busy: threading.Lock = field(default_factory=threading.Lock)

    @property
    def offered(self) -> bool:
        """Whether there is a day to play."""
        return self.url is not None

    @property
    def playing(self) -> bool:
        """Whether one is being played now."""
        return self._busy.locked()

    def play(self) -> None:
        """Play on to tomorrow; returns when it has been played.  Raises `NotPlayed`."""
        if self.url is None:
            raise NotPlayed("There is no demo running.", 404)
        if not self._busy.acquire(blocking=False):
            raise NotPlayed("The day is being played already; the pages follow by themselves.", 409)
        try:
            httpx.post(self.url, timeout=TIMEOUT_S, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            raise NotPlayed("The demo did not answer. It may have been stopped in its terminal.", 503) from None
        finally:
            self._busy.release()
