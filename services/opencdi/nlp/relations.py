"""What a sentence says about a mention beyond its name: severity, acuity, side, stage, cause, organism (DOMAIN B27).

Only by evidence in the words right beside it ("acute on chronic", "malnutrition, severe", "CKD stage 3b", "AKI due to sepsis").
"""

from collections.abc import Iterator, Mapping

from opencdi.knowledge.words import BREAK, Lexicon, term_form
from opencdi.nlp.concepts import Mentioned

_MODIFIERS: Mapping[str, tuple[str, str]] = {
    "mild": ("severity", "mild"), "moderate": ("severity", "moderate"), "severe": ("severity", "severe"), "profound": ("severity",
    "severe"), "moderately": ("severity", "moderate"), "severely": ("severity", "severe"), "mildly": ("severity", "mild"), "acute":
    ("acuity", "acute"), "acutely": ("acuity", "acute"), "chronic": ("acuity", "chronic"), "subacute": ("acuity", "subacute"),
    "decompensated": ("acuity", "acute"), "exacerbation": ("acuity", "acute"), "left": ("laterality", "left"), "right": ("laterality",
    "right"), "bilateral": ("laterality", "bilateral"), "rt": ("laterality", "right"), "lt": ("laterality", "left"),
}  # fmt: skip
_BETWEEN = frozenset(
    {
        "on",
        "and",
        ",",
        "/",
        "to",
        "protein",
        "calorie",
        "stage",
        "sided",
        "lower",
        "upper",
        "lobe",
        "extremity",
        "hypoxic",
        "systolic",
        "diastolic",
        "metabolic",
        "toxic",
    }
)
"""Words that may stand between a modifier and what it modifies."""
_LEFT, _RIGHT = 6, 3
_STAGES: Mapping[str, str] = {
    "1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "3a": "3a", "3b": "3b", "i": "1", "ii": "2", "iii": "3", "iiia": "3a", "iiib":
    "3b", "iv": "4", "v": "5",
}  # fmt: skip
_STAGED = frozenset({"chronic-kidney-disease", "pressure-injury"})
_DUE_TO: Lexicon[bool] = Lexicon(
    (term_form(term), True)
    for term in (
        "due to", "secondary to", "2/2", "d/t", "caused by", "from", "in setting of", "in the setting of", "related to", "iso",
        "attributed to", "because of", "associated with", "likely due to", "likely secondary to", "likely 2/2", "most likely due to",
        "with", "growing", "positive for", "resulting from", "precipitated by", "triggered by",
    )
)  # fmt: skip
_ORGANISM_ONLY = frozenset({"with", "growing", term_form("positive for"), term_form("associated with")})
"""After these a disease is company rather than cause; an organism is still the organism."""
_REACH = 5
_ON_ADMISSION: Lexicon[str] = Lexicon(
    [
        *((term_form(term), "yes") for term in ("present on admission", "present at admission", "POA", "present on arrival")),
        *(
            (term_form(term), "no")
            for term in ("not present on admission", "not present at admission", "not POA", "not present on arrival")
        ),
    ]
)
_SAID_WITHIN = 12
"""Words behind a mention within which "present on admission" still speaks of it."""


def attributes_of(at: int, mentions: list[Mentioned], words: list[str]) -> dict[str, str]:
    """All attributes of the mention at that place of the list; what its own term implies comes first."""
    mention = mentions[at]
    told = dict(mention.attributes)
    if mention.kind in ("diagnosis", "finding", "symptom"):
        for name, value in (*_left_of(mention, words), *_right_of(mention, words)):
            if name != "acuity" or mention.kind == "diagnosis":
                told.setdefault(name, value)
        if mention.concept in _STAGED and (stage := _stage_of(mention, words)):
            told.setdefault("stage", stage)
        if poa := _poa_of(mention, words):
            told.setdefault("poa", poa)
        for name, value in _causes_of(at, mentions, words):
            told.setdefault(name, value)
    return told


def _left_of(mention: Mentioned, words: list[str]) -> Iterator[tuple[str, str]]:
    acuity: list[str] = []
    for i in range(mention.first - 1, max(-1, mention.first - 1 - _LEFT), -1):
        word = words[i]
        if word in _MODIFIERS:
            name, value = _MODIFIERS[word]
            if name == "acuity":
                acuity.append(value)
            else:
                yield name, value
        elif word not in _BETWEEN or (word == "," and (i == 0 or words[i - 1] not in _MODIFIERS)):
            break
    if acuity:
        yield "acuity", "acute-on-chronic" if {"acute", "chronic"} <= set(acuity) else acuity[0]


def _right_of(mention: Mentioned, words: list[str]) -> Iterator[tuple[str, str]]:
    """Behind a comma or in brackets: "malnutrition, severe", "pneumonia (right lower lobe)", "COPD with acute exacerbation"."""
    behind = words[mention.last : mention.last + _RIGHT]
    if not behind or behind[0] not in {",", "(", "with", "in", "exacerbation"}:
        return
    for i, word in enumerate(behind):
        if word in _MODIFIERS:
            following = words[mention.last + i + 1] if mention.last + i + 1 < len(words) else BREAK
            # "AKI, acute anemia": the modifier belongs to what follows it, unless the clause ends there.
            if word == "exacerbation" or following in {BREAK, ",", ";", ")", "exacerbation", "in", "lower", "upper", "lobe"}:
                yield _MODIFIERS[word]
        elif word not in {",", "(", "with", "in"}:
            return


def _stage_of(mention: Mentioned, words: list[str]) -> str | None:
    for i in range(mention.last, min(len(words), mention.last + 3)):
        if words[i] in _STAGES:
            return _STAGES[words[i]]
        if words[i] not in {"stage", "(", ",", "st", "grade", "g"}:
            break
    for i in range(max(0, mention.first - 4), mention.first - 1):
        if words[i] == "stage" and words[i + 1] in _STAGES:
            return _STAGES[words[i + 1]]
    return None


def _poa_of(mention: Mentioned, words: list[str]) -> str | None:
    """What the note itself says of its presence on admission, in the same clause (Guidelines appendix I: the provider's words)."""
    behind = words[mention.last : mention.last + _SAID_WITHIN]
    until = min((behind.index(mark) for mark in (BREAK, ";") if mark in behind), default=len(behind))
    return next((told for _, _, told in _ON_ADMISSION.matches(behind, 0, until)), None)


def _causes_of(at: int, mentions: list[Mentioned], words: list[str]) -> Iterator[tuple[str, str]]:
    mention = mentions[at]
    following = mentions[at + 1] if at + 1 < len(mentions) else None
    if following and following.chronic and words[mention.last : following.first] == ["on"]:
        yield "acuity", "acute-on-chronic"  # "AKI on CKD"
    if at and mentions[at - 1].kind == "organism" and mentions[at - 1].last == mention.first:
        yield "organism", mentions[at - 1].concept
    link = next(iter(_DUE_TO.matches(words, mention.last, min(len(words), mention.last + 6))), None)
    if link is None or BREAK in words[mention.last : link[0]] or any(mark in words[mention.last : link[0]] for mark in (",", ";", ":")):
        return
    after = link[1]
    only_organism = " ".join(words[link[0] : link[1]]) in _ORGANISM_ONLY
    for other in mentions[at + 1 : at + 4]:
        if other.first < after:
            return  # another mention stands between: the cause is its own
        if other.first > after + _REACH or any(mark in words[after : other.first] for mark in (BREAK, ";", ",")):
            return
        if other.kind == "organism":
            yield "organism", other.concept
            after = other.last
        elif not only_organism:
            yield "cause", other.concept
            return
        else:
            return
