"""How long a mentioned condition lasts, by what it is and by what is told of its treatment (`rules/nlp/lasting.yaml`).

Gallstones in a list of the past history are there; "gallstones, s/p cholecystectomy" and "a pancreatitis blamed on gallstones" are over.
"""

from typing import Final

from opencdi.knowledge.lasting import Lasting, Lasts
from opencdi.knowledge.lexicon import BY_TABULAR
from opencdi.nlp.around import is_year
from opencdi.nlp.mentioned import Mentioned

_ITEM_ENDS: Final = frozenset({",", ";", ":", "(", ")", "|"})
_BEHIND: Final = 9
"""Words behind it in which its treatment may be told."""


def how_it_lasts(at: int, mentions: list[Mentioned], said: list[str], sentence: tuple[int, int], table: Lasting) -> Lasts | None:
    """How long the condition lasts that is mentioned there; None where it is chronic, heals, or was treated."""
    mention = mentions[at]
    code = mention.attributes.get("icd10cm")
    if mention.chronic or (code is None and mention.concept not in table.by_concept and not mention.concept.startswith(BY_TABULAR)):
        return None  # nearly all are so
    how = None if said[mention.first - 1] in table.passing else table.of(mention.concept, code)
    if how is None or how == "for-good":
        return how
    near = range(at + 1, min(len(mentions), at + 1 + _BEHIND))
    following = next((mentions[i].first for i in near if mentions[i].kind == "diagnosis"), sentence[1])
    stop = min(following, sentence[1], mention.last + _BEHIND)
    treated = next((ends for _, _, ends in table.treated.matches(said, mention.last, stop)), False)
    if treated or said[mention.last] in table.operated or _in_a_story(mention, said, sentence[0], table):
        return None
    year = next((i for i in range(mention.last, stop) if is_year(said[i])), mention.last)
    return how if table.found.isdisjoint(said[mention.last : year]) else "until-treated"


def _in_a_story(mention: Mentioned, said: list[str], begin: int, table: Lasting) -> bool:
    """Whether its item of the list tells of something past whose reason it was: "hysterectomy for fibroids", "she had gallstones"."""
    i = mention.first
    while i > begin and said[i - 1] not in _ITEM_ENDS:
        i -= 1
        if said[i] in table.of_past and said[i - 1] not in table.watched:
            return True
    return False
