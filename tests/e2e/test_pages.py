"""What people see and do, in a real browser: live pages without a reload, decisions that wait and return, phone and keyboard."""

import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from sqlalchemy import Engine, select

import official_schemas
from by_hand.kidney import AKI, QUERY_AKI, QUERY_ENCEPHALOPATHY
from by_hand.other_stays import MALNUTRITION, QUERY_MALNUTRITION
from by_hand.shorthand import PHYSICIAN, result
from by_hand.telling import Telling, at, moved, passed
from by_hand.ward import alerts_of, ward
from by_hand.workbench import gateway
from on_bus import until
from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.lying import everything
from opencdi.events.audiences import MessageEnded
from opencdi.events.people import QueryAnswered, QueryApproved, QueryViewed
from opencdi.events.topics import INBOUND
from opencdi.gateway.door import Door
from opencdi.knowledge.site import load_site
from opencdi.settings import Settings
from opencdi.store.engine import open_engine, snapshot
from opencdi.store.tables import POSITION
from opencdi.workbench.app import create_app
from opencdi.workbench.projection import READS

pytestmark = pytest.mark.browser
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
AS_PHYSICIAN = f"physician:{PHYSICIAN.staff_id}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        found = next(path for name in CHROMIUM if (path := shutil.which(name)))
        browser = playwright.chromium.launch(executable_path=found, args=args)
        yield browser
        browser.close()


