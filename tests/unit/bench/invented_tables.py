"""Tables in the form of the MIMIC-IV demo, with invented patients: what a converter reads, without anybody's data."""

import csv
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str]
_ADMISSION = {
    "subject_id": "1",
    "hadm_id": "20",
    "admission_type": "EW EMER.",
    "admittime": "2150-03-01 10:00:00",
    "dischtime": "2150-03-05 12:00:00",
    "edregtime": "2150-03-01 06:00:00",
}
_LAB = {
    "subject_id": "1",
    "hadm_id": "20",
    "specimen_id": "7",
    "charttime": "2150-03-01 07:00:00",
    "storetime": "2150-03-01 08:10:00",
    "value": "4.2",
    "valuenum": "4.2",
    "valueuom": "mEq/L",
    "ref_range_lower": "3.3",
    "ref_range_upper": "5.1",
    "flag": "",
    "comments": "",
}
USUAL: Mapping[str, Sequence[Row]] = {
    "hosp/patients": [{"subject_id": "1", "gender": "F", "anchor_age": "70", "anchor_year": "2148"}],
    "hosp/admissions": [_ADMISSION],
    "hosp/d_labitems": [{"itemid": "50971", "label": "Potassium"}, {"itemid": "50912", "label": "Creatinine"}, {"itemid": "52033", "label": "Specimen Type"}, {"itemid": "59999", "label": "A^test"}],
    "hosp/labevents": [], "hosp/microbiologyevents": [], "hosp/pharmacy": [], "hosp/prescriptions": [],
    "icu/d_items": [{"itemid": "226559", "label": "Foley"}, {"itemid": "226588", "label": "Chest Tube #1"}, {"itemid": "225459", "label": "Chest X-Ray"}],
    "icu/outputevents": [], "icu/procedureevents": [],
    "clif/clif_vitals": [], "clif/clif_patient_assessments": [], "clif/clif_respiratory_support": [],
    "clif/clif_medication_admin_intermittent": [], "clif/clif_medication_admin_continuous": [],
}  # fmt: skip


def admission(**told: str) -> Row:
    """To the emergency department at 06:00, admitted at 10:00, for four days."""
    return {**_ADMISSION, **told}


def lab(itemid: str, **told: str) -> Row:
    """A result of the specimen that was drawn in the emergency department."""
    return {**_LAB, "itemid": itemid, **told}


def write(folder: Path, **told: Sequence[Row]) -> None:
    """All tables; `told` by name, with "__" for the slash."""
    for name, rows in {**USUAL, **{name.replace("__", "/"): rows for name, rows in told.items()}}.items():
        file = folder / "mimic" / f"{name}.csv.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(file, "wt", encoding="utf-8", newline="") as out:
            sheet = csv.DictWriter(out, sorted({column for row in rows for column in row}) or ["none"], restval="")
            sheet.writeheader()
            sheet.writerows(rows)
    mapping = folder / "cms" / "mimic_labitems_to_loinc.csv"
    mapping.parent.mkdir(exist_ok=True)
    mapping.write_text("itemid (omop_source_code),omop_concept_code\n50971,2823-3\n50912,2160-0\n", encoding="utf-8")
