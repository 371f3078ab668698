"""Acknowledgements, by hand: a few fields of the message's own bytes, echoed (DOMAIN E.1).

Bytes and not text, so that MSA-2 is MSH-10 to the byte, whatever the sender's character set.  (hl7apy makes the same in 33 ms.)
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Code = Literal["AA", "AE", "AR"]
_LINE_END = re.compile(rb"[\r\n]")
_CONDITIONS = frozenset({b"AL", b"NE", b"ER", b"SU"})
_COMMIT: dict[Code, bytes] = {"AA": b"CA", "AE": b"CE", "AR": b"CR"}
# HL7 table 0357, by our reason codes
_CONDITION_BY_REASON = {
    "NO_MSH": b"100^Segment sequence error^HL70357",
    "NO_ENCODING_CHARACTERS": b"101^Required field missing^HL70357",
    "EMPTY_MESSAGE": b"100^Segment sequence error^HL70357",
    "SEVERAL_MESSAGES": b"100^Segment sequence error^HL70357",
    "UNSUPPORTED_PROCESSING_ID": b"202^Unsupported processing id^HL70357",
    "UNSUPPORTED_VERSION": b"203^Unsupported version id^HL70357",
}
_INTERNAL = b"207^Application internal error^HL70357"


@dataclass(frozen=True, slots=True)
class Sender:
    """MSH as bytes: `field(10)` is the control id."""

    separator: bytes
    fields: tuple[bytes, ...]

    def field(self, number: int) -> bytes:
        """MSH-`number`, b"" if it is not there."""
        return self.fields[number - 1] if 1 < number <= len(self.fields) else b""


def sender_of(message: bytes) -> Sender:
    """The MSH of these bytes; an empty one if there is none to echo."""
    start = message[:64].find(b"MSH")
    line = _LINE_END.split(message[start : start + 65536], maxsplit=1)[0] if start >= 0 else b""
    if len(line) < 5:
        return Sender(b"|", ())
    separator = line[3:4]
    return Sender(separator, (separator, *line[4:].split(separator)))


def acknowledgements(message: bytes, code: Code, *, ack_id: str, at: datetime, reason: str = "", where: str = "") -> tuple[bytes, ...]:
    """What this sender is answered: one original-mode ACK, or what MSH-15 (commit) and MSH-16 (application) ask for.

    Stored is all that we ever promise, so in enhanced mode the application acknowledgement follows the commit at once.
    """
    sender = sender_of(message)
    commit, application = conditions_of(sender)
    if not commit and not application:
        return (_ack(sender, code.encode(), ack_id, at, reason, where),)
    committed = _wanted(commit, code)
    told = [_ack(sender, _COMMIT[code], ack_id, at, reason, where)] if committed else []
    if _wanted(application, code) and (code == "AA" or not committed):  # what was not committed has had its answer
        told.append(_ack(sender, code.encode(), ack_id + "-a", at, reason, where))
    return tuple(told)


def conditions_of(sender: Sender) -> tuple[bytes, bytes]:
    """MSH-15 and MSH-16, where they hold a condition of HL7 table 0155; anything else there is as good as empty."""
    commit, application = (
        condition if condition in _CONDITIONS else b"" for condition in (sender.field(15).strip(), sender.field(16).strip())
    )
    return commit, application


def _wanted(condition: bytes, code: Code) -> bool:
    """HL7 table 0155: AL always, NE never, ER on error, SU on success; empty in enhanced mode means never."""
    return condition == b"AL" or (condition == b"SU" and code == "AA") or (condition == b"ER" and code != "AA")


def _ack(sender: Sender, code: bytes, ack_id: str, at: datetime, reason: str, where: str) -> bytes:
    bar = sender.separator
    encoding = sender.field(2) or b"^~\\&"
    caret = encoding[:1]
    trigger = sender.field(9).split(caret)[1:2]
    kind = caret.join((b"ACK", *trigger, b"ACK")) if trigger and trigger[0] else b"ACK"
    sent_at = at.strftime("%Y%m%d%H%M%S%z").encode()
    parties = (sender.field(5), sender.field(6), sender.field(3), sender.field(4))
    version = sender.field(12) or b"2.5.1"
    msh = bar.join((b"MSH", encoding, *parties, sent_at, b"", kind, ack_id.encode(), sender.field(11) or b"P", version))
    msa = bar.join((b"MSA", code, sender.field(10), *((reason.encode(),) if reason else ())))
    if not reason:
        return msh + b"\r" + msa + b"\r"
    condition = _CONDITION_BY_REASON.get(reason, _INTERNAL).replace(b"^", caret)
    segment, _, number = where.partition("-")
    place = caret.join((segment.encode(), b"1", number.encode())) if where else b""
    err = bar.join((b"ERR", b"", place, condition, b"E", b"", b"", b"", reason.encode()))
    return b"\r".join((msh, msa, err, b""))
