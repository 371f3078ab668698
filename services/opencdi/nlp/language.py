"""In which language a note is written, by its small words (`rules/nlp/languages.yaml`).

All that a finding says rests on English words around it: in "niega fiebre" and "sin sepsis" nothing denies for who reads English.  So of a
note in another language no finding is taken, and of its numbers only those that a decimal comma does not cut in two.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from opencdi.events.reading import ValueInText
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import word_form
from opencdi.nlp.reading import ENGLISH

UNKNOWN: Final = "und"
"""ISO 639's own word for a language that cannot be told: here, one that is not written in Latin letters."""
Languages = Mapping[str, frozenset[str]]
"""Language -> the forms of the words that tell it."""
_LOOKED_AT: Final = 4_000
"""Words of the beginning that are looked at."""
_DIFFERENT: Final = 3
"""So many different words tell a language."""
_LATIN_ENDS: Final = 0x250
"""The first character after the Latin letters."""


@lru_cache(maxsize=4)
def load_languages(folder: Path) -> Languages:
    """The words from `languages.yaml` in that folder; English first."""
    told = read_table(folder / "languages.yaml")
    return {language: frozenset(word_form(word) for word in words) for language, words in told.items()}


def language_of(words: Sequence[str], languages: Languages) -> str:
    """The language of a text, told from its words' forms; English unless there is evidence of another."""
    looked_at = words[:_LOOKED_AT]
    different = frozenset(looked_at)
    others = [told for language, told in languages.items() if language != ENGLISH and len(different & told) >= _DIFFERENT]
    if not others and "".join(different).isascii():
        return ENGLISH  # nearly all notes are, and cost no counting
    counted = Counter(looked_at)
    spelled = {word: times for word, times in counted.items() if word[:1].isalpha()}
    if 2 * sum(times for word, times in spelled.items() if ord(word[0]) >= _LATIN_ENDS) > sum(spelled.values()):
        return UNKNOWN
    found = {language: [word for word in told if word in counted] for language, told in languages.items()}
    times = {language: sum(counted[word] for word in there) for language, there in found.items()}
    likeliest = max(times, key=lambda language: (times[language], language))
    if len(found[likeliest]) < _DIFFERENT or times[likeliest] <= 2 * times[ENGLISH]:
        return ENGLISH
    return likeliest


def safe_values(text: str, values: Iterable[ValueInText]) -> tuple[ValueInText, ...]:
    """The values that are what they seem in another language too: "2,9" is neither 2 nor 2900."""
    return tuple(value for value in values if "," not in value.text and not _goes_on(text, value.end))


def _goes_on(text: str, end: int) -> bool:
    return text[end : end + 1] == "," and text[end + 1 : end + 2].isdigit()
