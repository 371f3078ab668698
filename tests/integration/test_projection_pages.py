"""The pages over a projection: what each seat sees, what a physician can never see, and decisions on their way and back."""

import asyncio
import json
import re
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.routing import Route

from by_hand.kidney import AKI, QUERY_AKI, QUERY_ENCEPHALOPATHY
from by_hand.other_stays import ENDED, MALNUTRITION, PNEUMONIA, QUERY_MALNUTRITION, SEPSIS
from by_hand.shorthand import PHYSICIAN
from by_hand.telling import MADE_BY, Telling, at, moved, passed, refused, seen
from by_hand.ward import alerts_of, ward
from by_hand.workbench import Bench, gateway, words_of
from opencdi.bus.bus import PARTITIONS
from opencdi.bus.lying import everything
from opencdi.bus.murmur2 import partition_of
from opencdi.bus.room import Outgoing
from opencdi.bus.supervisor import StaysShut
from opencdi.events.answers import AnswerKept
from opencdi.events.audiences import DrgChanged, FinalCodeSet, Indicator, MessageEnded, OpenQuestion, ProviderQuery, QueryAlert
from opencdi.events.definitions import ConditionNoticed, InForce
from opencdi.events.delivery import HandedOver
from opencdi.events.entry import read_entry
from opencdi.events.facts import DeliveryReceipted, EncounterDischarged, EncounterMoved, NoteFiled
from opencdi.events.inbound import Receipt
from opencdi.events.pages import FactsPage, QueriesPage
from opencdi.events.people import QueryApproved, QueryDismissed, QueryEdited, QueryViewed
from opencdi.events.topics import CHART, DRG_CHANGES, FINAL, INBOUND, PROVIDER_QUERIES, QUERY_ALERTS
from opencdi.events.wording import shown_text
from opencdi.gateway.door import Door
from opencdi.knowledge.delivery_policy import DeliveryPolicy
from opencdi.knowledge.site import SiteData
from opencdi.outbound.worker import Ledger, gateway_at
from opencdi.settings import Settings
from opencdi.store.engine import open_engine, snapshot
from opencdi.store.physician import NotForPhysicians, asked, inbox, money_blind, physicians
from opencdi.store.questions import unsettled
from opencdi.store.tables import ENCOUNTER, METADATA, PHYSICIAN_TABLES, PROVIDER_QUERY, SENT_DECISION
from opencdi.workbench.app import serve

