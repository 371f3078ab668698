"""`send`, `dead` and `topics` against an open door."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
import typer
from typer.testing import CliRunner, Result

from on_bus import records_on
from opencdi.bus.bus import open_bus
from opencdi.bus.room import Record
from opencdi.bus.stepping import dead_letter
from opencdi.cli import dead, topics
from opencdi.cli.send import send
from opencdi.events.inbound import read_inbound
from opencdi.events.topics import INBOUND, TOPICS
from opencdi.gateway.door import Door
from opencdi.gateway.tokens import Caller, add_token
from opencdi.settings import Settings

pytestmark = pytest.mark.anyio
ADT = "MSH|^~\\&|LAB|GH|CDI|GH|20260502101500||ADT^A01|{}|P|2.5.1{}\rPID|1||4711\r"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in {"HOME": str(tmp_path / "var"), "MLLP_PORT": "0", "API_PORT": "0", "METRICS_PORT": "0", "PARTITIONS": "2"}.items():
        monkeypatch.setenv(f"CDI_{name}", value)
    return Settings()


def command(app: Callable[..., None] | typer.Typer, *words: str) -> Result:
    if not isinstance(app, typer.Typer):
        made = typer.Typer()
        made.command()(app)
        app = made
    return CliRunner().invoke(app, words)


@asynccontextmanager
async def sending(settings: Settings) -> AsyncIterator[tuple[str, str]]:
    async with Door(settings) as door:
        yield f"mllp://127.0.0.1:{door.mllp_port}", f"http://127.0.0.1:{door.api_port}"


def stored(settings: Settings) -> list[Record]:
    return [record for record in records_on(settings.bus_url, INBOUND) if record.header("ce_type") != "cdi.inbound.tick"]


async def test_files_of_every_kind_are_sent_and_every_answer_counted(tmp_path: Path, settings: Settings) -> None:
    many = "".join(ADT.format(i, "||||AL|AL" if i % 2 else "") for i in range(50)) + ADT.format("bad", "").replace("2.5.1", "3.0")
    (tmp_path / "many.hl7.gz").write_bytes(gzip.compress(many.encode()))
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": {"resourceType": "Patient"}}] * 3}
    (tmp_path / "bundle.json").write_text(json.dumps(bundle))
    (tmp_path / "bulk.ndjson").write_text('{"resourceType":"Patient"}\n{"resourceType":"Encounter"}\n')
    files = [str(tmp_path / name) for name in ("many.hl7.gz", "bundle.json", "bulk.ndjson")]
    async with sending(settings) as (mllp, http):
        over_http = await asyncio.to_thread(command, send, *files, "--to", http)
        over_mllp = await asyncio.to_thread(command, send, *files, "--to", mllp)
        backload = await asyncio.to_thread(command, send, files[0], "--to", http, "--backload")
    assert (over_http.exit_code, json.loads(over_http.stdout)) == (1, {"AA": 53, "AE": 0, "AR": 1})
    assert json.loads(over_mllp.stdout) == {"AA": 50, "AE": 0, "AR": 1, "not-sent": 3}
    assert "many.hl7.gz:51: AR" in over_http.stderr
    assert json.loads(backload.stdout) == {"AA": 50, "AE": 0, "AR": 1}
    assert [read_inbound(b"", record.headers).backload for record in stored(settings)] == [False] * (55 + 50) + [True] * 50


async def test_a_batch_of_which_an_entry_is_refused_counts_as_refused(tmp_path: Path, settings: Settings) -> None:
    patient = {"resource": {"resourceType": "Patient"}}
    for name, entries in (("good.json", [patient, patient]), ("half.json", [patient, {"resource": {}}])):
        (tmp_path / name).write_text(json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}))
    async with sending(settings) as (_, http):
        told = await asyncio.to_thread(command, send, str(tmp_path / "good.json"), str(tmp_path / "half.json"), "--to", http)
    assert (told.exit_code, json.loads(told.stdout)) == (1, {"AA": 1, "AE": 0, "AR": 1})
    assert "half.json:1: AR NO_RESOURCE_TYPE Bundle.entry[1].resource" in told.stderr
    assert len(stored(settings)) == 3


async def test_what_cannot_be_sent_is_said_in_one_line(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "one.hl7").write_text(ADT.format(1, ""))
    file = str(tmp_path / "one.hl7")
    async with sending(settings) as (mllp, _):
        refused = await asyncio.to_thread(command, send, file, "--to", mllp, "--backload")
        missing = await asyncio.to_thread(command, send, str(tmp_path / "none.hl7"), "--to", mllp)
    nobody = await asyncio.to_thread(command, send, file, "--to", mllp)
    nowhere = await asyncio.to_thread(command, send, file, "--to", "localhost")
    assert [result.exit_code for result in (refused, missing, nobody, nowhere)] == [2, 2, 1, 2]
    assert "No such file" in missing.stderr
    assert "refused" in nobody.stderr
    assert json.loads(nobody.stdout) == {"AA": 0, "AE": 0, "AR": 0, "unanswered": 1}


async def test_send_with_a_token_and_with_a_certificate(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "one.hl7").write_text(ADT.format(1, ""))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    for name in ("127.0.0.1", "engine.example"):
        authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(tmp_path / f"{name}.pem")
    token = add_token(tmp_path / "tokens.json", Caller(tenant="north", feed="engine"))
    (tmp_path / "token").write_text(token + "\n")
    safe = {"tokens": tmp_path / "tokens.json", "tls_certificate": tmp_path / "127.0.0.1.pem", "tls_client_ca": tmp_path / "ca.pem"}
    file, ca = str(tmp_path / "one.hl7"), str(tmp_path / "ca.pem")
    async with sending(settings.model_copy(update=safe)) as (mllp, http):
        tls = mllp.replace("mllp:", "mllps:")
        results = [
            await asyncio.to_thread(command, send, file, "--to", http, "--token", str(tmp_path / "token")),
            await asyncio.to_thread(command, send, file, "--to", tls, "--ca", ca, "--certificate", str(tmp_path / "engine.example.pem")),
            await asyncio.to_thread(command, send, file, "--to", http),
            await asyncio.to_thread(command, send, file, "--to", tls, "--ca", ca),
        ]
    assert [result.exit_code for result in results] == [0, 0, 2, 1]
    assert "a token is needed" in results[2].stderr


async def test_dead_letters_are_listed_without_their_contents_and_sent_again(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "two.hl7").write_text(ADT.format(1, "").replace("|P|", "|X|") + ADT.format(2, ""))
    async with sending(settings) as (mllp, _):
        await asyncio.to_thread(command, send, str(tmp_path / "two.hl7"), "--to", mllp)
    good = stored(settings)[0]
    with open_bus(settings.bus_url) as bus:
        bus.publish([dead_letter("intake", good, "NO_PATIENT", "PID-3")])
    listed = [json.loads(line) for line in command(dead.app, "list", "--json").stdout.splitlines()]
    assert [(one["room"], one["reason"], one["where"]) for one in listed] == [
        ("gateway", "UNSUPPORTED_PROCESSING_ID", "MSH-11"),
        ("intake", "NO_PATIENT", "PID-3"),
    ]
    assert "4711" not in command(dead.app, "list").stdout
    shown = command(dead.app, "show", listed[0]["entry_id"])
    assert "4711" not in shown.stdout
    assert "reason: UNSUPPORTED_PROCESSING_ID" in shown.stdout
    assert "PID|1||4711" in command(dead.app, "show", listed[0]["entry_id"], "--reveal").stdout
    again = command(dead.app, "replay", "--room", "intake")
    assert again.exit_code == 0
    first, second = (read_inbound(record.value, record.headers) for record in stored(settings))
    assert (second.replays, second.body, second.feed) == (first.ce_id, first.body, first.feed)
    assert second.received_at >= first.received_at
    assert again.stdout == f"{first.ce_id} -> {second.ce_id}\n"
    assert command(dead.app, "replay", "nobody").exit_code == 2
    assert command(dead.app, "replay").exit_code == 2


def test_topics_are_applied_and_listed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "2 partitions" in command(topics.app, "apply").stdout
    assert command(topics.app, "apply").exit_code == 0
    monkeypatch.setenv("CDI_PARTITIONS", "3")
    assert command(topics.app, "apply").exit_code == 2
    names = [json.loads(line)["name"] for line in command(topics.app, "list", "--json").stdout.splitlines()]
    assert set(names) >= {topic.name for topic in TOPICS}
    assert "cdi.inbound.v1" in command(topics.app, "list").stdout
