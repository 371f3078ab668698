"""What is no rule stops the service at start, and says which file, line and field."""

import shutil
from pathlib import Path

import pytest

from opencdi.queries.room import rules_path
from opencdi.queries.rule import BadRule, all_rules


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("revision: 3\n", "revision: two\n", "revision: Input should be a valid integer"),
        ("kind: change", "kind: chnage", 'when.of.0.of.0.kind: no condition "chnage"; did you mean "change"'),
        ("direction: rise", "direction: up", "when.of.0.of.0.direction: Input should be 'rise' or 'fall'"),
        ("kind: change, analyte: creatinine", "kind: change", "when.of.0.of.0.analyte: Field required"),
        ("within_h: 48", "within_h: a while", "when.of.0.of.0.within_h: Input should be a valid number"),
        ("within_h: 48", "within_days: 2", "when.of.0.of.0.within_h: Field required"),
        ("severity: 2", "severity: 2.5", "severity: Input should be 1, 2 or 3"),
        ("severity: 2\n", "severity: 2\nmoney: 3\n", "money: Extra inputs are not permitted"),
        ("definition_id: KDIGO-2012\n", "definition_id: [KDIGO-2012\n", "not YAML"),
    ],
)
def test_a_bad_rule_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    source = rules_path() / "D-11-acute-kidney-injury.yaml"
    text = source.read_text(encoding="utf-8")
    assert before in text
    text = text.replace(before, after, 1)
    (tmp_path / source.name).write_text(text, encoding="utf-8")
    with pytest.raises(BadRule) as caught:
        all_rules(tmp_path)
    line = 1 + text[: text.index(after) + len(after.rstrip())].count("\n") + (said == "not YAML")  # found where the next line begins
    assert str(caught.value).startswith(f"{source.name}:{line}: {said}")


def test_what_is_told_twice_is_named(tmp_path: Path) -> None:
    (tmp_path / "D-11-a.yaml").write_text("id: D-11\nstatus: active\nstatus: draft\n", encoding="utf-8")
    with pytest.raises(BadRule, match=r"^D-11-a\.yaml: told twice: status \(line 3\)$"):
        all_rules(tmp_path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "D-11-a.yaml").write_text("# none\nid: D-11\n", encoding="utf-8")
    with pytest.raises(BadRule, match=r"^D-11-a\.yaml:1: revision: Field required$"):
        all_rules(tmp_path)


def test_two_files_of_one_id(tmp_path: Path) -> None:
    source = rules_path() / "D-11-acute-kidney-injury.yaml"
    for name in ("D-11-a.yaml", "D-11-b.yaml"):
        shutil.copy(source, tmp_path / name)
    with pytest.raises(BadRule, match="exists already"):
        all_rules(tmp_path)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(BadRule, match="no rule"):
        all_rules(tmp_path)
