"""Results as a page lists them: each with its name at the beginning of a line (pure)."""

from opencdi.clinical.paper import analyte_on_paper, value_on_paper
from opencdi.events.facts import MeasurementResulted


def analyte_name(fact: MeasurementResulted) -> str:
    """What was measured: the house's analyte by its usual name, else the sender's own words."""
    if fact.analyte is None:
        return fact.code.text or fact.code.code
    return name_of_analyte(fact.analyte)


def name_of_analyte(analyte: str) -> str:
    """The house's analyte at the beginning of a line."""
    name = analyte_on_paper(analyte)
    return name[:1].upper() + name[1:] if name.split()[0].islower() else name  # "aPTT" keeps its small letter


def result_on_paper(fact: MeasurementResulted) -> str:
    """The value as people read it: comparator, number, unit; or the text."""
    if fact.value is None:
        return fact.text or fact.sent_value or "no value"
    return value_on_paper(fact.value, fact.unit or fact.sent_unit, analyte=fact.analyte, comparator=fact.comparator)
