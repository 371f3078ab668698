"""What an encounter's facts leave in its header and on its chart."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from by_hand.kidney import AKI
from by_hand.other_stays import MALNUTRITION, PNEUMONIA, QUERY_MALNUTRITION, malnutrition
from by_hand.shorthand import PHYSICIAN, admit, code, drg, result
from by_hand.telling import MADE_BY, Telling, at, passed, refused, seen, written
from opencdi.bus.bus import Delivered
from opencdi.bus.room import Key, Outgoing, Record
from opencdi.events import facts as told
from opencdi.events.audiences import DrgCause, DrgChanged, FinalCodeSet
from opencdi.events.baselines import BaselineCarried
from opencdi.events.pages import CodingPage, FailedPage, QueriesPage
from opencdi.events.people import CodeSetAttested, Person, QueryAnswered
from opencdi.events.query_moves import QueryChanged
from opencdi.events.topics import CHART, QUERIES, QUERY_ALERTS
from opencdi.store.batch import Batch
from opencdi.store.encounters import failures, header_of, items, notes, suspended_rules, worklist
from opencdi.store.engine import open_engine, snapshot
from opencdi.store.health import as_of, line_health
from opencdi.store.migrate import migrate
from opencdi.store.physician import asked, inbox
from opencdi.store.questions import moves
from opencdi.workbench.encounter_page import encounter_page
from opencdi.workbench.personas import CODER, SPECIALIST
from opencdi.workbench.projection import apply_record
from opencdi.workbench.restricted import worklist_row


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'w.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def tell(engine: Engine, messages: list[Outgoing]) -> None:
    with engine.begin() as connection:
        batch = Batch(connection)
        for position, message in enumerate(messages):
            key = message.to.key if isinstance(message.to, Key) else None
            apply_record(
                batch, Delivered(message.topic.name, 0, position, Record(message.topic.name, key, message.value, message.headers)), 1
            )
        batch.write()


def test_a_note_signed_corrected_and_retracted(engine: Engine) -> None:
    telling = Telling()
    admit(telling, AKI, "A^B", "1", "1950-01-01", "F", "4 W", "x")
    first = written("n", "first words", seen(0, 9), note_type="progress", author="X", authentication="unsigned")
    second = written("n", "other words", seen(0, 9), note_type="progress", author="X", revision=2, relation="replacement")
    telling.entry(AKI, at(0, 10), notes=[first])
    telling.entry(AKI, at(0, 11), [told.NoteStatusChanged(note_id="n", revision=1, authentication="authenticated", at=seen(0, 11))])
    telling.entry(AKI, at(0, 12), notes=[second])
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        shown = notes(connection, AKI)
    assert [(one.note.revision, one.text, one.note.authentication) for one in shown] == [
        (2, "other words", "authenticated"), (1, "first words", "authenticated"),
    ]  # fmt: skip
    gone = Telling(_count=50)
    gone.entry(AKI, at(0, 13), [told.NoteRetracted(note_id="n", at=seen(0, 13))])
    tell(engine, gone.messages)
    with snapshot(engine) as connection:
        assert [one.retracted for one in notes(connection, AKI)] == [True, True]


def test_a_corrected_result_keeps_what_it_was_and_when_that_was_known(engine: Engine) -> None:
    telling = Telling()
    result(telling, AKI, (0, 8), "creatinine", 2.9, "mg/dL", measurement_id="m")
    result(telling, AKI, (0, 8), "creatinine", 0.9, "mg/dL", measurement_id="m", status="corrected")
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        (item,) = items(connection, AKI)
    assert isinstance(item.fact, told.MeasurementResulted)
    assert item.fact.value == 0.9
    ((known_at, before),) = item.earlier
    assert (getattr(before, "value", None), known_at) == (2.9, at(0, 8, 40))


def test_an_allergy_that_is_taken_back_is_one_row(engine: Engine) -> None:
    telling = Telling()
    for status in ("active", "withdrawn"):
        telling.entry(AKI, at(0, 8), [told.AllergyListed(allergy_id="a", code=told.Coded(code="7980", text="Penicillin"), status=status)])
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        (item,) = items(connection, AKI)
    assert getattr(item.fact, "status", None) == "withdrawn"


def test_of_what_was_before_the_stay_the_last_word_stands(engine: Engine) -> None:
    telling = Telling()
    admit(telling, AKI, "A^B", "1", "1950-01-01", "F", "4 W", "x")
    for value, source in ((1.0, "m1"), (1.2, "m2")):
        carried = BaselineCarried(
            analyte="creatinine", value=value, unit="mg/dL", taken_at=seen(-60, 9), days_before=60, basis="outpatient-median",
            measurement_id=source, of=1,
        )  # fmt: skip
        telling.entry(AKI, at(0, 9), [carried])
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        page = encounter_page(connection, "demo", AKI, SPECIALIST, ZoneInfo("UTC"))
    assert page is not None
    assert [(one.name, one.value) for one in page["baselines"]] == [("Creatinine", "1.2 mg/dL")]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([told.EncounterDischarged(at=seen(2, 9), disposition="01")], "discharged"),
        ([told.EncounterDischarged(at=seen(2, 9)), told.DischargeCancelled(at=seen(2, 10))], "open"),
        ([told.EncounterCancelled(at=seen(2, 9))], "cancelled"),
        ([told.EncounterMoved(into="other", at=seen(2, 9))], "moved"),
    ],
)
def test_the_status_follows_the_facts(engine: Engine, facts: list[told.Fact], status: str) -> None:
    telling = Telling()
    admit(telling, AKI, "A^B", "1", "1950-01-01", "F", "4 W", "x")
    telling.entry(AKI, at(2, 11), facts)
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        header = header_of(connection, "demo", AKI)
        assert header_of(connection, "other-hospital", AKI) is None
    assert header is not None
    assert (header.status, header.location, header.name) == (status, "4 W", "A^B")


def test_what_cannot_be_read_is_counted_and_shown_on_the_encounter(engine: Engine) -> None:
    tell(
        engine,
        [
            Outgoing(QUERY_ALERTS, Key(AKI), b'{"kind": "query_alert"}'),
            Outgoing(CHART, Key(AKI), b"\x00garbage"),
            Outgoing(QUERIES, Key(AKI), b""),
        ],
    )
    with snapshot(engine) as connection:
        assert line_health(connection, "demo").unreadable == 3
        assert {reason for _, reason, _ in failures(connection, AKI)} == {"NOT_THE_CONTRACT", "NOT_AN_ENTRY"}


def test_as_of_is_the_newest_entry_whatever_partition_came_last(engine: Engine) -> None:
    telling = Telling()
    telling.tick(at(2, 10))
    telling.tick(at(1, 10))
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        now = as_of(connection, "demo")
    assert now is not None
    assert now.received_at == at(2, 10)
    assert now.received_at - at(1, 10) == timedelta(days=1)


def test_restricted_words_are_withheld_from_who_has_no_right(engine: Engine) -> None:
    telling = Telling()
    admit(telling, PNEUMONIA, "A^B", "1", "1950-01-01", "F", "4 W", "x")
    secret = written(
        "s", "told in confidence", seen(0, 9), note_type="social-work", author="X", confidentiality="R", title="Opioid counselling"
    )
    on_it = code(secret, "told", "F1120", "Opioid dependence", "opioid", role="principal")
    on_it = on_it.model_copy(update={"evidence": tuple(one.model_copy(update={"confidentiality": "R"}) for one in on_it.evidence)})
    shown_drg = drg("897", "OPIOID DEPENDENCE", 0.8, 4.0, "NONE")
    coding = CodingPage(as_of="x", made_by=MADE_BY, codes=(on_it,), drg=shown_drg)
    cause = DrgCause(entry_id="x", added=("F1120",), words="restricted note of 2026-05-04: principal diagnosis F11.20 Opioid dependence")
    telling.entry(PNEUMONIA, at(0, 10), notes=[secret], pages=[coding])
    telling.drg(
        DrgChanged(tenant="demo", encounter_id=PNEUMONIA, at=at(0, 10), as_of="x", made_by=MADE_BY, after=shown_drg, cause=cause, nth=1)
    )
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        shown = encounter_page(connection, "demo", PNEUMONIA, SPECIALIST, ZoneInfo("America/New_York"))
        (held,) = worklist(connection, "demo", ())
        row, entitled_row = worklist_row(held, sees_restricted=False), worklist_row(held, sees_restricted=True)
        entitled = encounter_page(connection, "demo", PNEUMONIA, replace(CODER, sees_restricted=True), ZoneInfo("America/New_York"))
    assert shown is not None
    assert entitled is not None
    assert "told in confidence" not in str(shown)
    assert "Opioid" not in str({**shown, "coding": None, "line": None})  # of these, the page shows the DRG and when
    assert shown["coding"].drg is None
    assert row.drg is None
    assert row.no_drg == "restricted evidence"
    assert entitled_row.drg is not None
    assert "told in confidence" in str(entitled["notes"])


def answer(option_id: str, *, decision_id: str, hour: int) -> QueryAnswered:
    return QueryAnswered(
        decision_id=decision_id, encounter_id=MALNUTRITION, actor=PHYSICIAN, decided_at=at(2, hour), as_of="e1",
        query_id=QUERY_MALNUTRITION, option_id=option_id,
    )  # fmt: skip


def test_a_refused_decision_is_never_shown_as_what_happened_whoever_sent_it(engine: Engine) -> None:
    telling = Telling()
    malnutrition(telling)
    telling.entry(MALNUTRITION, at(2, 11), [answer("severe", decision_id="taken", hour=11)])
    late = answer("mild", decision_id="late", hour=12)
    page = refused("late", QUERY_MALNUTRITION, "it is answered already", "x")
    telling.entry(MALNUTRITION, at(2, 12), [late], pages=[page], entry_id="late-0")
    attested = CodeSetAttested(decision_id="vain", encounter_id=MALNUTRITION, actor=PHYSICIAN, decided_at=at(2, 13), as_of="e1")
    telling.entry(MALNUTRITION, at(2, 13), [attested], entry_id="vain-0")
    telling.final(
        FinalCodeSet(
            tenant="demo", encounter_id=MALNUTRITION, nth=1, status="provisional", at=at(2, 13), as_of="vain-0", made_by=MADE_BY,
            cause="attestation refused: the set has changed",
        )
    )  # fmt: skip
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        shown = encounter_page(connection, "demo", MALNUTRITION, SPECIALIST, ZoneInfo("America/New_York"))
    assert shown is not None
    (question,) = shown["questions"]
    assert question.ticked == "Severe malnutrition"
    assert [(fact.decision_id, why) for fact, why in question.refused] == [("late", "it is answered already")]
    decisions = [one for _, day in shown["days_of_stay"] for one in day if one.sort == "decision"]
    assert [("refused" in one.detail, one.struck) for one in decisions] == [(True, True), (True, True), (False, False)]


def test_an_answer_still_on_its_way_is_not_yet_the_answer(engine: Engine) -> None:
    telling = Telling()
    malnutrition(telling)
    telling.entry(MALNUTRITION, at(2, 11), [answer("severe", decision_id="d", hour=11)])
    tell(engine, telling.messages[:-1])  # on the chart, and not yet through the line
    with snapshot(engine) as connection:
        shown = encounter_page(connection, "demo", MALNUTRITION, SPECIALIST, ZoneInfo("America/New_York"))
    assert shown is not None
    assert [question.ticked for question in shown["questions"]] == [None]


@pytest.mark.parametrize("together", [True, False], ids=["one transaction", "a transaction each"])
def test_what_failed_is_missing_until_a_second_try_of_its_message_comes_through(engine: Engine, together: bool) -> None:
    def failed(room: str) -> FailedPage:
        return FailedPage(room=room, reason="POISONED", where="x")

    telling, theirs = Telling(), Telling(tenant="other")
    admit(telling, PNEUMONIA, "A^B", "1", "1950-01-01", "F", "4 W", "x")
    admit(theirs, AKI, "C^D", "2", "1950-01-01", "F", "4 W", "x")
    theirs.entry(AKI, at(0, 10), pages=[failed("nlp")], entry_id="m-1")
    telling.entry(PNEUMONIA, at(0, 10), pages=[failed("nlp")], entry_id="m-1")
    telling.entry(PNEUMONIA, at(0, 10), pages=[failed("coding")], entry_id="m-2")
    telling.entry(PNEUMONIA, at(0, 10), pages=[failed("queries")], entry_id="other-1")

    def missing(*then: list[Outgoing]) -> list[str]:
        if together:
            tell(engine, [message for messages in then for message in messages])
        else:
            for messages in then:
                tell(engine, messages)
        with snapshot(engine) as connection:
            rooms = sorted(room for room, _, _ in failures(connection, PNEUMONIA))
            assert line_health(connection, "demo").failed == len(rooms)
            assert line_health(connection, "other").failed == 1
        return rooms

    again, third = Telling(_count=50), Telling(_count=60)
    again.entry(PNEUMONIA, at(0, 11), pages=[failed("finalize")], entry_id="second-1", replays="m-2")
    third.entry(PNEUMONIA, at(0, 12), entry_id="third-1", replays="second-1")
    if together:
        assert missing(theirs.messages, telling.messages, again.messages, third.messages) == ["queries"]
    else:
        assert missing(theirs.messages, telling.messages) == ["coding", "nlp", "queries"]
        assert missing(again.messages) == ["finalize", "queries"]
        assert missing(third.messages) == ["queries"]


def test_a_question_passed_on_is_in_the_inbox_of_the_one_it_is_for_now(engine: Engine) -> None:
    telling = Telling()
    malnutrition(telling)
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        (first,) = inbox(connection, "demo", PHYSICIAN.staff_id)
    later = Person(staff_id="1058", name="BRENNAN^AOIFE", role="provider")
    again = Telling()
    again.ask(passed(first.query.wording.model_copy(update={"addressed_to": later}), "sent", "e9"))
    tell(engine, again.messages)
    with snapshot(engine) as connection:
        assert inbox(connection, "demo", PHYSICIAN.staff_id) == []
        assert asked(connection, "demo", QUERY_MALNUTRITION, PHYSICIAN.staff_id) is None
        assert [one.query.wording.query_id for one in inbox(connection, "demo", later.staff_id)] == [QUERY_MALNUTRITION]


def test_the_page_says_which_rules_cannot_be_judged_until_they_can(engine: Engine) -> None:
    telling = Telling()
    admit(telling, AKI, "A^B", "1", "1950-01-01", "F", "4 W", "x")
    for hour, (rules, shown) in enumerate(
        [(("D-01", "D-11"), ["D-01", "D-11"]), (None, ["D-01", "D-11"]), (("D-11",), ["D-11"]), ((), [])]
    ):
        again = Telling(_count=10 * (hour + 1))
        again.entry(AKI, at(1, hour), pages=[QueriesPage(as_of="x", made_by=MADE_BY, suspended=rules)])
        tell(engine, [*telling.messages, *again.messages] if not hour else again.messages)
        with snapshot(engine) as connection:
            assert suspended_rules(connection, AKI) == shown
            assert failures(connection, AKI) == []
            (row,) = worklist(connection, "demo", ())
            assert (row.failed, line_health(connection, "demo").failed) == (0, 0), "all entries have been read"


def test_what_reads_otherwise_without_moving_stands_in_the_life_of_a_question_too(engine: Engine) -> None:
    telling = Telling()
    malnutrition(telling)
    change = QueryChanged(
        query_id=QUERY_MALNUTRITION,
        condition="malnutrition",
        state="sent",
        cause="NARROWED",
        detail="severity",
        at=at(2, 12),
        actor=PHYSICIAN,
    )
    telling.entry(MALNUTRITION, at(2, 12), pages=[QueriesPage(as_of="x", made_by=MADE_BY, changed=(change,))])
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        assert moves(connection, MALNUTRITION)[-1] == change
