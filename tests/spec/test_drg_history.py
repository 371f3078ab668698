"""The DRG's history (DOMAIN B57): any past instant can be told again, day by day, and it is what was known then."""

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.events.drg_history import by_day, change_at, drg_at, in_order
from opencdi.hospital.message import play as messages_of
from opencdi.testing import DAY_ZERO, Ward, inbound_records, story
from unit.cli.command import opencdi

ZONE = ZoneInfo("America/New_York")
BY_DAY = {
    "sepsis": ("690", "690", "872", "872", "872"),
    "malnutrition": ("390", "390", "390", "390", "388"),
    "pneumonia": ("195", "195", "195"),
    "late-pathology": ("743", "743", "743", "743", "738"),
    "cancelled": ("313", "none"),
    "sepsis-pneumonia": ("194", "194", "871"),
}


@pytest.mark.parametrize("name", sorted(BY_DAY))
def test_the_working_drg_of_each_demo_story_by_day(name: str, tmp_path: Path) -> None:
    """Printed: `pytest -s`, or `opencdi drg` on the demo's bus."""
    changes = Ward(tmp_path).live([story(name)]).drgs()
    until = changes[0].at.astimezone(ZONE).date() + timedelta(days=len(BY_DAY[name]) - 1)
    days = list(by_day(changes, ZONE, until))
    print(f"\n{name}: " + ", ".join(f"{day:%d %b} {drg.drg if drg else 'none'}" for day, drg in days))
    assert tuple(drg.drg if drg else "none" for _, drg in days) == BY_DAY[name]
    assert [day for day, _ in days] == [changes[0].at.astimezone(ZONE).date() + timedelta(days=nth) for nth in range(len(days))]


NAMES = ("sepsis", "malnutrition", "late-pathology", "cancelled")
LIVED: dict[str, Ward] = {}
FOLDER = TemporaryDirectory(prefix="opencdi-history-")


def lived(name: str, until: datetime | None = None) -> Ward:
    """The story's messages up to that instant, through all rooms."""
    ward = Ward(Path(mkdtemp(dir=FOLDER.name)))
    for message in messages_of([story(name)], DAY_ZERO):
        if until is None or message.at <= until:
            ward.hear(inbound_records(message))
    return ward


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(NAMES), st.floats(0, 1))
def test_what_is_told_of_an_instant_is_what_the_line_knew_at_that_instant(name: str, share: float) -> None:
    whole = LIVED[name] = LIVED.get(name) or lived(name)
    told = whole.drgs()
    times = [message.at for message in messages_of([story(name)], DAY_ZERO)]
    at = times[round(share * (len(times) - 1))]
    then = lived(name, at).drgs()
    assert drg_at(told, at) == (then[-1].after if then else None)
    assert in_order(change for change in told if change.at <= at) == in_order(then)
    assert drg_at(told, at - timedelta(microseconds=1)) == drg_at((one for one in told if one.at < at), at)


def test_before_the_first_change_there_is_none_and_a_change_told_twice_is_one(tmp_path: Path) -> None:
    told = Ward(tmp_path).live([story("sepsis")]).drgs()
    assert drg_at(told, told[0].at - timedelta(seconds=1)) is None
    assert change_at(told, told[0].at) == told[0]
    assert in_order([*told, told[0]]) == told
    assert list(by_day([], ZONE, date(2026, 5, 9))) == []


def test_the_command_tells_it_with_the_cause_of_each_change_and_shares_that_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(tmp_path).live([story("sepsis-pneumonia")])
    encounter = ward.drgs()[0].encounter_id
    ward.bus.close()
    monkeypatch.setenv("CDI_BUS", f"sqlite:///{tmp_path / 'bus.db'}")
    monkeypatch.setenv("COLUMNS", "200")
    whole = opencdi("drg").out
    assert all(word in whole for word in (encounter, "06 May", "194", "871"))
    history = opencdi("drg", encounter, "--why").out
    assert "baseline: 194" in history
    assert "working:  871" in history
    assert "final:    871" in history
    assert "principal diagnosis A40.3" in history
    shares = [float(line.split()[0]) for line in history.splitlines() if line.startswith("  ")]
    assert round(sum(shares), 4) == 1.1366
    assert "working:  194" in opencdi("drg", encounter, "--at", "2026-05-07T12:00Z").out
    assert opencdi("drg", encounter, "--at", "2026-05-01").out == "no DRG yet at that instant\n"
    assert (opencdi("drg", "nobody").code, opencdi("drg", encounter, "--at", "yesterday").code) == (2, 2)


def test_the_command_says_what_a_transfer_leaves_of_the_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home with home health (06) after five days: longer than the DRG's mean stay, so nothing is taken off."""
    ward = Ward(tmp_path).live([story("malnutrition")])
    encounter = ward.drgs()[0].encounter_id
    ward.bus.close()
    monkeypatch.setenv("CDI_BUS", f"sqlite:///{tmp_path / 'bus.db'}")
    last = opencdi("drg", encounter, "--why").out.splitlines()[-1]
    assert last == "post-acute care transfer after 5 days: weight 1.4768, 1.0000 of the whole (42 CFR 412.4(b), (c), (f))"
    assert "transfer" not in opencdi("drg", encounter, "--why", "--at", "2026-05-08T20:00Z").out
