"""The coding room: what the encounter would be coded as today, and the DRG that follows (DESIGN §4)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path

from opencdi.bus import over
from opencdi.bus.room import Key, Outgoing, Record, RecordCodec, Room, SamePartition, States, under
from opencdi.bus.site import remember_site, site_of
from opencdi.coding.bmi import ANALYTES as WEIGHED
from opencdi.coding.facts import concerns_coding, told
from opencdi.coding.guidelines import check_steps
from opencdi.coding.history import change_of
from opencdi.coding.newborns import WEIGHED as BORN_WEIGHING
from opencdi.coding.official_drugs import with_official_drugs
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.pressure_injuries import CONCEPT as PRESSURE_INJURY
from opencdi.coding.procedure_table import ProcedureTable, load_procedures
from opencdi.coding.reason import load_reasons, reason_codes
from opencdi.coding.scales import ANALYTES as SCALES
from opencdi.coding.signs import Signs, after_results, may_hold_signs, presenting
from opencdi.coding.state import MODELS, ReadNote, Stay, Today, forget
from opencdi.coding.table import ConceptTable, load_table
from opencdi.coding.working import Chart, coding_page
from opencdi.events.contract import MadeBy
from opencdi.events.entry import Entry, entry_of, headers_of, read_entry
from opencdi.events.facts import Fact
from opencdi.events.pages import CodingPage, FactsPage, FindingsPage, TickPage
from opencdi.events.reading import Finding, NoteRead
from opencdi.events.topics import CODING, DRG_CHANGES, FINDINGS
from opencdi.knowledge.alphabetic_index import AlphabeticIndex
from opencdi.knowledge.icd10cm import tabular
from opencdi.knowledge.lexicon import BY_TABULAR
from opencdi.knowledge.site import SiteData
from opencdi.settings import rules_dir

TABLE = Path("coding") / "concepts.yaml"
PROCEDURES = Path("coding") / "procedures.yaml"


def coding_room(site: SiteData, rules: Path | None = None, index: AlphabeticIndex | None = None) -> Room:
    """The room under these site data and rules; tables are loaded here, once.

    `index`: the site's Alphabetic Index, where it has loaded one.
    """
    folder = rules or rules_dir()
    table = with_official_drugs(load_table(folder / TABLE), index)
    check_steps(table)
    procedures = load_procedures(folder / PROCEDURES)
    rules_read = f"{table.edition}-{procedures.edition}"
    made_by = MadeBy(room="coding", software=version("opencdi"), rules=rules_read, code_set=_code_set(index))
    reasons = lru_cache(maxsize=10_000)(partial(reason_codes, table, load_reasons(folder / "nlp")))  # a stay's is read at its every event
    coder = _Coder(site, table, procedures, reasons, made_by, index)
    return Room("coding", FINDINGS, (CODING, DRG_CHANGES), coder.step, RecordCodec(MODELS))


@dataclass(frozen=True)
class _Coder:
    """The pure step, with the tables that it reads."""

    site: SiteData
    table: ConceptTable
    procedures: ProcedureTable
    reasons: Callable[[str | None], frozenset[str]]
    made_by: MadeBy
    index: AlphabeticIndex | None

    def step(self, states: States, record: Record) -> Iterable[Outgoing]:
        """One entry: pass it on, with a coding page where the codes or the DRG changed."""
        entry = read_entry(record.value)
        envelope = entry.envelope
        if envelope.kind == "site-data":
            yield from self._site_changed(states, entry)
        elif envelope.kind == "tick" and (tick := entry.page(TickPage)) is not None:
            for encounter_id in over.forgettable(states, envelope.tenant, tick.at, self._site_of(states, envelope.tenant).bill_hold_days):
                forget(states, encounter_id)
        if envelope.encounter_id is None or envelope.kind != "entry" or not self._heard(states, entry, envelope.encounter_id):
            yield _passed_on(entry, record)
        else:
            said = list(self._recoded(states, entry, envelope.encounter_id))
            yield from said or (_passed_on(entry, record),)

    def _heard(self, states: States, entry: Entry, encounter_id: str) -> bool:
        """Take in what concerns coding; whether anything did."""
        stay, tenant = _stay_in(states, encounter_id), entry.envelope.tenant
        before = stay
        seen = False
        if (raw := entry.raw("facts")) is not None:
            facts = _facts_in(entry) if concerns_coding(raw) else ()
            if facts:
                stay = told(stay or Stay(tenant=tenant), facts)
                over.ended(states, tenant, encounter_id, facts, entry.envelope.received_at, self._site_of(states, tenant).bill_hold_days)
            inpatient_at = stay.inpatient_at if stay else None
            if may_hold_signs(raw, self.table.guidelines):
                seen = self._seen(states, encounter_id, facts or _facts_in(entry), inpatient_at)
        changed_notes = False
        if entry.has("findings") and (findings := entry.page(FindingsPage)):
            stay = stay or Stay(tenant=tenant)
            for note in findings.notes:
                stay, changed = _noted(states, stay, encounter_id, note, self.table)
                changed_notes = changed_notes or changed
        if stay is not None and stay != before:
            states[f"stay/{encounter_id}"] = stay
        return changed_notes or seen or stay != before

    def _seen(self, states: States, encounter_id: str, facts: tuple[Fact, ...], inpatient_at: datetime | None) -> bool:
        """Keep what results show of the patient; whether anything is new of the time before the order."""
        held = _signs_in(states, encounter_id)
        signs = after_results(held, facts, self.table.guidelines)
        if signs is held:
            return False
        states[f"signs/{encounter_id}"] = signs
        return presenting(signs, (), inpatient_at) != presenting(held, (), inpatient_at)

    def _recoded(self, states: States, entry: Entry, encounter_id: str) -> Iterator[Outgoing]:
        """The entry with its coding page and the DRG's change; nothing where today's codes are yesterday's."""
        stay = _stay_in(states, encounter_id)
        if stay is None:
            return
        envelope = entry.envelope
        notes = tuple(note.note for note_id in stay.note_ids if isinstance(note := states.get(f"note/{encounter_id}/{note_id}"), ReadNote))
        reason = self.reasons(stay.admitting_reason)
        chart = Chart(stay, notes, self._site_of(states, envelope.tenant), _signs_in(states, encounter_id), reason)
        today = states.get(f"today/{encounter_id}")
        before = today.page if isinstance(today, Today) else None
        after = coding_page(
            chart,
            self.table,
            self.procedures,
            as_of=envelope.entry_id,
            received_at=envelope.received_at,
            made_by=self.made_by,
            index=self.index,
        )
        if before is not None and _same(before, after):
            return
        states[f"today/{encounter_id}"] = Today(page=after)
        out = entry.with_page(after)
        yield Outgoing(CODING, Key(encounter_id), out.encode(), headers_of(out, event_type="cdi.coding.entry", source="coding"))
        if (change := change_of(entry, encounter_id, stay, before, after)) is not None:
            states[f"stay/{encounter_id}"] = stay.model_copy(update={"nth": change.nth})
            headers = headers_of(entry, event_type="cdi.drg-changes.changed", source="coding", content_type="application/json")
            numbered = tuple((name, f"{envelope.entry_id}/1".encode() if name == "ce_id" else value) for name, value in headers)
            yield Outgoing(DRG_CHANGES, Key(encounter_id), change.to_json(), numbered)

    def _site_of(self, states: States, tenant: str) -> SiteData:
        return site_of(states, tenant, self.site)

    def _site_changed(self, states: States, entry: Entry) -> Iterator[Outgoing]:
        """Remember the new site data; under another policy, look again at the tenant's open encounters in this partition."""
        if not remember_site(states, entry, self.site):
            return
        envelope = entry.envelope
        for key in sorted(under(states, "stay/")):
            stay, encounter_id = states[key], key.partition("/")[2]
            if isinstance(stay, Stay) and stay.tenant == envelope.tenant and stay.closed is None:
                yield from self._recoded(states, entry_of(envelope.about(encounter_id, "coding"), ()), encounter_id)


