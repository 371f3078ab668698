"""What a person says that a code means becomes site data, once and in the order in which it was said."""

from typing import Any

import pytest

from opencdi.events.pages import SitePage

GLUCOSE = '{"table":"loinc_by_local_code","code":"GLU^L","to":"2345-7","by":{"staff_id":"if-3"}}'


def sites(feed: Any) -> list[SitePage]:
    return [page for entry in feed.entries if (page := entry.page(SitePage)) is not None]


def say(feed: Any, body: str, ce_id: str | None = None) -> Any:
    return feed.send(body, kind="cdi.inbound.site-mapping", ce_id=ce_id)


def test_a_mapping_is_the_next_revision_of_the_site_data(feed, site) -> None:
    assert say(feed, GLUCOSE).outcome == "entries"
    (told,) = sites(feed)
    assert told.site["loinc_by_local_code"] == {**site.loinc_by_local_code, "GLU^L": "2345-7"}
    assert told.site["revision"] == site.revision + 1
    assert told.site["class_by_code"] == site.class_by_code
    say(feed, GLUCOSE.replace('"to":"2345-7",', ""))
    assert "GLU^L" not in sites(feed)[-1].site["loinc_by_local_code"]
    assert sites(feed)[-1].site["revision"] == site.revision + 2


def test_a_mapping_told_again_changes_nothing_even_after_a_newer_one(feed) -> None:
    say(feed, GLUCOSE, "first")
    assert say(feed, GLUCOSE, "again").reason == "UNCHANGED"
    say(feed, GLUCOSE.replace("2345-7", "2339-0"), "second")
    assert say(feed, GLUCOSE, "first").reason == "DUPLICATE"
    assert [told.site["loinc_by_local_code"]["GLU^L"] for told in sites(feed)] == ["2345-7", "2339-0"]


@pytest.mark.parametrize(
    ("body", "where"),
    [(GLUCOSE.replace("2345-7", "glucose"), "to"), (GLUCOSE.replace("loinc_by_local_code", "thresholds"), "table"), ("{", "body")],
)
def test_a_mapping_that_no_table_can_hold_is_dead_lettered_by_field(feed, body: str, where: str) -> None:
    ended = say(feed, body)
    assert (ended.outcome, ended.reason, ended.problems[0].where) == ("dead_letter", "UNREADABLE_SITE_MAPPING", where)
    assert sites(feed) == []
