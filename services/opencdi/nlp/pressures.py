"""Blood pressures, and the vital signs in whose row they stand: "BP 85/40", "VS 36.6 98 104/68 24 88%", "supine 148/82, standing 120/70".

Two numbers with a slash are a pressure only where something says so: its name, the heading of the vital signs, a temperature before it,
another vital sign beside it, a pressure just before it in the same sentence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from opencdi.events.reading import ValueInText
from opencdi.nlp.value_shapes import Analyte, in_unit

_PAIR: Final = re.compile(r"/(?:(?<=[1-9]\d\d.)(?<![\w./]....)|(?<=[1-9]\d.)(?<![\w./]...))(?P<dbp>\d{2,3})(?![\d/]|\.\d|-\d)")
"""From its slash on, which is found fast; before it stand two digits or three."""
_SAID: Final = (
    r"(?:[ \t]{0,3}(?:of|is|was|were|at|to|:|=|~|in the|on|now|today|noted|found|be|been|has|initially|initial|lowest"
    r"|highest|low|high|max|dropp?e?d?"
    r"|fell|came|went|rose|improved|decreased|increased|recorded|reported|down|up|elevated|around|about|approximately"
    r"|repeat|lying|supine|sitting|standing|left arm|right arm"
    r"|systolic|arrival|admission|recent|last|as"
    r"|still|remains|remained|stable|measured|\()(?![A-Za-z])){0,6}[ \t]{0,3}\Z"
)
_NAMED: Final = re.compile(
    rf"(?<!\w)(?i:BPs?|B/P|NIBP|blood pressures?|pressures?|hypotension|hypotensive|hypertensive|supine|sitting|standing|lying){_SAID}"
)
_GOAL: Final = re.compile(r"\b(?:goals?|targets?|keep|maintain|aim|if|unless|until|hold|for)\b[^,.;\n]{0,22}\Z", re.IGNORECASE)
_HEADED: Final = re.compile(
    r"(?:^|\n|[.;][ ])[^\w\n]{0,4}(?i:VSS?|V/S|AFVSS|vitals?(?:[ ]signs?)?|exam|physical exam|PE|O/E|O|OBJ|objective|gen)"
    r"\b[^\w\n]{0,4}(?i:(?:afeb(?:rile)?|tm(?:ax)?|tc|t|temp)[ ,:]{0,3})?\Z"
)
_BEFORE: Final = re.compile(
    r"(?:(?<![\w./-])(?P<t>\d{2,3}\.\d)[ ]?°?[FC]?[,;| ]{1,3})?(?:(?:(?i:HR|pulse|P)[ ])?(?<![\w./-])(?P<hr>\d{2,3})[,;| ]{1,3})?\Z"
)
_BESIDE: Final = re.compile(r"[,;| ]{1,3}(?i:HR|RR|pulse|P|R|T|temp|SpO2|sats?|O2)[ :]{1,2}\d")
_TOKEN: Final = re.compile(
    r"[,;| ]{1,3}(?:(?P<name>HR|P|p|[Pp]ulse|RR|R|r|[Rr]esp)[ ])?(?P<number>\d{2,3}(?:\.\d)?)(?P<sat>[ ]?(?:%|RA\b|ra\b))?"
    r"(?![\d/]|[ ]?(?i:mg|mcg|units?|ml|cc|y/?o|years?|weeks?|days?|hours?|hrs?|min|h|kg|lbs?|cm|L)\b)"
)
_NEXT_REACH: Final = 34
_NAME_REACH: Final = 80
_ROW_REACH, _HEAD_REACH = 24, 40
"""Characters of the longest row before a pressure, and of the longest heading of vital signs with what may stand behind it."""
_ROW: Final = 4


def pressures_in(text: str, analytes: Mapping[str, Analyte], named: Sequence[ValueInText]) -> Iterator[ValueInText]:
    """The pressures of a text and the unnamed vital signs beside them.  `named`: the values found by name; none of them is told again."""
    pairs = list(_PAIR.finditer(text))
    if not pairs:
        return
    taken: set[int] = set()
    for value in named:
        taken.update(range(value.start, value.end))
    after = -1
    for match in pairs:
        slash, end = match.span()
        start = slash - 2 - text[slash - 3 : slash - 2].isdigit()
        high, low = float(text[start:slash]), float(match["dbp"])
        if start in taken or not (40 <= high <= 300 and 15 <= low < high) or text[start - 1 : start] in ("<", ">", "≤", "≥"):
            continue
        since = max(0, start - _NAME_REACH, after)
        name = _NAMED.search(text, since, start)
        row = _BEFORE.search(text, max(text.rfind("\n", since, start), since, start - _ROW_REACH), start)
        told = _row_before(row, analytes)
        head_end = row.start() if row else start
        vitals = bool(told) or _HEADED.search(text, max(0, head_end - _HEAD_REACH), head_end) is not None
        if name is None:
            close = after >= 0 and start - after <= _NEXT_REACH and not re.search(r"[.;\n](?!\d)", text[after:start])
            plausible = high >= 60 and low >= 30 and 0.3 * high <= low <= high - 10
            if not plausible or not (close or vitals or _BESIDE.match(text, end)):
                continue
        elif _GOAL.search(text, max(0, name.start() - _NEXT_REACH), name.start()):
            continue
        first = name.start() if name else start
        for slug, number in (("sbp", high), ("dbp", low)):
            yield ValueInText(start=first, end=end, text=text[first:end], analyte=slug, value=number, unit="mm[Hg]")
        if row and (vitals or name):
            yield from (_value(text, row, group, told[group]) for group in told if row.start(group) not in taken)
        after = end
        for value in _row_behind(text, end, analytes, rate="hr" not in told, bare=vitals):
            if value.start in taken:
                break
            yield value
            after = value.end


def _value(text: str, match: re.Match[str], group: str, told: tuple[str, float, str]) -> ValueInText:
    start, end = match.span(group)
    return ValueInText(start=start, end=end, text=text[start:end], analyte=told[0], value=told[1], unit=told[2])


def _row_before(row: re.Match[str] | None, analytes: Mapping[str, Analyte]) -> dict[str, tuple[str, float, str]]:
    """The temperature and the heart rate right before a pressure; nothing where there is no temperature, or one that no body has."""
    if row is None or row["t"] is None:
        return {}
    told: dict[str, tuple[str, float, str]] = {}
    for group, slug in (("t", "temperature"), ("hr", "heart-rate")):
        if row[group] is None:
            continue
        number, unit = in_unit(analytes[slug], float(row[group]), "") if slug in analytes else (None, "")
        if number is None:
            return {}
        told[group] = slug, number, unit
    return told


def _row_behind(text: str, at: int, analytes: Mapping[str, Analyte], *, rate: bool, bare: bool) -> Iterator[ValueInText]:
    """The vital signs behind a pressure: what has a letter ("p 66"), and where the row is one of vital signs (`bare`) what has none."""
    wanted = ["heart-rate", "respiratory-rate", "spo2"][not rate :]
    for _ in range(_ROW):
        match = _TOKEN.match(text, at)
        if match is None or not (match["name"] or bare):
            return
        if match["name"]:
            slug = "respiratory-rate" if match["name"][0] in "Rr" else "heart-rate"
        elif match["sat"]:
            slug = "spo2"
        elif "." in match["number"]:
            slug = "temperature"
        else:
            slug = next((one for one in wanted if _usual(one, float(match["number"]))), "")
        number, unit = in_unit(analytes[slug], float(match["number"]), "") if slug in analytes else (None, "")
        if number is None:
            return
        yield _value(text, match, "number", (slug, number, unit))
        wanted = wanted[wanted.index(slug) + 1 :] if slug in wanted else wanted
        at = match.end()


def _usual(slug: str, number: float) -> bool:
    """Whether a bare number in a row can be that vital sign."""
    low, high = {"heart-rate": (30, 220), "respiratory-rate": (6, 60), "spo2": (70, 100)}[slug]
    return low <= number <= high
