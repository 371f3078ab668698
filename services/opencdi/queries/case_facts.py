"""The lines of a case that tell what was measured, given and ordered (`case_chart` has the grammar)."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from opencdi.clinical.time import ClinicalTime
from opencdi.events.baselines import BaselineCarried
from opencdi.events.facts import Coded, Fact, MeasurementResulted, MedicationGiven, MedicationOrdered, OrderPlaced
from opencdi.events.ids import content_hash

DAY_1 = datetime(2026, 5, 1, tzinfo=ZoneInfo("America/New_York"))
_RESULT = re.compile(r"([a-z0-9-]+) ([<>]?)(-?[\d.]+)(?: (\S+))?$")
_OPTION = re.compile(r" (id=\S+|preliminary|corrected|withdrawn|problem=\S+|usual=[\d.]+-[\d.]+|set=\S+)")
_BASELINE = re.compile(r"([a-z0-9-]+) (?:withdrawn|([\d.]+) (\S+) (\d+) d before)((?: (?:id|basis)=\S+)*)")
_DOSE = re.compile(r" ([\d.]+ (?:mg|g|mcg|units?|mL|mEq))\b(?: (IV|PO|SC|IM)\b)?")
_ACT = re.compile(r" (id=\S+|cancelled$)")


class BadCase(ValueError):
    """A line of a case that cannot be read."""


def act(word: str, told: str, at: ClinicalTime) -> Fact:
    """A drug given or ordered, or an order."""
    text, act_id, cancelled = _ACT.sub("", told), content_hash(word + told + str(at)), told.endswith(" cancelled")
    if named := re.search(r" id=(\S+)", told):
        act_id = named.group(1)
    what = Coded(code="", text=text)
    how = _DOSE.search(text)
    dose, route = how.groups() if how else (None, None)
    match word:
        case "given":
            return MedicationGiven(
                administration_id=act_id, drug=what, status="withdrawn" if cancelled else "given", given_at=at, dose=dose, route=route
            )
        case "prescribed":
            return MedicationOrdered(
                order_id=act_id, drug=what, status="cancelled" if cancelled else "active", ordered_at=at, dose=dose, route=route
            )
        case _:
            return OrderPlaced(order_id=act_id, code=what, status="cancelled" if cancelled else "active", ordered_at=at)


_CULTURE = re.compile(r"([\w-]+): (.+)")


def culture(told: str, at: ClinicalTime) -> MeasurementResulted:
    """A result of the microbiology laboratory, in words."""
    options = _OPTION.findall(told)
    match = _CULTURE.fullmatch(_OPTION.sub("", told))
    if not match:
        raise BadCase(told)
    study, text = match.groups()
    named = dict(option.split("=", 1) for option in options if "=" in option)
    status = next((option for option in options if option in ("preliminary", "corrected", "withdrawn")), "final")
    return MeasurementResulted.model_validate(
        {
            "measurement_id": named.get("id") or f"{study}@{at.at.isoformat()}",
            "specimen_id": named.get("set", "set"),
            "code": {"code": study, "text": study.replace("-", " ")},
            "text": text,
            "status": status,
            "taken_at": at,
        }
    )


def baseline(told: str) -> BaselineCarried:
    """What was before the stay."""
    if not (match := _BASELINE.fullmatch(told)):
        raise BadCase(told)
    analyte, value, unit, days, options = match.groups()
    if value is None:
        return BaselineCarried(analyte=analyte)
    named = dict(option.split("=", 1) for option in options.split())
    return BaselineCarried.model_validate(
        {
            "analyte": analyte,
            "value": float(value),
            "unit": unit,
            "taken_at": ClinicalTime(DAY_1 - timedelta(days=int(days))),
            "days_before": int(days),
            "basis": named.get("basis", "outpatient-median"),
            "of": 1,
            "measurement_id": named.get("id", f"{analyte}-{days}"),
            "from_encounter_id": "earlier",
            "from_class": "outpatient",
        }
    )


def result(rest: str, at: ClinicalTime) -> MeasurementResulted:
    """A result."""
    options = _OPTION.findall(rest)
    match = _RESULT.fullmatch(_OPTION.sub("", rest))
    if not match:
        raise BadCase(rest)
    analyte, comparator, value, unit = match.groups()
    named = dict(option.split("=", 1) for option in options if "=" in option)
    status = next((option for option in options if option in ("preliminary", "corrected", "withdrawn")), "final")
    low, high = named["usual"].split("-") if "usual" in named else (None, None)
    return MeasurementResulted.model_validate(
        {
            "usual_low": low and float(low),
            "usual_high": high and float(high),
            "measurement_id": named.get("id") or f"{analyte}@{at.at.isoformat()}",
            "analyte": analyte,
            "code": {"code": analyte},
            "value": float(value),
            "unit": unit,
            "comparator": comparator or None,
            "status": status,
            "taken_at": at,
            "problem": named.get("problem"),
        }
    )
