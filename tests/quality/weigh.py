"""Learns the weights of words (`rules/nlp/weights.yaml`, see nlp.weighed) from the golden corpus: `make weights`.

A multinomial logistic regression over the words near each mention, its section, what it is, whether the assessment names it, and what the
cues alone make of it; light weights are left out.  The cues know the corpus by heart, so their verdict counts little (`TRUST`): else nothing would be left for the words to explain.
Made-up sentences in which a condition is here, beside words that mostly speak against it, are learned too.
First it is tried on notes it has not learned from: the corpus in five parts, each read with what the other four taught.
PYTHONPATH=services:tests python tests/quality/weigh.py [--write] [FOLDER OF MARKED NOTES ...]
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import yaml
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from opencdi.events.reading import Finding
from opencdi.nlp.around import cued
from opencdi.nlp.context import Context
from opencdi.nlp.legible import legible
from opencdi.nlp.reader import Outline
from opencdi.nlp.weighed import INSTEAD, PLACES, Weights, assessed, named, places, traits, weighed_as
from opencdi.settings import rules_dir
from quality.marks import CORPUS, GoldenNote, Mark, notes_in
from quality.measured import PROBLEMS, READER, is_chronic

TABLE = rules_dir() / "nlp" / "weights.yaml"
MADE_UP = Path(__file__).parents[1] / "unit" / "nlp"
CUES = replace(READER, weights=replace(READER.weights, outweighs=10**9))
"""The reader as its cues are: nothing outweighs them."""
OUTWEIGHS = 1
"""Hundredths by which another context must be likelier than "here": whatever is likelier."""
LEAST_OFTEN = 4
"""A word that stands in a place less often teaches nothing."""
LIGHT = 10
"""Hundredths below which a weight is left out."""
TRUST = 0.1
"""What the cues' verdict counts as a feature, where a word counts 1."""
OF_IT = 0.5
"""What a trait of the mention counts as a feature: the same disease stands in notes of all kinds."""
PARTS = 5
HERE, VERDICT, SECTION, TRAIT = "here", "verdict", "section", "trait"
_COUNTS = {VERDICT: TRUST, TRAIT: OF_IT}
_MARKED = re.compile(r"<([^<>]*)>")
_SLOT = re.compile(r"\{([sdSD])\}")


@dataclass(frozen=True)
class Example:
    """What is said around a mention and of it ("near denies", "section plan", "trait pneumonia", "verdict here"), and what it is."""

    source: str
    said: frozenset[str]
    is_a: str


def is_a(told: Mark | Finding | Context) -> str:
    """Its context: one of `INSTEAD`, or "here"."""
    if told.experiencer == "other":
        return "other"
    if told.temporality == "hypothetical":
        return "supposed"
    if told.assertion != "present":
        return told.assertion
    return HERE if told.active == "yes" else "past"


def said_around(outline: Outline, start: int, end: int, verdict: str) -> frozenset[str]:
    """The features of the characters [start, end)."""
    words = outline.words
    first = words.first_at(start)
    last = max(first + 1, words.first_at(end - 1) + 1)
    near = places(cued(words, CUES.cues), outline.sentence_at(first), first, last)
    said = {f"{PLACES[place]} {weighed_as(words.words[at])}" for at, place in near}
    return frozenset(said | {f"{SECTION} {outline.sections[first]}", f"{VERDICT} {verdict}"})


def marked(notes: Iterable[GoldenNote]) -> Iterator[Example]:
    """Every diagnosis, symptom and finding that is marked and found, without chronic disease."""
    for note in notes:
        outline = CUES.outline(legible(note.text), note.type)
        every = CUES.read(note.text, note.type).findings
        findings = [finding for finding in every if finding.kind in PROBLEMS]
        in_assessment = assessed([stretch.kind for stretch in outline.stretches], ((one.concept, one.section) for one in every))
        for mark in note.marks:
            if mark.kind not in PROBLEMS or (mark.concept and is_chronic(mark.concept)):
                continue
            found = next((finding for finding in findings if mark.start < finding.end and finding.start < mark.end), None)
            if found:
                standing = named(found.concept, found.section, in_assessment)
                of_it = traits(found.kind, found.concept, standing) if standing else ()
                said = said_around(outline, mark.start, mark.end, is_a(found)) | {f"{TRAIT} {trait}" for trait in of_it}
                yield Example(note.name, said, is_a(mark))


def made_up() -> Iterator[Example]:
    """The sentences of the specifications in which what stands between < and > is here."""
    lists = [
        yaml.safe_load((MADE_UP / f"{name}_examples.yaml").read_text(encoding="utf-8"))["here"] for name in ("acute", "foretold", "past")
    ]
    sentences = [sentence for lines in lists for sentence in lines.splitlines()]
    frames = yaml.safe_load((Path(__file__).parent / "frames.yaml").read_text(encoding="utf-8"))
    sentences += [_SLOT.sub(lambda slot: f"<{frames['names'][slot[1].lower()][0]}>", frame) for frame in frames["here"]]
    for lines in yaml.safe_load((MADE_UP / "context_examples.yaml").read_text(encoding="utf-8")).values():
        sentences += [line.removesuffix("=>").strip() for line in lines.splitlines() if line.endswith("=>")]
    for sentence in sentences:
        plain = sentence.replace("<", "").replace(">", "")
        outline = CUES.outline(plain)
        for nth, mark in enumerate(_MARKED.finditer(sentence)):
            start = mark.start() - 2 * nth
            end = start + len(mark[1])
            yield Example("made up", said_around(outline, start, end, is_a(CUES.context_at(plain, start, end)[0])), HERE)


