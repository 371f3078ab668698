"""The filters as a person runs them: a process of its own, a pipe, a bus; and `replay` with each of its options (DESIGN §6)."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opencdi.bus.at_work import skips_in
from opencdi.bus.bus import open_bus
from opencdi.bus.room import Key, Outgoing
from opencdi.events.inbound import EntryPoisoned, Inbound
from opencdi.events.topics import INBOUND
from opencdi.hospital.message import play
from opencdi.hospital.story import load_stories
from opencdi.testing import DAY_ZERO
from unit.cli.command import Answer, opencdi

STORIES = ("sepsis", "aki-corrected", "late-pathology", "aki-fhir")
SITE = Path(__file__).parents[2] / "rules" / "sites" / "default.yaml"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tenant's key lies here, so that ids are the same from run to run of one test."""
    monkeypatch.setenv("CDI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four of the demo's admissions as an interface engine would have recorded them: a file a feed."""
    folder = tmp_path_factory.mktemp("ward")
    stories = [story for story in load_stories() if story.story in STORIES]
    assert len(stories) == len(STORIES)
    for message in play(stories, DAY_ZERO):
        name, told = (
            ("fhir.ndjson", message.body + b"\n") if message.feed == "fhir" else (f"{message.feed}.hl7", b"\x0b%s\x1c\r" % message.body)
        )
        with (folder / name).open("ab") as file:
            file.write(told)
    return folder


def replay(*words: str | Path) -> Answer:
    return opencdi("replay", *map(str, words))


def outcomes(answer: Answer) -> dict[str, int]:
    told, counts = answer.errors.splitlines()[-1].split(" messages: ")
    found = {name: int(number) for number, name in (one.split(" ") for one in counts.split(", "))}
    assert sum(found.values()) == int(told)
    return found


def instants(answer: Answer) -> list[datetime]:
    return [datetime.fromisoformat(row["value"]["at"]) for row in answer.lines]


# -- a process of its own --------------------------------------------------------------------------------------------------------


def run(*words: str, stdin: str = "", home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "opencdi.cli.app", *words]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env={**os.environ, "CDI_HOME": str(home)}, timeout=60)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("context", {"id": 1, "text": "No fever.", "start": 3, "end": 8}),
        ("read", {"id": 1, "text": "Acute kidney injury, resolved. Creatinine 2.3 mg/dL."}),
        ("code", {"id": 1, "text": "Acute kidney injury."}),
        ("group", {"id": 1, "age": 70, "sex": "M", "discharge_status": "01", "principal": {"code": "A419"}}),
        ("lint-query", {"id": 1, "title": "Sepsis", "question": "Please document sepsis."}),
    ],
)
def test_a_filter_in_a_pipe(name: str, line: dict[str, Any], home: Path) -> None:
    done = run(name, stdin=f"{json.dumps(line)}\nnot JSON\n{json.dumps(line)}\n", home=home)
    assert (done.returncode, done.stderr) == (2, "standard input:2: not JSON\n")
    assert [json.loads(one)["id"] for one in done.stdout.splitlines()] == [1, 1]
    assert not home.exists()  # a filter leaves nothing behind


