"""The words that tell of a time of the past, of what came of it, and of now (`rules/nlp/past.yaml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

from opencdi.clinical.vocabulary import SectionKind
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import Lexicon, term_form
from opencdi.nlp.cues import WrongCues, written_out

Role = Literal[
    "dated", "season", "stayed", "span", "own", "back", "tie", "after", "verb", "arrival", "brought", "contrast", "recent", "now", "day",
]  # fmt: skip
"""What words tell of the time; a "day" is a whole date of long ago (nlp.dates)."""
VisitRole = Literal["visit", "stay"]
OF_THIS_STAY: Final[frozenset[SectionKind]] = frozenset(
    {
        "hospital-course", "procedures", "physical-exam", "imaging", "findings", "laboratory", "vital-signs", "discharge-diagnoses",
        "discharge-instructions", "assessment", "assessment-and-plan", "plan", "impression",
    }
)  # fmt: skip
"""Sections that tell of this stay: "the operation" and "in March" are of now."""
_WORDS: Final = (
    "before_a_year", "of", "measured", "until_then", "when", "going_on", "compared", "stays", "beside", "behind_it", "no_event", "until",
    "subjects", "bounds", "parting", "ends", "joins", "relatives", "links", "persons", "over", "out_of", "for_it", "no_cure", "pointing",
    "anew", "had", "reasons", "going_on_now", "long",
)  # fmt: skip


@dataclass(frozen=True)
class Times:
    """What words tell of the time, and single words that steer how it is read; `past.yaml` says what for."""

    roles: Lexicon[Role]
    at_a_visit: Lexicon[Role]
    """The same of a note that tells of a visit (nlp.visits)."""
    visits: Lexicon[VisitRole]
    months: Mapping[str, int]
    unending: tuple[str, ...]
    """Beginnings of the concepts that no time of the past ends."""
    outlasting: tuple[str, ...]
    """Beginnings of the concepts that a bare month does not end."""
    before_a_year: frozenset[str]
    of: frozenset[str]
    measured: frozenset[str]
    until_then: frozenset[str]
    when: frozenset[str]
    going_on: frozenset[str]
    compared: frozenset[str]
    stays: frozenset[str]
    beside: frozenset[str]
    behind_it: frozenset[str]
    no_event: frozenset[str]
    until: frozenset[str]
    subjects: frozenset[str]
    bounds: frozenset[str]
    parting: frozenset[str]
    ends: frozenset[str]
    joins: frozenset[str]
    relatives: frozenset[str]
    links: frozenset[str]
    persons: frozenset[str]
    over: frozenset[str]
    out_of: frozenset[str]
    for_it: frozenset[str]
    no_cure: frozenset[str]
    pointing: frozenset[str]
    anew: frozenset[str]
    had: frozenset[str]
    reasons: frozenset[str]
    going_on_now: frozenset[str]
    long: frozenset[str]


@lru_cache(maxsize=4)
def load_times(folder: Path) -> Times:
    """The times of `past.yaml` in that folder.  Raises: WrongCues."""
    told = read_table(folder / "past.yaml")
    roles: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "day")  # told by its shape
    if (
        told.keys() != {"groups", "visits", "months", "words", "outlasting", "unending"}
        or told["groups"].keys() != set(roles)
        or told["visits"].keys() != set(get_args(VisitRole))
        or told["words"].keys() != set(_WORDS)
    ):
        raise WrongCues("past.yaml: not its groups or words")
    terms = [(way, role) for role in roles for term in told["groups"][role]["terms"] for way in written_out(term)]
    kinds: tuple[VisitRole, ...] = get_args(VisitRole)
    visits = [(way, kind) for kind in kinds for term in told["visits"][kind]["terms"] for way in written_out(term)]
    words = {name: frozenset(map(term_form, told["words"][name])) for name in _WORDS}
    months = {term_form(name): nth for nth, names in enumerate(told["months"], 1) for name in names.split("|")}
    everywhere = [each for each in terms if each[1] != "stayed"]
    at_a_visit = [each for each in terms if each[1] == "stayed"] + everywhere
    return Times(
        Lexicon(everywhere), Lexicon(at_a_visit), Lexicon(visits), months, tuple(told["unending"]), tuple(told["outlasting"]), **words
    )
