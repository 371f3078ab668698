"""The workbench's forms for questions of one's own and for what else is decided about a question, through a real gateway."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from by_hand.kidney import AKI, QUERY_AKI
from by_hand.other_stays import QUERY_MALNUTRITION
from by_hand.shorthand import PHYSICIAN
from by_hand.telling import Telling
from by_hand.ward import alerts_of, ward
from by_hand.workbench import Bench, gateway, words_of
from opencdi.bus.lying import everything
from opencdi.bus.room import Outgoing
from opencdi.events.audiences import QueryAlert
from opencdi.events.people import QueryMonitored, QueryReaddressed, QueryReopened, QuerySpoken, QueryWithdrawn, QueryWritten
from opencdi.events.topics import INBOUND
from opencdi.gateway.door import Door
from opencdi.settings import Settings
from opencdi.store.encounters import items, notes
from opencdi.store.engine import snapshot
from opencdi.workbench.chosen_evidence import current, offered

WARD = ward()
AS_CODER = {"cdi_persona": "coder"}
AS_PHYSICIAN = {"cdi_persona": f"physician:{PHYSICIAN.staff_id}"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A real gateway on this test's bus."""
    with gateway(tmp_path) as door:
        yield door


@pytest.fixture
def bench(tmp_path: Path, door: Door) -> Iterator[Bench]:
    """The ward on a workbench."""
    bench = Bench(Settings(home=tmp_path, api_port=door.api_port, demo_control="http://127.0.0.1:1"))
    bench.tell(WARD)
    yield bench
    bench.close()


def decided(bench: Bench) -> dict[str, Any]:
    records = (delivered.record for delivered in everything(bench.bus, [INBOUND]))
    (value,) = [record.value for record in records if record.header("ce_type") == "cdi.inbound.decision"]
    told: dict[str, Any] = json.loads(value)
    return told


def form(bench: Bench, **more: str) -> dict[str, str]:
    with snapshot(bench.engine) as connection:
        note, result = current(notes(connection, AKI))[-1], offered(items(connection, AKI))[0]
    blank = {
        "condition": "Acute tubular necrosis", "gap_type": "missing-diagnosis", "phase": "concurrent", "title": "Clinical clarification",
        "why": "The findings below have no associated diagnosis.", "question": "Please clarify the condition, if any.",
        "answer-0": "Acute tubular necrosis", "note-0": note.note.note_id, "quote-0": note.text[:20].strip(), "as-0": "indicator",
        f"result-{result.measurement_id}": "indicator",
    }  # fmt: skip
    return blank | more


def test_a_question_of_ones_own_is_handed_in_with_evidence_of_the_chart(bench: Bench) -> None:
    assert "A question of your own" in words_of(bench.page(f"/encounters/{AKI}/ask"))
    assert bench.status("POST", f"/encounters/{AKI}/ask", data=form(bench)) == 303
    written = QueryWritten.model_validate(decided(bench))
    assert (written.condition, written.origin, written.phase) == ("acute-tubular-necrosis", "specialist", "concurrent")
    assert [option.diagnosis for option in written.options] == ["acute-tubular-necrosis", None, None]
    quote, result = sorted(written.evidence, key=lambda one: one.source == "result")
    assert quote.quote is not None
    assert (quote.text, quote.source_id.endswith("@1"), quote.start) == (f"“{' '.join(quote.quote.split())}”", True, 0)
    assert result.source == "result"
    bench.follow()
    assert "Your question pending" in words_of(bench.page(f"/encounters/{AKI}"))


def test_a_coder_asks_from_a_template(bench: Bench) -> None:
    blank = {"template": "D-11", "title": "", "why": "", "question": "", "answer-0": "", "phase": "pre-bill"}
    assert bench.status("POST", f"/encounters/{AKI}/ask", AS_CODER, data=form(bench, **blank)) == 303
    written = QueryWritten.model_validate(decided(bench))
    assert (written.origin, written.phase, written.template, written.options) == ("coder", "pre-bill", "D-11", ())


