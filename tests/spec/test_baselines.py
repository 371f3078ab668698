"""What was before the stay is a baseline of its questions (DOMAIN B63, D.0, D-11): carried, labelled, late, loaded afterwards, chronic."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.bus.lying import everything
from opencdi.events.audiences import QueryWording
from opencdi.events.baselines import BaselineCarried
from opencdi.events.entry import read_entry
from opencdi.events.ids import derived_id
from opencdi.events.inbound import Inbound
from opencdi.events.pages import FactsPage
from opencdi.events.topics import CHART
from opencdi.testing import TENANT, Ward

NOW = datetime(2026, 5, 4, 16, tzinfo=UTC)


def said(kind: str, at: str, *segments: str, visit: str = "", patient_class: str = "", mrn: str = "100") -> Inbound:
    pv1 = [f"PV1|1|{patient_class}|5E^501^A||||77^Lindqvist^Sara||||||||||||{visit}^^^MERCY"] if visit else []
    lines = [f"MSH|^~\\&|EHR|MERCY|CDI|MERCY|{at}||{kind}|{derived_id(kind, at, visit, *segments)[:12]}|P|2.5.1", f"EVN||{at}"]
    lines += [f"PID|1||{mrn}^^^MERCY^MR||DOE^JANE||19500102|F", *pv1, *segments]
    body = ("\r".join(lines) + "\r").encode()
    return Inbound(derived_id(body.decode()), "cdi.inbound.hl7v2", TENANT, "adt", NOW, body)


def creatinine(value: float, at: str, *, visit: str = "", status: str = "F", reported: str = "") -> Inbound:
    number = f"L{at[:12]}"
    obr = f"OBR|1||{number}|24323-8^Panel^LN|||{at}|||||||||||||||{reported or at}|||F"
    return said("ORU^R01", reported or at, obr, f"OBX|1|NM|2160-0^Creatinine^LN||{value}|mg/dL|||||{status}|||{at}", visit=visit)


def stay(*values: float) -> list[Inbound]:
    """An admission on 4 May with these values, a note, and fluids."""
    given = "RXA|0|1|20260504113000-0400|20260504113000-0400|LR^lactated ringers^L|1000|mL|||||||||||||CP"
    return [
        said("ADT^A01", "20260504080000-0400", visit="I1", patient_class="I"),
        *(creatinine(value, f"202605040{9 + nth}0000-0400"[-19:], visit="I1") for nth, value in enumerate(values)),
        said("RAS^O17", "20260504113000-0400", "ORC|RE|O1", "RXE||LR^lactated ringers^L|1000||mL", given, visit="I1"),
        said(
            "MDM^T02", "20260504110000-0400", "TXA|1|11506-3^Progress note^LN|TX|20260504110000-0400|||||77^Lindqvist^Sara|||D1|||||AU",
            "OBX|1|TX|11506-3||Cellulitis of the leg. Intravenous fluids.||||||F", visit="I1",
        ),
    ]  # fmt: skip


CLINIC = [
    said("ADT^A04", "20260305100000-0500", visit="C1", patient_class="O"),
    creatinine(1.0, "20260305100000-0500", visit="C1"),
    creatinine(1.1, "20260405100000-0400"),  # of a laboratory outside, without a visit
]


def baseline(ward: Ward) -> BaselineCarried | None:
    """The last that was told on the chart."""
    pages = (read_entry(told.record.value).page(FactsPage) for told in everything(ward.bus, [CHART]))
    facts = [fact for page in pages if page for fact in page.facts if isinstance(fact, BaselineCarried)]
    return facts[-1] if facts else None


def asked(ward: Ward) -> QueryWording | None:
    told = [alert for alert in ward.alerts() if alert.condition == "acute-kidney-injury" and alert.state == "draft"]
    return told[-1].wording if told else None


def test_a_value_of_the_clinic_is_the_baseline_of_the_stay_and_says_so(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    ward.hear([*CLINIC[:2], *stay(2.4)])
    wording = asked(ward)
    assert wording is not None
    prior = next(one for one in wording.indicators if one.prior)
    assert prior.text == "creatinine 1.0 mg/dL"
    assert prior.label == "baseline, 60 d before, median of outpatient values"
    assert prior.pertinence == "baseline status"
    assert prior.encounter_id not in (None, wording.encounter_id)
    gate = ward.alerts()[-1].gate
    assert gate is not None
    assert gate.compliant
    assert any(one.text == "creatinine 2.4 mg/dL" and not one.prior for one in wording.indicators)


def test_a_chronic_level_is_not_asked_about(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    ward.hear([said("ADT^A04", "20260305100000-0500", visit="C1", patient_class="O"), creatinine(2.8, "20260305100000-0500", visit="C1")])
    ward.hear(stay(2.9))
    assert asked(ward) is None


def test_history_loaded_while_the_patient_is_in_bed_asks_nothing_by_itself(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    ward.hear(stay(2.4))
    assert asked(ward) is None
    ward.hear(replace(record, backload=True) for record in CLINIC)
    assert asked(ward) is None
    ward.hear([creatinine(2.3, "20260504100000-0400", visit="I1")])  # the next word of the stay finds it
    wording = asked(ward)
    assert wording is not None
    assert any(one.prior for one in wording.indicators)


def test_a_baseline_that_was_an_error_takes_the_question_back(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    ward.hear([*CLINIC[:2], *stay(2.4)])
    assert asked(ward) is not None
    ward.hear([creatinine(2.3, "20260305100000-0500", visit="C1", status="C", reported="20260504150000-0400")])
    assert ward.states()["acute-kidney-injury"] == "withdrawn"


def left(messages: Sequence[Inbound]) -> tuple[object, object]:
    with TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        ward.hear(replace(record, received_at=NOW + timedelta(seconds=nth)) for nth, record in enumerate(messages))
        wording = asked(ward)
        open_ = ward.states().get("acute-kidney-injury")
        return baseline(ward), (open_, sorted((one.text, one.label or "") for one in wording.indicators) if wording else None)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_in_any_order_and_thrice_the_same_baseline_and_question(seed: int) -> None:
    messages = [*CLINIC, *stay(2.4)]
    corrected = creatinine(0.9, "20260305100000-0500", visit="C1", status="C", reported="20260306100000-0500")
    messages += [corrected, creatinine(3.0, "20250401100000-0400")]  # and one that is too old
    straight = left(messages)
    assert straight[0] is not None
    assert straight[1][0] == "draft"  # type: ignore[index]  # the first of two
    assert left(Random(seed).sample(messages * 2, 2 * len(messages))) == straight
