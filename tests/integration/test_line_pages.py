"""The interface analyst's pages: feeds at a glance, what could not be used, who opened it, and its second try, once."""

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from by_hand.telling import Telling, at
from by_hand.ward import NOBODYS, ward
from by_hand.workbench import Bench, bench_of_the_ward, gateway, words_of
from opencdi.bus.lying import everything
from opencdi.bus.room import Record
from opencdi.events.audiences import MessageEnded
from opencdi.events.inbound import read_inbound
from opencdi.events.topics import INBOUND
from opencdi.gateway.door import Door
from opencdi.settings import Settings
from opencdi.workbench import line_pages

ANALYST = {"cdi_persona": "analyst"}
PATIENT = "QUILL"
TENANT = "demo"


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


def letters(bench: Bench, persona: dict[str, str] = ANALYST) -> dict[str, str]:
    """The pages of the letters, by reason."""
    page = bench.page("/line/letters", persona)
    return {reason: path for path, reason in re.findall(r'href="(/line/letters/[^"]+)">([^<]+)<', page)}


def tried_again(bench: Bench) -> list[Record]:
    return [told.record for told in everything(bench.bus, [INBOUND]) if told.record.header("replays")]


def ended(bench: Bench, record: Record, outcome: str, reason: str | None = None) -> None:
    told = read_inbound(record.value, record.headers)
    telling = Telling(_count=900)
    telling.ended(
        MessageEnded.model_validate(
            {"tenant": TENANT, "entry_id": told.ce_id, "message_type": "ORU^R01", "feed": "lab", "outcome": outcome, "reason": reason,
             "replays": told.replays}
        ), at(2, 10, 1),
    )  # fmt: skip
    bench.tell(telling.messages)


def test_the_feeds_say_when_they_were_last_heard_and_what_came_today(bench: Bench) -> None:
    said = words_of(bench.page("/line", ANALYST))
    assert "3 feeds, none silent · 2 dead letters to look at" in said
    assert "lab heard 19 min ago May 6, 09:41 · usual gap up to 23 min" in said
    assert "adt documents no usual gap yet 108 min ago May 6, 08:12" in said
    assert "May 6, 09:00: 3 messages, 1 not used" in said
    assert "28 on a chart · 1 no effect · 1 refused at the gate" in said


def test_a_feed_that_stopped_is_told_by_the_lines_own_clock(bench: Bench) -> None:
    telling = Telling(_count=900)
    telling.tick(at(2, 13), lab=at(2, 9, 41))
    bench.tell(telling.messages)
    page = bench.page("/line", ANALYST)
    assert "1 of 3 feeds silent" in words_of(page)
    assert words_of(page).index("lab silent 3 h ago") < words_of(page).index("adt")


def test_the_list_tells_why_and_whence_and_never_a_patients_word(bench: Bench) -> None:
    for persona in (ANALYST, {"cdi_persona": "coder"}):
        page = bench.page("/line/letters", persona)
        assert (
            "NO_PATIENT It names no patient by whom it could be filed PID-3 · intake ORU^R01 lab · 118 bytes May 6, 07:12 to look at"
            in words_of(page)
        )
        for path in letters(bench, persona).values():
            assert PATIENT not in page + bench.page(path, persona)


def test_only_the_analyst_opens_a_letter_and_it_is_written_down_who_did(bench: Bench) -> None:
    path = letters(bench)["NO_PATIENT"]
    for persona in (None, {"cdi_persona": "coder"}):
        refused = bench.ask("POST", path, persona)
        assert refused.status_code == 403
        assert PATIENT not in refused.text
    assert "Nobody has opened it" in words_of(bench.page(path))
    opened = bench.ask("POST", path, ANALYST)
    assert opened.status_code == 200
    assert PATIENT in opened.text
    assert re.search(r"<mark[^>]*>PID\|1\|", opened.text)
    assert PATIENT not in bench.page(path, ANALYST)  # looking again is another look
    bench.ask("POST", path, ANALYST)
    for seat in (ANALYST, None, {"cdi_persona": "coder"}):
        assert words_of(bench.page(path, seat)).count("looked at what it holds Tomas Reyes") == 2


