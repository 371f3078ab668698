"""Values in units: what senders write, against figures of the literature (DOMAIN B12).

Figures: AMA Manual of Style 11th ed., table 17.5-1 (SI conversions); NGSP/IFCC master equation; 1 kPa = 7.50062 mm[Hg].
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labunits.converters import analytes

from opencdi.intake.values import Number, number_in, unit_sent
from opencdi.knowledge.analytes import ANALYTES, analyte_by_loinc
from opencdi.knowledge.units import in_house_unit, unit_of

BY_SLUG = {analyte.slug: analyte for analyte in ANALYTES}

# analyte -> one quantity in every unit in which it comes
SAME: dict[str, dict[str, float]] = {
    "creatinine": {"mg/dL": 1.0, "umol/L": 88.4, "µmol/L": 88.4, "μmol/l": 88.4, "mcmol/L": 88.4, "UMOLL": 88.4, "mmol/L": 0.0884, "mg/L": 10.0,
                   "MG/DL": 1.0, "mg%": 1.0, "mg/100 mL": 1.0, "MDC_DIM_MILLI_G_PER_DL": 1.0},
    "bun": {"mg/dL": 28.0, "mmol/L": 9.996, "MMOL/L": 9.996, "mg/L": 280.0, "g/L": 0.28},
    "egfr": {"mL/min/{1.73_m2}": 58.0, "mL/min/1.73 m2": 58.0, "mL/min/1.73m²": 58.0, "mL/min": 58.0, "MLMIN": 58.0},
    "sodium": {"mmol/L": 140.0, "mEq/L": 140.0, "MEQ/L": 140.0, "mmol.l-1": 140.0, "MMOLL": 140.0}, "potassium": {"mmol/L": 4.1, "meq/L": 4.1},
    "glucose": {"mg/dL": 180.0, "mmol/L": 9.991, "mmole/L": 9.991, "g/L": 1.8},
    "hba1c": {"%": 7.0, "mmol/mol": 53.0, "PERCENT": 7.0}, "calcium": {"mg/dL": 9.0, "mmol/L": 2.2455, "mEq/L": 4.491},
    "magnesium": {"mg/dL": 2.0, "mmol/L": 0.8228, "mEq/L": 1.6456}, "phosphate": {"mg/dL": 3.0, "mmol/L": 0.9686},
    "albumin": {"g/dL": 3.5, "g/L": 35.0, "G/L": 35.0, "gm/dL": 3.5, "mg/dL": 3500.0, "umol/L": 526.3},
    "bilirubin-total": {"mg/dL": 2.0, "umol/L": 34.2, "µmol/L": 34.2}, "ast": {"U/L": 40.0, "IU/L": 40.0, "[IU]/L": 40.0, "ukat/L": 0.6667, "mU/mL": 40.0},
    "birth-weight": {"g": 3200.0, "kg": 3.2}, "ammonia": {"umol/L": 50.0, "ug/dL": 85.2, "mcg/dL": 85.2}, "lactate": {"mmol/L": 4.0, "mg/dL": 36.03, "mEq/L": 4.0},
    "beta-hydroxybutyrate": {"mmol/L": 3.0, "mg/dL": 31.2}, "ethanol": {"mg/dL": 100.0, "mmol/L": 21.7, "g/L": 1.0},
    "paco2": {"mm[Hg]": 40.0, "mmHg": 40.0, "mm(hg)": 40.0, "MM(HG)": 40.0, "torr": 40.0, "kPa": 5.333}, "pao2": {"mm[Hg]": 60.0, "kPa": 8.0},
    "ph-arterial": {"[pH]": 7.31, "": 7.31, "pH units": 7.31, "units": 7.31},
    "wbc": {"10*3/uL": 12.1, "K/uL": 12.1, "x10E3/uL": 12.1, "10^3/mcL": 12.1, "THOUS/MCL": 12.1, "Thousand/uL": 12.1, "10*9/L": 12.1, "x10*9/L": 12.1,
            "10⁹/L": 12.1, "10^9/l": 12.1, "giga.l-1": 12.1, "K/mm3": 12.1, "10³/µL": 12.1, "10(3)/uL": 12.1, "10e3/ul": 12.1, "1000/uL": 12.1,
            "/uL": 12100.0, "cells/mm3": 12100.0, "{cells}/uL": 12100.0, "/cumm": 12100.0, "/nL": 12.1, "Gpt/l": 12.1, "/pL": 0.0121, "10*6/L": 12100.0, "10*4/uL": 1.21},
    "platelets": {"10*3/uL": 88.0, "K/CUMM": 88.0, "/mm3": 88000.0, "10*9/L": 88.0},
    "hemoglobin": {"g/dL": 8.2, "g/L": 82.0, "mmol/L": 5.089, "gm/dl": 8.2, "g%": 8.2}, "hematocrit": {"%": 27.0, "L/L": 0.27, "1": 0.27}, "ejection-fraction": {"%": 25.0, "1": 0.25},
    "bands": {"%": 12.0}, "inr": {"{INR}": 1.4, "": 1.4, "ratio": 1.4, "INR": 1.4, "{ratio}": 1.4}, "aptt": {"s": 33.0, "second(s)": 33.0, "sec": 33.0, "seconds": 33.0},
    "fibrinogen": {"mg/dL": 300.0, "g/L": 3.0, "umol/L": 8.82}, "d-dimer-feu": {"ng/mL": 1500.0, "mg/L": 1.5, "ug/mL": 1.5, "ng/mL{FEU}": 1500.0, "ug/mL FEU": 1.5},
    "hs-troponin-t": {"ng/L": 52.0, "pg/mL": 52.0, "ng/mL": 0.052, "ug/L": 0.052}, "troponin-i": {"ng/mL": 0.4, "ng/L": 400.0, "ug/L": 0.4, "mcg/L": 0.4},
    "bnp": {"pg/mL": 500.0, "ng/L": 500.0, "pmol/L": 144.3, "PG/ML": 500.0}, "nt-probnp": {"pg/mL": 1000.0, "pmol/L": 118.2, "ng/L": 1000.0},
    "procalcitonin": {"ng/mL": 2.0, "ug/L": 2.0}, "crp": {"mg/L": 85.0, "mg/dL": 8.5, "ug/mL": 85.0, "nmol/L": 809.5},
    "triglycerides": {"mg/dL": 1200.0, "mmol/L": 13.55},
    "ferritin": {"ng/mL": 12.0, "ug/L": 12.0, "pmol/L": 26.97}, "vitamin-b12": {"pg/mL": 200.0, "pmol/L": 147.6, "ng/L": 200.0},
    "folate": {"ng/mL": 3.0, "nmol/L": 6.797}, "osmolality-serum": {"mosm/kg": 270.0, "mOsm/kg H2O": 270.0, "mmol/kg": 270.0},
    "temperature": {"Cel": 38.5, "C": 38.5, "DEG_C": 38.5, "°C": 38.5, "[degF]": 101.3, "DEGF": 101.3, "deg f": 101.3, "MDC_DIM_FAHR": 101.3},
    "heart-rate": {"/min": 112.0, "bpm": 112.0, "beats/min": 112.0, "{beats}/min": 112.0, "MDC_DIM_BEAT_PER_MIN": 112.0},
    "sbp": {"mm[Hg]": 88.0, "MDC_DIM_MMHG": 88.0, "kPa": 11.73}, "spo2": {"%": 88.0, "1": 0.88, "MDC_DIM_PERCENT": 88.0},
    "fio2": {"%": 40.0, "1": 0.4, "{fraction}": 0.4}, "oxygen-flow": {"L/min": 4.0, "LPM": 4.0, "mL/min": 4000.0, "L/h": 240.0},
    "peep": {"cm[H2O]": 10.0, "cmH2O": 10.0, "mbar": 9.80665, "mm[Hg]": 7.35559},
    "weight": {"kg": 70.0, "lb": 154.32, "[lb_av]": 154.32, "LBS": 154.32, "oz": 2469.2, "g": 70000.0},
    "height": {"cm": 177.8, "in": 70.0, "[in_us]": 70.0, "m": 1.778, "ft": 5.8333}, "urine-output": {"mL": 400.0, "L": 0.4, "cc": 400.0, "dL": 4.0},
    "bmi": {"kg/m2": 31.0, "kg/m^2": 31.0, "kg/m²": 31.0}, "gcs": {"{score}": 9.0, "": 9.0, "points": 9.0}, "urine-wbc": {"/[HPF]": 25.0, "/HPF": 25.0},
}  # fmt: skip

LIKE = {
    "chloride": "potassium", "bicarbonate": "sodium", "total-co2": "sodium", "anion-gap": "sodium", "sodium-urine": "sodium",
    "osmolality-urine": "osmolality-serum", "alt": "ast", "alp": "ast", "lipase": "ast", "amylase": "ast", "ck": "ast", "anc": "wbc",
    "d-dimer-ddu": "procalcitonin", "hs-troponin-i": "hs-troponin-t", "troponin-t": "troponin-i", "respiratory-rate": "heart-rate", "dbp": "sbp",
    "map": "sbp", "nihss": "gcs", "braden": "gcs", "ciwa": "gcs", "transferrin-saturation": "ejection-fraction",
}  # fmt: skip
SAME |= {slug: SAME[other] for slug, other in LIKE.items()}


def test_every_analyte_that_has_a_unit_is_here() -> None:
    assert set(SAME) == {analyte.slug for analyte in ANALYTES if analyte.unit}


@pytest.mark.parametrize(("slug", "sent", "value"), [(slug, unit, value) for slug, units in SAME.items() for unit, value in units.items()])
def test_one_quantity_is_the_same_value_whatever_unit_it_comes_in(slug: str, sent: str, value: float) -> None:
    house = SAME[slug].get(BY_SLUG[slug].unit, 0)
    assert in_house_unit(BY_SLUG[slug], value, sent) == pytest.approx(house, rel=3e-3)


@pytest.mark.parametrize("slug", [analyte.slug for analyte in ANALYTES if analyte.unit])
def test_a_unit_of_another_dimension_is_never_this_analytes(slug: str) -> None:
    """Every unit of another analyte's is tried; what is taken must be a spelling of what the analyte is measured in."""
    analyte = BY_SLUG[slug]
    fits = {
        "mass/volume": {"substance/volume", "equivalents/volume"}, "substance/volume": {"mass/volume", "equivalents/volume"},
        "celsius": {"fahrenheit"}, "fraction": {"permille"}, "none": {"fraction"}, "clearance": {"flow"},
    }  # fmt: skip
    house = unit_of(analyte.unit)
    assert house is not None
    for units in SAME.values():
        for sent in filter(None, units):
            unit = unit_of(sent)
            if in_house_unit(analyte, 5.0, sent) is not None:
                assert unit is not None
                assert unit.dimension == house.dimension or unit.dimension in fits[house.dimension]


