"""How a stay is told in few words: who, which result, which code, which question."""

from typing import Any

from by_hand.telling import MADE_BY, Telling, Written, at, seen
from opencdi.events import facts as told
from opencdi.events.audiences import Indicator, Option, QueryAlert, QueryWording
from opencdi.events.pages import Evidence, WorkingCode, WorkingDrg
from opencdi.events.people import Person

ANALYST = Person(staff_id="IT-1", name="Tomas Reyes")
PHYSICIAN = Person(staff_id="1184726", name="HALVORSEN^ERIK", role="provider")


def admit(telling: Telling, encounter_id: str, name: str, mrn: str, born: str, sex: Any, location: str, reason: str, day: int = 0) -> None:
    """An admission with its first facts."""
    telling.entry(
        encounter_id,
        at(day, 8, 5),
        [
            told.PatientIdentified(patient_id=f"p-{encounter_id}", mrn=mrn, name=name, birth_date=born, sex=sex),
            told.EncounterUpdated(
                visit_id="v", encounter_class="inpatient", location=location, service="medicine", attending=PHYSICIAN,
                admitting_reason=reason, admitted_at=seen(day, 7, 40), at=seen(day, 7, 40),
            ),
            told.InpatientOrdered(at=seen(day, 8, 0), basis="order"),
        ],
    )  # fmt: skip


def result(
    telling: Telling, encounter_id: str, when: tuple[int, int], analyte: str, value: float, unit: str, flag: str = "N", **more: Any
) -> str:
    """One final result; returns its id."""
    measurement_id = more.pop("measurement_id", f"{analyte}-{when[0]}-{when[1]}")
    fact = told.MeasurementResulted(
        measurement_id=measurement_id, analyte=analyte, code=told.Coded(code=analyte), value=value, unit=unit, abnormal=flag,
        taken_at=seen(*when), **({"status": "final"} | more),
    )  # fmt: skip
    telling.entry(encounter_id, at(when[0], when[1], 40), [fact])
    return str(measurement_id)


def drg(code: str, title: str, weight: float, gmlos: float, severity: Any) -> WorkingDrg:
    """A working DRG of FY2026."""
    return WorkingDrg(
        drg=code, mdc="11", title=title, grouper="MS-DRG v43.0", severity=severity, initial_drg=code, return_code="OK", weight=weight,
        gmlos=gmlos, assumed=("disposition 01",),
    )  # fmt: skip


def evidence_on(note: Written, quote: str) -> Evidence:
    """These words as evidence."""
    start, end = note.place(quote)
    author = note.filed.author.name if note.filed.author else ""
    return Evidence(note_id=note.filed.note_id, revision=1, start=start, end=end, quote=quote, author=author, at=note.filed.written_at)


def code(note: Written, quote: str, value: str, description: str, concept: str, **more: Any) -> WorkingCode:
    """A code on these words."""
    fields: dict[str, Any] = {"poa": "Y", "confidence": 0.9, "evidence": (evidence_on(note, quote),)} | more
    return WorkingCode(code=value, description=description, concept=concept, **fields)


def measured(text: str, source_id: str, when: tuple[int, int], source: str = "laboratory", **more: Any) -> Indicator:
    """An indicator that is a result."""
    return Indicator(text=text, source=source, source_id=source_id, at=seen(*when), **more)


def wording(
    query_id: str, encounter_id: str, title: str, why: str, question: str, options: tuple[Option, ...], **sides: Any
) -> QueryWording:
    """A question to the attending."""
    return QueryWording(
        query_id=query_id, encounter_id=encounter_id, patient_id=f"p-{encounter_id}", addressed_to=PHYSICIAN, author="D-11 r1",
        created_at=at(2, 9, 0), title=title, why=why, question=question,
        options=(*options, Option(option_id="other", text="Other (please specify)", free_text=True),
                 Option(option_id="undetermined", text="Unable to determine")), **sides,
    )  # fmt: skip


def alert(told_wording: QueryWording, condition: str, state: Any, as_of: str, why_now: str, **more: Any) -> QueryAlert:
    """The internal half."""
    fields: dict[str, Any] = {"cause": "READY", "gap_type": "missing-diagnosis", "rule_id": "D-11", "definition_id": "kdigo-2012"} | more
    return QueryAlert(
        tenant="demo", query_id=told_wording.query_id, encounter_id=told_wording.encounter_id, condition=condition, rule_revision=1,
        state=state, why_now=why_now, at=at(2, 9, 0), as_of=as_of, made_by=MADE_BY, wording=told_wording, **fields,
    )  # fmt: skip