def test_who_looked_stays_known_when_the_projection_is_made_anew(bench: Bench) -> None:
    path = letters(bench)["NO_PATIENT"]
    bench.ask("POST", path, ANALYST)
    with bench.engine.begin() as connection:
        connection.exec_driver_sql("update projection set bus = 'another'")
    bench.projection.close()
    bench.projection = type(bench.projection)(bench.engine, bench.bus, bench.settings.bus_url)
    bench.follow()
    assert "looked at what it holds Tomas Reyes" in words_of(bench.page(path))


def test_a_letter_is_tried_again_once_and_its_page_says_what_became_of_it(bench: Bench) -> None:
    path = letters(bench)["NO_PATIENT"]
    assert bench.status("POST", f"{path}/replay", {"cdi_persona": "coder"}) == 403
    assert bench.status("POST", f"{path}/replay", ANALYST) == 303
    (record,) = tried_again(bench)
    again = read_inbound(record.value, record.headers)
    assert again.body == NOBODYS
    assert again.type == "cdi.inbound.hl7v2"
    assert again.by is not None
    assert again.by.name == "Tomas Reyes, interface team"
    assert "on its way through the line" in words_of(bench.page(path, ANALYST))
    assert "being tried again" in words_of(bench.page("/line/letters"))
    assert bench.status("POST", f"{path}/replay", ANALYST) == 409
    assert tried_again(bench) == [record]
    ended(bench, record, "entries")
    said = words_of(bench.page(path, ANALYST))
    assert "tried again: on a chart" in said
    assert "had it tried again Tomas Reyes" in said
    assert bench.status("POST", f"{path}/replay", ANALYST) == 409
    assert "1 to look at of 2" in words_of(bench.page("/line/letters"))


def test_what_dies_again_says_so_and_leads_to_its_new_letter(bench: Bench) -> None:
    path = letters(bench)["NO_PATIENT"]
    assert bench.status("POST", f"{path}/replay", ANALYST) == 303
    (record,) = tried_again(bench)
    telling = Telling()
    telling.dead("intake", "NO_PATIENT", "PID-3", body=NOBODYS)
    (dead,) = telling.messages
    again = dead.__class__(dead.topic, dead.to, dead.value, (*record.headers, *dead.headers[-3:]))
    bench.tell([again])
    ended(bench, record, "dead_letter", "NO_PATIENT")
    page = bench.page(path, ANALYST)
    found = re.search(r'tried again: <a href="(/line/letters/[^"]+)">set aside again', page)
    assert found is not None
    assert "A second try of" in words_of(bench.page(found[1], ANALYST))
    assert bench.status("POST", f"{found[1]}/replay", ANALYST) == 303


def test_a_second_try_by_the_command_line_is_known_here_too(bench: Bench) -> None:
    path = letters(bench)["NO_PATIENT"]
    entry = re.search(r"Entry</dt><dd><code>([^<]+)", bench.page(path))
    assert entry is not None
    telling = Telling(_count=900)
    told = {"tenant": TENANT, "entry_id": "by-command", "message_type": "ORU^R01", "feed": "lab", "outcome": "no_effect",
            "reason": "NOTHING_NEW", "replays": entry[1]}  # fmt: skip
    telling.ended(MessageEnded.model_validate(told))
    bench.tell(telling.messages)
    assert "tried again: no effect, nothing new" in words_of(bench.page(path))
    assert bench.status("POST", f"{path}/replay", ANALYST) == 409


def test_what_cannot_be_tried_again_says_why_and_nothing_is_written_down(tmp_path: Path, door: Door) -> None:
    bench = Bench(Settings(home=tmp_path, api_port=door.api_port))
    telling = Telling()
    telling.dead("gateway", "TOO_LARGE", when=at(2, 9))
    (dead,) = telling.messages
    bench.tell([dead.__class__(dead.topic, dead.to, dead.value, (*dead.headers, ("size", b"200000000")))])
    path = letters(bench)["TOO_LARGE"]
    assert "190.7 MB" in words_of(bench.page(path))
    answer = bench.ask("POST", f"{path}/replay", ANALYST)
    assert answer.status_code == 409
    assert "This cannot be done: only its head was kept" in words_of(answer.text)
    assert "had it tried again" not in words_of(bench.page(path))
    bench.close()


