"""A bad rule stops the service at start, and says which file and which field."""

import shutil
from pathlib import Path

import pytest

from opencdi.queries.room import rules_path
from opencdi.queries.rule import BadRule, all_rules


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("revision: 2\n", "revision: two\n", "revision"),
        ("condition: acute-kidney-injury", "conditoin: acute-kidney-injury", "condition"),
        ("by: delta", "by: delat", "no such threshold: delat"),
        ("kind: change", "kind: chnage", "kind"),
        ("  ratio: {value: 1.5}\n", "  ratio: {value: 1.5}\n  spare: {value: 1}\n", "no condition reads: spare"),
        ("id: undetermined", "id: unknown", "Q-13"),
        ("status: active", "status: [active", "not YAML, line"),
        ("status: active", "status: active\nstatus: draft", "told twice: status (line"),
        ("within_h: 48", "within_h: a while", "within_h"),
        ("- {revision: 2,", "- {revision: 3,", "history"),
        ("satisfied_by: [{concept: acute-kidney-injury}, {concept: acute-tubular-necrosis}]\n", "", "satisfied_by"),
    ],
)
def test_a_bad_rule_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    source = rules_path() / "D-11-acute-kidney-injury.yaml"
    text = source.read_text(encoding="utf-8")
    assert before in text
    (tmp_path / source.name).write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(BadRule, match=r"D-11-acute-kidney-injury\.yaml") as caught:
        all_rules(tmp_path)
    assert said in str(caught.value)


def test_two_files_of_one_id(tmp_path: Path) -> None:
    source = rules_path() / "D-11-acute-kidney-injury.yaml"
    for name in ("D-11-a.yaml", "D-11-b.yaml"):
        shutil.copy(source, tmp_path / name)
    with pytest.raises(BadRule, match="exists already"):
        all_rules(tmp_path)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(BadRule, match="no rule"):
        all_rules(tmp_path)
