"""A text as a reader understands it, whatever its characters are: what hides a word from a word list does not hide it from a person.

Full-width and mathematical letters, letters of other scripts that look Latin, accents, zero-width and direction marks, HTML, British
spelling, words s p e l l e d or hy-phen-ated apart: all are read as the word that they show.
"""

import html
import re
import unicodedata
from functools import lru_cache

_LOOKS_LIKE = str.maketrans(
    # Cyrillic, Greek, then small capitals and letters without a dot: each with the Latin letter that it looks like
    "АВЕЅІЈКМНОРСТУХаеорсухіјѕһԁԛԝӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧονικρτυαᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɡɑ",
    "ABESIJKMHOPCTYXaeopcyxijshdqwlABEZHIKMNOPTYXovikptuaABCDEFGHIJKLMNOPRSTUVWYZiga",
)
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>|\*\*|(?<!_)__[^\W_][^_]*__(?!_)|~~|&#?\w{2,8};")  # "Other: ____" is a line to write on
_STRETCHED = re.compile(r"\b(?:[A-Za-z][\s.\-·]{1,2}){2,}[A-Za-z]\b")
_BRITISH = ((re.compile("aemi"), "emi"), (re.compile("oedem"), "edem"), (re.compile(r"\bhaem"), "hem"), (re.compile("rrhoe"), "rrhe"))
_DASHES = re.compile("[‐‑‒–—―−]")


def _unseen(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in _BLANKS


@lru_cache(maxsize=4096)
def disguised(text: str) -> str:
    """What is in the text that a question has no honest use for: "hidden characters", "look-alike letters", "markup"; "" if nothing."""
    if any(_unseen(character) for character in text):
        return "hidden characters"
    if _MARKUP.search(text):
        return "markup"
    letters = [c for c in text if c.isalpha()]
    if any(unicodedata.name(c, "").startswith(("MATHEMATICAL", "FULLWIDTH", "CIRCLED")) for c in letters):
        return "look-alike letters"
    for word in re.findall(r"\w{2,}", text):  # a β-agonist and µg are written so; a word of two scripts is not
        if any(not c.isascii() and c.translate(_LOOKS_LIKE).isascii() for c in word) and word.translate(_LOOKS_LIKE).isascii():
            return "look-alike letters"
    return ""


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """The text as it reads: compatibility forms and look-alikes as plain letters, nothing unseen, no markup; case is kept."""
    shown = _TAG.sub("", html.unescape(html.unescape(text)))
    shown = "".join(character for character in unicodedata.normalize("NFKC", shown) if not _unseen(character)).translate(_LOOKS_LIKE)
    bare = "".join(c for c in unicodedata.normalize("NFKD", shown) if unicodedata.category(c) != "Mn")
    bare = _DASHES.sub("-", bare).replace("**", "").replace("__", "").replace("’", "'")
    for pattern, american in _BRITISH:
        bare = pattern.sub(american, bare)
    return " ".join(bare.split())


@lru_cache(maxsize=4096)
def readings(text: str) -> tuple[str, ...]:
    """The plain text, and what it becomes when its separators are read otherwise: "M.C.C." as MCC, "sep-sis" as sepsis."""
    base = plain(text)
    told = (
        base,
        re.sub(r"\s+", " ", re.sub(r"[-_/.·,]", " ", base)),
        re.sub(r"(?<=[A-Za-z])-\s?(?=[A-Za-z])", "", base),
        _STRETCHED.sub(lambda match: re.sub(r"[\s.\-·]", "", match.group()), base),
    )
    return tuple(dict.fromkeys(told))


@lru_cache(maxsize=16384)
def found(pattern: re.Pattern[str], *texts: str) -> str:
    """What the pattern finds in a reading of one of the texts; "" if nothing."""
    return next((match.group() for text in texts for told in readings(text) if (match := pattern.search(told))), "")
