"""Document content that travels encoded: base64 text, RTF and PDF in ED, attachments of DocumentReference.

What cannot be read is a problem with its field's name, never a guess and never a crash.  Files come from outside, so they are bounded
by bytes, pages and characters; pypdf bounds what a stream may unpack to.
"""

from base64 import b64decode
from binascii import Error
from io import BytesIO
from logging import CRITICAL, getLogger

from opencdi.intake.told import Findings

MAX_FILE_BYTES = 16 * 2**20
MAX_PAGES = 500
MAX_CHARACTERS = 4_000_000
_LINE_ENDS = str.maketrans({"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x00": "�"})
_PDF = b"%PDF"
_RTF = "{\\rtf"
_PICTURES = (b"PK\x03\x04", b"\x89PNG", b"\xff\xd8", b"II*\x00", b"MM\x00*", b"GIF8")
_ENCODED_PDF = "JVBERi0"


def plain_text(text: str) -> str:
    """Line ends as "\\n", nothing that cannot be written again."""
    return text.replace("\r\n", "\n").translate(_LINE_ENDS).encode("utf-8", "replace").decode()


def is_rtf(text: str) -> bool:
    """Whether these words are wrapped in RTF."""
    return text.lstrip().startswith(_RTF)


def words_in(text: str, problems: list[tuple[str, str]], where: str) -> str | None:
    """The words of a text that may be RTF."""
    if not is_rtf(text):
        return plain_text(text)
    if len(text) > MAX_FILE_BYTES:
        problems.append(("CONTENT_TOO_LARGE", where))
        return None
    from striprtf.striprtf import rtf_to_text  # read only where there is RTF

    try:
        words = rtf_to_text(text.lstrip(), errors="replace")  # type: ignore[no-untyped-call]  # upstream leaves it untyped
    except (ValueError, LookupError, OverflowError, RecursionError):
        problems.append(("CONTENT_NOT_READ", where))
        return None
    return _kept(words, problems, where)


def text_in_base64(data: str, problems: list[tuple[str, str]], where: str) -> str | None:
    """The text in base64; None with a problem where it is not base64 or holds no text that we can read."""
    try:
        content = b64decode("".join(data.split()), validate=True)
    except (Error, ValueError):
        problems.append(("NOT_BASE64", where))
        return None
    if len(content) > MAX_FILE_BYTES:
        problems.append(("CONTENT_TOO_LARGE", where))
        return None
    if content.startswith(_PDF):
        return _text_of_pdf(content, problems, where)
    if content.startswith(_PICTURES):
        problems.append(("CONTENT_NOT_READ", where))
        return None
    try:
        return words_in(content.decode("utf-8-sig"), problems, where)
    except UnicodeDecodeError:
        return words_in(content.decode("cp1252", "replace"), problems, where)


def text_of_ed(kind: str, parts: list[str], told: Findings) -> str | None:
    """ED: source, type, subtype, encoding, data.  RP points to content that is kept elsewhere."""
    if kind.upper() == "RP":
        told.problems.append(("CONTENT_ELSEWHERE", "OBX-5"))
        return None
    parts += [""] * (5 - len(parts))
    encoding, data = parts[3].strip().upper(), "^".join(parts[4:]).strip("^")
    if encoding == "BASE64" or data.startswith(_ENCODED_PDF):
        return text_in_base64(data, told.problems, "OBX-5")
    return words_in(data, told.problems, "OBX-5") or None


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
