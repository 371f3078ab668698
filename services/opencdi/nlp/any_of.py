"""A pattern of many words, told apart letter by letter: where no word stands, it is left at the first letter that none of them has."""

import re
from collections.abc import Iterable


def any_of(words: Iterable[str], blank: str) -> str:
    """A pattern of any of the words, of two that fit the longer; `blank` stands for the blanks within them."""
    behind: dict[str, list[str]] = {}
    ends = False  # a word ends here, and longer ones go on
    for word in words:
        if word:
            behind.setdefault(word[0], []).append(word[1:])
        else:
            ends = True
    ways = [(blank if letter == " " else re.escape(letter)) + any_of(rest, blank) for letter, rest in behind.items()]
    if ends:
        return f"(?:{'|'.join(ways)})?" if ways else ""
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"