@pytest.mark.parametrize(
    ("slug", "unit"),
    [
        ("creatinine", ""), ("creatinine", "kg"), ("creatinine", "mmol/kg"), ("creatinine", "mg/g"), ("creatinine", "mmol/d"), ("creatinine", "U/L"),
        ("temperature", ""), ("weight", "cm"), ("phosphate", "mEq/L"), ("troponin-i", "nmol/L"), ("inr", "s"), ("inr", "%"), ("ph-arterial", "nmol/L"),
        ("d-dimer-ddu", "ng/mL FEU"), ("d-dimer-feu", "ug/mL{DDU}"), ("platelets", "g/L"), ("osmolality-serum", "mosm/L"), ("hba1c", "mmol/L"),
        ("wbc", "cells"), ("crp", "mg"), ("heart-rate", "%"), ("egfr", "mg/dL"), ("potassium", "mg/dL"), ("wbc", "10*3/kg"), ("bun", "8i61nkckj"),
    ],
)  # fmt: skip
def test_a_unit_that_is_not_the_analytes_is_never_guessed(slug: str, unit: str) -> None:
    assert in_house_unit(BY_SLUG[slug], 5, unit) is None


@given(st.text(max_size=30))
def test_no_unit_is_so_odd_that_it_stops_us(sent: str) -> None:
    unit_of(sent)
    for analyte in ANALYTES:
        in_house_unit(analyte, 1.0, sent)