AS_PHYSICIAN = {"cdi_persona": f"physician:{PHYSICIAN.staff_id}"}
WARD = ward()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A real gateway on this test's bus."""
    with gateway(tmp_path) as door:
        yield door


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The ward on a workbench; with a gateway where the test has one."""
    port = request.getfixturevalue("door").api_port if "door" in request.fixturenames else 1
    bench = Bench(Settings(home=tmp_path, api_port=port, demo_control="http://127.0.0.1:1"))
    bench.tell(WARD)
    yield bench
    bench.close()


LETTER = f"/line/letters/intake/{partition_of('demo', PARTITIONS)}/0"
INTERNAL = (
    "/worklist",
    f"/encounters/{AKI}",
    f"/encounters/{PNEUMONIA}",
    "/final",
    f"/final/{ENDED}",
    "/line",
    "/line/letters",
    "/line/codes",
    LETTER,
    f"/queries/{QUERY_AKI}/preview",
)
NOT_THEIRS = tuple(table for table in METADATA.sorted_tables if table not in PHYSICIAN_TABLES)


@pytest.mark.parametrize("path", INTERNAL)
def test_every_page_says_up_to_when_it_speaks(bench: Bench, path: str) -> None:
    page = bench.page(path)
    assert page.count("Wed May 6, 2026, 10:00 EDT") == 1  # and the zone of all times on it, once
    assert re.search(r'title="entry t\d+/0"', page)


def test_the_worklist_puts_what_is_to_be_approved_first(bench: Bench) -> None:
    said = words_of(bench.page("/worklist"))
    assert said.index("KOVACS") < said.index("BRANDT") < said.index("ABBOTT")
    assert "severity 20 + effect, absolute 9.4" in said
    assert "LINDQVIST" not in said


def test_a_patient_who_left_with_an_open_question_stays_on_the_worklist(bench: Bench) -> None:
    telling = Telling(_count=900)
    for encounter_id in (MALNUTRITION, PNEUMONIA):
        telling.entry(encounter_id, at(2, 11), [EncounterDischarged(at=seen(2, 11), disposition="01")])
    bench.tell(telling.messages)
    said = words_of(bench.page("/worklist"))
    assert "discharged May 6, 11:00" in said
    assert "BRANDT" in said
    assert "ABBOTT" not in said
    assert "2 in the house" in said


def test_whoever_looks_for_a_stay_that_was_merged_is_led_to_where_it_lives_on(bench: Bench) -> None:
    telling = Telling(_count=900)
    for old, new, hour in ((ENDED, PNEUMONIA, 11), (PNEUMONIA, AKI, 12)):
        telling.entry(old, at(2, hour), [EncounterMoved(into=new, at=seen(2, hour))])
    bench.tell(telling.messages)
    for old in (ENDED, PNEUMONIA):
        answer = bench.ask("GET", f"/encounters/{old}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/encounters/{AKI}")


def test_what_a_ledger_holds_is_in_no_inbox_until_a_receipt_says_that_it_was_handed_over(bench: Bench) -> None:
    held = passed(_wording(QUERY_AKI), "sent", "x", delivery={"by": "ledger", "urgency": 2, "asked_at": at(2, 9).isoformat()})
    telling = Telling(_count=900)
    telling.ask(held)
    bench.tell(telling.messages)

    def waits() -> bool:
        there = "rise in creatinine" in words_of(bench.page("/inbox", AS_PHYSICIAN))
        assert bench.status("GET", f"/inbox/{QUERY_AKI}", AS_PHYSICIAN) == (200 if there else 404)
        return not there

    assert waits()
    assert "nutritional status" in words_of(bench.page("/inbox", AS_PHYSICIAN))  # sent before there was a ledger
    receipts = (
        {"status": "deferred", "because": "budget", "addressed_to": PHYSICIAN.staff_id},
        {"status": "delivered", "addressed_to": "somebody else"},  # the attending of before
        {"status": "delivered", "addressed_to": PHYSICIAN.staff_id},
        {"status": "deferred", "because": "quiet-hours", "addressed_to": PHYSICIAN.staff_id},  # came late: it is his
    )
    shown = []
    for nth, more in enumerate(receipts):
        telling = Telling(_count=910 + nth)
        receipt = {"receipt_id": f"r{nth}", "query_id": QUERY_AKI, "source": "ledger", "at": seen(2, 11)}
        telling.entry(AKI, at(2, 11), [DeliveryReceipted.model_validate(receipt | more)])
        bench.tell(telling.messages)
        shown.append(not waits())
    assert shown == [False, False, True, True]


def test_the_specialist_reads_why_a_question_waits_with_the_ledger(bench: Bench) -> None:
    told = next(QueryAlert.read(m.value) for m in WARD if m.topic == QUERY_ALERTS and QueryAlert.read(m.value).query_id == QUERY_AKI)
    waiting = HandedOver(query_id=QUERY_AKI, status="deferred", because="quiet-hours", until=at(3, 6), at=at(2, 23))
    telling = Telling(_count=900)
    telling.alert(told.model_copy(update={"state": "sent", "handed_over": waiting}))
    bench.tell(telling.messages)
    assert re.search(r"Waits with the ledger until .*6:00.*: quiet hours", words_of(bench.page(f"/encounters/{AKI}")))


def test_the_ledger_tells_the_gateway_and_what_it_told_is_on_inbound(bench: Bench, door: Door) -> None:
    telling = Telling(_count=900)
    for query_id in (QUERY_AKI, QUERY_ENCEPHALOPATHY):
        telling.ask(passed(_wording(query_id), "sent", "x", delivery={"by": "ledger", "urgency": 2, "asked_at": at(2, 9).isoformat()}))
    bench.tell(telling.messages)
    site, url = SiteData(delivery=DeliveryPolicy(bundle_minutes=0)), f"http://127.0.0.1:{door.api_port}"
    away = Ledger(bench.engine, bench.bus, "demo", site, gateway_at("http://127.0.0.1:1", None))
    assert away.turn() == 0  # the gateway is away: it is written down
    assert Ledger(bench.engine, bench.bus, "demo", site, gateway_at(url, None)).turn() == 2  # another process sends it
    assert away.turn() == 0
    told = [
        Receipt.read(one.record.value) for one in everything(bench.bus, [INBOUND]) if one.record.header("ce_type") == "cdi.inbound.receipt"
    ]
    assert {(one.query_id, one.status, one.addressed_to) for one in told} == {
        (query_id, "delivered", PHYSICIAN.staff_id) for query_id in (QUERY_AKI, QUERY_ENCEPHALOPATHY)
    }


def test_the_ledger_does_nothing_without_a_policy_or_over_half_a_history(bench: Bench) -> None:
    telling = Telling(_count=900)
    telling.ask(passed(_wording(QUERY_AKI), "sent", "x", delivery={"by": "ledger", "urgency": 2, "asked_at": at(2, 9).isoformat()}))
    told: list[Receipt] = []
    taken = lambda receipt: told.append(receipt) is None  # noqa: E731
    policy = SiteData(delivery=DeliveryPolicy(bundle_minutes=0))
    bench.bus.publish(telling.messages)  # on the bus, and not yet in the projection
    ledger = Ledger(bench.engine, bench.bus, "demo", policy, taken)
    assert (ledger.turn(), told) == (0, [])
    bench.follow()
    assert Ledger(bench.engine, bench.bus, "demo", SiteData(), taken).turn() == 0
    assert ledger.turn() == 1
    assert [one.query_id for one in told] == [QUERY_AKI]


def test_the_specialist_reads_who_adopted_the_definition_and_whose_limit_was_crossed(bench: Bench) -> None:
    said = words_of(bench.page(f"/encounters/{AKI}"))
    assert "Judged by KDIGO-2012, adopted by Medical Executive Committee on 2026-03-12 (site data demo, revision 4)" in said
    assert "D-11.ratio: at least 1.6 , the hospital's limit cr-base in e00007/0, creatinine-0-8 in an entry not named" in said


def test_what_the_record_meets_is_shown_where_nobody_is_asked_until_its_evidence_is_corrected(bench: Bench) -> None:
    by = InForce(definition_id="SEPSIS-SITE", adopted="sepsis-3", site="demo", site_revision=4)
    shown = Indicator(text="temperature 38.9 °C", source="vital sign", source_id="t1", at=seen(2, 10))
    met = ConditionNoticed(name="sepsis-2", rule_id="D-01", definition=by, at=at(2, 10), indicators=(shown,))
    for told, there in ((met, True), (met.model_copy(update={"stands": False}), False)):
        telling = Telling(_count=900 + there)
        telling.entry(AKI, at(2, 11), pages=[QueriesPage(as_of="x", made_by=MADE_BY, noticed=(told,))])
        bench.tell(telling.messages)
        said = words_of(bench.page(f"/encounters/{AKI}"))
        assert ("this hospital asks by sepsis 3 temperature 38.9 °C" in said) is there
        assert ("Met, whether or not anybody is asked" in said) is there


def test_the_encounter_shows_both_sides_the_effect_and_the_quote_where_it_stands(bench: Bench) -> None:
    page = bench.page(f"/encounters/{AKI}")
    said = words_of(page)
    for told in (
        "Contrary …likely prerenal. Trend 2.9 -> 2.4 -> 1.8 with fluids. Renal ultrasound without hydronephrosis . Pneumonia was considered",
        "Acute tubular necrosis N17.0 640 +0.4689",
        "none → 641",
        "Creatinine 0.9 mg/dL (baseline, 60 d before)",
        "Creatinine 2.9 mg/dL H (was 3.1)",
        "Acute kidney injury: indicators without a diagnosis",
    ):
        assert told in said
    anchors = re.findall(r'href="#(at-[^"]+)"', page)
    assert anchors
    assert set(anchors) <= set(re.findall(r'id="(at-[^"]+)"', page))


def test_the_line_counts_what_the_gate_refused_among_all_messages(bench: Bench) -> None:
    said = words_of(bench.page("/line"))
    assert "the message does not begin with a readable MSH segment" in said
    assert "together 72" in said  # 65 on a chart, 4 without effect, 2 kept with the patient, 1 refused


def test_open_questions_and_what_the_coder_settles_do_not_keep_a_set_from_being_attested(bench: Bench) -> None:
    coder = {"cdi_persona": "coder"}
    assert "0 ready to attest" in words_of(bench.page("/final"))  # it waits for the pathology report
    (before,) = [FinalCodeSet.read(m.value) for m in WARD if m.topic == FINAL]
    asked = OpenQuestion(query_id="q", condition="malnutrition", title="Nutritional status", state="sent")
    told = {"nth": 2, "waiting_for": (), "open_questions": (asked,), "to_settle": ("POA of N10: undetermined, grouped as Y",)}
    telling = Telling()
    telling.final(before.model_copy(update=told))
    bench.tell(telling.messages)
    said = words_of(bench.page("/final", coder))
    assert "1 ready to attest" in said
    assert "no document is missing 1 to settle 1 open question" in said
    said = words_of(bench.page(f"/final/{ENDED}", coder))
    assert "For the coder to settle: POA of N10: undetermined, grouped as Y" in said
    assert "Nutritional status" in said
    assert "Attest this set" in said
    assert "Nothing is open" not in said


@pytest.mark.parametrize("path", [f"/final/{ENDED}", f"/encounters/{ENDED}"])
def test_procedures_stand_beside_the_diagnoses_with_what_is_asked_of_them(bench: Bench, path: str) -> None:
    said = words_of(bench.page(path, {"cdi_persona": "coder"}))
    assert "02HV33Z Insertion of Infusion Device into Superior Vena Cava, Percutaneous Approach on the hospital's list May 4" in said
    assert "0T2BX0Z Change Drainage Device in Bladder, External Approach May 5" in said
    assert "Transfusion asks Into a peripheral or a central vein product red cells may be" in said
    assert "Intubation not counted done before the arrival: not this hospital's" in said


def test_the_editor_and_the_transfer_policy_are_shown_to_coders_and_specialists(bench: Bench) -> None:
    said = words_of(bench.page(f"/encounters/{ENDED}", {"cdi_persona": "coder"}))
    assert "Medicare Code Editor Unspecified E11.9" in said
    told = "Post-acute care transfer after 2 days: weight 0.6084 (42 CFR 412.4(b), (c), (f))"
    assert told in said
    assert told in words_of(bench.page(f"/final/{ENDED}", {"cdi_persona": "coder"}))


# --- money never reaches a physician ----------------------------------------------------------------------------------
def money(messages: list[Outgoing]) -> set[str]:
    """Every DRG, weight, difference and priority that the ward's internal topics name."""
    drgs = [DrgChanged.read(m.value) for m in messages if m.topic == DRG_CHANGES]
    alerts = [QueryAlert.read(m.value) for m in messages if m.topic == QUERY_ALERTS]
    shown = [drg for change in drgs for drg in (change.before, change.after) if drg]
    told = {drg.drg for drg in shown} | {f"{drg.weight:.4f}" for drg in shown if drg.weight}
    told |= {f"{e.weight_delta:.4f}" for a in alerts for e in a.effect if e.weight_delta} | {
        e.drg for a in alerts for e in a.effect if e.drg
    }
    return told | {f"{a.priority:g}" for a in alerts if a.priority}


