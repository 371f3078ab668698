"""Units: the senders' spellings to UCUM, and each analyte's conversion into the unit in which the house compares it (DOMAIN B12).

Molar factors are 1 / molar mass (CRC Handbook; AMA Manual of Style table of SI conversions).  `tests/unit/intake` compares every
factor that `labunits` also has.  A unit that is not in the table is never guessed: the value is quarantined.
"""

from functools import lru_cache

from opencdi.knowledge.analytes import ANALYTES, Analyte

_SPELLINGS: dict[str, str] = {
    "mm[Hg]": "mmhg mm(hg) mm[hg]", "/min": "bpm /min beats/min breaths/min br/min min-1 {beats}/min {breaths}/min 1/min {beats}/min",
    "Cel": "c °c cel degc deg_c degreec celsius", "[degF]": "f °f degf deg_f [degf] fahrenheit", "10*3/uL": (
        "10*3/ul k/ul x10^3/ul 10^3/ul x10e3/ul 10e3/ul thousand/ul k/mm3 k/cumm 10*9/l 10^9/l x10^9/l 10e9/l thou/ul th/ul 10*3/mm3"
    ), "mg/dL": "mg/dl mg%", "g/dL": "g/dl gm/dl", "mmol/L": "mmol/l meq/l mmole/l", "umol/L": "umol/l µmol/l μmol/l mcmol/l",
    "ng/L": "ng/l pg/ml", "ng/mL": "ng/ml ug/l mcg/l µg/l μg/l", "mg/L": "mg/l", "U/L": "u/l iu/l [iu]/l units/l", "%": "% percent",
    "kg": "kg kgs kilogram", "[lb_av]": "lb lbs [lb_av] pounds", "[oz_av]": "oz [oz_av]", "g": "g gm", "cm": "cm", "m": "m",
    "[in_i]": "in [in_i] inch inches", "kPa": "kpa", "L/min": "l/min lpm", "mL": "ml cc", "L": "l", "s": "s sec seconds", "[pH]": "[ph] ph",
    "{INR}": "{inr} inr ratio", "{score}": "{score} score points {#}", "kg/m2": "kg/m2 kg/m^2 kg/m²", "g/L": "g/l",
    "mosm/kg": "mosm/kg mosmol/kg", "mL/min/{1.73_m2}": (
        "ml/min/{1.73_m2} ml/min/1.73m2 ml/min/1.73 ml/min/1.73m^2 ml/min/{1.73m2} ml/min/1.73_m2 ml/min"
    ), "/[HPF]": "/[hpf] /hpf wbc/hpf", "ug/dL": "ug/dl mcg/dl µg/dl μg/dl", "pmol/L": "pmol/l", "nmol/L": "nmol/l", "L/L": "l/l",
    "mmol/mol": "mmol/mol", "1": "1 {fraction} fraction", "/uL": "/ul cells/ul /mm3 {cells}/ul /cumm", "mg/mL": "mg/ml",
    "ug/mL": "ug/ml mcg/ml",
}  # fmt: skip

_ANY: dict[str, dict[str, float]] = {  # target unit -> sent unit -> factor; holds for every analyte
    "mm[Hg]": {"kPa": 7.50062}, "kg": {"[lb_av]": 0.45359237, "[oz_av]": 0.028349523125, "g": 0.001}, "cm": {"[in_i]": 2.54, "m": 100.0},
    "ng/mL": {"ng/L": 0.001, "ug/mL": 1000.0, "mg/L": 1000.0}, "ng/L": {"ng/mL": 1000.0}, "pg/mL": {"ng/L": 1.0, "ng/mL": 1000.0},
    "mg/L": {"mg/dL": 10.0, "ug/mL": 1.0}, "g/dL": {"g/L": 0.1, "mg/dL": 0.001}, "mg/dL": {"g/L": 100.0, "mg/L": 0.1, "g/dL": 1000.0},
    "10*3/uL": {"/uL": 0.001}, "mL": {"L": 1000.0},
}  # fmt: skip
_MOLAR: dict[str, dict[str, float]] = {  # analyte -> sent unit -> factor into the analyte's unit
    "creatinine": {"umol/L": 1 / 88.4, "mmol/L": 1000 / 88.4}, "bun": {"mmol/L": 2.8011}, "glucose": {"mmol/L": 18.016},
    "calcium": {"mmol/L": 4.008}, "magnesium": {"mmol/L": 2.4305}, "phosphate": {"mmol/L": 3.0974},
    "bilirubin-total": {"umol/L": 0.058467}, "lactate": {"mg/dL": 0.111}, "beta-hydroxybutyrate": {"mg/dL": 0.09605},
    "ammonia": {"ug/dL": 0.5872}, "ethanol": {"mmol/L": 4.607}, "hemoglobin": {"mmol/L": 1.6114},
    "hematocrit": {"L/L": 100.0, "1": 100.0}, "fio2": {"1": 100.0, "L/L": 100.0}, "spo2": {"1": 100.0}, "vitamin-b12": {"pmol/L": 1.3554},
    "folate": {"nmol/L": 0.44132}, "ferritin": {"pmol/L": 0.445}, "d-dimer-feu": {"mg/L": 1000.0}, "d-dimer-ddu": {"mg/L": 1000.0},
}  # fmt: skip
_UNITLESS = frozenset({"[pH]", "{INR}", "{score}", ""})


@lru_cache(maxsize=1)
def _ucum_by_spelling() -> dict[str, str]:
    told = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
    return told | {analyte.unit.lower(): told.get(analyte.unit.lower(), analyte.unit) for analyte in ANALYTES}


def ucum_of(sent: str) -> str | None:
    """The UCUM unit that a sender means; None if the spelling is not in the table."""
    return _ucum_by_spelling().get(sent.strip().lower().replace(" ", ""))


@lru_cache(maxsize=4096)
def factor_of(analyte: Analyte, sent: str) -> float | None:
    """By what a value in that unit is multiplied; None where the unit is missing, unknown or not this analyte's."""
    if not sent.strip():
        return 1.0 if analyte.unit in _UNITLESS else None
    unit = ucum_of(sent)
    target = ucum_of(analyte.unit) or analyte.unit
    if unit is None:
        return 1.0 if analyte.unit in _UNITLESS else None
    if unit == target or analyte.unit in _UNITLESS:
        return 1.0
    return _MOLAR.get(analyte.slug, {}).get(unit, _ANY.get(analyte.unit, {}).get(unit))


def in_house_unit(analyte: Analyte, value: float, sent: str) -> float | None:
    """The value in the analyte's own unit, rounded to five significant digits after a conversion; None: never guess."""
    if analyte.unit == "Cel" and ucum_of(sent) == "[degF]":
        return round((value - 32) / 1.8, 2)
    factor = factor_of(analyte, sent)
    if factor is None:
        return None
    return value if factor == 1.0 else float(f"{value * factor:.5g}")
