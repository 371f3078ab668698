"""What the room remembers of a stay, in small records: one per analyte, concept, treatment, note and question.

`Records` takes one entry's facts and findings in and says which inputs of rules changed, and which sources were corrected or taken
back: a question that rests on one of those is looked at again (DOMAIN F.5).
"""

from bisect import insort
from collections.abc import Iterable
from functools import partial
from typing import Any

from opencdi.bus.room import States
from opencdi.clinical.confidentiality import label
from opencdi.clinical.vocabulary import SUSCEPTIBILITIES
from opencdi.events.baselines import BaselineCarried
from opencdi.events.entry import Envelope
from opencdi.events.facts import (
    DiagnosisListed,
    DischargeCancelled,
    EncounterCancelled,
    EncounterDischarged,
    EncounterMoved,
    EncounterUpdated,
    Fact,
    MeasurementResulted,
    MedicationGiven,
    MedicationOrdered,
    OrderPlaced,
    PatientIdentified,
)  # fmt: skip
from opencdi.events.pages import CodingPage
from opencdi.events.reading import ConceptTimeline, NoteRead
from opencdi.queries.at_discharge import after_note, answers, file_lines, lines_of
from opencdi.queries.care_team import author_of, with_member
from opencdi.queries.chart import Chart, Stay
from opencdi.queries.coded import code_set, code_set_of
from opencdi.queries.courses import Acts, act_told
from opencdi.queries.cultures import cultures_of, file_culture
from opencdi.queries.encounter import after_update
from opencdi.queries.found import Found
from opencdi.queries.inputs import CODED, FINAL, GERMS, LEFT, LISTINGS, STAY, VALUES, Inputs
from opencdi.queries.memory import Memory
from opencdi.queries.noted import Note, Numbers, Statements, kept, mention_in, type_of, written_in
from opencdi.queries.series import beyond_memory, file_point, find, points_in, records_of, take_back
from opencdi.queries.told import Act, Earlier, Listing, Mention, Point, Written, says_the_same
from opencdi.queries.treatments import OPERATION, OPERATIVE_NOTES, Treatments


