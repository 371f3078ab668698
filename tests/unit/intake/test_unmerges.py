"""A merge that is taken back: each patient has again what was told under its number, before the merge and after it (DOMAIN B07)."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

Builder = Callable[..., str]


@pytest.fixture
def message(message: Builder) -> Builder:
    """Messages in which each number has its own name, as each system sends it."""

    def named(*told: str, **more: str) -> str:
        lines = message(*told, **more).split("\r")
        return "\r".join(line.replace("DOE^JANE", "ROE^MARY") if "|200^" in line or "|300^" in line else line for line in lines)

    return named


def at(day: int, hour: int = 8) -> str:
    return f"2026050{day}{hour:02}0000-0400"


def result(message: Builder, name: str, day: int, mrn: str, visit: str, account: str = "") -> str:
    lines = (f"OBR|1||{name}|24323-8^Panel^LN|||{at(day, 9)}", f"OBX|1|NM|2160-0^Creatinine^LN||1.1|mg/dL|||||F|||{at(day, 9)}")
    return message("ORU^R01", *lines, mrn=mrn, visit=visit, account=account, at=at(day, 9), control=f"R{name}")


def admitted(message: Builder, day: int, mrn: str, visit: str, account: str) -> str:
    return message("ADT^A01", mrn=mrn, visit=visit, account=account, at=at(day), control=f"A{visit}{mrn}")


def merged(message: Builder, day: int = 2) -> str:
    return message("ADT^A40", "MRG|100^^^MERCY^MR", mrn="200", visit="", at=at(day), control=f"M{day}")


def unlinked(message: Builder, day: int = 4, one: str = "200", other: str = "100") -> str:
    return message("ADT^A37", f"PID|2||{other}^^^MERCY^MR||DOE^JANE", mrn=one, visit="", at=at(day), control=f"U{day}{one}")


def moved_back(message: Builder) -> str:
    return message("ADT^A44", "MRG|200^^^MERCY^MR||A1", mrn="100", account="A1", visit="", at=at(4), control="B")


def left(feed: Any) -> dict[str, tuple[str, list[str]]]:
    """Of every patient, the name and the results of each stay that goes on."""
    found: dict[str, list[Any]] = {}
    for facts in feed.facts.values():
        if any(fact.kind == "encounter_moved" for fact in facts):
            continue
        who = [fact for fact in facts if fact.kind == "patient_identified"][-1]
        results = sorted({fact.taken_at.at.day for fact in facts if fact.kind == "measurement_resulted" and fact.status != "withdrawn"})
        found.setdefault(who.mrn, []).append((who.name, results))
    return {mrn: tuple(sorted(stays)) for mrn, stays in found.items()}


def story(message: Builder) -> list[str]:
    """Two patients' stays; between the merge of 2 May and its end on 4 May all comes under the number that lives on, or the old one."""
    return [
        admitted(message, 1, "100", "V1", "A1"), result(message, "F1", 1, "100", "V1", "A1"), admitted(message, 1, "200", "V2", "A2"),
        merged(message), result(message, "F2", 2, "200", "V1", "A1"), result(message, "F3", 3, "100", "V1"),
        message("ADT^A02", mrn="200", visit="V1", account="A1", at=at(3), control="T"),
        admitted(message, 3, "200", "V3", "A3"), result(message, "F5", 5, "100", "V1"), result(message, "F6", 6, "200", "V2"),
    ]  # fmt: skip


TWO = {"100": (("JANE DOE", [1, 2, 3, 5]),), "200": (("MARY ROE", []), ("MARY ROE", [6]))}
ONE = {"200": (("MARY ROE", []), ("MARY ROE", [1, 2, 3, 5]), ("MARY ROE", [6]))}


def in_many_orders(new_feed: Callable[..., Any], told: list[Any], patients: dict[str, Any], times: int = 60) -> None:
    for seed in range(times):
        feed, dice = new_feed(), Random(seed)
        often = told * (3 if seed % 3 == 0 else 1)
        for nth, body in enumerate(told if seed == 0 else dice.sample(often, len(often))):
            again = body if isinstance(body, dict) else body.replace("|P|2.5.1", f"-{nth}|P|2.5.1")  # no duplicate by its id
            feed.send(again)
        assert left(feed) == patients, seed


@pytest.mark.parametrize("undone_by", ["A37", "A37 the other way round", "A44"])
def test_in_whatever_order_all_comes_each_has_what_was_told_under_its_number(new_feed, message: Builder, undone_by: str) -> None:
    undone = {"A37": unlinked(message), "A44": moved_back(message)}.get(undone_by) or unlinked(message, one="100", other="200")
    in_many_orders(new_feed, story(message), ONE)
    in_many_orders(new_feed, [*story(message), undone], TWO)