def test_a_second_try_that_may_have_been_taken_stands(tmp_path: Path) -> None:
    """Else whoever presses again makes a third one, and of the second nobody knows who had it made."""

    def hang_up() -> None:
        with listening.accept()[0] as sender:
            sender.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        bench = Bench(Settings(home=tmp_path, api_port=listening.getsockname()[1]))
        bench.tell(ward())
        path = letters(bench)["NO_PATIENT"]
        gateway = threading.Thread(target=hang_up)
        gateway.start()
        assert bench.status("POST", f"{path}/replay", ANALYST) == 303
        gateway.join()
    said = words_of(bench.page(path, ANALYST))
    assert "had it tried again Tomas Reyes" in said
    assert bench.status("POST", f"{path}/replay", ANALYST) == 409
    other = letters(bench)["NO_MSH"]
    answer = bench.ask("POST", f"{other}/replay", ANALYST)  # nobody listens any more
    assert (answer.status_code, "had it tried again" in words_of(bench.page(other, ANALYST))) == (503, False)
    bench.close()


def test_a_letter_says_what_it_means_and_what_to_do(bench: Bench) -> None:
    assert "It names no patient by whom it could be filed" in words_of(bench.page("/line/letters"))
    page = words_of(bench.page(letters(bench)["NO_PATIENT"], ANALYST))
    assert "What to do: send PID-3" in page
    assert "it names no patient by whom it could be filed" in words_of(bench.page("/line"))


def test_the_next_letters_are_a_click_away(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    telling = Telling()
    for n in range(4):
        telling.dead("queries", "LATER", when=at(3, n))
    bench.tell(telling.messages)
    monkeypatch.setattr(line_pages, "MOST_LETTERS", 4)
    first = bench.page("/line/letters")
    (more,) = re.findall(r'href="(/line/letters\?after=[^"]+)"', first)
    second = bench.page(more)
    assert len(set(re.findall(r'id="letter-[^"]+"', first + second))) == 6
    assert "The next" not in second
    assert bench.status("GET", "/line/letters?after=intake/0/99999999", ANALYST) == 200  # no longer there: from the beginning
    assert bench.status("GET", "/line/letters?after=x", ANALYST) == 422


def test_a_letter_of_another_hospital_is_not_there_and_one_of_nobody_stays_shut(bench: Bench) -> None:
    theirs = Telling(tenant="other")
    theirs.dead("queries", "THEIRS")
    (dead,) = theirs.messages
    nobodys = dead.__class__(dead.topic, dead.to, b"bytes", (("reason", b"NOBODYS"), ("ce_id", b"x")))
    bench.tell([dead, nobodys])
    assert set(letters(bench)) == {"NO_PATIENT", "NO_MSH", "NOBODYS"}
    assert bench.status("POST", letters(bench)["NOBODYS"], ANALYST) == 403


def test_a_record_that_never_came_through_the_gate_may_say_anything(bench: Bench) -> None:
    telling = Telling()
    telling.dead("gateway", "NOT_A_MESSAGE")
    (dead,) = telling.messages
    wild = (
        ("ce_id", b"\0"),
        ("ce_time", b"yesterday"),
        ("size", b"large"),
        ("tenant", b"demo"),
        ("ce_type", b"<b>"),
        ("reason", b"NOT_A_MESSAGE"),
    )
    bench.tell([dead.__class__(dead.topic, dead.to, b"{", wild)])
    assert "NOT_A_MESSAGE A record on `inbound` without the gate's headers gateway type not told 1 bytes to look at" in words_of(
        bench.page("/line/letters")
    )
    assert "not told" in words_of(bench.page(letters(bench)["NOT_A_MESSAGE"]))
    assert bench.status("GET", "/line/letters/gateway/0/99999999999999999999", ANALYST) == 422


def test_the_gate_takes_a_second_try_only_from_a_person_and_only_of_the_letter_that_is_meant(bench: Bench, door: Door) -> None:
    room, part, pos = letters(bench)["NO_PATIENT"].split("/")[3:]
    place = {"room": room, "partition": int(part), "position": int(pos), "entry_id": "another"}
    url = f"http://127.0.0.1:{door.api_port}/dead/replay"
    person = {"X-CDI-Actor": "IT-1"}
    assert httpx.post(url, json=place).status_code == 403
    assert httpx.post(url, json=place, headers=person).status_code == 404
    assert httpx.post(url, json={**place, "room": "kitchen"}, headers=person).status_code == 404
    assert httpx.post(url, json={**place, "position": 10_000}, headers=person).status_code == 404
    assert httpx.post(url, json={**place, "position": -1}, headers=person).json()["field"] == "position"
    assert tried_again(bench) == []
