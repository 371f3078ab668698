"""Short forms: section and neighbours tell what an abbreviation means (DOMAIN B22).

"PE" is an embolism on a CT and the heading of an exam; "MS" may be morphine, a degree, a valve or a disease.  A sense is taken only where
something speaks for it; senses that are no condition stand in the table too, because they forbid the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from opencdi.clinical.vocabulary import FindingKind, SectionKind
from opencdi.knowledge.concepts import ATTRIBUTES, Concept
from opencdi.knowledge.lexicon import BY_TABULAR, chronic_code, kind_of_code
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import BREAK, Lexicon, Words, term_form, word_form
from opencdi.nlp.mentioned import Mentioned

_NEAR: Final = 12
_BESIDE: Final = 2
_NUMBER: Final = "#"
_FIELDS: Final = frozenset({"concept", "is", "near", "not_near", "beside", "not_beside", "in", "not_in", "attributes"})


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning and the company that it keeps.  No `concept`: a meaning that is no finding.

    `near`: within twelve words; `beside`: within two of the same sentence.  Any one of `near`, `beside` and `sections` speaks for it;
    where the table names none, the form alone does.
    """

    concept: str
    kind: FindingKind
    chronic: bool
    near: frozenset[str]
    beside: frozenset[str]
    sections: frozenset[str]
    not_near: frozenset[str]
    not_beside: frozenset[str]
    not_sections: frozenset[str]
    attributes: Mapping[str, str]

    def fits(self, near: Sequence[str], beside: Sequence[str], section: SectionKind) -> bool:
        """Whether the company speaks for this sense, and nothing against it."""
        if (
            section in self.not_sections
            or (self.not_beside and not self.not_beside.isdisjoint(beside))
            or (self.not_near and not self.not_near.isdisjoint(near))
        ):
            return False
        if section in self.sections or not (self.near or self.beside or self.sections):
            return True
        return not self.beside.isdisjoint(beside) or not self.near.isdisjoint(near)


ShortForms = Lexicon[tuple[tuple[str, tuple[Sense, ...]], ...]]
"""The form's words -> (as it must be written, or "" where case does not matter; its senses, the first that fits is meant)."""


class WrongShortForms(Exception):
    """The table of abbreviations cannot be used; the message names the form."""


def _sense(short: str, told: Mapping[str, Any], concepts: Mapping[str, Concept]) -> Sense:
    if unknown := set(told) - _FIELDS:
        raise WrongShortForms(f"{short}: unknown field {', '.join(sorted(unknown))}")
    if unknown := set(told.get("attributes", ())) - set(ATTRIBUTES):
        raise WrongShortForms(f"{short}: unknown attribute {', '.join(sorted(unknown))}")
    slug = told.get("concept", "")
    kind: FindingKind = "finding"
    chronic = False
    if slug.startswith(BY_TABULAR):
        code = slug.removeprefix(BY_TABULAR)
        kind, chronic = kind_of_code(code), chronic_code(code)
    elif slug in concepts:
        kind, chronic = concepts[slug].kind, concepts[slug].chronic
    elif slug or "is" not in told:
        raise WrongShortForms(f"{short}: no such concept {slug}")
    near, beside, not_near, not_beside = (
        frozenset(word_form(word) for word in _flat(told.get(name, ()))) for name in ("near", "beside", "not_near", "not_beside")
    )
    return Sense(
        slug, kind, chronic, near, beside, frozenset(told.get("in", ())), not_near, not_beside, frozenset(told.get("not_in", ())),
        told.get("attributes", {}),
    )  # fmt: skip


def _flat(words: Sequence[Any]) -> Iterator[str]:
    for word in words:
        yield from _flat(word) if isinstance(word, list) else (str(word),)


def load_short_forms(folder: Path, concepts: Mapping[str, Concept]) -> ShortForms:
    """The short forms of `abbreviations.yaml` in that folder; raises `WrongShortForms`."""
    told = read_table(folder / "abbreviations.yaml")
    forms: dict[str, tuple[tuple[str, tuple[Sense, ...]], ...]] = {}
    for short, rows in told["short_forms"].items():
        written = "" if short.islower() else short
        form = term_form(short)
        forms[form] = (*forms.get(form, ()), (written, tuple(_sense(short, row, concepts) for row in rows)))
    return Lexicon(forms.items())


def short_forms_in(
    text: str, words: Words, sections: Sequence[SectionKind], short_forms: ShortForms
) -> list[tuple[int, int, Mentioned | None]]:
    """(first word, word after the last, what is meant) of each form whose company tells; None: it is no finding."""
    said = words.words
    found: list[tuple[int, int, Mentioned | None]] = []
    for first, last, written_forms in words.matches(short_forms):
        written = text[words.starts[first] : words.ends[last - 1]]
        if len(written) == 1 and "/" not in text[max(0, words.starts[first] - 1) : words.ends[first] + 1]:
            continue  # a letter is a word only in a row of them: "f/c/n/v"
        senses = [sense for exact, senses in written_forms if not exact or exact == written for sense in senses]
        if not senses:
            continue
        near = said[max(0, first - _NEAR) : first] + said[last : last + _NEAR]
        beside = _beside(said, first, last)
        for sense in senses:
            if sense.fits(near, beside, sections[first]):
                meant = Mentioned(first, last, sense.concept, sense.kind, sense.chronic, sense.attributes) if sense.concept else None
                found.append((first, last, meant))
                break
    return found


def _beside(said: list[str], first: int, last: int) -> list[str]:
    found: list[str] = []
    for i in range(first - 1, max(-1, first - 1 - _BESIDE), -1):
        if said[i] == BREAK:
            break
        _add(i, said, found)
    for i in range(last, min(len(said), last + _BESIDE)):
        if said[i] == BREAK:
            break
        _add(i, said, found)
    return found


def _add(i: int, said: list[str], found: list[str]) -> None:
    if said[i] != _NUMBER:  # written, it begins a problem: "# HF"
        found.append(said[i])
    if said[i][0].isdigit() and i and said[i - 1] != BREAK:  # "2. HF": an item's number is no amount
        found.append(_NUMBER)