MONEY_WORDS = re.compile(
    r"\b(DRG|MDC|CC|MCC|GMLOS|CMI|SOI|ROM|HAC|PSI|[Pp]riority|[Ss]everity|[Rr]elative weight|[Ww]eight \d\.\d{4})\b|\$|(?i:reimburs|revenue|payment)"
)


def routes(app: FastAPI, method: str) -> list[str]:
    """Every path of the workbench, once for each question and stay that the ward has."""
    paths = {route.path for route in every_route(app.routes) if method in (route.methods or ()) and route.path != "/stream"}
    ids = [(query_id, encounter_id) for query_id in (QUERY_MALNUTRITION, QUERY_AKI) for encounter_id in (MALNUTRITION, AKI, ENDED)]
    room, part, pos = LETTER.split("/")[3:]
    letter = {"room": room, "part": part, "pos": pos}
    return sorted({path.format(query_id=query_id, encounter_id=encounter_id, **letter) for path in paths for query_id, encounter_id in ids})


def every_route(found: Iterable[Any]) -> Iterator[Route]:
    for route in found:
        if isinstance(route, Route):
            yield route
        else:
            yield from every_route(getattr(getattr(route, "original_router", None), "routes", ()))


def test_nothing_that_is_served_to_a_physician_speaks_of_money(bench: Bench) -> None:
    secrets = money(WARD)
    assert len(secrets) > 5
    specialist = bench.page(f"/encounters/{AKI}")
    assert any(secret in specialist for secret in secrets)
    assert MONEY_WORDS.search(specialist)
    paths = routes(bench.app, "GET")
    assert {"/inbox", f"/inbox/{QUERY_MALNUTRITION}", f"/inbox/{QUERY_AKI}", "/worklist", f"/final/{ENDED}", "/line"} <= set(paths)
    answered = passed(_wording(QUERY_MALNUTRITION), "answered-awaiting-chart", "x", answer_option="severe", answer_text="as above")
    for told in ("before", "after the answer"):
        for method, path in [("GET", path) for path in paths] + [("POST", path) for path in routes(bench.app, "POST")]:
            served = bench.ask(method, path, AS_PHYSICIAN, data={"as_of": "x"} if method == "POST" else None).text
            served = re.sub(r'data-version="[^"]*"', "", served)  # drawn by chance: it may hold any three digits
            assert not [secret for secret in secrets if secret in served], (path, told)
            assert not MONEY_WORDS.search(served), (path, told)
        telling = Telling()
        telling.ask(answered)
        bench.tell(telling.messages)
    said = words_of(bench.page(f"/inbox/{QUERY_MALNUTRITION}", AS_PHYSICIAN))
    assert "nutritional status" in said
    assert "Severe malnutrition" in said
    assert "not yet documentation" in said


