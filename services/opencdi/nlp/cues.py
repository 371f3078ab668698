"""The cues of context (`rules/nlp/context.yaml`): words that deny, doubt, date or give away what is named beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from opencdi.clinical.vocabulary import Certainty
from opencdi.knowledge.words import Lexicon, term_form

Makes = Literal[
    "absent", "possible", "historical", "done", "allergy", "long-standing", "ongoing", "new", "today", "cured", "hypothetical",
    "resolved", "other", "nothing", "end",
]  # fmt: skip
Place = Literal["before", "after", "answers", "opening", "kin", "owned"]
Commas = Literal["any", "listed", "none"]
_FIELDS = {"why", "makes", "certainty", "within", "commas", "kinds", "also", *get_args(Place)}


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: what it makes of a mention, where it stands, how many words it reaches.

    `place` "answers": behind the mention and last of its clause ("fever: none"); "opening": it opens the clause before it ("years ago");
    "kin": a person, "owned": a person only with an owner ("her baby").  `commas`: whether it reaches across them ("listed": in a list that
    closes with "or").  A cue that makes "end" stops the reach of the kind in `of` ("all": of every kind).
    """

    makes: Makes
    place: Place = "before"
    within: int = 0
    certainty: Certainty = "certain"
    commas: Commas = "none"
    kinds: frozenset[str] = frozenset()  # of findings to which it applies; none: to all
    of: str = ""
    of_findings: bool = field(init=False)
    """What it makes is said of a finding: it is no person and no end."""
    stands_before: bool = field(init=False)

    def __post_init__(self) -> None:
        """What is asked at every mention is told once."""
        object.__setattr__(self, "of_findings", self.makes not in ("end", "nothing", "other"))
        object.__setattr__(self, "stands_before", self.place in ("before", "opening"))


@dataclass(frozen=True, slots=True)
class CueWords:
    """Single words that decide how a cue is read; `context.yaml` says which, the steps of context say what for."""

    possessives: frozenset[str]
    articles: frozenset[str]
    indefinite: frozenset[str]
    under_treatment: frozenset[str]
    announcing: frozenset[str]
    counts: frozenset[str]
    companions: frozenset[str]
    together: frozenset[str]
    due: frozenset[str]
    sources: frozenset[str]
    relatives: frozenset[str]
    in_whom: frozenset[str]
    brackets: frozenset[str]
    closing: frozenset[str]
    patients: frozenset[str]
    titles: frozenset[str]
    he: frozenset[str]
    she: frozenset[str]
    men: frozenset[str]
    women: frozenset[str]
    male: frozenset[str]
    female: frozenset[str]
    year_old: frozenset[str]
    elders: frozenset[str]
    children: frozenset[str]
    spouses: frozenset[str]
    ordinals: frozenset[str]
    comparisons: frozenset[str]
    escorts: frozenset[str]
    dwelling: frozenset[str]
    sharing: frozenset[str]
    weak: frozenset[str]
    auxiliaries: frozenset[str]
    hedges: frozenset[str]
    being: frozenset[str]
    progressive: frozenset[str]
    lost: frozenset[str]
    lost_to: frozenset[str]
    died_of: frozenset[str]
    dead: frozenset[str]
    alive: frozenset[str]
    ages: frozenset[str]
    fillers: frozenset[str]
    mothers: frozenset[str]
    newborns: frozenset[str]
    neonatal: frozenset[str]
    maternal: frozenset[str]
    at_birth: frozenset[str]
    spells: frozenset[str]
    lasting: frozenset[str]
    about: frozenset[str]
    ago: frozenset[str]
    months: frozenset[str]
    clock: frozenset[str]
    year_links: frozenset[str]
    year_after: frozenset[str]
    since: frozenset[str]
    year_then: frozenset[str]
    answers: frozenset[str]
    list_ends: frozenset[str]
    alternatives: frozenset[str]
    bringing: frozenset[str]
    own_statement: frozenset[str]
    own_opening: frozenset[str]
    own_adjective: frozenset[str]


@dataclass(frozen=True)
class Cues:
    """All cues, as one lexicon; the words that steer them; and what follows a person who has it (True) or only tells (False)."""

    lexicon: Lexicon[tuple[Cue, ...]]
    words: CueWords
    has_it: Lexicon[bool]
    charts: Lexicon[bool]
    """Words that tell in the notes of a birth whose chart it is: the newborn's (True) or the mother's."""
    reach: int
    """No cue reaches further than this, in words, its own included."""


class WrongCues(Exception):
    """The table of cues cannot be used."""


def _cues_of(name: str, group: Mapping[str, Any]) -> Iterator[tuple[str, Cue]]:
    if unknown := group.keys() - _FIELDS:
        raise WrongCues(f"{name}: unknown field {', '.join(sorted(unknown))}")
    if not group.get("why"):
        raise WrongCues(f"{name}: says no reason")
    places: tuple[Place, ...] = get_args(Place)
    for place in places:
        for term in group.get(place, ()):
            for makes in (group["makes"], group.get("also")):
                if makes:
                    kinds = frozenset(group.get("kinds", ()))
                    certainty = group.get("certainty", "certain")
                    yield term_form(term), Cue(makes, place, group["within"], certainty, group.get("commas", "none"), kinds)


def _said_at_its_end(form: str, by_term: Mapping[str, tuple[Cue, ...]]) -> tuple[Cue, ...]:
    """What the last words of an end say of what follows: "and denies" ends one statement and denies the next."""
    words = form.split(" ")
    tails = (by_term[tail] for at in range(1, len(words)) if (tail := " ".join(words[at:])) in by_term)
    return tuple(cue for cue in next(tails, ()) if cue.place == "before" and cue.makes != "end")


def cues_from(told: Mapping[str, Any]) -> Cues:
    """The cues of such a table.  Raises: WrongCues."""
    by_term: dict[str, tuple[Cue, ...]] = {}
    for name, group in told["groups"].items():
        for term, cue in _cues_of(name, group):
            by_term[term] = (*by_term.get(term, ()), cue)
    ends = {of: {term_form(term) for term in terms} for of, terms in told["ends"].items()}
    for form in sorted(set().union(*ends.values())):
        # "he has" ends a denial and, because "he" does, also what was said of a relative: a longer end hides the shorter one in the text.
        words = {form, *form.split(" ")} - {","}
        carried = by_term[form] if form in by_term else _said_at_its_end(form, by_term)
        by_term[form] = (*carried, *(Cue("end", of=of) for of, known in ends.items() if known & words))
    if wrong := told["words"].keys() ^ {each.name for each in fields(CueWords)}:
        raise WrongCues(f"words: {', '.join(sorted(wrong))}")
    words_of = {name: frozenset(form for word in words if (form := term_form(word))) for name, words in told["words"].items()}
    has_it = [*((term_form(term), True) for term in told["having"]), *((term_form(term), False) for term in told["telling"])]
    reach = max(cue.within + len(term.split(" ")) for term, cues in by_term.items() for cue in cues)
    charts = [(term_form(term), whose == "newborn") for whose, terms in told["charts"].items() for term in terms]
    return Cues(Lexicon(by_term.items()), CueWords(**words_of), Lexicon(has_it), Lexicon(charts), reach)


@lru_cache(maxsize=4)
def load_cues(folder: Path) -> Cues:
    """The cues from `context.yaml` in that folder."""
    return cues_from(yaml.load((folder / "context.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))  # C loader of SafeLoader
