"""Acknowledgements, by hand: a few fields of the message's own bytes, echoed (DOMAIN E.1).

Bytes and not text, so that MSA-2 is MSH-10 to the byte, whatever the sender's character set.  (hl7apy makes the same in 33 ms.)
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Code = Literal["AA", "AE", "AR"]
_LINE_END = re.compile(rb"[\r\n]")
_VERSION = re.compile(rb"\d{1,3}(\.\d{1,3})*\Z")
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
    parties = (sender.field(5), sender.field(6), sender.field(3), sender.field(4))
    spoken = sender.field(12) or b"2.5.1"
    version = _version(spoken.split(caret)[0])
    msh = [b"MSH", encoding, *parties, sent_at(at), b"", _kind(sender, caret, version), ack_id.encode(), sender.field(11) or b"P", spoken]
    if character_set := sender.field(18):
        msh += [b""] * 5 + [character_set]  # our bytes are the sender's
    msa = bar.join((b"MSA", code, sender.field(10), *((reason.encode(),) if reason else ())))
    err = (_err(bar, encoding, version, reason, where),) if reason else ()
    return b"\r".join((bar.join(msh), msa, *err, b""))


def sent_at(at: datetime) -> bytes:
    """MSH-7 of what we say."""
    return at.strftime("%Y%m%d%H%M%S%z").encode()


def _version(told: bytes) -> tuple[int, ...]:
    """MSH-12 to compare; what is no version is answered in the manner of 2.5.1."""
    return tuple(map(int, told.split(b"."))) if _VERSION.match(told) else (2, 5, 1)


def _kind(sender: Sender, caret: bytes, version: tuple[int, ...]) -> bytes:
    """MSH-9: in 2.1 the type alone, until 2.3 with the trigger, since 2.3.1 with the structure too."""
    trigger = sender.field(9).split(caret)[1:2]
    if not trigger or not trigger[0] or version < (2, 2):
        return b"ACK"
    return caret.join((b"ACK", *trigger, b"ACK") if version >= (2, 3, 1) else (b"ACK", *trigger))


def _err(bar: bytes, encoding: bytes, version: tuple[int, ...], reason: str, where: str) -> bytes:
    """ERR: until 2.4 all in ERR-1 (segment, sequence, field, error), since 2.5 by the field: ERR-2 where, ERR-3 what, ERR-8 in words."""
    caret, ampersand = encoding[:1], encoding[3:4] or b"&"
    condition = _CONDITION_BY_REASON.get(reason, _INTERNAL)
    segment, _, number = where.partition("-")
    place = (segment.encode(), b"1", number.encode()) if where else ()
    if version < (2, 5):
        return bar.join((b"ERR", caret.join((*(place or (b"", b"", b"")), condition.replace(b"^", ampersand)))))
    return bar.join((b"ERR", b"", caret.join(place), condition.replace(b"^", caret), b"E", b"", b"", b"", reason.encode()))
