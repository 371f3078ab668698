"""A stay that is over: open questions expire with the bill hold, and a month later nothing of it is remembered."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import DischargeCancelled, EncounterDischarged
from opencdi.events.pages import FactsPage, SitePage
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import TENANT, Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

ROOM = queries_room(SiteData(bill_hold_days=4), RULES)
LEFT = (*KIDNEY, "d4 15:00 discharged")


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines)


def last(told: Chart) -> tuple[str, str, datetime]:
    alert = told.alerts[-1]
    return alert.state, alert.cause, alert.at


def remembered(told: Chart) -> list[str]:
    return sorted(key for key in told.states if key.split("/")[1] == told.encounter_id)


def at(day: int, hour: int) -> datetime:
    return DAY_1 + timedelta(days=day - 1, hours=hour)


@pytest.mark.parametrize(
    "more", [(), ("d2 08:00 approve",), ("d2 08:00 approve", "d2 09:00 view"), ("d4 09:00 note progress: possible acute-kidney-injury",)]
)
def test_what_nobody_answered_expires_when_the_bill_hold_ends_and_not_when_the_tick_comes(more: tuple[str, ...]) -> None:
    told = chart(*LEFT[:-1], *more, LEFT[-1], "d8 14:59 tick")
    assert told.alerts[-1].state != "expired"
    told.line("d12 09:00 tick")
    assert last(told) == ("expired", "BILL_HOLD_OVER", at(8, 15))
    assert told.asked == [] or told.asked[-1].state == "expired"


def test_no_reminder_comes_after_the_end() -> None:
    told = chart(*KIDNEY, "d4 15:00 discharged", "d8 14:00 approve", "d20 09:00 tick")
    assert last(told) == ("expired", "BILL_HOLD_OVER", at(8, 15))


def test_an_answer_is_waited_for_until_the_stay_is_forgotten() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:05 answer aki", LEFT[-1], "d12 09:00 tick")
    ends = {one.condition: one.state for one in told.alerts}
    assert ends == {"acute-kidney-injury": "answered-awaiting-chart", "answered-not-charted/acute-kidney-injury": "expired"}
    told.line("d13 09:00 note discharge-summary: acute-kidney-injury")
    assert told.alerts[-1].state == "closed"


def test_an_answer_that_nobody_wrote_down_ends_with_the_stay() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:05 answer aki", LEFT[-1], "d50 09:00 tick")
    assert told.alerts[-1].state == "expired"
    assert remembered(told) == []


def test_a_stay_is_forgotten_on_the_day_after_the_month_after_the_bill() -> None:
    told = chart(*LEFT, "d38 19:59 tick")  # 23:59 UTC
    assert remembered(told)
    told.line("d38 20:00 tick")
    assert remembered(told) == []
    assert {key.split("/")[0] for key in told.states} == {"clock"}


@pytest.mark.parametrize("word", ["cancelled", "moved"])
def test_what_never_was_or_went_elsewhere_is_forgotten_too(word: str) -> None:
    told = chart(*KIDNEY, f"d3 09:00 {word}", "d50 09:00 tick")
    assert remembered(told) == []


def test_a_stay_that_goes_on_is_kept() -> None:
    told = chart(*LEFT)
    told.tell(FactsPage(facts=(DischargeCancelled(at=ClinicalTime(at(4, 16))),), patient_id="p"))
    told.line("d90 09:00 tick")
    assert told.alerts[-1].state == "draft"
    assert remembered(told)


def test_a_later_discharge_counts_anew() -> None:
    told = chart(*LEFT)
    told.tell(FactsPage(facts=(EncounterDischarged(at=ClinicalTime(at(7, 15))),), patient_id="p"))
    told.line("d11 14:00 tick")
    assert told.alerts[-1].state == "draft"
    told.line("d12 09:00 tick")
    assert last(told) == ("expired", "BILL_HOLD_OVER", at(11, 15))


@pytest.mark.parametrize(("days", "due"), [(2, at(6, 15)), (9, at(13, 15))])
def test_another_bill_hold_moves_the_one_that_runs(days: int, due: datetime) -> None:
    told = chart(*LEFT)
    told.now = max(told.now, at(5, 9))
    told.encounter_id, mine = "", told.encounter_id
    told.tell(SitePage(site=SiteData(bill_hold_days=days).model_dump(mode="json")), kind="site-data")
    told.encounter_id = mine
    told.line("d20 09:00 tick")
    assert last(told) == ("expired", "BILL_HOLD_OVER", due)


def test_a_discharge_told_after_all_that_expires_when_it_is_known() -> None:
    told = chart(*KIDNEY)
    told.now = at(60, 9)
    told.tell(FactsPage(facts=(EncounterDischarged(at=ClinicalTime(at(4, 15))),), patient_id="p"))
    told.line("d60 09:01 tick")
    assert told.alerts[-1].state == "expired"
    assert remembered(told)
    told.line("d61 09:00 tick")
    assert remembered(told) == []


def test_what_falls_due_is_found_without_a_search() -> None:
    class Looked(dict):  # type: ignore[type-arg]
        """States that do not let themselves be searched."""

        def __iter__(self):  # type: ignore[no-untyped-def]
            raise AssertionError("searched")

    told = chart(*LEFT)
    told.states = Looked(told.states)
    for hour in range(1, 200):
        told.line(f"d{4 + hour // 24} {hour % 24:02}:30 tick")
    assert told.alerts[-1].state == "expired"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 60 * 24), max_size=8))
def test_one_tick_over_a_gap_is_as_many_in_it(hours: list[int]) -> None:
    def run(ticks: list[int]) -> tuple[list[bytes], set[str]]:
        told = chart(*KIDNEY, "d2 08:00 approve", "d3 15:00 discharged")
        for hour in ticks:
            told.line(f"d{4 + hour // 24} {hour % 24:02}:00 tick")
        return [message.to_json() for message in (*told.alerts, *told.asked)], {key for key in told.states if not key.startswith("clock")}

    assert run([*sorted(hours), 61 * 24]) == run([61 * 24])


def test_dues_are_a_day_to_a_record() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d4 15:00 discharged")
    days = sorted(key for key in told.states if key.startswith(f"due/{TENANT}/"))
    assert len(days) == 4  # the first reminder, the day before the end of the bill hold, that end, forgetting
    assert days[0].endswith(str(at(3, 8).astimezone(UTC).toordinal()))
