"""Which concepts a text mentions: our own terms, the tabular's terms, and short forms in the right company (DOMAIN B22).

Two vocabularies are read over the same words.  Ours names the mention; a longer tabular term around it adds the attribute `icd10cm`
("Sepsis due to Escherichia coli": sepsis, A4151).  A tabular term that has none of ours in it is a mention by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from opencdi.clinical.vocabulary import SectionKind
from opencdi.knowledge.concepts import Concept, forms_of, load_concepts, load_named
from opencdi.knowledge.lexicon import BY_TABULAR, chronic_code, kind_of_code, load_synonyms, tabular_lexicon
from opencdi.knowledge.none_meant import NONE, NoneMeant, load_none_meant
from opencdi.knowledge.operations import Operations, load_operations
from opencdi.knowledge.spelling import Spelling, load_spelling
from opencdi.knowledge.words import Lexicon, Words
from opencdi.nlp.again import Again, load_again
from opencdi.nlp.coordinated import Coordinations
from opencdi.nlp.dosage import Dosage, load_dosage
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.operations import with_operations
from opencdi.nlp.short_forms import ShortForms, load_short_forms, short_forms_in

_CIRCUMSTANCES: Final = "ABOPSTZ"
"""Chapters that have a disease by its germ, in pregnancy, of newborns or after care: it stays the same disease."""
_NAMING: Final = frozenset({"diagnosis", "symptom", "procedure", "device"})
"""Kinds whose names places, teams and tools are called by."""
_DOCTOR: Final = "dr"
"""The title that is written without its dot, too."""
_COMPANY: Final = frozenset({"organism", "medication", "device", "procedure"})
"""Kinds that a tabular term names beside its disease: "Salmonella sepsis", "heparin induced thrombocytopenia"."""


@dataclass(frozen=True)
class Vocabulary:
    """All that a reader knows the names of."""

    ours: Lexicon[tuple[Concept, Mapping[str, str]]]
    tabular: Lexicon[str]
    short_forms: ShortForms
    dosage: Dosage
    spelling: Spelling
    generic: frozenset[str]
    """Our concepts that a longer tabular term says better."""
    codes: Mapping[str, tuple[str, ...]]
    """Our concept -> the beginnings of its own codes, where they are told."""
    chapters: Mapping[str, frozenset[str]]
    """The tabular's chapters (first letters of codes) that a concept's own terms stand in."""
    operations: Operations
    none_meant: NoneMeant
    again: Again


@lru_cache(maxsize=4)
def load_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary from `concepts.yaml` and `abbreviations.yaml` in that folder, and the tabular."""
    concepts = {**load_named(folder), **load_concepts(folder)}
    dosage, medications = load_dosage(folder, concepts)
    operations, none_meant = load_operations(folder), load_none_meant(folder)
    meant = (*medications.drugs, *forms_of(concepts))
    ours = Lexicon((form, (concept, implied)) for form, concept, implied in (*meant, *operations.terms(), *none_meant.terms()))
    named = {**concepts, **{concept.slug: concept for _, concept, _ in medications.drugs}}
    generic = frozenset(slug for slug, concept in concepts.items() if concept.generic)
    tabular = tabular_lexicon(synonyms=load_synonyms(folder))
    spelled = {word for form, _, _ in meant for word in form.split(" ")}
    spelling = load_spelling(folder, spelled, [*spelled, *operations.by_ending, *tabular.all_words()])
    codes = {slug: concept.codes for slug, concept in concepts.items() if concept.codes}
    chapters: dict[str, frozenset[str]] = {}
    for form, (concept, _) in ours.terms.items():
        if code := tabular.terms.get(form):
            chapters[concept.slug] = chapters.get(concept.slug, frozenset()) | {code[0]}
    short_forms, again = load_short_forms(folder, named), load_again(folder)
    return Vocabulary(ours, tabular, short_forms, dosage, spelling, generic, codes, chapters, operations, none_meant, again)


def mentions_in(text: str, words: Words, sections: list[SectionKind], vocabulary: Vocabulary) -> list[Mentioned]:
    """The concepts named, left to right, none overlapping.  `sections`: the section of each word."""
    said = vocabulary.spelling.corrected(words.words)
    meant = words if said is words.words else Words(said, words.starts, words.ends)
    ours, none = _of_our_terms(meant, vocabulary)
    ours = _with_short_forms(ours, none, text, meant, sections, vocabulary)
    ours = Coordinations(text, words, said, vocabulary.ours).with_parts(ours)
    terms = meant.matches(vocabulary.tabular)
    if none:  # "sepsis alert": what is no finding by its company is none of the tabular's either
        terms = [term for term in terms if not none.issuperset(range(term[0], term[1]))]
    found = [mention for mention in _with_tabular(ours, terms, vocabulary) if not _names_another(mention, text, words, said, vocabulary)]
    found = with_operations(found, text, words, said, vocabulary.operations)
    found = vocabulary.again.with_devices(found, said)
    return vocabulary.dosage.with_dosage(found, text, words)