def test_the_physicians_questions_to_the_database_touch_only_their_tables(bench: Bench) -> None:
    engine = money_blind(open_engine(bench.settings.database_url))
    allowed, read = {table.name for table in PHYSICIAN_TABLES}, set()

    def authorize(action: int, table: str | None, *_: object) -> int:
        if action == 20:  # SQLITE_READ
            read.add(table)
        return 0

    with snapshot(engine) as connection:
        connection.connection.driver_connection.set_authorizer(authorize)
        assert inbox(connection, "demo", PHYSICIAN.staff_id)
        assert asked(connection, "demo", QUERY_MALNUTRITION, PHYSICIAN.staff_id)
        assert asked(connection, "demo", QUERY_MALNUTRITION, "somebody else") is None
        assert physicians(connection, "demo") == [PHYSICIAN]
        connection.connection.driver_connection.set_authorizer(None)
    assert read
    assert read <= allowed
    engine.dispose()


@pytest.mark.parametrize("table", NOT_THEIRS, ids=lambda table: table.name)
def test_the_physicians_engine_refuses_every_other_table(bench: Bench, table: object) -> None:
    engine = money_blind(open_engine(bench.settings.database_url))
    hidden = select(PROVIDER_QUERY.c.doc).where(PROVIDER_QUERY.c.query_id.in_(select(table.primary_key.columns.values()[0])))
    with engine.connect() as connection:
        for statement in (select(table), hidden):
            with pytest.raises(NotForPhysicians):
                connection.execute(statement)
    engine.dispose()


