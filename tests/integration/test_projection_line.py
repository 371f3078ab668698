"""The workbench on the real line: every room between a person's decision and the page that shows what became of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from by_hand.workbench import Bench, gateway, words_of
from opencdi.settings import Settings
from opencdi.testing import DAY_ZERO, Ward, story

CODER = {"cdi_persona": "coder"}


class Hospital:
    """One admission on the whole line, a gateway for decisions, and the pages."""

    def __init__(self, home: Path, api_port: int, name: str) -> None:
        self.ward, self.story = Ward(home), story(name)
        self.bench = Bench(Settings(home=home, api_port=api_port))

    def live(self, until: str) -> None:
        self.ward.live([self.story], until)
        self.bench.follow()

    def decide(self, path: str, cookies: dict[str, str] | None = None, **form: str) -> None:
        """Press a button, and let the line deal with it."""
        assert self.bench.status("POST", path, cookies, data=form) == 303
        self.ward.line.drain()
        self.bench.follow()

    @property
    def encounter(self) -> str:
        found = re.search(r'href="(/(?:encounters|final)/[^"]+)">', self.bench.page("/worklist") + self.bench.page("/final"))
        assert found is not None
        return found[1]

    def form(self, page: str, action: str) -> tuple[str, str]:
        """The address and the `as_of` of a form whose action ends in that word."""
        found = re.search(rf'action="([^"]+/{action})".*?name="as_of" value="([^"]+)"', page, re.S)
        assert found is not None
        return found[1], found[2]


@pytest.fixture
def hospital(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Hospital]:
    name, day = request.param
    with gateway(tmp_path, DAY_ZERO + timedelta(days=day, hours=10)) as door:
        hospital = Hospital(tmp_path, door.api_port, name)
        hospital.live(f"{day} 10:00")
        yield hospital
        hospital.bench.close()
        hospital.ward.bus.close()


@pytest.mark.parametrize("hospital", [("malnutrition", 3)], indirect=True)
def test_from_the_approval_to_the_note_that_documents_it(hospital: Hospital) -> None:
    page = hospital.bench.page(hospital.encounter)
    assert "to approve" in page
    action, as_of = hospital.form(page, "approve")
    hospital.decide(action, as_of=as_of)
    said = words_of(hospital.bench.page(hospital.encounter))
    assert "with physician" in said
    assert "pending" not in said
    seat = re.search(r'value="(physician:[^"]+)"', page := hospital.bench.page("/worklist"))
    assert seat is not None
    physician = {"cdi_persona": seat[1]}
    opened = re.search(r'action="(/inbox/[^"]+)/open"', hospital.bench.page("/inbox", physician))
    assert opened is not None
    hospital.decide(f"{opened[1]}/open", physician)
    action, as_of = hospital.form(hospital.bench.page(opened[1], physician), "answer")
    hospital.decide(action, physician, as_of=as_of, option_id="severe", free_text="")
    said = words_of(hospital.bench.page(opened[1], physician))
    assert "not yet documentation" in said
    assert "pending" not in said
    assert "Severe malnutrition Omar Haddad" in words_of(hospital.bench.page(hospital.encounter))
    hospital.live("4 10:00")
    said = words_of(hospital.bench.page(hospital.encounter))
    assert "No open questions" in said
    assert "Severe protein-calorie malnutrition" in said
    assert "E43" in said


@pytest.mark.parametrize("hospital", [("malnutrition", 3)], indirect=True)
def test_dismissed_with_a_reason_and_then_approved_from_an_old_page(hospital: Hospital) -> None:
    page = hospital.bench.page(hospital.encounter)
    action, as_of = hospital.form(page, "dismiss")
    hospital.decide(action, as_of=as_of, reason="insufficient-evidence", note="weighed in wet clothes")
    said = words_of(hospital.bench.page(hospital.encounter))
    assert "Dismissed: insufficient evidence. weighed in wet clothes" in said
    assert "pending" not in said
    action, as_of = hospital.form(page, "approve")
    hospital.decide(action, as_of=as_of)
    assert "Refused: only a draft can be approved; it is now “dismissed”" in words_of(hospital.bench.page(hospital.encounter))


@pytest.mark.parametrize("hospital", [("pneumonia", 4)], indirect=True)
def test_a_coder_attests_and_the_set_says_so(hospital: Hospital) -> None:
    page = hospital.bench.page(hospital.encounter, CODER)
    action, as_of = hospital.form(page, "attest")
    hospital.decide(action, CODER, as_of=as_of)
    said = words_of(hospital.bench.page(hospital.encounter, CODER))
    assert "Codes, attested" in said
    assert "Attested by Maria Olsen, CCS" in said
    assert "pending" not in said
