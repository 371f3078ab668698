"""The rule reader: a note's text in, what it says out.  Pure: same text, kind and rules, same reading; offsets are the text's own."""

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Final

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.events.reading import Finding, Section
from opencdi.knowledge.lasting import Lasting, load_lasting
from opencdi.knowledge.procedure_names import ProcedureNames, load_procedure_names
from opencdi.knowledge.words import FirstWords, Words, term_form, words_of
from opencdi.nlp.around import Cued, Hit, Mention, cued
from opencdi.nlp.beside import beside
from opencdi.nlp.burns import each_burn
from opencdi.nlp.concepts import Vocabulary, load_vocabulary, mentions_in
from opencdi.nlp.context import Context, judged
from opencdi.nlp.cues import Cues, load_cues
from opencdi.nlp.governed import Governed, governed_in
from opencdi.nlp.heading_table import load_headings
from opencdi.nlp.headings import Headings
from opencdi.nlp.language import Languages, language_of, load_languages, safe_values
from opencdi.nlp.lasting import how_it_lasts
from opencdi.nlp.leads import leads_in
from opencdi.nlp.legible import legible
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.numbered import numbered
from opencdi.nlp.options import Options, options_in
from opencdi.nlp.past import Times, load_times
from opencdi.nlp.performed import Performed, performed_in
from opencdi.nlp.problems import told_in_paragraphs
from opencdi.nlp.reading import ENGLISH, MAX_FINDINGS, Reading, cut, finding_of, quoted, rules_version
from opencdi.nlp.relation_words import Table, load_relations
from opencdi.nlp.relations import attributes_of, resolves
from opencdi.nlp.sections import sections_in
from opencdi.nlp.sentences import sentences_in
from opencdi.nlp.shared_sides import shared_sides
from opencdi.nlp.signs import denied_by_sign, has_minus_in_brackets
from opencdi.nlp.together import taken_together
from opencdi.nlp.untitled import Stretch
from opencdi.nlp.values import Values, load_values, values_in
from opencdi.nlp.visits import is_visit
from opencdi.nlp.weighed import Weights, assessed, load_weights, named, weighed

_LASTING: Final = frozenset({"chronic", "chronically"})
_LISTS: Final[frozenset[SectionKind]] = frozenset(
    {"discharge-diagnoses", "past-medical-history", "past-surgical-history", "medications", "allergies"}
)
"""Sections whose lines are items."""
_AROUND_HEADING: Final = " \t\r\n:-–—*_#"


@dataclass(frozen=True)
class Outline:
    """A text taken apart: its words, the sentences and sections they stand in."""

    text: str
    words: Words
    stretches: list[Stretch]
    sentences: list[tuple[int, int]]
    begins: list[int]  # of the sentences, their first words
    sections: list[SectionKind]  # of each word
    options: Options
    note_type: NoteType
    bracketed_minus: bool

    def sentence_at(self, word: int) -> tuple[int, int]:
        """Words [begin, stop) of the sentence in which that word stands."""
        return self.sentences[max(0, bisect_right(self.begins, word) - 1)] if self.sentences else (0, 0)


@dataclass(frozen=True, slots=True)
class Told:
    """The cues of a text, what its lines announce, and what it ties to the past."""

    cues: Cued
    leads: Mapping[int, Sequence[Hit]]
    past: Governed


