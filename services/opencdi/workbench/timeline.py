"""What happened when: one line an event, results of one moment together, newest day first (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from opencdi.clinical.paper import number_on_paper
from opencdi.clinical.time import ClinicalTime
from opencdi.events import facts as told
from opencdi.events.people import Decision
from opencdi.store.encounters import Item, NoteOnChart
from opencdi.workbench.chart_rows import clinical_time_of
from opencdi.workbench.moments import local
from opencdi.workbench.on_paper import analyte_name, result_on_paper
from opencdi.workbench.words import disposition, person_name, place, words


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline.  `sort` is its word in the margin; `hour` its time of day, empty where only the day is known."""

    at: datetime
    hour: str
    sort: str
    text: str
    detail: str = ""
    link: str = ""
    struck: bool = False


def timeline(
    items: Iterable[Item], notes: Iterable[NoteOnChart], zone: ZoneInfo, became: Mapping[str, str | None]
) -> list[tuple[date, list[Happening]]]:
    """The stay by day as the bedside's clock told it, days and events newest first.

    `became` tells of each decision that came back why it was refused, or None.
    """
    happenings = [happening for item in items if (happening := _of_item(item, zone, became)) is not None]
    happenings = _results_together(happenings) + [_of_note(note, zone) for note in notes]
    happenings.sort(key=lambda happening: (happening.at.date(), happening.hour != "", happening.at), reverse=True)
    return [(day, list(group)) for day, group in groupby(happenings, key=lambda happening: happening.at.date())]


def _when(time: ClinicalTime, zone: ZoneInfo) -> tuple[datetime, str]:
    at = local(time, zone)
    return at, "" if time.precision in ("day", "month", "year") else f"{at:%H:%M}"


def _of_note(shown: NoteOnChart, zone: ZoneInfo) -> Happening:
    note = shown.note
    author = person_name(note.author.name) if note.author else ""
    standing = "" if note.authentication == "authenticated" else words(note.authentication)
    detail = ", ".join(part for part in (author, standing, "retracted" if shown.retracted else "") if part)
    title = note.title or words(note.note_type).capitalize()
    return Happening(*_when(note.written_at, zone), "note", title, detail, f"#note-{note.note_id}", shown.retracted)


def _results_together(happenings: list[Happening]) -> list[Happening]:
    by_moment: dict[tuple[datetime, str], list[Happening]] = {}
    rest: list[Happening] = []
    for one in happenings:
        (by_moment.setdefault((one.at, one.hour), []) if one.sort == "results" and not one.struck else rest).append(one)
    return rest + [
        Happening(at, hour, "results", " · ".join(sorted((one.text for one in group), key=str.lower)))
        for (at, hour), group in by_moment.items()
    ]


def _of_item(item: Item, zone: ZoneInfo, became: Mapping[str, str | None]) -> Happening | None:
    at, hour = _when(clinical_time_of(item.fact) or ClinicalTime(item.at), zone)

    def on_line(sort: str, text: str, detail: str = "", *, struck: bool = False) -> Happening:
        return Happening(at, hour, sort, text, detail, "", struck)

    match item.fact:
        case told.MeasurementResulted() as fact:
            return on_line("results", *_result(item, fact), struck=_gone(fact) != "")
        case told.EncounterUpdated() as fact:
            parts = (
                fact.encounter_class and words(fact.encounter_class),
                place(fact.location),
                fact.service,
                fact.attending and person_name(fact.attending.name),
                fact.on_leave is not None and ("on leave" if fact.on_leave else "back from leave"),
                fact.newborn and "newborn",
            )
            said = " · ".join(part for part in parts if part) or fact.admitting_reason
            return on_line("move", said) if said else None
        case told.InpatientOrdered() as fact:
            return on_line("move", "inpatient order", "" if fact.basis == "order" else "taken from the first inpatient class")
        case told.InpatientOrderCancelled():
            return on_line("move", "inpatient order cancelled")
        case told.EncounterDischarged() as fact:
            return on_line("move", "discharged", f"to {disposition(fact.disposition)}")
        case told.DischargeCancelled():
            return on_line("move", "discharge cancelled")
        case told.EncounterCancelled():
            return on_line("move", "admission cancelled")
        case told.EncounterMoved():
            return on_line("move", "merged into another stay")
        case told.MedicationGiven() as fact:
            standing = "" if fact.status == "given" else words(fact.status)
            return on_line("given", _drug(fact), standing, struck=fact.status != "given")
        case told.MedicationOrdered() as fact:
            standing = "" if fact.status == "active" else words(fact.status)
            return on_line("ordered", _drug(fact), standing, struck=fact.status == "cancelled")
        case told.OrderPlaced() as fact:
            return on_line("order", fact.code.text or fact.code.code, fact.reason or "", struck=fact.status == "cancelled")
        case told.DiagnosisListed() as fact:
            return on_line("listed", fact.code.text or fact.code.code, f"{words(fact.role)} list", struck=fact.status == "withdrawn")
        case told.AllergyListed() as fact:
            detail = ", ".join(filter(None, (fact.severity, *fact.reactions)))
            return on_line("allergy", fact.code.text or fact.code.code, detail, struck=fact.status == "withdrawn")
        case told.ProcedureRecorded() as fact:
            return on_line("procedure", fact.code.text or fact.code.code, struck=fact.status == "withdrawn")
        case told.ProblemNoticed() as fact:
            return on_line("problem", words(fact.code).lower(), fact.where)
        case Decision() as fact:
            refused = became.get(fact.decision_id) is not None
            actor = person_name(fact.actor.name) or fact.actor.staff_id
            return on_line("decision", words(fact.kind), f"{actor}, refused" if refused else actor, struck=refused)
    return None


def _drug(fact: told.MedicationGiven | told.MedicationOrdered) -> str:
    name = fact.drug.text or fact.drug.code
    dose = fact.dose if fact.dose and fact.dose not in name else None  # senders repeat it: "ceftriaxone 1 g", dose "1"
    return " ".join(part for part in (name, dose, fact.route) if part)


def _result(item: Item, fact: told.MeasurementResulted) -> tuple[str, str]:
    before = [old.value for _, old in item.earlier if isinstance(old, told.MeasurementResulted) and old.value != fact.value]
    corrected = f" (was {number_on_paper(before[-1], fact.analyte)})" if before and before[-1] is not None else ""
    flag = f" {fact.abnormal}" if fact.abnormal and fact.abnormal != "N" else ""
    return f"{analyte_name(fact)} {result_on_paper(fact)}{flag}{corrected}", words(_gone(fact).lower())


def _gone(fact: told.MeasurementResulted) -> str:
    return fact.problem or ("withdrawn" if fact.status == "withdrawn" else "")
