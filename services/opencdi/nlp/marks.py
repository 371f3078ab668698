"""Headings as notes write them: alone on their line, before a colon, a dash or a gap, in the midst of words, behind a lost line break."""

import re
from collections.abc import Iterator
from typing import Final

from opencdi.clinical.vocabulary import NoteType
from opencdi.nlp.headings import Headings, key_of, written_as_heading
from opencdi.nlp.rows import first_word
from opencdi.nlp.shapes import (
    BY_PARTS,
    LETTERING,
    NUMBERED,
    TITLING,
    Mark,
    behind_colon,
    heads_of_rows,
    in_a_time,
    is_part,
    of_one_letter,
    titled_in,
)

_LEAD: Final = re.compile(r"(?P<marks>[ \t>*#=_|•·~-]{0,12})(?P<number>\(?(?:\d{1,2}|[IVX]{1,4})[.)][ \t]{0,4})?[*_]{0,3}")
_OPENS = re.compile(r"(?P<words>[A-Za-z](?:[A-Za-z/&.' ]|-(?=[A-Za-z])){1,40}?)(?:[ \t]{1,4}[-–—]{1,2}[ \t]|[-–—][ \t]|\t|[ ]{2,3})")
_APART: Final = ("  ", "-", "\t", "–", "—")
_GAP: Final = (
    r"(?P<gap>[ \t]{1,4})"
    r"(?!(?i:of|is|was|were|are|has|had|and|or|for|to|on|with|by|at|as|in|per|from|the|ruled|vs|s/p|given|held|reviewed|showed|shows|discussed|"
    r"remains?|remained|may|work|service|services|might|could|cannot|likely|unlikely|suspected|confirmed|excluded|significant|notable|time)\b|w/)"
    r"(?=[^\s:-])"
)
_SURE: Final = re.compile(
    r"(?P<words>[A-Za-z/&]{2,8}(?: [Hh][Xx])?)(?P<gap>[ \t]{1,4})"
    r"(?!(?i:of|is|was|are|and|or|with|in|on|significant|notable|time)\b|w/)(?=[^\s:-])"
)
_FIRST_WORDS = (re.compile(rf"(?P<words>[A-Za-z/&]{{1,12}} [A-Za-z]{{2,4}}){_GAP}"), re.compile(rf"(?P<words>[A-Za-z/&]{{1,12}}){_GAP}"))
"""Two words or one at the start of a line that might head what follows; prose goes on with a verb or a preposition."""
_BREAK: Final = re.compile(
    r"[.;!?\])|, \t*_](?:(?<=[.;!?\])|])[ \t]+|(?<=[.;!?\])]),[ \t]*|(?<=,)(?=[A-Z][A-Za-z-])|(?<=[ \t])[ \t]{2}[ \t]*|(?<=\t)"
    r"|(?<=[ \t])[-–—•*][ \t]|(?<=[*_])[*_])"
)
"""Begins with a set of signs, as those of sentences do."""
_LOST_BREAK: Final = re.compile(r"[.;)\]:][ \t]?,[ \t]?\Z|,\Z")
"""In dictations a line break may have become a comma."""
_BARE: Final = re.compile(r"(?:(?<=[.;)\]:])[ \t]?,[ \t]?|(?<![^\n\r]))(?P<words>[A-Z][A-Z/& -]{2,60}),(?! [A-Z]{2})")
_CAPITALS: Final = re.compile(r"[A-Z][A-Z/& -]{2,60},")
"""A heading between two lost line breaks, and what such a heading is: without it none is looked for."""
_WORDS: Final = re.compile(r"(?<![^\s,])[A-Za-z]")
_NUMBER: Final = re.compile(r"\d")
_AROUND: Final = " \t*_#=:~-–—"
_MOST: Final = 72
"""Characters of the longest heading."""
_COLONS: Final = 400
"""Colons looked at in one line: a table is no list of headings."""
_WRAPPED_AT, _UNWRAPPED = 65, 100
"""A line of so many characters goes on in the next; a longer one shows that lines are not wrapped."""
_MOST_WORDS_WITHIN: Final = 5
_GAP_OF_COLUMNS: Final = 20
_OF_COLUMNS: Final = frozenset({"time", "date"})
_TIMED: Final = re.compile(r"(?:[01]\d|2[0-3]):?[0-5]\d\b(?!/)")
_BY_THE_CLOCK: Final[frozenset[NoteType]] = frozenset({"nursing", "anesthesia", "therapy", "other"})
_BY_ORGAN: Final[frozenset[NoteType]] = frozenset({"nursing", "anesthesia"})


