"""How a laboratory report prints what travels as slugs, numbers and UCUM: the same in a question and on a page."""

from opencdi.clinical.vocabulary import BaselineBasis

UNIT_ON_PAPER = {
    "Cel": "°C", "[degF]": "°F", "mm[Hg]": "mmHg", "cm[H2O]": "cmH₂O", "10*3/uL": "×10³/µL", "10*6/uL": "×10⁶/µL", "10*9/L": "×10⁹/L",
    "umol/L": "µmol/L", "ug/L": "µg/L", "ug/mL": "µg/mL", "u[IU]/mL": "µIU/mL", "m[IU]/L": "mIU/L", "kg/m2": "kg/m²",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²", "{score}": "", "{INR}": "", "/[HPF]": "/HPF", "[pH]": "", "1": "",
}  # fmt: skip
NAME_BY_ANALYTE = {
    "wbc": "WBC", "bun": "BUN", "egfr": "eGFR", "hba1c": "HbA1c", "ast": "AST", "alt": "ALT", "alp": "ALP", "ck": "CK", "inr": "INR",
    "anc": "ANC", "aptt": "aPTT", "crp": "CRP", "bnp": "BNP", "nt-probnp": "NT-proBNP", "ph-arterial": "arterial pH", "paco2": "PaCO2",
    "pao2": "PaO2", "total-co2": "total CO2", "spo2": "SpO2", "fio2": "FiO2", "map": "MAP", "sbp": "systolic BP", "dbp": "diastolic BP",
    "gcs": "GCS", "bmi": "BMI", "d-dimer-feu": "D-dimer (FEU)", "d-dimer-ddu": "D-dimer (DDU)", "hs-troponin-t": "hs-Troponin T",
    "hs-troponin-i": "hs-Troponin I", "troponin-t": "troponin T", "troponin-i": "troponin I", "vitamin-b12": "vitamin B12",
    "urine-wbc": "urine WBC", "peep": "PEEP", "ciwa": "CIWA-Ar", "nihss": "NIHSS", "bilirubin-total": "total bilirubin",
    "osmolality-serum": "serum osmolality", "osmolality-urine": "urine osmolality",
}  # fmt: skip
"""As it stands in a line; what is in no table is its slug without hyphens."""
DECIMALS = {"ph-arterial": 2} | dict.fromkeys(
    ("creatinine", "lactate", "temperature", "wbc", "potassium", "hemoglobin", "albumin", "bilirubin-total", "bmi"), 1
)
"""Digits that are always written: a creatinine of 1.0 is not "1"."""

BASIS_IN_WORDS: dict[BaselineBasis, str] = {
    "outpatient-median": "median of outpatient values", "week-before": "of the week before", "earlier-stay": "last of an earlier stay",
    "latest": "latest value",
}  # fmt: skip


def analyte_on_paper(analyte: str) -> str:
    """The house's analyte by its usual name: "creatinine", "WBC"."""
    return NAME_BY_ANALYTE.get(analyte, analyte.replace("-", " "))


def unit_on_paper(unit: str | None) -> str:
    """A UCUM unit as it is printed; what is in no table stays as it came."""
    return UNIT_ON_PAPER.get(unit or "", unit or "")


def number_on_paper(value: float | None, analyte: str | None = None) -> str:
    """A number as written on a report: no exponent, and no trailing zeros but those that this analyte is always written with."""
    if value is None:
        return ""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    digits = DECIMALS.get(analyte or "", 0)
    return text if len(text.partition(".")[2]) >= digits else f"{value:.{digits}f}"


def value_on_paper(value: float, unit: str | None, *, analyte: str | None = None, comparator: str | None = None) -> str:
    """Comparator, number, unit: "<0.2 ng/mL", "84%"."""
    printed = unit_on_paper(unit)
    return f"{comparator or ''}{number_on_paper(value, analyte)}{'' if printed in ('', '%') else ' '}{printed}"


def baseline_on_paper(basis: BaselineBasis, days_before: int) -> str:
    """What a value from before the stay is, and its age: "60 d before, median of outpatient values"."""
    return f"{days_before} d before, {BASIS_IN_WORDS[basis]}"
