"""From a stem of the tabular to the most specific code that is documented (Guidelines I.B.2), and to none that says more."""

from collections.abc import Set
from typing import Final

from opencdi.knowledge.alphabetic_index import words_in
from opencdi.knowledge.icd10cm import tabular, unspecified_leaf

_SIDES: Final = ("bilateral", "left", "right")
_SAY_NOTHING: Final = frozenset({"unspecified", "site", "type", "other"})


def supported_leaf(code: str, documented: Set[str]) -> str | None:
    """The billable code at or below `code` (with the index's "-" behind a stem or not) that says no more than these words.

    None where the classification has none such.  A branch is taken where all words that its description adds are documented ("stage 3");
    where none is, the unspecified one (`unspecified_leaf`, with the side).
    """
    held, code = tabular(), code.rstrip("-")
    while code in held and not held.billable(code):
        above = _words_of(held.description(code) or "")
        added = {child: _words_of(held.description(child) or "") - above for child in held.children(code)}
        told = [child for child, words in added.items() if words and words <= documented]
        if not told:
            return unspecified_leaf(code, next((side for side in _SIDES if side in documented), ""))
        code = max(told, key=lambda child: len(added[child]))
    return code if held.billable(code) else None


def _words_of(description: str) -> frozenset[str]:
    return words_in(description) - _SAY_NOTHING
