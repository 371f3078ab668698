"""Which concepts a text mentions: our own terms, the tabular's terms, and short forms in the right company (DOMAIN B22).

Two vocabularies are read over the same words.  Ours names the mention; a longer tabular term around it adds the attribute `icd10cm`
("Sepsis due to Escherichia coli": sepsis, A4151).  A tabular term that has none of ours in it is a mention by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from opencdi.clinical.vocabulary import FindingKind, SectionKind
from opencdi.knowledge.concepts import Concept, forms_of, load_concepts
from opencdi.knowledge.lexicon import tabular_lexicon
from opencdi.knowledge.words import Lexicon, Words, term_form, word_form

_CHRONIC_STEMS = (
    "B18", "B20", "D57", "E03", "E08", "E09", "E10", "E11", "E13", "E66", "E78", "F01", "F02", "F03", "F20", "F31", "F32", "F33", "F84",
    "G20", "G30", "G31", "G35", "G40", "G47", "G80", "G89", "H40", "I10", "I11", "I12", "I13", "I25", "I27", "I34", "I35", "I42", "I48",
    "I50", "I69", "I70", "I73", "J41", "J42", "J43", "J44", "J45", "J47", "J84", "J96.1", "K21", "K50", "K51", "K58", "K70", "K73",
    "K74", "M05", "M06", "M10", "M1A", "M15", "M16", "M17", "M19", "M32", "M34", "M48", "M81", "N18", "N40", "Q",
)  # fmt: skip
"""Categories of disease that does not end (our reading of the tabular): "history of" one of these means that the patient has it."""
_NEAR = 12


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Words [first, last) name a concept.  `attributes`: what the term itself implies."""

    first: int
    last: int
    concept: str
    kind: FindingKind
    chronic: bool
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShortForm:
    """An abbreviation and the company in which it means this concept."""

    written: str
    concept: str
    kind: FindingKind
    chronic: bool
    exact: bool
    near: frozenset[str]
    not_near: frozenset[str]
    not_sections: frozenset[str]
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Vocabulary:
    """All that a reader knows the names of."""

    ours: Lexicon[tuple[Concept, Mapping[str, str]]]
    tabular: Lexicon[str]
    short_forms: Lexicon[tuple[ShortForm, ...]]
    generic: frozenset[str]
    """Our concepts that a longer tabular term says better."""


class WrongShortForms(Exception):
    """The table of abbreviations names a concept that there is not."""


def kind_of_code(code: str) -> FindingKind:
    """What a tabular term names, by its chapter."""
    return {"R": "symptom", "Z": "finding"}.get(code[0], "diagnosis")  # type: ignore[return-value]  # values are kinds


def chronic_code(code: str) -> bool:
    """Whether a code's category is of disease that does not end."""
    return code.startswith(tuple(stem.replace(".", "") for stem in _CHRONIC_STEMS))


def _short_form(row: Mapping[str, Any], concepts: Mapping[str, Concept]) -> ShortForm:
    slug = row["concept"]
    if slug.startswith("icd10cm:"):
        code = slug.removeprefix("icd10cm:")
        kind, chronic = kind_of_code(code), chronic_code(code)
    elif slug in concepts:
        kind, chronic = concepts[slug].kind, concepts[slug].chronic
    else:
        raise WrongShortForms(f"{row['short']}: no such concept {slug}")
    near, not_near = (frozenset(word_form(str(word)) for word in row.get(name, ())) for name in ("near", "not_near"))
    return ShortForm(
        row["short"], slug, kind, chronic, row["exact"], near, not_near, frozenset(row.get("not_sections", ())), row.get("attributes", {})
    )


@lru_cache(maxsize=4)
def load_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary from `concepts.yaml` and `abbreviations.yaml` in that folder, and the tabular."""
    concepts = load_concepts(folder)
    rows = yaml.load((folder / "abbreviations.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # C loader of SafeLoader
    short_forms: dict[str, tuple[ShortForm, ...]] = {}
    for row in rows:
        form = term_form(row["short"])
        short_forms[form] = (*short_forms.get(form, ()), _short_form(row, concepts))
    ours = Lexicon((form, (concept, implied)) for form, concept, implied in forms_of(concepts))
    generic = frozenset(slug for slug, concept in concepts.items() if concept.generic)
    return Vocabulary(ours, tabular_lexicon(), Lexicon(short_forms.items()), generic)


def mentions_in(text: str, words: Words, sections: list[SectionKind], vocabulary: Vocabulary) -> list[Mentioned]:
    """The concepts named, left to right, none overlapping.  `sections`: the section of each word."""
    ours = [
        Mentioned(first, last, concept.slug, concept.kind, concept.chronic, implied)
        for first, last, (concept, implied) in vocabulary.ours.matches(words.words)
    ]
    taken = {i for mention in ours for i in range(mention.first, mention.last)}
    shorts = [short for short in _short_forms_in(text, words, sections, vocabulary) if short.first not in taken]
    ours = sorted([*ours, *shorts], key=lambda mention: mention.first)
    return _with_tabular(ours, vocabulary.tabular.matches(words.words), vocabulary.generic)


def _short_forms_in(text: str, words: Words, sections: list[SectionKind], vocabulary: Vocabulary) -> Iterator[Mentioned]:
    said = words.words
    for first, last, forms in vocabulary.short_forms.matches(said):
        written = text[words.starts[first] : words.ends[last - 1]]
        company = set(said[max(0, first - _NEAR) : first]) | set(said[last : last + _NEAR])
        for form in forms:
            if (form.exact and written != form.written) or sections[first] in form.not_sections:
                continue
            if (form.near and not form.near & company) or form.not_near & company:
                continue
            yield Mentioned(first, last, form.concept, form.kind, form.chronic, form.attributes)
            break


def _with_tabular(ours: list[Mentioned], terms: Iterator[tuple[int, int, str]], generic: frozenset[str]) -> list[Mentioned]:
    found: list[Mentioned] = []
    at = 0
    named_until = 0  # ours hide the tabular terms inside them
    for first, last, code in terms:
        if first < named_until:
            continue
        while at < len(ours) and ours[at].last <= first:
            found.append(ours[at])
            at += 1
        inside: list[Mentioned] = []
        while at < len(ours) and ours[at].first < last:
            inside.append(ours[at])
            at += 1
        if not inside:
            found.append(Mentioned(first, last, f"icd10cm:{code}", kind_of_code(code), chronic_code(code)))
            continue
        head = inside[0]
        named_until = inside[-1].last
        whole = first <= head.first and inside[-1].last <= last
        longer = whole and last - first > head.last - head.first
        if longer and head.concept in generic:
            inside = [Mentioned(first, last, f"icd10cm:{code}", kind_of_code(code), chronic_code(code)), *inside[1:]]
        elif longer:
            inside[0] = Mentioned(head.first, head.last, head.concept, head.kind, head.chronic, {**head.attributes, "icd10cm": code})
        found.extend(inside)
    found.extend(ours[at:])
    return found
