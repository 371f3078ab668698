"""What a rule may ask of the working code set, and that what it would pay is not in it (DOMAIN F.14)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.events.contract import MadeBy
from opencdi.events.pages import CodingPage, Effect, Evidence, WorkingCode, WorkingDrg, WorkingProcedure
from opencdi.queries.coded import code_set, coded, left_open
from opencdi.queries.feed_conditions import Coded, ProcedureLeftOpen
from opencdi.queries.told import CodeSet

BEGAN = datetime(2026, 5, 4, 8, tzinfo=UTC)
ANY = Coded(kind="coded")
DEBRIDED = ProcedureLeftOpen(kind="procedure-left-open", procedures=("debridement",))


def said(hours: float, quote: str = "pneumonia") -> Evidence:
    at = ClinicalTime(BEGAN + timedelta(hours=hours))
    return Evidence(note_id=f"n{hours}", revision=1, start=0, end=len(quote), quote=quote, at=at)


def code(code: str, *hours: float, **told: Any) -> WorkingCode:
    evidence = tuple(said(hour, code) for hour in hours)
    return WorkingCode(code=code, description="", concept=code.lower(), confidence=0.8, evidence=evidence, **told)


def page(*codes: WorkingCode, **told: Any) -> CodingPage:
    return CodingPage(as_of="e", made_by=MadeBy(room="coding", software="t"), codes=codes, **told)


def type_of(_: str) -> NoteType:
    return "progress"


def found(condition: Coded, *codes: WorkingCode, **told: Any) -> list[str]:
    held = code_set(page(*codes, **told), (condition,), type_of)
    return [sign.about for sign in coded(condition, held, BEGAN)]


def test_by_role_status_onset_and_prefix() -> None:
    codes = (
        code("R079", 1, role="principal", poa="Y"),
        code("J189", 30, poa="undetermined"),
        code("L89152", 2, poa="undetermined", poa_conflict=True),
        code("I214", 3, status="uncertain", poa="Y"),
    )
    assert found(ANY, *codes) == ["r079", "j189", "l89152"]
    assert found(Coded(kind="coded", role="principal"), *codes) == ["r079"]
    assert found(Coded(kind="coded", codes=("J1", "I2")), *codes) == ["j189"]
    assert found(Coded(kind="coded", poa=("undetermined",), first_after_h=24), *codes) == ["j189"]
    assert found(Coded(kind="coded", conflict=True), *codes) == ["l89152"]
    assert found(Coded(kind="coded", status=("uncertain",)), *codes) == ["i214"]


def test_still_said_is_the_last_word_and_first_said_the_first() -> None:
    again = code("R079", 1, 30)
    assert found(Coded(kind="coded", still_after_h=24), again) == ["r079"]
    assert found(Coded(kind="coded", first_after_h=24), again) == []
    assert found(Coded(kind="coded", still_after_h=24), code("R079", 1, 23)) == []


def test_those_that_tie_are_one_sign() -> None:
    tied = Coded(kind="coded", tied=True)
    held = code_set(page(code("A", 1), code("B", 2), code("C", 3), principal_candidates=("A", "B")), (tied,), type_of)
    (sign,) = coded(tied, held, BEGAN)
    assert [cited.kind for cited in sign.cited] == ["a", "b"]
    assert sign.at == BEGAN + timedelta(hours=2)
    alone = code_set(page(code("A", 1), principal_candidates=("A",)), (tied,), type_of)
    assert not list(coded(tied, alone, BEGAN))


def test_a_procedure_left_open() -> None:
    open_one = WorkingProcedure(procedure="debridement", status="question", asks=("how deep",), evidence=(said(1, "debrided"),))
    done = WorkingProcedure(procedure="debridement", code="0HBMXZZ", evidence=(said(1, "debrided"),))
    assert [sign.about for sign in left_open(DEBRIDED, code_set(page(procedures=(open_one,)), (DEBRIDED,), type_of))] == ["debridement"]
    assert not code_set(page(procedures=(done,)), (DEBRIDED,), type_of).procedures


@pytest.mark.parametrize(
    ("lacking", "told", "of", "asked"),
    [
        (("method",), (), ("method", "depth"), True),
        (("method",), (), ("depth",), False),
        (("depth",), ("method",), ("depth", "site"), True),
        (("depth",), ("method",), ("method", "depth"), False),
        (("method",), (), (), False),  # a page of before told no names
        ((), (), ("site",), True),
    ],
)
def test_a_procedure_left_open_by_what_is_missing(
    lacking: tuple[str, ...], told: tuple[str, ...], of: tuple[str, ...], asked: bool
) -> None:
    condition = DEBRIDED.model_copy(update={"lacking": lacking, "told": told})
    open_one = WorkingProcedure(procedure="debridement", status="question", lacking=of, evidence=(said(1, "debrided"), said(9, "washed")))
    found = list(left_open(condition, code_set(page(procedures=(open_one,)), (condition,), type_of)))
    assert bool(found) == asked
    assert [[cited.indicator.text for cited in sign.cited] for sign in found] == [["“debrided”", "“washed”"]] * asked


def test_what_no_rule_asks_for_is_not_remembered() -> None:
    assert code_set(page(code("J189", 1, poa="Y")), (Coded(kind="coded", poa=("undetermined",)),), type_of) == CodeSet()


def test_a_code_that_no_note_says_is_none() -> None:
    assert found(ANY, code("J189")) == []


_SEVERITIES = st.sampled_from(["MCC", "CC", "NON_CC", "NONE"])


@given(st.lists(_SEVERITIES, min_size=2, max_size=2), st.booleans(), st.floats(0, 20), st.sampled_from(["193", "291"]))
def test_whatever_the_codes_would_pay_the_same_is_asked(severities: list[Any], excluded: bool, weight: float, drg: str) -> None:
    plain = page(code("J189", 30), code("I5033", 31))
    paid = page(
        *(one.model_copy(update={"severity": told, "excluded": excluded}) for one, told in zip(plain.codes, severities, strict=True)),
        drg=WorkingDrg(
            drg=drg, mdc="04", title="t", grouper="g", severity="CC", initial_drg=drg, return_code="0", weight=weight,
        ),
        effects=(Effect(code="J189", drg_with=drg, drg_without="195", weight_delta=weight),),
    )  # fmt: skip
    assert code_set(paid, (ANY,), type_of) == code_set(plain, (ANY,), type_of)


def test_nothing_that_is_remembered_of_the_codes_is_named_after_money() -> None:
    names = set(_fields(CodeSet))
    assert {"poa", "tied", "asks"} <= names
    assert not {name for name in names if any(word in name for word in ("drg", "weight", "severity", "cc", "pay", "effect", "excluded"))}


def _fields(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        for inner in getattr(field.annotation, "__args__", (field.annotation,)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _fields(inner)
