"""The procedures of a stay and their ICD-10-PCS codes: from the hospital's records, and from what providers say was done (DOMAIN B46).

A record wins over a note.  What is planned, declined, of the past or of another stay gives none; what the words leave open is a question.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from opencdi.clinical.confidentiality import highest
from opencdi.coding.done import IN_SURGERY, Said, StayDays, days_of, done_in, working
from opencdi.coding.procedure_records import from_records
from opencdi.coding.procedure_table import SAME, ProcedureTable, resolved
from opencdi.coding.state import Stay
from opencdi.coding.ventilator_notes import is_state, ventilated
from opencdi.events.pages import WorkingProcedure
from opencdi.events.reading import NoteRead
from opencdi.knowledge.icd10pcs import title_of, valid_on
from opencdi.knowledge.procedure_names import AND


def working_procedures(
    stay: Stay, notes: Iterable[NoteRead], table: ProcedureTable, today: date, zone: ZoneInfo, code_year: int | None = None
) -> tuple[WorkingProcedure, ...]:
    """The procedures of this stay as its record supports them today."""
    days = days_of(stay, zone)
    done = list(done_in(notes, days))
    recorded = from_records(stay, table, days)
    told = [*recorded, *_from_notes(done, table, days, recorded), *ventilated(stay, done, table, days, recorded)]
    return tuple(_inspections(_valid(told, today, code_year), table))


def _from_notes(
    done: list[Said], table: ProcedureTable, days: StayDays, recorded: tuple[WorkingProcedure, ...]
) -> Iterator[WorkingProcedure]:
    """What the notes say beyond the records, one procedure after the other."""
    by_name: dict[str, list[Said]] = {}
    for said in done:
        if said.finding.concept in table.codes and not is_state(said):
            by_name.setdefault(said.finding.concept, []).append(said)
    on_record = {one.code for one in recorded if one.status == "recorded"}
    for slug, mentions in by_name.items():
        if any(table.only_of(slug, code) for code in on_record):
            continue  # the record wins: it is the same procedure
        for refused in {(reason, said.finding.text): said for said in mentions if (reason := days.refusal(said.when))}.values():
            yield working(slug, [refused], status="flagged", reasons=(days.refusal(refused.when) or "",))
        for group, details in _grouped([said for said in mentions if days.refusal(said.when) is None]):
            whole = _with_beside(slug, group, details, done, table)
            yield from (one for one in _coded(slug, group, whole, table) if one.code not in on_record)


def _with_beside(slug: str, group: list[Said], details: Mapping[str, str], done: list[Said], table: ProcedureTable) -> Mapping[str, str]:
    """What the same note tells of another procedure through whose opening this was done; what is said of it itself stays."""
    notes = {said.note.note_id for said in group}
    told = dict(details)
    for other, says in table.codes[slug].beside.items():
        beside = [said for said in done if said.done and said.finding.concept == other and said.note.note_id in notes]
        for attribute, value in says.items():
            values = {said.details.get(attribute, "") for said in beside} - {""} if value == SAME else {value for _ in beside}
            if len(values) == 1:
                told.setdefault(attribute, values.pop())
    return told


def _not_coded(slug: str, group: list[Said], details: Mapping[str, str], table: ProcedureTable) -> str | None:
    """Why something done is not coded by itself."""
    if details.get("where") == "elsewhere":
        return "done before the arrival: not this hospital's"
    if "for" in details or (slug in table.integral and all(said.note.note_type in IN_SURGERY for said in group)):
        return "part of the operation (B3.1b)"
    return None


def _grouped(mentions: list[Said]) -> Iterator[tuple[list[Said], dict[str, str]]]:
    """Mentions that speak of one procedure: none of what they say contradicts; what one leaves out another may say."""
    groups: list[tuple[list[Said], dict[str, str]]] = []
    for said in sorted((one for one in mentions if one.done), key=lambda one: -len(one.details)):
        details = said.details
        for held, told in groups:
            if all(told.get(name, value) == value for name, value in details.items()):
                held.append(said)
                told.update(details)
                break
        else:
            groups.append(([said], dict(details)))
    for said in (one for one in mentions if not one.done):
        fits = [(held, told) for held, told in groups if all(told.get(name, value) == value for name, value in said.details.items())]
        if len(fits) == 1 and said.details.keys() - fits[0][1].keys():
            fits[0][0].append(said)
            fits[0][1].update(said.details)
    yield from groups


def _coded(slug: str, group: list[Said], details: Mapping[str, str], table: ProcedureTable) -> Iterator[WorkingProcedure]:
    if reason := _not_coded(slug, group, details, table):
        yield working(slug, group, status="flagged", reasons=(reason,))
        return
    for one in _each_through_the_scope(details):
        yield from _of_one(slug, group, one, table)


def _each_through_the_scope(details: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Each of several things done through one scope (B3.2); at which of them a site was told is not said."""
    through = details.get("with", "").split(AND)
    if len(through) == 1:
        yield details
        return
    for one in through:
        yield {**{name: value for name, value in details.items() if name != "site"}, "with": one}