def marks_in(text: str, headings: Headings, note_type: NoteType) -> list[Mark]:
    """The headings of a text, in order."""
    found: list[Mark] = []
    last_line = ""
    rows = heads_of_rows(text, headings, note_type)
    lines = text.replace("\r", "\n")
    begin = 0
    while begin < len(text):
        end = lines.find("\n", begin)
        end = end if end >= 0 else len(text)
        if begin < end:
            if rows and (row := rows.get(begin)) is not None:
                found.append(row)
            else:
                _mark_line(found, text, begin, end, last_line, headings, note_type)
            last_line = text[begin:end]
        begin = end + 1
    return found


def _mark_line(found: list[Mark], text: str, begin: int, end: int, last_line: str, headings: Headings, note_type: NoteType) -> None:
    """The headings of one line, left to right."""
    first, signs, listed = begin, "", False
    if (not (sign := text[begin]).isalpha() or sign in "IVX") and (lead := _LEAD.match(text, begin, end)):
        first = lead.end()
        signs = NUMBERED if lead["number"] else lead["marks"].strip()
        listed = signs in (NUMBERED, "-", "*", "•", "·", "~", "#", ">")
    at = text.find(":", first, end)
    short = end - first <= _MOST and (at < 0 or not text[at + 1 : end].strip(" \t*_#=:"))
    if short and (alone := _alone(text, begin, first, end, headings, note_type, listed=listed, signs=signs)):
        found.append(alone)
        return
    if note_type in LETTERING and (lettered := of_one_letter(text, begin, first, end, headings, note_type)):
        found.append(lettered)
        return
    if note_type in _BY_THE_CLOCK and text[first : first + 1].isdigit() and (clock := _TIMED.match(text, first, end)):
        at = at if at < 0 or at > clock.end() else text.find(":", clock.end(), end)
        if 0 <= at <= first + _MOST and (told := headings.told(text[first:at], note_type)) and told[0] == "addendum":
            found.append(Mark(begin, behind_colon(text, at), *told, (True, False, False, signs)))
        return  # what happened at that hour: "0755 CT: no bleed"
    if 0 <= at <= first + _MOST and (told := headings.told(phrase := text[first:at].strip(_AROUND), note_type)):
        mark = None if in_a_time(text, at) else Mark(begin, behind_colon(text, at), *told, (True, phrase.isupper(), False, signs))
    else:
        mark = _opening(text, begin, first, at if at >= 0 else end, last_line, headings, note_type, listed=listed)
    if mark:
        found.append(mark)
        first = mark.body
    lost = text.find(".,", first, end) >= 0
    if at >= 0 or lost:
        bare = list(_bare(text, first, end, headings, note_type)) if lost and _CAPITALS.search(text, first, end) else []
        _mark_colons(found, bare, text, begin, end, first, headings, note_type, whole=mark is None, signs=signs, tried=at)


def _mark_colons(
    found: list[Mark],
    bare: list[Mark],
    text: str,
    begin: int,
    end: int,
    first: int,
    headings: Headings,
    note_type: NoteType,
    *,
    whole: bool,
    signs: str,
    tried: int,
) -> None:
    """The headings of one line before its colons, and those between lost line breaks."""
    at = text.find(":", first, end)
    nth = 0
    for _ in range(_COLONS):
        if at < 0:
            break
        if not in_a_time(text, at):
            while nth < len(bare) and bare[nth].start < at:
                found.append(bare[nth])
                first, whole = bare[nth].body, False
                nth += 1
            known = whole and at == tried  # its words are no heading
            if (mark_here := _before_colon(text, begin, first, at, headings, note_type, whole=whole, signs=signs, tried=known)) is not None:
                found.append(mark_here)
                first = mark_here.body
            whole = False
        at = text.find(":", at + 1, end)
    found += bare[nth:]


