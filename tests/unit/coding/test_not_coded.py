"""What was read and is not coded is told with its reason; what is coded is not told there."""

import json

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.coding.not_coded import MOST_TOLD, not_coded
from opencdi.coding.table import load_table
from opencdi.settings import rules_dir
from unit.coding.test_room import finding, note

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Denies chest pain.", '"chest pain": said not to be there'),
        ("Mother had breast cancer.", '"breast cancer": of somebody else'),
        ("Pulmonary embolism was ruled out.", '"Pulmonary embolism": ruled out'),
        ("History of pneumonia in 2019.", '"pneumonia": past'),
        ("Assessment: urosepsis.", '"urosepsis": a nonspecific term'),
    ],
)
def test_why_nothing_was_made_of_it_is_told(said: str, told: str) -> None:
    done = CliRunner().invoke(app, ["code", "--explain", "--date", "2026-05-01"], input=json.dumps({"id": 1, "text": said}))
    assert done.exit_code == 0, done.stderr
    head, _, left = done.stdout.partition("read and not coded:")
    assert told in left
    assert "  said " not in head


def test_what_may_be_is_shown_as_uncertain_and_not_as_past() -> None:
    said = json.dumps({"id": 1, "text": "Assessment: Possible pneumonia."})
    done = CliRunner().invoke(app, ["code", "--explain", "--date", "2026-05-01"], input=said)
    assert "J18.9  Pneumonia, unspecified organism  [uncertain: not on the claim]" in done.stdout
    assert "read and not coded" not in done.stdout


def test_what_is_coded_and_what_is_no_condition_is_not_told_there() -> None:
    told = note("n", 0, finding("sepsis"), finding("pneumonia", assertion="possible"), finding("dialysis", assertion="absent"))
    assert not_coded(TABLE, told) == ()


def test_a_note_that_does_not_count_says_so_and_none_is_endless() -> None:
    draft = note("n", 0, *(finding("sepsis", start=nth).model_copy(update={"text": f"sepsis {nth}"}) for nth in range(60)), counts=False)
    told = not_coded(TABLE, draft)
    assert len(told) == MOST_TOLD
    assert {one.why for one in told} == {"not an authenticated statement of a provider (I.A.19)"}
