"""What every filter promises (DESIGN §6): same order, 0 or 2, one clear line a bad input without its words, the good ones still out."""

import gc
import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer import Exit

from opencdi.cli.jsonl import object_in, run_filter
from unit.cli.command import Answer, jsonl, opencdi

SECRET = "Zebrafish"  # stands in every bad line, and in no message
GOOD: dict[str, dict[str, Any]] = {
    "context": {"text": "No fever.", "start": 3, "end": 8},
    "read": {"text": "Assessment: acute kidney injury."},
    "code": {"text": "Assessment: acute kidney injury."},
    "group": {"version": "43.1", "age": 70, "sex": "M", "discharge_status": "01", "principal": {"code": "A41.9", "poa": "Y"}},
    "lint-query": {"title": "Clarification", "question": "Please clarify.", "options": [], "indicators": []},
}
WRONG_TYPE: dict[str, dict[str, Any]] = {
    "context": {"text": [SECRET]},
    "read": {"text": {"a": SECRET}},
    "code": {"text": 5, "note": SECRET},
    "group": {"principal": [SECRET]},
    "lint-query": {"title": SECRET},
}
KEYS = {
    "context": {"id", "assertion", "temporality", "active", "certainty", "experiencer", "cue"},
    "read": {"id", "sections", "findings", "values"},
    "code": {"id", "codes"},
    "group": {"id", "drg", "mdc", "initial_drg", "severity", "return_code", "secondary", "edits", "weight", "gmlos"},
    "lint-query": {"id", "compliant", "violations"},
}
ANY_ID = [7, -1.5, "a", "é😀", True, None, [1, {"a": None}], {"b": []}, 10**30]
filters = pytest.mark.parametrize("name", GOOD)


def line(name: str, id: Any = 1, **more: Any) -> str:
    return json.dumps({"id": id} | GOOD[name] | more)


def ids(answer: Answer) -> list[Any]:
    return [one["id"] for one in answer.lines]


@filters
def test_fields_are_those_of_the_design_and_unknown_ones_are_passed_over(name: str) -> None:
    answer = opencdi(name, stdin=line(name, ward={"new": [1]}))
    assert (answer.code, answer.errors) == (0, "")
    assert set(answer.lines[0]) >= KEYS[name]


@pytest.fixture(scope="module")
def opened() -> Callable[[], int]:
    """How many files this process has opened since it was last asked."""
    count = 0

    def heard(event: str, _: tuple[object, ...]) -> None:
        nonlocal count
        count += event == "open"

    def since() -> int:
        nonlocal count
        told, count = count, 0
        return told

    sys.addaudithook(heard)  # stays to the end of the process: there is no taking it away
    return since


@filters
def test_tables_are_read_once_however_many_lines_come(name: str, opened: Callable[[], int]) -> None:
    def for_lines(count: int) -> int:
        opened()
        assert len(opencdi(name, stdin=f"{line(name)}\n" * count).lines) == count
        return opened()

    for_lines(1)  # what a process reads but once
    assert for_lines(20) == for_lines(1)


@filters
def test_an_id_of_any_type_comes_back_as_given_in_the_order_of_the_lines(name: str) -> None:
    answer = opencdi(name, stdin="".join(line(name, id) + "\n" for id in ANY_ID))
    assert ids(answer) == ANY_ID
    assert opencdi(name, stdin=json.dumps(GOOD[name])).lines[0]["id"] is None


@filters
def test_good_lines_come_out_whatever_the_bad_ones_were(name: str) -> None:
    bad = [
        f"{SECRET} is not json",
        json.dumps([SECRET]),
        json.dumps(SECRET),
        f'{{"id": NaN, "text": "{SECRET}"}}',
        f'{{"id": 1e999, "text": "{SECRET}"}}',
        "[" * 100_000,
        '{"id":' * 100_000,
        json.dumps({"id": 1}),
        json.dumps({"id": 1} | GOOD[name] | WRONG_TYPE[name]) if name != "lint-query" else "{}",
        f'{{"text": "{SECRET}',
    ]
    told = "".join(f"{line(name, nth)}\n{wrong}\n" for nth, wrong in enumerate(bad))
    answer = opencdi(name, stdin=told + line(name, "last"))
    assert answer.code == 2
    assert ids(answer) == [*range(len(bad)), "last"]
    errors = answer.errors.splitlines()
    assert [error.split(": ")[0] for error in errors] == [f"standard input:{2 * nth + 2}" for nth in range(len(bad))]
    assert SECRET not in answer.errors
    assert all(len(error) < 300 for error in errors)


