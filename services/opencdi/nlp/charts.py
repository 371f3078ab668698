"""In the notes of a birth: mother or child, whose chart it is (DOMAIN B26).

A mother in her own chart is the patient, and so is a newborn in its own; each is another person in the other's.
"""

import re
from typing import Final

from opencdi.nlp.around import Surroundings

_HEAD: Final = 150
"""Words at the beginning of a note that tell whose chart it is."""
_NEAR: Final = 30
"""Words around a mother in which birth must be spoken of: G2P1 stands in the history of many women."""
_LABOR: Final = 5
"""Words from a disease to the labor in which it was seen."""
_GRAVIDA: Final = re.compile(r"g\d{1,2}(?:p\d{1,4})?")


def is_gravida(word: str) -> bool:
    """Whether a word counts pregnancies: "G2P1"."""
    return word[0] == "g" and _GRAVIDA.fullmatch(word) is not None


def is_whose_chart(at: int, around: Surroundings) -> bool:
    """Whether the person named at that word is the one whose chart it is."""
    words, told = around.words, around.cues.words
    word = words[at]
    if word in told.neonatal:
        return of_newborn(around) is not False
    if word in told.newborns or word in told.births:
        return of_newborn(around) is True
    if word in told.maternal:
        return of_newborn(around) is False
    if word not in told.mothers:
        return False
    sentence = words[max(around.begin, at - _NEAR) : min(around.stop, at + _NEAR)]
    birth = any(other in told.at_birth or is_gravida(other) for other in sentence)
    return (birth or not told.newborns.isdisjoint(words[max(0, at - _NEAR) : at + _NEAR])) and of_newborn(around) is False


def of_newborn(around: Surroundings) -> bool | None:
    """Whether it is the newborn's chart: the first words that tell decide.  None: nothing tells."""
    words = around.words
    stop = min(_HEAD, len(words))
    told = next(((first, newborn) for first, _, newborn in around.cues.charts.matches(words, 0, stop)), (stop, None))
    gravida = next((i for i in range(stop) if is_gravida(words[i])), stop)
    return told[1] if told[0] <= gravida and told[1] is not None else False if gravida < stop else None


def is_of_bearing(around: Surroundings) -> bool:
    """Whether the mention is the mother's in her newborn's chart: "the pregnancy", "fever to 39 in labor"."""
    words, told, first, last = around.words, around.cues.words, around.mention.first, around.mention.last
    if first < len(words) and words[first] in told.carrying:
        return first > around.begin and words[first - 1] in told.possessives and of_newborn(around) is True
    if last < len(words) and words[last] in told.mothers:
        return of_newborn(around) is True  # "infant of a diabetic mother"
    for at in range(last, min(last + _LABOR, around.stop)):
        if words[at] in told.carrying:
            return of_newborn(around) is True
        if words[at] in (",", ";"):
            return False
    return False
