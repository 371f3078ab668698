"""What a sender is answered, asked of the gateway's own functions: acknowledgements by MSH-15 and MSH-16, versions, conditions."""

from collections.abc import Iterator
from datetime import UTC, datetime

from opencdi.events.hl7_structure import structural_refusal
from opencdi.gateway.acks import Code, acknowledgements

_AT = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
_ASKED = (("", ""), ("AL", "NE"), ("AL", "AL"), ("AL", "ER"), ("ER", "AL"), ("SU", "NE"), ("NE", "AL"), ("NE", "NE"))
_VERSIONS = ("2.0", *(f"2.{minor}" for minor in range(1, 10)), "3.0", "")
_PROCESSING = ("P", "T", "D", "", "X")


def _message(version: str = "2.5.1", processing: str = "P", commit: str = "", application: str = "") -> bytes:
    return f"MSH|^~\\&|EHR|MERCY|CDI|MERCY|20260302||ADT^A01|1|{processing}|{version}|||{commit}|{application}\r".encode()


def _told(message: bytes, code: Code, reason: str = "") -> list[dict[str, str]]:
    """MSA-1 and ERR-3 of each acknowledgement."""
    found = []
    for ack in acknowledgements(message, code, ack_id="1", at=_AT, reason=reason):
        fields = {line.split("|")[0]: line.split("|") for line in ack.decode().split("\r") if line}
        found.append({"MSA-1": fields["MSA"][1], "ERR-3": fields["ERR"][3] if "ERR" in fields else ""})
    return found


def by_mode() -> Iterator[tuple[str, str, str, str, str]]:
    """MSH-15, MSH-16, and what is answered to a message that is stored, that is refused, that cannot be stored now."""
    for commit, application in _ASKED:
        message = _message(commit=commit, application=application)
        told = (_told(message, "AA"), _told(message, "AR", "NO_MSH"), _told(message, "AE", "BUS_DOWN"))
        stored, refused, away = (", ".join(ack["MSA-1"] for ack in acks) or "nothing" for acks in told)
        yield commit or "empty", application or "empty", stored, refused, away


def versions() -> tuple[str, ...]:
    """The values of MSH-12 that are taken, of those that there are."""
    return tuple(version or "empty" for version in _VERSIONS if structural_refusal(_message(version)) is None)


def processing_ids(declared: str | None = None) -> tuple[str, ...]:
    """The values of MSH-11 that a listener takes that is declared for that one."""
    return tuple(name or "empty" for name in _PROCESSING if structural_refusal(_message(processing=name), processing_id=declared) is None)


def condition_of(reason: str) -> str:
    """ERR-3 of a refusal for that reason: HL7 table 0357."""
    return _told(_message(), "AR", reason)[0]["ERR-3"].partition("^HL7")[0].replace("^", " ")
