"""Unmapped codes at the workbench: counted, mapped by a person, pending until the line works by it, and taken back."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from by_hand.telling import Telling, at
from by_hand.workbench import Bench, bench_of_the_ward, gateway, words_of
from opencdi.bus.lying import everything
from opencdi.events.audiences import MessageEnded
from opencdi.events.topics import INBOUND
from opencdi.gateway.door import Door
from opencdi.knowledge.site import SiteData, load_site

ANALYST = {"cdi_persona": "analyst"}
PAGE = "/line/codes"
GLUCOSE = {"table": "loinc_by_local_code", "code": "GLU^L"}
NOTE = {"table": "note_type_by_code", "code": "WARDNOTE"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A real gateway on this test's bus."""
    with gateway(tmp_path) as door:
        yield door


@pytest.fixture
def bench(tmp_path: Path, door: Door) -> Iterator[Bench]:
    """The ward on a workbench."""
    with bench_of_the_ward(tmp_path, door) as bench:
        yield bench


def mappings(bench: Bench) -> list[dict[str, Any]]:
    told = (delivered.record for delivered in everything(bench.bus, [INBOUND]))
    return [json.loads(one.value) | {"ce_id": one.header("ce_id")} for one in told if one.header("ce_type") == "cdi.inbound.site-mapping"]


def works_by(bench: Bench, site: SiteData, hour: int = 11) -> None:
    telling = Telling(_count=900 + hour)
    telling.site(at(2, hour), site)
    bench.tell(telling.messages)


def site_of(bench: Bench, **tables: dict[str, str]) -> SiteData:
    before = load_site(bench.settings.site_file)
    return before.model_copy(update={name: getattr(before, name) | rows for name, rows in tables.items()})


def test_the_most_frequent_code_comes_first_with_its_senders_name(bench: Bench) -> None:
    for persona in (ANALYST, None):
        said = words_of(bench.page(PAGE, persona))
        assert "2 codes of senders that mean nothing here yet" in said
        first = "GLU^L GLUCOSE, POC result lab 3 May 6, 06:00 – May 6, 09:00"
        assert said.index(first) < said.index("WARDNOTE Ward round kind of document lab 1 May 6, 08:00")
    assert "2 unmapped codes" in words_of(bench.page("/line"))


def test_only_the_analyst_says_what_a_code_means(bench: Bench) -> None:
    assert "<select" not in bench.page(PAGE).partition("<main")[2]
    assert bench.status("POST", PAGE, data={**GLUCOSE, "to": "2345-7"}) == 403
    assert bench.status("POST", f"{PAGE}/take-back", {"cdi_persona": "coder"}, data=GLUCOSE) == 403
    assert mappings(bench) == []


@pytest.mark.parametrize("to", ["2345-7", "glucose", " Glucose "])
def test_a_code_is_pending_until_the_line_works_by_it_and_then_gone(bench: Bench, to: str) -> None:
    assert bench.status("POST", PAGE, ANALYST, data={**GLUCOSE, "to": to}) == 303
    (told,) = mappings(bench)
    assert (told["table"], told["code"], told["to"], told["by"]["staff_id"]) == ("loinc_by_local_code", "GLU^L", "2345-7", "IT-1")
    said = words_of(bench.page(PAGE, ANALYST))
    assert "2345-7 glucose, mg/dL : pending" in said
    assert "2 codes" in said
    works_by(bench, site_of(bench, loinc_by_local_code={"GLU^L": "2345-7"}))
    said = words_of(bench.page(PAGE, ANALYST))
    assert "1 code of senders" in said
    assert "GLU^L → 2345-7 glucose, mg/dL result · Tomas Reyes" in said
    assert "pending" not in said


def test_a_choice_is_one_of_the_tables(bench: Bench) -> None:
    page = unescape(bench.page(PAGE, ANALYST))
    assert '<option value="progress">progress</option>' in page
    assert '<option value="2160-0">creatinine, mg/dL</option>' in page
    answers = {
        "not a LOINC code, or its check digit is wrong": {**GLUCOSE, "to": "2345-8"},
        "This table cannot hold that": {**NOTE, "to": "shopping-list"},
        "Choose what the code means": {**NOTE, "to": " "},
    }
    for said, form in answers.items():
        answer = bench.ask("POST", PAGE, ANALYST, data=form)
        assert answer.status_code == 422
        assert said in words_of(answer.text)
    assert bench.status("POST", PAGE, ANALYST, data={"table": "name", "code": "x", "to": "y"}) == 422
    assert mappings(bench) == []


def test_a_mapping_is_taken_back_and_the_code_is_unmapped_again(bench: Bench) -> None:
    assert bench.status("POST", PAGE, ANALYST, data={**NOTE, "to": "progress"}) == 303
    works_by(bench, site_of(bench, note_type_by_code={"WARDNOTE": "progress"}))
    assert "WARDNOTE → progress" in words_of(bench.page(PAGE, ANALYST))
    assert bench.status("POST", f"{PAGE}/take-back", ANALYST, data=NOTE) == 303
    assert mappings(bench)[-1].get("to") is None
    assert "being taken back" in words_of(bench.page(PAGE, ANALYST))
    works_by(bench, load_site(bench.settings.site_file), hour=12)
    said = words_of(bench.page(PAGE, ANALYST))
    assert "WARDNOTE Ward round kind of document lab 1" in said
    assert "→" not in said


def test_site_data_that_came_by_themselves_take_a_code_off_the_list(bench: Bench) -> None:
    works_by(bench, site_of(bench, loinc_by_local_code={"GLU": "2345-7"}, note_type_by_code={"Ward round": "progress"}))
    assert "None. Every code that came has a meaning here" in words_of(bench.page(PAGE))


def test_a_mapping_that_the_line_refused_says_so(bench: Bench) -> None:
    assert bench.status("POST", PAGE, ANALYST, data={**GLUCOSE, "to": "2345-7"}) == 303
    (told,) = mappings(bench)
    telling = Telling(_count=900)
    ended = {"tenant": "demo", "entry_id": told["ce_id"], "message_type": "site-mapping", "feed": "http", "outcome": "dead_letter"}
    telling.ended(MessageEnded.model_validate(ended | {"reason": "UNREADABLE_SITE_MAPPING"}))
    bench.tell(telling.messages)
    page = bench.page(PAGE, ANALYST)
    assert "Refused: unreadable site mapping" in words_of(page)
    assert re.search(r'name="to" list="loinc"', page)
    assert "http" not in words_of(bench.page("/line"))  # no feed