def _bare(text: str, first: int, end: int, headings: Headings, note_type: NoteType) -> Iterator[Mark]:
    """Headings without a colon where line breaks became commas ("... clear.,ASSESSMENT,1. Rhinitis.")."""
    for match in _BARE.finditer(text, first, end):
        key = key_of(match["words"]).replace(" the ", " ")
        if kind := headings.known(key, note_type) or headings.in_capitals.get(key):
            yield Mark(match.start("words"), match.end(), kind, key, (True, True, False, ""))


def _alone(
    text: str, begin: int, first: int, end: int, headings: Headings, note_type: NoteType, *, listed: bool, signs: str
) -> Mark | None:
    """A line that is a heading and nothing else."""
    line = text[first:end]
    phrase = line.strip(_AROUND)
    colon = line.rstrip(" \t*_#=").endswith(":")
    if not colon:
        # As headings are written: "History" is one, "results" in prose and an item of a list ("2. Allergies") are none.
        key = key_of(phrase)
        if not headings.may_be(key) and not phrase.isupper() and phrase[-1:] not in (")", "]") and not _NUMBER.search(phrase):
            return None
        after_gap = begin < 2 or text[begin - 2 : begin].count("\n") == 2 or text[max(0, begin - 4) : begin] == "\r\n\r\n"
        sure = (
            key in headings.unmistakable
            or (phrase.islower() and not listed and (after_gap or " " in phrase))
            or (phrase.isupper() and len(phrase) == 2 and key in headings.also_a_disease)
        )
        if not sure and (len(phrase) < 3 or not phrase[0].isupper() or (listed and not phrase.isupper())):
            return None
        may_be_item = headings.known(key, note_type) in ("social-history", "nutrition")
        if may_be_item and key in headings.of_a_problem and not (phrase.isupper() or signs or after_gap):
            return None
        if not (sure or headings.known(key, note_type) or (written_as_heading(phrase.partition(" (")[0]) and text[:begin].strip())):
            return None  # the first line is a title
    if ":" in phrase:
        return None
    if told := headings.told(phrase, note_type):
        return Mark(begin, end, *told, (True, phrase.isupper(), True, signs))
    if note_type in _BY_ORGAN and phrase.isupper() and all(key_of(part) in headings.within for part in phrase.split("/")):
        return Mark(begin, end, None, key_of(phrase), (True, True, True, signs))
    return None


def _opening(
    text: str, begin: int, first: int, until: int, last_line: str, headings: Headings, note_type: NoteType, *, listed: bool
) -> Mark | None:
    """A heading at the start of a line without a colon: before a dash or a gap, or a short form that is nothing else."""
    stop = min(until, first + _MOST)
    opening = text[first:stop]
    word = first_word(opening)
    if (
        any(sign in opening for sign in _APART)
        and (match := _OPENS.match(text, first, stop))
        and match["words"][0].isupper()
        and not listed
    ):
        if len(letter := match["words"]) == 2 and letter[1] == "." and f"\n{chr(ord(letter[0]) + 1)}." in text:
            return None  # "A.  Colon" is an item where "B.  Appendix" is the next
        key = key_of(match["words"])
        large = match["words"].isupper()
        near = match.end() - match.end("words") == 2 and match.group().endswith("  ")
        kind = headings.known(key, note_type) if large or not near else None
        if kind == "header" and key in _OF_COLUMNS and text[match.end() : match.end() + _GAP_OF_COLUMNS].lstrip()[:1].isalpha():
            return None  # "TIME  BP  HR"
        if kind and not (not large and match.group().endswith("  ") and _is_row(last_line, headings, note_type)):
            return Mark(begin, match.end(), kind, key, (True, match["words"].isupper(), False, ""))
    word = word.lower()
    if word not in headings.openings and word.partition("/")[0] not in headings.openings:
        return titled_in(text, begin, first, stop, headings, note_type) if word in headings.titled and note_type in TITLING else None
    if (match := _SURE.match(text, first, stop)) and (key := key_of(match["words"])) in headings.unmistakable:
        large = match["words"].isupper()
        if (match["words"][0].isupper() or len(key) > 2) and (kind := headings.known(key, note_type)):
            return Mark(begin, match.end(), kind, key, (True, large, False, ""))
    if note_type in TITLING and (titled := titled_in(text, begin, first, stop, headings, note_type)):
        return titled
    for words, behind in _first_words(text, first, stop):
        key = key_of(words)
        large, gap = words.isupper() and len(words) > 1, behind.startswith(("  ", "\t"))
        ended = (
            text[max(0, begin - 2) : begin] == "\n\n"
            or not _WRAPPED_AT <= len(last_line.strip()) <= _UNWRAPPED
            or last_line.rstrip()[-1:] in ".:;!?"
        )
        sure = key in headings.colonless and not listed and (words[0].isupper() or ended or "/" in words)
        clear = gap or text[first + len(words) + len(behind)].isdigit() or len(key) > 3 or not text[first:stop].isupper()
        if key == "f u" and not text[:begin].strip():
            return None  # "f/u ICU pt" begins a visit, no instruction
        if sure and clear and (key not in headings.also_a_disease or large) and (kind := headings.known(key, note_type)):
            return Mark(begin, first + len(words) + len(behind), kind, key, (True, large, False, ""))
    return None