def test_a_filter_answers_before_its_input_ends(home: Path) -> None:
    command = [sys.executable, "-u", "-m", "opencdi.cli.app", "context"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for id in range(3):
            running.stdin.write(json.dumps({"id": id, "text": "No fever.", "start": 3, "end": 8}) + "\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == id
        running.stdin.close()
        assert running.wait(30) == 0


# -- replay ------------------------------------------------------------------------------------------------------------------------


def test_replay_prints_what_the_audiences_read_in_the_order_of_its_causes(ward: Path) -> None:
    answer = replay(ward)
    assert answer.code == 0
    assert outcomes(answer)["entries"] >= 50
    assert {row["topic"] for row in answer.lines} == {"cdi.drg-changes.v1", "cdi.query-alerts.v1", "cdi.final.v1"}
    assert all(set(row) == {"topic", "key", "value"} and row["key"] == row["value"]["encounter_id"] for row in answer.lines)
    assert instants(answer) == sorted(instants(answer))
    # Of one cause: first what moved the DRG, then the questions; and each encounter's own words in the order in which they were said.
    order = ["cdi.drg-changes.v1", "cdi.query-alerts.v1", "cdi.final.v1"]
    of_cause: dict[str, list[int]] = {}
    for row in answer.lines:
        of_cause.setdefault(row["value"]["as_of"], []).append(order.index(row["topic"]))
    assert all(places == sorted(places) for places in of_cause.values())
    assert max(map(len, of_cause.values())) > 2
    for encounter in {row["key"] for row in answer.lines}:
        nths = [row["value"]["nth"] for row in answer.lines if row["key"] == encounter and row["topic"] == "cdi.drg-changes.v1"]
        assert nths == list(range(1, len(nths) + 1))
    assert replay(ward) == answer  # the same keys, the same answer


def test_topics_are_chosen_by_name_and_printed_whole(ward: Path) -> None:
    answer = replay(ward, "--topics", "provider-queries, cdi.chart.v1,outcomes,inbound")
    topics = Counter(row["topic"] for row in answer.lines)
    assert set(topics) <= {"cdi.provider-queries.v1", "cdi.chart.v1", "cdi.outcomes.v1", "cdi.inbound.v1"}
    assert topics["cdi.outcomes.v1"] == sum(outcomes(answer).values())
    entry = next(row["value"] for row in answer.lines if row["topic"] == "cdi.chart.v1" and row["value"][0]["kind"] == "entry")
    assert entry[0]["pages"] == [page["kind"] for page in entry[1:]]
    raw = next(row["value"] for row in answer.lines if row["topic"] == "cdi.inbound.v1")
    assert raw.startswith("MSH|")


@pytest.mark.parametrize(
    "words",
    [("--topics", "money"), ("--as-of", "Tuesday"), ("--code-year", "1999"), ("--site", "none.yaml"), ("--into", "mongo://x")],
)
def test_an_option_that_cannot_be_is_said_before_anything_is_played(ward: Path, words: tuple[str, str]) -> None:
    answer = replay(ward, *words)
    assert (answer.code, answer.out) == (2, "")
    assert "messages" not in answer.errors


def test_as_of_stops_the_clock_and_fires_what_was_due(ward: Path) -> None:
    whole = replay(ward)
    until = DAY_ZERO + timedelta(days=2, hours=12)
    answer = replay(ward, "--as-of", until.isoformat())
    assert answer.lines == [row for row, at in zip(whole.lines, instants(whole), strict=True) if at <= until]
    assert replay(ward, "--as-of", until.astimezone(UTC).replace(tzinfo=None).isoformat()) == answer  # UTC where it has no zone
    later = replay(ward, "--as-of", (DAY_ZERO + timedelta(days=40)).isoformat())
    assert len(later.lines) > len(whole.lines)  # after the last message time goes on: what was due has happened
    assert later.lines[: len(whole.lines)] == whole.lines


def test_into_a_bus_and_from_there_again(ward: Path, tmp_path: Path) -> None:
    kept = f"sqlite:///{tmp_path / 'kept.db'}"
    first = replay(ward, "--into", kept)
    assert replay(kept) == first
    assert replay(kept, "--tenant", "nobody").lines == []
    again = replay(ward, "--into", kept)  # perhaps a hospital's live bus
    assert (again.code, again.lines) == (2, [])
    assert "empty bus" in again.errors
    assert replay(kept) == first
    assert replay(kept, ward).code == 2


def test_the_tenant_is_the_callers(ward: Path) -> None:
    answer = replay(ward / "ADT.hl7", "--tenant", "north", "--topics", "outcomes")
    assert {(row["key"], row["value"]["tenant"]) for row in answer.lines} == {("north", "north")}


def test_site_data_come_first(ward: Path, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE.read_text(encoding="utf-8").replace("I: inpatient", "I: outpatient"), encoding="utf-8")
    answer = replay(ward, "--site", tmp_path / "site.yaml", "--topics", "inbound,drg-changes")
    assert answer.lines[0]["topic"] == "cdi.inbound.v1"
    assert json.loads(answer.lines[0]["value"])["class_by_code"]["I"] == "outpatient"
    drgs = sum(row["topic"] == "cdi.drg-changes.v1" for row in answer.lines)
    assert drgs < sum(row["topic"] == "cdi.drg-changes.v1" for row in replay(ward).lines)


def test_a_code_year_for_recordings_with_shifted_dates(ward: Path, tmp_path: Path) -> None:
    shifted = tmp_path / "shifted"
    shifted.mkdir()
    for name in ("ADT.hl7", "DOCS.hl7"):
        told = (ward / name).read_bytes().replace(b"202605", b"214605")
        births = re.compile(rb"\|(19\d\d)(\d{4})\|")  # shifted with the stay, as those who shift dates do
        (shifted / name).write_bytes(births.sub(lambda birth: b"|%d%b|" % (int(birth[1]) + 120, birth[2]), told))
    none = replay(shifted, "--topics", "drg-changes,coding")
    assert [row for row in none.lines if row["topic"] == "cdi.drg-changes.v1"] == []
    assert "no grouper for 2146-05" in none.out  # it says so
    told = replay(shifted, "--topics", "drg-changes", "--code-year", "2026")
    assert outcomes(told) == outcomes(none)  # the site that is told first is no message
    assert {row["value"]["after"]["grouper"] for row in told.lines if row["value"].get("after")} == {"43.1"}


def test_what_the_gate_refuses_is_counted_and_the_rest_is_played(ward: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "adt.hl7").write_bytes(b"Zebrafish\r" + (ward / "ADT.hl7").read_bytes())
    (folder / "broken.json").write_text('{"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": {"id": "Zebrafish"}}]}')
    (folder / "empty.hl7").write_bytes(b"")
    (folder / "huge.hl7").write_bytes(b"MSH|^~\\&|" + b"x" * 9_000_000)
    answer = replay(folder)
    assert answer.code == 2
    assert outcomes(answer)["refused"] == 3
    assert "Zebrafish" not in answer.errors
    assert answer.lines == replay(ward / "ADT.hl7").lines
    missing = replay(tmp_path / "none", ward / "ADT.hl7")
    assert (missing.code, missing.lines) == (2, answer.lines)


def test_a_transaction_is_one_message_and_all_or_nothing(tmp_path: Path, ward: Path) -> None:
    bundles = [json.loads(line) for line in (ward / "fhir.ndjson").read_text().splitlines()]
    assert {one["type"] for one in bundles} == {"transaction"}
    answer = replay(ward / "fhir.ndjson")
    assert outcomes(answer)["entries"] == len(bundles)
    bundles[0]["entry"].append({"resource": {"no": "type"}, "request": {"method": "POST", "url": "Patient"}})
    (tmp_path / "fhir.ndjson").write_text("".join(json.dumps(one) + "\n" for one in bundles))
    less = replay(tmp_path / "fhir.ndjson")
    assert (less.code, outcomes(less)["refused"]) == (2, 1)
    assert "fhir.ndjson:1: AR NO_RESOURCE_TYPE Bundle.entry[" in less.errors


def test_files_of_several_feeds_are_played_in_the_order_of_their_times(ward: Path) -> None:
    answer = replay(ward, "--topics", "inbound")
    sent = [row["value"].split("|")[6] for row in answer.lines if row["value"].startswith("MSH|")]
    assert sent == sorted(sent)
    assert len({row["value"].split("|")[2] for row in answer.lines[:20] if row["value"].startswith("MSH|")}) > 1


def test_an_entry_that_stopped_a_room_is_left_out_of_every_replay(ward: Path, tmp_path: Path) -> None:
    kept = f"sqlite:///{tmp_path / 'kept.db'}"
    first = replay(ward, "--into", kept, "--topics", "coding")
    entry_id = first.lines[0]["value"][0]["entry_id"]
    at = datetime(2026, 6, 1, tzinfo=UTC)
    told = Inbound(
        "poisoned-1", "cdi.inbound.poisoned", "demo", "supervisor", at, EntryPoisoned(room="coding", entry_id=entry_id).to_json()
    )
    with open_bus(kept) as bus:
        bus.publish([Outgoing(INBOUND, Key("demo"), told.body, told.headers())])
    again = replay(kept, "--into", f"sqlite:///{tmp_path / 'anew.db'}", "--topics", "coding")
    with open_bus(f"sqlite:///{tmp_path / 'anew.db'}") as bus:
        assert skips_in(bus) == {"coding": frozenset({entry_id})}, "`opencdi run` on the new bus leaves it out too"
    (failed,) = [row for row in again.lines if row["value"][0]["entry_id"] == entry_id]
    assert failed["value"][-1] == {"kind": "failed", "room": "coding", "reason": "POISONED"} | failed["value"][-1]


def test_a_bus_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    answer = replay(f"sqlite:///{tmp_path / 'none.db'}")
    assert (answer.code, answer.out) == (2, "")
    assert "no such file" in answer.errors
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "text.db").write_text("not a bus" * 100)
    assert replay(f"sqlite:///{tmp_path / 'text.db'}").code == 2


@pytest.mark.kafka
def test_a_replay_into_kafka_says_the_same(ward: Path, kafka_url: str) -> None:
    on_kafka = replay(ward, "--into", kafka_url)
    assert on_kafka.lines == replay(ward).lines
    assert replay(kafka_url).lines == on_kafka.lines
