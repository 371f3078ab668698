"""Document content that travels encoded: base64 text in ED, attachments of DocumentReference."""

from base64 import b64decode
from binascii import Error

from opencdi.intake.told import Findings

_LINE_ENDS = str.maketrans({"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x00": "�"})


def plain_text(text: str) -> str:
    """Line ends as "\\n", nothing that cannot be written again."""
    return text.replace("\r\n", "\n").translate(_LINE_ENDS).encode("utf-8", "replace").decode()


def text_in_base64(data: str, problems: list[tuple[str, str]], where: str) -> str | None:
    """The text in base64; None with a problem where it is not base64 or not text."""
    try:
        content = b64decode("".join(data.split()), validate=True)
    except (Error, ValueError):
        problems.append(("NOT_BASE64", where))
        return None
    if content.startswith((b"%PDF", b"{\\rtf", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8", b"II*\x00", b"MM\x00*")):
        problems.append(("CONTENT_NOT_READ", where))
        return None
    try:
        return plain_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return plain_text(content.decode("cp1252", "replace"))


def text_of_ed(parts: list[str], told: Findings) -> str | None:
    """ED: source, type, subtype, encoding, data."""
    parts += [""] * (5 - len(parts))
    if parts[3].strip().upper() == "BASE64":
        return text_in_base64(parts[4], told.problems, "OBX-5")
    return plain_text("^".join(parts[4:]).strip("^")) or None
