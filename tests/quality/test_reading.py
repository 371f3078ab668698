"""How well notes are read: floors per axis on our own synthetic notes (`notes.yaml`); each miss is printed with its line."""

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from opencdi.events.reading import Finding
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

NOTES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "notes.yaml").read_text(encoding="utf-8"))
READER = load_reader(rules_dir() / "nlp")


def line_of(text: str, at: int) -> str:
    """The line in which a finding stands."""
    return text[text.rfind("\n", 0, at) + 1 : (text + "\n").find("\n", at)]


def placed(text: str, rows: list[list[str]]) -> list[tuple[int, list[str]]]:
    """Each annotated row with the place of its words; rows are in the order of the text."""
    at = 0
    found = []
    for row in rows:
        at = text.index(row[0], at)
        found.append((at, row))
        at += len(row[0])
    return found


def overlapping(findings: list[Finding], at: int, words: str) -> Finding | None:
    return next((finding for finding in findings if finding.start < at + len(words) and at < finding.end), None)


def f1(hits: int, said: int, true: int) -> float:
    return 2 * hits / (said + true)


def test_diagnoses_and_their_context() -> None:
    right: Counter[str] = Counter()
    said = true = 0
    for note in NOTES:
        text = note["text"]
        findings = [finding for finding in READER.read(text, note["type"]).findings if finding.kind == "diagnosis"]
        rows = placed(text, note["findings"])
        said, true = said + len(findings), true + len(rows)
        for at, (words, concept, assertion, active, experiencer) in rows:
            finding = overlapping(findings, at, words)
            if finding is None or finding.concept != concept:
                print(f"missed {concept}: {line_of(text, at)}")
                continue
            findings.remove(finding)
            right["concept"] += 1
            for axis, wanted in (("assertion", assertion), ("active", active), ("experiencer", experiencer)):
                right[axis] += getattr(finding, axis) == wanted
                if getattr(finding, axis) != wanted:
                    print(f"{axis} of {words} is {getattr(finding, axis)}, not {wanted}: {line_of(text, at)}")
        for finding in findings:
            print(f"not there: {finding.concept} ({finding.text!r}): {line_of(text, finding.start)}")
    scores = {axis: round(right[axis] / right["concept"], 3) for axis in ("assertion", "active", "experiencer")}
    scores["concept"] = round(f1(right["concept"], said, true), 3)
    print(f"{len(NOTES)} notes, {true} diagnoses: {scores}")
    assert scores["concept"] >= 0.95
    assert scores["assertion"] >= 0.95
    assert scores["active"] >= 0.95
    assert scores["experiencer"] >= 0.97


def test_values() -> None:
    hits = said = true = 0
    for note in NOTES:
        values = Counter((value.analyte, value.value) for value in READER.read(note["text"], note["type"]).values)
        wanted = Counter((analyte, float(value)) for analyte, value in note.get("values", ()))
        hits, said, true = hits + (values & wanted).total(), said + values.total(), true + wanted.total()
        for value in (wanted - values) | (values - wanted):
            print(f"value {value}")
    print(f"values: F1 {f1(hits, said, true):.3f}")
    assert f1(hits, said, true) >= 0.95
