"""What the end of the documentation leaves open is asked (DOMAIN B77, D-55), from the hospital's messages on."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from opencdi.events.audiences import FinalCodeSet, QueryAlert
from opencdi.events.ids import derived_id
from opencdi.events.inbound import Inbound
from opencdi.testing import TENANT, Ward

NOW = datetime(2026, 5, 9, 20, tzinfo=UTC)
CODES = {
    "admission": "34117-2^History and physical^LN",
    "progress": "11506-3^Progress note^LN",
    "summary": "18842-5^Discharge summary^LN",
}


def said(kind: str, at: str, *segments: str, left: str = "") -> Inbound:
    visit = "PV1|1|I|5E^501^A||||77^Lindqvist^Sara||||||||||||I1^^^MERCY" + "|" * 17 + ("01" if left else "") + "|" * 8
    lines = [
        f"MSH|^~\\&|EHR|MERCY|CDI|MERCY|{at}||{kind}|{derived_id(kind, at, *segments)[:12]}|P|2.5.1", f"EVN||{at}",
        "PID|1||100^^^MERCY^MR||DOE^JANE||19500102|F", f"{visit}20260504080000-0400|{left}",
    ]  # fmt: skip
    body = ("\r".join((*lines, *segments)) + "\r").encode()
    return Inbound(derived_id(body.decode()), "cdi.inbound.hl7v2", TENANT, "adt", NOW, body)


def note(kind: str, at: str, text: str, signed: str = "AU") -> Inbound:
    code = CODES[kind]
    return said(
        "MDM^T02", at, f"TXA|1|{code}|TX|{at}|||||77^Lindqvist^Sara|||D{at}|||||{signed}",
        *(f"OBX|{nth}|TX|{code}||{line}||||||F" for nth, line in enumerate(text.splitlines(), 1)),
    )  # fmt: skip


ADMITTED = said("ADT^A01", "20260504080000-0400")
LEFT = said("ADT^A03", "20260508110000-0400", left="20260508110000-0400")
PNEUMONIA = (
    note("admission", "20260504090000-0400", "Assessment and plan:\n1. Pneumonia. Start ceftriaxone.\n2. COPD."),
    note("progress", "20260505090000-0400", "Assessment and plan:\n1. Pneumonia, on ceftriaxone.\n2. COPD."),
)
SILENT = "Discharge diagnoses:\n1. COPD."


def heard(*messages: Inbound) -> tuple[list[QueryAlert], list[FinalCodeSet]]:
    with TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        ward.hear((ADMITTED, *messages))
        return ward.alerts(), ward.finals()


def states(condition: str, *messages: Inbound) -> list[str]:
    return [alert.state for alert in heard(*messages)[0] if alert.condition == condition]


def summary(text: str, signed: str = "AU") -> Inbound:
    return note("summary", "20260508120000-0400", text, signed)


def test_a_pneumonia_that_the_summary_does_not_name() -> None:
    alerts, finals = heard(*PNEUMONIA, LEFT, summary(SILENT))
    asked = [alert for alert in alerts if alert.condition == "dropped/pneumonia"][-1]
    assert asked.state == "draft"
    assert asked.gate is not None
    assert asked.gate.compliant
    assert asked.wording is not None
    assert [one.quote for one in asked.wording.documented] == ["Pneumonia", "Pneumonia"]
    assert "“Pneumonia” is documented" in asked.wording.why
    assert "dropped/pneumonia" in [one.condition for one in finals[-1].open_questions], "the coder sees it before vouching for the set"


@pytest.mark.parametrize("last", [summary("Discharge diagnoses:\n1. Pneumonia.\n2. COPD."), summary(SILENT, signed="DO")])
def test_named_in_the_summary_or_not_signed_yet(last: Inbound) -> None:
    assert states("dropped/pneumonia", *PNEUMONIA, LEFT, last) == []


def test_an_embolism_that_was_to_be_ruled_out() -> None:
    looked_for = (
        note("admission", "20260504090000-0400", "Assessment and plan:\n1. Possible pulmonary embolism. CT angiogram.\n2. COPD."),
        note("progress", "20260505090000-0400", "Assessment and plan:\n1. Possible pulmonary embolism, CT pending.\n2. COPD."),
    )
    ruled_out = note("progress", "20260506090000-0400", "Assessment and plan:\n1. Pulmonary embolism ruled out.\n2. COPD.")
    assert states("never-settled/pulmonary-embolism", *looked_for, LEFT, summary(SILENT))[-1] == "draft"
    assert states("never-settled/pulmonary-embolism", *looked_for, ruled_out, LEFT, summary(SILENT)) == []
    assert states("never-settled/pulmonary-embolism", *looked_for, LEFT) == []


def test_what_the_summary_calls_unlikely() -> None:
    unlikely = summary("Discharge diagnoses:\n1. COPD.\n2. Pneumonia, unlikely.")
    assert states("unlikely-at-discharge/pneumonia", LEFT, unlikely)[-1] == "draft"
    assert states("unlikely-at-discharge/pneumonia", LEFT, summary("Discharge diagnoses:\n1. COPD.\n2. Probable pneumonia.")) == []
