"""What a LOINC code measures, and the UCUM unit in which the house compares it (checked pairs of DOMAIN §D.0).

A code stands here where LOINC differs by method, by serum, plasma or whole blood, or by mass and moles alone; never where the specimen
or the quantity is another (urine, CSF, ionised calcium, urea by mass, a stated weight, a standing blood pressure).
"""

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
    _a("creatinine", "mg/dL", "2160-0 38483-4 14682-9 59826-8 77140-2", 0, 50),
    _a("bun", "mg/dL", "3094-0 6299-2 14937-7 22664-7", 0, 400),
    _a("egfr", "mL/min/{1.73_m2}", "98979-8 62238-1 33914-3 77147-7", 0, 250),
    _a("sodium", "mmol/L", "2951-2 2947-0 77139-4 32717-1 39791-9", 80, 220),
    _a("potassium", "mmol/L", "2823-3 6298-4 77142-8 32713-0 39789-3", 0.5, 15),
    _a("chloride", "mmol/L", "2075-0 2069-3", 40, 180),
    _a("glucose", "mg/dL", "2345-7 2339-0 41653-7 2340-8 2341-6 14749-6 15074-8 32016-8 14743-9 41651-1 41652-9 74774-1 1558-6", 0, 3000),
    _a("hba1c", "%", "4548-4 17856-6 59261-8", 2, 25),
    _a("osmolality-serum", "mosm/kg", "2692-2", 100, 600),
    _a("osmolality-urine", "mosm/kg", "2695-5", 10, 2000),
    _a("sodium-urine", "mmol/L", "2955-3", 0, 500),
    _a("calcium", "mg/dL", "17861-6 2000-8 49765-1", 1, 30),
    _a("magnesium", "mg/dL", "19123-9 2601-3", 0, 20),
    _a("phosphate", "mg/dL", "2777-1 14879-1", 0, 30),
    _a("albumin", "g/dL", "1751-7 61151-7 61152-5", 0, 10),
    _a("bilirubin-total", "mg/dL", "1975-2 14631-6 42719-5", 0, 100),
    _a("ast", "U/L", "1920-8 30239-8 88112-8"),
    _a("alt", "U/L", "1742-6 1743-4 1744-2"),
    _a("alp", "U/L", "6768-6"),
    _a("ammonia", "umol/L", "16362-6", 0, 3000),
    _a("lipase", "U/L", "3040-3"),
    _a("amylase", "U/L", "1798-8"),
    _a("ck", "U/L", "2157-6"),
    _a("triglycerides", "mg/dL", "2571-8", 0, 20000),
    _a("lactate", "mmol/L", "32693-4 2518-9 2524-7 2519-7 14118-4 59032-3", 0, 50),
    _a("beta-hydroxybutyrate", "mmol/L", "6873-4", 0, 50),
    _a("anion-gap", "mmol/L", "33037-3 1863-0 10466-1", -50, 100),
    _a("ethanol", "mg/dL", "5640-8 5643-2", 0, 1500),
    # --- blood gas
    _a("ph-arterial", "[pH]", "2744-1 33254-4", 6, 8.5),
    _a("paco2", "mm[Hg]", "2019-8", 1, 300),
    _a("pao2", "mm[Hg]", "2703-7", 1, 800),
    _a("bicarbonate", "mmol/L", "1963-8 1959-6 1960-4 14627-4", 0, 80),
    _a("total-co2", "mmol/L", "2028-9 20565-8 2026-3 2027-1", 0, 80),
    # --- blood count and clotting
    _a("wbc", "10*3/uL", "6690-2 26464-8 804-5 49498-9", 0, 1000),
    _a("bands", "%", "26508-2 764-1 35332-6", 0, 100),
    _a("anc", "10*3/uL", "751-8 26499-4 753-4", 0, 1000),
    _a("hemoglobin", "g/dL", "718-7 20509-6 30313-1 30350-3 59260-0 55782-7", 0, 30),
    _a("hematocrit", "%", "4544-3 20570-8 4545-0 48703-3", 0, 90),
    _a("platelets", "10*3/uL", "777-3 26515-7 778-1 49497-1", 0, 5000),
    _a("inr", "{INR}", "6301-6 34714-6 46418-0 38875-1", 0, 40),
    _a("aptt", "s", "14979-9 3173-2", 0, 500),
    _a("fibrinogen", "mg/dL", "3255-7"),
    _a("d-dimer-feu", "ng/mL", "48065-7 48067-3 71427-9"),
    _a("d-dimer-ddu", "ng/mL", "48066-5"),
    # --- heart, inflammation, stores
    _a("hs-troponin-t", "ng/L", "67151-1"),
    _a("hs-troponin-i", "ng/L", "89579-7"),
    _a("troponin-t", "ng/mL", "6598-7 48425-3"),
    _a("troponin-i", "ng/mL", "10839-9 49563-0 42757-5"),
    _a("bnp", "pg/mL", "30934-4 42637-9"),
    _a("nt-probnp", "pg/mL", "33762-6 83107-3 71425-3 33763-4"),
    _a("ejection-fraction", "%", "10230-1 8806-2 18043-0 8808-8 8810-4 8811-2", 1, 95),
    _a("procalcitonin", "ng/mL", "33959-8 75241-0"),
    _a("crp", "mg/L", "1988-5 30522-7"),
    _a("ferritin", "ng/mL", "2276-4 20567-4 24373-3 14723-1"),
    _a("vitamin-b12", "pg/mL", "2132-9 14685-2"),
    _a("folate", "ng/mL", "2284-8 14732-2"),
    _a("transferrin-saturation", "%", "2502-3", 0, 100),
    # --- microbiology and urine
    _a("urine-wbc", "/[HPF]", "5821-4"),
    _a("urine-nitrite", "", "5802-4 50558-6 32710-6"),
    _a("blood-culture", "", "600-7 17928-3 17934-1"),
    _a("urine-culture", "", "630-4"),
    _a("c-difficile-toxin-gene", "", "54067-4"),
    # --- bedside
    _a("heart-rate", "/min", "8867-4 8889-8 8893-0 76282-3", 0, 350),
    _a("respiratory-rate", "/min", "9279-1", 0, 120),
    _a("temperature", "Cel", "8310-5 8331-1 8332-9 8333-7 8328-7 8329-5 8334-5 75539-7 76011-6", 20, 46),
    _a("sbp", "mm[Hg]", "8480-6 76534-7 76215-3 8459-0 8461-6", 0, 350),
    _a("dbp", "mm[Hg]", "8462-4 76535-4 76213-8 8453-3 8455-8", 0, 250),
    _a("map", "mm[Hg]", "8478-0 76536-2 76214-6", 0, 300),
    _a("spo2", "%", "59408-5 2708-6", 0, 100),
    _a("fio2", "%", "3150-6 3150-0 19994-3", 15, 100),
    _a("oxygen-flow", "L/min", "3151-8 19941-4", 0, 100),
    _a("peep", "cm[H2O]", "20077-4 76248-4 76530-5", 0, 60),
    _a("birth-weight", "g", "8339-4", 200, 7000),
    _a("weight", "kg", "29463-7 3141-9", 0.2, 500),
    _a("height", "cm", "8302-2 3137-7 8306-3", 15, 260),
    _a("bmi", "kg/m2", "39156-5", 5, 150),
    _a("gcs", "{score}", "9269-2", 3, 15),
    _a("urine-output", "mL", "9187-6", 0, 30000),
    _a("nihss", "{score}", "70182-1 72089-6", 0, 42),
    _a("braden", "{score}", "38227-5", 6, 23),
    _a("ciwa", "{score}", "", 0, 67),  # CIWA-Ar: LOINC has no code for its sum; it comes in notes
)


@lru_cache(maxsize=1)
def analyte_by_loinc() -> dict[str, Analyte]:
    """LOINC code -> what it measures."""
    return {code: analyte for analyte in ANALYTES for code in analyte.loinc}
