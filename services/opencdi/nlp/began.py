"""When a condition began against the admission, as a sentence tells it: "admitted with", "on arrival", "developed on HD 4", "postoperative".

Appendix I of the Guidelines: the provider's words decide.  What is told is one of:
yes, it brought the patient or was there when he came; no, it began in the hospital; "03-14", "2026-03-14", today, or yesterday: it began on that day,
which who codes holds against the day of the order; later, it is told as a complication of the course or behind a procedure, which outweighs nothing of the
admission's own notes.
"""

import re
from bisect import bisect_left, bisect_right
from typing import Final, NamedTuple

from opencdi.nlp.any_of import any_of
from opencdi.nlp.told_times import moments_in

_CAME: Final = re.compile(
    r"\b(?:(?:re-?)?admitted|hospitali[sz]ed|presented|presents|presenting|came[ ]in|came[ ]to|arrived|brought[ ]in|brought[ ]to|comes[ ]in)\b"
    r"(?:[ ](?!and\b|for\b)[\w/'’-]+){0,6}?[ ](?:with|w/?|for|due[ ]to|because[ ]of|after)[ ]|\bp/w[ ]"
    r"|\badmi(?:ssion|tting)[ ](?:diagnos[ei]s|dx)[ ]?:"
    r"|\b(?:up)?on[ ](?:(?:his|her|the|initial)[ ])?(?:arrival|admission|presentation)\b"
    r"|\bat[ ](?:(?:the[ ])?time[ ]of[ ])?(?:arrival|admission|presentation)\b|\bin[ ]the[ ](?:ED|ER|emergency[ ](?:room|department))\b",
    re.IGNORECASE,
)
_TURNS: Final = re.compile(
    r"[.!?](?=\s|$)|[;\n]|->|→|\b(?:"
    + "|".join(
        "developed|develops|became|went|then|later|subsequent|complicat|course|hospital day|HD|POD|day \\d|until|peak|rose|rising|climb|increas|"
        "worsen|dropp|fell to|drift|improv|start|treated|managed|receiv|given|gave|transfus|transferred|underw|taken|but|however|now|currently|today|since|after|follow|s/p|status post|consult|c/b|stable|"
        "resolv|discharg|overnight".split("|")
    )
    + ")",
    re.IGNORECASE,
)
""" "Admitted with pneumonia, then developed ...": what stands behind these is not what one came with."""
_ONSET: Final = re.compile(
    r"\b(?:(?:had[ ])?developed|develops|developing|(?<!-)acquired|contracted|became|went[ ]into|gone[ ]into|flipped[ ]into|converted[ ]to|suffered|sustained|experienced|"
    r"(?:acute|new|sudden|abrupt)(?:ly)?[ -]onset|new(?:ly)?(?![ ](?:diagnos|dx|found|discover|identif|detect|recogni|noted))|acutely|episode[ ]of|run[ ]of)\b",
    re.IGNORECASE,
)
_ELSEWHERE: Final = re.compile(
    r"[.!?](?=\s|$)|[;\n]|\b(?:(?P<link>due to|2/2|secondary to|because of|in (?:the )?setting of|iso|from)|despite|with known|known|chronic|underlying|"
    r"history|hx|h/o|prior|previous|baseline|home|resolved|improved|stable|continue|no|ruled)\b",
    re.IGNORECASE,
)
""" "Developed AKI due to ...": what stands behind these did not begin with it."""
_STAY: Final = r"(?:hospitali[sz]ation|hospital[ ](?:stay|course)|inpatient[ ]stay|admission|stay|ICU[ ]stay)"
_HOSPITAL_DAY: Final = re.compile(
    r"\b(?:hospital[ ]day|hosp[ ]day|HO?D)[ ]?(?:\#|no\.?|number)?[ ]?(?:[2-9]|[1-9]\d|two|three|four|five|six|seven|eight|nine|ten)\b(?!/|[ ]?(?:x|times|days|sessions|hours|h)\b)"
    r"|\b(?:second|third|fourth|fifth|sixth|seventh|2nd|3rd|[4-9]th)[ ](?:hospital[ ]day|day[ ]of[ ](?:the[ ]|his[ ]|her[ ])?" + _STAY + r")"
    r"|\b(?:on[ ])?day[ ](?:[2-9]|[1-9]\d)[ ]of[ ](?:the[ ]|this[ ]|his[ ]|her[ ])?" + _STAY + r"|\b(?:during|later[ ]in)[ ](?:this|the|his|her)[ ]" + _STAY + r"\b"
    r"|\bwhile[ ](?:hospitali[sz]ed|inpatient|admitted|in[ ](?:the[ ])?(?:hospital|ICU)|on[ ]the[ ](?:floor|ward))\b|\bin-hospital\b",
    re.IGNORECASE,
)  # fmt: skip
_PROCEDURES: Final = any_of(
    (
        "surgery procedure operation cath catheterization angiography angiogram PCI CABG transfusion extubation intubation bronchoscopy"
        " colonoscopy ERCP endoscopy EGD biopsy thoracentesis paracentesis dialysis arthroplasty hemiarthroplasty colectomy resection repair"
        " bypass laparotomy ablation thrombectomy tPA contrast delivery cesarean sedation anesthesia"
    ).split(),
    "",
)
_POD: Final = r"(?:POD|post-?[ ]?op(?:erative)?[ ]day)[ ]?\#?[ ]?\d{1,2}(?:[ ]?-[ ]?\d{1,2})?"
_AFTER: Final = re.compile(
    rf"\b(?:{_POD}|post-?[ ]?op(?:eratively)?|post-?procedure|(?:after|following)[ ](?:(?:the|his|her|a|cardiac|left|right)[ ]){{0,2}}(?:{_PROCEDURES}))\b",
    re.IGNORECASE,
)
_COMPLICATED: Final = re.compile(
    r"\b(?:course|" + _STAY + r"|recovery|post-?op(?:erative)?[ ]period)[ ](?:(?:was|is|has[ ]been|further|also|then)[ ]){0,3}"
    r"(?:complicated[ ]by|c/b|notable[ ]for[ ]new|marked[ ]by[ ]new)[ ]|^[ ]*complicated[ ]by[ ]",
    re.IGNORECASE | re.MULTILINE,
)
_GLUED: Final = re.compile(
    r"\b(?:(?P<no>hospital[ -](?:onset|acquired)|ICU[ -]acquired|nosocomial|in-hospital|inpatient[ ](?=fall))"
    r"|(?P<later>post-?[ ]?op(?:erative)?|post-?[ ]?procedur(?:e|al)|post-?[ ]?cath|post-?[ ]?transfusion|post-?[ ]?ERCP|peri-?procedural|ICU(?=[ ]delirium)))"
    r"[ ](?:(?:acute|new|mild|moderate|severe|expected|transient|likely|hypoactive|hyperactive|paroxysmal|small|adynamic|anticipated)[ ]){0,3}$",
    re.IGNORECASE,
)
"""Right before the mention."""
_NO_BEHIND: Final = re.compile(
    r"(?:[ ](?:of|in)(?:[ ]\w+){1,3})?(?:[ ]?[,(][ ]?(?:grade|stage|class)[ ]\w{1,3}\)?)?[ ]?[,(–—-]{0,2}[ ]?(?:new[ ]since[ ](?:yesterday|last[ ]night|admission|surgery)|new[ ]overnight|hospital[ -](?:onset|acquired)(?=[ ]?(?:[.,;)]|$))|not[ ]present[ ](?:on|at)[ ]arrival"
    r"|(?:that|which)?[ ]?(?:developed|arose|began|occurred|appeared|acquired)[ ](?:in|during|while|after)[ ](?:the[ ]|this[ ]|her[ ]|his[ ])?(?:hospital|inpatient|admission|stay)"
    r"|developed[ ]after[ ]\w+[ ]days[ ](?:in|of)[ ](?:the[ ])?hospital|(?:in|on)[ ](?:the|his|her|an?)[ ](?:hospital[ ]room|ward|inpatient|nursing[ ]unit))",
    re.IGNORECASE,
)
_BEGAN_BEHIND: Final = re.compile(
    r"[ ]?[,(–—-]{0,2}[ ]?(?:(?:which|that|was|were|had|has|have|first|acutely|again|with|an?)[ ]){0,3}"
    r"(?:developed|developing|began|beginning|occurred|occurring|arose|arising|started|appeared|onset|new)\b(?:[ ](?:in|by|on|at|the|night|evening|morning|of|around)){0,5}[ ]$",
    re.IGNORECASE,
)
_SHOWED: Final = re.compile(r"\b(?:show|reveal|demonstrat|found|finding|confirm|consistent)", re.IGNORECASE)
""" "Became hypoxic, CT showed ...": what is found then may have been there."""
_HAD: Final = re.compile(r"\bhad[ ](?:an?|another|(?:two|three|several|multiple))[ ](?:(?:large|small|new|brief|massive|further|witnessed|episodes?|of)[ ]){0,3}$", re.IGNORECASE)
_WHEN: Final = re.compile(r"[ ]?[(,]?[ ]?(?:(?:on|at|in|by|the|night|morning|evening|of|around|early|late)[ ])*", re.IGNORECASE)
"""Between an event and its day."""
_POD_BEHIND: Final = re.compile(
    rf"[ ]?[,(–—-]{{0,2}}[ ]?(?:on[ ]|beginning[ ](?:on[ ])?)?{_POD}|[ ]?[,(][ ]?(?:expected[ ])?post-?[ ]?op(?:erative)?\b|[ ]post-?[ ]?operatively\b"
    rf"|[ ]?[,(–—-]{{0,2}}[ ]?(?:which[ ])?(?:(?:that[ ])?(?:developed|arising|occurring|occurred|seen)[ ])?(?:after|following|post)[ ](?:(?:the|his|her|a|cardiac|left|right|heart)[ ]){{0,2}}(?:{_PROCEDURES})\b",
    re.IGNORECASE,
)
_BLOOD_BEHIND: Final = re.compile(
    r"[ ]?,?[ ]?(?:due[ ]to|from|2/2|secondary[ ]to|related[ ]to)[ ](?:(?:the|her|his|expected|recent|acute)[ ]){0,2}"
    r"(?:surgery|operation|procedure|(?:surgical|(?:intra|peri|post)?-?operative)[ ](?:blood[ ])?(?:loss|bleed))",
    re.IGNORECASE,
)
_ESCALATED: Final = re.compile(
    r"\b(?:rapid[ ]response|RRT|code[ ](?:blue|stroke)|(?:transferred|moved|upgraded)[ ]to[ ](?:the[ ])?\w*(?:ICU|CCU)|re-?intubated|intubated)\b"
    r"[^.;\n]{0,40}?\b(?:for|with|due[ ]to)[ ](?:new[ ])?$",
    re.IGNORECASE,
)
"""Right before the mention, with its day in the same sentence: "transferred to the ICU on HD 3 with septic shock"."""
_ARRIVAL_BEHIND: Final = re.compile(
    r"[ ]?[,(–—-]{0,2}[ ]?(?:(?:was|were|is|already|clearly|both|noted|seen|evident|apparent|there|found|present)[ ]){0,3}"
    r"(?:(?:up)?on|at)[ ](?:the[ ]time[ ]of[ ])?(?:his[ ]|her[ ]|the[ ])?(?:arrival|admission|presentation)\b",
    re.IGNORECASE,
)
_TRIGGER: Final = re.compile(
    r"\b(?:post|pod|hosp|noso|in-h|inpat|icu|new|devel|arose|arising|began|beginning|occur|appear|acquir|start|arrival|admission|present|after|follow|onset|due|from|2/2|secondary|related|not[ ])",
    re.IGNORECASE,
)
"""Without one of these beside a mention nothing right beside it is asked."""
_DATED: Final = re.compile(r"\b(?:on|of|by|since|around|developed|began|started|occurred|arose|new|morning|evening|night|overnight)[ ]$", re.IGNORECASE)
"""Before a date; "2/2" and "4/5" are dates only there."""
_SENTENCE: Final = re.compile(r"[.!?](?=\s)|[;\n]")
_REACH: Final = 160
_NEAR: Final = 48


