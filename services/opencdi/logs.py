"""Logs: ids and sizes, to standard error (STYLE rule 8).  Other people's libraries speak from WARNING on: some log text at DEBUG."""

import logging
import sys
import traceback
from types import TracebackType

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _WithoutWords(logging.Formatter):
    """Of an exception what kind it is and where it happened, not what it says: that may quote a patient's record."""

    def formatException(self, ei: _ExcInfo) -> str:
        kind, _, where = ei
        return f"{kind.__name__ if kind else None} at\n{''.join(traceback.format_tb(where)).rstrip()}"


def start_logging(level: str, process: str) -> None:
    """Once per process, at its start.  `process` says who speaks: door, rooms, pages."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutWords(f"%(asctime)s {process} %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # it may have brought handlers of its own, which tell all
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("opencdi").setLevel(level.upper())
