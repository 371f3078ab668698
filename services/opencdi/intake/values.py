"""A result's value: number or words, in the house's unit, or quarantined with the reason (DOMAIN B12, B13, F.2)."""

import re
from typing import Literal, cast

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import ResultStatus
from opencdi.events.facts import Coded, MeasurementResulted
from opencdi.intake.tables import loinc_of
from opencdi.intake.time import claims_future
from opencdi.intake.told import Context
from opencdi.knowledge.analytes import analyte_by_loinc
from opencdi.knowledge.units import in_house_unit

Comparator = Literal["<", ">", "<=", ">="]
_NUMBER = re.compile(r"([<>]=?)?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?)\Z")
_HAEMOLYSED = re.compile(r"h(?:a)?emoly[sz]ed|h(?:a)?emolysis", re.IGNORECASE)

OF_THE_CHILD = re.compile(r"\bfo?et(?:al|us)\b|\bcord (?:blood|art|ven|gas|ph\b|p[co]|base|bicarb)", re.IGNORECASE)
"""Names of what is measured in the child or its cord and filed with the mother: never the mother's (DOMAIN F.1)."""
OTHER_PERSON = "OTHER_PERSON"


def number_in(sent: str) -> tuple[float, Comparator | None] | None:
    """The number and its comparator; None if these are words."""
    match = _NUMBER.match(sent.strip())
    return (float(match[2]), cast("Comparator | None", match[1])) if match else None


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
    comment: str = "",
) -> MeasurementResulted:
    """The result as a fact.  What must not be used says why in `problem`; the sender's own value stays beside it."""
    loinc = loinc_of(code, context.site)
    analyte = analyte_by_loinc().get(loinc) if loinc else None
    number = number_in(sent)
    value, problem = (number[0] if number else None), None
    if analyte is not None and number is not None:
        value = in_house_unit(analyte, number[0], unit)
        if value is None:
            problem = "UNIT_UNKNOWN" if unit else "UNIT_MISSING"
        elif not analyte.low <= value <= analyte.high:
            problem = "IMPOSSIBLE_VALUE"
    elif analyte is None and loinc is None:
        problem = "MAPPING_NEEDED"
    if comment and _HAEMOLYSED.search(comment):
        problem = "HEMOLYZED"
    if claims_future(taken_at, context.received_at):
        problem = "FUTURE_TIME"
    if OF_THE_CHILD.search(code.text):
        problem = OTHER_PERSON
    return MeasurementResulted(
        measurement_id=measurement_id,
        analyte=analyte.slug if analyte else None,
        code=code,
        value=value,
        unit=(analyte.unit or None) if analyte and value is not None else None,
        comparator=number[1] if number else None,
        text=None if number else sent or None,
        sent_value=sent or None,
        sent_unit=(unit or None) if sent else None,  # the unit of no value is nothing
        abnormal=abnormal,
        status=status,
        taken_at=taken_at,
        specimen=specimen,
        problem=problem,
    )