Ended = tuple[int, int]
"""From a word that ends what a cue says to where it goes on: "AKI due to hypotension, and ileus" at the comma, else nowhere."""


class Cues(NamedTuple):
    """Where a text tells of the admission and of what came later; most texts tell little of it."""

    came: list[int]  # where what one came with begins
    complicated: list[int]
    onset: list[int]
    turns: list[Ended]
    elsewhere: list[Ended]
    ends: list[int]  # of sentences
    days: list[tuple[int, int, str]]  # characters, and "no", "later" or the day
    beside: list[int]  # where words stand that may tell it right beside a mention


def cues_of(text: str) -> Cues:
    """The cues of a text, left to right."""
    days = [(found.start(), found.end(), "no") for found in _HOSPITAL_DAY.finditer(text)]
    days += [(found.start(), found.end(), "later") for found in _AFTER.finditer(text)]
    days += [
        (told.start, told.end, day)
        for told in moments_in(text, 0, len(text))
        if (day := _day(text[told.start : told.end], told.moment, dated=_DATED.search(text, max(0, told.start - _NEAR), told.start) is not None))
    ]
    return Cues(
        [found.end() for found in _CAME.finditer(text)],
        [found.end() for found in _COMPLICATED.finditer(text)],
        [found.end() for found in _ONSET.finditer(text)],
        sorted([(found.start(), len(text)) for found in _TURNS.finditer(text)] + [(start, len(text)) for start, _, _ in days]),
        [(found.start(), _comma(text, found.end()) if found["link"] else len(text)) for found in _ELSEWHERE.finditer(text)],
        [found.start() for found in _SENTENCE.finditer(text)],
        sorted(days),
        [found.start() for found in _TRIGGER.finditer(text)],
    )


