"""A question comes back in a note (DOMAIN F.8): what we wrote is no evidence, though nobody approved it; what the physician adds is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from opencdi.events.people import Person, QueryEdited
from opencdi.events.wording import shown_text
from opencdi.hospital.story import Event, Note
from opencdi.queries.case_chart import approval_of
from opencdi.testing import Ward, default_site, story
from unit.queries.kidney import sent_by_policy

TOLD = story("sepsis")
SPECIALIST = Person(staff_id="cdi-1", name="Robin Vale")
SEPSIS = "Sepsis (please specify the source and any associated acute organ dysfunction)"


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    """Sepsis questions go out without a specialist (DOMAIN B69)."""
    ward = Ward(tmp_path, default_site().model_copy(update={"auto_send_rules": sent_by_policy("D-01")}))
    ward.live([TOLD], until="1 12:00")
    assert ward.states() == {"sepsis": "sent"}
    return ward


def written(ward: Ward, text: str) -> None:
    """The attending's progress note of that noon."""
    note = Event(at="1 12:02", note=Note(id="D70109", type="progress", text=text))
    ward.live([TOLD.model_copy(update={"events": (note,)})], until="1 12:05")


def asked(ward: Ward) -> str:
    return shown_text(ward.asked()[-1].wording)


def is_coded(ward: Ward) -> bool:
    """Whether sepsis is on the claim."""
    after = ward.drgs()[-1].after
    return after is not None and after.drg in ("871", "872")


@pytest.mark.parametrize("pasted", [str, lambda text: text.replace("[ ] ", ""), lambda text: " ".join(text.split())])
def test_an_unanswered_question_pasted_into_a_note_answers_nothing(ward: Ward, pasted: Callable[[str], str]) -> None:
    written(ward, f"S: feels better.\nCDI asks: {pasted(asked(ward))}\nA/P: UTI, continue ceftriaxone.\n")
    assert ward.states() == {"sepsis": "sent"}
    assert not is_coded(ward)


@pytest.mark.parametrize(
    "answered",
    [
        lambda text: text.replace(f"[ ] {SEPSIS}", f"[x] {SEPSIS}"),
        lambda text: text + "\nSepsis due to E. coli UTI, present on admission.",
        lambda text: text.partition("[ ]")[0] + SEPSIS + ": urinary tract",
        lambda text: text.replace("[ ] ", "- ").replace(SEPSIS, f"{SEPSIS}: UTI"),
    ],
)
def test_what_the_physician_adds_answers_it(ward: Ward, answered: Callable[[str], str]) -> None:
    written(ward, f"S: feels better.\n{answered(asked(ward))}\n")
    assert ward.states() == {"sepsis": "auto-resolved"}
    assert is_coded(ward)


def test_a_specialists_words_that_came_back_are_no_evidence_either(tmp_path: Path) -> None:
    ward = Ward(tmp_path).live([TOLD], until="1 12:00")
    draft = ward.alerts()[-1]
    words = {"options": {"sepsis": "Sepsis (please name its source)"}}
    about = {"encounter_id": draft.encounter_id, "query_id": draft.query_id, "as_of": draft.as_of, "actor": SPECIALIST}
    ward.decide(QueryEdited.model_validate({"decision_id": "d1", "decided_at": ward.now, **about, **words}))
    ward.decide(approval_of(ward.alerts()[-1], decision_id="d2", actor=SPECIALIST, decided_at=ward.now))
    assert ward.states() == {"sepsis": "sent"}
    assert "please name its source" in asked(ward)
    written(ward, asked(ward).replace("[ ] ", "") + "\n")
    assert ward.states() == {"sepsis": "sent"}
    assert not is_coded(ward)


@pytest.mark.parametrize("set_anew", [str, lambda text: text.replace("[ ] ", "- "), lambda text: " ".join(text.replace("[ ]", "").split())])
@pytest.mark.parametrize(
    ("name", "until"),
    [("sepsis-pneumonia", 3), ("aki-corrected", 1), ("respiratory-failure", 3), ("encephalopathy", 3), ("malnutrition", 2)],
)
def test_every_question_looped_back_changes_nothing(tmp_path: Path, name: str, until: int, set_anew: Callable[[str], str]) -> None:
    told = story(name)
    ward = Ward(tmp_path).live([told], until=f"{until} 12:00")
    wording = ward.alerts()[-1].wording
    assert wording is not None
    before = ward.states(), ward.drgs()
    note = Note(id="D79999", type="progress", text=f"S: no complaints.\n{set_anew(shown_text(wording))}\nO: lungs clear.\n")
    ward.live([told.model_copy(update={"events": (Event(at=f"{until} 12:02", note=note),)})], until=f"{until} 12:05")
    assert (ward.states(), ward.drgs()) == before
    assert ward.outcomes()[-1].outcome == "entries"
