"""What others wrote for tests, resolved by its package manager once into a cache folder outside the repository (DECISIONS 26)."""

import os
from collections.abc import Callable
from pathlib import Path


def fetched(name: str, wanted: bytes, fetch: Callable[[Path], None]) -> Path:
    """The folder of that name, filled by `fetch` where it does not hold what is wanted yet."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "opencdi" / name
    complete = folder / "complete"
    if not complete.exists() or complete.read_bytes() != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        fetch(folder)
        complete.write_bytes(wanted)
    return folder