def _day(told: str, moment: str, *, dated: bool) -> str:
    """ "03-14" of "2026-03-14T09:00"; a bare hour is no day, and the night may be that of the day before."""
    if told.lower() in ("overnight", "last night"):
        return "yesterday"
    day = moment.partition("T")[0]
    if day in ("today", "yesterday"):
        return day
    return day if dated and day[-2:].isdigit() and not day.startswith("pod") else ""


def began(text: str, first: int, last: int, cues: Cues, *, event: bool) -> str | None:
    """What the sentence says of when that mention, characters [first, last), began.  `event`: it lasts no day, as a fall or a seizure."""
    nth = bisect_left(cues.beside, first - _NEAR)
    if nth == len(cues.beside) or cues.beside[nth] > last + _NEAR:
        glued, behind = None, ""
    else:
        glued, behind = _GLUED.search(text, max(0, first - _NEAR), first), text[last : last + _NEAR]
    came = _reached(cues.came, first, cues.turns)
    if (glued and glued["no"]) or _NO_BEHIND.match(behind):
        return "yes" if came else "no"
    if told := _told_day(text, first, last, cues, event=event):
        return told
    if came or _ARRIVAL_BEHIND.match(behind):
        return "yes"
    if glued or _POD_BEHIND.match(behind) or _BLOOD_BEHIND.match(behind) or _reached(cues.complicated, first, cues.elsewhere):
        return "later"
    return None


