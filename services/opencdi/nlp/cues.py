"""The cues of context (`rules/nlp/context.yaml`): words that deny, doubt, date or give away what is named beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from opencdi.clinical.vocabulary import Certainty
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import Lexicon, term_form

Makes = Literal[
    "absent", "possible", "historical", "before-stay", "before-visit", "done", "allergy", "long-standing", "ongoing", "new", "today",
    "cured", "hypothetical", "resolved", "disproved", "proved", "other", "nothing", "end",
]  # fmt: skip
Place = Literal["before", "after", "answers", "opening", "shared", "kin", "owned"]
Commas = Literal["any", "listed", "none"]
_FIELDS = {"why", "makes", "certainty", "within", "commas", "kinds", "also", "via", "unless", "closing", "clause", "told", *get_args(Place)}


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: what it makes of a mention, where it stands, how many words it reaches.

    `place` "answers": behind the mention and last of its clause ("fever: none"); "opening": it opens the clause before it ("years ago");
    "shared": behind, of all that "and" joins before it ("seizure and fall precautions");
    "kin": a person, "owned": a person only with an owner ("her baby").  `commas`: whether it reaches across them ("listed": in a list that
    closes with "or").  `via`: one of these words must stand between ("page the surgeon for ..."), `unless`: none of these;
    `closing`: one of these must stand behind in the same list; `clause`: it speaks of what a clause behind it tells ("not sure | that she
    has"); `told`: it tells somebody of a danger (see nlp.foretold).  What makes "before-stay" is past only where a history is told,
    "before-visit" only at a visit.
    A cue that makes "end" stops the reach of the kind in `of` ("all": of every kind).
    """

    makes: Makes
    place: Place = "before"
    within: int = 0
    certainty: Certainty = "certain"
    commas: Commas = "none"
    kinds: frozenset[str] = frozenset()  # of findings to which it applies; none: to all
    via: frozenset[str] = frozenset()
    closing: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    clause: bool = False
    told: bool = False
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
    apart: frozenset[str]
    relatives: frozenset[str]
    whose: frozenset[str]
    quantified: frozenset[str]
    related: frozenset[str]
    saying: frozenset[str]
    standing: frozenset[str]
    befalling: frozenset[str]
    in_whom: frozenset[str]
    brackets: frozenset[str]
    closing: frozenset[str]
    patients: frozenset[str]
    titles: frozenset[str]
    he: frozenset[str]
    she: frozenset[str]
    men: frozenset[str]
    women: frozenset[str]
    husbands: frozenset[str]
    wives: frozenset[str]
    male: frozenset[str]
    female: frozenset[str]
    year_old: frozenset[str]
    elders: frozenset[str]
    children: frozenset[str]
    spouses: frozenset[str]
    siblings: frozenset[str]
    nieces: frozenset[str]
    uncles: frozenset[str]
    ordinals: frozenset[str]
    counting: frozenset[str]
    comparisons: frozenset[str]
    doing: frozenset[str]
    events: frozenset[str]
    another: frozenset[str]
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
    births: frozenset[str]
    maternal: frozenset[str]
    at_birth: frozenset[str]
    bearing: frozenset[str]
    carrying: frozenset[str]
    spells: frozenset[str]
    long_spells: frozenset[str]
    lasting: frozenset[str]
    about: frozenset[str]
    ago: frozenset[str]
    months: frozenset[str]
    clock: frozenset[str]
    year_after: frozenset[str]
    present_tense: frozenset[str]
    perfect: frozenset[str]
    infinitive: frozenset[str]
    lately: frozenset[str]
    of_late: frozenset[str]
    following: frozenset[str]
    having_now: frozenset[str]
    since: frozenset[str]
    year_then: frozenset[str]
    answers: frozenset[str]
    list_ends: frozenset[str]
    alternatives: frozenset[str]
    joins: frozenset[str]
    bringing: frozenset[str]
    own_statement: frozenset[str]
    own_opening: frozenset[str]
    own_adjective: frozenset[str]
    owners: frozenset[str]
    treating_for: frozenset[str]
    treatments: frozenset[str]
    asserted_of: frozenset[str]
    he_who: frozenset[str]
    asserting: frozenset[str]
    telling_that: frozenset[str]
    parting: frozenset[str]
    given: frozenset[str]
    passing: frozenset[str]
    persons: frozenset[str]
    pronouns: frozenset[str]
    outcomes: frozenset[str]
    changes: frozenset[str]
    courses: frozenset[str]
    singular: frozenset[str]
    denying: frozenset[str]
    list_joins: frozenset[str]
    inverted: frozenset[str]
    openers: frozenset[str]
    finite: frozenset[str]


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


