"""Why a rule asked or kept silent: what the record showed, what a mention lacked, what kept the rule from asking."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from opencdi.bus.room import Outgoing, Record, States
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import Active, Assertion, Authentication, AuthorRole, Certainty, Experiencer, Temporality
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import ENCOUNTER, Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.chart import Suspended
from opencdi.queries.explanation import Explanation, Told, explain
from opencdi.queries.objections import to_being_so, to_its_author
from opencdi.queries.relived import Relived, relive
from opencdi.queries.room import Desk, room_at, rules_path
from opencdi.queries.told import Mention
from opencdi.queries.treatments import load_treatments
from unit.queries.kidney import KIDNEY, RULES

DESK = Desk(SiteData(), RULES, load_treatments(rules_path() / "treatments.yaml"))
BY_ID = {rule.id: rule for rule in RULES}


def heard(*lines: str, **begin: object) -> tuple[Chart, list[Record]]:
    records: list[Record] = []
    room = room_at(DESK)

    def step(states: States, record: Record) -> Iterator[Outgoing]:
        records.append(record)
        yield from room.step(states, record)

    return Chart.of(replace(room, step=step), *lines, **begin), records


def explained(*lines: str, rule: str = "D-11", as_of: str = "", **begin: object) -> Explanation:
    work = relive(DESK, ENCOUNTER, heard(*lines, **begin)[1], as_of).work()
    assert work is not None
    return explain(work, BY_ID[rule])[0]


def said(told: Explanation) -> str:
    """All lines of it."""

    def lines(one: Told) -> Iterator[str]:
        yield f"{'+' if one.met else '-' if one.met is False else ' '} {one.text}"
        for inner in one.inner:
            yield from lines(inner)

    return "\n".join(line for part in told.parts for line in lines(part))


def test_what_asks_is_shown_with_its_indicators() -> None:
    told = explained(*KIDNEY)
    assert (told.asks, told.state, told.reason) == (True, "draft", "INDICATORS_WITHOUT_DOCUMENTATION")
    assert "+ change: creatinine, rise, by 0.3 mg/dL, within 48 h" in said(told)
    assert "creatinine 2.4 mg/dL (result, 2026-05-02 06:00" in said(told)


def test_what_is_not_met_shows_what_was_looked_at() -> None:
    told = explained(*KIDNEY[:2], "d2 06:00 creatinine 1.1 mg/dL")
    assert (told.asks, told.state, told.reason) == (False, None, "NOT_MET")
    assert "- change: creatinine, rise, by 0.3 mg/dL, within 48 h\n  2 values, 1.0 mg/dL to 1.1 mg/dL, last 2026-05-02 06:00" in said(told)


def test_parts_that_are_met_far_from_each_other_say_so() -> None:
    told = explained(*KIDNEY[:3], "d5 06:40 given lactated ringers 1000 mL")
    assert told.reason == "NOT_MET"
    assert "- all-of: within 24 h, in order\n  each is met, but not as this asks for them together" in said(told)


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("nursing nurse: acute-kidney-injury", "its author is no provider (nurse)"),
        ("progress unsigned: acute-kidney-injury", "its note is unsigned"),
        ("progress: history acute-kidney-injury", "historical"),
        ("progress: no acute-kidney-injury", "denied"),
        ("progress: possible acute-kidney-injury", "uncertain (possible)"),
        ("progress: family acute-kidney-injury", "said of somebody else (other)"),
        ("progress: renal-insufficiency", "says less than the diagnosis"),
    ],
)
def test_a_mention_that_does_not_settle_it_says_why(note: str, why: str) -> None:
    assert why in said(explained(*KIDNEY[:3], f"d2 06:30 note {note}"))


def test_copied_words_are_named_as_such() -> None:
    told = explained("d1 08:10 note progress: copied pneumonia", rule="D-01")
    assert "- pneumonia: “pneumonia” (progress note, 2026-05-01 08:10): copied from an earlier note" in said(told)


def test_words_of_a_restricted_note_are_not_quoted() -> None:
    told = said(explained(*KIDNEY, "d2 08:00 note progress label=R: no acute-kidney-injury"))
    assert "acute-kidney-injury: restricted evidence (progress note" in told
    assert "“acute kidney injury”" not in told


@pytest.mark.parametrize(
    ("more", "begin", "reason"),
    [
        (("d2 08:00 note progress: acute-kidney-injury",), {}, "DOCUMENTED"),
        (("d2 08:00 note progress: end-stage-renal-disease",), {}, "SUPPRESSED end-stage-renal-disease"),
        ((), {"encounter_class": "observation"}, "CLASS observation"),
        ((), {"age": 12}, "AGE below"),
        (("d2 08:00 cancelled",), {}, "ENCOUNTER_CANCELLED"),
        (("d2 08:00 dismiss", "d9 08:00 failed", "d9 09:00 note progress: oliguria"), {}, "UNREAD"),
        (("d2 09:00 dismiss",), {}, "RESTS_AFTER_DECISION"),
        (("d2 09:00 dismiss", "d7 09:00 creatinine 2.3 mg/dL"), {}, "NOTHING_NEW_SINCE_DECISION"),
    ],
)
def test_what_keeps_it_silent_is_named(more: tuple[str, ...], begin: dict[str, object], reason: str) -> None:
    told = explained(*KIDNEY, *more, **begin)
    assert (told.asks, told.reason) == (False, reason)


def test_how_long_a_condition_rests_is_told() -> None:
    told = said(explained(*KIDNEY, "d2 09:00 dismiss"))
    assert "people decided at 2026-05-02 09:00, on creatinine" in told
    assert "it rests until 2026-05-05 09:00" in told


def test_a_question_that_waits_for_documents_says_so() -> None:
    told = explained(KIDNEY[0], *KIDNEY[2:])
    assert (told.asks, told.state) == (True, "waiting-for-documents")


def test_another_rules_question_is_named() -> None:
    _, records = heard(*KIDNEY)
    other = BY_ID["D-11"].model_copy(update={"id": "D-99"})
    work = relive(DESK, ENCOUNTER, records).work()
    assert work is not None
    (told,) = explain(work, other)
    assert (told.asks, told.reason) == (False, "ASKED_BY D-11")


def test_what_keeps_a_rule_silent_is_told_in_the_rooms_own_order() -> None:
    _, records = heard(*KIDNEY)
    work = relive(DESK, ENCOUNTER, records).work()
    assert work is not None
    very_old = BY_ID["D-11"].preconditions.model_copy(update={"age_min": 99})
    (told,) = explain(work, BY_ID["D-11"].model_copy(update={"id": "D-99", "preconditions": very_old}))
    assert told.reason == "AGE below"  # it would not ask, whoever had the question
    work.records.update(more=True)
    (told,) = explain(work, BY_ID["D-11"].model_copy(update={"id": "D-99"}))
    assert told.reason == "UNREAD"


def test_a_rule_that_raised_says_nothing() -> None:
    work = relive(DESK, ENCOUNTER, heard(*KIDNEY)[1]).work()
    assert work is not None
    work.records.update(suspended={"D-11": Suspended(edition="3/1")})
    assert explain(work, BY_ID["D-11"])[0].reason == "SUSPENDED"


def test_a_rule_that_raises_is_not_tried_again_to_be_explained() -> None:
    ill = tuple(rule.model_copy(update={"thresholds": {}}) if rule.id == "D-11" else rule for rule in RULES)
    desk = Desk(SiteData(), ill, DESK.treatments)
    work = relive(desk, ENCOUNTER, heard(*KIDNEY)[1]).work()
    assert work is not None
    (told,) = explain(work, desk.rules["D-11"])
    assert (told.asks, told.reason, told.parts) == (False, "SUSPENDED", ())


def test_as_of_an_entry_nothing_later_counts() -> None:
    _, records = heard(*KIDNEY)
    third = relive(DESK, ENCOUNTER, records, "e3/0")
    assert third.last is not None
    assert (third.last.entry_id, third.moved) == ("e3/0", [])
    assert relive(DESK, ENCOUNTER, records, "e3").last == third.last  # the whole message


def test_of_another_stay_nothing_is_told() -> None:
    assert relive(DESK, "another", heard(*KIDNEY)[1]).work() is None


def test_what_was_forgotten_is_told_as_it_stood() -> None:
    told: Relived = relive(DESK, ENCOUNTER, heard(*KIDNEY, "d3 10:00 discharged", "d9 10:00 tick", "d60 10:00 tick", "d61 10:00 tick")[1])
    assert told.work() is not None
    assert f"stay/{ENCOUNTER}" in told.states


def mention(
    assertion: str, temporality: str, active: str, certainty: str, experiencer: str, role: str, authentication: str, attested: bool
) -> Mention:
    counts = (role == "provider" or attested) and authentication == "authenticated"
    return Mention.model_validate(
        {
            "note_id": "n", "revision": 1, "note_type": "progress", "at": ClinicalTime(DAY_1), "start": 0, "end": 3, "text": "AKI",
            "assertion": assertion, "temporality": temporality, "active": active, "certainty": certainty, "experiencer": experiencer,
            "author_role": role, "authentication": authentication, "attested": attested, "counts": counts, "section": "plan",
        }
    )  # fmt: skip


def test_what_has_no_objection_counts_and_nothing_else() -> None:
    ways = product(*map(get_args, (Assertion, Temporality, Active, Certainty, Experiencer)))
    for way in ways:
        one = mention(*way, "provider", "authenticated", attested=False)
        assert (not [*to_being_so(one)]) == one.affirmed
    for role, authentication, attested in product(get_args(AuthorRole), get_args(Authentication), (False, True)):
        one = mention("present", "current", "yes", "certain", "patient", role, authentication, attested)
        assert (not [*to_its_author(one)]) == one.counts
    radiologist = mention("present", "current", "yes", "certain", "patient", "provider", "authenticated", attested=False)
    assert [*to_its_author(radiologist.model_copy(update={"counts": False, "note_type": "radiology"}))] == [
        "a note of that type does not count (radiology)"
    ]
