"""Why the DRG moved, for a reader of a dashboard (DOMAIN B57, E.5): what came in, and what it changed on the claim."""

from collections.abc import Iterable

from opencdi.clinical.codes import dotted
from opencdi.clinical.confidentiality import highest, is_restricted, label
from opencdi.events.facts import (
    DischargeCancelled,
    EncounterCancelled,
    EncounterDischarged,
    EncounterMoved,
    EncounterUpdated,
    Fact,
    InpatientOrderCancelled,
    InpatientOrdered,
    PatientIdentified,
    ProcedureRecorded,
)
from opencdi.events.pages import CodingPage, WorkingCode, WorkingProcedure
from opencdi.events.reading import NoteRead


def told_by(notes: Iterable[NoteRead], facts: Iterable[Fact]) -> str:
    """What came in: "progress note of 2026-05-08"; nobody's name and no word of the note."""
    said = [_note(note) for note in notes]
    said += [words for fact in facts if (words := _fact(fact))]
    return ", ".join(dict.fromkeys(said)) or "another edition of rules or site data"


def _note(note: NoteRead) -> str:
    kind = "restricted" if is_restricted(note.confidentiality) else note.note_type.replace("-", " ")
    state = " retracted" if note.retracted else "" if note.authentication == "authenticated" else f", {note.authentication}"
    return f"{kind} note of {note.written_at.at.date().isoformat()}{state}".replace("note note", "note")


def _fact(fact: Fact) -> str:
    match fact:
        case EncounterUpdated(encounter_class=str(word)):
            return f"class {word}"
        case InpatientOrdered():
            return "inpatient order"
        case InpatientOrderCancelled():
            return "inpatient order cancelled"
        case EncounterDischarged():
            return f"discharge, disposition {fact.disposition or 'unmapped'}"
        case DischargeCancelled():
            return "discharge cancelled"
        case EncounterCancelled():
            return "admission cancelled"
        case EncounterMoved():
            return "encounter moved"
        case ProcedureRecorded():
            return f"procedure {fact.code.code}"
        case PatientIdentified():
            return "patient's age or sex"
        case _:
            return ""


def label_of_change(notes: Iterable[NoteRead], before: CodingPage | None, after: CodingPage) -> str | None:
    """The label of what a change names: of a restricted note that came in, or of a code that moved and that such notes alone support."""
    was, now = (_named_on(page) if page else {} for page in (before, after))
    moved = [code for name, code in (was | now).items() if _standing(was.get(name)) != _standing(now.get(name))]
    labels = [*(label(note.confidentiality) for note in notes), *map(_label, moved)]
    return highest(labels)


def _named_on(page: CodingPage) -> dict[tuple[str, str], WorkingCode | WorkingProcedure]:
    """The diagnoses and the procedures of a page by what names them; one that only asks has no code yet."""
    return {("", one.code): one for one in page.codes} | {(one.procedure or "on a list", one.code): one for one in page.procedures}


def _standing(code: WorkingCode | WorkingProcedure | None) -> tuple[object, ...]:
    if code is None:
        return ()
    return (code.status,) if isinstance(code, WorkingProcedure) else (code.role, code.status, code.severity, code.excluded)


def _label(code: WorkingCode | WorkingProcedure) -> str | None:
    labels = [quote.confidentiality for quote in code.evidence]
    return highest(labels) if all(labels) else None


def _principal(page: CodingPage | None) -> WorkingCode | None:
    return next((code for code in page.codes if code.role == "principal"), None) if page else None


def changed(before: CodingPage | None, after: CodingPage) -> str:
    """What it changed on the claim: the principal diagnosis, and the secondary ones that count."""
    if after.no_drg:
        return f"no DRG: {after.no_drg}"
    was, now = _principal(before), _principal(after)
    told = []
    if now and (was is None or was.code != now.code):
        told.append(f"principal diagnosis {_named(now)}" + (f" instead of {_named(was)}" if was else ""))
    counted, counts = _counting(before), _counting(after)
    told += [f"{code.severity} {_named(code)} added" for name, code in counts.items() if name not in counted]
    gone = {name: code for name, code in counted.items() if name not in counts and not (now and name == now.code)}
    told += [f"{code.severity} {_named(code)} gone{_why(after, name)}" for name, code in gone.items()]
    return "; ".join(told)


def _counting(page: CodingPage | None) -> dict[str, WorkingCode]:
    """The secondary diagnoses whose severity counts with this principal diagnosis."""
    codes = page.codes if page else ()
    counting = [one for one in codes if one.role == "secondary" and one.status == "proposed" and one.severity in ("MCC", "CC")]
    return {one.code: one for one in counting if not one.excluded}


def _why(after: CodingPage, code: str) -> str:
    """Why a code that counted no longer does."""
    now = next((one for one in after.codes if one.code == code), None)
    if now is None:
        return ", no longer documented"
    if now.status == "proposed":
        return ", excluded by the principal diagnosis"
    return f" ({now.reasons[-1]})" if now.reasons else ""


def _named(code: WorkingCode) -> str:
    return f"{dotted(code.code)} {code.description}"
