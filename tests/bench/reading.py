"""How fast and how well are notes read?  `make bench-read`: our rule reader beside medSpaCy on the same notes in one run; printed, never asserted.

medSpaCy: its default pipeline (tokenizer, PyRuSH's sentences, target matching over our terms, ConText) with its sectionizer, logs off.
Processor time of one core, the best of several; all have everything loaded.  medSpaCy (an extra) and our reader compiled (the same code
through mypyc) live in environments of their own, which `make bench-read` makes; where one is missing it is left out.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from integration.test_negex import SENTENCES, Tally, tallies
from opencdi.events.reading import Finding
from opencdi.nlp.reader import load_reader
from opencdi.nlp.readers import NoSuchReader, reader_named
from opencdi.nlp.reading import Reader
from opencdi.settings import rules_dir
from quality.marks import CORPUS, GoldenNote, notes_in

SIZES = (508, 5_000, 50_000, 200_000)
PLACES = 12
GOAL, START_GOAL = 25, 1.0
EVERY = 10
"""medSpaCy judges one mention in a tenth of a second or more: one note in so many is judged by both."""
RULES = rules_dir() / "nlp"
COMPILED = Path(".venv-compiled")
CONSOLE = Console(soft_wrap=True)


def medspacy() -> Reader | None:
    """The other reader, with its sectionizer; None where it is not installed."""
    try:
        reader = reader_named("medspacy", RULES)
    except (NoSuchReader, ImportError) as error:
        CONSOLE.print(f"medSpaCy is left out: {error}")
        return None
    reader.pipeline.add_pipe("medspacy_sectionizer")
    CONSOLE.print(f"medSpaCy {reader.version}: {', '.join(reader.pipeline.pipe_names)}")
    return reader


def seconds(work: Callable[[], object], budget_s: float = 2.0) -> float:
    """Processor seconds of one go: the best of as many as fit."""
    best, spent, goes = float("inf"), 0.0, 0
    while goes < 1 or (spent < budget_s and goes < 200):
        begun = time.process_time()
        work()
        took = time.process_time() - begun
        best, spent, goes = min(best, took), spent + took, goes + 1
    return best


def pieces(text: str, size: int) -> list[str]:
    """Stretches of that many characters from all over the text: no one note decides."""
    places = PLACES if size * PLACES <= len(text) else 1
    return [(text * (size // len(text) + 1))[at : at + size] for at in range(0, len(text) // places * places, len(text) // places)]


def taken(read: Callable[[str], object], asked: list[str]) -> float:
    """Seconds for one of these stretches, on average."""
    return sum(seconds(lambda piece=piece: read(piece), 2.0 / len(asked)) for piece in asked) / len(asked)


def compiled() -> dict[int, float]:
    """Seconds at each size of the compiled reader, in a process of its own; empty where there is none."""
    if not (COMPILED / "ready").exists():
        CONSOLE.print("the compiled reader is left out: it is not built")
        return {}
    asked = [str(COMPILED / "bin" / "python"), __file__, "--ours-only"]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return {int(size): float(took) for size, took in json.loads(told).items()}


def speeds(text: str, ours: Reader, theirs: Reader | None, longest: int) -> Table:
    """Milliseconds of each reader for stretches of each size of the text, and how many times faster than medSpaCy ours are."""
    table = Table("characters", "findings", "rules, ms", "compiled, ms", "medSpaCy, ms", "rules, times", "compiled, times", title="Speed")
    faster = compiled()
    for size in SIZES:
        asked = pieces(text, size)
        mine, through_c = taken(ours.read, asked), faster.get(size)
        found = sum(len(ours.read(piece).findings) for piece in asked) / len(asked)
        row = [f"{size:,}", f"{found:.0f}", f"{mine * 1000:.2f}", f"{through_c * 1000:.2f}" if through_c else "-"]
        if theirs is not None and size <= longest:
            other = taken(theirs.pipeline, asked)
            row += [f"{other * 1000:.1f}", f"{other / mine:.1f}", f"{other / through_c:.1f}" if through_c else "-"]
        table.add_row(*row)
    return table


def start_up() -> str:
    """From nothing to a note read, in a process of its own, the index built."""
    code = "from opencdi.nlp.reader import load_reader; from opencdi.settings import rules_dir; load_reader(rules_dir() / 'nlp').read('No sepsis.')"
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        best = min(best, time.perf_counter() - begun)
    return f"Start-up, the interpreter's included: {best:.2f} s (goal {START_GOAL:.0f} s)"


def same_mentions(mine: tuple[Finding, ...], others: tuple[Finding, ...]) -> Iterator[tuple[Finding, Finding]]:
    """Findings of the two that name the same concept in words that overlap."""
    for finding in mine:
        for other in others:
            if other.concept == finding.concept and other.start < finding.end and finding.start < other.end:
                yield finding, other
                break


def agreement(notes: list[GoldenNote], ours: Reader, theirs: Reader) -> str:
    """How often both say the same of a mention that both found."""
    pairs = [
        pair
        for note in notes
        for pair in same_mentions(ours.read(note.text, note.type).findings, theirs.read(note.text, note.type).findings)
    ]
    shares = {
        name: sum(getattr(a, name) == getattr(b, name) for a, b in pairs) / max(1, len(pairs))
        for name in ("assertion", "temporality", "experiencer", "active")
    }
    return f"Of {len(pairs)} mentions found by both they agree: " + ", ".join(f"{name} {share:.1%}" for name, share in shares.items())


def judged(notes: list[GoldenNote], reader: Reader) -> str:
    """How the marked mentions of the corpus are judged, whoever found them."""
    marks = [(note, mark) for note in notes for mark in note.marks if mark.kind in ("diagnosis", "symptom")]
    told = [(mark, reader.context_at(note.text, mark.start, mark.end)[0]) for note, mark in marks]
    shares = (
        f"{name} {sum(getattr(mark, name) == getattr(context, name) for mark, context in told) / max(1, len(told)):.1%}"
        for name in ("assertion", "temporality", "experiencer")
    )
    return f"right at {len(told)} marked mentions: {', '.join(shares)}"


def measures(tally: Tally) -> str:
    """Precision, recall, F1."""
    right, wrong, missed = (tally.counts.get(key, 0) for key in ((True, True), (True, False), (False, True)))
    return f"P {right / max(1, right + wrong):.3f} R {right / max(1, right + missed):.3f} F1 {tally.f1:.3f}"


def main() -> None:
    """All of it."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument(
        "--longest", type=int, default=SIZES[-1], help="characters up to which medSpaCy is measured (200,000 take it minutes)"
    )
    told.add_argument("--ours-only", action="store_true", help="only print our seconds at each size, as JSON")
    options = told.parse_args()
    longest = options.longest
    notes = list(notes_in(CORPUS))
    text = "\n\n".join(note.text for note in notes)
    if options.ours_only:
        print(json.dumps({size: taken(load_reader(RULES).read, pieces(text, size)) for size in SIZES}))
        return
    CONSOLE.print(f"{len(notes)} synthetic notes, {len(text):,} characters")
    ours, theirs = load_reader(RULES), medspacy()
    readers: dict[str, Reader] = {"rules": ours} | ({"medSpaCy": theirs} if theirs is not None else {})
    CONSOLE.print(start_up())
    CONSOLE.print(speeds(text, ours, theirs, longest))
    some = notes[::EVERY]
    CONSOLE.print(f"Judged on {len(some)} of the notes:")
    if theirs is not None:
        CONSOLE.print(agreement(some, ours, theirs))
    for name, reader in readers.items():
        CONSOLE.print(f"{name}: {judged(some, reader)}")
    for name, reader in readers.items() if SENTENCES.exists() else ():
        negated, historical, placed = tallies(reader)
        CONSOLE.print(f"{name}: NegEx, {placed} sentences: negation {measures(negated)}; historical {measures(historical)}")


if __name__ == "__main__":
    main()