def test_what_was_asked_in_person_names_both(bench: Bench) -> None:
    spoken = {"spoken_at": "2026-05-05T10:05-04:00", "to_id": "1184726", "to_name": "Halvorsen", "answer_text": "yes, tubular"}
    assert bench.status("POST", f"/encounters/{AKI}/ask", data=form(bench, **spoken)) == 303
    told = QuerySpoken.model_validate(decided(bench))
    assert (told.asked_by.staff_id, told.addressed_to.staff_id, told.answer_text) == ("CDI-1", "1184726", "yes, tubular")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"condition": " "}, "Name the condition"),
        ({"phase": "never"}, "Name the condition"),
        ({"quote-0": "words that nobody wrote"}, "do not stand in that note"),
        ({"spoken_at": "yesterday", "to_id": "1"}, "When was it asked?"),
        ({"spoken_at": "2026-05-05T10:05", "to_id": "1"}, "in which time zone"),
        ({"spoken_at": "2026-05-05T10:05-04:00"}, "Who was asked?"),
        ({"as-0": "somehow"}, "The form was not complete"),
    ],
)
def test_a_form_that_says_too_little_says_what(bench: Bench, more: dict[str, str], said: str) -> None:
    answer = bench.ask("POST", f"/encounters/{AKI}/ask", data=form(bench, **more))
    assert answer.status_code == 422
    assert said in words_of(answer.text)


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("monitor", {"days": "2"}, QueryMonitored),
        ("pass-on", {"because": "covering", "staff_id": "1003", "name": "Ines Marchetti"}, QueryReaddressed),
        ("withdraw", {"reason": "not-needed"}, QueryWithdrawn),
        ("reopen", {"note": "the note asks, it does not say"}, QueryReopened),
    ],
)
def test_what_else_is_decided_about_a_question(bench: Bench, path: str, data: dict[str, str], kind: type[Any]) -> None:
    assert bench.status("POST", f"/queries/{QUERY_AKI}/{path}", data={"as_of": "x", **data}) == 303
    told = kind.model_validate(decided(bench))
    assert (told.query_id, told.encounter_id, told.actor.staff_id) == (QUERY_AKI, AKI, "CDI-1")


@pytest.mark.parametrize(("path", "data"), [("withdraw", {"reason": "because"}), ("pass-on", {"because": "covering", "staff_id": " "})])
def test_a_reason_and_a_name_are_needed(bench: Bench, path: str, data: dict[str, str]) -> None:
    assert bench.status("POST", f"/queries/{QUERY_AKI}/{path}", data={"as_of": "x", **data}) == 422


def _told(alert: QueryAlert) -> list[Outgoing]:
    telling = Telling(_count=900)
    telling.alert(alert)
    return telling.messages


def test_each_card_offers_what_can_be_done_with_it(bench: Bench) -> None:
    page = bench.page(f"/encounters/{AKI}")
    assert f'action="/queries/{QUERY_AKI}/monitor"' in page
    assert f'action="/queries/{QUERY_AKI}/withdraw"' not in page
    assert f'action="/queries/{QUERY_AKI}/reopen"' not in page
    (draft,) = (one for one in alerts_of(WARD) if one.query_id == QUERY_AKI)
    bench.tell(_told(draft.model_copy(update={"state": "auto-resolved", "cause": "DOCUMENTED"})))
    assert f'action="/queries/{QUERY_AKI}/reopen"' in bench.page(f"/encounters/{AKI}")
    bench.tell(_told(draft.model_copy(update={"state": "sent", "cause": "APPROVED"})))
    assert f'action="/queries/{QUERY_AKI}/withdraw"' in bench.page(f"/encounters/{AKI}")
    assert "Put off" not in bench.page(f"/encounters/{AKI}", AS_CODER)


def test_the_physician_says_that_it_is_not_for_them(bench: Bench) -> None:
    assert "This is not for me" in words_of(bench.page(f"/inbox/{QUERY_MALNUTRITION}", AS_PHYSICIAN))
    assert bench.status("POST", f"/inbox/{QUERY_MALNUTRITION}/not-for-me", AS_PHYSICIAN, data={"as_of": "x", "staff_id": "1003"}) == 303
    told = QueryReaddressed.model_validate(decided(bench))
    assert (told.because, told.to and told.to.staff_id, told.actor.staff_id) == ("not-for-me", "1003", PHYSICIAN.staff_id)


def test_a_physician_asks_nothing(bench: Bench) -> None:
    assert bench.status("GET", f"/encounters/{AKI}/ask", AS_PHYSICIAN) == 403
