"""medSpaCy as a reader, to compare with: its sentences, its target matching over our concepts' terms, its ConText (`make bench-read`).

What it has no part for is read by our own rules, so that two readings differ only in what is compared: sections, values, the language, and
what `active` follows from.  medSpaCy (MIT) comes with the extra `medspacy`; it is imported only when a site names this reader.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from opencdi.clinical.vocabulary import Active, Assertion, NoteType, Temporality
from opencdi.events.reading import Finding, Section
from opencdi.knowledge.concepts import Concept, load_concepts
from opencdi.nlp.context import Context
from opencdi.nlp.legible import legible
from opencdi.nlp.reader import RuleReader, load_reader
from opencdi.nlp.reading import ENGLISH, MAX_FINDINGS, Reading, cut

_SPEAK_PATIENTS_WORDS = ("PyRuSH", "medspacy", "PyFastNER", "quickumls")
"""Libraries below medSpaCy that log tokens of the text at DEBUG, through loguru, which prints DEBUG by default."""
_PIPES = ("medspacy_tokenizer", "medspacy_pyrush", "medspacy_target_matcher", "medspacy_context")
_SURROGATE = {code: "\ufffd" for code in range(0xD800, 0xE000)}
"""Half a character cannot be encoded, and the library's exception would quote the text; one for one, so that offsets stay."""


@dataclass(frozen=True)
class MedspacyReader:
    """Reads notes by medSpaCy, over the terms of `rules/nlp/concepts.yaml`."""

    pipeline: Any  # spacy.Language: untyped, and imported only here
    concepts: dict[str, Concept]
    rules: RuleReader
    version: str
    name: str = "medspacy"

    def read(self, text: str, note_type: NoteType = "other") -> Reading:
        """What the text says, as medSpaCy reads it."""
        told = self.rules.read(text, note_type)
        text, _ = cut(text)
        document = self.pipeline(legible(text).translate(_SURROGATE))
        found = sorted(self._findings(text, document.ents, told.sections), key=lambda finding: finding.start)[:MAX_FINDINGS]
        return Reading(
            told.sections, tuple(found) if told.language == ENGLISH else (), told.values, told.language, told.read_to, told.procedures
        )

    def context_at(self, text: str, start: int, end: int) -> tuple[Context, tuple[int, int] | None]:
        """ConText's judgement of the characters [start, end), and its nearest cue."""
        document = self.pipeline.make_doc(legible(text).translate(_SURROGATE))
        document = self.pipeline.get_pipe("medspacy_pyrush")(document)
        mention = document.char_span(start, end, label="MENTION", alignment_mode="expand")
        if mention is None:  # white space alone
            return Context("present", "current", "yes", "certain", "patient"), None
        document.ents = [mention]
        judged = self.pipeline.get_pipe("medspacy_context")(document).ents[0]
        cues = sorted(_cues(document, judged), key=lambda cue: max(start - cue[1], cue[0] - end))
        return _context(judged, chronic=False), cues[0] if cues else None

    def _findings(self, text: str, mentions: Any, sections: tuple[Section, ...]) -> Iterator[Finding]:
        at = 0
        for mention in mentions:
            concept = self.concepts[mention.label_]
            while at + 1 < len(sections) and sections[at].end <= mention.start_char:
                at += 1
            context = _context(mention, chronic=concept.chronic)
            yield Finding(
                start=mention.start_char,
                end=mention.end_char,
                text=text[mention.start_char : mention.end_char],
                concept=concept.slug,
                kind=concept.kind,
                assertion=context.assertion,
                temporality=context.temporality,
                active=context.active,
                certainty=context.certainty,
                experiencer=context.experiencer,
                section=sections[at].kind,
            )


def _context(mention: Any, *, chronic: bool) -> Context:
    told = mention._
    assertion: Assertion = "absent" if told.is_negated else "possible" if told.is_uncertain else "present"
    temporality: Temporality = "hypothetical" if told.is_hypothetical else "historical" if told.is_historical else "current"
    other = bool(told.is_family)
    gone = assertion == "absent" or other or temporality == "hypothetical" or (temporality == "historical" and not chronic)
    active: Active = "no" if gone else "unknown" if assertion == "possible" else "yes"
    return Context(assertion, temporality, active, "possible" if assertion == "possible" else "certain", "other" if other else "patient")


def _cues(document: Any, mention: Any) -> Iterator[tuple[int, int]]:
    for modifier in mention._.modifiers:
        first, last = modifier.modifier_span
        cue = document[first:last]
        yield cue.start_char, cue.end_char


def load_medspacy(folder: Path) -> MedspacyReader:
    """The reader with the concepts in that folder (`rules/nlp`); needs the extra `medspacy`."""
    silence()
    import medspacy
    from medspacy.ner import TargetRule

    concepts = dict(load_concepts(folder))
    pipeline = medspacy.load(medspacy_enable=_PIPES)
    rules = [TargetRule(term, slug) for slug, concept in concepts.items() for term in concept.terms]
    pipeline.get_pipe("medspacy_target_matcher").add(rules)
    return MedspacyReader(pipeline, concepts, load_reader(folder), version=version("medspacy"))


def silence() -> None:
    """Let nobody below medSpaCy log: what they log is the text."""
    from loguru import logger

    for library in _SPEAK_PATIENTS_WORDS:
        logger.disable(library)
        logging.getLogger(library).setLevel(logging.WARNING)
