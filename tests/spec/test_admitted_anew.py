"""An admission that was cancelled by mistake and is admitted anew under the same visit number (DOMAIN E.1, A11)."""

from datetime import timedelta
from pathlib import Path

from opencdi.events.inbound import Inbound
from opencdi.hospital.message import play as messages_of
from opencdi.testing import DAY_ZERO, TENANT, Ward, story


def test_the_stay_is_coded_asked_about_and_closed_as_if_it_had_not_been_cancelled(tmp_path: Path) -> None:
    ward = Ward(tmp_path).live([story("cancelled")])
    admission = next(message for message in messages_of([story("cancelled")], DAY_ZERO) if b"ADT^A01" in message.body)
    assert ward.states() == {"acute-kidney-injury": "withdrawn"}
    for hours, kind in ((1, b"A01"), (30, b"A03")):
        at = ward.now + timedelta(hours=hours)
        sent_at = at.strftime("%Y%m%d%H%M%S%z").encode()
        segments = [line.split(b"|") for line in admission.body.replace(b"A01", kind).rstrip(b"\r").split(b"\r")]
        for fields in segments:
            if fields[0] == b"MSH":
                fields[6], fields[9] = sent_at, b"anew" + kind
            elif fields[0] == b"EVN":
                fields[2:] = [sent_at]
            elif fields[0] == b"PV1":
                fields += [b""] * (46 - len(fields))
                fields[36], fields[44] = (b"01" if kind == b"A03" else b""), b""
        body = b"\r".join(b"|".join(fields) for fields in segments) + b"\r"
        ward.hear([Inbound(f"anew-{kind.decode()}", "cdi.inbound.hl7v2", TENANT, admission.feed, at, body)])
    drgs = [change.after and change.after.drg for change in ward.drgs()]
    assert drgs[:3] == ["313", None, "313"]
    assert ward.finals()[-1].status == "provisional"
    assert ward.states() == {"acute-kidney-injury": "draft"}
