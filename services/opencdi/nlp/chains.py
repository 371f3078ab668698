"""The modifiers that stand before a mention and belong to it: "acute severe", "left lower lobe", "stage 3" (DOMAIN B27)."""

from typing import Final

from opencdi.knowledge.words import BREAK
from opencdi.nlp.beside import Beside, Told, said_ahead
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.relation_words import Meaning
from opencdi.nlp.stages import stage_before

ENDS: Final = frozenset({BREAK, ",", ";", ")", "(", ":", "|", "]", "?", "!", "~"})
_LEFT: Final = 8
_AHEAD: Final = 4
"""Words that `said_ahead` looks farther."""


def chain_before(at: int, mentions: list[Mentioned], near: Beside) -> tuple[int, list[Told]]:
    """Where the modifiers begin that stand before a mention and belong to it, and what they say, nearest first."""
    if at not in near.chains:
        near.chains[at] = _chain_before(at, mentions, near)
    return near.chains[at]


def _chain_before(at: int, mentions: list[Mentioned], near: Beside) -> tuple[int, list[Told]]:
    mention, said = mentions[at], near.words.words
    begin = mentions[at - 1].last if at else 0
    told: list[Told] = []
    start = i = mention.first
    staged, until = mention.concept in near.table.staged, max(begin, i - _LEFT)
    if not staged and not near.ends_within(max(begin, until - _AHEAD) + 1, i + 1):
        return start, told
    while i > until:
        if staged and (stage := stage_before(i, begin, near)) is not None:
            i = start = stage[0]
            told.append(("stage", stage[1]))
        elif (phrase := near.ends.get(i) or (near.small.get(i) if i == start else None)) is not None and phrase[0] >= begin:
            if i < start and "and" in said[i:start] and phrase[0] > begin and _led(phrase[0], begin, near):
                break  # "clumsiness of both hands and unsteadiness"
            i = start = phrase[0]
            told += says(phrase[1], mention)
        elif i == start and (side := said_ahead(i, begin, near)) is not None:
            i = start = side[0]
            told += says(side[1], mention)
        elif said[i - 1] in near.table.passed or (start == i < mention.first and _adds_to(i - 1, begin, near)):
            i -= 1
        else:
            break
    return start, told


def _led(i: int, begin: int, near: Beside) -> bool:
    """Whether a preposition leads to the run at word i from the mention before it."""
    said = near.words.words
    while i > begin and (i in near.ends or said[i - 1] in near.table.articles):
        i = near.ends[i][0] if i in near.ends else i - 1  # "of | the left arm"
    return i > begin and said[i - 1] in near.table.leading


def _adds_to(comma: int, begin: int, near: Beside) -> bool:
    """Whether the comma joins two adjectives that begin their clause: "acute, severe pancreatitis"."""
    phrase = near.ends.get(comma)
    if near.words.words[comma] != "," or phrase is None or phrase[1].says.keys() - {"severity", "acuity"}:
        return False
    return phrase[0] == 0 or (phrase[0] > begin and near.words.words[phrase[0] - 1] in (ENDS - {","}) | near.table.articles)


def says(meaning: Meaning, mention: Mentioned) -> list[Told]:
    """What a phrase says of that mention."""
    return [*meaning.of.get(mention.concept, {}).items(), *meaning.says.items()]
