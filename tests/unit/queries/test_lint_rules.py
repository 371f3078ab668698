"""A rule that would never fire, fire wrongly, lead or be untried stops the service at start, and the message says file, line and why."""

import shutil
from pathlib import Path

import pytest
from typer import Exit
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.cli.run import supervise
from opencdi.queries.lint_rules import wrong_in
from opencdi.queries.room import rules_path
from opencdi.queries.rule import BadRule, load_rules, read_file
from opencdi.settings import Settings

NAME = "D-11-acute-kidney-injury.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One rule with its cases."""
    made = tmp_path / "queries"
    (made / "cases").mkdir(parents=True)
    for below in (NAME, f"cases/{NAME}", "treatments.yaml"):
        shutil.copy(rules_path() / below, made / below)
    return made


@pytest.fixture
def no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing remembered of earlier starts, and nothing left of these."""
    monkeypatch.setenv("HOME", str(tmp_path))


def changed(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def wrong(folder: Path) -> list[str]:
    return list(wrong_in(folder, read_file(folder / NAME)))


@pytest.mark.usefixtures("no_memory")
def test_a_rule_as_it_should_be(folder: Path) -> None:
    assert wrong(folder) == []
    assert [rule.id for rule in load_rules(folder)] == ["D-11"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        # --- words that nothing answers to
        ("analyte: creatinine, direction", "analyte: creatinin, direction", 'when.of.0.of.0.analyte: no analyte "creatinin"; did you mean "creatinine"'),
        ("[oliguria]", "[oligouria]", 'supporting.0.concepts.0: no concept "oligouria"; did you mean "oliguria"'),
        ("[comfort-care, pregnancy]", "[comfort-kare, pregnancy]", 'preconditions.never.0: no concept "comfort-kare"; did you mean "comfort-care"'),
        ("satisfied_by: [renal-insufficiency", "satisfied_by: [renal-weakness", 'not_satisfied_by.0: no concept "renal-weakness"'),
        ("acute-tubular-necrosis", "acute-tubular-narcosis", 'satisfied_by.1.concept: no concept "acute-tubular-narcosis"; did you mean "acute-tubular-necrosis"'),
        ("[iv-fluid, kidney-workup]", "[iv-fluids, kidney-workup]", 'when.of.1.of.0.any_of.0: no treatment "iv-fluids"; did you mean "iv-fluid"'),
        ("[end-stage-renal-disease, dialysis]", '["icd10cm:N999999"]', 'unless.end-stage-renal-disease.concepts.0: no concept "icd10cm:N999999"'),
        # --- limits and windows
        ("by: delta, within", "by: delat, within", 'when.of.0.of.0.by: no threshold "delat"; did you mean "delta"'),
        ("  spare: {value: 1}\n", None, "thresholds.spare: no condition reads it"),
        ("0.3, unit: mg/dL", "0.3, unit: umol/L", 'thresholds.delta.unit: "umol/L" is not the unit in which creatinine is compared here, "mg/dL"'),
        ("0.3, unit: mg/dL", "0.3, unit: spoons", 'thresholds.delta.unit: no unit "spoons"'),
        ("{value: 1.5}", "{value: 1.5, unit: mg/dL}", 'thresholds.ratio.unit: "mg/dL" is not the unit in which creatinine is compared here, "1"'),
        ("within_h: 48", "within_h: -48", "when.of.0.of.0.within_h: no window of -48 hours: from 0 to 8784"),
        ("within_h: 48", "within_h: .inf", "when.of.0.of.0.within_h: no window of inf hours: from 0 to 8784"),
        ("decision_h: 72", "decision_h: 720000", "cooldown.after_decision_h: no window of 720000 hours: from 0 to 8784"),
        # --- values that will have been let go
        ("analyte: creatinine, direction: rise, by: delta, within_h: 48", "analyte: gcs, direction: fall, by: creatinine_normal, within_h: 400", "when.of.0.of.0.analyte: the windows over gcs reach 448 hours back: its values are kept 336"),
        ("- {kind: stated, concepts: [oliguria]}", "- {kind: without, ever: true, of: {kind: stated, concepts: [oliguria]}, sign: {kind: repeated, analyte: gcs, within_h: 2}}", "supporting.0.sign.analyte: of gcs it is known of the whole stay whether a limit was passed, and no more"),
        # --- wording: the gate's linter, on every option
        ('title: "Clinical clarification: kidney function"', "title: Acute kidney injury", "title: Q-10: names acute-kidney-injury, which no provider has documented"),
        ("question: Based on", "question: Please document AKI. Based on", "question: Q-11: leads: Please document"),
        ("why: The indicators below", "why: For a better DRG the indicators below", "why: Q-30: speaks of DRG"),
        ("disease only", "disease only (consistent with its course)", "options.1.text: Q-11: leads: consistent with"),
        ("Not clinically significant", "NOTHING SIGNIFICANT", "options.4.text: Q-11: one option is ticked or emphasised"),
        ("diagnosis: chronic-kidney-disease", "diagnosis: renal-insufficiency", "options.1.diagnosis: the gate knows nothing that would support renal-insufficiency"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(folder: Path, before: str, after: str | None, said: str) -> None:
    if after is None:  # nothing instead of something: a line more
        before, after = "thresholds:\n", f"thresholds:\n{before}"
    changed(folder / NAME, before, after)
    text = (folder / NAME).read_text(encoding="utf-8")
    line = 1 + text[: text.index(after) + len(after.rstrip())].count("\n")
    assert f"{NAME}:{line}: {said}" in "\n".join(wrong(folder))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("id: undetermined", "id: unknown", 'options: no option "undetermined" (Q-13)'),
        ("text: Unable to determine", "text: No answer", 'options: Q-13: no "unable to determine"'),
        (", codes: [N189]", "", "options.1.codes: no code for chronic-kidney-disease"),
        (
            "satisfied_by: [{concept: acute-kidney-injury}, {concept: acute-tubular-necrosis}]\n",
            "satisfied_by: []\n",
            "satisfied_by: what documentation would satisfy?",
        ),
        ("- {revision: 3,", "- {revision: 4,", "revision: the history does not end at this revision"),
    ],
)
def test_what_is_missing_is_said_where_it_should_be(folder: Path, before: str, after: str, said: str) -> None:
    changed(folder / NAME, before, after)
    text, at = (folder / NAME).read_text(encoding="utf-8"), "  - {id: ckd" if "codes" in said else f"\n{said.split(':')[0]}:"
    line = 1 + text[: text.index(at) + 1].count("\n")
    assert f"{NAME}:{line}: {said}" in "\n".join(wrong(folder))


@pytest.mark.parametrize(("gap", "named"), [("missing-diagnosis", True), ("unsupported-diagnosis", False), ("unspecific", False)])
def test_only_a_diagnosis_that_is_documented_may_be_named(folder: Path, gap: str, named: bool) -> None:
    changed(folder / NAME, "type: missing-diagnosis", f"type: {gap}")
    changed(folder / NAME, "clarification: kidney function", "clarification: acute kidney injury")
    assert [one.endswith("title: Q-10: names acute-kidney-injury, which no provider has documented") for one in wrong(folder)] == [
        True
    ] * named


def test_no_case_is_run_while_something_is_wrong(folder: Path) -> None:
    changed(folder / NAME, "unit: mg/dL", "unit: umol/L")
    done = CliRunner().invoke(app, ["rules", "test", "--rules", str(folder)])
    assert (done.exit_code, "cases hold" in done.output) == (1, False)
    assert done.output.startswith(f"{NAME}:")


@pytest.mark.parametrize("concept", ["icd10cm:G936", "icd10cm:M810", "thoracentesis", "bleeding", "fracture"])
def test_what_the_reader_finds_may_be_asked_about(folder: Path, concept: str) -> None:
    """Cerebral edema and osteoporosis, which only the tabular names; a procedure, a sign, an injury."""
    changed(folder / NAME, "concepts: [oliguria]", f'concepts: ["{concept}"]')
    assert wrong(folder) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("clear positive", "plain", f'cases/{NAME}:1: no case says "clear positive"'),
        ("out of order", "mixed", f'cases/{NAME}:1: no case says "out of order"'),
        ("trap", "snare", f'cases/{NAME}:1: no case says "trap"'),
        ("    chart:\n      - d1 09:20", "    chrat:\n      - d1 09:20", f"cases/{NAME}:3: asks.0: "),
    ],
)
def test_a_case_that_is_missing_is_named(folder: Path, before: str, after: str, said: str) -> None:
    changed(folder / "cases" / NAME, before, after)
    assert any(one.startswith(said) for one in wrong(folder)), wrong(folder)


def test_a_rule_without_cases(folder: Path) -> None:
    (folder / "cases" / NAME).unlink()
    assert wrong(folder) == ["cases/D-11-*.yaml: D-11 has no cases"]


def test_fewer_than_six(folder: Path) -> None:
    (folder / "cases" / NAME).write_text(
        "rule: D-11\nasks:\n  - {why: clear positive, chart: []}\n  - {why: 'corrected, out of order', chart: []}\n"
        "stays_silent:\n  - {why: satisfied or ruled out, chart: []}\n  - {why: trap, chart: []}\n"
    )
    assert wrong(folder) == [f"cases/{NAME}:1: 4 cases, fewer than 6"]


@pytest.mark.usefixtures("no_memory")
def test_the_service_does_not_start_with_it(folder: Path) -> None:
    changed(folder / NAME, "analyte: creatinine, direction", "analyte: creatinin, direction")
    for _ in range(2):  # worked out, and remembered
        load_rules.cache_clear()
        with pytest.raises(BadRule, match=rf'^{NAME}:\d+: .* no analyte "creatinin"'):
            load_rules(folder)
    changed(folder / NAME, "analyte: creatinin, direction", "analyte: creatinine, direction")
    load_rules.cache_clear()
    assert load_rules(folder)


@pytest.mark.usefixtures("no_memory")
def test_the_operator_is_told_in_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(folder / NAME, "unit: mg/dL", "unit: umol/L")
    line = 1 + (folder / NAME).read_text(encoding="utf-8").partition("  delta:")[0].count("\n")
    monkeypatch.setattr("opencdi.cli.line.rules_dir", lambda: folder.parent)
    with pytest.raises(Exit) as stopped:
        supervise(Settings(home=tmp_path), ("queries",))
    assert stopped.value.exit_code == 2
    assert capsys.readouterr().err.startswith(f"{NAME}:{line}: thresholds.delta.unit: ")


@pytest.mark.usefixtures("no_memory")
def test_a_draft_stops_nobody(folder: Path) -> None:
    changed(folder / NAME, "analyte: creatinine, direction", "analyte: creatinin, direction")
    changed(folder / NAME, "status: active", "status: draft")
    load_rules.cache_clear()
    assert load_rules(folder) == ()
    assert len(wrong(folder)) == 1


@pytest.mark.parametrize("other", ["D-99", "D-11"])
def test_a_rule_yields_to_other_rules_that_are_there(folder: Path, other: str) -> None:
    changed(folder / NAME, "type: missing-diagnosis", f"type: missing-diagnosis\nyields_to: [{other}]")
    wrong = [*wrong_in(folder, read_file(folder / NAME))]
    assert any(f"yields_to.0: no other rule {other}" in one for one in wrong), wrong


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("{kidney: {why: Something is open., question: Please clarify it.}}", "rest.kidney: not a part of what is asked for"),
        ("{acuity: {why: It is open., question: Please document acute heart failure.}}", "rest.acuity.question: Q-11"),
    ],
)
def test_what_is_asked_of_the_rest_is_a_part_and_does_not_lead(folder: Path, rest: str, why: str) -> None:
    for below in ("D-30-heart-failure.yaml", "cases/D-30-heart-failure.yaml"):
        shutil.copy(rules_path() / below, folder / below)
    path = folder / "D-30-heart-failure.yaml"
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("rest:"), text.index("options:")
    path.write_text(f"{text[:begin]}rest: {rest}\n{text[end:]}", encoding="utf-8")
    wrong = [*wrong_in(folder, read_file(path))]
    assert any(why in one for one in wrong), wrong
