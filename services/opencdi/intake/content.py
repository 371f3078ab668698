"""Document content that travels wrapped: base64, RTF, PDF, HTML and CDA in OBX-5 and in attachments.

What cannot be read is a problem with its field's name, never a guess and never a crash.  Files come from outside, so they are bounded
by bytes, pages and characters; pypdf bounds what a stream may unpack to.
"""

import re
from base64 import b64decode
from binascii import Error
from io import BytesIO
from logging import CRITICAL, getLogger

from opencdi.intake.cda import is_cda, text_of_cda
from opencdi.intake.narrative import is_html, text_of_xhtml
from opencdi.intake.told import Findings

MAX_FILE_BYTES = 16 * 2**20
MAX_PAGES = 500
MAX_CHARACTERS = 4_000_000
_LINE_ENDS = str.maketrans({"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x00": "�"})
_PDF = b"%PDF"
_RTF = "{\\rtf"
_NO_WORDS = (  # pictures, sound, packed files, office files of before they were packed
    b"PK\x03\x04", b"\x89PNG", b"\xff\xd8", b"II*\x00", b"MM\x00*", b"GIF8", b"RIFF", b"ID3", b"OggS",
    b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\x00\x00\x00\x0cjP", b"%!PS",
)  # fmt: skip
_CHARSET = re.compile(r"(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9._-]{3,24})", re.IGNORECASE)
_BYTE_ORDER = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_ENCODINGS = frozenset({"BASE64", "B64", "HEX", "A"})
_DATA = 4  # components before it
_ENCODED_PDF = "JVBERi0"


def plain_text(text: str) -> str:
    """Line ends as "\\n", nothing that cannot be written again."""
    return text.replace("\r\n", "\n").translate(_LINE_ENDS).encode("utf-8", "replace").decode()


def is_wrapped(text: str) -> bool:
    """Whether these words are wrapped in RTF, HTML or CDA."""
    return text.lstrip().startswith(_RTF) or is_cda(text) or is_html(text)


def words_in(text: str, problems: list[tuple[str, str]], where: str, kind: str = "") -> str | None:
    """The words of a text that may be wrapped; `kind`: as its sender names the format, "text/html"."""
    rtf = text.lstrip().startswith(_RTF)
    if not rtf and not is_wrapped(text) and "html" not in kind:
        return plain_text(text)
    if len(text) > MAX_FILE_BYTES:
        problems.append(("CONTENT_TOO_LARGE", where))
        return None
    if rtf:
        return _text_of_rtf(text, problems, where)
    if not is_cda(text):
        return _kept(text_of_xhtml(text).strip(), problems, where)
    if (read := text_of_cda(text)) is None:
        problems.append(("CONTENT_NOT_READ", where))
        return None
    said, attached = read
    if attached and not said:
        return text_in_base64(attached, problems, where)
    return _kept(said, problems, where)


def _text_of_rtf(text: str, problems: list[tuple[str, str]], where: str) -> str | None:
    from striprtf.striprtf import rtf_to_text  # read only where there is RTF

    try:
        words = rtf_to_text(text.lstrip(), errors="replace")  # type: ignore[no-untyped-call]  # upstream leaves it untyped
    except (ValueError, LookupError, OverflowError, RecursionError):
        problems.append(("CONTENT_NOT_READ", where))
        return None
    return _kept(words, problems, where)


def text_in_base64(data: str, problems: list[tuple[str, str]], where: str, kind: str = "") -> str | None:
    """The text in base64; None with a problem where it is not base64 or holds no text that we can read."""
    try:
        content = b64decode("".join(data.split()), validate=True)
    except (Error, ValueError):
        problems.append(("NOT_BASE64", where))
        return None
    return _text_of_file(content, problems, where, kind)


def _text_of_file(content: bytes, problems: list[tuple[str, str]], where: str, kind: str) -> str | None:
    if len(content) > MAX_FILE_BYTES:
        problems.append(("CONTENT_TOO_LARGE", where))
        return None
    if content.startswith(_PDF):
        return _text_of_pdf(content, problems, where)
    if content.startswith(_NO_WORDS):
        problems.append(("CONTENT_NOT_READ", where))
        return None
    return words_in(_decoded(content, kind), problems, where, kind)


def _decoded(content: bytes, kind: str) -> str:
    """By its byte order mark, else UTF-8, else the character set that it or its sender names, else Windows' Latin-1."""
    declared = _CHARSET.search(kind) or _CHARSET.search(content[:1024].decode("latin-1"))
    marked = _BYTE_ORDER.get(content[:2])
    for name in (marked or "utf-8-sig", declared[1] if declared else "cp1252"):
        try:
            return content.decode("cp1252" if name.lower() in ("iso-8859-1", "latin1", "us-ascii") else name)
        except (UnicodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


def _wrapped(parts: list[str]) -> tuple[str, str, str]:
    """Encoding, data and type of an ED; of one with fewer components than it has, whatever stands there is the content."""
    if len(parts) > _DATA:
        return parts[3].strip().upper(), "^".join(parts[_DATA:]).strip("^"), f"{parts[1]}/{parts[2]}".lower()
    *before, last = [part for part in parts if part.strip()] or [""]
    encoding = next((part.strip().upper() for part in before if part.strip().upper() in _ENCODINGS), "")
    if encoding or last.startswith(_ENCODED_PDF):
        return encoding, last, ""
    return "", "" if last.strip().upper() in _ENCODINGS else "^".join((*before, last)), ""


def text_of_ed(kind: str, parts: list[str], told: Findings) -> str | None:
    """ED: source, type, subtype, encoding, data.  RP points to content that is kept elsewhere."""
    if kind.upper() == "RP":
        told.problems.append(("CONTENT_ELSEWHERE", "OBX-5"))
        return None
    encoding, data, what = _wrapped(parts)
    if encoding in ("BASE64", "B64") or data.startswith(_ENCODED_PDF):
        return text_in_base64(data, told.problems, "OBX-5", what)
    if encoding == "HEX":
        try:
            return _text_of_file(bytes.fromhex(data), told.problems, "OBX-5", what)
        except ValueError:
            told.problems.append(("NOT_HEX", "OBX-5"))
            return None
    return words_in(data, told.problems, "OBX-5", what) or None


def _text_of_pdf(content: bytes, problems: list[tuple[str, str]], where: str) -> str | None:
    """The text layer, page by page; a scan has none."""
    from pypdf import PdfReader  # read only where there is a PDF

    getLogger("pypdf").setLevel(CRITICAL)  # what it finds odd it would quote
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted or len(reader.pages) > MAX_PAGES:
            problems.append(("CONTENT_NOT_READ" if reader.is_encrypted else "CONTENT_TOO_LARGE", where))
            return None
        pages, length = [], 0
        for page in reader.pages:
            pages.append(page.extract_text().strip())
            length += len(pages[-1])
            if length > MAX_CHARACTERS:
                break
    except Exception:  # whatever a broken file makes the library stumble over is one thing to us: a file that cannot be read
        problems.append(("CONTENT_NOT_READ", where))
        return None
    text = "\n\n".join(page for page in pages if page)
    if not text:
        problems.append(("CONTENT_WITHOUT_TEXT", where))
        return None
    return _kept(text, problems, where)


def _kept(text: str, problems: list[tuple[str, str]], where: str) -> str | None:
    if len(text) > MAX_CHARACTERS:
        problems.append(("CONTENT_TOO_LARGE", where))
        return None
    return plain_text(text)