@filters
def test_nothing_in_nothing_out(name: str) -> None:
    for empty in (b"", b"\n", b"\r\n \n\t\n", b"\xef\xbb\xbf"):
        assert opencdi(name, stdin=empty) == Answer(0, "", "")


@filters
def test_marks_line_ends_and_blank_lines_do_not_matter(name: str, tmp_path: Path) -> None:
    lines = [line(name, n).encode() for n in range(3)]
    plain = opencdi(name, stdin=b"\n".join(lines))
    assert ids(plain) == [0, 1, 2]
    for ends in (b"\r\n", b"\n\n \n"):
        assert opencdi(name, stdin=b"\xef\xbb\xbf" + ends.join(lines) + ends) == plain
    packed = tmp_path / "lines.jsonl.gz"
    packed.write_bytes(gzip.compress(b"\n".join(lines)))
    assert opencdi(name, str(packed)) == plain


@filters
def test_a_file_that_cannot_be_read_is_one_line_and_the_next_one_follows(name: str, tmp_path: Path) -> None:
    (good := tmp_path / "good.jsonl").write_text(line(name))
    (cut := tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(line(name, SECRET).encode() * 50)[:-20])
    (folder := tmp_path / "folder.jsonl").mkdir()
    (latin := tmp_path / "latin.jsonl").write_bytes(line(name).encode() + b"\n" + f'{{"id":"{SECRET}é"}}'.encode("latin-1"))
    none = tmp_path / "none.jsonl"
    answer = opencdi(name, str(none), str(cut), str(folder), str(latin), "-", str(good), stdin=line(name, "in"))
    assert answer.code == 2
    assert [id for id in ids(answer) if id != SECRET] == [1, "in", 1]
    errors = answer.errors.splitlines()
    assert [error.rpartition(": ")[2] for error in errors] == [
        "No such file or directory", "not a whole gzip file", "Is a directory", "not UTF-8",
    ]  # fmt: skip
    assert errors[3].startswith(f"{latin}:2: ")
    assert SECRET not in answer.errors


@filters
@given(
    told=st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)),
    at=st.data(),
)
@settings(max_examples=40, deadline=None)
def test_whatever_a_field_holds_the_line_is_answered_or_named(name: str, told: Any, at: Any) -> None:
    field = at.draw(st.sampled_from(sorted(GOOD[name])))
    answer = opencdi(name, stdin=jsonl({"id": 1} | GOOD[name] | {field: told}, {"id": 2} | GOOD[name]))
    assert ids(answer)[-1] == 2
    assert (answer.code, len(answer.lines), answer.errors.count("\n")) in ((0, 2, 0), (2, 1, 1))


@filters
def test_a_lone_surrogate_stops_nothing(name: str) -> None:
    strange = '{"id": "\\ud800", ' + line(name, more="\\ud800")[1:].replace('"id": 1, ', "")
    answer = opencdi(name, stdin=strange + "\n" + line(name, 2))
    assert (answer.code, ids(answer)) == (0, ["\ud800", 2])


def test_help_shows_an_example() -> None:
    for name in (*GOOD, "check", "replay"):
        told = opencdi(name, "--help")
        assert "Example: " in told.out, name


def test_while_lines_come_the_books_are_not_looked_through_for_garbage_and_afterwards_all_is_as_before() -> None:
    gc.unfreeze()  # whoever ran before us in this process
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    told: list[tuple[bool, bool]] = []

    def answer(line: str) -> dict[str, Any]:
        told.append((gc.get_freeze_count() > frozen, gc.isenabled()))
        return object_in(line)

    with pytest.raises(Exit):
        run_filter(iter([("the first", "{}"), ("the second", "no line")]), answer)
    assert told == [(True, True)] * 2
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, frozen)
