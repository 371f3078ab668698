"""Units: the senders' spellings, and each analyte's conversion into the unit in which the house compares it (DOMAIN B12).

A unit is read for what it measures (its dimension) and how large it is, whether it is written as UCUM, in HL7's ISO+ and ANSI+ codes, as
an IEEE 11073 device says it or as laboratories print it.  A unit of another dimension, an unknown or a missing one is never guessed: the
value is quarantined.  Amounts and masses of substance convert by molar mass (CRC Handbook; AMA Manual of Style, table of SI conversions);
`tests/unit/intake` compares every factor that `labunits` also has.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from opencdi.knowledge.analytes import Analyte


@dataclass(frozen=True, slots=True)
class Unit:
    """What a unit measures, and its size in that dimension's own unit (g/L, mol/L, /L, U/L, g, m, L, mm[Hg], L/min, /min, s, 1)."""

    dimension: str
    size: float


_PREFIX = {"": 1.0, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
_PER_VOLUME = {  # what is in a volume -> dimension, size: 1 U = 1 umol/min, 1 kat = 1 mol/s
    "g": ("mass/volume", 1.0), "mol": ("substance/volume", 1.0), "eq": ("equivalents/volume", 1.0), "u": ("activity/volume", 1.0),
    "kat": ("activity/volume", 6e7),
}  # fmt: skip
_CONCENTRATION = re.compile(r"(?:(?P<prefix>[mnpfu]?)(?P<what>g|mol|eq|u|kat)|(?P<count>10\*\d{1,2}|))/(?P<per>[dcmunpf]?)l\Z")
_OTHERS: dict[tuple[str, float], str] = {
    ("mass", 1.0): "g gm gram grams mdc_dim_x_g", ("mass", 1000.0): "kg kgs kilogram kilograms kilo mdc_dim_kilo_g 263875",
    ("mass", 1e-3): "mg milligram milligrams", ("mass", 1e-6): "ug mcg microgram micrograms",
    ("mass", 453.59237): "[lb_av] [lb_us] lb lbs pound pounds mdc_dim_lb", ("mass", 28.349523125): "[oz_av] oz ounce ounces",
    ("length", 1.0): "m meter meters metre", ("length", 0.01): "cm centimeter centimeters mdc_dim_centi_m 263441",
    ("length", 0.001): "mm mdc_dim_milli_m",
    ("length", 0.0254): "[in_i] [in_us] in inch inches mdc_dim_inch", ("length", 0.3048): "[ft_i] [ft_us] ft foot feet mdc_dim_foot",
    ("volume", 1.0): "l liter liters litre", ("volume", 0.1): "dl", ("volume", 0.01): "cl",
    ("volume", 0.001): "ml cc cm3 milliliter mdc_dim_milli_l",
    ("pressure", 1.0): "mm[hg] mm(hg) mmhg torr mdc_dim_mmhg 266016", ("pressure", 7.50062): "kpa kal_pas mdc_dim_kilo_pascal",
    ("pressure", 0.750062): "hpa mbar", ("pressure", 0.735559): "cm[h2o] cmh2o",
    ("flow", 1.0): "l/min lpm liters/min mdc_dim_x_l_per_min", ("flow", 0.001): "ml/min ml/m cc/min", ("flow", 1 / 60): "l/h l/hr",
    ("flow", 1 / 60_000): "ml/h ml/hr", ("frequency", 1.0): (
        "/min 1/min bpm min-1 beats/min breaths/min br/min {beats}/min {breaths}/min {beat}/min {breath}/min {counts}/min resp/min "
        "mdc_dim_beat_per_min mdc_dim_resp_per_min mdc_dim_per_min 264864 264928 beats/minute breaths/minute"
    ), ("frequency", 60.0): "hz /s 1/s", ("time", 1.0): "s sec secs second seconds second(s)", ("time", 0.001): "ms", ("time", 60.0): "min",
    ("fraction", 0.01): "% percent pct mdc_dim_percent 262688 %{hb} %sat",
    ("fraction", 1.0): "1 l/l {fraction} fraction {ratio} ratio decimal",
    ("permille", 1.0): "mmol/mol",
    ("celsius", 1.0): "cel c °c ºc celc celsius degc deg_c degreec degreesc degreescelsius mdc_dim_degc 268192",
    ("fahrenheit", 1.0): "[degf] f °f ºf degf deg_f fahr fahrenheit degreef degreesf mdc_dim_fahr 268160",
    ("osmolality", 1.0): "mosm/kg mosmol/kg mmol/kg mosm/kg{h2o} mosm/kgh2o mosmol/kgh2o",
    ("bmi", 1.0): "kg/m2 kg/m^2 kg/m² kg/(m2) kg/sqm kg/m*2 mdc_dim_kg_per_m_sq",
    ("clearance", 1.0): (
        "ml/min/{1.73_m2} ml/min/1.73m2 ml/min/1.73 ml/min/1.73m^2 ml/min/{1.73m2} ml/min/1.73_m2 ml/min/1.73m*2 ml/min/1.73sqm "
        "ml/min/1.73m² ml/min/bsa ml/min/{bsa} ml/min/[1.73_m2]"
    ), ("clearance", 60.0): "ml/s/{1.73_m2} ml/s/1.73m2", ("field", 1.0): "/[hpf] /hpf wbc/hpf {cells}/[hpf] cells/hpf #/hpf /[hpf]_",
    ("none", 1.0): "{score} score {#} # points point {points} {inr} inr [ph] ph units phunits {ph} unit {unitless} unitless",
}  # fmt: skip
_BY_SPELLING = {name: Unit(*unit) for unit, names in _OTHERS.items() for name in names.split()}
# Signs of one and the same meaning, before anything is looked up.  In ANSI+ all is written in capitals, so case says nothing.
_PLAIN = str.maketrans({"µ": "u", "μ": "u", "²": "^2", "³": "^3", "⁶": "^6", "⁹": "^9", "⁄": "/", "×": "x"})
_REWRITTEN = tuple(
    (re.compile(pattern), meant)
    for pattern, meant in (
        (r"(?<=l)(?:{[^{}]*}|feu|ddu)\Z", ""), (r"\Amdc_dim_(milli|micro|nano|x)_(g|mole)_per_(milli_l|dl|l)\Z", r"\1\2/\3"),
        (r"\A(milli|x)?mole?/", r"\1mol/"),
        (r"\Amilli(?=g|mol)", "m"), (r"\Amicro(?=g|mol)", "u"), (r"\Anano(?=g|mol)", "n"), (r"\Ax(?=g|mol)", ""), (r"milli_l\Z", "ml"),
        (r"(?<=/)(?:cu\.?mm|cmm|mm3|mm\^3|mm\*3|mcl|microl|micro_l)\Z", "ul"), (r"(?<=/)li?t(?:er|re)s?\Z", "l"), (r"(?<=/)cc\Z", "ml"),
        (r"(?<=/)100ml\Z", "dl"),
        (r"\Amc(?=g|mol)", "u"), (r"\A([munp]?)gm/", r"\1g/"), (r"\A([munp]?)mole?s?/", r"\1mol/"), (r"\A([munp]?)equ?(?:iv)?/", r"\1eq/"),
        (r"\A([mu]?)(?:i\.?u\.?|\[iu\]|u|units?|{u})/", r"\1u/"), (r"(?<=[a-z])\.(?=[dcmunf]?l-1\Z)", "/"), (r"(?<=l)-1\Z", ""),
        (r"\A(?:giga|gpt)[./]l\Z", "10*9/l"), (r"\Amg%\Z", "mg/dl"), (r"\Ag%\Z", "g/dl"), (r"\A([munp]?mol|mg)l\Z", r"\1/l"),
        (r"\Amlmin\Z", "ml/min"),
        (r"\A(?:x|1x)?(?=10[*^e~(])", ""), (r"\A10(?:\*\*|\^|e|exp|~|\()\+?0?(\d{1,2})\)?(?=/|\Z)", r"10*\1"),
        (r"\A(?:k|thou|thous|thousands?|th|1000|1e3|tho)/(?=[un]?l\Z)", "10*3/"),
        (r"\A(?:cells?|{cells?}|#|wbc|plt|count|no|{#})/(?=[un]?l\Z)", "/"),
        (r"\A(10\*\d{1,2})(?:cells|{cells})/", r"\1/"),
    )
)  # fmt: skip

_MOLAR_MASS = {  # g/mol, of what the analyte's mass is counted as (phosphate as P, urea as its nitrogen, haemoglobin by the iron)
    "creatinine": 113.12, "bun": 28.0134, "glucose": 180.156, "calcium": 40.078, "magnesium": 24.305, "phosphate": 30.974,
    "bilirubin-total": 584.66, "lactate": 90.08, "beta-hydroxybutyrate": 104.105, "ammonia": 17.031, "ethanol": 46.068,
    "hemoglobin": 16_114.0,
    "vitamin-b12": 1355.4, "folate": 441.4, "ferritin": 445_000.0, "albumin": 66_500.0, "bnp": 3464.0, "nt-probnp": 8457.0,
    "crp": 105_000.0,
    "fibrinogen": 340_000.0,
}  # fmt: skip
_VALENCE = {  # equivalents per mole; phosphate's depends on the pH, so nobody may convert it
    "sodium": 1, "potassium": 1, "chloride": 1, "bicarbonate": 1, "total-co2": 1, "anion-gap": 1, "lactate": 1, "sodium-urine": 1,
    "calcium": 2,
    "magnesium": 2,
}  # fmt: skip
_COUNTED_AS = ("feu", "ddu")
"""D-dimer is counted as fibrinogen equivalents or as itself, which is half as much: "ng/mL FEU" is the one's unit and not the other's."""
_UNITLESS = frozenset({"[pH]", "{INR}", "{score}", ""})
_NO_DIMENSION = frozenset({"none", "fraction"})


@lru_cache(maxsize=4096)
def unit_of(sent: str) -> Unit | None:
    """The unit that a sender means; None if nobody writes one so."""
    text = "".join(sent.split()).translate(_PLAIN).lower()
    if (known := _BY_SPELLING.get(text)) is not None:
        return known
    for pattern, meant in _REWRITTEN:
        text = pattern.sub(meant, text)
    if (known := _BY_SPELLING.get(text)) is not None:
        return known
    match = _CONCENTRATION.match(text)
    if match is None:
        return None
    volume = _PREFIX[match["per"]]
    if match["what"] is None:
        return Unit("count/volume", float(match["count"].replace("10*", "1e") or 1) / volume)
    dimension, size = _PER_VOLUME[match["what"]]
    return Unit(dimension, size * _PREFIX[match["prefix"]] / volume)


@lru_cache(maxsize=4096)
def _conversion(slug: str, house_unit: str, sent: str) -> tuple[float, float] | None:
    """Factor and addend of the unit; None where it is missing, unknown or not this analyte's."""
    unit = unit_of(sent)
    if house_unit == "Cel" and unit is not None and unit.dimension == "fahrenheit":
        return 1 / 1.8, -32 / 1.8
    if slug == "hba1c" and unit is not None and unit.dimension == "permille":
        return 0.09148, 2.152  # IFCC to NGSP, the consensus' master equation
    factor = _factor(slug, house_unit, sent)
    return None if factor is None else (1.0 if abs(factor - 1.0) < 1e-9 else factor, 0.0)


def _factor(slug: str, house_unit: str, sent: str) -> float | None:
    unit, house = unit_of(sent), unit_of(house_unit)
    if house_unit in _UNITLESS:
        whole = not sent.strip() or (unit is not None and unit.dimension in _NO_DIMENSION and unit.size == 1.0)
        return 1.0 if whole or not house_unit else None
    if unit is None or house is None or any(kind in sent.lower() and kind not in slug for kind in _COUNTED_AS):
        return None
    grams, valence = _MOLAR_MASS.get(slug), _VALENCE.get(slug)
    if unit.dimension == "equivalents/volume" and valence is not None:
        unit = Unit("substance/volume", unit.size / valence)
    match unit.dimension, house.dimension:
        case there, here if there == here:
            return unit.size / house.size
        case "substance/volume", "mass/volume" if grams is not None:
            return unit.size * grams / house.size
        case "mass/volume", "substance/volume" if grams is not None:
            return unit.size / grams / house.size
        case "flow", "clearance":  # "mL/min" of what is by definition per 1.73 m2
            return unit.size * 1000 / house.size
        case _:
            return None


def in_house_unit(analyte: Analyte, value: float, sent: str) -> float | None:
    """The value in the analyte's own unit, rounded to five significant digits after a conversion; None: never guess."""
    conversion = _conversion(analyte.slug, analyte.unit, sent)
    if conversion is None or conversion == (1.0, 0.0):
        return value if conversion is not None else None
    factor, addend = conversion
    return float(f"{value * factor + addend:.5g}") if not addend else round(value * factor + addend, 2)
