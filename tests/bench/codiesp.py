"""Codes of published clinical cases beside their annotators' (CodiEsp dev, CC BY 4.0), and what the reportable path adds to our own charts.

CodiEsp codes every mention by annotators' habit, a bill does not: hence two scopes, and a wall between them (DOMAIN F.19).
"""

import csv
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import environ
from pathlib import Path

from rich.table import Table

from opencdi.knowledge.icd10cm import tabular

CASES = Path(__file__).resolve().parents[3] / "shared" / "data" / "codiesp" / "dev"
GOAL = 0.45
NO_INDEX = Path("/nonexistent/index")
Coded = Mapping[str, frozenset[str]]
CHAPTERS = (
    ("A", "B", "infections"), ("C", "D49", "neoplasms"), ("D50", "D89", "blood"), ("E", "E", "endocrine"), ("F", "F", "mental"),
    ("G", "G", "nervous"), ("H", "H59", "eye"), ("H60", "H", "ear"), ("I", "I", "circulatory"), ("J", "J", "respiratory"),
    ("K", "K", "digestive"), ("L", "L", "skin"), ("M", "M", "musculoskeletal"), ("N", "N", "genitourinary"), ("O", "O", "pregnancy"),
    ("P", "P", "perinatal"), ("Q", "Q", "congenital"), ("R", "R", "symptoms"), ("S", "T", "injury"), ("U", "U", "special"),
    ("V", "Y", "external causes"), ("Z", "Z", "factors"),
)  # fmt: skip


def chapter_of(code: str) -> str:
    """The chapter's short name."""
    return next(name for low, high, name in CHAPTERS if low <= code[: len(low)] and code[: len(high)] <= high)


@dataclass(frozen=True)
class Score:
    """Right, said and wanted, over (case, code)."""

    right: int
    said: int
    wanted: int

    @property
    def precision(self) -> float:
        """Of those said."""
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """Of those wanted."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / (self.said + self.wanted) if self.said + self.wanted else 0.0


def micro(ours: Coded, gold: Coded) -> Score:
    """Over all (case, code)."""
    right = sum(len(ours.get(case, frozenset()) & codes) for case, codes in gold.items())
    return Score(right, sum(map(len, ours.values())), sum(map(len, gold.values())))


def macro(ours: Coded, gold: Coded) -> tuple[float, float, float]:
    """Precision, recall and F1 of each code that the annotators used, averaged over the codes."""
    scores = [
        micro({case: codes & {code} for case, codes in ours.items()}, {case: codes & {code} for case, codes in gold.items()})
        for code in sorted(frozenset().union(*gold.values()))
    ]
    count = max(1, len(scores))
    return sum(s.precision for s in scores) / count, sum(s.recall for s in scores) / count, sum(s.f1 for s in scores) / count


def in_chapter(coded: Coded, chapter: str) -> Coded:
    """Only that chapter's codes."""
    return {case: frozenset(code for code in codes if chapter_of(code) == chapter) for case, codes in coded.items()}


def annotated(*, billable: bool = True) -> Coded:
    """The annotators' codes; those of today's tabular alone, or also the 221 that were retired since, which nobody can give."""
    told: dict[str, set[str]] = defaultdict(set)
    with next(CASES.glob("*D.tsv")).open(encoding="utf-8", newline="") as file:
        for case, code in csv.reader(file, delimiter="\t"):
            told[case].add(code.replace(".", "").upper())
    return {case: frozenset(code for code in codes if tabular().billable(code) or not billable) for case, codes in told.items()}


def texts() -> dict[str, str]:
    """case -> its text."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((CASES / "text_files_en").glob("*.txt"))}


def with_index(codes_folder: Path | None) -> dict[str, str]:
    """The environment of a process that has the index of that folder; none where there is no folder."""
    return {**environ, "CDI_CODES": str(codes_folder or NO_INDEX)}


def coded(scope: str, codes_folder: Path | None, cases: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """What `opencdi code` says of them in a process of its own, with the index of that folder or without any."""
    lines = "\n".join(json.dumps({"id": case, "text": text}) for case, text in cases.items())
    asked = [sys.executable, "-m", "opencdi.cli.app", "code", "--scope", scope, "--date", "2026-05-01"]
    done = subprocess.run(asked, input=lines, capture_output=True, text=True, check=True, env=with_index(codes_folder))
    return {told["id"]: frozenset(one["code"] for one in told["codes"]) for told in map(json.loads, done.stdout.splitlines())}


def dictionary(cases: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """What a user would write first: every description and inclusion term of a billable code, looked for in the text, the longest first."""
    terms: dict[str, str] = {}
    for code in tabular():
        entry = tabular().entry(code)
        if entry is not None and entry.billable:
            for term in (entry.description, *entry.inclusion_terms):
                plain = re.sub(r",? unspecified| NOS$|\(.*?\)", "", term.lower()).strip()
                if len(plain) > 3:
                    terms.setdefault(plain, code)
    longest = max(term.count(" ") for term in terms) + 1
    return {case: frozenset(_looked_up(text.lower(), terms, longest)) for case, text in cases.items()}


def _looked_up(text: str, terms: Mapping[str, str], longest: int) -> Iterable[str]:
    words = re.findall(r"[\w'-]+", text)
    at = 0
    while at < len(words):
        size = next((n for n in range(min(longest, len(words) - at), 0, -1) if " ".join(words[at : at + n]) in terms), 0)
        if size:
            yield terms[" ".join(words[at : at + size])]
        at += size or 1


def summary(results: Mapping[str, Coded], gold: Coded) -> Table:
    """Micro and macro figures of each way of coding."""
    columns = ("CodiEsp dev", "codes", "P", "R", "F1", "macro P", "macro R", "macro F1", "F1 with retired")
    table, everything = Table(*columns, title=f"{len(gold)} cases, billable codes; goal F1 {GOAL} untrained"), annotated(billable=False)
    for name, ours in results.items():
        score, averages = micro(ours, gold), macro(ours, gold)
        figures = (score.precision, score.recall, score.f1, *averages, micro(ours, everything).f1)
        table.add_row(name, f"{score.said:,}", *(f"{figure:.3f}" for figure in figures))
    return table


def by_chapter(results: Mapping[str, Coded], gold: Coded) -> Table:
    """Precision, recall and F1 of each way of coding in each chapter."""
    table = Table("chapter", "wanted", *results, title="by chapter: P R F1")
    for *_, chapter in CHAPTERS:
        wanted = in_chapter(gold, chapter)
        if count := sum(map(len, wanted.values())):
            scores = [micro(in_chapter(ours, chapter), wanted) for ours in results.values()]
            table.add_row(chapter, str(count), *(f"{s.precision:.2f} {s.recall:.2f} {s.f1:.2f}" for s in scores))
    return table


def missed(ours: Coded, gold: Coded, most: int = 40) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The codes most often missed, and those most often said and not wanted."""
    misses = Counter(code for case, codes in gold.items() for code in codes - ours.get(case, frozenset()))
    false = Counter(code for case, codes in ours.items() for code in codes - gold.get(case, frozenset()))
    return misses.most_common(most), false.most_common(most)
