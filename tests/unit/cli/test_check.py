"""`check`: what the gate would answer and intake make of it, in every wrapping that a message comes in; no patient in what is said."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from opencdi.clinical.vocabulary import Outcome
from unit.cli.command import Answer, opencdi

NAME = "Zebrafish"
PID = f"PID|1||4711^^^GH^MR||{NAME}^JANE||19500101|F"
PV1 = "PV1|1|I|4W^1^1^GH" + "|" * 16 + "V1^^^GH^VN"
TIMES = "20260502101500"


def adt(control_id: str, processing: str = "P", version: str = "2.5.1") -> str:
    return f"MSH|^~\\&|ADT|GH|CDI|GH|{TIMES}||ADT^A01|{control_id}|{processing}|{version}\rEVN|A01|{TIMES}\r{PID}\r{PV1}{'|' * 25}{TIMES}\r"


def oru(control_id: str, taken: str = "20260502110000", sent: str = "20260502111500") -> str:
    return (
        f"MSH|^~\\&|LAB|GH|CDI|GH|{sent}||ORU^R01|{control_id}|P|2.5.1\r{PID}\r{PV1}\r"
        f"OBR|1|F1|F1|2160-0^Creatinine^LN|||{taken}{'|' * 18}F\rOBX|1|NM|2160-0^Creatinine^LN||2.3|mg/dL|||||F|||{taken}\r"
    )


PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"value": "4711", "type": {"coding": [{"code": "MR"}]}}],
    "name": [{"text": NAME}],
}
ENCOUNTER = {
    "resourceType": "Encounter", "id": "e1", "status": "in-progress", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p1"},
    "period": {"start": "2026-05-02T10:00:00Z"},
}  # fmt: skip


def bundle(kind: str, *resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"resource": one, "request": {"method": "PUT", "url": one.get("resourceType", "?")}} for one in resources]
    return {"resourceType": "Bundle", "id": "b1", "type": kind, "entry": entries}


def counts(answer: Answer) -> dict[str, int]:
    last = answer.errors.splitlines()[-1]
    return {name: int(number) for name, number in re.findall(r"(\w+): (\d+)", last)}


def check(file: Path, content: bytes | str | Any) -> Answer:
    """Check one file; what holds for every answer is checked here."""
    file.write_bytes(
        content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else json.dumps(content).encode()
    )
    answer = opencdi("check", str(file))
    told = Counter(one["outcome"] for one in answer.lines)
    assert counts(answer) == {outcome: told[outcome] for outcome in get_args(Outcome)}
    assert not re.search(f"{NAME}|JANE|4711|19500101|2[.]3", answer.out + answer.errors)
    for one in answer.lines:
        assert set(one) - {"reason"} == {"control_id", "type", "ack", "outcome", "entries", "problems"}
        assert one["ack"] in ("AA", "AE", "AR")
        assert (one["ack"] == "AA") == (one["outcome"] != "refused")
        assert (one["entries"] > 0) == (one["outcome"] == "entries")
        assert all(set(problem) == {"code", "where", "text"} for problem in one["problems"])
    assert answer.code == (2 if told["refused"] or not answer.lines else 0)
    return answer


def told(answer: Answer) -> list[tuple[str, str, str]]:
    return [(one["control_id"], one["type"], one["outcome"]) for one in answer.lines]


BOTH = [("1", "ADT^A01", "entries"), ("2", "ORU^R01", "entries")]


@pytest.mark.parametrize(
    "content",
    [
        adt("1") + oru("2"),
        (adt("1") + oru("2")).replace("\r", "\n"),
        (adt("1") + oru("2")).replace("\r", "\r\n"),
        f"\n\n{adt('1')}\n\n{oru('2')}\n\n",
        "".join(f"\x0b{message}\x1c\r" for message in (adt("1"), oru("2"))),
        b"\xef\xbb\xbf" + (adt("1") + oru("2")).encode(),
        gzip.compress((adt("1") + oru("2")).encode()),
        (adt("1") + oru("2")).replace("JANE", "JOS\xc9").encode("latin-1"),
    ],
    ids=["bare", "line feeds", "Windows", "blank lines", "MLLP", "mark", "gzip", "latin-1"],
)
def test_hl7_in_every_wrapping(tmp_path: Path, content: bytes | str) -> None:
    answer = check(tmp_path / "feed.hl7", content)
    assert told(answer) == BOTH
    assert all(one["problems"] == [] for one in answer.lines)


def test_what_stands_before_the_first_message_is_not_passed_over(tmp_path: Path) -> None:
    assert [one["outcome"] for one in check(tmp_path / "feed.hl7", f"{NAME}\r" + adt("1")).lines] == ["refused", "entries"]
    assert told(check(tmp_path / "batch.hl7", "FHS|^~\\&|GH\rBHS|^~\\&|GH\r" + adt("1") + oru("2"))) == BOTH


def test_standard_input_and_folders(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.hl7").write_text(adt("1"))
    (tmp_path / "b" / "c.hl7").write_text(oru("2"))
    (tmp_path / "b" / ".hidden").write_text("not read")
    assert told(opencdi("check", str(tmp_path))) == BOTH
    for words in (("check",), ("check", "-")):
        assert told(opencdi(*words, stdin=adt("1") + oru("2"))) == BOTH


def test_times_without_a_zone_are_the_facilitys(tmp_path: Path) -> None:
    """A result of eleven o'clock sent at a quarter past lies not in the future, wherever the hospital is."""
    site = (Path(__file__).parents[3] / "rules" / "sites" / "default.yaml").read_text(encoding="utf-8")
    (tmp_path / "feed.hl7").write_text(adt("1") + oru("2") + oru("3", taken="20260502120000"))
    for zone in ("America/Los_Angeles", "Asia/Tokyo"):
        (tmp_path / "site.yaml").write_text(site.replace("America/New_York", zone))
        answer = opencdi("check", str(tmp_path / "feed.hl7"), "--site", str(tmp_path / "site.yaml"))
        assert [[problem["code"] for problem in one["problems"]] for one in answer.lines] == [[], [], ["FUTURE_TIME"]]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (adt("1", processing="X"), "UNSUPPORTED_PROCESSING_ID"),
        (adt("1", version="3.0"), "UNSUPPORTED_VERSION"),
        (f"{NAME} was here", "NO_MSH"),
        (bytes(range(256)) * 20, "NO_MSH"),
        ("MSH|^~\\&|" + "x" * 9_000_000, "TOO_LARGE"),
    ],
)
def test_what_the_gate_refuses_is_one_line_and_the_next_one_follows(tmp_path: Path, message: bytes | str, reason: str) -> None:
    answer = check(tmp_path / "one.hl7", message)
    (line,) = answer.lines
    assert (line["ack"], line["outcome"], line["problems"][0]["code"]) == ("AR", "refused", reason)
    assert answer.errors.startswith(f"{tmp_path / 'one.hl7'}:1: AR {reason}")
    (tmp_path / "two.hl7").write_text(adt("2"))
    after = opencdi("check", str(tmp_path))
    assert (after.code, [one["outcome"] for one in after.lines]) == (2, ["refused", "entries"])


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (PATIENT, [("p1", "Patient", "kept_with_patient")]),
        ([PATIENT, ENCOUNTER], [("p1", "Patient", "kept_with_patient"), ("e1", "Encounter", "entries")]),
        (bundle("transaction", PATIENT, ENCOUNTER), [("b1", "Bundle", "entries")]),
        (bundle("batch", PATIENT, ENCOUNTER), [("b1", "Patient", "kept_with_patient"), ("b1", "Encounter", "entries")]),
        (
            f"{json.dumps(PATIENT)}\r\n\r\n{json.dumps(ENCOUNTER)}\r\n",
            [("p1", "Patient", "kept_with_patient"), ("e1", "Encounter", "entries")],
        ),
        ("\ufeff" + json.dumps(PATIENT, indent=2), [("p1", "Patient", "kept_with_patient")]),
        (gzip.compress(json.dumps(bundle("transaction", PATIENT, ENCOUNTER)).encode()), [("b1", "Bundle", "entries")]),
    ],
    ids=["resource", "list", "transaction", "batch", "NDJSON", "pretty, with a mark", "gzip"],
)
def test_fhir_is_cut_as_the_gate_cuts_it(tmp_path: Path, content: Any, wanted: list[tuple[str, str, str]]) -> None:
    assert told(check(tmp_path / "told.json", content)) == wanted


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bundle("transaction", PATIENT, {"note": NAME}), "NO_RESOURCE_TYPE"),  # a transaction is refused whole
        (bundle("transaction"), "EMPTY_BUNDLE"),
        (bundle("searchset", PATIENT), "BUNDLE_TYPE"),
        ("[" * 100_000, "NESTED_TOO_DEEPLY"),
        (f'{{"resourceType": "Patient", "id": NaN, "name": "{NAME}"}}', "NOT_JSON"),
        (f'{{"resourceType": "Patient", "name": "{NAME}', "NOT_JSON"),
        (json.dumps(NAME), "NOT_AN_OBJECT"),
        ("4711", "NOT_AN_OBJECT"),
        ({"name": NAME}, "NO_RESOURCE_TYPE"),
        ({"resourceType": f"{NAME}, Jane"}, "NO_SUCH_TYPE"),
        (b'{"resourceType": "Patient", "id": "\xff\xfe"}', "NOT_UTF8"),
        pytest.param(
            b'{"resourceType": "Patient", "id": "' + b"\\\\" * 2_500_000 + b'"}',
            "TOO_LARGE",
            id="within a record, beyond what intake holds",
        ),
    ],
)
def test_fhir_that_the_gate_refuses(tmp_path: Path, content: Any, reason: str) -> None:
    (line,) = check(tmp_path / "told.json", content).lines
    assert (line["outcome"], line["problems"][0]["code"]) == ("refused", reason)