@pytest.mark.parametrize("path", INTERNAL)
def test_a_physician_is_shown_none_of_the_other_seats_pages(bench: Bench, path: str) -> None:
    assert bench.status("GET", path, AS_PHYSICIAN) == 403


def test_and_the_others_have_no_inbox(bench: Bench) -> None:
    assert bench.status("GET", "/inbox") == 403
    assert bench.status("POST", f"/inbox/{QUERY_MALNUTRITION}/answer", data={"as_of": "x", "option_id": "severe"}) == 403
    assert bench.status("POST", f"/queries/{QUERY_AKI}/approve", AS_PHYSICIAN, data={"as_of": "x"}) == 403
    assert bench.status("POST", f"/final/{ENDED}/attest", data={"as_of": "x"}) == 403


def test_a_page_that_is_not_there_says_so(bench: Bench) -> None:
    answer = bench.ask("GET", "/nowhere")
    assert answer.status_code == 404
    assert "There is no such page." in words_of(answer.text)


def test_another_hospitals_encounter_does_not_exist_here(bench: Bench) -> None:
    theirs = Telling(tenant="other")
    theirs.entry("enc-theirs", at(2, 9))
    bench.tell(theirs.messages)
    assert bench.status("GET", "/encounters/enc-theirs") == 404


def test_the_working_drg_of_any_past_instant(bench: Bench) -> None:
    def then(moment: datetime | None) -> tuple[str | None, str | None]:
        answer = bench.ask("GET", f"/encounters/{SEPSIS}/drg", params={"at": moment.isoformat()} if moment else {})
        told = answer.json()
        return told["drg"] and told["drg"]["drg"], told["baseline"]["drg"]

    before, first = then(at(0, 12))
    after, _ = then(at(2, 8))
    assert before == first
    assert after not in (None, before)
    assert then(at(2, 8) - timedelta(seconds=1)) == (before, first)
    assert then(at(0, 11)) == (None, first)
    assert then(None) == (after, first)
    assert bench.status("GET", f"/encounters/{SEPSIS}/drg", AS_PHYSICIAN) == 403, "money is not for physicians"
    assert bench.status("GET", "/encounters/nobody/drg") == 404
    assert bench.status("GET", f"/encounters/{SEPSIS}/drg?at=yesterday") in (400, 404, 422)


# --- guards -----------------------------------------------------------------------------------------------------------
def test_a_form_of_another_site_decides_nothing(bench: Bench, door: Door) -> None:
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert bench.status("POST", f"/queries/{QUERY_AKI}/approve", data={"as_of": "x"}, headers=headers) == 403
    assert decided(bench) == []
    assert bench.status("GET", "/worklist", headers={"host": "evil.example"}) == 400


def test_pages_are_kept_by_no_cache_and_framed_by_nobody(bench: Bench) -> None:
    headers = bench.ask("GET", "/worklist").headers
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_busy_port_names_the_setting_and_other_addresses_are_refused(tmp_path: Path, door: Door) -> None:
    with pytest.raises(StaysShut, match="CDI_WORKBENCH_PORT"):
        serve(Settings(home=tmp_path, workbench_port=door.api_port))
    with pytest.raises(StaysShut, match="CDI_HOST"):
        serve(Settings(home=tmp_path, host="0.0.0.0", workbench_port=0))


# --- decisions --------------------------------------------------------------------------------------------------------
def _wording(query_id: str):
    told = [QueryAlert.read(m.value) for m in WARD if m.topic == QUERY_ALERTS]
    return next(alert.wording for alert in told if alert.query_id == query_id)


def decided(bench: Bench) -> list[dict[str, object]]:
    told = (delivered.record for delivered in everything(bench.bus, [INBOUND]))
    return [json.loads(record.value) for record in told if record.header("ce_type") == "cdi.inbound.decision"]


