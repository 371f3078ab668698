"""A denial that speaks of a short time only: "no seizures overnight", "no further bleeding" (DOMAIN B24).

What was there before is not taken back by it.  So how far back it speaks is told beside the finding: since `today`, since `yesterday`, or
`of-late`, of which only the note's own hour is sure.
"""

import re
from typing import Final, Literal

from opencdi.clinical.vocabulary import Assertion, Certainty

Since = Literal["today", "yesterday", "of-late"]
_UNIT: Final = r"(?:hours?|hrs?|h|days?|d|shifts?)"
_PART: Final = r"(?:morning|am|a\.m\.|afternoon|evening|pm|shift)"
_SINCE: Final = re.compile(
    rf"\b(?:(?P<yesterday>overnight|o/n|last night|yesterday|through(?:out)? the night|during the night)"
    rf"|(?P<today>today|tonight|this {_PART}|since (?:midnight|this {_PART}))"
    rf"|(?:in|over|for|within|during|x) ?(?:the )?(?:last|past|prior|previous) (?:few |several )?(?:\d{{1,2}} ?-?)?{_UNIT}"
    rf"|(?:in|for|x|over) ?(?:the )?\d{{1,2}} ?-?{_UNIT}"
    r"|since (?:yesterday|last night|then|starting|stopping|my last|our last|last seen|last visit|last note|last exam|transfer|extubation)"
    r"|any ?more|currently|at this time|at present|right now)\b",
    re.IGNORECASE,
)
_NONE_MORE: Final = re.compile(
    r"\b(?:no|without|denies|denied|denying|negative for|free of|any)(?: any| evidence of| signs? of| episodes? of)? "
    r"(?:further|more|new|additional|repeat|other|subsequent|ongoing|interval)\b|\bno (?:recurrent|recurrence)\b"
    r"|\b(?:interval|overnight) events?\b",
    re.IGNORECASE,
)
_REACH: Final = 160
"""So many characters before and behind it are looked at."""
_ENDS: Final = re.compile(r"\n|[.;](?!\w)|\b(?:but|however|although|though|then|prior to|before)\b", re.IGNORECASE)


def denied_since(text: str, start: int, end: int, assertion: Assertion, certainty: Certainty) -> Since | None:
    """How far back the denial of what stands there speaks; None where it denies nothing, or denies it altogether."""
    if assertion != "absent" or certainty == "ruled-out":
        return None
    first, last = max(0, start - _REACH), end + _REACH
    first = max((cut.end() for cut in _ENDS.finditer(text, first, start)), default=first)
    stop = _ENDS.search(text, end, last)
    if told := _SINCE.search(text, first, stop.start() if stop else last):
        return "today" if told["today"] else "yesterday" if told["yesterday"] else "of-late"
    return "of-late" if _NONE_MORE.search(text, first, start) else None
