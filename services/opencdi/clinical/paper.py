"""How a laboratory report prints what travels in UCUM."""

UNIT_ON_PAPER = {
    "Cel": "°C", "[degF]": "°F", "mm[Hg]": "mmHg", "cm[H2O]": "cmH₂O", "10*3/uL": "×10³/µL", "10*6/uL": "×10⁶/µL", "10*9/L": "×10⁹/L",
    "umol/L": "µmol/L", "ug/L": "µg/L", "ug/mL": "µg/mL", "u[IU]/mL": "µIU/mL", "m[IU]/L": "mIU/L", "kg/m2": "kg/m²",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²", "{score}": "", "{INR}": "", "/[HPF]": "/HPF", "[pH]": "", "1": "",
}  # fmt: skip


def unit_on_paper(unit: str | None) -> str:
    """A UCUM unit as it is printed; what is in no table stays as it came."""
    return UNIT_ON_PAPER.get(unit or "", unit or "")
