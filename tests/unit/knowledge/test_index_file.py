"""The file of a site's index: whole or refused, worked out anew where the software is another, and read no further than is asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from opencdi.knowledge import alphabetic_index, index_file
from opencdi.knowledge.alphabetic_index import AlphabeticIndex, IndexTerm
from opencdi.knowledge.index_file import FILE, WrongIndex, keep, load_index
from opencdi.knowledge.index_path import find
from unit.knowledge.index_sample import sample

CONDITIONS = (
    "acute on chronic systolic heart failure",
    "adenocarcinoma of the liver",
    "gastritis with bleeding",
    "fracture of the femoral neck",
)


def codes(index: AlphabeticIndex | None) -> list[str]:
    assert index is not None
    return [path.code for condition in CONDITIONS if (path := find(index, condition))]


def may_not(*_: object) -> None:
    raise PermissionError


def loaded_anew(folder: Path) -> AlphabeticIndex | None:
    load_index.cache_clear()
    return load_index(folder)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"", "half a file"),
        (b'{"format":2,', "half a file"),
        (b"\xff\xfe", "half a file"),
        (b'{"format":1,"edition":"FY2025","rows":[]}', "of another version"),
        (b'{"edition":"FY2025"}', "of another version"),
    ],
)
def test_what_is_no_index_of_ours_says_what_to_do(written: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(written)
    with pytest.raises(WrongIndex, match=f"{FILE}: {said}.*load it again"):
        loaded_anew(tmp_path)


def test_where_no_index_was_loaded_there_is_none(tmp_path: Path) -> None:
    assert loaded_anew(tmp_path) is None


@pytest.mark.parametrize("lost", [1, 400])
def test_an_index_that_lost_its_end_or_a_letter_is_refused_at_once_and_not_when_somebody_has_the_disease(lost: int, tmp_path: Path) -> None:
    sample(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    for wrong in (whole[:-lost], whole[:-lost] + b"x" * lost):
        (tmp_path / FILE).write_bytes(wrong)
        with pytest.raises(WrongIndex, match="half a file"):
            loaded_anew(tmp_path)


def test_an_index_of_other_software_is_worked_out_anew_from_its_terms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_file, "_software", lambda: "older")
    with monkeypatch.context() as older:
        older.setattr(index_file, "asked_by", lambda *_: (frozenset({"nobody says this"}),))
        assert codes(sample(tmp_path)) != ["I5023", "C229", "K2971", "S7200-"], "the older software took words apart in another way"
    monkeypatch.setattr(index_file, "_software", lambda: "newer")
    written = (tmp_path / FILE).read_bytes()
    monkeypatch.setattr(index_file, "write_whole", may_not)
    assert codes(loaded_anew(tmp_path)) == ["I5023", "C229", "K2971", "S7200-"], "in a folder that may not be written to, too"
    assert (tmp_path / FILE).read_bytes() == written
    monkeypatch.undo()
    assert codes(loaded_anew(tmp_path)) == ["I5023", "C229", "K2971", "S7200-"]
    anew = (tmp_path / FILE).read_bytes()
    assert anew != written
    sample(tmp_path / "again")
    assert anew == (tmp_path / "again" / FILE).read_bytes(), "as if it had been loaded today"


def test_a_disease_with_a_thousand_kinds_costs_what_is_documented_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted: terms that are taken apart, and terms whose words are compared with what is documented."""
    kinds = [[0, f"kind{nth} of lung", [], [f"A{nth % 90 + 10}"], [], []] for nth in range(1_000)]
    keep(tmp_path, "FY2026", {"index": [[-1, "Syndrome", [], ["A00"], [], []], *kinds, [-1, "Another", [], ["B00"], [], []]]})
    index = loaded_anew(tmp_path)
    assert index is not None
    read, compared = list[bytes](), list[str]()
    taken_apart = json.loads

    class Known(frozenset[str]):
        def issuperset(self, words: list[str]) -> bool:  # type: ignore[override]
            compared.extend(words)
            return super().issuperset(words)

    passed = IndexTerm.passed

    def counted(line: bytes) -> Any:
        read.append(line)
        return taken_apart(line)

    monkeypatch.setattr(json, "loads", counted)
    monkeypatch.setattr(IndexTerm, "passed", lambda term, known: passed(term, Known(known)))
    monkeypatch.setattr(alphabetic_index, "forms_of", lambda _: pytest.fail("worked out when it was loaded"))
    path = find(index, "kind7 lung syndrome")
    assert path is not None
    assert path.code == "A17"
    assert len(read) == 2
    assert compared == ["kind7", "lung"]
    find(index, "kind7 lung syndrome")
    assert len(read) == 2, "and once"
