"""A revision means one wording and one logic, for ever: who was asked by it can be told why."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.queries.revisions import FILE, hash_of, lock, locked, wrong_revision
from opencdi.queries.room import rules_path
from opencdi.queries.rule import BadRule, Rule, all_rules, load_rules

NAME = "D-11-acute-kidney-injury.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    made = Path(shutil.copytree(rules_path(), tmp_path / "queries"))
    (made / FILE).unlink()
    lock(made, all_rules(made))
    return made


def rule_in(folder: Path, before: str, after: str) -> Rule:
    file = folder / NAME
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    return next(rule for rule in all_rules(folder) if rule.id == "D-11")


@pytest.mark.parametrize(
    ("before", "after"),
    [("value: 0.3", "value: 0.4"), ("severity: 2", "severity: 3"), ("text: Dehydration without", "text: Dehydration and no"), ("within_h: 48", "within_h: 47")],
)  # fmt: skip
def test_a_change_under_the_same_number_stops_the_service(folder: Path, before: str, after: str) -> None:
    rule = rule_in(folder, before, after)
    assert [place for place, _ in wrong_revision(folder, rule)] == [("revision",)]
    with pytest.raises(BadRule, match=rf"^{NAME}:3: revision: the rule has changed and its revision has not"):
        load_rules(folder)
    with pytest.raises(BadRule, match=r"^D-11: the rule has changed"):
        lock(folder, all_rules(folder))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - Urine output is not evaluated.\n", "  - Urine output is not evaluated yet.\n"),
        ("change: first version", "change: the first version"),
        ("# fluids given before", "# a comment: fluids given before"),
        ("cooldown: {after_decision_h: 72}\n", ""),  # as it is by default
        ("{kind: change, analyte: creatinine,", "{analyte: creatinine, kind: change,"),
    ],
)
def test_what_says_nothing_else_is_no_change(folder: Path, before: str, after: str) -> None:
    assert list(wrong_revision(folder, rule_in(folder, before, after))) == []


def test_a_new_revision_is_free_until_it_is_locked_and_the_old_one_stays(folder: Path) -> None:
    before = locked(folder)["D-11"][3]
    rule_in(folder, "value: 0.3", "value: 0.4")
    rule_in(folder, "revision: 3\n", "revision: 4\n")
    rule = rule_in(folder, "history:\n", "history:\n  - {revision: 4, made_on: 2026-11-23, change: higher}\n")
    assert load_rules(folder)
    assert lock(folder, all_rules(folder)) == ("D-11",)
    assert locked(folder)["D-11"] == {3: before, 4: hash_of(rule)}
    assert lock(folder, all_rules(folder)) == ()


def test_a_draft_is_not_locked(folder: Path) -> None:
    (folder / FILE).unlink()
    rule_in(folder, "status: active", "status: draft")
    assert "D-11" not in lock(folder, all_rules(folder))


def test_the_command(folder: Path) -> None:
    (folder / FILE).unlink()
    done = CliRunner().invoke(app, ["rules", "lock", "--rules", str(folder)])
    assert (done.exit_code, done.output.endswith(f"{', '.join(rule.id for rule in all_rules(folder))} new\n")) == (0, True)
    rule_in(folder, "value: 0.3", "value: 0.4")
    done = CliRunner().invoke(app, ["rules", "lock", "--rules", str(folder)])
    assert (done.exit_code, done.output.startswith("D-11: the rule has changed")) == (2, True)
