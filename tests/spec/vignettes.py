"""Short charts in the clinic's words (YAML), read by the real reader and coded as the coding room codes them.

A chart: `came` the stated reason for the admission, `admitting` the diagnosis on the admission form; `emergency` (before the inpatient order), `admission` (an hour after it), `day N`,
`discharge` its notes; `order: none` where there is no order; `patient` age and sex, else a woman of 70; `findings` results before the order.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from opencdi.clinical.codes import undotted
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.coding.procedure_table import load_procedures
from opencdi.coding.reason import load_reasons, reason_codes
from opencdi.coding.signs import Signs, SignSeen
from opencdi.coding.state import Listed, Stay
from opencdi.coding.table import load_table
from opencdi.coding.working import Chart, coding_page
from opencdi.events.contract import MadeBy
from opencdi.events.pages import CodingPage
from opencdi.events.reading import NoteRead
from opencdi.knowledge.site import SiteData
from opencdi.knowledge.tables import parsed
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

ORDER = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)
TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
PROCEDURES = load_procedures(rules_dir() / "coding" / "procedures.yaml")
SITE = SiteData()


@dataclass(frozen=True)
class Vignette:
    """One chart as told, and what a coder makes of it (`codes`: fields that hold codes, as written)."""

    name: str
    told: dict[str, Any]

    def codes(self, field: str) -> frozenset[str]:
        """The codes that the coder lists under this field, un-dotted."""
        return frozenset(map(undotted, self.told.get(field, ())))

    @property
    def page(self) -> CodingPage:
        """Today's codes, after the last note."""
        return coded(self.chart)

    @property
    def chart(self) -> Chart:
        """What the coding room would know."""
        notes = tuple(_note(which, text) for which, text in self.told.items() if _when(which) is not None)
        return Chart(self._stay(notes), notes, SITE, _signs(self.told.get("findings", {})), self._reason())

    def _stay(self, notes: tuple[NoteRead, ...]) -> Stay:
        patient = {"age": 70, "sex": "F"} | self.told.get("patient", {})
        left = next((note.written_at for note in notes if note.note_type == "discharge-summary"), None)
        return Stay(
            tenant="demo",
            birth_date="2026-05-04" if patient["age"] == 0 else f"{2026 - patient['age']}-01-01",
            sex=patient["sex"],
            encounter_class="inpatient",
            admitted_at=_at(timedelta(0)),
            inpatient_at=None if self.told.get("order") == "none" else ORDER,
            discharged_at=left,
            disposition="01" if left else None,
            listed={code: Listed(code=code, system="ICD10", role="admitting") for code in [self.told.get("admitting")] if code},
        )

    def _reason(self) -> frozenset[str]:
        return reason_codes(TABLE, load_reasons(rules_dir() / "nlp"), self.told.get("came"))


def coded(chart: Chart) -> CodingPage:
    """The coding room's page of this chart, on the last day of its notes."""
    return coding_page(
        chart, TABLE, PROCEDURES, as_of="e1", received_at=ORDER + timedelta(days=5), made_by=MadeBy(room="coding", software="0")
    )


def vignettes_in(path: Path) -> list[Vignette]:
    """The charts of a file, in its order."""
    return [Vignette(name, told) for name, told in parsed(path.read_bytes()).items()]


def as_params(charts: list[Vignette]) -> list[Any]:
    """Each a test of its own; one that waits for another part is expected to fail until that part is there."""
    return [pytest.param(one, id=one.name, marks=_marks(one.told.get("waits_for"))) for one in charts]


def _marks(waits_for: str | None) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=f"waits for {waits_for}", strict=True)] if waits_for else []


def _at(since_order: timedelta) -> ClinicalTime:
    return ClinicalTime(ORDER + since_order, "minute")


def _when(which: str) -> tuple[NoteType, timedelta] | None:
    """The kind of a note and its time since the order; None where the field is no note."""
    word, _, number = which.partition(" ")
    match word:
        case "emergency":
            return "emergency", timedelta(hours=-4)
        case "admission":
            return "history-and-physical", timedelta(hours=1)
        case "day":
            return "progress", timedelta(days=int(number) - 1, hours=-3)
        case "discharge":
            return "discharge-summary", timedelta(days=6)
        case _:
            return None


@lru_cache(maxsize=500)
def _note(which: str, text: str) -> NoteRead:
    kind = _when(which)
    assert kind is not None
    reading = load_reader(rules_dir() / "nlp").read(text, kind[0])
    return NoteRead(
        note_id=which, revision=1, note_type=kind[0], author_role="provider", written_at=_at(kind[1]), authentication="authenticated",
        counts=True, findings=reading.findings, values=reading.values, procedures=reading.procedures,
    )  # fmt: skip


def _signs(findings: dict[str, float]) -> Signs:
    seen = {name: SignSeen(analyte=name, value=value, unit="", taken_at=_at(timedelta(hours=-2))) for name, value in findings.items()}
    return Signs(seen=seen)
