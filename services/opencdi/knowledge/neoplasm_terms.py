"""What notes call a cancer by its place, told out from the organs and their parts (`rules/nlp/neoplasms.yaml`; the Table of Neoplasms)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any


def neoplasm_terms(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(term, un-dotted code) of all patterns of the file; some are told twice, with the same code."""
    yield from ((pattern.format(word), code) for code, words in told["sites"].items() for word in words for pattern in told["patterns"])
    for row in told["parts"]:
        for code, words in row["where"].items():
            whole = product(told["within"], row["organ"], (*told["what"], *row.get("also", ())), words)
            yield from ((pattern.format(organ=organ, what=what, part=part), code) for pattern, organ, what, part in whole)
    for row in told["tumors"]:
        for code, words in row["where"].items():
            placed = product(told["beside"], row["what"], _sided(words, row))
            yield from ((pattern.format(what=what, part=part), code) for pattern, what, part in placed)


def _sided(words: Sequence[str], row: Mapping[str, Any]) -> tuple[str, ...]:
    """The words, and where the row is of what has two sides, each with its side."""
    sides = ("left", "right") if row.get("sided") else ()
    return (*words, *(f"{side} {word}" for side in sides for word in words))
