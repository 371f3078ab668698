"""A long and sick stay in intensive care, told to the queries room: 30 days, 20,000 results, 200 notes, each rule's values beyond limits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from opencdi.bus.room import Room
from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import Fact
from opencdi.events.pages import FactsPage
from opencdi.queries.case_chart import Chart
from opencdi.queries.case_facts import DAY_1, result

# analyte -> mean, spread, unit
SICK_VITALS = {
    "heart-rate": (112, 12, "/min"), "respiratory-rate": (25, 5, "/min"), "spo2": (89, 3, "%"), "map": (64, 8, "mm[Hg]"),
    "sbp": (95, 12, "mm[Hg]"), "temperature": (38.3, 0.7, "Cel"), "gcs": (12, 1.5, "{score}"),
}  # fmt: skip
SICK_LABS = {
    "creatinine": (1.8, 0.4, "mg/dL"), "sodium": (131, 6, "mmol/L"), "potassium": (4.4, 0.9, "mmol/L"), "bicarbonate": (20, 3, "mmol/L"),
    "anion-gap": (13, 3, "mmol/L"), "glucose": (190, 60, "mg/dL"), "bun": (40, 12, "mg/dL"), "wbc": (17, 4, "10*3/uL"),
    "platelets": (90, 20, "10*3/uL"), "hemoglobin": (9, 1.2, "g/dL"), "lactate": (3, 1, "mmol/L"), "pao2": (62, 8, "mm[Hg]"),
    "paco2": (48, 8, "mm[Hg]"), "ph-arterial": (7.32, 0.05, "[pH]"), "magnesium": (1.7, 0.2, "mg/dL"), "phosphate": (2.4, 0.6, "mg/dL"),
    "bilirubin-total": (1.4, 0.5, "mg/dL"), "ck": (900, 400, "U/L"), "fio2": (40, 10, "%"), "oxygen-flow": (4, 2, "L/min"),
}  # fmt: skip
WELL = {"heart-rate": 76, "respiratory-rate": 14, "spo2": 98, "map": 90, "sbp": 125, "temperature": 36.9, "gcs": 15}
LABS_APART = timedelta(hours=3)
SAID = ("pneumonia", "confusion", "dyspnea", "heart-failure", "hypoxia", "dehydration", "chronic-kidney-disease", "weight-loss", "anemia")


@dataclass
class IntensiveCare:
    """The stay so far: `day` tells one more day to the room, as a hospital's messages would."""

    room: Room
    vitals_apart: timedelta = timedelta(minutes=20)
    dice: Random = field(default_factory=lambda: Random(1))
    told: int = 0
    notes: int = 0
    chart: Chart = field(init=False)

    def __post_init__(self) -> None:
        """An adult inpatient."""
        self.chart = Chart.of(self.room)

    def value(self, analyte: str, at: datetime) -> Fact:
        """One more value of a sick patient."""
        mean, spread, unit = (SICK_VITALS | SICK_LABS)[analyte]
        value = max(1.0, min(self.dice.gauss(mean, spread), 15 if analyte == "gcs" else 9000))
        return self.exactly(analyte, value, unit, at)

    def exactly(self, analyte: str, value: float, unit: str, at: datetime) -> Fact:
        """That value."""
        self.told += 1
        return result(f"{analyte} {value:.2f} {unit} id=b2qx7ydkkz5mfa{self.told:012d}", ClinicalTime(at, "minute"))

    def tell(self, facts: tuple[Fact, ...], at: datetime) -> None:
        """One message."""
        self.chart.now = max(self.chart.now, at)
        self.chart.tell(FactsPage(facts=facts, patient_id="p"))

    def day(self, number: int) -> None:
        """One more day, counted from 1: vital signs, laboratory each 3 hours, drugs, orders, and six or seven notes."""
        begin = DAY_1 + timedelta(days=number - 1)
        for at in _each(begin, self.vitals_apart):
            if (at - begin) % LABS_APART == timedelta(0):
                self.tell(tuple(self.value(analyte, at) for analyte in SICK_LABS), at)
            self.tell(tuple(self.value(analyte, at) for analyte in SICK_VITALS), at)
            if at.minute == 0:
                self._done(number, at.hour)

    def _done(self, number: int, hour: int) -> None:
        clock = f"d{number} {hour:02d}"
        if hour % 8 == 1:
            self.chart.line(f"{clock}:05 given ceftriaxone 2 g IV id=a{number}-{hour}")
            self.chart.line(f"{clock}:10 given lactated ringers 500 mL id=f{number}-{hour}")
        if hour == 3:
            self.chart.line(f"{clock}:05 ordered blood culture id=c{number}")
            self.chart.line(f"{clock}:10 given norepinephrine 8 mcg/min IV id=n{number}")
        if self.notes < 200 * (number - 1 + (hour + 1) / 24) / 30:
            self.note(number, f"{hour:02d}:15")

    def note(self, number: int, clock: str) -> None:
        """One more note, which says what the one before said, and one thing less."""
        self.notes += 1
        said = [one for nth, one in enumerate(SAID) if nth != self.notes % len(SAID)]
        self.chart.line(f"d{number} {clock} note progress id=p{self.notes}: {'; '.join(said)}")


def _each(begin: datetime, apart: timedelta) -> Iterator[datetime]:
    at = begin
    while at < begin + timedelta(days=1):
        yield at
        at += apart
