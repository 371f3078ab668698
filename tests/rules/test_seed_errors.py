"""What the project's sources got wrong about codes must not come back (DOMAIN 0.2): each as a coder would meet it."""

from datetime import UTC, date, datetime

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.coding.candidates import Candidate
from opencdi.coding.state import Stay
from opencdi.coding.table import load_table
from opencdi.coding.working import Chart, working_codes
from opencdi.events.reading import NoteRead
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, group
from opencdi.knowledge.icd10cm import valid_on
from opencdi.knowledge.site import SiteData
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
T0 = datetime(2026, 5, 4, 9, tzinfo=UTC)
TODAY = date(2026, 5, 4)


def coded(text: str, *, final: bool = False) -> dict[str, Candidate]:
    reading = load_reader(rules_dir() / "nlp").read(text, "discharge-summary" if final else "progress")
    note = NoteRead(
        note_id="n", revision=1, note_type="progress", author_role="provider", written_at=ClinicalTime(T0, "minute"),
        authentication="authenticated", counts=True, findings=reading.findings, values=reading.values,
    )  # fmt: skip
    chart = Chart(Stay(tenant=""), (note,), SiteData())
    return {one.code: one for one in working_codes(chart, TABLE, TODAY, frozenset({"n"} if final else ()))}


def claimed(text: str, *, final: bool = False) -> set[str]:
    return {code for code, one in coded(text, final=final).items() if one.status == "proposed"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Left femoral neck fracture.", "S72002A"),
        ("Right femoral neck fracture.", "S72001A"),
        ("Femoral neck fracture.", "S72009A"),
    ],
)
def test_the_side_of_a_femoral_neck_is_the_side_that_is_said(text: str, code: str) -> None:
    assert {one for one in claimed(text) if one.startswith("S72")} == {code}


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Breast cancer.", "C509"),
        ("Acute ischemic stroke.", "I63"),
        ("Chronic kidney disease, stage 3", "N183"),
        ("Acute pancreatitis.", "K859"),
        ("Metabolic acidosis.", "E872"),
    ],
)
def test_a_stem_is_never_a_code(text: str, stem: str) -> None:
    codes = claimed(text)
    assert stem not in codes
    assert any(code.startswith(stem) for code in codes)
    assert all(valid_on(code, TODAY) for code in codes)


def test_chest_pain_after_an_operation_is_no_shock() -> None:
    codes = coded("Post-surgical chest pain on the day after cholecystectomy.")
    assert not any(code.startswith("T811") for code in codes)


def test_what_is_probable_at_discharge_is_coded_and_mid_stay_waits() -> None:
    assert claimed("Probable pneumonia.", final=True) == {"J189"}
    assert claimed("Probable pneumonia.") == set()
    assert coded("Probable pneumonia.")["J189"].status == "uncertain"


def test_a_lactate_is_no_sepsis() -> None:
    assert not any(code.startswith(("A40", "A41", "R65")) for code in coded("Pneumonia. Lactate 4.2, WBC 18, heart rate 118."))


@pytest.mark.parametrize(
    ("beside", "drg"),
    [(("R6520",), "872"), (("R6521",), "871"), (("R6520", "J9601"), "871"), (("R6520", "N170"), "871"), (("R6520", "G9341"), "871")],
)
def test_severe_sepsis_does_not_lift_its_own_sepsis_to_871(beside: tuple[str, ...], drg: str) -> None:
    claim = GrouperClaim(431, 70, "M", 1, CodedDiagnosis("A419", "Y"), tuple(CodedDiagnosis(code, "Y") for code in beside))
    assert group(claim).drg == drg


def test_severe_sepsis_as_documented_groups_to_872() -> None:
    assert claimed("Severe sepsis.") == {"A419", "R6520"}