def _is_row(line: str, headings: Headings, note_type: NoteType) -> bool:
    """Whether a line is a row of a table whose first cell heads nothing ("Asthma        Y")."""
    row = _OPENS.match(line.lstrip())
    return row is not None and row.group().endswith("  ") and not headings.known(key_of(row["words"]), note_type)


def _first_words(text: str, first: int, stop: int) -> Iterator[tuple[str, str]]:
    """The first two words of a line, then the first, each with the blanks behind."""
    for pattern in _FIRST_WORDS:
        if match := pattern.match(text, first, stop):
            yield match["words"], match["gap"]


def _before_colon(
    text: str, begin: int, first: int, colon: int, headings: Headings, note_type: NoteType, *, whole: bool, signs: str, tried: bool
) -> Mark | None:
    """The heading that ends at that colon: all since the line began, or since the last stop, or its last words."""
    since = max(first, colon - _MOST)
    piece = text[since:colon].rstrip(" \t*_")
    if whole and since == first:
        phrase = piece.strip(_AROUND)
        if not tried and (told := headings.told(phrase, note_type)):
            return Mark(begin, behind_colon(text, colon), *told, (True, phrase.isupper(), False, signs))
        if (key := key_of(phrase)) in headings.exam_opens or (note_type in BY_PARTS and is_part(text, phrase, colon, headings)):
            return Mark(begin, behind_colon(text, colon), None, key, (True, phrase.isupper(), False, signs))
    cut = 0
    for match in _BREAK.finditer(piece):
        cut = match.end()
    tail = piece[cut:].lstrip(" \t*_-,")
    start = since + piece.rfind(tail)
    lost = "," in text[max(0, start - 2) : start] and _LOST_BREAK.search(text, max(0, start - 4), start) is not None
    style = (lost, tail.isupper(), False, signs)
    key = key_of(tail)
    if tail and (cut or first == since):
        kind = headings.known(key, note_type)
        told = (kind, key) if kind else headings.told(tail, note_type) if lost and written_as_heading(tail) else None
        if told:
            return Mark(start, behind_colon(text, colon), *told, style)
        if (key in headings.exam_opens and (lost or tail[0].isupper())) or (
            lost and note_type in BY_PARTS and is_part(text, tail, colon, headings)
        ):
            return Mark(start, behind_colon(text, colon), None, key, style)
    if key.rpartition(" ")[2] not in headings.last_words:
        return None
    return _last_words(text, start, tail, colon, headings, note_type)


def _last_words(text: str, start: int, tail: str, colon: int, headings: Headings, note_type: NoteType) -> Mark | None:
    """A heading in the midst of words, by its capitals or because it is nothing else: "no fever PMH: COPD Social History: smokes"."""
    if " " not in tail and "," not in tail:
        return None
    places = [match.start() for match in _WORDS.finditer(tail) if match.start()][-_MOST_WORDS_WITHIN:]
    for place in places:
        phrase = tail[place:]
        key = key_of(phrase)
        if key in headings.of_a_problem or not (key in headings.unmistakable or (len(key) > 2 and written_as_heading(phrase))):
            continue
        if phrase.isupper() and tail[:place].rstrip().rpartition(" ")[2].isupper():
            continue  # "SEGMENT III, WEDGE BIOPSY:" is one name
        if kind := headings.known(key, note_type):
            return Mark(start + place, behind_colon(text, colon), kind, key, (False, phrase.isupper(), False, ""))
    return None
