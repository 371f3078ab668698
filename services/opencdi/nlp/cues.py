"""The cues of context (`rules/nlp/context.yaml`): words that deny, doubt, date or give away what is named beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from opencdi.clinical.vocabulary import Certainty
from opencdi.knowledge.words import Lexicon, term_form

Makes = Literal["absent", "possible", "historical", "long-standing", "hypothetical", "resolved", "other", "nothing", "end"]
Place = Literal["before", "after", "answers", "kin"]


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: what it makes of a mention, where it stands, how many words it reaches.

    `place` "answers": behind the mention and last of its clause ("fever: none"); "kin": a relative.  A cue that makes "end" stops the
    reach of the kind in `of` ("all": of every kind).
    """

    makes: Makes
    place: Place = "before"
    within: int = 0
    certainty: Certainty = "certain"
    kinds: frozenset[str] = frozenset()  # of findings to which it applies; none: to all
    of: str = ""


@dataclass(frozen=True)
class Cues:
    """All cues, as one lexicon, with what follows or precedes a relative who is only telling."""

    lexicon: Lexicon[tuple[Cue, ...]]
    reporting: frozenset[str]
    companions: frozenset[str]


class WrongCues(Exception):
    """The table of cues cannot be used."""


def _cues_of(group: Mapping[str, Any]) -> Iterator[tuple[str, Cue]]:
    if unknown := set(group) - {"makes", "certainty", "within", "kinds", "also", "before", "after", "answers", "kin"}:
        raise WrongCues(f"unknown field {', '.join(sorted(unknown))}")
    places: tuple[Place, ...] = ("before", "after", "answers", "kin")
    for place in places:
        for term in group.get(place, ()):
            for makes in (group["makes"], group.get("also")):
                if makes:
                    cue = Cue(makes, place, group["within"], group.get("certainty", "certain"), frozenset(group.get("kinds", ())))
                    yield term_form(term), cue


@lru_cache(maxsize=4)
def load_cues(folder: Path) -> Cues:
    """The cues from `context.yaml` in that folder."""
    told = yaml.load((folder / "context.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # C loader of SafeLoader
    by_term: dict[str, tuple[Cue, ...]] = {}
    for group in told["cues"]:
        for term, cue in _cues_of(group):
            by_term[term] = (*by_term.get(term, ()), cue)
    ends = {of: {term_form(term) for term in terms} for of, terms in told["ends"].items()}
    for form in sorted(set().union(*ends.values())):
        # "he has" ends a denial and, because "he" does, also what was said of a relative: a longer end hides the shorter one in the text.
        words = {form, *form.split(" ")}
        by_term[form] = (*by_term.get(form, ()), *(Cue("end", of=of) for of, known in ends.items() if known & words))
    forms = (frozenset(term_form(word) for word in told[name]) for name in ("reporting", "companions"))
    return Cues(Lexicon(by_term.items()), *forms)
