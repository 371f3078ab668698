"""A device named again by its last word only: "a tunneled catheter ... The catheter was taken out" (`rules/nlp/again.yaml`)."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import term_form
from opencdi.nlp.mentioned import Mentioned


@dataclass(frozen=True)
class Again:
    """The last words of devices, with the concepts of which each may speak; the words before them, and behind them those of other names."""

    heads: dict[str, frozenset[str]]
    known: frozenset[str]
    others: frozenset[str]

    def with_devices(self, mentions: list[Mentioned], said: list[str]) -> list[Mentioned]:
        """The mentions, and beside them each device that is named again; what it is, is what was named last."""
        if all(mention.kind != "device" for mention in mentions):
            return list(mentions)
        found: list[Mentioned] = []
        named: list[Mentioned] = []  # devices so far
        last = 0
        for mention in (*mentions, None):
            stop = mention.first if mention else len(said)
            if named:
                found += self._between(last, stop, named, said)
            if mention is None:
                return found
            if mention.kind == "device":
                mention = self._as_before(mention, named, said)
                named.append(mention)
            found.append(mention)
            last = mention.last
        return found

    def _between(self, begin: int, stop: int, named: list[Mentioned], said: list[str]) -> list[Mentioned]:
        heads = self.heads
        found: list[Mentioned] = []
        for i in range(max(begin, 1), stop):
            if said[i] in heads and (before := self._antecedent(i, i + 1, named, said)) is not None:
                found.append(Mentioned(i, i + 1, before.concept, "device", before.chronic))
        return found

    def _as_before(self, mention: Mentioned, named: list[Mentioned], said: list[str]) -> Mentioned:
        """A device that its company tells ("the catheter" near "voiding") is rather the one that was named."""
        if mention.last - mention.first > 1 or said[mention.first] not in self.heads:
            return mention
        before = self._antecedent(mention.first, mention.last, named, said)
        return mention if before is None else replace(mention, concept=before.concept)

    def _antecedent(self, first: int, last: int, named: list[Mentioned], said: list[str]) -> Mentioned | None:
        if said[first - 1] not in self.known or said[last] in self.others:
            return None
        return next((mention for mention in reversed(named) if mention.concept in self.heads[said[first]]), None)


@lru_cache(maxsize=4)
def load_again(folder: Path) -> Again:
    """The table of that folder."""
    told = read_table(folder / "again.yaml")
    heads = {term_form(head): frozenset(concepts) for head, concepts in told["heads"].items()}
    return Again(heads, frozenset(map(term_form, told["known"])), frozenset(map(term_form, told["others"])))