def test_an_approval_is_pending_until_the_move_that_it_caused_comes_back(bench: Bench, door: Door) -> None:
    page = bench.page(f"/encounters/{AKI}")
    as_of = re.search(r'approve".*?name="as_of" value="([^"]+)"', page, re.S)
    assert as_of is not None
    assert bench.status("POST", f"/queries/{QUERY_AKI}/approve", data={"as_of": as_of[1]}) == 303
    (decision,) = decided(bench)
    assert decision["kind"] == "query_approved"
    assert decision["as_of"] == as_of[1]
    assert decision["shown_text"] == shown_text(_wording(QUERY_AKI))
    assert decision["actor"]["staff_id"] == "CDI-1"
    said = words_of(bench.page(f"/encounters/{AKI}"))
    assert "Approval pending" in said
    assert said.count("Approve and send") == 1  # the other question's
    telling = Telling(_count=900)
    move = moved(QUERY_AKI, "acute-kidney-injury", "approved", "APPROVED", at(2, 10, 5), "x", from_state="draft")
    telling.entry(AKI, at(2, 10, 5), [QueryApproved.model_validate(decision)], pages=[move])
    bench.tell(telling.messages)
    said = words_of(bench.page(f"/encounters/{AKI}"))
    assert "Approval pending" not in said
    assert "query approved Dana Whitfield" in said


def test_a_refused_dismissal_says_so(bench: Bench, door: Door) -> None:
    data = {"as_of": "old", "reason": "integral", "note": "part of the other"}
    assert bench.status("POST", f"/queries/{QUERY_ENCEPHALOPATHY}/dismiss", data=data) == 303
    (decision,) = decided(bench)
    assert (decision["kind"], decision["reason"], decision["note"]) == ("query_dismissed", "integral", "part of the other")
    telling = Telling(_count=900)
    why = "only a draft can be dismissed; it is auto-resolved"
    page = refused(str(decision["decision_id"]), QUERY_ENCEPHALOPATHY, why, "x")
    telling.entry(AKI, at(2, 10, 5), [QueryDismissed.model_validate(decision)], pages=[page])
    bench.tell(telling.messages)
    said = words_of(bench.page(f"/encounters/{AKI}"))
    assert "Refused: only a draft can be dismissed; it is now “resolved by documentation”. Nothing was done" in said


def test_answers_that_did_not_count_and_decisions_handed_in_elsewhere_stand_on_the_question(bench: Bench) -> None:
    telling = Telling(_count=900)
    draft = next(one for one in alerts_of(WARD) if one.query_id == QUERY_AKI)
    kept = AnswerKept(
        decision_id="late", actor=PHYSICIAN, at=at(2, 10), why="held", option_text="Acute kidney injury", free_text="pre-renal"
    )
    telling.alert(draft.model_copy(update={"also_said": (kept,)}))
    about = {"encounter_id": AKI, "query_id": QUERY_AKI, "decided_at": at(2, 11), "as_of": "old", "actor": PHYSICIAN}
    elsewhere = QueryApproved(decision_id="elsewhere", shown_text="…", **about)
    page = refused("elsewhere", QUERY_AKI, "the question has changed since it was shown", "x")
    telling.entry(AKI, at(2, 11), [elsewhere], pages=[page])
    bench.tell(telling.messages)
    said = " ".join(words_of(bench.page(f"/encounters/{AKI}")).replace(" :", ":").split())
    assert "Also said Acute kidney injury: pre-renal" in said
    assert "not the one who was asked, but of the care team" in said
    assert "Not carried out Query approved: the question has changed since it was shown" in said


def test_a_decision_that_the_line_could_not_place_does_not_wait_for_ever(bench: Bench, door: Door) -> None:
    assert bench.status("POST", f"/queries/{QUERY_AKI}/approve", data={"as_of": "x"}) == 303
    (decision,) = decided(bench)
    ended = {"tenant": "demo", "entry_id": decision["decision_id"], "message_type": "decision", "feed": "http"}
    telling = Telling(_count=900)
    telling.ended(MessageEnded.model_validate(ended | {"outcome": "dead_letter", "reason": "UNKNOWN_ENCOUNTER"}))
    bench.tell(telling.messages)
    assert "Refused: this stay is not known to the line" in words_of(bench.page(f"/encounters/{AKI}"))


def test_a_draft_is_worded_anew_and_only_what_changed_is_told(bench: Bench, door: Door) -> None:
    form = dict(re.findall(r'name="(option-[^"]+)" value="([^"]+)"', bench.page(f"/encounters/{AKI}").partition("q-aki/edit")[2]))
    same = {"as_of": "x", "title": "Clinical clarification – rise in creatinine"}
    assert bench.status("POST", f"/queries/{QUERY_AKI}/edit", data=same) == 422
    data = same | {"question": "Please clarify\n the rise in creatinine:", "option-aki": "Acute kidney injury (please specify cause)"}
    assert "option-aki" in form
    assert bench.status("POST", f"/queries/{QUERY_AKI}/edit", AS_PHYSICIAN, data=data) == 403
    assert bench.status("POST", f"/queries/{QUERY_AKI}/edit", data=data) == 303
    (decision,) = decided(bench)
    edited = QueryEdited.model_validate(decision)
    assert (edited.title, edited.question) == (None, "Please clarify the rise in creatinine:")
    assert edited.options == {"aki": "Acute kidney injury (please specify cause)"}
    assert "Edit pending" in words_of(bench.page(f"/encounters/{AKI}"))
    why = "the compliance gate: Q-13 options: no way to say that it cannot be determined"
    telling = Telling(_count=900)
    telling.entry(AKI, at(2, 10, 5), [edited], pages=[refused(edited.decision_id, QUERY_AKI, why, "x")])
    bench.tell(telling.messages)
    assert f"Refused: {why}" in words_of(bench.page(f"/encounters/{AKI}"))
    assert bench.status("POST", f"/queries/{QUERY_AKI}/edit", data=data) == 303  # the next attempt stands in its place
    said = words_of(bench.page(f"/encounters/{AKI}"))
    assert "Edit pending" in said
    assert "Refused" not in said


