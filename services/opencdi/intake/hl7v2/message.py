"""A tolerant splitter for HL7 v2: what arrives in practice, not what the standard wishes (DOMAIN B02)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from opencdi.events.hl7_structure import MessageHeader, Signs, header_of
from opencdi.events.problems import Unusable

_CHARSETS = {  # HL7 table 0211, and what is written instead: DICOM's and other systems' names; in capitals without blanks and hyphens
    "": "utf-8", "ASCII": "utf-8", "USASCII": "utf-8", "ISOIR6": "utf-8", "UNICODE": "utf-8", "UNICODEUTF8": "utf-8", "UTF8": "utf-8",
    "ISOIR192": "utf-8", "GB180302000": "gb18030", "GB18030": "gb18030", "GBK": "gb18030", "GB2312": "gb18030", "BIG5": "big5",
    "KSX1001": "euc_kr", "EUCKR": "euc_kr", "SHIFTJIS": "shift_jis", "ISOIR14": "shift_jis", "ISOIR87": "iso2022_jp_2",
    "ISOIR159": "iso2022_jp_2", "LATIN1": "cp1252",
    **{f"{name}125{n}": f"cp125{n}" for name in ("CP", "WINDOWS", "WIN") for n in range(9)},
    **{f"{name}{n}": "cp1252" if n == 1 else f"iso8859-{n}" for name in ("8859/", "ISO8859/", "ISO8859") for n in (*range(1, 10), 15)},
    "ISOIR100": "cp1252", "ISOIR101": "iso8859-2", "ISOIR109": "iso8859-3", "ISOIR110": "iso8859-4", "ISOIR144": "iso8859-5",
    "ISOIR127": "iso8859-6", "ISOIR126": "iso8859-7", "ISOIR138": "iso8859-8", "ISOIR148": "iso8859-9",
}  # fmt: skip
_PLAIN_NAME = re.compile(r"[\s_-]")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}\Z")
NULL = '""'
"""HL7's null: nothing is there; in a snapshot, what was there is deleted (2.5.1, 2.5.3).  Never a number, a code or a name."""
Segment = list[str]
"""Fields by their number: `segment[0]` is the name, `segment[3]` the third field; MSH counts its separator as MSH-1."""


def clean(text: str) -> str:
    """Text that every later room can write: lone surrogates and NUL become a replacement sign."""
    if text.isascii():
        return text.replace("\x00", "�") if "\x00" in text else text
    return text.encode("utf-8", "replace").decode().replace("\x00", "�")


def _named(header: MessageHeader) -> str:
    """The character set of the message: the first that is named; of several the one to which a sender switches within the text."""
    names = [_PLAIN_NAME.sub("", name).upper() for name in header.first(18).split(header.signs.repetition)]
    return next((name for name in names if _CHARSETS.get(name) == "iso2022_jp_2"), "" if names[0] == NULL else names[0])


def names_charset(header: MessageHeader) -> bool:
    """Whether MSH-18 is empty or names a character set that we know."""
    return _named(header) in _CHARSETS


def decoded(body: bytes, header: MessageHeader) -> str:
    """The message as text: MSH-18, else UTF-8, else Windows' Latin-1 (which what claims to be ASCII often is)."""
    charset = _CHARSETS.get(_named(header), "utf-8")
    for name in (charset, "utf-8", "cp1252"):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Message:
    """One message, split into segments; fields stay as sent until somebody asks for them."""

    header: MessageHeader
    segments: tuple[Segment, ...]

    def first(self, name: str) -> Segment | None:
        """The first segment of that name."""
        return next((segment for segment in self.segments if segment[0] == name), None)

    def every(self, name: str) -> list[Segment]:
        """All segments of that name, in order."""
        return [segment for segment in self.segments if segment[0] == name]

    def parts(self, value: str) -> list[str]:
        """The components of one repetition, unescaped."""
        return [self.plain(part) for part in value.split(self.header.signs.component)]

    def repetitions(self, segment: Segment | None, number: int) -> list[str]:
        """The repetitions of a field, as sent."""
        value = raw(segment, number)
        return value.split(self.header.signs.repetition) if value else []

    def component(self, segment: Segment | None, number: int, nth: int = 1) -> str:
        """The nth component of the first repetition of a field, its first subcomponent, unescaped and stripped; of HL7's null nothing."""
        value = raw(segment, number)
        if not value or value.isalnum():  # no sender's sign is a letter or a digit
            return value if nth == 1 else ""
        _, component, repetition, _, subcomponent = self.header.signs
        if repetition in value:
            value = value.split(repetition, 1)[0]
        if component in value or nth > 1:
            parts = value.split(component)
            value = parts[nth - 1] if nth <= len(parts) else ""
        if subcomponent in value:
            value = value.split(subcomponent, 1)[0]
        value = self.plain(value).strip()
        return "" if value == NULL else value

    def assigner(self, value: str, nth: int = 4) -> str:
        """Who assigned the number of a CX: HD.1, or where a sender names no namespace, HD.2, the universal id."""
        parts = value.split(self.header.signs.repetition, 1)[0].split(self.header.signs.component)
        names = parts[nth - 1].split(self.header.signs.subcomponent)[:2] if nth <= len(parts) else []
        return next((name for name in (self.plain(name).strip() for name in names) if name not in ("", NULL)), "")

    def plain(self, value: str) -> str:
        """The value with the escapes undone."""
        return unescaped(value, self.header.signs)


