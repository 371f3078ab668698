"""`context`, `read`, `code`: closed words, places in Python code points, notes of any size and from any editor (DESIGN §6)."""

import json
from pathlib import Path
from time import process_time
from typing import Any, get_args

import pytest

from opencdi.clinical import vocabulary
from unit.cli.command import jsonl, opencdi

ASTRAL = "😀𝒜 "
NOTE = (
    "Assessment and Plan:\r\n# Acute kidney injury on CKD stage 3b, creatinine 2.4 mg/dL, likely prerenal.\r\n"
    f"{ASTRAL}No sepsis. Denies chest pain. Mother had diabetes. History of stroke in 2019.\r\n"
)


def words(name: str) -> tuple[str, ...]:
    return get_args(getattr(vocabulary, name))


def context_of(text: str, mention: str, **more: Any) -> dict[str, Any]:
    start = text.index(mention)
    answer = opencdi("context", stdin=jsonl({"id": 1, "text": text, "start": start, "end": start + len(mention)} | more))
    assert (answer.code, answer.errors) == (0, "")
    (told,) = answer.lines
    if told["cue"] is not None:
        assert text[told["cue"]["start"] : told["cue"]["end"]] == told["cue"]["text"]
    assert told["assertion"] in words("Assertion")
    assert told["temporality"] in words("Temporality")
    assert told["active"] in words("Active")
    assert told["certainty"] in words("Certainty")
    assert told["experiencer"] in words("Experiencer")
    return told


@pytest.mark.parametrize("before", ["", ASTRAL * 3, "é́ ", "\ufeff"])
def test_places_are_code_points(before: str) -> None:
    told = context_of(f"{before}No fever.", "fever")
    assert (told["assertion"], told["cue"]) == ("absent", {"text": "No", "start": len(before), "end": len(before) + 2})


def test_each_axis_is_told() -> None:
    assert context_of(NOTE, "diabetes")["experiencer"] == "other"
    assert context_of(NOTE, "stroke")["temporality"] == "historical"
    assert context_of(NOTE, "sepsis")["active"] == "no"
    assert context_of("Possible pneumonia.", "pneumonia")["assertion"] == "possible"
    resolved = context_of("Acute kidney injury, resolved.", "Acute kidney injury")
    assert (resolved["temporality"], resolved["active"], resolved["resolved"]) == ("current", "yes", True)
    planned = context_of("Will start dialysis if hyperkalemia develops.", "hyperkalemia")
    assert planned["temporality"] == "hypothetical"


@pytest.mark.parametrize(
    ("start", "end"), [(-1, 3), (3, 3), (8, 3), (3, 99), (9, 10), (0.0, 3), ("0", "3"), (True, 3), (None, 3), (0, None), (10**30, 10**31)]
)
def test_a_mention_outside_its_text_is_a_bad_line(start: Any, end: Any) -> None:
    answer = opencdi("context", stdin=jsonl({"id": 1, "text": "No fever.", "start": start, "end": end}))
    assert (answer.code, answer.out, answer.errors.count("\n")) == (2, "", 1)


def test_ten_thousand_mentions_are_a_matter_of_seconds() -> None:
    text = "The patient has chest pain. No evidence of pneumonia number {}. Mother had diabetes."
    lines = jsonl(*({"id": n, "text": text.format(n), "start": 43, "end": 52} for n in range(10_000)))
    began = process_time()
    answer = opencdi("context", stdin=lines)
    assert process_time() - began < 10  # the lexicons are read once: at 20 ms a line this would be minutes
    assert [one["id"] for one in answer.lines] == list(range(10_000))
    assert {one["assertion"] for one in answer.lines} == {"absent"}


def read(text: str, **more: Any) -> dict[str, Any]:
    answer = opencdi("read", stdin=jsonl({"id": 1, "text": text} | more))
    assert (answer.code, answer.errors) == (0, "")
    (told,) = answer.lines
    check_places(told, text)
    return told


def check_places(told: dict[str, Any], text: str) -> None:
    attributes = json.loads((Path(__file__).parents[3] / "schemas" / "vocabularies.json").read_text(encoding="utf-8"))
    for one in (*told["findings"], *told["values"]):
        assert text[one["start"] : one["end"]] == one["text"]
    for one in told["findings"]:
        assert one["kind"] in words("FindingKind")
        assert one["section"] in words("SectionKind")
        assert set(one) == {
            "start", "end", "text", "concept", "kind", "assertion", "temporality", "active", "certainty", "experiencer", "section",
            "attributes",
        }  # fmt: skip
        assert set(one["attributes"]) <= set(attributes["FindingAttribute"])
    assert all(set(one) == {"start", "end", "text", "analyte", "value", "unit", "earlier"} for one in told["values"])
    ends = [0, *(one["end"] for one in told["sections"])]
    assert [one["start"] for one in told["sections"]] == ends[:-1]  # they cover the note, end to end
    assert ends[-1] == told.get("read_to", len(text))
    assert all(one["kind"] in words("SectionKind") for one in told["sections"])


def test_a_note_is_read_with_its_places() -> None:
    told = read(NOTE)
    found = {one["concept"]: one for one in told["findings"]}
    assert found["acute-kidney-injury"]["section"] == "assessment-and-plan"
    assert found["sepsis"]["assertion"] == "absent"
    assert [(one["analyte"], one["value"], one["unit"]) for one in told["values"]] == [("creatinine", 2.4, "mg/dL")]


