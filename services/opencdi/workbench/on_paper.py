"""Analytes, numbers and values as a laboratory report prints them (pure)."""

from opencdi.clinical.paper import unit_on_paper
from opencdi.events.facts import MeasurementResulted

NAME_BY_ANALYTE = {
    "wbc": "WBC", "bun": "BUN", "egfr": "eGFR", "hba1c": "HbA1c", "ast": "AST", "alt": "ALT", "alp": "ALP", "ck": "CK", "inr": "INR",
    "anc": "ANC", "aptt": "aPTT", "crp": "CRP", "bnp": "BNP", "nt-probnp": "NT-proBNP", "ph-arterial": "Arterial pH", "paco2": "PaCO₂",
    "pao2": "PaO₂", "total-co2": "Total CO₂", "spo2": "SpO₂", "fio2": "FiO₂", "map": "MAP", "sbp": "Systolic BP", "dbp": "Diastolic BP",
    "gcs": "GCS", "bmi": "BMI", "bilirubin-total": "Total bilirubin", "d-dimer-feu": "D-dimer (FEU)",
    "d-dimer-ddu": "D-dimer (DDU)", "hs-troponin-t": "hs-Troponin T", "hs-troponin-i": "hs-Troponin I", "troponin-t": "Troponin T",
    "troponin-i": "Troponin I", "vitamin-b12": "Vitamin B12", "urine-wbc": "Urine WBC", "nihss": "NIHSS",
}  # fmt: skip


def analyte_name(fact: MeasurementResulted) -> str:
    """What was measured: the house's analyte by its usual name, else the sender's own words."""
    if fact.analyte is None:
        return fact.code.text or fact.code.code
    return NAME_BY_ANALYTE.get(fact.analyte) or fact.analyte.replace("-", " ").capitalize()


def number_on_paper(value: float | None) -> str:
    """A number as written on a report: no trailing zeros, no exponent."""
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def value_on_paper(fact: MeasurementResulted) -> str:
    """The value as people read it: comparator, number, unit; or the text."""
    if fact.value is None:
        return fact.text or fact.sent_value or "no value"
    unit = unit_on_paper(fact.unit or fact.sent_unit)
    return f"{fact.comparator or ''}{number_on_paper(fact.value)}{'' if unit in ('', '%') else ' '}{unit}"
