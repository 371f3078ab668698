"""Numbers behind an analyte's name that nobody measured in the patient's blood: a goal, a threshold, a dose, a unit given, another fluid.

"MAP goal >65", "transfuse for Hgb <7", "call if temp 38 or higher", "K 40 mEq", "PRBC 14 FFP 12 plt 3", "CSF: WBC 5, glucose 60".
Urine that is a complaint ("dark urine and a bilirubin of 7.4") is no fluid that was sent.
A number behind "<" or ">" is a bound: where it is no goal it is the limit of a device, and no number either.
"""

import re
from typing import Final

from opencdi.nlp.value_shapes import Analyte

_AMOUNT: Final = re.compile(
    r"[ \t]?(?:mg(?![ ]\d)|mcg|g|gm|grams?|u|units?|meq|tabs?|tablets?|packs?|bags?|ml|cc|cm|mm|amps?|doses?|ivpb"
    r"|iv\b(?=[ ,;]|$)|po\b|times|seconds?|secs?"
    r"|minutes?|mins?|hrs?(?![ ]?\d)|hours?|days?|weeks?|wks?|months?|years?|yrs?|y/?o)\b(?!/(?:[dmuµ]?L|min))"
    r"|[ \t]?(?:°?[ ]?[FC]|degrees|%)?[ ](?:or|and)[ ](?:higher|greater|above|more|over|less|lower|below|under)\b",
    re.IGNORECASE,
)
"""Behind the number: what was given, a time, "or higher"."""
_DOWN_TO: Final = re.compile(r"-(\d{1,3}(?:\.\d)?)")
"""A range goes up: "CA 19-9" is the name of a tumour marker."""
_OF_A_VITAMIN: Final = re.compile(r"\b(?:vit(?:amin)?|dry|edw|ideal|goal)[ ]\Z", re.IGNORECASE)
_AIMED = re.compile(r"\b(?:goals?|targets?|keep|maintain|aim|titrated?|if|unless|until|parameters?)\b[^,.;\n]{0,22}\Z", re.IGNORECASE)
_WHERE_BOUND = re.compile(r"\b(?:goals?|targets?|keep|maintain|if|unless|until|when|while)\b(?:[^.;\n]|\.\d){0,40}\Z", re.IGNORECASE)
_COUNTED_BEFORE: Final = frozenset("0123456789%")
_BOUND: Final = frozenset("<>≤≥")
_BLOOD_PRODUCTS: Final = re.compile(r"\b(?:p?rbcs?|ffp|cryo|transfused|transfuse|products?)\b[^.,;\n]{0,16}\Z", re.IGNORECASE)
_OTHER_FLUID: Final = re.compile(
    r"\b(?:(?<!dark[ ])(?<!cloudy[ ])(?<!foul[ ])(?<!red[ ])(?<!bloody[ ])(?<!brown[ ])(?<!little[ ])(?<!colored[ ])(?<!in[ ]the[ ])"
    r"(?<!in[ ]his[ ])(?<!in[ ]her[ ])"
    r"urine(?![ ](?:out|volume|(?:turned|became|is|was|has[ ]been)[ ](?:dark|red|brown|cloudy|bloody)))"
    r"|urinalysis|ua|u/a|csf|lp|lumbar puncture|(?:dx|diagnostic)[ ]para|paracentesis"
    r"|ascit(?:ic|es)|thoracentesis"
    r"|(?:pleural|synovial|joint|peritoneal|body|cerebrospinal|spinal|drain)[ ]fluid)\b"
    r"(?![^.;\n]{0,60}\b(?:blood|serum|plasma)\b)"
    r"(?![^.;:\n]{0,30}\b(?:neg|negative|pos|positive|clean|normal|nl|wnl|bland|unremarkable|pending|pend|sent)\b[ ]?,)"
    r"(?:[^.;\n]|\.\d){0,80}\Z",
    re.IGNORECASE,
)
_FLUIDS: Final = ("urin", "ua", "u/a", "csf", "lp", "lumbar puncture", "para", "ascit", "thora", "fluid")
_AIMS: Final = ("goal", "target", "keep", "maintain", "aim", "titrate", "if", "unless", "until", "parameter")
"""Letters without which no other fluid and no aim stands before a number: they are looked for first."""
_REACH: Final = 90
_NEAR: Final = 48


def unmeasured(text: str, match: re.Match[str], analyte: Analyte) -> bool:
    """Whether the number of this match (`name`, `said`, `number`, `unit`) is something else than that analyte's level."""
    start = match.start()
    said, unit = match["said"], (match["unit"] or "").strip()
    if said.startswith(",") and text[max(0, start - 2) : start - 1] in _COUNTED_BEFORE:
        return True  # "400,000 platelets, 12,000 leukocytes"
    if unit == "%" and analyte.unit != "%":
        return True  # "albumin 5%", "HR 85% of predicted"
    if not _BOUND.isdisjoint(said) and (
        analyte.slug != "ejection-fraction" or _WHERE_BOUND.search(text, max(0, start - _NEAR), start) is not None
    ):
        return True
    behind = match.end("number")
    amount, down = _AMOUNT.match(text, behind), _DOWN_TO.match(text, behind)
    if (amount and analyte.unit != "g" and (analyte.unit != "g/dL" or analyte.given or "g" not in amount.group())) or (
        down and float(down[1]) < float(match["number"].replace(",", ""))
    ):
        return True
    if _OF_A_VITAMIN.search(text, max(0, start - 9), start):
        return True
    if analyte.slug == "weight" and re.search(r"(?:up|down)[ \t]*\Z", said):
        return True  # "weight down 3 kg" is a change
    if analyte.given and _BLOOD_PRODUCTS.search(text, max(0, start - 28), start):
        return True
    before = text[max(0, start - _REACH) : start].lower()
    fluid_named = analyte.in_fluids and any(fluid in before for fluid in _FLUIDS)
    if fluid_named and "blood" not in match["name"].lower() and _OTHER_FLUID.search(text, max(0, start - _REACH), start):
        return True
    return any(aim in before for aim in _AIMS) and _AIMED.search(text, max(0, start - _NEAR), start) is not None