@dataclass(frozen=True)
class RuleReader:
    """Reads notes by the rules in `rules/nlp`, of which `version` is a hash."""

    headings: Headings
    cues: Cues
    vocabulary: Vocabulary
    values: Values
    relations: Table
    times: Times
    lasting: Lasting
    weights: Weights
    languages: Languages
    procedures: ProcedureNames
    version: str
    name: str = "rules"
    first_words: FirstWords = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """All that is matched against whole texts."""
        known, times = self.vocabulary, self.times
        lexicons = (known.ours, known.tabular, known.short_forms, self.cues.lexicon, self.relations.phrases, self.relations.on_admission)
        object.__setattr__(self, "first_words", FirstWords((*lexicons, times.visits, times.roles, times.at_a_visit, self.procedures.names)))

    def outline(self, text: str, note_type: NoteType = "other") -> Outline:
        """The text's sections, sentences and words."""
        stretches = sections_in(text, self.headings, note_type)
        places = [place for stretch in stretches for place in (stretch.start, stretch.body) if not self._asks(text, stretch, place)]
        lists = [(stretch.body, stretch.end) for stretch in stretches if stretch.kind in _LISTS]
        spans = sentences_in(text, places, lists)
        if (options := options_in(text, spans)).cuts:
            spans = sentences_in(text, [*places, *options.cuts], lists)
        words = words_of(text, spans, self.first_words)
        begins = [0, *[at + 1 for at in words.breaks[:-1]]] if words.breaks else []
        sentences = list(zip(begins, words.breaks, strict=True))  # the break that closes a sentence is not in it
        kinds, bracketed = _sections_of(words, stretches), has_minus_in_brackets(text)
        return Outline(text, words, stretches, sentences, begins, kinds, options, note_type, bracketed)

    def _asks(self, text: str, stretch: Stretch, place: int) -> bool:
        """Whether what stands before that place is a heading that names a condition, which the words behind it answer ("Tobacco: never"),
        or says of what it heads that it is feared or weighed ("PRECAUTIONS: Aspiration", "DIFFERENTIAL DIAGNOSIS: ...")."""
        if place != stretch.body or place == stretch.start:
            return False
        if self.headings.speaks(text[stretch.start : place]):
            return True
        return term_form(text[stretch.start : place].strip(_AROUND_HEADING)) in self.vocabulary.ours.terms

    def read(self, text: str, note_type: NoteType = "other") -> Reading:
        """What the text says."""
        came, read_to = cut(text)
        text = legible(came)
        outline = self.outline(text, note_type)
        sections = tuple([Section(kind=stretch.kind, start=stretch.start, end=stretch.end) for stretch in outline.stretches])
        values = [value for value in values_in(text, outline.words, self.values) if not outline.options.leaves_unsaid(value.start)]
        if (language := language_of(outline.words.words, self.languages)) != ENGLISH:
            return Reading(sections, (), quoted(came, text, safe_values(text, values)), language, read_to)
        all_named = mentions_in(text, outline.words, outline.sections, self.vocabulary)[:MAX_FINDINGS]
        mentions = [mention for mention in all_named if not outline.options.leaves_unsaid(outline.words.starts[mention.first])]
        told = self._told(outline, mentions)
        findings, procedures = self._findings(outline, mentions, told), self._procedures(outline, told)
        done = quoted(came, text, procedures)
        return Reading(sections, quoted(came, text, findings), quoted(came, text, values), language, read_to, done)

    def context_at(self, text: str, start: int, end: int) -> tuple[Context, tuple[int, int] | None]:
        """The context of any stretch of a text (`opencdi context`), and where the deciding cue stands.

        Of an option that nobody ticked nothing is stated: it is told as a supposition.
        """
        text = legible(text)
        outline = self.outline(text)
        if outline.options.leaves_unsaid(start):
            return Context("possible", "hypothetical", "no", "possible", "patient"), None
        words = outline.words
        first, last = words.first_at(start), max(words.first_at(start) + 1, words.first_at(end - 1) + 1)
        known = mentions_in(text[start:end], words_of(text[start:end]), ["other"] * (end - start + 1), self.vocabulary)
        chronic = any(mention.chronic for mention in known)
        kind = known[0].kind if known else None
        section = outline.sections[first] if first < len(outline.sections) else "other"
        lasting = chronic or not _LASTING.isdisjoint(words.words[first:last])
        lasts = self.lasting.of(known[0].concept, known[0].attributes.get("icd10cm")) if known and not chronic else None
        concept = known[0].concept if known else ""
        in_assessment = _assessed(outline, mentions_in(text, words, outline.sections, self.vocabulary))
        denied = _denied_by_mark(outline, start, end, section)
        mention = Mention(
            first, last, kind, lasting, lasts=lasts, denied_by_mark=denied, concept=concept, named=named(concept, section, in_assessment)
        )
        sentence = outline.sentence_at(first)
        with_cues = self._cued(outline, {})
        leads = leads_in(text, with_cues, outline.sentences, outline.sections)
        past = governed_in(with_cues, outline.sentences, outline.sections, self.times).cue_at(first, concept, kind)
        context = self._judged(with_cues, sentence, mention, section, leads, past)
        return context, (words.starts[context.cue[0]], words.ends[context.cue[1] - 1]) if context.cue else None

    def _cued(self, outline: Outline, diseases: Mapping[int, bool]) -> Cued:
        visit = is_visit(outline.words, outline.sections, outline.note_type, self.times)
        return cued(outline.words, self.cues, diseases, visit=visit, study=outline.note_type == "radiology")

    def _judged(
        self,
        said: Cued,
        sentence: tuple[int, int],
        mention: Mention,
        section: SectionKind,
        leads: Mapping[int, Sequence[Hit]],
        past: Hit | None,
    ) -> Context:
        """What the cues say of it, weighed against all that stands around it."""
        by_cues = judged(said, sentence, mention, section, leads.get(sentence[0], ()), past)
        return weighed(by_cues, said, sentence, mention, section, self.weights)

    def _told(self, outline: Outline, mentions: list[Mentioned]) -> Told:
        """What decides the context of all that the text mentions."""
        with_cues = self._cued(outline, {one.first: one.chronic for one in mentions if one.kind == "diagnosis"})
        leads = leads_in(outline.text, with_cues, outline.sentences, outline.sections)
        return Told(with_cues, leads, governed_in(with_cues, outline.sentences, outline.sections, self.times))

    def _findings(self, outline: Outline, mentions: list[Mentioned], told: Told) -> list[Finding]:
        words, text = outline.words, outline.text
        with_cues, leads, past = told.cues, told.leads, told.past
        findings: list[Finding] = []
        near = beside(text, words, self.relations)
        in_assessment = _assessed(outline, mentions)
        for at, mentioned in enumerate(mentions):
            sentence = outline.sentence_at(mentioned.first)
            start, end = words.starts[mentioned.first], words.ends[mentioned.last - 1]
            attributes = numbered(mentioned.concept, text, start, end, attributes_of(at, mentions, near))
            section = outline.sections[mentioned.first]
            mention = Mention(
                mentioned.first,
                mentioned.last,
                mentioned.kind,
                mentioned.chronic,
                acute=attributes.get("acuity") in ("acute", "acute-on-chronic"),
                lasts=how_it_lasts(at, mentions, words.words, sentence, self.lasting),
                denied_by_mark=mentioned.denied or _denied_by_mark(outline, start, end, section),
                concept=mentioned.concept,
                named=named(mentioned.concept, section, in_assessment),
            )
            told_then = past.cue_at(mentioned.first, mentioned.concept, mentioned.kind)
            context = self._judged(with_cues, sentence, mention, section, leads, told_then)
            if context.resolved and resolves(at, mentions, findings[-1].attributes if findings else {}, near):
                attributes["resolved"] = "yes"
            findings.append(finding_of(text, (start, end), (mentioned.concept, mentioned.kind), context, section, attributes))
        for at, side in shared_sides(mentions, [one.attributes for one in findings], near).items():
            findings[at] = findings[at].model_copy(update={"attributes": {**findings[at].attributes, "laterality": side}})
        taken_together(with_cues, mentions, findings, self.times)
        for at, said in told_in_paragraphs(text, outline.sentences, outline.sections, mentions, findings, near).items():
            findings[at] = findings[at].model_copy(update={"attributes": {**findings[at].attributes, **said}})
        return each_burn(text, findings)

    def _procedures(self, outline: Outline, told: Told) -> list[Finding]:
        """The procedures of the closed list, each in its context; most notes name none."""
        words, text = outline.words, outline.text
        named = performed_in(text, words, outline.sentences, outline.sections, self.procedures)
        return [
            self._procedure(one, outline, told.cues, told.leads, told.past.cue_at(one.first, one.slug, "procedure"))
            for one in named
            if not outline.options.leaves_unsaid(words.starts[one.first])
        ]

    def _procedure(self, one: Performed, outline: Outline, said: Cued, leads: Mapping[int, Sequence[Hit]], past: Hit | None) -> Finding:
        words, section = outline.words, outline.sections[one.first]
        start, end = words.starts[one.first], words.ends[one.last - 1]
        denied = _denied_by_mark(outline, start, end, section)
        mention = Mention(one.first, one.last, "procedure", False, denied_by_mark=denied, concept=one.slug)
        context = self._judged(said, outline.sentence_at(one.first), mention, section, leads, past)
        return finding_of(outline.text, (start, end), (one.slug, "procedure"), context, section, dict(one.attributes))