def test_what_the_gate_refuses_of_a_batch_is_a_line_beside_those_it_takes(tmp_path: Path) -> None:
    entries = [{"resource": PATIENT}, {"request": {"method": "GET", "url": "Patient"}}, {"resource": ENCOUNTER}]
    answer = check(tmp_path / "batch.json", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert [one["outcome"] for one in answer.lines] == ["refused", "kept_with_patient", "entries"]
    assert answer.lines[0]["problems"][0]["where"] == "Bundle.entry[1].request.method"


def test_one_broken_line_of_a_bulk_file_is_one_refusal(tmp_path: Path) -> None:
    answer = check(tmp_path / "bulk.ndjson", f"{NAME}\n{json.dumps(PATIENT)}\n{{\n{json.dumps(ENCOUNTER)}")
    assert [one["outcome"] for one in answer.lines] == ["refused", "kept_with_patient", "refused", "entries"]
    refused = [line for line in answer.errors.splitlines() if "ndjson:" in line]
    assert [line.rpartition("ndjson:")[2] for line in refused] == ["1: AR NOT_JSON", "3: AR NOT_JSON"]


@pytest.mark.parametrize("content", [b"", b"\n\r\n", gzip.compress(adt("1").encode())[:-9], gzip.compress(b"x" * 9)[:12] + b"\0" * 20])
def test_a_file_without_a_message_says_so(tmp_path: Path, content: bytes) -> None:
    answer = check(tmp_path / "none.hl7", content)
    assert answer.errors.splitlines()[0] in (
        f"{tmp_path / 'none.hl7'}: no message in it", f"{tmp_path / 'none.hl7'}: not a whole gzip file",
    )  # fmt: skip


def test_a_file_that_is_not_there_or_site_data_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "one.hl7").write_text(adt("1"))
    missing = opencdi("check", str(tmp_path / "none"), str(tmp_path / "one.hl7"))
    assert (missing.code, len(missing.lines)) == (2, 1)
    assert missing.errors.startswith(f"{tmp_path / 'none'}: No such file or directory\n")
    (tmp_path / "site.yaml").write_text("colour: blue\n")
    for site in ("site.yaml", "none.yaml"):
        wrong = opencdi("check", str(tmp_path / "one.hl7"), "--site", str(tmp_path / site))
        assert (wrong.code, wrong.out, wrong.errors.count("\n")) == (2, "", 1)
        assert site in wrong.errors


