"""A rule that raises: suspended on that stay with an alarm; its question is held, and nobody else's moves (DESIGN §2)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from opencdi.bus.at_work import skips_in
from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.room import Key, Outgoing, Room
from opencdi.events.audiences import Alarm, QueryAlert
from opencdi.events.entry import read_entry
from opencdi.events.pages import QueriesPage
from opencdi.events.topics import ALARMS, CODING
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.cases import failures, load_cases
from opencdi.queries.room import queries_room, rules_path
from opencdi.queries.rule import Rule
from unit.queries.kidney import KIDNEY, RULES

SEPSIS = (
    "d2 08:10 temperature 39.0 Cel",
    "d2 08:10 heart-rate 118 /min",
    "d2 08:20 lactate 4.2 mmol/L",
    "d2 08:50 ordered blood culture",
    "d2 09:10 given ceftriaxone 2 g IV",
    "d2 09:30 note progress: pneumonia",
)


def unjudgeable(rule: Rule) -> Rule:
    """Raises as soon as it looks at a value."""
    return rule.model_copy(update={"thresholds": {}})


def unwordable(rule: Rule) -> Rule:
    """Is judged, and raises at the words of its question."""
    return rule.model_copy(update={"question": None})


def revised(rule: Rule) -> Rule:
    return rule.model_copy(update={"revision": rule.revision + 1})


def room(change: Callable[[Rule], Rule] | None = None) -> Room:
    return queries_room(SiteData(), tuple(change(rule) if change and rule.id == "D-11" else rule for rule in RULES))


def kidney(told: Chart) -> list[tuple[str, str]]:
    return [(alert.state, alert.cause) for alert in told.alerts if alert.rule_id == "D-11"]


def others(told: Chart) -> list[QueryAlert]:
    made_by = told.alerts[0].made_by  # the edition names the rules, of which one is another
    return [alert.model_copy(update={"made_by": made_by}) for alert in told.alerts if alert.rule_id != "D-11"]


def restarted(told: Chart, room: Room) -> None:
    """The process comes back with another release of the rules: it has what was stored, and nothing else."""
    codec = told.room.codec
    told.states = {key: room.codec.decode(key, codec.encode(key, state)) for key, state in told.states.items()}
    told.room = room


def refusals(told: Chart) -> list[str]:
    pages = [read_entry(value).page(QueriesPage) for value in told.passed_on]
    return [refused.reason for page in pages if page for refused in page.refused]


@pytest.mark.parametrize("change", [unjudgeable, unwordable])
def test_all_other_questions_are_as_without_it(change: Callable[[Rule], Rule]) -> None:
    well, ill = Chart.of(room(), *KIDNEY, *SEPSIS), Chart.of(room(change), *KIDNEY, *SEPSIS)
    assert kidney(well)
    assert kidney(ill) == []
    assert others(well)
    assert [one.model_copy(update={"made_by": others(ill)[0].made_by}) for one in others(well)] == others(ill)
    assert len(ill.passed_on) == len(well.passed_on) == ill.said, "no entry vanishes"


def test_the_alarm_is_raised_once_and_tells_nothing_of_the_patient() -> None:
    told = Chart.of(room(unjudgeable), *KIDNEY)
    restarted(told, room(unjudgeable))
    told.line("d3 06:00 creatinine 2.9 mg/dL")
    (alarm,) = told.alarms
    assert (alarm.room, alarm.what, alarm.entry_id) == ("queries", "rule-suspended", "e1/0")
    assert alarm.reason.startswith("D-11 revision 3: KeyError at rule.py:")


def test_the_entry_says_which_rules_are_suspended_when_that_changes() -> None:
    told = Chart.of(room(unjudgeable), *KIDNEY)
    restarted(told, room())
    told.line("d3 06:00 creatinine 2.9 mg/dL")
    pages = [page for value in told.passed_on if (page := read_entry(value).page(QueriesPage))]
    assert [page.suspended for page in pages if page.suspended is not None] == [("D-11",), ()]


def test_on_the_bus_the_alarm_leaves_in_the_same_act_and_is_no_poisoned_entry(tmp_path: Path) -> None:
    told = Chart.of(room(unjudgeable), *KIDNEY)
    bus = EmbeddedBus(str(tmp_path / "bus.db"), partitions=2)
    for nth, value in enumerate(told.passed_on):
        bus.publish([Outgoing(CODING, Key(told.encounter_id), value, (("ce_id", f"e{nth}".encode()),))])
    runner = bus.runner(room(unjudgeable), slot="0")
    assert runner.turn(100, 0) == len(told.passed_on)
    reader = bus.reader([ALARMS], {})
    assert [Alarm.read(one.record.value).what for one in reader.poll(limit=100, timeout_s=0)] == ["rule-suspended"]
    assert skips_in(bus) == {}
    reader.close()
    runner.close()
    bus.close()


def test_its_messages_are_the_same_in_a_replay() -> None:
    def messages() -> list[Outgoing]:
        told, said = Chart(room(unwordable)), []
        step = told.room.step
        told.room = Room(**{**vars(told.room), "step": lambda states, record: said.extend(step(states, record)) or said[-1:]})
        told.begin()
        for line in (*KIDNEY, *SEPSIS):
            told.line(line)
        return said

    said = messages()
    assert said == messages()
    (alarm,) = [message for message in said if message.topic is ALARMS]
    assert Alarm.read(alarm.value).what == "rule-suspended"
    assert len({dict(message.headers)["ce_id"] + message.topic.name.encode() for message in said}) == len(said)


def test_what_it_did_in_the_turn_in_which_it_raised_is_taken_back() -> None:
    told = Chart.of(room(), *KIDNEY, "d2 08:00 approve")
    asked = len(told.asked)
    restarted(told, room(unwordable))
    told.line("d2 06:00 creatinine 1.9 mg/dL id=c2 corrected")  # withdraws it, and raises over the words of the next one
    assert kidney(told)[-1] == ("sent", "RULE_SUSPENDED")
    assert len(told.asked) == asked, "the physician sees no difference"


def test_what_was_corrected_meanwhile_is_looked_at_when_it_has_a_new_revision() -> None:
    told = Chart.of(room(), *KIDNEY, "d2 08:00 approve")
    restarted(told, room(unwordable))
    told.line("d2 06:00 creatinine 1.9 mg/dL id=c2 corrected")
    told.line("d2 10:00 note progress: dehydration")
    restarted(told, room(revised))
    told.line("d2 11:00 note progress: fever")
    assert kidney(told)[-3:] == [
        ("withdrawn", "EVIDENCE_CORRECTED"),
        ("candidate", "INDICATORS_WITHOUT_DOCUMENTATION"),
        ("draft", "READY"),
    ]
    assert told.alerts[-1].rule_revision == 4
    assert len(told.alarms) == 1


def test_its_draft_is_held_and_goes_out_once_it_is_judged_again() -> None:
    told = Chart.of(room(), *KIDNEY)
    restarted(told, room(unjudgeable))
    told.line("d2 07:00 creatinine 2.5 mg/dL")
    told.line("d2 08:00 approve")
    assert (kidney(told)[-1], refusals(told)) == (("draft", "RULE_SUSPENDED"), ["its rule is suspended on this encounter"])
    restarted(told, room())
    told.line("d2 09:00 note progress: dehydration")
    assert kidney(told)[-1] == ("draft", "RULE_RESUMED")
    told.line("d2 09:10 approve")
    assert kidney(told)[-1][0] == "sent"


def test_a_revision_that_raises_too_gives_another_alarm() -> None:
    told = Chart.of(room(unjudgeable), *KIDNEY)
    restarted(told, room(lambda rule: revised(unjudgeable(rule))))
    told.line("d2 09:00 note progress: dehydration")
    assert [alarm.reason[:15] for alarm in told.alarms] == ["D-11 revision 3", "D-11 revision 4"]


def test_nobody_is_pressed_for_a_question_whose_rule_is_suspended() -> None:
    told = Chart.of(room(), *KIDNEY, "d2 08:00 approve")
    restarted(told, room(unjudgeable))
    told.line("d2 09:00 creatinine 2.5 mg/dL")
    told.line("d3 09:00 tick")
    assert kidney(told)[-1] == ("sent", "RULE_SUSPENDED")
    restarted(told, room())
    told.line("d3 10:00 creatinine 2.6 mg/dL")
    told.line("d4 09:00 tick")
    assert kidney(told)[-1][0] == "escalated"


def test_a_candidate_that_waits_for_documents_goes_on_waiting() -> None:
    told = Chart.of(room(), KIDNEY[0], *KIDNEY[2:])
    restarted(told, room(unjudgeable))
    told.line("d2 09:00 note progress: dehydration")
    told.line("d2 10:00 tick mdm/documents")
    assert kidney(told)[-1] == ("waiting-for-documents", "RULE_SUSPENDED")
    restarted(told, room())
    told.line("d2 11:00 creatinine 2.5 mg/dL")
    assert kidney(told)[-1][0] == "draft"


def test_a_physician_may_answer_meanwhile_and_the_note_that_says_it_closes_it_later() -> None:
    told = Chart.of(room(), *KIDNEY, "d2 08:00 approve")
    restarted(told, room(unjudgeable))
    told.line("d2 09:00 answer aki")
    told.line("d2 10:00 creatinine 2.5 mg/dL")
    restarted(told, room())
    told.line("d2 12:00 note progress: acute-kidney-injury")
    assert [state for state, _ in kidney(told)][-2:] == ["validated", "closed"]


def test_the_cases_of_a_rule_that_raises_say_so() -> None:
    case = next(case for case in load_cases(rules_path() / "cases") if case.rule_id == "D-11" and not case.asks)
    (failure,) = failures(case, room(unjudgeable), "acute-kidney-injury")
    assert failure.startswith("suspended: D-11 revision 3: KeyError")