def _assessed(outline: Outline, mentions: Iterable[Mentioned]) -> frozenset[str] | None:
    return assessed([part.kind for part in outline.stretches], ((one.concept, outline.sections[one.first]) for one in mentions))


def _denied_by_mark(outline: Outline, start: int, end: int, section: SectionKind) -> bool:
    """A minus sign, or a ticked "No" behind it."""
    return denied_by_sign(outline.text, start, end, section, bracketed=outline.bracketed_minus) or outline.options.denies(start)


def _sections_of(words: Words, stretches: list[Stretch]) -> list[SectionKind]:
    found: list[SectionKind] = []
    for stretch, after in zip_longest(stretches, stretches[1:]):
        words_before = bisect_left(words.starts, after.start) if after else len(words.starts)
        found += [stretch.kind] * (words_before - len(found))
    return found


@contextmanager
def _no_collection() -> Iterator[None]:
    """Nothing is collected meanwhile: the tables are a million objects that all stay, and each collection would walk them again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def load_reader(folder: Path) -> RuleReader:
    """The reader with the rules in that folder (`rules/nlp`)."""
    with _no_collection():
        return RuleReader(
            load_headings(folder),
            load_cues(folder),
            load_vocabulary(folder),
            load_values(folder),
            load_relations(folder),
            load_times(folder),
            load_lasting(folder),
            load_weights(folder),
            load_languages(folder),
            load_procedure_names(folder),
            version=rules_version(folder.glob("*.yaml")),
        )