def test_the_five_outcomes(tmp_path: Path) -> None:
    waiting = oru("3").replace("V1^^^GH^VN", "").replace("4711", "4712")
    unknown = adt("4").replace("ADT^A01", "ZZZ^Z01")
    answer = check(tmp_path / "feed.hl7", adt("1") + adt("1") + waiting + unknown + adt("5", processing="Z"))
    assert [one["outcome"] for one in answer.lines] == ["entries", "no_effect", "kept_with_patient", "dead_letter", "refused"]
    assert answer.lines[1]["reason"] == "DUPLICATE"


@pytest.mark.parametrize(
    "content",
    [
        # By its own MSH-7 the second says things that lie ahead; it came after the first, when they had happened.
        adt("1") + oru("2", "20260509110000", "20260510111500") + oru("3", "20260503110000", "20260502120000"),
        (adt("1") + oru("2") + oru("3")).replace(TIMES + "||ADT", "||ADT").replace("20260502111500", ""),
    ],
    ids=["the clock never goes back", "no message tells its time"],
)
def test_check_and_replay_give_every_message_the_same_end(tmp_path: Path, content: str) -> None:
    answer = check(tmp_path / "all.hl7", content)
    played = opencdi("replay", str(tmp_path / "all.hl7"), "--topics", "outcomes")
    ends = [(one["value"]["outcome"], [problem["code"] for problem in one["value"]["problems"]]) for one in played.lines]
    assert ends == [(one["outcome"], [problem["code"] for problem in one["problems"]]) for one in answer.lines]
    assert not any({"FUTURE_TIME", "CLOCK_SKEW"} & set(codes) for _, codes in ends)


