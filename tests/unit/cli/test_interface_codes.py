"""One table says what every reason code means: those of the code and no others (DOMAIN E.1)."""

import ast
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.cli.interface.codes import Code, _said, codes
from opencdi.events.reasons import REASONS


def test_every_code_that_is_raised_has_its_words_and_no_other_has() -> None:
    raised = {code.code for code in codes()}
    assert sorted(raised - REASONS.keys()) == [], "say in events/reasons.py what it means and what to do"
    assert sorted(REASONS.keys() - raised) == [], "nobody raises it any more"


def test_words_are_words() -> None:
    assert [code for code, reason in REASONS.items() if not reason.means or reason.means.isupper() or reason.means.endswith(".")] == []


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('raise Unusable("NO_PATIENT", "PID-3")', Code("NO_PATIENT", "dead letter", "AA", "PID-3")),
        ('raise NotFhir(413, "too-long", "TOO_LARGE", where)', Code("TOO_LARGE", "refused", "413", "")),
        ('f("AR", "NO_MSH", "MSH")', Code("NO_MSH", "refused", "AR", "MSH")),
        ('x = ("AR", "EMPTY_MESSAGE", "")', Code("EMPTY_MESSAGE", "refused", "AR", "")),
        ('told.problems.append(("CLOCK_SKEW", "MSH-7"))', Code("CLOCK_SKEW", "problem", "AA", "MSH-7")),
        ('problems.append(("NO_CODE", f"{kind}.code"))', Code("NO_CODE", "problem", "AA", "….code")),
        ('desk.ignored.append("UNCHANGED")', Code("UNCHANGED", "no effect", "AA", "")),
        ('problem = "HEMOLYZED"', Code("HEMOLYZED", "quarantined", "AA", "")),
        ('Told(k, unused=_UNUSED.get(k, "NO_RESULT"))', Code("NO_RESULT", "no effect", "AA", "")),
    ],
)
def test_a_code_is_found_however_it_is_raised(written: str, found: Code) -> None:
    assert found in {code for node in ast.walk(ast.parse(written)) for code in _said(node)}


def test_check_says_it_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.hl7").write_text("MSH|^~\\&|LAB|GH|||20260105||ORU^R01|1|P|3.1\r")
    answer = CliRunner().invoke(app, ["check", str(tmp_path / "a.hl7")])
    (problem,) = json.loads(answer.stdout.splitlines()[0])["problems"]
    assert problem == {"code": "UNSUPPORTED_VERSION", "where": "MSH-12", "text": REASONS["UNSUPPORTED_VERSION"].means}
