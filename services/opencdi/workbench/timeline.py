"""What happened when: one line an event, results of one moment together, newest day first (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from opencdi.events import facts as told
from opencdi.store.encounters import Item, NoteOnChart
from opencdi.workbench.words import person_name, quantity, words


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline.  `sort` is its word in the margin: "move", "note", "results", "medication" …"""

    at: datetime
    sort: str
    text: str
    detail: str = ""
    link: str = ""
    struck: bool = False


def timeline(items: Iterable[Item], notes: Iterable[NoteOnChart], zone: ZoneInfo) -> list[tuple[date, list[Happening]]]:
    """The stay by day, both days and events newest first."""
    happenings = [happening for item in items if (happening := _of_item(item)) is not None]
    happenings = _results_together(happenings) + [_of_note(note) for note in notes]
    happenings.sort(key=lambda happening: happening.at, reverse=True)
    return [(day, list(group)) for day, group in groupby(happenings, key=lambda happening: happening.at.astimezone(zone).date())]


def _of_note(shown: NoteOnChart) -> Happening:
    note = shown.note
    author = person_name(note.author.name) if note.author else ""
    standing = "" if note.authentication == "authenticated" else words(note.authentication)
    detail = ", ".join(part for part in (author, standing, "retracted" if shown.retracted else "") if part)
    return Happening(note.written_at.at, "note", note.title or words(note.note_type), detail, f"#note-{note.note_id}", shown.retracted)


def _results_together(happenings: list[Happening]) -> list[Happening]:
    by_moment: dict[datetime, list[Happening]] = {}
    rest: list[Happening] = []
    for happening in happenings:
        (by_moment.setdefault(happening.at, []) if happening.sort == "results" and not happening.struck else rest).append(happening)
    return rest + [Happening(at, "results", " · ".join(one.text for one in group)) for at, group in by_moment.items()]


def _of_item(item: Item) -> Happening | None:
    at = item.at
    match item.fact:
        case told.MeasurementResulted() as fact:
            return _result(item, fact)
        case told.EncounterUpdated() as fact:
            parts = (
                fact.encounter_class and words(fact.encounter_class),
                fact.location,
                fact.service,
                fact.attending and person_name(fact.attending.name),
            )
            said = " · ".join(part for part in parts if part) or fact.admitting_reason
            return Happening(at, "move", said) if said else None
        case told.InpatientOrdered() as fact:
            return Happening(at, "move", "inpatient order", "" if fact.basis == "order" else "taken from the first inpatient class")
        case told.EncounterDischarged() as fact:
            return Happening(at, "move", "discharged", f"disposition {fact.disposition}" if fact.disposition else "disposition not told")
        case told.DischargeCancelled():
            return Happening(at, "move", "discharge cancelled")
        case told.EncounterCancelled():
            return Happening(at, "move", "admission cancelled")
        case told.EncounterMoved():
            return Happening(at, "move", "merged into another encounter")
        case told.MedicationGiven() as fact:
            said = " ".join(part for part in (fact.drug.text or fact.drug.code, fact.dose, fact.route) if part)
            return Happening(at, "given", said, "" if fact.status == "given" else words(fact.status), "", fact.status != "given")
        case told.MedicationOrdered() as fact:
            said = " ".join(part for part in (fact.drug.text or fact.drug.code, fact.dose, fact.route) if part)
            return Happening(at, "ordered", said, "" if fact.status == "active" else fact.status, "", fact.status == "cancelled")
        case told.OrderPlaced() as fact:
            return Happening(at, "order", fact.code.text or fact.code.code, fact.reason or "", "", fact.status == "cancelled")
        case told.DiagnosisListed() as fact:
            return Happening(at, "listed", f"{fact.code.text or fact.code.code}", f"{fact.role} list", "", fact.status == "withdrawn")
        case told.ProcedureRecorded() as fact:
            return Happening(at, "procedure", fact.code.text or fact.code.code, "", "", fact.status == "withdrawn")
        case told.ProblemNoticed() as fact:
            return Happening(at, "problem", fact.code, fact.where)
        case told.Decision() as fact:
            return Happening(at, "decision", words(fact.kind.replace("_", " ")), person_name(fact.actor.name) or fact.actor.staff_id)
    return None


def _result(item: Item, fact: told.MeasurementResulted) -> Happening:
    before = [old.value for _, old in item.earlier if isinstance(old, told.MeasurementResulted) and old.value != fact.value]
    corrected = f" (was {quantity(before[-1])})" if before and before[-1] is not None else ""
    flag = f" {fact.abnormal}" if fact.abnormal and fact.abnormal != "N" else ""
    name = words(fact.analyte) if fact.analyte else fact.code.text or fact.code.code
    gone = fact.problem or ("withdrawn" if fact.status == "withdrawn" else "")
    return Happening(item.at, "results", f"{name} {measured(fact)}{flag}{corrected}", words(gone.lower()), "", bool(gone))


def measured(fact: told.MeasurementResulted) -> str:
    """The value as people read it: comparator, number, unit; or the text."""
    if fact.value is None:
        return fact.text or fact.sent_value or "no value"
    return f"{fact.comparator or ''}{quantity(fact.value)} {fact.unit or fact.sent_unit or ''}".strip()