def _told_day(text: str, first: int, last: int, cues: Cues, *, event: bool) -> str | None:
    """The day, where the mention is what then began: "on HD 3 she developed AF", "developed AF on 3/5", "UTI developed 3/14"."""
    if not cues.days:
        return None
    begin, end = _previous(cues.ends, first), _next(cues.ends, last, len(text))
    days = [day for day in cues.days if begin <= day[0] and day[1] <= end]
    behind = next((day for day in days if 0 <= day[0] - last <= _NEAR), None)
    if behind and (_BEGAN_BEHIND.fullmatch(text, last, behind[0]) or (event and _WHEN.fullmatch(text, last, behind[0]))):
        return behind[2]
    at_once = _HAD.search(text, max(0, first - _NEAR), first) or _ONSET.match(text, first, last)
    if any(day[2] in ("no", "later") and day[1] <= first for day in days) and _ESCALATED.search(text, max(0, first - _REACH), first):
        return "later"
    if not days or not (at_once or _reached(cues.onset, first, cues.elsewhere)):
        return None
    told = behind if behind and "," not in text[last : behind[0]] else next((day for day in reversed(days) if day[1] <= first), None)
    return told and ("later" if _SHOWED.search(text, told[1], first) else told[2])


def _reached(cues: list[int], first: int, ends: list[Ended]) -> bool:
    """Whether the last cue before the mention reaches it: near enough, and nothing ends it between."""
    nth = bisect_right(cues, first) - 1
    if nth < 0 or first - cues[nth] > _REACH:
        return False
    between = ends[bisect_left(ends, (cues[nth], 0)) : bisect_left(ends, (first, 0))]
    return not any(first < on for _, on in between)


def _comma(text: str, at: int) -> int:
    comma = text.find(",", at)
    return comma if comma >= 0 else len(text)


def _previous(places: list[int], at: int) -> int:
    nth = bisect_right(places, at) - 1
    return places[nth] if nth >= 0 else 0


def _next(places: list[int], at: int, else_: int) -> int:
    nth = bisect_left(places, at)
    return places[nth] if nth < len(places) else else_