def patients_in(message: Message) -> list[Message]:
    """A message about several (A17, A40 and its kin): one for each PID, and for each further MRG under it, with the common head."""
    groups: list[list[Segment]] = []
    head: list[Segment] = []
    for segment in message.segments:
        again = segment[0] == "MRG" and groups and any(other[0] == "MRG" for other in groups[-1])
        if segment[0] == "PID":
            groups.append([segment])
        elif again:
            groups.append([*(other for other in groups[-1] if other[0] in ("PID", "PD1")), segment])
        else:
            (groups[-1] if groups else head).append(segment)
    return [Message(message.header, (*head, *group)) for group in groups] or [message]


def raw(segment: Segment | None, number: int) -> str:
    """A field as sent, "" if it is not there."""
    return segment[number] if segment is not None and number < len(segment) else ""


def unescaped(value: str, signs: Signs) -> str:
    r"""Undo \F\ \S\ \T\ \R\ \E\ \.br\ \Xdd..\; highlighting and unknown escapes leave nothing; a lone escape sign stays."""
    if not signs.escape or signs.escape not in value:
        return value
    meant_by = {"F": signs.field, "S": signs.component, "T": signs.subcomponent, "R": signs.repetition, "E": signs.escape}
    pieces = value.split(signs.escape)
    out = [pieces[0]]
    inside = True
    for nth, piece in enumerate(pieces[1:], 1):
        last = nth == len(pieces) - 1
        if inside and not last and (meant := _escape(piece, meant_by)) is not None:
            out.append(meant)
            inside = False
        elif inside:
            out.append(signs.escape + piece)
        else:
            out.append(piece)
            inside = True
    return "".join(out)


def _escape(code: str, signs: dict[str, str]) -> str | None:
    if code in signs:
        return signs[code]
    if code[:1] == "X" and re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", code[1:]):
        data = bytes.fromhex(code[1:])
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if code[:1] == ".":
        return "\n" if code[1:3].lower() in ("br", "sp", "ce") else ""
    return "" if code in ("H", "N", "") or (code[:1] in ("Z", "C", "M") and code[1:].isalnum()) else None


@lru_cache(maxsize=256)
def _is_segment(name: str) -> bool:
    return _SEGMENT.match(name.strip()) is not None


def read_message(body: bytes) -> Message:
    """The message in these bytes; raises `Unusable` where there is none.  A line that is no segment belongs to the field before it."""
    body = body.strip(b"\x0b\x1c")
    header = header_of(body)
    if header is None:
        raise Unusable("NO_MSH", "MSH")
    text = clean(decoded(body[body.index(b"MSH") :], header))
    segments: list[Segment] = []
    for line in text.replace("\n", "\r").split("\r"):
        if not line:
            continue
        fields = line.split(header.signs.field)
        if not _is_segment(fields[0]) or (len(fields) == 1 and len(line) > 3):
            # A raw line break inside a text field: real senders do it, and the words must not be lost.
            if segments and segments[-1][0] in ("OBX", "NTE"):
                segments[-1][-1 if len(segments[-1]) < 6 else 5] += "\n" + line
            continue
        fields[0] = fields[0].strip()
        if fields[0] == "MSH":
            fields.insert(1, header.signs.field)
        segments.append(fields)
    return Message(header, tuple(segments))
