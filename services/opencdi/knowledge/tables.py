"""Tables of rules, and what takes long to make of them, kept as JSON in the user's cache folder: YAML takes ten times as long to parse."""

import gc
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml


class ToldTwice(ValueError):
    """A table has the same key twice; YAML would keep the last and lose the first without a word.  Says the key and its line."""


class _Loader(yaml.CSafeLoader):
    """Safe YAML whose keys are told once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping.  Raises: ToldTwice."""
        made = super().construct_mapping(node, deep=deep)
        if len(made) != len(node.value):
            keys = Counter(str(key.value) for key, _ in node.value)
            again = {str(key.value): key.start_mark.line + 1 for key, _ in node.value if keys[str(key.value)] > 1}
            raise ToldTwice(", ".join(f"{key} (line {line})" for key, line in again.items()))
        return made


def parsed(written: str | bytes) -> Any:
    """What a YAML document says.

    Raises: ToldTwice; yaml.YAMLError.
    """
    return yaml.load(written, Loader=_Loader)  # noqa: S506  (a safe loader)


def read_table(path: Path, cache: Path | None = None) -> Any:
    """The YAML table in that file; what is kept of it is named by its content, so that an edited file is parsed anew.

    Raises: ToldTwice.
    """
    raw = path.read_bytes()
    return kept(f"{path.stem}-{sha256(raw).hexdigest()[:16]}", lambda: parsed(raw), cache)


def kept(name: str, make: Callable[[], Any], cache: Path | None = None) -> Any:
    """What `make` makes, made once: kept under that name in `cache` (~/.cache/opencdi), which may be missing or read-only.

    What JSON would change (a date, a number as a key) is made each time.
    """
    folder = cache or Path.home() / ".cache" / "opencdi"
    path = folder / f"{name}.json"
    with suppress(OSError, ValueError):  # none yet, or half written by a process that was killed
        return built(path.read_bytes())
    made = make()
    with suppress(OSError, TypeError):  # a read-only container makes it at each start
        written = json.dumps(made)
        if json.loads(written) == made:
            write_whole(path, written)
    return made


def built(raw: bytes) -> Any:
    """What a built table says.  Raises: ValueError.

    While it is read the collector rests: it would walk through the half-read table again and again for garbage of which there is none,
    and that took six times as long as the reading.
    """
    working = gc.isenabled()
    gc.disable()
    try:
        return json.loads(raw)
    finally:
        if working:
            gc.enable()


def write_whole(path: Path, text: str) -> None:
    """Writes a file that others may be reading, whole or not at all; its folder is made.  Raises: OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{uuid4().hex}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
