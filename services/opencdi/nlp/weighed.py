"""A second opinion on what the cues leave as here: the words around a mention, weighed together (DOMAIN B24).

A cue names what a phrase means; open talk has more phrases than any table ("we also covered stricture and dumping", "it was one ear
infection after another").  So each word near a mention also has a weight for every context, by where it stands, and so have what is
mentioned and whether the note's assessment names it, too: a log-linear model (Berger, Della Pietra, Della Pietra 1996), learned from the
golden corpus by `make weights`.  Where another context is likelier than "here", it is believed.  What the cues said is not overruled, and
nothing becomes active by it.
Weights are whole hundredths of the natural logarithm of the odds against "here": every machine adds them up to the same.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

from opencdi.clinical.vocabulary import FindingKind, SectionKind
from opencdi.knowledge.tables import read_table
from opencdi.nlp.around import Cued, Mention, Named, is_year
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
_ASSESSMENTS: Final[frozenset[SectionKind]] = frozenset(
    {"assessment", "assessment-and-plan", "plan", "impression", "hospital-course", "discharge-diagnoses", "chief-complaint"}
)
"""Sections that tell what a note is about: what is there stands in them, as a rule, and not in the history alone."""


@dataclass(frozen=True)
class Weights:
    """How much each word, section and nothing at all speak for each context of `INSTEAD`, against "here"."""

    outweighs: int
    nothing: tuple[int, ...]
    sections: Mapping[SectionKind, tuple[int, ...]]
    traits: Mapping[str, tuple[int, ...]]
    """By kind, by concept, and by kind and whether the assessment names it ("diagnosis unnamed")."""
    words: Mapping[str, Mapping[int, tuple[int, ...]]]
    """By word, then by the index of its place in `PLACES`."""


class WrongWeights(Exception):
    """The table of weights cannot be used."""


def assessed(sections: Collection[SectionKind], concepts: Iterable[tuple[str, SectionKind]]) -> frozenset[str] | None:
    """The concepts that stand in the assessment of a note with those sections; None of a note that has none."""
    if _ASSESSMENTS.isdisjoint(sections):
        return None
    return frozenset([concept for concept, section in concepts if section in _ASSESSMENTS])


def named(concept: str, section: SectionKind, in_assessment: frozenset[str] | None) -> Named | None:
    """Whether a note's assessment names a concept that stands in that section; None where there is none."""
    if in_assessment is None:
        return None
    if section in _ASSESSMENTS:
        return "assessed"
    return "named" if concept in in_assessment else "unnamed"


def traits(kind: FindingKind, concept: str, named: Named) -> tuple[str, str, str]:
    """What is weighed of a mention itself, as the table of weights has it."""
    return kind, concept, f"{kind} {named}"


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
    if mention.kind and mention.named:
        for trait in traits(mention.kind, mention.concept, mention.named):
            if trait in weights.traits:
                spoke.append((-1, weights.traits[trait]))
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
    at = max(spoke, key=lambda word: (word[0] >= 0, word[1][nth]))[0] if spoke else -1
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
    sections = {kind: tuple(each) for kind, each in told["sections"].items()}
    of_mentions = {trait: tuple(each) for trait, each in told["traits"].items()}
    return Weights(told["outweighs"], tuple(told["nothing"]), sections, of_mentions, words)
