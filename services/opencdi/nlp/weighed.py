"""A second opinion on what the cues leave as here: the words around a mention, weighed together (DOMAIN B24).

A cue names what a phrase means; open talk has more phrases than any table ("we also covered stricture and dumping", "it was one ear
infection after another").  So each word near a mention also has a weight for every context, by where it stands: a log-linear model
(Berger, Della Pietra, Della Pietra 1996), learned from the golden corpus by `make weights`.  Only where another context outweighs "here"
by far is it believed.  What the cues said is not overruled, and nothing becomes active by it.
Weights are whole hundredths of the natural logarithm of the odds against "here": every machine adds them up to the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

from opencdi.clinical.vocabulary import FindingKind, SectionKind
from opencdi.knowledge.tables import read_table
from opencdi.nlp.around import Cued, Mention, is_year
from opencdi.nlp.context import Context

Instead = Literal["past", "supposed", "absent", "possible", "other"]
"""What a mention may be instead of here: over, feared or planned, denied, doubted, somebody else's."""
Place = Literal["next", "near", "near-apart", "far", "far-apart", "close", "close-apart", "after", "after-apart"]
"""Where a word stands: before the mention (next, near, far) or behind it (close, after), and whether a comma or bracket parts them."""
INSTEAD: Final[tuple[Instead, ...]] = get_args(Instead)
PLACES: Final[tuple[Place, ...]] = get_args(Place)
_NEXT, _NEAR, _FAR, _CLOSE, _AFTER = (PLACES.index(place) for place in ("next", "near", "far", "close", "after"))
_NEAR_BEFORE, _CLOSE_BEHIND = 4, 3
_BEFORE, _BEHIND = 25, 15
"""So many words are weighed before a mention and behind it."""
_APART: Final = frozenset({",", ";", ":", "(", ")"})
_WEIGHED: Final[frozenset[FindingKind | None]] = frozenset({"diagnosis", "symptom", "finding", None})
YEAR, NUMBER = "<year>", "<number>"


@dataclass(frozen=True)
class Weights:
    """How much each word, section and nothing at all speak for each context of `INSTEAD`, against "here"."""

    outweighs: int
    nothing: tuple[int, ...]
    sections: Mapping[SectionKind, tuple[int, ...]]
    words: Mapping[str, Mapping[int, tuple[int, ...]]]
    """By word, then by the index of its place in `PLACES`."""


class WrongWeights(Exception):
    """The table of weights cannot be used."""


def places(said: Cued, sentence: tuple[int, int], first: int, last: int) -> list[tuple[int, int]]:
    """Each word near the mention [first, last) that says anything, with the index of its place: before it, then behind it."""
    words, unsaid = said.words.words, said.unsaid
    begin, stop = sentence
    found: list[tuple[int, int]] = []
    apart = 0
    for at in range(first - 1, max(begin, first - _BEFORE) - 1, -1):
        away = first - at
        if at not in unsaid:
            found.append((at, _NEXT if away == 1 else (_NEAR if away <= _NEAR_BEFORE else _FAR) + apart))
        if words[at] in _APART:
            apart = 1
    apart = 0
    for at in range(last, min(stop, last + _BEHIND)):
        if at not in unsaid:
            found.append((at, (_CLOSE if at - last < _CLOSE_BEHIND else _AFTER) + apart))
        if words[at] in _APART:
            apart = 1
    return found


def weighed_as(word: str) -> str:
    """A word as the table of weights has it: all years are one, and all other numbers."""
    if word[0].isdigit():
        return YEAR if is_year(word) else NUMBER
    return word


def weighed(context: Context, said: Cued, sentence: tuple[int, int], mention: Mention, section: SectionKind, weights: Weights) -> Context:
    """The context as the cues have it, or another that outweighs it; the word that speaks most for that one is told as its cue."""
    if context.active != "yes" or mention.chronic or mention.lasts or context.resolved or mention.kind not in _WEIGHED:
        return context
    total = list(weights.nothing)
    spoke: list[tuple[int, tuple[int, ...]]] = []
    if section in weights.sections:
        spoke.append((-1, weights.sections[section]))
    for at, place in places(said, sentence, mention.first, mention.last):
        known = weights.words.get(weighed_as(said.words.words[at]))
        if known is not None and place in known:
            spoke.append((at, known[place]))
    for _, each in spoke:
        for nth, weight in enumerate(each):
            total[nth] += weight
    most = max(total)
    if most < weights.outweighs:
        return context
    nth = total.index(most)
    at = max(spoke, key=lambda word: word[1][nth])[0] if spoke else -1
    return _told(context, INSTEAD[nth], (at, at + 1) if at >= 0 else None)


def _told(context: Context, instead: Instead, cue: tuple[int, int] | None) -> Context:
    match instead:
        case "past":
            return Context(context.assertion, "historical", "no", context.certainty, context.experiencer, cue=cue)
        case "supposed":
            return Context(context.assertion, "hypothetical", "no", context.certainty, context.experiencer, cue=cue)
        case "absent":
            return Context("absent", context.temporality, "no", context.certainty, context.experiencer, cue=cue)
        case "possible":
            return Context("possible", context.temporality, "unknown", "possible", context.experiencer, cue=cue)
        case "other":
            return Context(context.assertion, context.temporality, "no", context.certainty, "other", cue=cue)


@lru_cache(maxsize=4)
def load_weights(folder: Path) -> Weights:
    """The weights from `weights.yaml` in that folder.  Raises: WrongWeights."""
    told = read_table(folder / "weights.yaml")
    if tuple(told["contexts"]) != INSTEAD:
        raise WrongWeights(f"contexts: not {', '.join(INSTEAD)}")
    if unknown := told["sections"].keys() - set(get_args(SectionKind)):
        raise WrongWeights(f"sections: {', '.join(sorted(unknown))}")
    nth = {name: at for at, name in enumerate(PLACES)}
    if unknown := {place for places_of in told["words"].values() for place in places_of} - nth.keys():
        raise WrongWeights(f"words: no such place: {', '.join(sorted(unknown))}")
    words = {word: {nth[place]: tuple(each) for place, each in of.items()} for word, of in told["words"].items()}
    return Weights(told["outweighs"], tuple(told["nothing"]), {kind: tuple(each) for kind, each in told["sections"].items()}, words)
