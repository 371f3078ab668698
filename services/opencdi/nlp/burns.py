"""All places of one burn: "R forearm + hand", "face, neck and both hands", "full-thickness forearm, partial thickness dorsal R hand".

Each place is coded with its own degree (I.C.19.d), and a note names the burn once for all of them.
"""

import re
from collections.abc import Sequence
from typing import Final

from opencdi.events.reading import Finding

_BURNS: Final = frozenset({"burn", "chemical-burn"})
_DEGREES: Final = {
    "second": r"(?:(?:superficial|deep)[- ])?(?:partial(?:[- ]thickness)?|(?:2nd|second)[- ]degree)",
    "third": r"full[- ]thickness|(?:3rd|third|4th|fourth)[- ]degree",
    "first": r"(?:1st|first)[- ]degree|superficial",
}
_SIDES: Final = {"bilateral": "bilateral|bilat|b/l|both", "left": "left|lt|l", "right": "right|rt|r"}
_SITES: Final = {
    "hand-back": r"backs? of (?:the )?hands?|dors(?:al|um)\s+(?:of\s+)?(?:the\s+)?hands?",
    "palm": "palms?|palmar hands?",
    "face": "face|facial|cheeks?|forehead|chin",
    "forearm": "forearms?",
    "neck": "neck",
    "ear": "ears?",
    "chest": "chest(?: wall)?",
    "abdomen": "abdomen|abdominal wall",
    "back": "back",
    "buttock": "buttocks?",
    "arm": "(?:upper )?arms?",
    "elbow": "elbows?",
    "shoulder": "shoulders?",
    "hand": "hands?",
    "wrist": "wrists?",
    "thumb": "thumbs?",
    "finger": "fingers?",
    "thigh": "thighs?",
    "knee": "knees?",
    "calf": "calf|calves",
    "shin": "shins?",
    "leg": "(?:lower )?legs?",
    "ankle": "ankles?",
    "foot": "foot|feet",
    "toe": "toes?",
}
_MIDLINE: Final = frozenset({"face", "neck", "chest", "abdomen", "back", "buttock"})
_TELLS: Final = {"degree": _DEGREES, "side": _SIDES, "site": _SITES}
_PIECE: Final = re.compile(
    "|".join(rf"(?P<{kind}>\b(?:{'|'.join(words.values())})\b)" for kind, words in _TELLS.items())
    + r"|(?P<fills>\s+|[,+&/():~<-]+|\d+(?:\.\d+)?\s?%|\b(?:and|also|as well as|to|of|on|over|involving|the|his|her|entire|minor|small|"
    r"scattered|mixed|thickness|anterior|posterior|lateral|medial|volar|dorsal|dorsum|proximal|distal|upper|lower|aspects?|surfaces?|tbsa|burn(?:s|ed)?|injur(?:y|ies)|"
    r"scalds?|thermal|chemical|electrical|flame|flash|grease|contact)\b)|(?P<ends>\S+?(?=\b|\s|$))",
    re.IGNORECASE,
)
_BACK_OF: Final = re.compile(
    r"\b(dorsal|dorsum(?: of(?: the)?)?) (left|right|l|r|lt|rt|both|bilateral|bilat|b/l) (?=hands?\b)", re.IGNORECASE
)
_REACH: Final = 160

_Told = tuple[str, str, int, int]
"""A degree, a side or a place, what it is, and where it stands."""


def each_burn(text: str, findings: Sequence[Finding]) -> list[Finding]:
    """The findings, a burn of several places as one of each."""
    found: list[Finding] = []
    for one in findings:
        found += _by_place(_run_around(text, one), text, one) if one.concept in _BURNS else [one]
    return found


def _by_place(told: Sequence[_Told], text: str, burn: Finding) -> list[Finding]:
    degrees = [what for kind, what, _, _ in told if kind == "degree"]
    behind = len(degrees) > 1 and told[0][0] != "degree"  # "R forearm full thickness, R hand partial thickness"
    degree, sides, places = degrees[0] if degrees else burn.attributes.get("form", ""), set[str](), dict[tuple[str, str], Finding]()
    for at, (kind, what, start, end) in enumerate(told):
        if kind == "degree" and not behind:
            degree = what
        elif kind == "side":
            sides = {*sides, what} if at and told[at - 1][0] == "side" else {what}
        elif kind == "site":
            if behind:
                degree = next((later for of, later, _, _ in told[at:] if of == "degree"), degree)
            side = "" if what in _MIDLINE else "bilateral" if len(sides) > 1 else next(iter(sides), "")
            said = {**burn.attributes, "form": degree, "site": what, "laterality": side or _own_side(burn, what)}
            span = {"start": start, "end": end, "text": text[start:end]} if places else {}
            attributes = {name: value for name, value in said.items() if value}
            places.setdefault((what, side), burn.model_copy(update={**span, "attributes": attributes}))
    return list(places.values()) or [burn]


def _own_side(burn: Finding, site: str) -> str:
    return burn.attributes.get("laterality", "") if burn.attributes.get("site") == site else ""


def _run_around(text: str, burn: Finding) -> list[_Told]:
    """What is told of degree, side and place in the unbroken run of such words around the burn's name, in their order."""
    line = _BACK_OF.sub(lambda found: f"{found[2]} dorsal".ljust(len(found[0])), text)
    told: list[_Told] = []
    for match in _PIECE.finditer(line, max(0, burn.start - _REACH), burn.end + _REACH):
        kind = match.lastgroup or "ends"
        inside = burn.start < match.end() <= burn.end
        if kind == "ends" and not inside:
            if match.start() >= burn.end:
                break
            told = []
        elif kind in _TELLS:
            what = next(what for what, words in _TELLS[kind].items() if re.fullmatch(words, match[0], re.IGNORECASE))
            told.append((kind, what, match.end() - len(match[0].split()[-1]), match.end()))
    return told
