"""A result's value: number or words, in the house's unit, or quarantined with the reason (DOMAIN B12, B13, F.2)."""

import re
from collections.abc import Collection
from typing import Literal, NamedTuple

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import SUSCEPTIBILITIES, ResultStatus
from opencdi.events.facts import Coded, MeasurementResulted
from opencdi.events.people import Person
from opencdi.intake.ranges import Range, usual
from opencdi.intake.tables import loinc_of
from opencdi.intake.time import claims_future
from opencdi.intake.told import Context
from opencdi.knowledge.analytes import Analyte, analyte_by_loinc
from opencdi.knowledge.specimens import is_of_another, of_that_vessel, spoils
from opencdi.knowledge.units import in_house_unit, unit_of

Comparator = Literal["<", ">", "<=", ">="]
_COMPARATOR: dict[str, Comparator | None] = {
    "": None, "=": None, "<": "<", ">": ">", "<=": "<=", ">=": ">=", "=<": "<=", "=>": ">=", "≤": "<=", "≥": ">=", "less than": "<",
    "greater than": ">", "more than": ">",
}  # fmt: skip
_NUMBER = re.compile(
    r"\A(?P<comparator>[<>]=?|=[<>]?|≤|≥|less than|greater than|more than|)\s*"
    r"(?P<number>[+-]?(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,2})?)"
    r"(?P<rest>(?:\s++|(?<=\d)(?=[^\d\s.,:/~+^-])).*)?\Z",
    re.IGNORECASE,
)
_MOST_DIGITS = 24  # more is no measurement
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?\Z")
_FLAG = re.compile(r"[(\[]?(?:H{1,2}|L{1,2}|A{1,2}|N|\*{1,2}|!)[)\]]?\Z", re.IGNORECASE)

OF_THE_CHILD = re.compile(r"\bfo?et(?:al|us)\b|\bcord (?:blood|art|ven|gas|ph\b|p[co]|base|bicarb)", re.IGNORECASE)
"""Names of what is measured in the child or its cord and filed with the mother: never the mother's (DOMAIN F.1)."""
OTHER_PERSON = "OTHER_PERSON"


class Number(NamedTuple):
    """A number as somebody wrote it; `unit`: what is written behind it."""

    value: float
    comparator: Comparator | None = None
    unit: str = ""


def number_in(sent: str) -> Number | None:
    """The number that this says; None if these are words, a range, a ratio or a titre.

    "1,234" is a thousand and more, since three digits are behind every comma; "2,9" is a decimal comma.  What stands behind the number
    must be a unit or an abnormal flag, else the whole is words ("2 of 3 bottles").
    """
    if len(sent) < _MOST_DIGITS and sent.isascii() and sent.replace(".", "", 1).isdigit():  # as nearly all are
        return Number(float(sent))
    match = _NUMBER.match(sent.strip())
    if match is None or len(match["number"]) > _MOST_DIGITS:
        return None
    digits, rest = match["number"], (match["rest"] or "").strip()
    digits = digits.replace(",", "") if _THOUSANDS.match(digits) else digits.replace(",", ".")
    comparator = _COMPARATOR[" ".join(match["comparator"].lower().split())]
    if unit_of(rest) is not None:
        return Number(float(digits), comparator, rest)
    return Number(float(digits), comparator) if not rest or _FLAG.match(rest) else None


def unit_sent(*candidates: str) -> str:
    """The first of a field's components that anybody writes for a unit, else the first that is filled."""
    told = [unit for unit in candidates if unit and unit != '""']
    return next((unit for unit in told if unit_of(unit) is not None), told[0] if told else "")


def measurement(
    context: Context,
    *,
    measurement_id: str,
    code: Coded,
    sent: str,
    unit: str,
    status: ResultStatus,
    taken_at: ClinicalTime,
    abnormal: str | None = None,
    specimen: str | None = None,
    specimen_id: str | None = None,
    kind_of_specimen: str = "",
    flaws: Collection[str] = (),
    method: str | None = None,
    reference: str | None = None,
    performer: Person | None = None,
) -> MeasurementResulted:
    """The result as a fact.  What must not be used says why in `problem`; the sender's own value stays beside it.

    `kind_of_specimen`: all that is told of what was taken, `flaws`: what was wrong with it; `reference`: the range that the
    laboratory calls usual.
    """
    loinc = loinc_of(code, context.site)
    analyte = analyte_by_loinc().get(of_that_vessel(loinc, kind_of_specimen)) if loinc else None
    number = number_in(sent)
    value, problem = (number.value if number else None), None
    if analyte is not None and number is not None:
        value, problem = _in_house(analyte, number, unit)
    elif analyte is None and loinc is None:
        problem = "MAPPING_NEEDED"
    if analyte is not None:
        problem = next((flaw for flaw in flaws if spoils(flaw, analyte.slug)), problem)
        if kind_of_specimen and is_of_another(analyte, kind_of_specimen):
            problem = "OTHER_SPECIMEN"
    if claims_future(taken_at, context.received_at):
        problem = "FUTURE_TIME"
    if OF_THE_CHILD.search(code.text):
        problem = OTHER_PERSON
    told_of_germs = number is None or (analyte is None and abnormal in SUSCEPTIBILITIES)  # in words, or how much of a drug stops a germ
    low, high = usual(analyte, reference, unit) if analyte is not None and value is not None and reference else Range()
    return MeasurementResulted(
        measurement_id=measurement_id,
        analyte=analyte.slug if analyte else None,
        code=code,
        value=value,
        unit=(analyte.unit or None) if analyte and value is not None else None,
        comparator=number.comparator if number else None,
        text=None if number else sent or None,
        sent_value=sent or None,
        sent_unit=(unit or None) if sent else None,  # the unit of no value is nothing
        abnormal=abnormal,
        status=status,
        taken_at=taken_at,
        performer=performer,
        specimen=specimen,
        specimen_id=specimen_id if told_of_germs and (sent or status == "withdrawn") else None,
        flaws=tuple(flaws) or None,
        sent_range=reference if reference and any(map(str.isdigit, reference)) else None,
        usual_low=low,
        usual_high=high,
        method=method,
        problem=problem,
    )


def _in_house(analyte: Analyte, number: Number, unit: str) -> tuple[float | None, str | None]:
    """The value in the house's unit, or why there is none."""
    if (
        unit and number.unit and unit_of(unit) != unit_of(number.unit) and not _FLAG.match(number.unit)
    ):  # "4.2 L" is low where a unit stands
        return None, "UNIT_CONTRADICTED"
    value = in_house_unit(analyte, number.value, unit or number.unit)
    if value is None:
        return None, "UNIT_UNKNOWN" if unit or number.unit else "UNIT_MISSING"
    return value, None if analyte.low <= value <= analyte.high else "IMPOSSIBLE_VALUE"
