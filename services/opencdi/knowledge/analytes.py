"""What a LOINC code measures, and the UCUM unit in which the house compares it (checked pairs of DOMAIN §D.0)."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Analyte:
    """A quantity that the rules know.  `unit` is UCUM; `low` and `high` bound what a living patient can have."""

    slug: str
    unit: str
    loinc: tuple[str, ...]
    low: float = 0.0
    high: float = 1e7


def _a(slug: str, unit: str, codes: str, low: float = 0.0, high: float = 1e7) -> Analyte:
    return Analyte(slug, unit, tuple(codes.split()), low, high)


ANALYTES: tuple[Analyte, ...] = (
    # --- chemistry
    _a("creatinine", "mg/dL", "2160-0 38483-4", 0, 50),
    _a("bun", "mg/dL", "3094-0 6299-2", 0, 400),
    _a("egfr", "mL/min/{1.73_m2}", "98979-8 62238-1 33914-3", 0, 250),
    _a("sodium", "mmol/L", "2951-2 2947-0", 80, 220),
    _a("potassium", "mmol/L", "2823-3 6298-4", 0.5, 15),
    _a("chloride", "mmol/L", "2075-0 2069-3", 40, 180),
    _a("glucose", "mg/dL", "2345-7 2339-0 41653-7", 0, 3000),
    _a("hba1c", "%", "4548-4", 2, 25),
    _a("osmolality-serum", "mosm/kg", "2692-2", 100, 600),
    _a("osmolality-urine", "mosm/kg", "2695-5", 10, 2000),
    _a("sodium-urine", "mmol/L", "2955-3", 0, 500),
    _a("calcium", "mg/dL", "17861-6", 1, 30),
    _a("magnesium", "mg/dL", "19123-9", 0, 20),
    _a("phosphate", "mg/dL", "2777-1", 0, 30),
    _a("albumin", "g/dL", "1751-7", 0, 10),
    _a("bilirubin-total", "mg/dL", "1975-2", 0, 100),
    _a("ast", "U/L", "1920-8"),
    _a("alt", "U/L", "1742-6"),
    _a("alp", "U/L", "6768-6"),
    _a("ammonia", "umol/L", "16362-6", 0, 3000),
    _a("lipase", "U/L", "3040-3"),
    _a("amylase", "U/L", "1798-8"),
    _a("ck", "U/L", "2157-6"),
    _a("lactate", "mmol/L", "32693-4 2518-9 2524-7 2519-7", 0, 50),
    _a("beta-hydroxybutyrate", "mmol/L", "6873-4", 0, 50),
    _a("anion-gap", "mmol/L", "33037-3 1863-0 10466-1", -50, 100),
    _a("ethanol", "mg/dL", "5640-8", 0, 1500),
    # --- blood gas
    _a("ph-arterial", "[pH]", "2744-1", 6, 8.5),
    _a("paco2", "mm[Hg]", "2019-8", 1, 300),
    _a("pao2", "mm[Hg]", "2703-7", 1, 800),
    _a("bicarbonate", "mmol/L", "1963-8", 0, 80),
    _a("total-co2", "mmol/L", "2028-9", 0, 80),
    # --- blood count and clotting
    _a("wbc", "10*3/uL", "6690-2 26464-8 804-5", 0, 1000),
    _a("bands", "%", "26508-2", 0, 100),
    _a("anc", "10*3/uL", "751-8", 0, 1000),
    _a("hemoglobin", "g/dL", "718-7", 0, 30),
    _a("hematocrit", "%", "4544-3 20570-8", 0, 90),
    _a("platelets", "10*3/uL", "777-3 26515-7", 0, 5000),
    _a("inr", "{INR}", "6301-6 34714-6", 0, 40),
    _a("aptt", "s", "14979-9", 0, 500),
    _a("fibrinogen", "mg/dL", "3255-7"),
    _a("d-dimer-feu", "ng/mL", "48065-7"),
    _a("d-dimer-ddu", "ng/mL", "48066-5"),
    # --- heart, inflammation, stores
    _a("hs-troponin-t", "ng/L", "67151-1"),
    _a("hs-troponin-i", "ng/L", "89579-7"),
    _a("troponin-t", "ng/mL", "6598-7"),
    _a("troponin-i", "ng/mL", "10839-9"),
    _a("bnp", "pg/mL", "30934-4"),
    _a("nt-probnp", "pg/mL", "33762-6"),
    _a("ejection-fraction", "%", "10230-1 8806-2 18043-0 8808-8 8810-4 8811-2", 1, 95),
    _a("procalcitonin", "ng/mL", "33959-8 75241-0"),
    _a("crp", "mg/L", "1988-5"),
    _a("ferritin", "ng/mL", "2276-4"),
    _a("vitamin-b12", "pg/mL", "2132-9"),
    _a("folate", "ng/mL", "2284-8"),
    # --- microbiology and urine
    _a("urine-wbc", "/[HPF]", "5821-4"),
    _a("urine-nitrite", "", "5802-4"),
    _a("blood-culture", "", "600-7"),
    _a("urine-culture", "", "630-4"),
    _a("c-difficile-toxin-gene", "", "54067-4"),
    # --- bedside
    _a("heart-rate", "/min", "8867-4", 0, 350),
    _a("respiratory-rate", "/min", "9279-1", 0, 120),
    _a("temperature", "Cel", "8310-5 8331-1 8332-9", 20, 46),
    _a("sbp", "mm[Hg]", "8480-6 76534-7", 0, 350),
    _a("dbp", "mm[Hg]", "8462-4 76535-4", 0, 250),
    _a("map", "mm[Hg]", "8478-0 76536-2", 0, 300),
    _a("spo2", "%", "59408-5 2708-6", 0, 100),
    _a("fio2", "%", "3150-6 19994-3", 15, 100),
    _a("oxygen-flow", "L/min", "3151-8", 0, 100),
    _a("weight", "kg", "29463-7 3141-9", 0.2, 500),
    _a("height", "cm", "8302-2", 15, 260),
    _a("bmi", "kg/m2", "39156-5", 5, 150),
    _a("gcs", "{score}", "9269-2", 3, 15),
    _a("urine-output", "mL", "9187-6", 0, 30000),
    _a("nihss", "{score}", "70182-1 72089-6", 0, 42),
    _a("braden", "{score}", "38227-5", 6, 23),
)


@lru_cache(maxsize=1)
def analyte_by_loinc() -> dict[str, Analyte]:
    """LOINC code -> what it measures."""
    return {code: analyte for analyte in ANALYTES for code in analyte.loinc}
