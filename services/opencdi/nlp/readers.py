"""Which reader reads a site's notes: by the name in its site data (`reader`).

"rules" is ours, "medspacy" comes with the extra of that name.  A site's own reader, of a language model say, is an entry point of the
group `opencdi.readers`: its name, and a function that is given the folder `rules/nlp` and returns a `Reader`.  It is imported only when
a site names it.
"""

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from opencdi.nlp.reading import Reader

GROUP = "opencdi.readers"
RULES, MEDSPACY = "rules", "medspacy"


class NoSuchReader(ValueError):
    """No reader of that name is installed; the message says which are."""


def check_reader(name: str) -> None:
    """Raise `NoSuchReader` unless a reader of that name can be made here; loads none."""
    if name == MEDSPACY and find_spec(MEDSPACY) is None:
        raise NoSuchReader("the reader medspacy is not installed: pip install 'opencdi[medspacy]'")
    others = _others()
    if name not in (RULES, MEDSPACY, *others):
        there = ", ".join(sorted({RULES, MEDSPACY, *others}))
        raise NoSuchReader(f"there is no reader “{name[:40]}”; there are {there}, and those that packages add as entry points of {GROUP}")


@lru_cache(maxsize=4)
def reader_named(name: str, folder: Path) -> Reader:
    """The reader of that name with the rules in that folder (`rules/nlp`); raises `NoSuchReader`."""
    check_reader(name)
    match name:
        case "rules":
            from opencdi.nlp.reader import load_reader

            return load_reader(folder)
        case "medspacy":
            from opencdi.nlp.medspacy_reader import load_medspacy

            return load_medspacy(folder)
    load = cast(Callable[[Path], Reader], _others()[name].load())
    return load(folder)


def _others() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