def test_a_question_opened_twice_is_not_pending(bench: Bench, door: Door) -> None:
    path = f"/inbox/{QUERY_MALNUTRITION}"
    assert bench.status("POST", f"{path}/open", AS_PHYSICIAN) == 303
    (viewed,) = decided(bench)
    telling = Telling(_count=900)
    telling.entry(MALNUTRITION, at(2, 10, 5), [QueryViewed.model_validate(viewed)])  # no news: nothing moved
    bench.tell(telling.messages)
    with snapshot(bench.engine) as connection:
        assert unsettled(connection, MALNUTRITION) == []


class Refuser(BaseHTTPRequestHandler):
    """A gateway that answers every decision in one way."""

    status, body = 503, b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.mark.parametrize(
    ("status", "body", "answered", "said"),
    [
        (409, b"{}", 409, "no longer holds"),
        (422, b'{"field": "reason", "problem": "Field required"}', 422, "could not read the decision: reason, Field required"),
        (422, b"not json", 422, "it did not say why"),
        (413, b"", 413, "too long"),
        (401, b"", 503, "its token is missing or wrong"),
        (503, b"", 503, "The line is down at the moment"),
        (500, b"", 503, "refused the decision (HTTP 500)"),
    ],
)
def test_what_the_gateway_says_is_said_in_clear_words(tmp_path: Path, status: int, body: bytes, answered: int, said: str) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Refusing", (Refuser,), {"status": status, "body": body}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    bench = Bench(Settings(home=tmp_path, api_port=server.server_port))
    bench.tell(WARD)
    answer = bench.ask("POST", f"/queries/{QUERY_AKI}/approve", data={"as_of": "x"})
    assert answer.status_code == answered
    assert said in words_of(answer.text)
    assert "Nothing was recorded." in words_of(answer.text)
    bench.close()
    server.shutdown()
    server.server_close()


def test_the_next_day_is_played_once_at_a_time_and_every_page_says_so(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Player(Refuser):
        def do_POST(self) -> None:
            assert self.path == "/next-day"
            begun.set()
            go_on.wait(30)
            self.send_response(204)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Player)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    bench = Bench(Settings(home=tmp_path, demo_control=f"http://127.0.0.1:{server.server_port}"))
    bench.tell(WARD)
    assert '<button class="quiet">Next day</button>' in bench.page("/worklist")
    pressed: Future[int] = Future()
    threading.Thread(target=lambda: pressed.set_result(bench.status("POST", "/demo/next-day"))).start()
    assert begun.wait(30)
    assert '<button class="quiet" disabled>Playing the day…</button>' in bench.page(f"/encounters/{AKI}")
    again = bench.ask("POST", "/demo/next-day")
    assert again.status_code == 409
    assert "being played already" in again.text
    go_on.set()
    assert pressed.result(30) == 303
    assert "disabled>Playing" not in bench.page("/worklist")
    server.shutdown()
    server.server_close()
    assert bench.status("POST", "/demo/next-day") == 503
    bench.close()


def test_without_a_demo_there_is_no_next_day(tmp_path: Path) -> None:
    bench = Bench(Settings(home=tmp_path))
    assert "next-day" not in bench.page("/worklist")
    assert bench.status("POST", "/demo/next-day") == 404
    bench.close()


