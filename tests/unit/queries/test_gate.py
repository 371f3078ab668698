"""The gate has no side door: what a physician is asked has passed it, whatever a report says (DOMAIN B65)."""

import json
import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

import opencdi
from opencdi.events.audiences import GateReport, ProviderQuery, QueryWording
from opencdi.events.contract import MadeBy
from opencdi.knowledge.query_language import MONEY_FIELD
from opencdi.knowledge.query_text import Violation
from opencdi.knowledge.site import SiteData
from opencdi.queries import gate
from opencdi.queries.case_chart import Chart
from opencdi.queries.query import Query
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

MADE_BY = MadeBy(room="queries", software="t")
TOLD: dict[str, Any] = {"tenant": "t", "state": "sent", "as_of": "e", "made_by": MADE_BY}


def chart(*lines: str) -> Chart:
    return Chart.of(queries_room(SiteData(), RULES), *lines)


def a_wording() -> QueryWording:
    wording = chart(*KIDNEY).alerts[-1].wording
    assert wording is not None
    return wording


def leading() -> QueryWording:
    return a_wording().model_copy(update={"title": "AKI", "question": "Please document AKI."})


def forged(wording: QueryWording) -> GateReport:
    return GateReport(compliant=True, text_hash=wording.text_hash(), linter="query-brief-2022/1")


def remembered(told: Chart) -> Query:
    (query,) = [state for state in told.states.values() if isinstance(state, Query)]
    return query


def keep(told: Chart, query: Query) -> None:
    told.states[f"query/{told.encounter_id}/{query.query_id}"] = query


@pytest.mark.parametrize("change", [{"title": "AKI"}, {"question": "Please document AKI."}, {"why": "The DRG."}, {"indicators": ()}])
def test_what_the_linter_rejects_does_not_pass(change: dict[str, object]) -> None:
    with pytest.raises(gate.NotCompliant) as rejected:
        gate.passed(a_wording().model_copy(update=change))
    assert rejected.value.report.violations


def test_the_open_form_always_passes() -> None:
    open_form = a_wording().model_copy(update={"options": ()})
    asked = gate.release(gate.passed(open_form), **TOLD)
    assert asked.wording == open_form
    assert asked.gate.text_hash == open_form.text_hash()


@pytest.mark.parametrize("seal", [None, object(), "seal", forged])
def test_nobody_else_says_that_words_have_passed(seal: object) -> None:
    with pytest.raises(TypeError, match="only the gate"):
        gate.Passed(leading(), forged(leading()), seal)


def test_words_that_passed_are_not_exchanged_for_others() -> None:
    words = gate.passed(a_wording())
    with pytest.raises((TypeError, ValueError)):
        replace(words, wording=leading())  # type: ignore[call-arg]
    with pytest.raises((FrozenInstanceError, TypeError)):
        words.wording = leading()  # type: ignore[misc]


@pytest.mark.parametrize("wording", [leading, a_wording])
def test_a_forged_report_makes_no_question(wording: Any) -> None:
    told = {**TOLD, "wording": wording(), "gate": forged(wording())}
    with pytest.raises(ValueError, match="only the gate"):
        ProviderQuery(**told)
    with pytest.raises(ValueError, match="only the gate"):
        ProviderQuery.model_validate(told)
    with pytest.raises(ValueError, match="only the gate"):
        ProviderQuery.model_validate(told, context=object())


def test_a_forged_report_on_a_draft_does_not_send_it() -> None:
    told = chart(*KIDNEY)
    keep(told, remembered(told).model_copy(update={"wording": leading(), "gate": forged(leading())}))
    told.line("d2 08:00 approve")
    assert remembered(told).state == "draft"
    assert told.asked == []


def test_a_forged_report_after_it_was_sent_does_not_change_what_is_told() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve")
    keep(told, remembered(told).model_copy(update={"wording": leading(), "gate": forged(leading())}))
    told.line("d2 09:00 cancelled")
    assert [one.state for one in told.asked] == ["sent", "withdrawn"]
    assert told.asked[0].wording == told.asked[1].wording


def test_what_a_physician_has_is_withdrawn_even_under_stricter_requirements(monkeypatch: pytest.MonkeyPatch) -> None:
    told = chart(*KIDNEY, "d2 08:00 approve")
    monkeypatch.setattr("opencdi.queries.gate.lint", lambda text: (Violation("Q-99", "title", "of another year"),))
    told.line("d2 09:00 cancelled")
    assert told.asked[-1].state == "withdrawn"
    assert told.asked[-1].gate == told.asked[0].gate


def test_the_rooms_own_bytes_remember_that_it_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    told = chart(*KIDNEY, "d2 08:00 approve")
    sent = remembered(told)
    raw = sent.__pydantic_serializer__.to_json(sent)
    assert b'"passed"' not in raw  # the words stand there once, and bytes of before are no others
    again = Query.model_validate_json(raw)
    assert again == sent
    monkeypatch.setattr("opencdi.queries.gate.lint", lambda text: (Violation("Q-99", "title", "of another year"),))
    keep(told, again)
    told.line("d2 09:00 cancelled")
    assert told.asked[-1].state == "withdrawn"


@pytest.mark.parametrize(
    "change", [{"sent_at": None}, {"gate": None}, {"gate": {"compliant": False}}, {"gate": {"text_hash": "of others"}}]
)
def test_bytes_of_a_question_that_was_not_sent_in_these_words_remember_no_passing(change: dict[str, Any]) -> None:
    sent = json.loads(remembered(chart(*KIDNEY, "d2 08:00 approve")).model_dump_json())
    changed = {name: {**sent[name], **value} if isinstance(value, dict) else value for name, value in change.items()}
    assert Query.model_validate_json(json.dumps({**sent, **changed})).passed is None


def test_a_question_of_an_earlier_edition_is_still_read() -> None:
    asked = chart(*KIDNEY, "d2 08:00 approve").asked[-1]
    old = asked.to_json().replace(asked.gate.linter.encode(), b"query-brief-2022/1")
    assert ProviderQuery.read(old).wording == asked.wording
    with pytest.raises(ValueError, match="no passing gate report"):
        ProviderQuery.read(old.replace(b"Clinical clarification", b"AKI clarification"))


def test_nothing_in_the_package_goes_round_the_constructor() -> None:
    sources = {file.name: file.read_text(encoding="utf-8") for file in Path(opencdi.__file__).parent.rglob("*.py")}
    made = {(name, how) for name, text in sources.items() for how in re.findall(r"(?<!class )\bProviderQuery\b(\(|\.model_\w+)", text)}
    assert made == {("gate.py", ".model_validate")}
    assert not any("model_construct" in text for text in sources.values())


def test_the_physicians_half_has_no_field_that_could_carry_money_or_a_score() -> None:
    """DOMAIN Q-30 and Q-33: what does not exist cannot be shown."""
    schema = ProviderQuery.model_json_schema()
    fields = {name for one in (schema, *schema["$defs"].values()) for name in one.get("properties", {})}
    assert {"wording", "title", "options", "diagnosis", "quote"} <= fields  # all the way down
    assert {name for name in fields if MONEY_FIELD.search(name)} == set()
