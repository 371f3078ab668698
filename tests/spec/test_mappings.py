"""A sender's own codes, mapped when the stay is under way: the line ends where it would be had they been known from the beginning."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from opencdi.cli.playing import tick
from opencdi.events.inbound import Inbound, SiteMapping
from opencdi.events.people import Person
from opencdi.hospital.message import play as messages_of
from opencdi.testing import DAY_ZERO, TENANT, Ward, inbound_records, story

HOUR = timedelta(hours=1)


def mapping(code: str, to: str, table: str, at: datetime) -> Inbound:
    told = SiteMapping.model_validate({"table": table, "code": code, "to": to, "by": Person(staff_id="if-3")})
    return Inbound(f"map-{code}", "cdi.inbound.site-mapping", TENANT, "workbench", at, told.to_json())


def sent(name: str, otherwise: Callable[[bytes], bytes], until: timedelta, since: timedelta = -HOUR) -> Iterator[Inbound]:
    """The messages of a stay between two times since its first day, with codes of the sender's own."""
    for message in messages_of([story(name)], DAY_ZERO):
        if since < message.at - DAY_ZERO <= until:
            yield from (replace(record, body=otherwise(record.body)) for record in inbound_records(message))


def two_wards(folder: Path) -> tuple[Ward, Ward]:
    for name in ("own", "standard"):
        (folder / name).mkdir()
    return Ward(folder / "own"), Ward(folder / "standard")


def test_a_creatinine_under_a_local_code_is_asked_about_once_it_is_mapped(tmp_path: Path) -> None:
    ward, standard = two_wards(tmp_path)
    until = timedelta(days=1, hours=8)

    def local(body: bytes) -> bytes:
        return body.replace(b"2160-0^Creatinine [Mass/volume] in Serum or Plasma^LN", b"CREA^Creatinine, serum^L")

    ward.hear([*sent("aki-corrected", local, until), tick(TENANT, DAY_ZERO + until)])
    standard.hear([*sent("aki-corrected", bytes, until), tick(TENANT, DAY_ZERO + until)])
    assert ward.states() == {}
    named = [told for ended in ward.outcomes() for told in ended.unmapped]
    assert [(told.table, told.code, told.text) for told in named] == 2 * [("loinc_by_local_code", "CREA^L", "Creatinine, serum")]

    ward.hear([mapping("CREA^L", "2160-0", "loinc_by_local_code", DAY_ZERO + until + HOUR)])
    assert ward.states() == standard.states() == {"acute-kidney-injury": "draft"}
    asked, expected = ward.alerts()[-1], standard.alerts()[-1]
    assert asked.as_of == "map-CREA^L-0"
    assert asked.wording is not None
    assert expected.wording is not None
    shown, wanted = (
        [(told.text, told.at, told.author, told.label) for told in one.indicators] for one in (asked.wording, expected.wording)
    )
    assert shown == wanted
    assert "creatinine 2.9 mg/dL" in [text for text, *_ in shown]

    correction = timedelta(days=1, hours=20)
    ward.hear(sent("aki-corrected", local, correction, until))
    assert ward.states() == {"acute-kidney-injury": "withdrawn"}


def test_a_question_that_rests_on_a_wrong_mapping_is_withdrawn_with_it(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    until = timedelta(days=1, hours=8)
    ward.hear(sent("aki-corrected", lambda body: body.replace(b"2160-0^Creatinine [Mass/volume] in Serum or Plasma^LN", b"LIP^^L"), until))
    ward.hear([mapping("LIP^L", "2160-0", "loinc_by_local_code", DAY_ZERO + until + HOUR)])
    assert ward.states() == {"acute-kidney-injury": "draft"}
    ward.hear([replace(mapping("LIP^L", "1988-5", "loinc_by_local_code", DAY_ZERO + until + 2 * HOUR), ce_id="map-2")])
    assert ward.states() == {"acute-kidney-injury": "withdrawn"}


def test_a_stay_of_an_unknown_class_is_grouped_once_the_class_is_mapped(tmp_path: Path) -> None:
    ward, standard = two_wards(tmp_path)
    until = timedelta(days=1, hours=12)
    ward.hear(sent("sepsis", lambda body: body.replace(b"PV1|1|I|", b"PV1|1|STATIONAER|"), until))
    standard.hear(sent("sepsis", bytes, until))
    assert ward.drgs() == []
    ward.hear([mapping("STATIONAER", "inpatient", "class_by_code", DAY_ZERO + until + HOUR)])
    now, expected = ward.drgs()[-1], standard.drgs()[-1]
    assert now.after is not None
    assert expected.after is not None
    assert (now.after.drg, now.after.assumed) == (expected.after.drg, expected.after.assumed)  # POA by the hour of admission, too
    assert (now.cause.entry_id, now.cause.other) == ("map-STATIONAER-0", "no longer: class unmapped")
    assert ward.states() == standard.states() == {"sepsis": "draft"}


def test_a_discharge_to_nowhere_known_is_finalized_once_it_is_mapped(tmp_path: Path) -> None:
    ward, standard = two_wards(tmp_path)
    until = timedelta(days=20)
    ward.hear(sent("aki-corrected", lambda body: body.replace(b"|01|||||||||2026", b"|GONE|||||||||2026"), until))
    standard.hear(sent("aki-corrected", bytes, until))
    assert ward.drgs()[-1].after is None
    ward.hear([mapping("GONE", "01", "disposition_by_code", ward.now + HOUR)])
    now, expected = ward.finals()[-1], standard.finals()[-1]
    assert (now.disposition, now.drg and now.drg.drg) == ("01", expected.drg and expected.drg.drg)
    assert {(code.code, code.poa) for code in now.codes} == {(code.code, code.poa) for code in expected.codes}