def test_what_is_merged_again_is_one_again(new_feed, message: Builder) -> None:
    in_many_orders(new_feed, [*story(message), unlinked(message), merged(message, 6)], ONE)


def test_of_three_that_were_one_only_the_two_that_are_named_part(new_feed, message: Builder) -> None:
    third = [
        admitted(message, 1, "300", "V9", "A9"),
        message("ADT^A40", "MRG|200^^^MERCY^MR", mrn="300", visit="", at=at(3), control="M3"),
    ]
    with_third = {"100": TWO["100"], "300": (("MARY ROE", []), ("MARY ROE", []), ("MARY ROE", [6]))}
    in_many_orders(new_feed, [*story(message), *third, unlinked(message)], with_third)


def test_an_unlink_of_what_was_never_merged_has_no_effect(feed, message: Builder) -> None:
    feed.send(admitted(message, 1, "100", "V1", "A1"))
    feed.send(admitted(message, 1, "200", "V2", "A2"))
    ended = feed.send(unlinked(message))
    assert (ended.outcome, ended.reason) == ("no_effect", "LINK_IS_NO_MERGE")
    assert feed.send(unlinked(message, day=3, one="100", other="100")).reason == "LINK_IS_NO_MERGE"


def test_what_waits_without_a_visit_waits_with_the_patient_under_whose_number_it_came(feed, message: Builder) -> None:
    for body in (merged(message), result(message, "F2", 2, "100", ""), unlinked(message), admitted(message, 1, "200", "V2", "A2")):
        feed.send(body)
    assert left(feed) == {"200": (("MARY ROE", []),)}
    feed.send(admitted(message, 1, "100", "V1", "A1"))
    assert left(feed) == {"200": (("MARY ROE", []),), "100": (("JANE DOE", [2]),)}


def test_what_named_no_visit_while_they_were_one_is_a_problem_for_a_person(feed, message: Builder) -> None:
    for body in (admitted(message, 1, "100", "V1", "A1"), merged(message), result(message, "F2", 2, "200", "")):
        feed.send(body)
    ended = feed.send(unlinked(message))
    assert ("TOLD_WHILE_MERGED", "PID-3") in {(problem.code, problem.where) for problem in ended.problems}
    assert [fact.code for fact in feed.of("problem_noticed")] == ["TOLD_WHILE_MERGED"]
    assert left(feed) == {"100": (("JANE DOE", [2]),)}


def patient(number: str, mrn: str, day: int, *links: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "id": number, "meta": {"lastUpdated": f"2026-05-0{day}T08:00:00-04:00"},
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "system": "MERCY", "value": mrn}],
        "name": [{"family": "DOE" if mrn == "100" else "ROE", "given": ["JANE" if mrn == "100" else "MARY"]}],
        "link": [{"type": kind, "other": {"reference": f"Patient/{other}"}} for kind, other in links], **more,
    }  # fmt: skip


def test_a_patient_record_that_is_no_longer_replaced_is_a_patient_again(new_feed, message: Builder) -> None:
    stays = [body for body in story(message) if "ADT^A40" not in body]
    one = [patient("p1", "100", 1), patient("p2", "200", 1), patient("p1", "100", 2, ("replaced-by", "p2"), active=False)]
    other_way = [patient("p1", "100", 1), patient("p2", "200", 2, ("replaces", "p1"))]
    for told, undone in ((one, patient("p1", "100", 4, active=True)), (other_way, patient("p2", "200", 4))):
        in_many_orders(new_feed, [*stays, *told], ONE, 30)
        in_many_orders(new_feed, [*stays, *told, undone], TWO, 30)


def test_a_record_that_never_said_of_a_merge_does_not_undo_it(feed, message: Builder) -> None:
    for body in (*story(message), patient("p1", "100", 6)):
        feed.send(body)
    assert left(feed) == ONE


def test_an_account_that_is_moved_back_while_the_numbers_stay_one_is_the_old_ones_when_they_part(new_feed, message: Builder) -> None:
    moved = message("ADT^A44", "MRG|||A3", mrn="100", account="A3", visit="", at=at(3, 12), control="B3")
    both = {"100": (("JANE DOE", []), ("JANE DOE", [1, 2, 3, 5])), "200": (("MARY ROE", [6]),)}
    in_many_orders(new_feed, [*story(message), moved, unlinked(message)], both)
