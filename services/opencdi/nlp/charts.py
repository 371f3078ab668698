"""In the notes of a birth: mother or child, whose chart it is (DOMAIN B26).

A mother in her own chart is the patient, and so is a newborn in its own; each is another person in the other's.
"""

import re

from opencdi.nlp.reach import Surroundings

_HEAD = 150
"""Words at the beginning of a note that tell whose chart it is."""
_NEAR = 30
"""Words around a mother in which birth must be spoken of: G2P1 stands in the history of many women."""
_GRAVIDA = re.compile(r"g\d{1,2}(?:p\d{1,4})?")


def is_whose_chart(at: int, around: Surroundings) -> bool:
    """Whether the person named at that word is the one whose chart it is."""
    words, told = around.words, around.cues.words
    word = words[at]
    if word in told.neonatal:
        return _of_newborn(around) is not False
    if word in told.newborns:
        return _of_newborn(around) is True
    if word in told.maternal:
        return _of_newborn(around) is False
    if word not in told.mothers:
        return False
    sentence = words[max(around.begin, at - _NEAR) : min(around.stop, at + _NEAR)]
    birth = any(other in told.at_birth or _GRAVIDA.fullmatch(other) for other in sentence)
    return (birth or not told.newborns.isdisjoint(words[max(0, at - _NEAR) : at + _NEAR])) and _of_newborn(around) is False


def _of_newborn(around: Surroundings) -> bool | None:
    """Whose chart it is: the first words that tell decide.  None: nothing tells."""
    words = around.words
    stop = min(_HEAD, len(words))
    told = next(((first, newborn) for first, _, newborn in around.cues.charts.matches(words, 0, stop)), (stop, None))
    gravida = next((i for i in range(stop) if words[i][0] == "g" and _GRAVIDA.fullmatch(words[i])), stop)
    return told[1] if told[0] <= gravida and told[1] is not None else False if gravida < stop else None
