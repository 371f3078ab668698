"""CDA and C-CDA: the words of a clinical document's sections under their headings.

Read as a stream by expat: entries, which say the same in codes, and the header, which holds the patient, are passed over; nothing is built
that could grow.  A document type declaration, without which no entity can be defined, is refused.
"""

import re
from html import escape, unescape
from xml.parsers.expat import ExpatError, ParserCreate

from opencdi.intake.narrative import text_of_xhtml

_HEAD = 4096
_ROOT = re.compile(r"<(?:[\w.-]+:)?ClinicalDocument[\s>]")


class _Refused(Exception):
    """The document defines a type of its own."""


def is_cda(text: str) -> bool:
    """Whether these words are a clinical document in XML."""
    return text.lstrip("\ufeff \r\n\t")[:1] == "<" and _ROOT.search(text[:_HEAD]) is not None


class _Reader:
    """Where in the document the parser stands, and what has been said so far."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.said: list[str] = []
        self.attached = ""  # base64 of a body that is a file
        self._buffer: list[str] | None = None  # of the title or the text that is being read
        self._depth = 0  # where it began
        self._struck = 0  # where what is struck out began
        self._is_file = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = name.rpartition(":")[2]
        self.path.append(name)
        if self._buffer is None:
            if name in ("title", "text") and len(self.path) > 1 and self.path[-2] in ("section", "nonXMLBody"):
                self._buffer, self._depth = [], len(self.path)
                self._is_file = attributes.get("representation") == "B64"
        elif not self._struck:
            if attributes.get("revised") == "delete":
                self._struck = len(self.path)
            else:
                self._buffer.append(f"<{name}>")

    def end(self, name: str) -> None:
        """An element ends."""
        name, depth = name.rpartition(":")[2], len(self.path)
        if self._buffer is not None:
            if depth == self._depth:
                self._tell(plain=self.path[-2] == "nonXMLBody")
            elif self._struck == depth:
                self._struck = 0
            elif not self._struck:
                self._buffer.append(f"</{name}>")
        self.path.pop()

    def words(self, text: str) -> None:
        """Words between the elements."""
        if self._buffer is not None and not self._struck:
            self._buffer.append(escape(text, quote=False))

    def _tell(self, *, plain: bool) -> None:
        whole, self._buffer = "".join(self._buffer or []), None
        if self._is_file:
            self.attached = whole
        elif words := (unescape(whole) if plain else text_of_xhtml(whole)).strip():
            self.said.append(words)


def text_of_cda(text: str) -> tuple[str, str] | None:
    """The words of its sections, and the base64 of a body that is a file; None for what is no such document."""
    reader, parser = _Reader(), ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.words

    def refuse(*_: object) -> None:
        raise _Refused

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text.lstrip("\ufeff \r\n\t").encode("utf-8", "replace"), True)
    except (ExpatError, _Refused):
        return None
    return "\n".join(reader.said), reader.attached
