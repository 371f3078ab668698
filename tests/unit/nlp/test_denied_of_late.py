"""How far back a denial speaks: "no seizures overnight" takes nothing back that was there before."""

import pytest

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


def denied(text: str) -> list[str | None]:
    return [finding.attributes.get("denied") for finding in READER.read(f"Assessment: {text}").findings if finding.assertion == "absent"]


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("No seizures overnight.", "yesterday"),
        ("Overnight: no seizures, afebrile.", "yesterday"),
        ("No seizure activity this morning.", "today"),
        ("No bleeding today.", "today"),
        ("No seizures since yesterday.", "of-late"),
        ("No melena in 24h.", "of-late"),
        ("No seizures in the last 24 hours.", "of-late"),
        ("No further seizures.", "of-late"),
        ("No new DVT.", "of-late"),
        ("Interval events: no seizures.", "of-late"),
        ("No seizures since starting Keppra.", "of-late"),
    ],
)
def test_a_denial_of_a_short_time_says_of_which(text: str, since: str) -> None:
    assert set(denied(text)) == {since}


@pytest.mark.parametrize(
    "text",
    [
        "No seizures.",
        "No AKI.",
        "Seizure ruled out today.",
        "No GI bleed since admission.",
        "No seizures during this stay.",
        "No AKI; hypotension overnight.",
        "No AKI. Overnight hypotension.",
        "No AKI but confused overnight.",
    ],
)
def test_any_other_denies_it_altogether(text: str) -> None:
    assert set(denied(text)) == {None}


def test_of_what_is_there_nothing_is_said() -> None:
    assert denied("Seizure overnight. New seizure today.") == []
