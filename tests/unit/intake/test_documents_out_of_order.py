"""Versions of documents in any order of arrival: what stands is what stands in the order of time (DOMAIN B05, F.5)."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.events.facts import NoteFiled, fact_hash
from opencdi.intake.room import intake_room
from opencdi.knowledge.site import SiteData, load_site
from opencdi.settings import rules_dir

Builder = Callable[..., str]
SITE: SiteData = load_site(rules_dir() / "sites" / "default.yaml")


def mdm(message: Builder, nth: int, trigger: str, text: str, number: str, parent: str = "", status: str = "AU", visit: str = "V1") -> str:
    """The nth thing that happened to the document, at its own minute; the document was dictated before any of it."""
    at = f"20260504{10 + nth // 60:02}{nth % 60:02}00-0400"
    txa = f"TXA|1|11506-3^Progress note^LN|TX|20260504090000-0400|77^L|{at}|||77^L^S|||{number}|{parent}||||{status}"
    obx = [f"OBX|1|TX|11506-3^^LN||{text}||||||F"] if text else []
    return message(f"MDM^{trigger}", txa, *obx, at=at, control=f"C{nth}", visit=visit)


def standing(feed: Any) -> Counter[str]:
    """The documents that a reader of the facts is left with, each with who vouches for it; not how often it was told."""
    left: dict[str, NoteFiled] = {}
    for fact in feed.all:
        match fact.kind:
            case "note_filed":
                told = {"revision": 1, "relation": "addendum" if fact.parent_id else "new"}
                left[fact.note_id] = fact.model_copy(update=told)
            case "note_status_changed" if fact.note_id in left:
                left[fact.note_id] = left[fact.note_id].model_copy(update={"authentication": fact.authentication})
            case "note_retracted":
                left.pop(fact.note_id, None)
    return Counter(map(fact_hash, left.values()))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[str, ...]], list[int]]:
    """What happens to one document in the order of time, and the order in which it comes."""
    numbers = ["DN1", "DN2", "DN3", "DN4"][: draw(st.integers(1, 4))]
    happened: list[tuple[str, ...]] = [("T02", "Text 0.", "DN1", "", draw(st.sampled_from(["DI", "AU"])))]
    known = 1
    for nth in range(1, draw(st.integers(1, 6))):
        signed = draw(st.sampled_from(["DI", "AU"]))
        number = draw(st.sampled_from(numbers[:known]))
        match draw(st.sampled_from(["T10", "T10", "T08", "T04", "T06", "T11", "again"])):
            case "T10" if known < len(numbers):
                happened.append(("T10", f"Text {nth}.", numbers[known], number, signed))
                known += 1
            case "T08" | "T10":
                happened.append(("T08", f"Text {nth}.", number, "", signed))
            case "again":
                happened.append(("T08", "Text 0.", number, "", signed))
            case "T04":
                happened.append(("T04", "", number, "", signed))
            case "T06" if not any(one[0] == "T11" for one in happened):
                happened.append(("T06", f"Added {nth}.", f"DA{nth}", number, signed))
            case _:
                happened.append(("T11", "", number, "", ""))
    return happened, draw(st.permutations(range(len(happened))))


@settings(max_examples=300, deadline=None)
@given(told=histories(), held=st.booleans())
def test_the_documents_that_stand_are_those_of_the_order_of_time(
    told: tuple[list[tuple[str, ...]], list[int]], held: bool, feed_into: Callable[[Any], Any], message: Builder
) -> None:
    happened, arrives = told
    bodies = [mdm(message, nth, *one, visit="" if held else "V1") for nth, one in enumerate(happened)]
    room = intake_room(lambda tenant: tenant.encode() * 16, SITE)
    in_time, as_they_came = feed_into(room), feed_into(room)
    in_time.send(message("ADT^A01"))
    for body in bodies:
        in_time.send(body)
    if not held:
        as_they_came.send(message("ADT^A01"))
    for nth in arrives:
        as_they_came.send(bodies[nth])
    if held:
        as_they_came.send(message("ADT^A01"))
    assert standing(as_they_came) == standing(in_time)


def test_replacements_that_come_first_are_one_document_once_the_number_between_them_is_told(feed, message: Builder) -> None:
    feed.send(mdm(message, 0, "T02", "Fever.", "DN1"))
    feed.send(mdm(message, 2, "T10", "Fever, chills, rigor.", "DN3", "DN2"))
    feed.send(mdm(message, 1, "T10", "Fever and chills.", "DN2", "DN1"))
    (first, third) = feed.of("note_filed")
    assert [fact.note_id for fact in feed.of("note_retracted")] == [first.note_id]
    assert feed.texts[third.note_id] == "Fever, chills, rigor."
    for nth, number in enumerate(("DN1", "DN2", "DN3"), 3):
        feed.send(mdm(message, nth, "T04", "", number, status=("AU", "DI")[nth % 2]))
        assert feed.of("note_status_changed")[-1].note_id == third.note_id


def test_a_cancel_under_a_number_not_yet_known_is_not_undone_by_what_came_before_it_in_time(feed, message: Builder) -> None:
    feed.send(mdm(message, 0, "T02", "Fever.", "DN1"))
    feed.send(mdm(message, 2, "T11", "", "DN2"))
    feed.send(mdm(message, 1, "T10", "Fever and chills.", "DN2", "DN1"))
    assert not standing(feed)


def test_a_replacement_that_comes_after_its_signature_is_filed_and_signed(feed, message: Builder) -> None:
    feed.send(mdm(message, 0, "T02", "Fever.", "DN1", status="DI"))
    feed.send(mdm(message, 2, "T04", "", "DN1", status="AU"))
    feed.send(mdm(message, 1, "T10", "Fever and chills.", "DN2", "DN1", status="DI"))
    last = feed.of("note_filed")[-1]
    assert (feed.texts[last.note_id], last.authentication) == ("Fever and chills.", "authenticated")


def test_a_cancel_without_a_visit_waits_for_its_document_and_finds_it(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ADT^A01", visit="V2", at="20260504080100-0400"))  # two open stays: the cancel could be about either
    assert feed.send(mdm(message, 1, "T11", "", "DN1", visit="")).outcome == "kept_with_patient"
    feed.send(mdm(message, 0, "T02", "Fever.", "DN1"))
    assert not standing(feed)


@given(
    told=st.lists(
        st.tuples(st.sampled_from(["T02", "T04", "T06", "T08", "T10", "T11"]), st.sampled_from("ABC"), st.sampled_from("ABC")), max_size=12
    )
)
def test_numbers_that_go_round_in_circles_stop_nobody(
    told: list[tuple[str, str, str]], feed_into: Callable[[Any], Any], message: Builder
) -> None:
    feed = feed_into(intake_room(lambda tenant: tenant.encode() * 16, SITE))
    for nth, (trigger, number, parent) in enumerate(told):
        text = "" if trigger in ("T04", "T11") else f"Text {nth}."
        ended = feed.send(mdm(message, nth, trigger, text, number, parent if trigger in ("T06", "T10") else ""))
        assert ended.outcome in ("entries", "no_effect", "kept_with_patient")
    assert not feed.dead


def test_an_addendum_to_itself_waits_and_stops_nobody(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    assert feed.send(mdm(message, 0, "T06", "Sepsis.", "DN1", "DN1")).outcome == "kept_with_patient"
    assert feed.send(mdm(message, 1, "T02", "Fever.", "DN2")).outcome == "entries"
