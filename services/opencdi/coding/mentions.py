"""Every affirmed mention as a code, as annotators do.  Not what a bill carries: the coding room never imports this (DOMAIN F.19)."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from opencdi.coding.candidates import codes_of
from opencdi.coding.table import ConceptTable
from opencdi.events.reading import Finding
from opencdi.knowledge.alphabetic_index import AlphabeticIndex
from opencdi.knowledge.tables import parsed


@lru_cache(maxsize=2)
def load_mentions(path: Path) -> dict[str, str]:
    """slug -> code of what only this scope codes."""
    return dict(parsed(path.read_bytes()))


def mentioned(
    table: ConceptTable,
    extra: dict[str, str],
    findings: tuple[Finding, ...],
    valid: Callable[[str], bool],
    index: AlphabeticIndex | None = None,
) -> dict[str, list[Finding]]:
    """code -> the mentions of it: of this patient and present, whether now or in the past."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.assertion != "present" or finding.experiencer != "patient" or finding.temporality == "hypothetical":
            continue
        codes = [one.code for one in codes_of(table, finding, valid, index)]
        codes += [extra[finding.concept]] if finding.concept in extra else []
        for code in codes:
            if valid(code):
                found.setdefault(code, []).append(finding)
    return found
