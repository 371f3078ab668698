"""What senders, engines and wires do to messages, and worse: one message made into another that nobody meant."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from opencdi.hospital.message import Message

Mutation = Callable[[bytes, Random], bytes]
_STUFFING = (
    "9" * 400, "-1e999", "1e400", "NaN", "1,5", "<>=", "00000000", "20261345", "99991231235959.9999+9999", "0001", "2026-02-30T25:61:61Z", '""', '"', "\\",
    "\\X", "\\X0\\", "\\XZZ\\", "\\.br", "\\F\\S\\", "\\H\\\\N\\", "^" * 300, "~" * 300, "&" * 300, "|" * 300, "\x00", "\x1c", "\x0b", "\u2028", "é" * 20,
    "{\\rtf1\\ansi {\\b", "{\\rtf1 " + "{" * 400, "%PDF-1.4 " + "<<" * 50, "<html><body>" + "<b>" * 300, "JVBERi0xLjQK" * 9, "A" * 20_000, "ab " * 9_000,
    "a" * 3 + "^" + "b" * 3, "2160-0^Creatinine^LN", "OBX", "MSH|", "20260504", "1.2.3.4.5", "-", ".", "é", "\u202e", "٣", "½", "no no not no evidence of denies " * 99,
)  # fmt: skip
_TYPE = 8  # where MSH is split at its signs: MSH-9
_CHARSETS = ("latin-1", "cp1252", "utf-16", "utf-16-le", "utf-32", "utf-7", "utf-8-sig", "koi8-r", "shift_jis", "big5", "cp037")
_NAMED = (
    b"UNICODE UTF-8",
    b"8859/1",
    b"8859/15",
    b"ISO IR87",
    b"UNICODE UTF-16",
    b"ASCII",
    b"GB 18030-2000",
    b"KLINGON",
    b"~8859/1",
    b"\\",
)


def mutated(corpus: Sequence[Message], dice: Random) -> tuple[str, bytes]:
    """The kind, "hl7v2" or "fhir", and the bytes of one message that was mutated one to four times; most still begin as one of the kind."""
    told = dice.choice(corpus)
    kind, body = ("fhir" if told.feed == "fhir" else "hl7v2"), told.body
    mutations, crossed = (_FHIR, _crossed_resources) if kind == "fhir" else (_HL7, _crossed_segments)
    if dice.random() < 0.3:  # well-formed, and says what contradicts or repeats what others say
        return kind, crossed(body, dice.choice([one.body for one in corpus if (one.feed == "fhir") == (kind == "fhir")]), dice)
    for _ in range(dice.choice((1, 1, 2, 3, 4))):
        other = dice.choice(corpus).body
        body = dice.choice(mutations)(body, dice) if dice.random() < 0.97 else _spliced(body, other, dice)
    return kind, body


def mutated_text(text: str, dice: Random) -> str:
    """A note with its words run together, repeated, stuffed or shuffled."""
    for _ in range(dice.randint(1, 4)):
        words, at = text.split() or ["no"], dice.randrange(len(text) + 1)
        match dice.randrange(6):
            case 0:
                text = dice.choice(("", "\n", "\t", " ", " ,", ": ")).join(words)
            case 1:
                nth = dice.randrange(len(words))
                text = " ".join(words[nth : nth + dice.randint(1, 4)] * dice.choice((10, 1000, 8000)))
            case 2:
                text = text[:at] + dice.choice(_STUFFING) + text[at:]
            case 3:
                text = " ".join(dice.sample(words, len(words)))
            case 4:
                text += dice.choice(("(", "[ ]", "___", "- ", "1/2 ", "/", "--", "no ", "denies ", "Cr 1.1->")) * dice.choice((10, 3000))
            case _:
                text *= dice.choice((2, 20))
        text = text[:20_000]
    return text


# --- bytes ------------------------------------------------------------------------------------------------------------
def _flipped(body: bytes, dice: Random) -> bytes:
    changed = bytearray(body)
    for _ in range(dice.randint(1, 8) if changed else 0):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _cut(body: bytes, dice: Random) -> bytes:
    a, b = sorted(dice.randrange(len(body) + 1) for _ in range(2))
    return dice.choice((body[:a], body[:a] + body[b:], body[a:b], body[:b] + body[a:]))


def _stuffed_anywhere(body: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] + dice.choice(_STUFFING).encode() + body[at:]


def _recoded(body: bytes, dice: Random) -> bytes:
    return body.decode("utf-8", "replace").encode(dice.choice(_CHARSETS), "replace")


def _spliced(body: bytes, other: bytes, dice: Random) -> bytes:
    return body[: dice.randrange(len(body) + 1)] + other[dice.randrange(len(other) + 1) :]


# --- two messages' words in one ---------------------------------------------------------------------------------------
def _crossed_segments(body: bytes, other: bytes, dice: Random) -> bytes:
    """Numbers, codes and times of another message, or of another field of this one, in their proper fields; whole segments as well."""
    lines, others = ([line.split(b"|") for line in told.split(b"\r") if line] for told in (body, other))
    numbers = [field for line in lines + others for field in line if b"^^^" in field]
    for _ in range(dice.choice((1, 2, 4, 8))):
        fields = dice.choice(lines)
        alike = [line for line in others if line[0] == fields[0]]
        nth = dice.randrange(1, len(fields)) if len(fields) > 1 else 0
        match dice.randrange(5):
            case 0 if alike and nth and len(told := dice.choice(alike)) > nth:
                fields[nth] = told[nth]
            case 1 if numbers and b"^^^" in fields[nth]:
                fields[nth] = dice.choice((dice.choice(numbers), fields[nth] + b"~" + dice.choice(numbers)))
            case 2 if numbers and fields[0] in (b"MRG", b"PID", b"PV1"):
                places = {b"MRG": (1, 3, 5), b"PID": (2, 3, 4, 18), b"PV1": (5, 19, 50)}[fields[0]]
                place = dice.choice([place for place in places if place < len(fields)] or [0])
                fields[place or -1] = dice.choice(numbers)
            case 3:
                lines.append(dice.choice(others))
            case 4 if numbers and len(lines[0]) > _TYPE:
                lines[0][_TYPE] = b"ADT^" + dice.choice((b"A18", b"A24", b"A37", b"A40", b"A41", b"A42", b"A43", b"A44", b"A45", b"A50"))
                lines.append([b"MRG", *(dice.choice((b"", dice.choice(numbers))) for _ in range(5))])
            case _:
                pass
    return b"\r".join(b"|".join(fields) for fields in lines)


def _crossed_resources(body: bytes, other: bytes, dice: Random) -> bytes:
    """Values of another message under the names that they have there."""
    told, others = json.loads(body), json.loads(other)
    said: dict[Any, list[Any]] = {}
    for parent, key in _places(others) + _places(told):
        said.setdefault(key, []).append(parent[key])
    places = _places(told)
    for _ in range(dice.choice((1, 2, 4, 8))):
        parent, key = dice.choice(places)
        if key in parent if isinstance(parent, dict) else key < len(parent):
            parent[key] = json.loads(json.dumps(dice.choice(said[key])))
    return json.dumps(told).encode()


# --- HL7 v2 -----------------------------------------------------------------------------------------------------------
def _segments(body: bytes, dice: Random) -> bytes:
    """Segments doubled, dropped, moved."""
    lines = body.split(b"\r")
    nth = dice.randrange(len(lines))
    match dice.randrange(5):
        case 0:
            lines[nth:nth] = [lines[nth]] * dice.choice((1, 1, 50))
        case 1:
            del lines[nth]
        case 2:
            lines.insert(dice.randrange(len(lines)), lines.pop(nth))
        case 3:
            head, rest = lines[:1], lines[1:]
            dice.shuffle(rest)
            lines = head + rest
        case _:
            lines.insert(
                nth, dice.choice((b"ZZZ|1", b"OBX", b"OBX|||", b"|", b"NTE|1||", b"DG1|1||", b"MRG|", b"PID", b"TXA|1", b"ORC|CA"))
            )
    return b"\r".join(lines)


def _fields(body: bytes, dice: Random) -> bytes:
    """Fields swapped, emptied, stuffed, repeated."""
    lines = body.split(b"\r")
    nth = dice.randrange(len(lines))
    fields = lines[nth].split(b"|")
    a, b = dice.randrange(len(fields)), dice.randrange(len(fields))
    match dice.randrange(6):
        case 0:
            fields[a], fields[b] = fields[b], fields[a]
        case 1:
            fields[a] = b""
        case 2:
            fields[a] = dice.choice(_STUFFING).encode()
        case 3:
            fields[a] = fields[a] + b"~" + fields[b]
        case 4:
            fields[a] = b"^".join(dice.sample(parts := fields[a].split(b"^"), len(parts)))
        case _:
            fields += [dice.choice(_STUFFING).encode()] * dice.choice((1, 60))
    lines[nth] = b"|".join(fields)
    return b"\r".join(lines)


def _signs(body: bytes, dice: Random) -> bytes:
    """Other delimiters, in the whole message or in MSH alone."""
    old, new = bytes([dice.choice(b"|^~\\&")]), bytes([dice.choice(b"|^~\\&#!$%*+@ \rA0\xff")])
    return body.replace(old, new) if dice.random() < 0.5 else body[:9].replace(old, new) + body[9:]


def _ends(body: bytes, dice: Random) -> bytes:
    return body.replace(b"\r", dice.choice((b"\n", b"\r\n", b"\r\r", b"\n\r", b"", b"\x1c\r", b"\x0b", b"\x85", b"\r\x00")))


def _charset(body: bytes, dice: Random) -> bytes:
    head, _, rest = body.partition(b"\r")
    return head + b"||||||" + dice.choice(_NAMED) + b"\r" + (_recoded(rest, dice) if dice.random() < 0.5 else rest)


def _type(body: bytes, dice: Random) -> bytes:
    kind = dice.choice(
        (
            b"ADT^A01",
            b"ADT^A40",
            b"ADT^A17",
            b"ADT^A42",
            b"ADT",
            b"ORU^R01",
            b"MDM^T02",
            b"MDM^T10",
            b"RAS^O17",
            b"BAR^P12",
            b"SIU^S12",
            b"ACK",
            b"^",
            b"",
            b"PPR^PC1",
        )
    )
    fields = body.split(b"|", 9)
    return b"|".join([*fields[:8], kind, *fields[9:]])


# --- FHIR -------------------------------------------------------------------------------------------------------------
def _structure(body: bytes, dice: Random) -> bytes:
    """Members dropped, renamed, doubled, wrapped, swapped or put elsewhere; numbers, dates and words that are none."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return _flipped(body, dice)
    places = [place for place in _places(told) if place]
    if not places:
        return _flipped(body, dice)
    parent, key = dice.choice(places)
    other_parent, other_key = dice.choice(places)
    match dice.randrange(8):
        case 0:
            del parent[key]
        case 1:
            parent[key] = _junk(dice)
        case 2:
            parent[key] = [parent[key]] * dice.choice((1, 2, 40))
        case 3:
            parent[key] = {dice.choice(("value", "reference", "coding", "resourceType", "0")): parent[key]}
        case 4:
            parent[key], other_parent[other_key] = other_parent[other_key], parent[key]
        case 5 if isinstance(parent, dict):
            parent[dice.choice(("id", "status", "resourceType", "meta", "link", "é"))] = parent.pop(key)
        case 6:
            return json.dumps(told).encode().replace(b'"', b"'", dice.randint(1, 4))
        case _:
            nested: Any = parent[key]
            for _ in range(dice.choice((3, 60, 400))):
                nested = [nested] if dice.random() < 0.5 else {"extension": nested}
            parent[key] = nested
    try:
        return json.dumps(told, allow_nan=True, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):  # it holds itself now
        return body


def _places(told: Any, depth: int = 0) -> list[tuple[Any, Any]]:
    if depth > 12 or not isinstance(told, dict | list):
        return []
    keys = list(told) if isinstance(told, dict) else list(range(len(told)))
    return [(told, key) for key in keys] + [place for key in keys for place in _places(told[key], depth + 1)]


def _junk(dice: Random) -> Any:
    return dice.choice((None, True, 0, -1, 10**400, 1e308, float("inf"), "", [], {}, [[]], [None], "\ud800", {"value": None}, *_STUFFING))


_BYTES: tuple[Mutation, ...] = (_flipped, _cut, _stuffed_anywhere, _recoded)
_HL7: tuple[Mutation, ...] = (*_BYTES, _segments, _segments, _fields, _fields, _fields, _fields, _signs, _ends, _charset, _type)
_FHIR: tuple[Mutation, ...] = (*_BYTES, *(_structure,) * 8)
