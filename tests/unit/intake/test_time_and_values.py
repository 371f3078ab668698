from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from opencdi.clinical.time import ClinicalTime
from opencdi.intake.time import birth_date, fhir_time, hl7_time
from opencdi.knowledge.analytes import ANALYTES, analyte_by_loinc

NEW_YORK = ZoneInfo("America/New_York")


def test_a_time_without_offset_is_the_facilitys() -> None:
    told = hl7_time("202605040800", NEW_YORK)
    assert told is not None
    assert (told.at, told.precision, told.ambiguous) == (datetime(2026, 5, 4, 12, 0, tzinfo=UTC), "minute", False)


def test_its_own_offset_wins_and_stays() -> None:
    told = hl7_time("20260504080000.123+0200", NEW_YORK)
    assert told == fhir_time("2026-05-04T08:00:00+02:00", NEW_YORK)
    assert told is not None
    assert told.at.isoformat() == "2026-05-04T08:00:00+02:00"


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("20260504121000", "2026-05-04T12:10:00-04:00"),
        ("20261204121000", "2026-12-04T12:10:00-05:00"),
        ("20260504121000-0500", "2026-05-04T12:10:00-05:00"),
        ("20260504", "2026-05-04T00:00:00-04:00"),
    ],
)
def test_the_wall_clock_of_the_bedside_is_kept(text: str, wall: str) -> None:
    told = hl7_time(text, NEW_YORK)
    assert told is not None
    assert told.at.isoformat() == wall
    assert TypeAdapter(ClinicalTime).validate_json(TypeAdapter(ClinicalTime).dump_json(told)).at.isoformat() == wall


def test_nobody_at_a_bedside_lives_by_utc_unless_the_facility_does() -> None:
    told, zulu = hl7_time("20260504161000", UTC, NEW_YORK), fhir_time("2026-05-04T16:10:00Z", NEW_YORK)
    assert told == zulu
    assert told is not None
    assert told.at.isoformat() == "2026-05-04T12:10:00-04:00"
    day = hl7_time("20260504", UTC, NEW_YORK)
    assert day is not None
    assert day.at.isoformat() == "2026-05-04T00:00:00-04:00"
    reykjavik = fhir_time("2026-05-04T16:10:00Z", ZoneInfo("Atlantic/Reykjavik"))
    assert reykjavik is not None
    assert reykjavik.at.hour == 16


def test_instants_compare_and_sort_whatever_their_zones() -> None:
    told = [hl7_time(text, NEW_YORK) for text in ("20261101013000-0400", "20261101013000-0500", "20261101014500-0400", "20261101063000Z")]
    east_first, east_second, later, _ = told
    assert east_first is not None
    assert east_second is not None
    assert later is not None
    assert east_second.at - east_first.at == timedelta(hours=1)
    assert sorted([east_second, later, east_first], key=lambda t: t.at) == [east_first, later, east_second]
    assert sorted([east_second, later, east_first], key=lambda t: t.sortable) == [east_first, later, east_second]


@pytest.mark.parametrize("text", ["00010101000000+1400", "99991231", "99991231235959-1200", "18500101"])
def test_what_nobody_can_reckon_with_is_no_time(text: str) -> None:
    assert hl7_time(text, NEW_YORK) is None


def test_a_date_stays_a_date() -> None:
    told = hl7_time("20260504", NEW_YORK)
    assert told is not None
    assert told.precision == "day"
    assert told == fhir_time("2026-05-04", NEW_YORK)


def test_the_repeated_hour_of_autumn_is_marked_and_others_are_not() -> None:
    twice, once, skipped = (hl7_time(text, NEW_YORK) for text in ("20261101013000", "20261101033000", "20260308023000"))
    assert twice is not None
    assert twice.ambiguous
    assert once is not None
    assert not once.ambiguous
    assert skipped is not None
    assert not skipped.ambiguous


@pytest.mark.parametrize("text", ["", "yesterday", "20261399", "2026050425", "20260504 08:00"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert hl7_time(text, NEW_YORK) is None


def test_each_loinc_code_means_one_analyte() -> None:
    codes = [code for analyte in ANALYTES for code in analyte.loinc]
    assert len(codes) == len(set(codes))
    assert analyte_by_loinc()["30934-4"].slug == "bnp"  # wrong in several public tables (DOMAIN D.0)


@pytest.mark.parametrize(
    ("sent", "born"),
    [
        ("19500102", "1950-01-02"), ("19500102083000-0500", "1950-01-02"), ("195001", "1950-01"), ("1950", "1950"), ("1950-01-02", "1950-01-02"),
        ("19500000", "1950"), ("19500231", "1950-02"), ("1950AB12", "1950"), ("²²²²0102", None), ("02/01/1950", None), ("00000000", None), ("", None),
    ],
)  # fmt: skip
def test_a_birth_date_is_read_as_far_as_there_is_such_a_day(sent: str, born: str | None) -> None:
    assert birth_date(sent) == born


def test_an_unreadable_birth_date_is_told_and_stops_nobody(feed, message) -> None:
    ended = feed.send(message("ADT^A01").replace("19500102", "born 1950"))
    assert ("BIRTH_DATE_UNREADABLE", "PID-7") in {(problem.code, problem.where) for problem in ended.problems}
    ended = feed.send({"resourceType": "Patient", "id": "p", "birthDate": "spring"})
    assert ("BIRTH_DATE_UNREADABLE", "Patient.birthDate") in {(problem.code, problem.where) for problem in ended.problems}