def test_healthz_tells_whether_the_pages_are_kept_up(bench: Bench) -> None:
    async def served() -> tuple[int, int]:
        transport = httpx.ASGITransport(bench.app)
        async with (
            bench.app.router.lifespan_context(bench.app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            well = (await client.get("/healthz")).status_code
            bench.app.state.follower.end()
            return well, (await client.get("/healthz")).status_code

    assert asyncio.run(served()) == (200, 503)


def test_a_dismissal_needs_a_reason_of_the_list(bench: Bench, door: Door) -> None:
    assert bench.status("POST", f"/queries/{QUERY_AKI}/dismiss", data={"as_of": "x", "reason": "because"}) == 422
    assert bench.status("POST", f"/queries/{QUERY_AKI}/dismiss", data={"as_of": "x"}) == 422
    assert decided(bench) == []


def test_the_physician_opens_and_answers(bench: Bench, door: Door) -> None:
    path = f"/inbox/{QUERY_MALNUTRITION}"
    assert bench.status("POST", f"{path}/open", AS_PHYSICIAN) == 303
    assert "checked" not in bench.page(path, AS_PHYSICIAN)
    for bad in ({"as_of": "x"}, {"as_of": "x", "option_id": "none of these"}, {"as_of": "x", "option_id": "other"}):
        assert bench.status("POST", f"{path}/answer", AS_PHYSICIAN, data=bad) == 422
    assert (
        bench.status("POST", f"{path}/answer", AS_PHYSICIAN, data={"as_of": "e1", "option_id": "severe", "free_text": " see note "}) == 303
    )
    viewed, answered = decided(bench)
    assert viewed["kind"] == "query_viewed"
    assert (answered["kind"], answered["option_id"], answered["free_text"]) == ("query_answered", "severe", "see note")
    assert answered["actor"] == {"staff_id": PHYSICIAN.staff_id, "name": PHYSICIAN.name, "role": "provider"}
    said = words_of(bench.page(path, AS_PHYSICIAN))
    assert "Your answer pending" in said
    assert "In your own words" not in said


def test_a_gateway_that_is_away_is_said_and_nothing_is_remembered(bench: Bench) -> None:
    answer = bench.ask("POST", f"/queries/{QUERY_AKI}/approve", data={"as_of": "x"})
    assert answer.status_code == 503
    assert "Nothing was recorded" in answer.text
    with snapshot(bench.engine) as connection:
        assert connection.execute(select(SENT_DECISION)).all() == []
        assert len(connection.execute(select(ENCOUNTER)).all()) == 5


def test_an_attestation_waits_for_the_set_that_it_makes(bench: Bench, door: Door) -> None:
    coder = {"cdi_persona": "coder"}
    assert bench.status("POST", f"/final/{ENDED}/attest", coder, data={"as_of": "x", "waived": ["pathology report"]}) == 303
    (decision,) = decided(bench)
    assert decision["waived"] == ["pathology report"]
    assert "Attestation pending" in words_of(bench.page(f"/final/{ENDED}", coder))


def test_seats_are_those_who_were_asked(bench: Bench) -> None:
    page = bench.page("/worklist")
    queries = [ProviderQuery.read(m.value) for m in WARD if m.topic == PROVIDER_QUERIES]
    assert {q.wording.addressed_to.staff_id for q in queries} == set(re.findall(r'value="physician:([^"]+)"', page))
    assert MALNUTRITION not in words_of(page)


def test_a_rule_that_cannot_be_judged_is_named_where_it_asks_nothing(bench: Bench) -> None:
    telling = Telling(_count=900)
    telling.entry(PNEUMONIA, at(2, 9), pages=[QueriesPage(as_of="x", made_by=MADE_BY, suspended=("D-11",))])
    bench.tell(telling.messages)
    assert "Not judged on this stay: rule D-11." in words_of(bench.page(f"/encounters/{PNEUMONIA}"))
    assert "Not judged" not in words_of(bench.page(f"/encounters/{AKI}"))


# --- restricted documents (DOMAIN F.17) -----------------------------------------------------------------------------------
def test_a_question_that_rests_on_a_restricted_document_says_so_and_tells_its_words_to_nobody_without_the_right(bench: Bench) -> None:
    (alert,) = [told for m in WARD if m.topic == QUERY_ALERTS and (told := QueryAlert.read(m.value)).query_id == QUERY_MALNUTRITION]
    assert alert.wording
    diet = NoteFiled.model_validate({**_filed("n-mal-diet").model_dump(), "confidentiality": "R", "revision": 2})
    restricted = tuple(one.model_copy(update={"confidentiality": "R"}) for one in alert.wording.indicators)
    wording = alert.wording.model_copy(update={"indicators": restricted})
    telling = Telling(_count=900)
    telling.entry(MALNUTRITION, at(2, 9), [diet])
    resolved = {"state": "auto-resolved", "satisfied_by": restricted[:1], "confidentiality": "R", "wording": wording}
    telling.alert(alert.model_copy(update=resolved))
    telling.ask(passed(wording, "sent", "e1", confidentiality="R"))
    bench.tell(telling.messages)
    for path, cookies in (
        (f"/encounters/{MALNUTRITION}", None),
        (f"/queries/{QUERY_MALNUTRITION}/preview", None),
        (f"/inbox/{QUERY_MALNUTRITION}", AS_PHYSICIAN),
    ):
        said = words_of(bench.page(path, cookies))
        assert "rests on restricted documents" in said, path
        assert "restricted evidence" in said, path
        for one in restricted:
            assert one.text not in said, path
            assert one.quote is not None
            assert one.quote not in said, path


def _filed(note_id: str) -> NoteFiled:
    pages = [read_entry(m.value).page(FactsPage) for m in WARD if m.topic == CHART]
    return next(fact for page in pages if page for fact in page.facts if isinstance(fact, NoteFiled) and fact.note_id == note_id)
