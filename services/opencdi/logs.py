"""Logs: ids and sizes, to standard error (STYLE rule 8).  Other people's libraries speak from WARNING on: some log text at DEBUG."""

import logging
import sys


def start_logging(level: str, process: str) -> None:
    """Once per process, at its start.  `process` says who speaks: door, rooms, pages."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(f"%(asctime)s {process} %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("opencdi").setLevel(level.upper())
