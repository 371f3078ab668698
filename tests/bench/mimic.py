"""Whose indicators do real patients show?  `make bench-mimic`: the MIMIC-IV demo through the line, indicators only (DOMAIN F.19).

Prints, per rule and part of it, in how many stays the indicators were met; no gap, no question.  The set has no notes, so what only a note
can state is left out: of a rule that lives of notes nothing is left.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.mimic_messages import DEMO, ZONE, recording
from opencdi.cli.line import documentation_rules
from opencdi.settings import rules_dir

CODE_YEAR = 2026
"""The dates are shifted by a hundred years: no grouper knows them."""


def site_in(folder: Path) -> Path:
    """The default site in this hospital's zone; nothing else is another (DOMAIN F.19)."""
    lines = (rules_dir() / "sites" / "default.yaml").read_text(encoding="utf-8").splitlines()
    told = [f"timezone: {ZONE}" if line.startswith("timezone:") else line for line in lines]
    file = folder / "site.yaml"
    file.write_text("\n".join((*told, f"code_year: {CODE_YEAR}")) + "\n", encoding="utf-8")
    return file


def shown(messages: Path, site: Path, into: str = "") -> Iterator[dict[str, Any]]:
    """What `opencdi replay --indicators-only` prints; it draws its own bar on standard error."""
    told = [sys.executable, "-m", "opencdi.cli.app", "replay", str(messages), "--indicators-only", "--site", str(site)]
    done = subprocess.run([*told, *(["--into", into] if into else [])], stdout=subprocess.PIPE, check=True)
    yield from map(json.loads, done.stdout.splitlines())


def main() -> None:
    """Replay and print one table."""
    if not DEMO.exists():
        sys.exit("needs the MIMIC-IV demo in ../shared/data")
    stays: dict[tuple[str, str], set[str]] = defaultdict(set)
    with tempfile.TemporaryDirectory(prefix="opencdi-mimic-") as folder:
        messages, _ = recording(Path(folder))
        for row in shown(messages, site_in(Path(folder))):
            stays[row["rule"], row["part"]].add(row["encounter_id"])
    table = Table("rule", "condition", "part", "stays", title="MIMIC-IV demo, 134 stays of 55 patients: indicators met")
    for rule in documentation_rules():
        for part in ("when", *rule.definitions):
            table.add_row(rule.id, rule.condition, part, str(len(stays[rule.id, part])))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
