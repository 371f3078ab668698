"""How well the rule reader reads the golden corpus: a score per axis, and each miss with its file, line and sentence.

The site of a condition is not marked in the corpus, and not measured.
A mark is found by a finding that overlaps it and has its concept (where only the kind is known: a finding of that kind; diagnosis,
symptom and finding are one another's neighbours there).  Context and attributes are measured on the marks that were found: temporality
only of what is present and the patient's, assertion only of what is not hypothetical.
"acute": of the diagnoses read as here now (present, active, the patient's, of no chronic disease), how many are marked so; nothing is missed
on this axis, what is not marked so is a false acute diagnosis.
Every score is an F1; of axes with one label each (assertion, ...) it is the accuracy, and `axis/value` is the F1 of that value.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from opencdi.clinical.vocabulary import SectionKind
from opencdi.events.reading import Finding, ValueInText
from opencdi.knowledge.concepts import load_named
from opencdi.knowledge.lexicon import BY_TABULAR, chronic_code
from opencdi.nlp.reader import Reading, load_reader
from opencdi.settings import rules_dir
from quality.marks import CONCEPTS, GoldenNote, Mark, MarkedValue

READER = load_reader(rules_dir() / "nlp")
PROBLEMS = frozenset({"diagnosis", "symptom", "finding"})
"""Kinds that have a context; where a mark knows no concept, each may stand for the other."""
_CONTEXT = {"assertion": ("absent", "possible"), "temporality": ("historical", "hypothetical"), "active": ("yes", "no", "unknown"), "experiencer": ("other",)}  # fmt: skip
_MEASURED = frozenset({"severity", "acuity", "laterality", "stage", "type", "organism", "cause", "resolved", "poa", "dose", "route", "frequency"})  # fmt: skip
_CHRONIC = {slug for slug, concept in {**load_named(rules_dir() / "nlp"), **CONCEPTS}.items() if concept.chronic}
_SHOWN = 90


@dataclass
class Counts:
    """Found, found but not there, there but not found."""

    hit: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def f1(self) -> float:
        """1 where there was nothing to find and nothing was found."""
        return 2 * self.hit / (2 * self.hit + self.extra + self.missed) if self.hit + self.extra + self.missed else 1.0


@dataclass(frozen=True)
class Miss:
    """One error, with where it stands."""

    axis: str
    place: str
    said: str
    sentence: str


@dataclass
class Measured:
    """Counts per (note type, axis); the type "" is of all notes."""

    counts: dict[tuple[str, str], Counts] = field(default_factory=lambda: defaultdict(Counts))
    misses: list[Miss] = field(default_factory=list)

    def score(self, axis: str, note_type: str = "") -> float:
        """Between 0 and 1."""
        return self.counts[note_type, axis].f1


class _Measuring:
    """Measures one note into the whole."""

    def __init__(self, note: GoldenNote, into: Measured) -> None:
        self.note, self.into = note, into

    def count(self, axis: str, hit: int = 0, extra: int = 0, missed: int = 0) -> None:
        for note_type in ("", self.note.type):
            counts = self.into.counts[note_type, axis]
            counts.hit, counts.extra, counts.missed = counts.hit + hit, counts.extra + extra, counts.missed + missed

    def miss(self, axis: str, at: int, said: str) -> None:
        text = self.note.text
        begin, end = text.rfind("\n", 0, at) + 1, (text + "\n").find("\n", at)
        shown = text[max(begin, at - _SHOWN) : min(end, at + _SHOWN)].strip()
        self.into.misses.append(Miss(axis, f"{self.note.name}:{self.note.line_at(at)}", said, shown))

    def label(self, axis: str, wanted: str, got: str, at: int, words: str) -> None:
        """One label each: wrong is both missed and extra, so that F1 is accuracy."""
        right = wanted == got
        self.count(axis, hit=right, extra=not right, missed=not right)
        for value in _CONTEXT.get(axis, ()):
            self.count(f"{axis}/{value}", right and wanted == value, not right and got == value, not right and wanted == value)
        if not right:
            self.miss(axis, at, f"{words!r} is {got}, not {wanted}")

    def sections(self, reading: Reading) -> None:
        text = self.note.text
        wanted = _kinds([*self.note.sections, (len(text), "other")], len(text))
        got = _kinds([*((section.start, section.kind) for section in reading.sections), (len(text), "other")], len(text))
        told: set[tuple[int, str, str]] = set()
        at = 0
        for row in text.splitlines(keepends=True):
            for i in range(at, at + len(row)):
                if text[i].isspace():
                    continue
                right, there, said = wanted[i] == got[i], wanted[i] != "other", got[i] != "other"
                if there or said:
                    self.count("section", right, said and not right, there and not right)
                if there:
                    self.count("labelled", hit=said, extra=not said, missed=not said)
                for kind in {wanted[i], got[i]}:
                    self.count(f"section/{kind}", right, kind == got[i] and not right, kind == wanted[i] and not right)
                if not right and (at, wanted[i], got[i]) not in told:
                    told.add((at, wanted[i], got[i]))
                    self.miss("section", i, f"{got[i]}, not {wanted[i]}")
            at += len(row)

    def findings(self, reading: Reading) -> None:
        findings = [finding for finding in reading.findings if finding.kind != "anatomy"]
        found: list[tuple[Mark, Finding]] = []
        for mark in sorted(self.note.marks, key=lambda mark: mark.concept is None):  # who knows its concept chooses first
            fitting = [finding for finding in findings if _fits(mark, finding)]
            if fitting:
                best = max(fitting, key=lambda finding: min(finding.end, mark.end) - max(finding.start, mark.start))
                findings.remove(best)
                found.append((mark, best))
                exact = (best.start, best.end) == (mark.start, mark.end)
                self.count(f"concept/{mark.kind}", hit=1)
                self.count(f"span/{mark.kind}", hit=exact, extra=not exact, missed=not exact)
                if not exact:
                    self.miss(f"span/{mark.kind}", mark.start, f"{best.text!r}, not {self.note.text[mark.start : mark.end]!r}")
            elif mark.kind != "anatomy":
                self.count(f"concept/{mark.kind}", missed=1)
                self.count(f"span/{mark.kind}", missed=1)
                self.miss(f"concept/{mark.kind}", mark.start, f"missed {mark.concept or '?'}: {self.note.text[mark.start : mark.end]!r}")
        for finding in findings:
            if any(_fits(mark, finding) for mark, _ in found):
                continue  # said of the same words already
            self.count(f"concept/{finding.kind}", extra=1)
            self.count(f"span/{finding.kind}", extra=1)
            self.miss(f"concept/{finding.kind}", finding.start, f"not there: {finding.concept}: {finding.text!r}")
        for mark, finding in found:
            self.context(mark, finding)
            self.attributes(mark, finding)

    def acute(self, reading: Reading) -> None:
        marks = [mark for mark in self.note.marks if mark.kind in PROBLEMS]
        for finding in reading.findings:
            if finding.kind != "diagnosis" or is_chronic(finding.concept) or not is_here(finding):
                continue
            right = any(mark.start < finding.end and finding.start < mark.end and is_here(mark) for mark in marks)
            self.count("acute", hit=right, extra=not right)
            if not right:
                self.miss("acute", finding.start, f"{finding.text!r} ({finding.concept}) is no acute diagnosis of this patient")

    def context(self, mark: Mark, finding: Finding) -> None:
        if mark.kind not in PROBLEMS:
            return
        for axis in _CONTEXT:
            if axis == "temporality" and (mark.assertion != "present" or mark.experiencer == "other"):
                continue  # when it began is asked only of what the patient has
            if axis == "assertion" and mark.temporality == "hypothetical":
                continue
            self.label(axis, getattr(mark, axis), getattr(finding, axis), mark.start, finding.text)
        if mark.certainty:
            self.label("certainty", mark.certainty, finding.certainty, mark.start, finding.text)

    def attributes(self, mark: Mark, finding: Finding) -> None:
        for name in sorted(_MEASURED & (mark.attributes.keys() | finding.attributes.keys())):
            wanted, got = (_plain(told.attributes.get(name, "")) for told in (mark, finding))
            implied = name == "acuity" and (mark.concept or "").startswith("acute-") and {wanted, got} <= {"", "acute"}
            if wanted == "?" or implied or (mark.concept is None and name == "type"):
                continue
            self.count(f"attribute/{name}", wanted == got, bool(got) and wanted != got, bool(wanted) and wanted != got)
            if wanted != got:
                self.miss(f"attribute/{name}", mark.start, f"{finding.text!r} has {got or 'none'}, not {wanted or 'none'}")

    def values(self, reading: Reading) -> None:
        values = list(reading.values)
        for marked in self.note.values:
            got = next((value for value in values if _is_value(marked, value)), None)
            if got:
                values.remove(got)
                self.count("value", hit=1)
            else:
                self.count("value", missed=1)
                self.miss("value", marked.at - 1, f"missed {marked.analyte} {marked.value:g}")
        for value in values:
            self.count("value", extra=1)
            self.miss("value", value.start, f"not there: {value.analyte} {value.value:g}")


def measured(notes: list[GoldenNote]) -> Measured:
    """The rule reader on those notes."""
    whole = Measured()
    for note in notes:
        reading = READER.read(note.text, note.type)
        one = _Measuring(note, whole)
        one.sections(reading)
        one.findings(reading)
        one.acute(reading)
        one.values(reading)
    return whole


def report(whole: Measured, axis: str = "", note_type: str = "") -> str:
    """All misses by axis, then the scores of all notes and of each type; `axis` and `note_type` narrow what is told."""
    rows: list[str] = []
    by_axis = sorted(
        (miss for miss in whole.misses if miss.axis.startswith(axis) and miss.place.startswith(note_type)),
        key=lambda miss: (miss.axis, miss.place),
    )
    for i, miss in enumerate(by_axis):
        if i == 0 or by_axis[i - 1].axis != miss.axis:
            rows.append(f"\n== {miss.axis}: {sum(other.axis == miss.axis for other in by_axis)} misses")
        rows.append(f"{miss.place}: {miss.said}\n    {miss.sentence}")
    for kind in sorted({of for of, _ in whole.counts if of.startswith(note_type)}):
        rows.append(f"\n{kind or 'all notes'}:")
        for (of, name), counts in sorted(whole.counts.items()):
            if of == kind and name.startswith(axis):
                rows.append(f"  {name:32} {counts.f1:.3f}   {counts.hit} found, {counts.missed} missed, {counts.extra} not there")
    return "\n".join(rows)


def _kinds(begins: list[tuple[int, SectionKind]], length: int) -> list[SectionKind]:
    """The section of each character."""
    kinds: list[SectionKind] = ["other"] * length
    for (start, kind), (end, _) in pairwise(begins):
        kinds[start:end] = [kind] * (end - start)
    return kinds


def _fits(mark: Mark, finding: Finding) -> bool:
    if finding.start >= mark.end or mark.start >= finding.end:
        return False
    if mark.concept:
        return finding.concept == mark.concept
    return finding.kind == mark.kind or {finding.kind, mark.kind} <= PROBLEMS


def is_here(told: Mark | Finding) -> bool:
    return (told.assertion, told.active, told.experiencer) == ("present", "yes", "patient")


def is_chronic(concept: str) -> bool:
    return chronic_code(concept.removeprefix(BY_TABULAR)) if concept.startswith(BY_TABULAR) else concept in _CHRONIC


def _plain(told: str) -> str:
    return " ".join(told.lower().split())


def _is_value(marked: MarkedValue, value: ValueInText) -> bool:
    """The same number of the same quantity there; degrees and fractions of oxygen in one unit."""
    got, wanted = value.value, marked.value
    if value.unit == "[degF]":
        got = (got - 32) / 1.8
    if value.analyte == "fio2":
        got, wanted = (number * 100 if number <= 1 else number for number in (got, wanted))
    return value.analyte == marked.analyte and value.start < marked.at <= value.end and abs(got - wanted) < 0.06