class Records:
    """One stay's records within one step."""

    def __init__(self, states: States, envelope: Envelope, inputs: Inputs, treatments: Treatments, memory: Memory | None = None) -> None:
        """`envelope` of the entry in hand; its encounter's records are looked up as they are needed.  `memory`: of the stay."""
        self.states, self.inputs, self.treatments = states, inputs, treatments
        self.encounter_id, self.entry_id = envelope.encounter_id or "", envelope.entry_id
        self.changed: set[str] = set()
        self.corrected: set[str] = set()
        self.replaced: set[str] = set()  # stand as they were told, and are no baseline any more
        self._series: dict[str, tuple[Point, ...]] = {}  # as put together from their days within this step
        self.memory = memory or Memory()
        held = states.get(f"stay/{self.encounter_id}")
        self.stay = held if isinstance(held, Stay) else Stay(tenant=envelope.tenant, started_at=envelope.received_at)
        self._said = frozenset(self.stay.told)

    def update(self, *, rules_care: bool = True, **told: Any) -> None:
        """Change the stay; `rules_care` where rules must look at it again."""
        self.stay = self.stay.model_copy(update=told)
        self.states[f"stay/{self.encounter_id}"] = self.stay
        if rules_care:
            self.changed.add(STAY)

    def renew(self) -> None:
        """Where anything but a value has changed, the stay is another: what is remembered of it is looked at again (`nothing_to_ask`)."""
        if not all(name.startswith(VALUES) for name in self.changed):
            self.update(rules_care=False)

    def chart(self) -> Chart:
        """The view that rules look at."""
        states, stay = self.states, self.encounter_id
        return Chart(
            self.stay,
            self._points,
            self._mentions,
            self._acts,
            self._written,
            code_set=partial(code_set_of, states, stay),
            line=lines_of(states, stay).get,
            answers=partial(answers, states, stay, self.stay),
            cultures=partial(cultures_of, states, stay),
            found=Found(self.memory.found),
            beyond_memory=self._beyond_memory,
        )

    def _points(self, analyte: str) -> tuple[Point, ...]:
        if analyte not in self._series:
            self._series[analyte] = self.memory.put_together(analyte, records_of(self.states, self.encounter_id, analyte), points_in)
        return self._series[analyte]

    def _beyond_memory(self, analyte: str) -> tuple[Point, ...]:
        return beyond_memory(records_of(self.states, self.encounter_id, analyte))

    def _mentions(self, concept: str) -> tuple[Mention, ...]:
        if concept not in self._said:
            return ()
        held = self.states.get(f"concept/{self.encounter_id}/{concept}")
        return held.mentions if isinstance(held, Statements) else ()

    def _written(self, analyte: str) -> tuple[Written, ...]:
        held = self.states.get(f"written/{self.encounter_id}/{analyte}")
        return held.written if isinstance(held, Numbers) else ()

    def _acts(self, treatment: str) -> tuple[Act, ...]:
        if treatment not in self._said:
            return ()
        held = self.states.get(f"acts/{self.encounter_id}/{treatment}")
        return held.acts if isinstance(held, Acts) else ()

    def take_in(self, fact: Fact) -> None:
        """One fact of the chart."""
        match fact:
            case MeasurementResulted():
                self._measurement(fact)
                self._culture(fact)
            case BaselineCarried():
                self._baseline(fact)
            case MedicationGiven():
                self._act(act_told(fact), kept=fact.status == "given")
            case MedicationOrdered() | OrderPlaced():
                self._act(act_told(fact), kept=fact.status != "cancelled")
            case PatientIdentified():
                self.update(patient_id=fact.patient_id, birth_date=fact.birth_date or self.stay.birth_date)
            case EncounterUpdated():
                self._encounter(fact)
            case EncounterDischarged():
                self.update(rules_care=self.stay.on_leave, discharged_at=fact.at, disposition=fact.disposition or self.stay.disposition)
                self.changed.add(LEFT)
            case DischargeCancelled():
                self.update(rules_care=False, discharged_at=None, disposition=None)
                self.changed.add(LEFT)
            case EncounterCancelled():
                self.update(ended="ENCOUNTER_CANCELLED", ended_at=fact.at.at)
            case EncounterMoved():
                self.update(ended="SUPERSEDED", ended_at=fact.at.at)
            case DiagnosisListed():
                self._listing(fact)
            case _:
                pass  # notes come read, on the findings page; decisions are taken elsewhere; the rest asks nothing

    def _encounter(self, fact: EncounterUpdated) -> None:
        if fact.expected_discharge_at and fact.expected_discharge_at != self.stay.expected_discharge_at:
            self.update(rules_care=False, expected_discharge_at=fact.expected_discharge_at)
        told = after_update(self.stay, fact)
        if any(getattr(self.stay, name) != value for name, value in told.items()):
            self.update(**told)

    def _listing(self, fact: DiagnosisListed) -> None:
        rest = tuple(told for told in self.stay.listings if told.listing_id != fact.listing_id)
        code = fact.code.code.replace(".", "").upper()
        if fact.status == "active":
            rest = (*rest, Listing(listing_id=fact.listing_id, code=code, text=fact.code.text, at=fact.at))
        if rest != self.stay.listings:
            self.update(rules_care=False, listings=rest)
            self.changed.add(LISTINGS)

    def _measurement(self, fact: MeasurementResulted) -> None:
        if fact.measurement_id in self.stay.cited and (fact.problem or fact.status in ("corrected", "withdrawn")):
            self.corrected.add(fact.measurement_id)
        if fact.analyte not in self.inputs.analytes:
            return
        old = find(self.states, self.encounter_id, fact.analyte, fact.measurement_id)
        if old and not old.preliminary and fact.status == "preliminary":
            return  # a preliminary value after the final one says nothing (DOMAIN F.5)
        new = Point.measured(fact, self.entry_id)
        if says_the_same(old, new):
            return
        if old:
            take_back(self.states, self.encounter_id, fact.analyte, old)
        if new:
            file_point(self.states, self.encounter_id, fact.analyte, new, self.inputs.keep[fact.analyte])
        stands = old and new and (new.value, new.at) == (old.value, old.at)
        if old and not stands and fact.status != "preliminary":  # a preliminary value takes nothing back (DOMAIN F.5)
            self.corrected.add(fact.measurement_id)
        self._series.pop(fact.analyte, None)
        self.changed.add(f"analyte/{fact.analyte}")

    def _culture(self, fact: MeasurementResulted) -> None:
        if (fact.value is not None and fact.abnormal not in SUSCEPTIBILITIES) or GERMS not in self.inputs.rules_by_input:
            return
        if (replaced := file_culture(self.states, self.encounter_id, fact)) is not None:
            self.corrected |= replaced
            self.changed.add(GERMS)

    def _baseline(self, fact: BaselineCarried) -> None:
        """What stands before the stay, for the rules that read the analyte."""
        old, new = self.stay.baselines.get(fact.analyte), Earlier.told(fact, self.entry_id)
        if says_the_same(old, new) or fact.analyte not in self.inputs.analytes:
            return
        if old and (new is None or (new.measurement_id == old.measurement_id and (new.value, new.at) != (old.value, old.at))):
            self.corrected.add(old.measurement_id)
        elif old:
            self.replaced.add(old.measurement_id)
        rest = {analyte: one for analyte, one in self.stay.baselines.items() if analyte != fact.analyte}
        self.update(rules_care=False, baselines=rest | ({fact.analyte: new} if new else {}))
        self.changed.add(f"analyte/{fact.analyte}")

    def _act(self, act: Act, *, kept: bool) -> None:
        # A cancellation may name the order by its id alone, and a corrected one may name another drug: look wherever it was filed.
        self._file_act(act, self.treatments.of(act.text) if kept else ())

    def _file_act(self, act: Act, names: tuple[str, ...]) -> None:
        for name in sorted(self.inputs.treatments):
            acts = self._acts(name)
            rest = [held for held in acts if held.act_id != act.act_id]
            if name in names:
                insort(rest, act, key=lambda held: (held.at.at, held.act_id))
            elif len(rest) < len(acts):
                self.corrected.add(act.act_id)
            if tuple(rest) != acts:
                self._told(name)
                self.states[f"acts/{self.encounter_id}/{name}"] = Acts(acts=tuple(rest))
                self.changed.add(f"treatment/{name}")

    def read_note(self, note: NoteRead) -> None:
        """What one revision of one note says replaces what the note said before; a retraction leaves nothing.

        A note of unknown role or of our own question's words is no evidence of anything (DOMAIN F.8): nothing of it is kept.
        """
        key = f"note/{self.encounter_id}/{note.note_id}"
        held = self.states.get(key)
        if isinstance(held, Note):
            if note.revision < held.revision:
                return
            for concept in held.concepts:
                self._replace(concept, note.note_id, ())
            for analyte in held.written:
                self._rewrite(analyte, note.note_id, ())
        said: dict[str, list[Mention]] = {}
        numbers: dict[str, list[Written]] = {}
        if not (note.retracted or note.query_echo or note.authentication == "cancelled"):
            for finding in note.findings:
                if finding.concept in self.inputs.concepts or finding.concept in self.stay.watched:
                    said.setdefault(finding.concept, []).append(mention_in(note, finding))
            for value in note.values:
                if value.analyte in self.inputs.written and not (value.copied or value.earlier):
                    numbers.setdefault(value.analyte, []).append(written_in(note, value, self.entry_id))
        for concept, mentions in said.items():
            self._replace(concept, note.note_id, tuple(mentions))
        for analyte, written in numbers.items():
            self._rewrite(analyte, note.note_id, tuple(written))
        if note.note_type in OPERATIVE_NOTES or note.retracted:
            operation = Act(act_id=note.note_id, text="operation", done=True, drug=False, at=note.written_at, author=note.author_name)
            self._file_act(operation, () if note.retracted else (OPERATION,))
        if isinstance(held, Note) and (note.retracted or note.revision > held.revision):
            self.corrected.add(f"{note.note_id}@{held.revision}")
        self.states[key] = Note(
            revision=note.revision,
            concepts=tuple(said),
            written=tuple(numbers),
            note_type=note.note_type,
            confidentiality=label(note.confidentiality),
        )
        if note.counts and not note.retracted and not self.stay.notes_read:
            self.update(notes_read=True)
        if (team := with_member(self.stay, author_of(note))) != self.stay.team:
            self.update(rules_care=False, team=team)
        if told := after_note(self.stay, note):
            self.update(rules_care=False, **told)
            self.changed |= {FINAL} if self.stay.discharged_at else set()  # nothing is final while the patient is here

    def read_lines(self, told: Iterable[ConceptTimeline]) -> None:
        """How notes document a condition now."""
        self.changed |= {f"line/{one}" for one in file_lines(self.states, self.encounter_id, told, self.inputs.lines)}

    def _replace(self, concept: str, note_id: str, mentions: tuple[Mention, ...]) -> None:
        old = self._mentions(concept)
        new = kept((*(mention for mention in old if mention.note_id != note_id), *mentions))
        if new != old:
            self._told(concept)
            self.states[f"concept/{self.encounter_id}/{concept}"] = Statements(mentions=new)
            self.changed.add(f"concept/{concept}")

    def _rewrite(self, analyte: str, note_id: str, written: tuple[Written, ...]) -> None:
        old = self._written(analyte)
        new = (*(one for one in old if one.note_id != note_id), *written)
        new = tuple(sorted(new, key=lambda one: (one.at.at, one.note_id, one.start)))
        if new != old:
            self.states[f"written/{self.encounter_id}/{analyte}"] = Numbers(written=new)
            self.changed.add(f"written/{analyte}")

    def read_codes(self, page: CodingPage) -> None:
        """Today's codes replace yesterday's, as far as some rule asks for one."""
        new = code_set(page, self.inputs.coded, partial(type_of, self.states, self.encounter_id))
        if new != code_set_of(self.states, self.encounter_id):
            self.states[f"coded/{self.encounter_id}"] = new
            self.changed.add(CODED)

    def _told(self, name: str) -> None:
        if name not in self._said:
            self.update(rules_care=False, told=(*self.stay.told, name))
            self._said = frozenset(self.stay.told)