def _of_one(slug: str, group: list[Said], details: Mapping[str, str], table: ProcedureTable) -> Iterator[WorkingProcedure]:
    found = resolved(table, slug, details)
    said = ", ".join(f"{name} {value}" for name, value in sorted(details.items()) if name != "where")
    reasons = (f"{slug}: {said}" if said else slug,)
    if found.missing:
        asks = tuple(table.asks[name] for name in found.missing)
        reached = (f"“down to {details['reached']}” does not say that it was removed",) if "reached" in details else ()
        why = (*reasons, *reached)
        yield working(slug, group, status="question", asks=asks, lacking=found.missing, choices=found.choices, reasons=why)
    assisted = (table.robotic,) if found.codes and details.get("approach") == "robotic" else ()
    for code in dict.fromkeys((*found.codes, *assisted)):
        yield working(slug, group, code=code, reasons=reasons)


def _valid(told: Iterable[WorkingProcedure], today: date, code_year: int | None) -> Iterator[WorkingProcedure]:
    """Each with its title; a code that is none of that day leaves the claim and stays visible."""
    for one in told:
        titled = one.model_copy(update={"description": title_of(one.code)}) if one.code else one
        if one.code and one.status in ("recorded", "proposed") and not valid_on(one.code, today, code_year):
            titled = titled.model_copy(update={"status": "flagged", "reasons": (*one.reasons, f"no code of {today.isoformat()}")})
        yield titled


def _inspections(told: Iterable[WorkingProcedure], table: ProcedureTable) -> Iterator[WorkingProcedure]:
    """An inspection on the way to what was done is not coded beside it (B3.11a), nor is it while that is asked about."""
    held = list(told)
    if not held:
        return
    named = {row.family for one in held if (row := table.codes.get(one.procedure)) and row.family}
    families = {
        family: {one.code or one.procedure for one in held if one.status != "flagged" and _in_family(one, family, table)}
        for family in named
    }
    for one in held:
        row = table.codes.get(one.procedure)
        others = len(families[row.family]) > 1 if row and row.family else False
        if row and others and one.status == "proposed" and one.code == row.inspection:
            yield _flagged(one, "B3.11a: the inspection was the way to what was done")
        elif row and others and one.status in ("proposed", "question") and row.opening:
            yield _flagged(one, "B3.1b: the opening was the way to what was done")
        else:
            yield one


def _flagged(one: WorkingProcedure, reason: str) -> WorkingProcedure:
    return one.model_copy(update={"status": "flagged", "asks": (), "lacking": (), "choices": (), "reasons": (*one.reasons, reason)})


def _in_family(one: WorkingProcedure, family: str, table: ProcedureTable) -> bool:
    row = table.codes.get(one.procedure)
    return (row is not None and row.family == family) or (bool(one.code) and family in table.family_of(one.code))


def labels_of(told: Iterable[WorkingProcedure]) -> dict[str, str]:
    """Of the codes on the claim those that restricted notes alone tell, with the label of these (DOMAIN F.17)."""
    counted = [one for one in told if one.code and one.status in ("recorded", "proposed")]
    labels: dict[str, list[str | None]] = {}
    for one in counted:
        labels.setdefault(one.code, []).extend([quote.confidentiality for quote in one.evidence] or [None])
    return {code: label for code, said in labels.items() if all(said) and (label := highest(said))}


def of_claim(told: Iterable[WorkingProcedure]) -> tuple[str, ...]:
    """The codes that go on the claim, each once."""
    return tuple(sorted({one.code for one in told if one.code and one.status in ("recorded", "proposed")}))
