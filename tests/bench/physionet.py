"""Do SIRS and SOFA alone find the septic?  `make bench-physionet`: the indicator part of D-01 on the PhysioNet 2019 challenge's patients.

Described, without a goal (DOMAIN F.19): there are no notes, cultures, antibiotics, GCS or pressors, so there is neither a suspected
infection nor a whole SOFA.  The challenge's label begins six hours before the onset (Sepsis-3); here it is shifted back to the onset.
Earlier is not better.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.mimic_messages import DATA
from opencdi.cli.line import documentation_rules
from opencdi.clinical.time import ClinicalTime
from opencdi.knowledge.site import SiteData
from opencdi.queries.chart import Chart, Stay
from opencdi.queries.conditions import signs
from opencdi.queries.indicators import measured_part
from opencdi.queries.question import Question
from opencdi.queries.rule import Rule
from opencdi.queries.told import Point

FILE = DATA / "physionet2019" / "patients.ndjson.gz"
LABELLED_EARLY_H = 6
AROUND_H = (-48, 24)
"""Of the onset: in these hours the indicators of an infection's organ failure belong to it (Singer 2016)."""
START = datetime(2019, 1, 1, tzinfo=UTC)
_ANALYTE = {
    "HR": "heart-rate", "Temp": "temperature", "Resp": "respiratory-rate", "PaCO2": "paco2", "WBC": "wbc", "MAP": "map",
    "Creatinine": "creatinine", "Bilirubin_total": "bilirubin-total", "Platelets": "platelets",
}  # fmt: skip
"""All of them in the house's units."""


@dataclass(frozen=True)
class Patient:
    """One intensive-care stay, hour by hour."""

    series: dict[str, tuple[Point, ...]]
    onset_h: int | None

    def hours_met(self, rule: Rule, definition: str) -> list[float]:
        """The hours at which the measured part of that definition is met."""
        condition = measured_part(rule.definitions[definition])
        chart = Chart(Stay(tenant="bench", started_at=START), lambda name: self.series.get(name, ()), lambda _: (), lambda _: ())
        found = signs(condition, Question(rule, SiteData(), chart)) if condition else ()
        return [(sign.at - START) / timedelta(hours=1) for sign in found]


def patients() -> Iterator[Patient]:
    """All of them."""
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        for line in file:
            head, *rows = [row.split("|") for row in json.loads(line)["psv"].strip().splitlines()]
            hours = [dict(zip(head, row, strict=True)) for row in rows]
            yield Patient(
                {analyte: tuple(_points(hours, name)) for name, analyte in _ANALYTE.items()},
                next((int(hour["ICULOS"]) + LABELLED_EARLY_H for hour in hours if hour["SepsisLabel"] == "1"), None),
            )


def _points(hours: list[dict[str, str]], name: str) -> Iterator[Point]:
    for hour in hours:
        if hour[name] != "NaN":
            at = START + timedelta(hours=int(hour["ICULOS"]))
            yield Point(measurement_id=f"{name}{hour['ICULOS']}", value=float(hour[name]), at=ClinicalTime(at, "hour"))


def _figures(name: str, told: list[tuple[Patient, list[float]]]) -> tuple[str, ...]:
    septic = [(patient.onset_h, met) for patient, met in told if patient.onset_h is not None]
    others = [met for patient, met in told if patient.onset_h is None]
    around = [[h - onset for h in met if AROUND_H[0] <= h - onset <= AROUND_H[1]] for onset, met in septic]
    found = [hours for hours in around if hours]
    ever = sum(bool(met) for _, met in septic)
    silent = sum(not met for met in others)
    right = len(found) + sum(map(bool, others))
    return (
        name, f"{len(found)} of {len(septic)} ({100 * len(found) / len(septic):.0f} %)", f"{100 * ever / len(septic):.0f} %",
        f"{silent} of {len(others)} ({100 * silent / len(others):.0f} %)", f"{100 * len(found) / max(1, right):.0f} %",
        f"{median(hours[0] for hours in found):+.0f} h",
    )  # fmt: skip


def main() -> None:
    """Print one table."""
    if not FILE.exists():
        sys.exit("needs PhysioNet 2019 in ../shared/data")
    rule = next(rule for rule in documentation_rules() if rule.id == "D-01")
    everyone = list(patients())
    columns = ("indicators", "septic: met around onset", "met ever", "others: never met", "met that are septic", "first, from onset")
    table = Table(*columns, title=f"PhysioNet 2019, {len(everyone)} stays, D-01's indicators without infection; no goal")
    progress = partial(track, console=Console(stderr=True), transient=True)
    for definition in rule.definitions:
        told = [(one, one.hours_met(rule, definition)) for one in progress(everyone, definition)]
        table.add_row(*_figures(definition, told))
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
