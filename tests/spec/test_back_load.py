"""Go-live and back-load (DOMAIN F.18): history asks nobody anything; a stay that is still open goes on where its history ends."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from opencdi.cli.playing import tick
from opencdi.hospital.message import play
from opencdi.hospital.story import Story
from opencdi.testing import DAY_ZERO, TENANT, Ward, default_site, inbound_records, story


def told(ward: Ward, one: Story, until: timedelta, *, backload: bool, since: timedelta = timedelta(days=-9)) -> None:
    """The messages of a stay between two times since its first day, sent as history or live."""
    for message in play([one], DAY_ZERO):
        if since < message.at - DAY_ZERO <= until:
            ward.hear(replace(record, backload=backload) for record in inbound_records(message))


def test_a_whole_stay_as_history_is_no_work_for_anybody(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    told(ward, story("sepsis"), timedelta(days=30), backload=True)
    ward.hear([tick(TENANT, DAY_ZERO + timedelta(days=60))])
    assert (ward.alerts(), ward.asked(), ward.drgs(), ward.finals()) == ([], [], [], [])
    assert {ended.outcome for ended in ward.outcomes()} <= {"entries", "no_effect", "kept_with_patient"}


def test_the_same_stay_from_before_a_sites_go_live(tmp_path: Path) -> None:
    ward = Ward(tmp_path, default_site().model_copy(update={"golive_at": DAY_ZERO + timedelta(days=90)}))
    told(ward, story("sepsis"), timedelta(days=30), backload=False)
    assert (ward.alerts(), ward.drgs(), ward.finals()) == ([], [], [])


def test_an_open_stay_goes_on_where_its_history_ends(tmp_path: Path) -> None:
    half = timedelta(hours=9)
    (tmp_path / "half").mkdir()
    ward, live = Ward(tmp_path / "half"), Ward(tmp_path)
    told(ward, story("sepsis"), half, backload=True)
    assert ward.alerts() == []
    told(ward, story("sepsis"), timedelta(days=1), backload=False, since=half)
    told(live, story("sepsis"), timedelta(days=1), backload=False)
    assert ward.states() == live.states()
    assert [drg.after and drg.after.drg for drg in ward.drgs()][-1] == [drg.after and drg.after.drg for drg in live.drgs()][-1]