def _code_set(index: AlphabeticIndex | None) -> str:
    return tabular().edition if index is None else f"{tabular().edition}; Alphabetic Index {index.edition}"


def _facts_in(entry: Entry) -> tuple[Fact, ...]:
    page = entry.page(FactsPage)
    return page.facts if page else ()


def _stay_in(states: States, encounter_id: str) -> Stay | None:
    held = states.get(f"stay/{encounter_id}")
    return held if isinstance(held, Stay) else None


def _signs_in(states: States, encounter_id: str) -> Signs:
    held = states.get(f"signs/{encounter_id}")
    return held if isinstance(held, Signs) else Signs()


def _noted(states: States, stay: Stay, encounter_id: str, note: NoteRead, table: ConceptTable) -> tuple[Stay, bool]:
    """Keep what this note says now; a retracted one leaves nothing, an older revision changes nothing."""
    key = f"note/{encounter_id}/{note.note_id}"
    held = states.get(key)
    if isinstance(held, ReadNote) and held.note.revision > note.revision:
        return stay, False
    if note.retracted:
        if held is None:
            return stay, False
        del states[key]
        return stay.model_copy(update={"note_ids": tuple(n for n in stay.note_ids if n != note.note_id)}), True
    kept = ReadNote(note=_what_coding_needs(note, table))
    if held == kept or (held is None and not kept.note.counts and not kept.note.values and not kept.note.findings):
        return stay, False
    states[key] = kept
    return (stay if note.note_id in stay.note_ids else stay.model_copy(update={"note_ids": (*stay.note_ids, note.note_id)})), True


def _what_coding_needs(note: NoteRead, table: ConceptTable) -> NoteRead:
    findings = tuple(
        one
        for one in note.findings
        if (one.experiencer == "patient" or table.newborns.of_both(one))
        and table.has(one.concept, one.attributes)
        and (note.counts or _by_any_clinician(one, table))
    )
    measured = WEIGHED | SCALES | BORN_WEIGHING
    wanted = measured | table.guidelines.analytes if note.note_type in AT_ADMISSION else measured
    values = tuple(value for value in note.values if value.analyte in wanted)
    procedures = note.procedures if note.counts else ()
    return note.model_copy(update={"sections": (), "findings": findings, "values": values, "procedures": procedures})


def _by_any_clinician(finding: Finding, table: ConceptTable) -> bool:
    """Whether it may be coded, or refine what a provider says, whoever documents it (I.B.14)."""
    if finding.concept == PRESSURE_INJURY:
        return "stage" in finding.attributes
    code = finding.attributes.get("icd10cm") or finding.concept.removeprefix(BY_TABULAR)
    return code.startswith(table.alongside.any_clinician)


def _same(before: CodingPage, after: CodingPage) -> bool:
    return before == after.model_copy(update={"as_of": before.as_of, "made_by": before.made_by})


def _passed_on(entry: Entry, record: Record) -> Outgoing:
    to = Key(record.key) if record.key is not None else SamePartition()
    return Outgoing(CODING, to, record.value, headers_of(entry, event_type="cdi.coding.entry", source="coding"))
