"""An older room between two newer ones strips nothing: pages that it does not read travel as the bytes they came in (DESIGN §1)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.bus.room import Key, Record, State
from opencdi.cli.line import line_of
from opencdi.events.contract import MadeBy
from opencdi.events.entry import Entry, Envelope, entry_of, read_entry
from opencdi.events.facts import FACT_KINDS, EncounterUpdated
from opencdi.events.pages import FactsPage, FindingsPage, TextsPage
from opencdi.events.problems import Unusable
from opencdi.knowledge.site import load_site
from opencdi.settings import rules_dir

KNOWN_PAGES = {"facts", "texts", "tick", "site", "findings", "coding", "queries", "failed"}
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
json_values = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
words = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
newer_kinds = st.lists(words.filter(lambda word: word not in KNOWN_PAGES), unique=True, max_size=4)
newer_fields = st.dictionaries(words.filter(lambda word: word not in Envelope.model_fields), json_values, max_size=3)


def envelope_line(pages: list[str], more: dict[str, Any]) -> bytes:
    told = {
        "entry_id": "e-1",
        "kind": "entry",
        "tenant": "t",
        "received_at": "2026-05-04T12:00:00Z",
        "source": "lab",
        "encounter_id": "enc",
    }
    return json.dumps(told | {"pages": pages} | more).encode()


def page_line(kind: str, content: Any) -> bytes:
    # Spaces and key order as no model of ours would write them: only forwarding can keep them.
    return json.dumps({"zz": content, "kind": kind}, indent=None, separators=(", ", " :  ")).encode()


FACTS = b'{ "facts" : [ {"kind":"encounter_updated","visit_id":"v","at":{"at":"2026-05-04T08:00:00Z"},"newer":1} ],  "kind":"facts" }'
TEXTS = b'{"kind":"texts","texts":{"n1":"a note"}}'
FINDINGS = FindingsPage(as_of="e-1", made_by=MadeBy(room="nlp", software="1"), notes=())


def an_older_nlp(value: bytes) -> bytes:
    """What nlp does to an entry, in the words of the contract."""
    entry = read_entry(value)
    assert entry.page(FactsPage) is not None
    return entry.without("texts").with_page(FINDINGS).encode()


@given(kinds=newer_kinds, contents=st.lists(json_values, min_size=4, max_size=4), more=newer_fields, at=st.integers(0, 4))
def test_an_older_room_forwards_what_it_does_not_know(kinds: list[str], contents: list[Any], more: dict[str, Any], at: int) -> None:
    newer = [(kind, page_line(kind, content)) for kind, content in zip(kinds, contents, strict=False)]
    pages = [*newer[:at], ("facts", FACTS), ("texts", TEXTS), *newer[at:]]
    value = b"\n".join((envelope_line([kind for kind, _ in pages], more), *(raw for _, raw in pages)))

    first, *lines = an_older_nlp(value).split(b"\n")

    kept = [(kind, raw) for kind, raw in pages if kind != "texts"]
    assert lines[:-1] == [raw for _, raw in kept]
    assert lines[-1] == FINDINGS.to_json()
    envelope = json.loads(first)
    assert envelope["pages"] == [*(kind for kind, _ in kept), "findings"]
    assert {name: envelope[name] for name in more} == more


@given(kind=words, more=newer_fields)
def test_a_kind_of_entry_that_nobody_knows_is_carried_on(kind: str, more: dict[str, Any]) -> None:
    value = envelope_line([], more | {"kind": kind})
    assert json.loads(read_entry(value).encode()) == json.loads(value)


def test_a_known_envelope_comes_back_byte_for_byte() -> None:
    envelope = Envelope(entry_id="e", tenant="t", received_at=NOW, source="s", encounter_id="x")
    value = entry_of(envelope, [FactsPage(), TextsPage(texts={"n": "line one\nline two \u2028"})]).encode()
    assert read_entry(value).encode() == value
    assert read_entry(value).envelope == envelope.model_copy(update={"pages": ("facts", "texts")})


@given(kind=words.filter(lambda word: word not in FACT_KINDS), content=json_values)
def test_a_fact_of_an_unknown_kind_is_passed_over_and_stays_in_the_bytes(kind: str, content: Any) -> None:
    known = json.loads(FACTS)["facts"][0]
    raw = json.dumps({"kind": "facts", "facts": [{"kind": kind, "novelty": content}, known]}).encode()
    entry = read_entry(envelope_line(["facts"], {}) + b"\n" + raw)
    page = entry.page(FactsPage)
    assert page is not None
    assert [type(fact) for fact in page.facts] == [EncounterUpdated]
    assert entry.with_page(FINDINGS).pages[0] == raw


def test_a_newer_field_in_a_page_is_ignored_when_read_and_refused_when_written() -> None:
    page = read_entry(envelope_line(["facts"], {}) + b"\n" + FACTS).page(FactsPage)
    assert page is not None
    assert page.facts[0].kind == "encounter_updated"
    with pytest.raises(ValueError, match="newer"):
        FactsPage.model_validate({"kind": "facts", "newer": 1})


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (b"", "envelope"),
        (b"\xff\x00garbage", "envelope"),
        (b"[]", "envelope"),
        (b'{"entry_id":"e"}', "envelope"),
        (b'{"entry_id":"e","unheard":1}', "envelope"),
        (envelope_line(["facts"], {}), "pages"),
        (envelope_line([], {}) + b"\n{}", "pages"),
    ],
)
def test_what_is_no_entry_says_where(value: bytes, where: str) -> None:
    with pytest.raises(Unusable) as told:
        read_entry(value)
    assert (told.value.reason, told.value.where) == ("NOT_AN_ENTRY", where)


def test_a_page_that_is_not_what_its_kind_promises_says_so_without_quoting_it() -> None:
    entry = read_entry(envelope_line(["facts"], {}) + b'\n{"kind":"facts","facts":"MRN 4711"}')
    with pytest.raises(Unusable) as told:
        entry.page(FactsPage)
    assert str(told.value) == "NOT_A_PAGE facts"
    assert told.value.__cause__ is None


def test_pages_replace_and_leave_by_kind() -> None:
    entry = entry_of(Envelope(entry_id="e", tenant="t", received_at=NOW, source="s"), [FactsPage(), TextsPage(texts={})])
    again = entry.with_page(FactsPage(patient_id="p"))
    assert again.envelope.pages == ("texts", "facts")
    assert again.page(FactsPage) == FactsPage(patient_id="p")
    assert again.without("findings") is again
    assert isinstance(again.without("texts"), Entry)


@pytest.mark.parametrize("room", ["nlp", "coding", "queries"])
def test_the_rooms_themselves_strip_nothing(room: str) -> None:
    made = line_of(load_site(rules_dir() / "sites" / "default.yaml"), lambda tenant: b"k" * 32)[room]()
    newer = page_line("genomics", ["BRCA1"])
    value = b"\n".join((envelope_line(["genomics", "facts"], {"shard": 7}), newer, FACTS))
    states: dict[str, State] = {}
    (out,) = (said for said in made.step(states, Record(made.reads.name, "enc", value)) if said.topic == made.writes[0])
    passed = read_entry(out.value)
    assert (out.to, passed.raw("genomics"), passed.raw("facts")) == (Key("enc"), newer, FACTS)
    assert json.loads(out.value.split(b"\n")[0])["shard"] == 7


@pytest.mark.parametrize("room", ["nlp", "coding", "queries"])
def test_the_rooms_themselves_carry_an_unknown_kind_of_entry_on(room: str) -> None:
    made = line_of(load_site(rules_dir() / "sites" / "default.yaml"), lambda tenant: b"k" * 32)[room]()
    value = envelope_line(["genomics"], {"kind": "release-withdrawn", "shard": 7}) + b"\n" + page_line("genomics", 1)
    (out,) = made.step({}, Record(made.reads.name, "enc", value))
    assert (out.topic, out.to) == (made.writes[0], Key("enc"))
    assert out.value.split(b"\n")[1:] == [page_line("genomics", 1)]
    assert json.loads(out.value.split(b"\n")[0])["shard"] == 7
