"""What other formats leave in a note, made white space: tags, entities, control words, escapes and marks that nobody sees.

Between "No" and "pneumonia" stood "&#160;" or `\\.br\\`: then the word still denies, and the line still ends.  Every character keeps its
place, so that offsets are those of the text as it came, and quotes are taken from there.  Whole documents in RTF or HTML are converted
at intake; this is about what is left in plain text.
"""

import re
from html import unescape
from typing import Final

_BLOCKS: Final = r"br|p|div|tr|li|ul|ol|table|thead|tbody|hr|h[1-6]|pre|html|head|body|title"
_INLINE: Final = r"b|i|u|em|strong|span|font|td|th|a|img|sup|sub|center|meta|style|o:p"
_TAG: Final = rf"<(?P<close>/?)(?:(?P<block>{_BLOCKS})|{_INLINE})(?:[ \t\r\n/][^<>]{{0,500}})?>"
_ENTITY: Final = r"&(?:nbsp|amp|lt|gt|quot|apos|#\d{1,6}|#x[0-9a-f]{1,5});"
_RTF: Final = (
    r"\\(?:(?P<par>par|line)(?![a-z])|(?:pard|tab|plain|ansi|ulnone|rtf1|deff\d|fonttbl|colortbl|viewkind\d|(?:b|i|ul)0|"
    r"(?:f|fs|cf|uc|lang|li|ri|sb|sa)\d{1,5})(?![a-z\d])|'[0-9a-f]{2})[ ]?"
)
_HL7: Final = r"\\(?:(?P<newline>\.br|\.sp|\.ce)|\.(?:fi|nf|in|ti|sk)|[HNFSTRE]|X[0-9A-F]{2,8})(?:[+-]?\d{1,3})?\\"
_UNSEEN: Final = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
_BREAK: Final = r"(?P<break>[\x0b\x0c\x85\u2028\u2029])"
_ANY: Final = re.compile(r"[<&\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_LEFT: Final = re.compile("|".join((_TAG, f"(?P<entity>{_ENTITY})", _HL7, _RTF, _UNSEEN, _BREAK)), re.IGNORECASE)


def legible(text: str) -> str:
    """The same number of characters, and no others between the words than a reader knows; the text itself where that is so already."""
    parts: list[str] = []
    at = 0
    for sign in _ANY.finditer(text):  # found fast; what is left is looked for only there
        if sign.start() >= at and (left := _LEFT.match(text, sign.start())) is not None:
            parts += (text[at : left.start()], _white(left))
            at = left.end()
    return "".join((*parts, text[at:])) if parts else text


def _white(left: re.Match[str]) -> str:
    found = left.group()
    if left["entity"]:
        return unescape(found)[:1].ljust(len(found))
    ends_line = left["block"] or left["par"] or left["newline"] or left["break"]
    return ("\n" if ends_line else " ").ljust(len(found))