def _of_our_terms(words: Words, vocabulary: Vocabulary) -> tuple[list[Mentioned], set[int]]:
    """What our terms name, and the words that are no finding because their name means none."""
    found: list[Mentioned] = []
    none: set[int] = set()
    for first, last, (concept, implied) in words.matches(vocabulary.ours):
        if concept is NONE:
            none.update(range(first, last))
        else:
            found.append(_named(words.words, first, last, concept, implied))
    return found, none


def _names_another(mention: Mentioned, text: str, words: Words, said: list[str], vocabulary: Vocabulary) -> bool:
    """Whether the name is part of another's: "trauma surgeon", "endoscopy suite", "foot surgery consult", "Dr. Burns"."""
    if mention.kind == "procedure" and said[mention.last] in vocabulary.none_meant.services:
        return True
    of_it = mention.kind == "diagnosis" and said[mention.last] in vocabulary.none_meant.about
    if of_it or said[mention.last] in vocabulary.none_meant.heads:
        return mention.kind in _NAMING and not mention.chronic and text[words.ends[mention.last - 1] : words.starts[mention.last]] == " "
    titled = mention.first > 0 and said[mention.first - 1] in vocabulary.none_meant.titles
    return titled and (said[mention.first - 1] == _DOCTOR or text[words.ends[mention.first - 1] : words.starts[mention.first]] == ". ")


def _named(said: list[str], first: int, last: int, concept: Concept, implied: Mapping[str, str]) -> Mentioned:
    chronic = concept.chronic or ("icd10cm" in implied and chronic_code(implied["icd10cm"]))
    denied = bool(concept.absent) and " ".join(said[first:last]) in concept.absent
    return Mentioned(first, last, concept.slug, concept.kind, chronic, implied, denied)


def _with_short_forms(
    ours: list[Mentioned], none: set[int], text: str, words: Words, sections: list[SectionKind], vocabulary: Vocabulary
) -> list[Mentioned]:
    """A form that is also a term of ours has its company's meaning; inside a longer term of ours it is read as that term.

    The words that are no finding are added to `none`; what is in it already is not read.
    """
    short_forms = short_forms_in(text, words, sections, vocabulary.short_forms)
    if not short_forms:
        return ours
    taken = {i: mention for mention in ours for i in range(mention.first, mention.last)}
    found = {mention.first: mention for mention in ours}
    for first, last, meant in short_forms:
        if first in none:
            continue
        others = {id(taken[i]): taken[i] for i in range(first, last) if i in taken}
        if any(other.first < first or other.last > last for other in others.values()):
            continue
        for other in others.values():
            found.pop(other.first, None)
        if meant is not None:
            found[first] = meant
        else:
            none.update(range(first, last))
    return [found[first] for first in sorted(found)]


_SEQUELAE: Final = ("B90", "B91", "B92", "B94", "E64", "G09", "I69", "O94")
"""What a disease of the past has left: "hemiplegia following stroke" is no stroke of today (I.B.10)."""


def _with_tabular(ours: list[Mentioned], terms: list[tuple[int, int, str]], vocabulary: Vocabulary) -> list[Mentioned]:
    generic = vocabulary.generic
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
            found.append(Mentioned(first, last, f"{BY_TABULAR}{code}", kind_of_code(code), chronic_code(code)))
            continue
        at_head = next((i for i, mention in enumerate(inside) if mention.kind not in _COMPANY), 0)
        head = inside[at_head]
        named_until = inside[-1].last
        whole = first <= inside[0].first and inside[-1].last <= last
        longer = whole and last - first > head.last - head.first
        if longer and (
            head.concept in generic or head.kind in _COMPANY or head.concept.startswith(BY_TABULAR) or _another(head, code, vocabulary)
        ):
            others = (
                mention for mention in inside if mention is not head and mention.concept not in generic and not code.startswith(_SEQUELAE)
            )  # "cancer related pain" is one mention
            inside = [Mentioned(first, last, f"{BY_TABULAR}{code}", kind_of_code(code), chronic_code(code)), *others]
        elif longer:
            inside[at_head] = replace(head, chronic=head.chronic or chronic_code(code), attributes={**head.attributes, "icd10cm": code})
        found.extend(inside)
    found.extend(ours[at:])
    return found


def _another(head: Mentioned, code: str, vocabulary: Vocabulary) -> bool:
    """Whether the tabular's longer term is another disease than its head: portal hypertension is no hypertension.

    It is where its code is none of the head's own; where those are not told, where it is of an organ's chapter that the head is not of.
    """
    if codes := vocabulary.codes.get(head.concept):
        return not code.startswith(codes)
    chapters = vocabulary.chapters.get(head.concept)
    return chapters is not None and code[0] not in chapters and code[0] not in _CIRCUMSTANCES
