"""A few messages in every order: the same stay stands in the end (DOMAIN B04, B05).  Each case was once otherwise."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

Builder = Callable[..., str]
DAY = "202605{:02}{:02}0000-0400"


def pv1(message: Builder, trigger: str, hour: int, sent: str = "I", *segments: str, left: str = "", **told: str) -> str:
    """An ADT message of 4 May at that hour, with PV1-2 and PV1-36."""
    at, visit = DAY.format(4, hour), told.pop("visit", "V1")
    fields = {1: "1", 2: sent, 3: told.pop("place", "5E"), 19: f"{visit}^^^MERCY", 36: left}
    line = "|".join(["PV1", *(fields.get(n, "") for n in range(1, 37))])
    return message(f"ADT^{trigger}", line, *segments, at=at, visit="", control=f"{trigger}{visit}{hour}", **told)


def person(message: Builder, trigger: str, hour: int, *segments: str, **told: str) -> str:
    return message(f"ADT^{trigger}", *segments, at=DAY.format(4, hour), visit="", control=f"{trigger}{hour}", **told)


def named(body: str, name: str, born: str = "19500102") -> str:
    return body.replace("DOE^JANE", name).replace("19500102", born)


def standing(feed: Any) -> list[dict[str, Any]]:
    """Each stay that lives, as a reader of its facts has it."""
    stays = []
    for facts in feed.facts.values():
        stay: dict[str, Any] = {"results": set()}
        for fact in facts:
            match fact.kind:
                case "patient_identified":
                    stay |= {"name": fact.name, "born": fact.birth_date, "sex": fact.sex, "mrn": fact.mrn}
                case "encounter_updated":
                    told = fact.model_dump(include={"encounter_class", "location", "admitting_reason"}, exclude_none=True)
                    stay |= told | {"cancelled": False}
                case "encounter_discharged":
                    stay |= {"left": (fact.at.at, fact.disposition)}
                case "discharge_cancelled":
                    stay.pop("left", None)
                case "encounter_cancelled":
                    stay["cancelled"] = True
                case "measurement_resulted":
                    stay["results"].add(fact.measurement_id)
        if facts[-1].kind != "encounter_moved":
            stays.append(stay)
    return sorted(stays, key=repr)


def two_numbers(message: Builder, trigger: str) -> list[str]:
    """An emergency visit registered a second time, later than the admission it is a part of."""
    merged = person(message, trigger, 12, "MRG|||||V2^^^MERCY", "PV1|1|I|5E||||||||||||||||V1^^^MERCY")
    return [pv1(message, "A01", 8), pv1(message, "A04", 10, "E", "PV2|||^Chest pain", visit="V2", place="ED"), merged]


CASES: dict[str, Callable[[Builder], list[str]]] = {
    "a name that is told again after another": lambda message: [
        pv1(message, "A01", 8), named(pv1(message, "A08", 9), "DOE^JANET"), pv1(message, "A08", 10),
    ],
    "a birth date that an older message alone tells": lambda message: [
        named(pv1(message, "A01", 8), "DOE^JANE", ""), named(pv1(message, "A08", 9), "DOE^JANE", "19500103"),
        named(pv1(message, "A08", 10), "DOE^JANET", ""),
    ],
    "a system that has not heard of the merge": lambda message: [
        pv1(message, "A01", 8), named(pv1(message, "A08", 11, mrn="99"), "DOUGH^JANE"), person(message, "A40", 10, "MRG|99^^^MERCY^MR"),
    ],
    "a patient renumbered while the admission is cancelled": lambda message: [
        pv1(message, "A01", 8), pv1(message, "A11", 9), person(message, "A47", 10, "MRG|100^^^MERCY^MR", mrn="200"),
        pv1(message, "A01", 11, mrn="200"),
    ],
    "a visit merged into another": lambda message: two_numbers(message, "A42"),
    "a visit under another number": lambda message: two_numbers(message, "A50"),
    "what the governing visit does not tell": lambda message: [
        pv1(message, "A04", 8, "E", "PV2|||^Chest pain", account="ACC"), pv1(message, "A01", 10, visit="V2", account="ACC"),
    ],
    "a discharge corrected before it is told": lambda message: [
        pv1(message, "A01", 8), pv1(message, "A03", 12, left="01"), pv1(message, "A08", 13, left="03"),
    ],
    "a discharge taken back and told anew": lambda message: [
        pv1(message, "A01", 8), pv1(message, "A03", 12, left="01"), pv1(message, "A13", 13), pv1(message, "A03", 14),
    ],
    "an account of another patient": lambda message: [
        pv1(message, "A01", 8, account="ACC"), named(person(message, "A28", 9, mrn="200"), "ROE^RICHARD"),
        named(person(message, "A44", 10, "MRG|100^^^MERCY^MR||ACC", mrn="200", account="ACC"), "ROE^RICHARD"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_order_leaves_what_the_order_of_time_leaves(new_feed: Callable[[], Any], message: Builder, case: str) -> None:
    told = CASES[case](message)
    in_time = new_feed()
    for body in told:
        in_time.send(body)
    for order in permutations(told):
        feed = new_feed()
        for body in order:
            feed.send(body)
        assert standing(feed) == standing(in_time)
