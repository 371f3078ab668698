"""One of several visits of a stay turns out to be another account's or another patient's: what was told under it goes along (A45)."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

Builder = Callable[..., str]


def at(day: int, hour: int = 8) -> str:
    return f"2026050{day}{hour:02}0000-0400"


def named(body: str) -> str:
    return "\r".join(line.replace("DOE^JANE", "ROE^MARY") if "|200^" in line else line for line in body.split("\r"))


def visit(message: Builder, trigger: str, day: int, number: str, pv1: str, mrn: str = "100", account: str = "A1", hour: int = 8) -> str:
    told = message(f"ADT^{trigger}", mrn=mrn, visit=number, pv1=pv1, account=account, at=at(day, hour), control=f"{trigger}{number}{day}")
    return named(told)


def result(message: Builder, name: str, day: int, number: str, mrn: str = "100", account: str = "A1") -> str:
    lines = (f"OBR|1||{name}|24323-8^Panel^LN|||{at(day, 9)}", f"OBX|1|NM|2160-0^Creatinine^LN||1.{day}|mg/dL|||||F|||{at(day, 9)}")
    return named(message("ORU^R01", *lines, mrn=mrn, visit=number, account=account, at=at(day, 9), control=f"R{name}"))


def note(message: Builder, name: str, day: int, number: str, *, parent: str = "") -> str:
    txa = f"TXA|1|11506-3^^LN|TX|{at(day, 10)}|||||77^L^S|||{name}|{parent}||||AU"
    kind = "MDM^T06" if parent else "MDM^T02"
    return message(kind, txa, f"OBX|1|TX|11506-3||Words of {name}.||||||F", visit=number, account="A1", at=at(day, 10), control=f"N{name}")


def moved(message: Builder, day: int, number: str, account: str, mrn: str = "100", old: str = "A1", now: str = "") -> str:
    mrg = f"MRG|100^^^MERCY^MR||{old}||{number}^^^MERCY"
    told = message("ADT^A45", mrg, mrn=mrn, visit="", account=account, at=at(day, 12), control=f"M{number}{account}{day}")
    return named(told + f"PV1|1|I|||||||||||||||||{now or number}^^^MERCY\r")


def left(feed: Any) -> list[tuple[str, str | None, list[int], list[str]]]:
    """Of each stay that goes on: whose it is, its class, the days of its results, its notes."""
    found = []
    for facts in feed.facts.values():
        if any(fact.kind == "encounter_moved" for fact in facts):
            continue
        who = [fact for fact in facts if fact.kind == "patient_identified"][-1].mrn
        classes = [fact.encounter_class for fact in facts if fact.kind == "encounter_updated" and fact.encounter_class]
        results = {fact.measurement_id: (fact.taken_at.at.day, fact.status) for fact in facts if fact.kind == "measurement_resulted"}
        notes = {fact.note_id: feed.texts[fact.note_id] for fact in facts if fact.kind == "note_filed"}
        days = sorted(day for day, status in results.values() if status != "withdrawn")
        found.append((who, classes[-1] if classes else None, days, sorted(notes.values())))
    return sorted(found)


def in_many_orders(new_feed: Callable[..., Any], told: list[str], stays: list[Any], times: int = 30) -> None:
    for seed in range(times):
        feed, dice = new_feed(), Random(seed)
        often = told * (3 if seed % 3 == 0 else 1)
        for nth, body in enumerate(told if seed == 0 else dice.sample(often, len(often))):
            feed.send(body.replace("|P|2.5.1", f"-{nth}|P|2.5.1"))  # no duplicate by its id
        assert left(feed) == stays, seed


def story(message: Builder) -> list[str]:
    """Jane came by the emergency room and was admitted under another number, on one account; each visit has its own results and notes."""
    return [
        visit(message, "A04", 1, "E1", "E"), result(message, "F1", 1, "E1"), note(message, "D1", 1, "E1"),
        visit(message, "A01", 2, "I1", "I"), result(message, "F2", 2, "I1"), note(message, "D2", 2, "I1"),
        note(message, "D3", 3, "I1", parent="D2"), result(message, "F3", 3, "I1"),
    ]  # fmt: skip


EMERGENCY = ("100", "emergency", [1], ["Words of D1."])
ADMITTED = ("inpatient", [2, 3], ["Words of D2.", "Words of D3."])


def test_the_admission_of_another_patient_leaves_with_all_that_was_told_under_it(new_feed, message: Builder) -> None:
    in_many_orders(new_feed, story(message), [("100", "inpatient", [1, 2, 3], ["Words of D1.", "Words of D2.", "Words of D3."])], 3)
    told = [*story(message), moved(message, 4, "I1", "B1", "200"), result(message, "F5", 5, "I1", "200", "B1")]
    in_many_orders(new_feed, told, [EMERGENCY, ("200", "inpatient", [2, 3, 5], ADMITTED[2])])


def test_it_joins_the_stay_that_the_other_account_has_already(new_feed, message: Builder) -> None:
    hers = [visit(message, "A04", 1, "E2", "E", "200", "B1", 9), result(message, "F6", 6, "E2", "200", "B1")]
    told = [*story(message), *hers, moved(message, 4, "I1", "B1", "200")]
    in_many_orders(new_feed, told, [EMERGENCY, ("200", "inpatient", [2, 3, 6], ADMITTED[2])])


def test_a_visit_moved_to_another_account_of_the_same_patient_is_a_stay_by_itself(new_feed, message: Builder) -> None:
    told = [*story(message), moved(message, 4, "I1", "A2")]
    in_many_orders(new_feed, told, [EMERGENCY, ("100", *ADMITTED)])


def test_who_has_not_heard_of_the_move_changes_nothing_by_the_old_account(new_feed, message: Builder) -> None:
    told = [*story(message), moved(message, 4, "I1", "B1", "200"), visit(message, "A08", 5, "I1", "I"), result(message, "F5", 5, "I1")]
    in_many_orders(new_feed, told, [EMERGENCY, ("200", "inpatient", [2, 3, 5], ADMITTED[2])])


def test_what_is_moved_back_is_one_stay_again(feed, message: Builder) -> None:
    there, back = moved(message, 4, "I1", "B1", "200"), moved(message, 5, "I1", "A1", "100", old="B1")
    for body in (*story(message), there, back):
        feed.send(body)
    assert left(feed) == [("100", "inpatient", [1, 2, 3], ["Words of D1.", "Words of D2.", "Words of D3."])]
    feed.send(moved(message, 6, "I1", "B1", "200"))
    assert left(feed) == [EMERGENCY, ("200", *ADMITTED)]
    late = feed.send(moved(message, 4, "I1", "A3"))
    assert (late.outcome, late.reason) == ("no_effect", "SUPERSEDED")


def test_a_result_that_names_only_the_account_stays_on_the_account(new_feed, message: Builder) -> None:
    told = [*story(message), result(message, "F4", 4, ""), moved(message, 4, "I1", "B1", "200")]
    in_many_orders(new_feed, told, [("100", "emergency", [1, 4], ["Words of D1."]), ("200", *ADMITTED)])


def test_a_result_that_names_the_order_goes_with_the_visit_for_which_it_was_ordered(new_feed, message: Builder) -> None:
    order = message("ORM^O01", "ORC|NW|P4|F4", "OBR|1|P4|F4|24323-8^Panel^LN", visit="I1", account="A1", at=at(2, 11))
    alone, move = result(message, "F4", 4, "", account=""), moved(message, 4, "I1", "B1", "200")
    for told in ([order, alone, move], [order, move, alone], [alone, order, move], [move, order, alone]):
        feed = new_feed()
        for body in (*story(message), *told):
            feed.send(body)
        assert left(feed) == [EMERGENCY, ("200", "inpatient", [2, 3, 4], ADMITTED[2])]


def test_what_names_neither_stays_and_a_person_is_told(feed, message: Builder) -> None:
    for body in (*story(message), result(message, "F4", 4, "", account="")):
        feed.send(body)
    ended = feed.send(moved(message, 5, "I1", "B1", "200"))
    assert left(feed) == [("100", "emergency", [1, 4], ["Words of D1."]), ("200", *ADMITTED)]
    assert ("VISIT_NOT_SPLIT", "MRG-5") in {(problem.code, problem.where) for problem in ended.problems}
    assert [fact.code for facts in feed.facts.values() for fact in facts if fact.kind == "problem_noticed"] == ["VISIT_NOT_SPLIT"]


def test_a_visit_that_is_renumbered_by_its_move_is_known_by_both_numbers(new_feed, message: Builder) -> None:
    told = [*story(message), moved(message, 4, "I1", "B1", "200", now="I9"), result(message, "F5", 5, "I9", "200", "B1")]
    in_many_orders(new_feed, told, [EMERGENCY, ("200", "inpatient", [2, 3, 5], ADMITTED[2])])


def test_the_only_visit_of_a_stay_that_is_another_patients_is_that_patients(new_feed, message: Builder) -> None:
    told = [visit(message, "A01", 2, "I1", "I"), result(message, "F2", 2, "I1"), moved(message, 4, "I1", "B1", "200")]
    in_many_orders(new_feed, told, [("200", "inpatient", [2], [])])


def test_a_discharged_visit_leaves_with_its_discharge(feed, message: Builder) -> None:
    for body in (*story(message), visit(message, "A03", 5, "I1", "I")):
        feed.send(body)
    feed.send(moved(message, 6, "I1", "B1", "200"))
    emergency, admitted = (facts for facts in feed.facts.values() if facts[-1].kind != "encounter_moved")
    kinds = [[fact.kind for fact in facts] for facts in (emergency, admitted)]
    assert ["encounter_discharged" in of for of in kinds] == [False, True]
    assert ["inpatient_ordered" in of for of in kinds] == [False, True]


def test_a_move_of_a_visit_that_nobody_knows_yet_is_kept(feed, message: Builder) -> None:
    assert feed.send(moved(message, 4, "I1", "B1", "200")).outcome == "kept_with_patient"
    feed.send(visit(message, "A01", 2, "I1", "I"))
    assert left(feed) == [("200", "inpatient", [], [])]


def test_an_account_that_has_a_visit_again_has_what_was_told_of_it_alone(new_feed, message: Builder) -> None:
    alone = result(message, "F4", 4, "")
    only = [visit(message, "A01", 2, "I1", "I"), alone, moved(message, 4, "I1", "A2")]
    in_many_orders(new_feed, only, [("100", "inpatient", [4], [])])
    back = [*only, visit(message, "A04", 3, "E5", "E")]
    in_many_orders(new_feed, back, [("100", "emergency", [4], []), ("100", "inpatient", [], [])])


def test_of_a_message_that_joins_three_stays_nothing_is_lost(feed, message: Builder) -> None:
    for nth, account in enumerate(("A3", "A1", "A2"), 1):
        feed.send(visit(message, "A01", nth, f"V{nth}", "I", account=account))
        for again in range(nth * 2):
            feed.send(result(message, f"F{nth}{again}", nth, f"V{nth}", account=account))
    feed.send(message("ADT^A41", "MRG|||A1", "MRG|||A2", visit="", account="A3", at=at(5)))
    assert left(feed) == [("100", "inpatient", [1] * 2 + [2] * 4 + [3] * 6, [])]


def test_a_number_that_was_moved_and_is_given_to_a_new_visit_is_a_visit_of_its_own_account(feed, message: Builder) -> None:
    anew = message("ADT^A01", mrn="300", visit="I1", account="C1", at="20260901080000-0400")
    for body in (*story(message), visit(message, "A03", 3, "I1", "I"), moved(message, 4, "I1", "B1", "200")):
        feed.send(body)
    feed.send(anew, at=datetime(2026, 9, 1, 13, tzinfo=UTC))
    assert [stay[0] for stay in left(feed)] == ["100", "200", "300"]
    emergency = message("ADT^A04", mrn="300", visit="E9", account="C1", pv1="E", at="20260901060000-0400")
    feed.send(emergency, at=datetime(2026, 9, 1, 13, tzinfo=UTC))
    assert [stay[0] for stay in left(feed)] == ["100", "200", "300"]


def listed(message: Builder, day: int, number: str) -> str:
    line = f"DG1|1||N17.9^Acute kidney failure^I10||{at(1)}|W"
    return message("BAR^P12", line, visit=number, account="A1", at=at(day, 11), control=f"L{number}{day}")


def test_a_diagnosis_listed_under_both_visits_is_each_ones_when_they_part(new_feed: Callable[..., Any], message: Builder) -> None:
    """While they are one stay it is one line, and apart each has its own: in any order."""
    told = [*story(message), listed(message, 1, "E1"), listed(message, 2, "I1"), moved(message, 4, "E1", "A2", mrn="200")]
    for seed in range(30):
        feed, dice = new_feed(), Random(seed)
        for nth, body in enumerate(told if seed == 0 else dice.sample(told, len(told))):
            feed.send(body.replace("|P|2.5.1", f"-{nth}|P|2.5.1"))
        stays = [facts for facts in feed.facts.values() if all(fact.kind != "encounter_moved" for fact in facts)]
        lines = [{fact.listing_id: fact.status for fact in facts if fact.kind == "diagnosis_listed"} for facts in stays]
        assert [list(of.values()) for of in lines] == [["active"], ["active"]], seed
