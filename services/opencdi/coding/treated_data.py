"""What an operation is done for (`rules/coding/treated.yaml`)."""

from collections.abc import Iterable
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from opencdi.knowledge.words import Lexicon, term_form

Codes = tuple[str, ...]
"""Prefixes of un-dotted codes."""


def named_operation(operation: str, text: str) -> str:
    """An operation among the codes of a stated reason: its concept and its words, which no code looks like."""
    return f"{operation} {term_form(text)}"


class Treated(BaseModel):
    """Operations, and in groups what they treat: the first group that a claim holds is what they were done for."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    operations: frozenset[str]
    texts: tuple[str, ...] = ()
    treats: tuple[Codes, ...]

    def is_of(self, operation: str, text: str) -> bool:
        """Whether this row is of the operation.  `text`: its words, as `term_form` gives them."""
        return operation in self.operations and (not self.texts or any(words in text for words in self.texts))


class TreatedBy(BaseModel):
    """The whole file.  `over`: words before the name of an operation that is no longer to come.

    `short`: operation -> short forms that mean it in a stated reason.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    cite: str
    words: str
    over: tuple[str, ...]
    short: dict[str, tuple[str, ...]]
    rows: tuple[Treated, ...]

    @cached_property
    def operations(self) -> frozenset[str]:
        """Every operation that has a row."""
        return frozenset(operation for row in self.rows for operation in row.operations)

    @cached_property
    def words_over(self) -> Lexicon[bool]:
        """`over`, to be found in a reason."""
        return Lexicon((term_form(words), True) for words in self.over)

    @cached_property
    def short_forms(self) -> Lexicon[str]:
        """`short`, to be found in a reason."""
        return Lexicon((term_form(words), operation) for operation, forms in self.short.items() for words in forms)

    def done_for(self, named: str, claimed: Iterable[str]) -> frozenset[str]:
        """Those of the claimed codes that the named operation is done for; none where it is the name of none."""
        codes = tuple(claimed)
        operation, _, text = named.partition(" ")
        for group in next((row.treats for row in self.rows if row.is_of(operation, text)), ()):
            if found := frozenset(code for code in codes if code.startswith(group)):
                return found
        return frozenset()