def rows(answer: Answer) -> list[str]:
    """The summary's lines with single spaces."""
    return [" ".join(line.split()) for line in answer.errors.splitlines()[:-1] if line.strip()]


def test_the_summary_says_by_feed_what_came_how_it_ended_and_what_nobody_has_mapped(tmp_path: Path) -> None:
    local = [oru(str(n)).replace("2160-0^Creatinine^LN||", "CREA^Creatinine, serum^L||") for n in (3, 4)]
    local[1] = local[1].replace("|F1|F1|", "|F2|F2|").replace("mg/dL", "mmol/L")
    feed = adt("1") + oru("2") + "".join(local) + adt("5").replace("PV1|1|I", "PV1|1|STA") + adt("6", version="9")
    answer = check(tmp_path / "feed.hl7", f"{NAME} was here\r" + feed + adt("1"))
    assert rows(answer)[2:] == [
        "ADT / GH: 4 messages",
        "answered 3 AA",
        "1 AR",
        "types 4 ADT^A01: entries 2, refused 1, no effect 1",
        "why no entry 1 DUPLICATE (no effect)",
        "unmapped: class_by_code 1 STA",
        "problems 1 CLASS_UNMAPPED PV1-2",
        "1 UNSUPPORTED_VERSION MSH-12",
        "LAB / GH: 3 messages",
        "answered 3 AA",
        "types 3 ORU^R01: entries 3",
        "unmapped: loinc_by_local_code 2 CREA^L Creatinine, serum",
        "problems 2 MAPPING_NEEDED OBX",
        "(not a message): 1 message",
        "answered 1 AR",
        "types 1 (no type): refused 1",
        "problems 1 NO_MSH MSH",
    ]


def test_of_many_feeds_and_codes_the_summary_shows_the_most_frequent(tmp_path: Path) -> None:
    many = "".join(adt(str(n)).replace("|ADT|GH|", f"|ADT{n}|GH|") for n in range(22)) + adt("30").replace("|ADT|GH|", "|ADT7|GH|")
    obx = "".join(f"OBX|{n}|NM|L{n:02}^^L||1|g|||||F\r" for n in range(23)) + "OBX|99|NM|L07^^L|2|1|g|||||F\r"
    lab = oru("31").partition("OBX")[0] + obx + oru("32").partition("OBX")[0].replace("F1", "F9") + "OBX|1|NM|L09^^L||1|g|||||F\r"
    told = rows(check(tmp_path / "feeds.hl7", many + lab))
    assert told[0] == "ADT7 / GH: 2 messages"
    assert "3 smaller feeds: 3 messages" in told
    first = told.index("unmapped: loinc_by_local_code 2 L09^L")
    assert (told[first + 1], told[first + 20]) == ("1 L00^L", "and 3 more")


def test_fhir_is_summed_up_by_its_source(tmp_path: Path) -> None:
    encounter = ENCOUNTER | {"class": {"code": "STAT", "display": "stationär"}, "meta": {"source": "urn:hospital:kis"}}
    told = rows(check(tmp_path / "told.json", [PATIENT, encounter]))
    assert ("FHIR urn:hospital:kis: 1 message" in told, "FHIR: 1 message" in told) == (True, True)
    assert "unmapped: class_by_code 1 STAT stationär" in told