def written_out(term: str) -> list[str]:
    """Each way to say it, as the lexicon keys it: "call|page the|his surgeon" are four; an alternative may be no word at all ("|his")."""
    if "|" not in term:
        return [term_form(term)]
    ways = [""]
    for alternatives in term.split(" "):
        forms = [term_form(word) for word in alternatives.split("|")]
        ways = [f"{way} {form}" if way and form else way or form for way in ways for form in forms]
    return ways


def _cues_of(name: str, group: Mapping[str, Any]) -> Iterator[tuple[Cue, list[str]]]:
    """Each cue of a group with its terms as they are told."""
    if unknown := group.keys() - _FIELDS:
        raise WrongCues(f"{name}: unknown field {', '.join(sorted(unknown))}")
    if not group.get("why"):
        raise WrongCues(f"{name}: says no reason")
    places: tuple[Place, ...] = get_args(Place)
    for place in places:
        for makes in (group["makes"], group.get("also")):
            if makes and place in group:
                kinds, via, closing, unless = (frozenset(group.get(words, ())) for words in ("kinds", "via", "closing", "unless"))
                certainty, commas = group.get("certainty", "certain"), group.get("commas", "none")
                told, clause = (bool(group.get(word, False)) for word in ("told", "clause"))
                cue = Cue(makes, place, group["within"], certainty, commas, kinds, via, closing, unless, clause, told)
                yield cue, group[place]


def _said_at_its_end(form: str, by_term: Mapping[str, tuple[Cue, ...]]) -> tuple[Cue, ...]:
    """What the last words of an end say of what follows: "and denies" ends one statement and denies the next."""
    words = form.split(" ")
    tails = (by_term[tail] for at in range(1, len(words)) if (tail := " ".join(words[at:])) in by_term)
    return tuple(cue for cue in next(tails, ()) if cue.place == "before" and cue.makes != "end")


def cues_from(told: Mapping[str, Any]) -> Cues:
    """The cues of such a table.  Raises: WrongCues."""
    by_term: dict[str, tuple[Cue, ...]] = {}
    reach = 0
    for name, group in told["groups"].items():
        for cue, terms in _cues_of(name, group):
            alone = (cue,)
            for term in terms:
                reach = max(reach, cue.within + term.count(" ") + 1)
                for way in written_out(term):
                    by_term[way] = (*by_term[way], cue) if way in by_term else alone
    ends = {of: {way for term in terms for way in written_out(term)} for of, terms in told["ends"].items()}
    for form in sorted(set().union(*ends.values())):
        # "he has" ends a denial and, because "he" does, also what was said of a relative: a longer end hides the shorter one in the text.
        words = {form, *form.split(" ")} - {","}
        carried = by_term[form] if form in by_term else _said_at_its_end(form, by_term)
        by_term[form] = (*carried, *(Cue("end", of=of) for of, known in ends.items() if known & words))
    if wrong := told["words"].keys() ^ {each.name for each in fields(CueWords)}:
        raise WrongCues(f"words: {', '.join(sorted(wrong))}")
    words_of = {name: frozenset(form for word in words if (form := term_form(word))) for name, words in told["words"].items()}
    has_it = [(way, has) for has, of in ((True, "having"), (False, "telling")) for term in told[of] for way in written_out(term)]
    charts = [(way, whose == "newborn") for whose, terms in told["charts"].items() for term in terms for way in written_out(term)]
    return Cues(Lexicon(by_term.items()), CueWords(**words_of), Lexicon(has_it), Lexicon(charts), reach)


@lru_cache(maxsize=4)
def load_cues(folder: Path) -> Cues:
    """The cues from `context.yaml` in that folder."""
    return cues_from(read_table(folder / "context.yaml"))
