"""The golden corpus: are its marks well formed, and how does the rule reader read it?

PYTHONPATH=services:tests python tests/quality/golden.py --check [FILE OR FOLDER ...]        are the marks well formed?
PYTHONPATH=services:tests python tests/quality/golden.py [--axis AXIS] [--type TYPE] [...]   every miss, then the scores
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from quality.marks import CORPUS, WrongMarks, notes_in, parsed
from quality.measured import measured, report


def check(paths: list[Path]) -> int:
    """Says what is wrong in the marks, or how much is marked; the exit status."""
    counted: Counter[str] = Counter()
    wrong = 0
    for file in sorted(file for path in paths for file in (path.glob("*.txt") if path.is_dir() else [path])):
        try:
            note = parsed(file.name, file.read_text(encoding="utf-8"))
        except WrongMarks as error:
            print(error)
            wrong += 1
            continue
        counted.update([f"notes of {note.type}", "notes", *(f"{mark.kind} marked" for mark in note.marks)])
        counted["values marked"] += len(note.values)
        for axis, rare in (("assertion", "absent"), ("assertion", "possible"), ("temporality", "historical"), ("experiencer", "other")):
            counted[rare] += sum(getattr(mark, axis) == rare for mark in note.marks)
        counted["hypothetical"] += sum(mark.temporality == "hypothetical" for mark in note.marks)
    print(", ".join(f"{count} {what}" for what, count in sorted(counted.items())))
    print(f"{wrong} files are wrong" if wrong else "all marks are well formed")
    return 2 if wrong else 0


def main(arguments: list[str]) -> int:
    """Checks the marks, or prints the error report of the rule reader."""
    ask = argparse.ArgumentParser(description="the golden corpus")
    ask.add_argument("paths", nargs="*", type=Path, default=[CORPUS])
    ask.add_argument("--check", action="store_true", help="only whether the marks are well formed")
    ask.add_argument("--axis", default="", help="only misses of axes that begin so, as concept/diagnosis or assertion")
    ask.add_argument("--type", default="", help="only notes of this type")
    asked = ask.parse_args(arguments)
    if asked.check:
        return check(asked.paths)
    notes = [note for path in asked.paths for note in notes_in(path) if asked.type in ("", note.type)]
    print(report(measured(notes), asked.axis, asked.type))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