class Served:
    """A workbench on a free port, over one bus file, and the gateway of its decisions."""

    def __init__(self, home: Path, door: Door) -> None:
        self.bus = EmbeddedBus(str(home / "bus.db"))
        self.bus.publish(ward())
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(home=home, api_port=door.api_port)
        config = uvicorn.Config(create_app(settings), log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._pages = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]})
        self._pages.start()
        engine = open_engine(settings.database_url)
        until(lambda: self._read(engine) == self.bus.ends(READS))  # the ward has come through
        engine.dispose()

    @staticmethod
    def _read(engine: Engine) -> dict[tuple[str, int], int]:
        with snapshot(engine) as connection:
            return {(row.topic, row.part): row.next for row in connection.execute(select(POSITION))}

    def tell(self, telling: Telling) -> None:
        self.bus.publish(telling.messages)

    def decisions(self) -> list[bytes]:
        told = (delivered.record for delivered in everything(self.bus, [INBOUND]))
        return [record.value for record in told if record.header("ce_type") == "cdi.inbound.decision"]

    def close(self) -> None:
        self._server.should_exit = True
        self._pages.join()
        self.bus.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with gateway(tmp_path) as door:
        served = Served(tmp_path, door)
        yield served
        served.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A desktop page that fails the test on any script error or refused resource."""
    context = browser.new_context(base_url=served.url, viewport={"width": 1280, "height": 900})
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda told: wrong.append(told.text) if told.type == "error" and "503" not in told.text else None)
    yield page
    context.close()
    assert wrong == []


def arrive(page: Page, path: str, text: str) -> None:
    """Open a page once the projection has got there."""
    page.goto(path)
    expect(page.locator("#connection")).to_have_text("live")
    expect(page.locator("main")).to_contain_text(text)


def test_a_new_result_appears_without_a_reload_and_a_half_written_form_is_left_alone(page: Page, served: Served) -> None:
    arrive(page, "/worklist", "KOVACS")
    page.get_by_role("link", name="KOVACS").click()
    expect(page.locator("#results")).to_contain_text("1.8 mg/dL")
    page.evaluate("window.neverReloaded = true")
    note = page.locator(f"#note-for-{QUERY_ENCEPHALOPATHY}")
    note.fill("half a thought")
    telling = Telling(_count=500)
    result(telling, AKI, (2, 11), "creatinine", 1.2, "mg/dL")
    served.tell(telling)
    expect(page.locator("#results")).to_contain_text("1.2 mg/dL")
    expect(page.locator("#timeline")).to_contain_text("Creatinine 1.2 mg/dL")
    assert note.input_value() == "half a thought"
    assert page.evaluate("window.neverReloaded") is True


def test_an_approval_is_pending_until_it_comes_back(page: Page, served: Served) -> None:
    arrive(page, f"/encounters/{AKI}", "rise in creatinine")
    card = page.locator(f"#question-{QUERY_AKI}")
    page.evaluate("window.neverReloaded = true")
    card.get_by_role("button", name="Approve and send").click()
    expect(card).to_contain_text("Approval pending")
    (told,) = served.decisions()
    decision = QueryApproved.read(told)
    assert decision.query_id == QUERY_AKI
    telling = Telling(_count=600)
    alert = next(a for a in alerts_of(ward()) if a.query_id == QUERY_AKI)
    telling.alert(alert.model_copy(update={"state": "sent", "from_state": "approved"}))
    telling.entry(AKI, at(2, 10, 30), [decision], pages=[moved(QUERY_AKI, "acute-kidney-injury", "sent", "APPROVED", at(2, 10, 30), "x")])
    served.tell(telling)
    expect(card).to_contain_text("with physician")
    expect(card).not_to_contain_text("pending")
    assert page.evaluate("window.neverReloaded") is True


def test_an_answer_that_was_overtaken_never_turns_the_page_back(page: Page, served: Served) -> None:
    arrive(page, f"/encounters/{AKI}", "rise in creatinine")
    card = page.locator(f"#question-{QUERY_AKI}")
    with page.expect_request("**/approve") as approved:
        held: list[Route] = []
        page.route("**/approve", lambda route: held.append(route))  # playwright marks what it is given
        card.get_by_role("button", name="Approve and send").click()
    assert approved.value.method == "POST"
    (route,) = held
    late = route.fetch()  # the gateway has the decision, and this page says "pending"
    (told,) = served.decisions()
    telling = Telling(_count=600)
    alert = next(a for a in alerts_of(ward()) if a.query_id == QUERY_AKI)
    telling.alert(alert.model_copy(update={"state": "sent", "from_state": "approved"}))
    telling.entry(AKI, at(2, 10, 30), [QueryApproved.read(told)])
    served.tell(telling)
    expect(card).to_contain_text("with physician")
    assert "Approval pending" in late.text()
    with page.expect_response(f"**/encounters/{AKI}"):  # it looks again instead
        route.fulfill(response=late)
    expect(card).to_contain_text("with physician")
    expect(card).not_to_contain_text("pending")


def test_the_physician_answers_and_sees_that_it_is_on_its_way(page: Page, served: Served) -> None:
    arrive(page, "/worklist", "BRANDT")
    page.locator("#persona").select_option(AS_PHYSICIAN)
    expect(page.get_by_role("heading", name="Questions for you")).to_be_visible()
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="nutritional status")).to_be_visible()
    assert page.locator("input:checked").count() == 0
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose one of the answers")
    page.get_by_label("Severe malnutrition").check()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator("#question")).to_contain_text("Your answer pending")
    viewed, answered = served.decisions()
    assert QueryViewed.read(viewed).query_id == QUERY_MALNUTRITION
    assert QueryAnswered.read(answered).option_id == "severe"
    telling = Telling()
    wording = next(a for a in alerts_of(ward()) if a.query_id == QUERY_MALNUTRITION).wording
    assert wording is not None
    telling.ask(passed(wording, "answered-awaiting-chart", "x", answer_option="severe"))
    telling.entry(MALNUTRITION, at(2, 10, 30), [QueryViewed.read(viewed), QueryAnswered.read(answered)])
    served.tell(telling)
    expect(page.locator("#question")).to_contain_text("not yet documentation")
    expect(page.locator("#question")).not_to_contain_text("pending")


def test_an_indicator_leads_to_its_words_in_the_note(page: Page) -> None:
    arrive(page, f"/encounters/{AKI}", "rise in creatinine")
    page.locator("#notes details").evaluate_all("notes => notes.forEach(note => note.open = false)")
    page.locator(f"#question-{QUERY_AKI}").get_by_role("link", name="Urine output 0.3 mL/kg/h overnight").click()
    expect(page.locator("mark.found")).to_have_text("Urine output 0.3 mL/kg/h overnight")
    expect(page.locator("mark.found")).to_be_in_viewport()


def test_the_keyboard_is_enough(page: Page) -> None:
    arrive(page, f"/encounters/{AKI}", "rise in creatinine")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    button = page.locator(f"#question-{QUERY_AKI}").get_by_role("button", name="Approve and send")
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#question-{QUERY_AKI}")).to_contain_text("Approval pending")


PHONE = ((AS_PHYSICIAN, "/inbox"), (AS_PHYSICIAN, f"/inbox/{QUERY_MALNUTRITION}"), ("specialist", "/worklist"), ("specialist", f"/encounters/{AKI}"),
         ("specialist", "/line"), ("analyst", "/line/letters"), ("analyst", "/line/codes"), ("coder", "/final/enc-ended"))  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_runs_over_the_edge(browser: Browser, served: Served, scheme: str) -> None:
    context = browser.new_context(base_url=served.url, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    arrive(page, "/worklist", "BRANDT")
    for persona, path in PHONE:
        context.add_cookies([{"name": "cdi_persona", "value": persona, "url": served.url}])
        page.goto(path)
        expect(page.locator("main")).not_to_be_empty()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
    context.close()


EVERY_PAGE = (*PHONE, ("physician:9", "/inbox"), ("specialist", f"/encounters/{MALNUTRITION}"), ("specialist", "/worklist?over=1"),
              ("coder", "/final"), ("analyst", "/line"), ("analyst", "/nowhere"))  # fmt: skip


@pytest.mark.npm
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_any_page_is_what_axe_finds_wrong(browser: Browser, served: Served, scheme: str) -> None:
    context = browser.new_context(
        base_url=served.url, viewport={"width": 1280, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page, wrong = context.new_page(), []
    arrive(page, "/worklist", "BRANDT")
    context.add_cookies([{"name": "cdi_persona", "value": "analyst", "url": served.url}])
    page.goto("/line/letters")
    letters = page.locator("#letters a.patient").evaluate_all("links => links.map(link => link.pathname)")
    assert letters
    for persona, path in (*EVERY_PAGE, *(("analyst", letter) for letter in letters)):
        context.add_cookies([{"name": "cdi_persona", "value": persona, "url": served.url}])
        page.goto(path)
        expect(page.locator("main")).not_to_be_empty()
        page.evaluate(official_schemas.axe())
        found = page.evaluate("axe.run().then(told => told.violations.map(one => [one.id, one.nodes.map(node => node.target.join(' '))]))")
        wrong += [(path, *one) for one in found]
    context.close()
    assert wrong == []


def test_a_page_that_was_away_hears_what_it_missed(served: Served) -> None:
    with httpx.Client(base_url=served.url, timeout=20) as client:
        seen = ""
        while "KOVACS" not in seen:
            seen = client.get("/worklist").text
        version = seen.split('data-version="')[1].split('"')[0]
        telling = Telling(_count=700)
        result(telling, AKI, (2, 12), "creatinine", 1.1, "mg/dL")
        served.tell(telling)
        assert told(client, version) == ("changed", [AKI])
        assert told(client, "another-edition-7")[0] == "reset"


def told(client: httpx.Client, last_event_id: str) -> tuple[str, list[str]]:
    """The first event that a browser hears which reconnects with this id."""
    with client.stream("GET", "/stream", headers={"Last-Event-ID": last_event_id}) as answer:
        kind = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            if line.startswith("data: "):
                data: dict[str, list[str]] = httpx.Response(200, text=line.removeprefix("data: ")).json()
                return kind, data["encounters"]
    raise AssertionError("the stream ended")


def test_a_dead_letter_is_opened_and_tried_again_and_the_list_says_so_at_once(page: Page, served: Served) -> None:
    arrive(page, "/worklist", "KOVACS")
    page.locator("#persona").select_option("analyst")
    expect(page.get_by_role("heading", name="The line")).to_be_visible()
    expect(page.locator("#feeds svg.bars").last).to_be_visible()
    page.get_by_role("link", name="Dead letters").click()
    page.get_by_role("link", name="NO_PATIENT").click()
    page.get_by_role("button", name="Show the message").click()
    expect(page.get_by_role("region", name="The message")).to_contain_text("QUILL^NORA")
    expect(page.locator("#deeds")).to_contain_text("looked at what it holds")
    arrive(page, "/line/letters", "NO_PATIENT")
    page.evaluate("window.neverReloaded = true")
    row = page.locator(".row", has_text="NO_PATIENT")
    row.get_by_role("button", name="Try again").click()
    expect(row).to_contain_text("being tried again")
    (again,) = [told.record for told in everything(served.bus, [INBOUND]) if told.record.header("replays")]
    telling = Telling(_count=500)
    telling.ended(
        MessageEnded(
            tenant="demo", entry_id=again.header("ce_id") or "", message_type="ORU^R01", feed="lab", outcome="entries",
            replays=again.header("replays"),
        )
    )  # fmt: skip
    served.tell(telling)
    expect(row).to_contain_text("tried again: on a chart")
    assert page.evaluate("window.neverReloaded") is True


def test_a_code_is_mapped_beside_another_half_written_form_and_goes_when_the_line_has_it(page: Page, served: Served) -> None:
    arrive(page, "/worklist", "KOVACS")
    page.locator("#persona").select_option("analyst")
    expect(page.get_by_role("heading", name="The line")).to_be_visible()
    arrive(page, "/line/codes", "GLU^L")
    page.get_by_label("WARDNOTE means").select_option("nursing")  # not sent yet
    row = page.locator(".row", has_text="GLU^L")
    row.get_by_label("GLU^L means").fill("glucose")
    row.get_by_role("button", name="Map").click()
    expect(row).to_contain_text("pending")
    site = load_site(Settings().site_file)
    telling = Telling(_count=500)
    telling.site(at(2, 10, 5), site.model_copy(update={"loinc_by_local_code": {"GLU^L": "2345-7"}}))
    served.tell(telling)
    expect(page.locator("#codes")).not_to_contain_text("GLU^L")
    expect(page.locator("#mapped")).to_contain_text("GLU^L → 2345-7")
    expect(page.get_by_label("WARDNOTE means")).to_have_value("nursing")