def test_our_factors_agree_with_labunits_where_it_has_one() -> None:
    compared = 0
    for told in analytes():
        analyte = analyte_by_loinc().get(told.loinc_num)
        ours = None
        if analyte is not None and unit_of(told.traditional_unit) == unit_of(analyte.unit) and unit_of(told.si_unit) is not None:
            ours = in_house_unit(analyte, told.conversion_factor, told.si_unit)
        if ours is not None:
            rounded = 3e-2 if "kat" in told.si_unit.lower() else 3e-3  # 0.017 for 1/60
            assert ours == pytest.approx(1.0, rel=rounded), told.loinc_num
            compared += 1
    assert compared >= 12


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("2.9", Number(2.9)), (" 2.9 ", Number(2.9)), ("<0.5", Number(0.5, "<")), (">= 90", Number(90.0, ">=")), ("> 60", Number(60.0, ">")),
        ("≤5", Number(5.0, "<=")), ("=0.5", Number(0.5)), ("less than 0.01", Number(0.01, "<")), ("GREATER THAN 500", Number(500.0, ">")),
        ("-3", Number(-3.0)), ("+2", Number(2.0)), (".5", Number(0.5)), ("1e3", Number(1000.0)), ("7.", Number(7.0)),
        ("1,200", Number(1200.0)), ("12,345.6", Number(12345.6)), ("2,9", Number(2.9)), ("0,123", Number(0.123)), ("12,10", Number(12.1)),
        ("2.9 mg/dL", Number(2.9, unit="mg/dL")), ("2.9mg/dL", Number(2.9, unit="mg/dL")), (">60 mL/min/1.73m2", Number(60.0, ">", "mL/min/1.73m2")),
        ("98%", Number(98.0, unit="%")), ("37.2 °C", Number(37.2, unit="°C")), ("6.4 H", Number(6.4)), ("6.4 (H)", Number(6.4)), ("2.1*", Number(2.1)),
        ("positive", None), ("2-5", None), ("5 - 10", None), ("1:40", None), (">1:160", None), ("2+", None), ("120/80", None), ("1.2.3", None),
        ("2 of 3 bottles", None), ("60\n120", None), ("", None), ("QNS", None), ("5'10\"", None), ("²", None), ("9" * 400, None),
    ],
)  # fmt: skip
def test_numbers_and_words(sent: str, number: Number | None) -> None:
    assert number_in(sent) == number


@pytest.mark.parametrize(
    ("components", "unit"),
    [
        (("mg/dL", "", "milligram"), "mg/dL"), (("MGDL", "mg/dL", "x"), "mg/dL"), (("UNK", "", "Unknown"), "UNK"), (("", "", ""), ""), (('""',), ""),
        (("8", "K/uL", ""), "K/uL"),
    ],
)  # fmt: skip
def test_the_component_that_names_a_unit_is_the_unit(components: tuple[str, ...], unit: str) -> None:
    assert unit_sent(*components) == unit