def learned(examples: Sequence[Example]) -> Weights:
    """The weights that explain them best."""
    often = Counter(said for example in examples for said in example.said)
    vectors = DictVectorizer()
    table = vectors.fit_transform(
        {said: _COUNTS.get(said.partition(" ")[0], 1) for said in example.said if often[said] >= LEAST_OFTEN} for example in examples
    )
    table.indices, table.indptr = table.indices.astype("int32"), table.indptr.astype("int32")
    model = LogisticRegression(C=1, max_iter=5000).fit(table, [example.is_a for example in examples])
    row = {name: nth for nth, name in enumerate(model.classes_)}

    def against_here(column: Sequence[float]) -> tuple[int, ...]:
        return tuple(round(100 * (column[row[name]] - column[row[HERE]])) for name in INSTEAD)

    nothing = model.intercept_
    sections: dict[str, tuple[int, ...]] = {}
    of_mentions: dict[str, tuple[int, ...]] = {}
    words: dict[str, dict[int, tuple[int, ...]]] = {}
    for said, column in zip(vectors.get_feature_names_out(), model.coef_.T, strict=True):
        where, _, word = said.partition(" ")
        column = column * _COUNTS.get(where, 1)
        weights = against_here(column)
        if where == VERDICT:
            nothing = nothing + column if word == HERE else nothing  # only what the cues call here is weighed
        elif max(map(abs, weights)) >= LIGHT:
            if where == SECTION:
                sections[word] = weights
            elif where == TRAIT:
                of_mentions[word] = weights
            else:
                words.setdefault(word, {})[PLACES.index(where)] = weights
    return Weights(OUTWEIGHS, against_here(nothing), sections, of_mentions, words)


def tried(notes: Iterable[GoldenNote], weights: Weights) -> Counter[tuple[bool, bool]]:
    """Of what the cues alone call here: (whether it is, whether it still is called so with these weights)."""
    with_them = replace(CUES, weights=weights)
    counted: Counter[tuple[bool, bool]] = Counter()
    for note in notes:
        marks = [mark for mark in note.marks if mark.kind in PROBLEMS]
        after = {(finding.start, finding.end): finding.active for finding in with_them.read(note.text, note.type).findings}
        for finding in CUES.read(note.text, note.type).findings:
            mark = next((mark for mark in marks if mark.start < finding.end and finding.start < mark.end), None)
            if mark and finding.kind in PROBLEMS and finding.active == "yes":
                counted[is_a(mark) == HERE, after[finding.start, finding.end] == "yes"] += 1
    return counted


def in_words(counted: Counter[tuple[bool, bool]]) -> str:
    """Such a count."""
    wrong, right = counted[False, True] + counted[False, False], counted[True, True] + counted[True, False]
    return f"of {wrong} wrongly called here by the cues {counted[False, False]} mended, of {right} rightly {counted[True, False]} spoilt"


def written(weights: Weights) -> str:
    """The table as its file has it."""
    lines = [
        "# How much the words around a mention speak against its being here now (nlp.weighed): hundredths of the logarithm of the odds.",
        "# Learned from the golden corpus by `make weights`, never edited by hand.",
        f"contexts: [{', '.join(INSTEAD)}]",
        f"outweighs: {weights.outweighs}",
        f"nothing: {list(weights.nothing)}",
        "sections:",
        *(f"  {kind}: {list(each)}" for kind, each in sorted(weights.sections.items())),
        "traits:",
        *(f'  "{trait}": {list(each)}' for trait, each in sorted(weights.traits.items())),
        "words:",
    ]
    for word, of in sorted(weights.words.items()):
        told = ", ".join(f"{PLACES[place]}: {list(each)}" for place, each in sorted(of.items()))
        lines.append(f'  "{word}": {{{told}}}')
    return "\n".join(lines) + "\n"


def main() -> None:
    """Tries, learns and writes."""
    ask = argparse.ArgumentParser(description="the weights of words")
    ask.add_argument("unseen", nargs="*", type=Path, help="folders of marked notes to try the learned weights on")
    ask.add_argument("--write", action="store_true", help="write the table")
    asked = ask.parse_args()
    notes = list(notes_in(CORPUS))
    known, always = list(marked(notes)), list(made_up())
    part_of = {note.name: sha256(note.name.encode()).digest()[0] % PARTS for note in notes}
    whole: Counter[tuple[bool, bool]] = Counter()
    for part in range(PARTS):
        weights = learned([*(example for example in known if part_of[example.source] != part), *always])
        whole += tried((note for note in notes if part_of[note.name] == part), weights)
    print(f"the corpus, each fifth read with the weights of the others: {in_words(whole)}")
    weights = learned([*known, *always])
    for folder in asked.unseen:
        print(f"{folder.name}: {in_words(tried(notes_in(folder), weights))}")
    count = sum(map(len, weights.words.values()))
    print(
        f"{count} weights of {len(weights.words)} words, from {len(known)} mentions in {len(notes)} notes and {len(always)} in made-up sentences"
    )
    if asked.write:
        TABLE.write_text(written(weights), encoding="utf-8")


if __name__ == "__main__":
    main()
