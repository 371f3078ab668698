"""Finalize: discharge makes a set, late documents amend it, a coder closes it (DOMAIN B80, F.15)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.bus.room import Overlay, Record
from opencdi.bus.stepping import Stepper
from opencdi.clinical.time import ClinicalTime
from opencdi.events.audiences import FinalCodeSet
from opencdi.events.contract import MadeBy
from opencdi.events.entry import Envelope, Page, entry_of
from opencdi.events.facts import (
    Coded,
    DischargeCancelled,
    EncounterCancelled,
    EncounterDischarged,
    EncounterMoved,
    EncounterUpdated,
    Fact,
    MeasurementResulted,
    OrderPlaced,
)
from opencdi.events.pages import (
    ClaimEdit,
    CodingPage,
    Effect,
    FactsPage,
    FailedPage,
    FindingsPage,
    QueriesPage,
    SitePage,
    TickPage,
    WorkingCode,
    WorkingDrg,
    WorkingProcedure,
)
from opencdi.events.people import CodeSetAttested, Person
from opencdi.events.query_moves import QueryMoved
from opencdi.events.reading import NoteRead
from opencdi.finalize.room import finalize_room
from opencdi.finalize.timers import Timers
from opencdi.knowledge.site import SiteData

START = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
LEFT = START + timedelta(days=4)
MADE_BY = MadeBy(room="coding", software="1", grouper="43.1", code_set="FY2026")
CODER = Person(staff_id="c1", name="C. Coder", role="unknown")


def when(at: datetime) -> ClinicalTime:
    return ClinicalTime(at=at, precision="minute")


class Hospital:
    """Sends entries to one finalize room and collects what it publishes."""

    def __init__(self, encounter_id: str = "enc", **site: Any) -> None:
        self.room = finalize_room(SiteData(**site))
        self.stepper = Stepper(self.room)
        self.states = Overlay({})
        self.encounter_id = encounter_id
        self.sent = 0
        self.now = START
        self.ids: list[str] = []

    def envelope(self, kind: str = "entry", encounter_id: str | None = None) -> Envelope:
        self.sent += 1
        return Envelope(entry_id=f"e{self.sent}/1", kind=kind, tenant="t", received_at=self.now, source="adt", encounter_id=encounter_id)

    def give(self, envelope: Envelope, *pages: Page) -> list[FinalCodeSet]:
        said = self.stepper.step(self.states, Record("cdi.queries.v1", envelope.encounter_id, entry_of(envelope, pages).encode()))
        assert all(outgoing.topic.name == "cdi.final.v1" for outgoing in said)
        self.ids += [dict(outgoing.headers)["ce_id"].decode() for outgoing in said]
        self.states = Overlay({key: self.room.codec.decode(key, self.room.codec.encode(key, state)) for key, state in self.states.items()})
        return [FinalCodeSet.model_validate_json(outgoing.value) for outgoing in said]

    def entry(self, *pages: Page, facts: Sequence[Fact] = (), after: timedelta = timedelta(hours=1)) -> list[FinalCodeSet]:
        self.now += after
        told = (FactsPage(facts=tuple(facts)),) if facts else ()
        return self.give(self.envelope(encounter_id=self.encounter_id), *told, *pages)

    def tick(self, at: datetime) -> list[FinalCodeSet]:
        self.now = at
        return self.give(self.envelope("tick"), TickPage(at=at))

    def admitted(self, encounter_class: Any = "inpatient") -> "Hospital":
        assert self.entry(facts=[EncounterUpdated(visit_id="v", encounter_class=encounter_class, at=when(START))]) == []
        return self

    def discharge(self, *pages: Page, disposition: str = "01", at: datetime = LEFT) -> list[FinalCodeSet]:
        self.now = max(self.now, at)
        return self.entry(*pages, facts=[EncounterDischarged(at=when(at), disposition=disposition)], after=timedelta(minutes=5))

    def attest(self, as_of: str, *waived: str) -> list[FinalCodeSet]:
        decision = CodeSetAttested(
            decision_id="d", encounter_id=self.encounter_id, actor=CODER, decided_at=self.now, as_of=as_of, waived=waived
        )
        return self.entry(facts=[decision])


def coded(*codes: str, drg: str = "689", poa: Any = "Y", status: Any = "proposed") -> CodingPage:
    return CodingPage(
        as_of="x",
        made_by=MADE_BY,
        codes=tuple(
            WorkingCode(
                code=code, description=code, concept=code, role="secondary" if i else "principal", poa=poa, status=status, confidence=0.5
            )
            for i, code in enumerate(codes)
        ),
        drg=WorkingDrg(drg=drg, mdc="11", title="T", grouper="43.1", severity="MCC", initial_drg=drg, return_code="OK"),
    )


def read(note_id: str, note_type: Any, *, signed: bool = True, at: datetime = LEFT, retracted: bool = False) -> FindingsPage:
    note = NoteRead(
        note_id=note_id, revision=1, note_type=note_type, author_role="provider", written_at=when(at), counts=signed, retracted=retracted,
        authentication="authenticated" if signed else "unsigned",
    )  # fmt: skip
    return FindingsPage(as_of="x", made_by=MADE_BY, notes=(note,))


def moved(query_id: str, to_state: Any, title: str = "") -> QueriesPage:
    move = QueryMoved(
        query_id=query_id, condition="sepsis", rule_id="D-01", rule_revision=1, to_state=to_state, cause="READY", at=START, title=title
    )
    return QueriesPage(as_of="x", made_by=MADE_BY, moved=(move,))


def pathology_order(status: Any = "active") -> OrderPlaced:
    return OrderPlaced(order_id="o1", code=Coded(code="SP", text="Surgical pathology"), status=status, ordered_at=when(START))


def test_discharge_makes_a_provisional_set_with_what_is_open_named() -> None:
    hospital = Hospital().admitted()
    assert hospital.entry(coded("N390", "N179")) == []
    assert hospital.entry(moved("q1", "draft", "Clarify the infection")) == []
    assert hospital.entry(moved("q1", "sent")) == []  # a move need not tell the title again
    assert hospital.entry(moved("q2", "sent", "Other")) == []
    assert hospital.entry(moved("q2", "auto-resolved")) == []
    assert hospital.entry(facts=[pathology_order()]) == []
    (final,) = hospital.discharge()
    assert (final.status, final.nth, final.drg and final.drg.drg) == ("provisional", 1, "689")
    assert [code.code for code in final.codes] == ["N390", "N179"]
    assert final.codes[0].role == "principal"
    assert [(q.query_id, q.title, q.state) for q in final.open_questions] == [("q1", "Clarify the infection", "sent")]
    assert final.waiting_for == ("discharge summary", "pathology report")
    assert final.discharged_at == when(LEFT)
    assert final.cause == "discharged, disposition 01"
    assert final.made_by == MADE_BY.model_copy(update={"room": "finalize", "software": final.made_by.software})
    assert hospital.ids == [f"{final.as_of}/1"]


@pytest.mark.parametrize("encounter_class", ["observation", "emergency", "psychiatric", "unmapped"])
def test_only_inpatient_stays_are_closed(encounter_class: Any) -> None:
    assert Hospital().admitted(encounter_class).discharge() == []


def test_a_class_that_becomes_known_late_still_closes_the_stay() -> None:
    hospital = Hospital().admitted("observation")
    assert hospital.discharge() == []
    (final,) = hospital.entry(facts=[EncounterUpdated(visit_id="v", encounter_class="inpatient", at=when(LEFT))])
    assert final.status == "provisional"


def test_condition_code_44_takes_the_set_back() -> None:
    hospital = Hospital().admitted()
    hospital.discharge()
    (final,) = hospital.entry(facts=[EncounterUpdated(visit_id="v", encounter_class="observation", at=when(LEFT))])
    assert (final.status, final.cause) == ("cancelled", "class observation")


def test_a_late_pathology_report_amends_with_before_and_after() -> None:
    hospital = Hospital().admitted()
    hospital.entry(coded("K5660", "E860", drg="394"), facts=[pathology_order()])
    hospital.discharge(read("s1", "discharge-summary"))
    (final,) = hospital.entry(coded("C187", "K5660", drg="375"), read("p1", "pathology"))
    assert (final.status, final.nth) == ("amended", 2)
    assert (final.added, final.removed, final.changed) == (("C187",), ("E860",), ("K56.60 role principal -> secondary",))
    assert (final.drg_before, final.drg and final.drg.drg) == ("394", "375")
    assert final.cause == "pathology note p1, authenticated"
    assert final.waiting_for == ()


def test_another_disposition_is_another_claim_even_after_attestation() -> None:
    hospital = Hospital().admitted()
    hospital.entry(coded("N390"))
    (shown,) = hospital.discharge(read("s1", "discharge-summary"))
    assert shown.disposition == "01"
    (attested,) = hospital.attest(shown.as_of)
    assert attested.status == "attested"
    (final,) = hospital.discharge(disposition="06")
    assert (final.status, final.disposition, final.cause) == ("amended", "06", "discharged, disposition 06")


def test_a_set_names_what_a_coder_has_to_settle() -> None:
    page = coded("J441", "J9601", "N179", "S72009A", "E440", drg="190")
    codes = [
        code.model_copy(update={"poa": "undetermined"}) if code.code == "N179" else code
        for code in page.codes
    ]  # fmt: skip
    codes[-1] = codes[-1].model_copy(update={"status": "flagged", "reasons": ("malnutrition", "I.B.14: … conflicting documentation")})
    assert page.drg is not None
    page = page.model_copy(
        update={
            "codes": tuple(codes),
            "principal_candidates": ("J441", "J9601"),
            "principal_effects": (Effect(code="J9601", drg_with="189", drg_without="190"),),
            "drg": page.drg.model_copy(update={"if_not_poa": "192", "initial_drg": "191"}),
            "edits": (ClaimEdit(edit="UNSPECIFIED", code="S72009A"), ClaimEdit(edit="INVALID_AGE")),
        }
    )  # fmt: skip
    hospital = Hospital().admitted()
    hospital.entry(page)
    (final,) = hospital.discharge()
    assert final.to_settle == (
        "principal diagnosis: J44.1, J96.01 (DRG 189) meet the definition equally (II.C)",
        "POA of N17.9: undetermined, grouped as Y; DRG 192 if not present",
        "E44.0: I.B.14: … conflicting documentation",
        "hospital-acquired condition: DRG 191 without it",
        "code editor: UNSPECIFIED S72.009A",
        "code editor: INVALID_AGE",
    )


def test_a_set_carries_the_procedures_and_another_one_makes_it_another_set() -> None:
    page = coded("K8000", drg="419").model_copy(update={"procedures": (WorkingProcedure(procedure="cholecystectomy", code="0FT44ZZ"),)})
    hospital = Hospital().admitted()
    hospital.entry(page)
    (final,) = hospital.discharge()
    assert [one.code for one in final.procedures] == ["0FT44ZZ"]
    asked = WorkingProcedure(procedure="transfusion", status="question", asks=("which blood product",))
    assert hospital.entry(page.model_copy(update={"procedures": (*page.procedures, asked)})) == [], "what only asks changes no set"
    (again,) = hospital.entry(page.model_copy(update={"procedures": (WorkingProcedure(procedure="cholecystectomy", code="0FT40ZZ"),)}))
    assert (again.status, again.added, again.removed) == ("amended", ("0FT40ZZ",), ("0FT44ZZ",))


def test_a_plain_chart_leaves_nothing_to_settle() -> None:
    hospital = Hospital().admitted()
    hospital.entry(coded("N390"))
    assert [final.to_settle for final in hospital.discharge()] == [()]


def test_evidence_and_confidence_alone_make_no_new_set() -> None:
    hospital = Hospital().admitted()
    hospital.entry(coded("N390"))
    hospital.discharge()
    page = coded("N390")
    assert hospital.entry(page.model_copy(update={"codes": (page.codes[0].model_copy(update={"confidence": 0.9}),)})) == []


def test_a_result_after_discharge_makes_no_set() -> None:
    hospital = Hospital().admitted()
    hospital.discharge()
    result = MeasurementResulted(measurement_id="m", code=Coded(code="2160-0"), status="final", taken_at=when(LEFT))
    assert hospital.entry(facts=[result]) == []


def test_the_summary_arrives_and_is_attested_by_the_page_that_shows_it() -> None:
    hospital = Hospital().admitted()
    hospital.entry(coded("N390"))
    (provisional,) = hospital.discharge(read("s1", "discharge-summary", signed=False))
    assert provisional.waiting_for == ("signature on discharge summary",)
    (ready,) = hospital.entry(read("s1", "discharge-summary"))
    assert (ready.status, ready.waiting_for) == ("provisional", ())
    (stale,) = hospital.attest(provisional.as_of)
    assert (stale.status, stale.attested_by) == ("held", None)
    assert "changed since it was shown" in stale.cause
    hospital.entry(facts=[MeasurementResulted(measurement_id="m", code=Coded(code="1"), status="final", taken_at=when(LEFT))])
    (attested,) = hospital.attest(f"e{hospital.sent}/1")  # a page that shows a later entry still shows this very set
    assert (attested.status, attested.attested_by) == ("attested", CODER)


def test_attestation_waits_for_the_summary_which_nobody_can_waive() -> None:
    hospital = Hospital().admitted()
    (provisional,) = hospital.discharge()
    (held,) = hospital.attest(provisional.as_of, "discharge summary")
    assert (held.status, held.cause) == ("held", "attestation refused: waiting for discharge summary")
    (ready,) = hospital.entry(read("s1", "discharge-summary"))
    assert ready.status == "provisional"
    assert hospital.attest(ready.as_of)[0].status == "attested"


def test_a_pending_report_is_waived_by_name() -> None:
    hospital = Hospital().admitted()
    hospital.entry(facts=[pathology_order()])
    (provisional,) = hospital.discharge(read("s1", "discharge-summary"))
    assert hospital.attest(provisional.as_of)[0].cause == "attestation refused: waiting for pathology report"
    (attested,) = hospital.attest(provisional.as_of, "pathology report")
    assert (attested.status, attested.waiting_for) == ("attested", ())
    (amended,) = hospital.entry(coded("N390"))
    assert (amended.status, amended.waiting_for) == ("amended", ())  # it stays waived


def test_an_unsigned_operative_report_is_waited_for_and_a_cancelled_order_is_not() -> None:
    hospital = Hospital().admitted()
    hospital.entry(read("op", "operative", signed=False), facts=[pathology_order()])
    hospital.entry(facts=[pathology_order("cancelled")])
    assert hospital.discharge(read("s1", "discharge-summary"))[0].waiting_for == ("signature on operative report",)


@pytest.mark.parametrize(("disposition", "missing"), [("20", ()), ("02", ()), ("01", ("discharge summary",))])
def test_after_death_or_transfer_the_last_note_will_do(disposition: str, missing: tuple[str, ...]) -> None:
    hospital = Hospital().admitted()
    hospital.entry(read("n1", "progress", at=LEFT - timedelta(hours=2)))
    assert hospital.discharge(disposition=disposition)[0].waiting_for == missing


def test_yesterdays_note_stands_in_for_nothing() -> None:
    hospital = Hospital().admitted()
    hospital.entry(read("n1", "progress", at=LEFT - timedelta(days=1)))
    assert hospital.discharge(disposition="20")[0].waiting_for == ("discharge summary",)


def test_the_day_of_discharge_is_the_hospitals_own_day() -> None:
    eastern = timezone(timedelta(hours=-4))
    left = datetime(2026, 5, 8, 10, 0, tzinfo=eastern)
    hospital = Hospital().admitted()
    hospital.entry(read("n1", "progress", at=datetime(2026, 5, 8, 2, 0, tzinfo=UTC)))  # the evening before
    assert hospital.discharge(disposition="20", at=left)[0].waiting_for == ("discharge summary",)
    (final,) = hospital.entry(read("n2", "progress", at=datetime(2026, 5, 9, 1, 0, tzinfo=UTC)))  # that evening
    assert final.waiting_for == ()


def test_an_older_note_that_comes_late_is_not_the_last_word() -> None:
    hospital = Hospital().admitted()
    hospital.entry(read("n2", "progress", at=LEFT))
    hospital.entry(read("n1", "progress", at=LEFT - timedelta(days=2)))
    assert hospital.discharge(disposition="20")[0].waiting_for == ()


def test_a_retracted_summary_is_waited_for_again() -> None:
    hospital = Hospital().admitted()
    (final,) = hospital.discharge(read("s1", "discharge-summary"))
    assert final.waiting_for == ()
    (again,) = hospital.entry(read("s1", "discharge-summary", retracted=True))
    assert again.waiting_for == ("discharge summary",)


def test_an_attested_set_stands_until_its_codes_change() -> None:
    hospital = Hospital().admitted()
    (provisional,) = hospital.discharge(coded("N390"), read("s1", "discharge-summary"))
    hospital.attest(provisional.as_of)
    assert hospital.entry(moved("q1", "sent", "T")) == []
    (refused,) = hospital.attest("e1/1")
    assert (refused.status, refused.attested_by) == ("attested", CODER)
    assert refused.cause.startswith("attestation refused")
    (amended,) = hospital.entry(coded("N390", "N179", drg="690"))
    assert (amended.status, amended.added, amended.attested_by) == ("amended", ("N179",), None)
    assert hospital.attest(amended.as_of)[0].status == "attested"


def test_cancelled_discharge_reopens_and_the_next_one_begins_again() -> None:
    hospital = Hospital().admitted()
    hospital.discharge(read("s1", "discharge-summary"))
    (reopened,) = hospital.entry(facts=[DischargeCancelled(at=when(LEFT))])
    assert (reopened.status, reopened.cause, reopened.discharged_at) == ("reopened", "discharge cancelled", None)
    assert hospital.states["timers/t"] == Timers()
    assert hospital.tick(LEFT + timedelta(days=30)) == []
    (again,) = hospital.discharge()
    assert (again.status, again.nth) == ("provisional", 3)


@pytest.mark.parametrize(
    ("fact", "cause"),
    [(EncounterCancelled(at=when(LEFT)), "admission cancelled"), (EncounterMoved(into="other", at=when(LEFT)), "moved into other")],
)
def test_what_never_was_or_went_elsewhere_is_cancelled(fact: Fact, cause: str) -> None:
    hospital = Hospital().admitted()
    hospital.discharge()
    (final,) = hospital.entry(facts=[fact])
    assert (final.status, final.cause) == ("cancelled", cause)
    assert hospital.entry(coded("N390")) == []


def test_what_a_coder_attested_of_another_stay_is_not_attested_of_this_one() -> None:
    hospital = Hospital().admitted()
    (provisional,) = hospital.discharge(read("s1", "discharge-summary"))
    attested = CodeSetAttested(decision_id="d", encounter_id="enc", actor=CODER, decided_at=hospital.now, as_of=provisional.as_of)
    told_again = FactsPage(facts=(attested,), moved_from=("other",))
    assert hospital.give(hospital.envelope(encounter_id="enc"), told_again) == []
    assert hospital.attest(provisional.as_of)[0].status == "attested"


def test_attesting_a_stay_that_goes_on_is_refused_visibly() -> None:
    hospital = Hospital().admitted()
    (refused,) = hospital.attest("e1/1")
    assert (refused.status, refused.cause) == ("held", "attestation refused: no inpatient stay that has ended")
    assert hospital.entry(coded("N390")) == []
    assert [(final.status, final.nth) for final in hospital.discharge()] == [("provisional", 2)]


def test_an_entry_that_a_room_could_not_read_holds_the_set_until_somebody_has_looked() -> None:
    hospital = Hospital().admitted()
    hospital.entry(FailedPage(room="nlp", reason="POISONED"))
    (provisional,) = hospital.discharge(read("s1", "discharge-summary"))
    assert provisional.waiting_for == ("an entry that nlp could not read",)
    assert hospital.attest(provisional.as_of, *provisional.waiting_for)[0].status == "attested"


@pytest.mark.parametrize("letter", ["e2/1", "e2-0", "e2"])
def test_a_second_try_of_the_message_mends_what_could_not_be_read(letter: str) -> None:
    hospital = Hospital().admitted()
    hospital.entry(FailedPage(room="nlp", reason="POISONED"))
    (final,) = hospital.discharge(read("s1", "discharge-summary"))
    assert final.waiting_for == ("an entry that nlp could not read",)
    again = hospital.envelope(encounter_id="enc").model_copy(update={"replays": letter})
    (mended,) = hospital.give(again, FactsPage())
    assert mended.waiting_for == ()


def test_the_bill_hold_ends_when_it_was_due_and_not_when_the_tick_came() -> None:
    hospital = Hospital(bill_hold_days=3).admitted()
    hospital.discharge()
    assert hospital.tick(LEFT + timedelta(days=3, minutes=-1)) == []
    (held,) = hospital.tick(LEFT + timedelta(days=5))
    assert (held.status, held.at, held.cause) == ("held", LEFT + timedelta(days=3), "bill hold of 3 days is over")
    assert hospital.tick(LEFT + timedelta(days=6)) == []


def test_a_discharge_told_late_is_held_when_it_is_known_and_not_before() -> None:
    hospital = Hospital().admitted()
    hospital.now = LEFT + timedelta(days=9)
    (provisional,) = hospital.discharge()
    (held,) = hospital.tick(provisional.at + timedelta(minutes=1))
    assert (held.status, held.nth, held.at) == ("held", 2, provisional.at)


BILL = LEFT + timedelta(days=4)
MONTH = timedelta(days=30)
DAY = timedelta(days=1)


def remembered(hospital: Hospital) -> list[str]:
    return [key for key in hospital.states if key.endswith(f"/{hospital.encounter_id}")]


def test_an_attested_set_has_no_bill_hold_and_is_forgotten_a_month_after_the_bill() -> None:
    hospital = Hospital().admitted()
    (provisional,) = hospital.discharge(read("s1", "discharge-summary"))
    hospital.attest(provisional.as_of)
    assert hospital.tick(BILL + MONTH) == []
    assert remembered(hospital)
    assert hospital.tick(BILL + MONTH + DAY) == []
    assert remembered(hospital) == []
    assert not [key for key in hospital.states if key.startswith(("due/", "due-day/"))]


@pytest.mark.parametrize("encounter_class", ["emergency", "observation"])
def test_a_stay_without_a_set_is_forgotten_a_month_after_the_bill(encounter_class: str) -> None:
    hospital = Hospital().admitted(encounter_class)
    hospital.discharge()
    hospital.tick(BILL + MONTH)
    assert remembered(hospital)
    hospital.tick(BILL + MONTH + DAY)
    assert remembered(hospital) == []


@pytest.mark.parametrize("fact", [EncounterCancelled(at=when(LEFT)), EncounterMoved(into="other", at=when(LEFT))])
def test_what_never_was_or_went_elsewhere_is_forgotten(fact: Fact) -> None:
    hospital = Hospital().admitted()
    hospital.entry(coded("N390"), facts=[fact])
    hospital.tick(BILL + MONTH + DAY)
    assert remembered(hospital) == []


def test_a_patient_who_is_back_in_bed_is_not_forgotten() -> None:
    hospital = Hospital().admitted()
    hospital.discharge()
    hospital.entry(facts=[DischargeCancelled(at=when(LEFT))])
    hospital.tick(LEFT + timedelta(days=400))
    assert remembered(hospital)
    hospital.discharge(at=LEFT + timedelta(days=401))
    hospital.tick(LEFT + timedelta(days=401) + MONTH)
    assert remembered(hospital)


def test_a_set_that_nobody_attested_can_be_attested_for_a_year() -> None:
    hospital = Hospital().admitted()
    hospital.discharge(read("s1", "discharge-summary"))
    (held,) = hospital.tick(LEFT + timedelta(days=360))
    (attested,) = hospital.attest(held.as_of)
    assert attested.status == "attested"
    hospital.tick(attested.at + MONTH)
    assert remembered(hospital)
    hospital.tick(attested.at + MONTH + DAY)
    assert remembered(hospital) == []


def test_a_set_that_nobody_ever_attested_is_forgotten_too() -> None:
    hospital = Hospital().admitted()
    hospital.discharge()
    for days in (40, 200, 369):
        hospital.tick(LEFT + timedelta(days=days))
        assert remembered(hospital)
    hospital.tick(BILL + timedelta(days=366))
    assert remembered(hospital) == []


def test_an_attestation_of_a_forgotten_chart_is_refused_visibly_and_leaves_nothing() -> None:
    hospital = Hospital().admitted("emergency")
    hospital.discharge()
    hospital.tick(BILL + MONTH + DAY)
    (refused,) = hospital.attest("e1/1")
    assert refused.cause == "attestation refused: no inpatient stay that has ended"
    hospital.tick(refused.at + MONTH + DAY)
    assert remembered(hospital) == []


def test_new_site_data_move_the_hold_that_already_runs() -> None:
    hospital = Hospital().admitted()
    hospital.discharge()
    site = SiteData(bill_hold_days=1).model_dump(mode="json")
    assert hospital.give(hospital.envelope("site-data"), SitePage(site=site)) == []
    (held,) = hospital.tick(LEFT + timedelta(days=9))
    assert held.at == LEFT + timedelta(days=1)


def test_an_unusable_entry_is_kept_aside_and_the_next_one_goes_through() -> None:
    hospital = Hospital().admitted()
    (dead,) = hospital.stepper.step(hospital.states, Record("cdi.queries.v1", "enc", b"not an entry"))
    assert (dead.topic.name, dict(dead.headers)["reason"]) == ("cdi.dead.finalize.v1", b"NOT_AN_ENTRY")
    assert [final.status for final in hospital.discharge()] == ["provisional"]


def test_a_kind_of_a_newer_release_is_no_failure() -> None:
    hospital = Hospital()
    assert hospital.give(hospital.envelope("release-installed")) == []


@given(
    stays=st.lists(st.tuples(st.integers(0, 400), st.booleans()), min_size=1, max_size=5),
    cuts=st.lists(st.integers(0, 60 * 24), max_size=6),
)
def test_one_tick_over_a_gap_is_as_many_in_it(stays: list[tuple[int, bool]], cuts: list[int]) -> None:
    def run(hours: list[int]) -> list[FinalCodeSet]:
        hospital = Hospital()
        for n, (minutes, signed) in enumerate(stays):
            hospital.encounter_id, hospital.now = f"enc{n}", START + timedelta(minutes=minutes)
            hospital.admitted()
            (final,) = hospital.discharge(*([read("s", "discharge-summary")] if signed else []), at=LEFT + timedelta(minutes=minutes))
            if signed:
                hospital.attest(final.as_of)
        said: list[FinalCodeSet] = []
        for hour in hours:
            said += hospital.tick(LEFT + timedelta(hours=hour))
        return said

    at_once = run([60 * 24])
    assert run([*sorted(cuts), 60 * 24]) == at_once
    assert [final.at for final in at_once] == sorted(LEFT + timedelta(days=4, minutes=minutes) for minutes, signed in stays if not signed)