@pytest.mark.parametrize("text", ["", " ", "\r\n", "\0", "😀", "a" * 10_000, "Assessment:", "\u2028Assessment:\u2028AKI."])
def test_odd_notes_are_read(text: str) -> None:
    read(text)


def test_what_may_be_left_out_may_be_null() -> None:
    for name in ("read", "code"):
        whole = {"id": 1, "text": NOTE}
        nothing = whole | {"type": None, "author_role": None, "authentication": None, "final_statement": None}
        assert opencdi(name, stdin=jsonl(whole)) == opencdi(name, stdin=jsonl(nothing))


@pytest.mark.parametrize("name", ["read", "code"])
@pytest.mark.parametrize("field", ["type", "author_role"])
def test_a_word_outside_its_list_is_named_with_the_list(name: str, field: str) -> None:
    answer = opencdi(name, stdin=jsonl({"id": 1, "text": NOTE, field: "Zebrafish"}))
    assert (answer.code, answer.out) == (2, "")
    assert answer.errors.startswith(f"standard input:1: {field} is not one of ")
    assert "Zebrafish" not in answer.errors


@pytest.mark.parametrize(
    "content",
    [NOTE.encode(), "\ufeff".encode() + NOTE.encode(), NOTE.encode("utf-16"), NOTE.replace(ASTRAL, "Sjögren. ").encode("cp1252")],
    ids=["utf-8", "utf-8 with a mark", "utf-16", "cp1252"],
)
def test_a_text_file_is_one_note_under_its_path(tmp_path: Path, content: bytes) -> None:
    (file := tmp_path / "note.txt").write_bytes(content)
    for name in ("read", "code"):
        answer = opencdi(name, str(file))
        assert (answer.code, [one["id"] for one in answer.lines]) == (0, [str(file)])
    (told,) = opencdi("read", str(file)).lines
    assert "acute-kidney-injury" in {one["concept"] for one in told["findings"]}
    assert told["sections"][0]["kind"] in ("assessment-and-plan", "other")


def test_what_is_no_text_is_one_bad_line(tmp_path: Path) -> None:
    (tmp_path / "scan.txt").write_bytes(b"%PDF-1.7\0\0Zebrafish")
    (tmp_path / "note.txt").write_text("No fever.")
    answer = opencdi("read", str(tmp_path / "scan.txt"), str(tmp_path / "note.txt"))
    assert (answer.code, len(answer.lines), answer.errors) == (2, 1, f"{tmp_path / 'scan.txt'}: not a text\n")


@pytest.mark.parametrize("name", ["read", "code"])
def test_a_note_of_two_megabytes(name: str) -> None:
    page = NOTE + "He slept well and ate his breakfast. " * 100
    text = page * (2_000_000 // len(page))
    began = process_time()
    (told,) = opencdi(name, stdin=jsonl({"id": 1, "text": text})).lines
    assert process_time() - began < 30
    if name == "read":
        check_places(told, text)
        assert told["read_to"] == 400_000  # cut off at the same place on every machine, and it says so
        assert max(one["end"] for one in told["findings"]) > 390_000
    for code in told.get("codes", ()):
        assert all(text[span["start"] : span["end"]] == span["quote"] for span in code["evidence"])


def test_codes_are_undotted_with_words_that_are_there() -> None:
    (told,) = opencdi("code", "--date", "2026-05-01", stdin=jsonl({"id": 1, "text": NOTE})).lines
    codes = {one["code"]: one for one in told["codes"]}
    assert {"N179", "N1832"} <= set(codes)
    for one in codes.values():
        assert set(one) >= {"code", "description", "confidence", "evidence"}
        assert one["code"].isalnum()
        assert 0 <= one["confidence"] <= 1
        assert one["evidence"]
        assert all(NOTE[span["start"] : span["end"]] == span["quote"] for span in one["evidence"])


@pytest.mark.parametrize("options", [("--date", "yesterday"), ("--scope", "all"), ("--state", "dead")])
def test_an_option_outside_its_list_is_refused(options: tuple[str, str]) -> None:
    answer = opencdi("code", *options, stdin=jsonl({"id": 1, "text": NOTE}))
    assert (answer.code, answer.out) == (2, "")
    assert options[0] in answer.errors


@pytest.mark.parametrize("day", ["2015-10-01", "2022-09-30", "2027-04-01", "9999-12-31"])
def test_a_day_without_a_code_set_is_refused_and_the_years_are_named(day: str) -> None:
    answer = opencdi("code", "--date", day, stdin=jsonl({"id": 1, "text": NOTE}))
    assert (answer.code, answer.out) == (2, "")
    told = " ".join(answer.errors.replace("│", " ").split())
    assert f"no code set for {day}; there are fiscal years 2023 to 2027 (2022-10-01 to 2027-03-31)" in told


@pytest.mark.parametrize("day", ["2022-10-01", "2027-03-31"])
def test_the_first_and_the_last_day_have_one(day: str) -> None:
    assert opencdi("code", "--date", day, stdin=jsonl({"id": 1, "text": NOTE})).code == 0
