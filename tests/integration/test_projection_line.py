"""The workbench on the real line: every room between a person's decision and the page that shows what became of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
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


ANALYST = {"cdi_persona": "analyst"}


def hl7(kind: str, control: str, *segments: str, version: str = "2.5.1") -> bytes:
    msh = f"MSH|^~\\&|LAB|GH|CDI|GH|20260505080000||{kind}|{control}|P|{version}"
    return "\r".join((msh, "PID|1||4711^^^GH^MR||QUILL^NORA", "PV1|1|I|||||||||||||||||V77^^^GH", *segments)).encode() + b"\r"


@pytest.mark.parametrize("hospital", [("pneumonia", 1)], indirect=True)
def test_a_code_that_is_mapped_is_read_again_and_a_refused_message_is_tried_again(hospital: Hospital) -> None:
    def hear(body: bytes) -> int:
        answer = httpx.post(f"http://127.0.0.1:{hospital.bench.settings.api_port}/hl7", content=body, timeout=30)
        hospital.ward.line.drain()
        hospital.bench.follow()
        return answer.status_code

    assert hear(hl7("ADT^A01", "A1", version="9.9")) == 400
    page = hospital.bench.page("/line/letters", ANALYST)
    assert "ADT^A01 http" in words_of(page)
    letter = re.search(r'href="(/line/letters/[^"]+)">', page)
    assert letter is not None
    hospital.decide(f"{letter[1]}/replay", ANALYST)
    assert "tried again: on a chart" in words_of(hospital.bench.page(letter[1], ANALYST))
    assert "0 to look at of 1" in words_of(hospital.bench.page("/line/letters"))
    stay = re.search(r'href="(/encounters/[^"]+)">NORA QUILL', hospital.bench.page("/worklist"))
    assert stay is not None

    obr = "OBR|1||R1|BMP^Basic^L|||20260505080000|||||||||||||||20260505080000|||F"
    result = "OBX|1|NM|CRX^CREAT, POC^L||1.7|mg/dL|||||F|||20260505080000"
    assert hear(hl7("ORU^R01", "R1", obr, result)) == 200
    said = words_of(hospital.bench.page("/line/codes", ANALYST))
    assert "CRX^L CREAT, POC result http 1" in said
    assert "Creatinine 1.7 mg/dL" not in words_of(hospital.bench.page(stay[1]))
    hospital.decide("/line/codes", ANALYST, table="loinc_by_local_code", code="CRX^L", to="creatinine")
    said = words_of(hospital.bench.page("/line/codes", ANALYST))
    assert "None. Every code that came has a meaning here" in said
    assert "CRX^L → 2160-0 creatinine, mg/dL" in said
    assert "Creatinine 1.7 mg/dL" in words_of(hospital.bench.page(stay[1]))
