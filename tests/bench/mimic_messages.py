"""The MIMIC-IV demo as the hospital's own systems would have sent it: HL7 v2 bytes from the `hosp`, `icu` and `clif` tables (DOMAIN F.19).

Admissions (ADT), laboratory with reference ranges and comments, vital signs, scores, oxygen and urine (ORU^R01), cultures and procedures
(ORM^O01), drugs ordered (RDE^O11) and given (RAS^O17).  No notes, no diagnoses: the set has none that say when somebody wrote them.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DEMO = DATA / "mimic-iv-demo"
ZONE = "Etc/GMT+5"
"""`hosp` and `icu` tell local time; `clif` was made from it with five hours added the whole year, and is called UTC."""

Row = dict[str, str]
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\n": " ", "\r": " "}
_OBSERVED = ("EU OBSERVATION", "AMBULATORY OBSERVATION", "DIRECT OBSERVATION")
_VITAL = {  # clif vital_name's beginning -> LOINC, UCUM
    "Heart Rate": ("8867-4", "/min"), "Respiratory Rate": ("9279-1", "/min"), "O2 saturation": ("59408-5", "%"),
    "Non Invasive Blood Pressure systolic": ("76534-7", "mm[Hg]"), "Non Invasive Blood Pressure diastolic": ("76535-4", "mm[Hg]"),
    "Non Invasive Blood Pressure mean": ("76536-2", "mm[Hg]"), "Manual Blood Pressure Systolic": ("8480-6", "mm[Hg]"),
    "Manual Blood Pressure Diastolic": ("8462-4", "mm[Hg]"), "Arterial Blood Pressure systolic": ("76215-3", "mm[Hg]"),
    "Arterial Blood Pressure diastolic": ("76213-8", "mm[Hg]"), "Arterial Blood Pressure mean": ("76214-6", "mm[Hg]"),
    "ART BP Systolic": ("76215-3", "mm[Hg]"), "ART BP Diastolic": ("76213-8", "mm[Hg]"), "ART BP Mean": ("76214-6", "mm[Hg]"),
    "Temperature": ("8310-5", "Cel"), "Daily Weight": ("29463-7", "kg"), "Admission Weight": ("29463-7", "kg"), "Height": ("8302-2", "cm"),
}  # fmt: skip
_SCORE = {"gcs_total": ("9269-2", "GCS total"), "RASS": ("54632-5", "RASS"), "braden_total": ("38227-5", "Braden")}
_SETTING = {"fio2_set": ("3150-6", "1"), "lpm_set": ("3151-8", "L/min"), "peep_set": ("20077-4", "cm[H2O]")}
_URINE = ("Foley", "Void", "Condom Cath", "Straight Cath", "OR Urine", "PACU Urine")
_SPECIMEN = {
    "ART.": "BLDA^Arterial blood",
    "VEN.": "BLDV^Venous blood",
    "CENTRAL VENOUS.": "BLDV^Venous blood",
    "MIX.": "BLDV^Venous blood",
}
_SPECIMEN_TYPE = "52033"
_RUNNING = ("start", "dose_change", "going", "given")


class Sent(NamedTuple):
    """One message, and when its system sent it."""

    at: datetime
    body: bytes


def rows(table: str) -> Iterator[Row]:
    """The rows of one table ("hosp/admissions")."""
    with gzip.open(DEMO / f"{table}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def local(told: str) -> datetime:
    """`hosp` and `icu`: local time."""
    return datetime.fromisoformat(told)


def shifted(told: str) -> datetime:
    """`clif`: the same clock, five hours ahead."""
    return datetime.fromisoformat(told).replace(tzinfo=None) - timedelta(hours=5)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S")


def _text(words: str) -> str:
    return "".join(_ESCAPES.get(sign, sign) for sign in words).strip()


class Hospital:
    """Its patients and their visits, and how its systems tell of them."""

    def __init__(self) -> None:
        """Reads who was there."""
        self.patients = {row["subject_id"]: row for row in rows("hosp/patients")}
        self.visits = {row["hadm_id"]: row for row in rows("hosp/admissions")}

    def subject(self, visit: str) -> str:
        """Whose visit it is."""
        return self.visits[visit]["subject_id"]

    def message(self, at: datetime, sender: str, kind: str, subject: str, visit: str, *segments: str) -> Sent:
        """A message of one of the systems; `visit` empty: it names none (results of no admission)."""
        return self._told(at, sender, kind, subject, [f"PV1|1{'|' * 18}{visit}^^^BIDMC"] if visit else [], segments)

    def _told(self, at: datetime, sender: str, kind: str, subject: str, where: list[str], segments: Iterable[str]) -> Sent:
        person, event = self.patients[subject], [f"EVN|{kind[4:7]}|{_stamp(at)}"] if kind.startswith("ADT") else []
        born = int(person["anchor_year"]) - int(person["anchor_age"])
        header = f"MSH|^~\\&|{sender}|BIDMC|CDI|BIDMC|{_stamp(at)}||{kind}|@|P|2.5.1"
        lines = [header, *event, f"PID|1||{subject}^^^BIDMC^MR||||{born}|{person['gender']}", *where, *segments]
        return Sent(at, ("\r".join(lines) + "\r").encode())

    def everything(self) -> Iterator[Sent]:
        """All messages, of one kind after the other."""
        for told in (self.admissions, self.laboratory, self.vitals, self.scores, self.oxygen, self.urine, self.cultures):
            yield from told()
        for told in (self.procedures, self.ordered, self.given):
            yield from told()

    def admissions(self) -> Iterator[Sent]:
        """ADT: to the emergency department, admitted, discharged."""
        for visit, row in self.visits.items():
            patient_class = "V" if row["admission_type"] in _OBSERVED else "I"
            admitted_at, left_at = local(row["admittime"]), local(row["dischtime"])
            moves = [("A01", patient_class, admitted_at, 44), ("A03", patient_class, left_at, 45)]
            if row["edregtime"] and (came_at := local(row["edregtime"])) < admitted_at:
                moves.insert(0, ("A04", "E", came_at, 44))
            for trigger, told, at, field in moves:
                where = f"PV1|1|{told}{'|' * 17}{visit}^^^BIDMC{'|' * (field - 19)}{_stamp(at)}"
                yield self._told(at, "EHR", f"ADT^{trigger}^ADT_A01", row["subject_id"], [where], ())

    def laboratory(self) -> Iterator[Sent]:
        """ORU: one message a specimen, its codes by the published mapping to LOINC, its comments, what was taken."""
        with (DATA / "cms" / "mimic_labitems_to_loinc.csv").open(encoding="utf-8", newline="") as file:
            loinc = {row["itemid (omop_source_code)"]: row["omop_concept_code"] for row in csv.DictReader(file)}
        label = {row["itemid"]: row["label"] for row in rows("hosp/d_labitems")}
        by_specimen: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in rows("hosp/labevents"):
            by_specimen[row["subject_id"], row["hadm_id"], row["specimen_id"], row["charttime"]].append(row)
        for (subject, visit, specimen, taken), results in by_specimen.items():
            reported_at = max(local(row["storetime"] or taken) for row in results)
            drawn = next((row["value"] for row in results if row["itemid"] == _SPECIMEN_TYPE), "")
            lines, seen = [], set[str]()
            for row in results:
                # Where a comment stands, the value as it was printed is blanked with it; the number beside it is not.
                item, value = row["itemid"], row["valuenum"] if row["value"] == "___" else row["value"]
                if item == _SPECIMEN_TYPE or not value or item in seen:
                    continue
                seen.add(item)
                code = (
                    f"{loinc[item]}^{_text(label[item])}^LN^{item}^{_text(label[item])}^L"
                    if loinc.get(item)
                    else f"{item}^{_text(label[item])}^L"
                )
                limits = f"{row['ref_range_lower']}-{row['ref_range_upper']}" if row["ref_range_lower"] else ""
                kind, flag = "NM" if _number(value) else "ST", "A" if row["flag"] else ""
                lines.append(
                    f"OBX|{len(seen)}|{kind}|{code}||{_text(value)}|{_text(row['valueuom'].strip())}|{limits}|{flag}|||F|||{_stamp(local(taken))}"
                )
                if row["comments"] and row["comments"].strip("_ "):
                    lines.append(f"NTE|1|L|{_text(row['comments'])}")
            order = f"OBR|1||{specimen}^LAB|LAB^Laboratory^L|||{_stamp(local(taken))}{'|' * 15}{_stamp(reported_at)}|||F"
            what = [f"SPM|1|||{_SPECIMEN[drawn]}^HL70487"] if drawn in _SPECIMEN else []
            if lines:
                yield self.message(reported_at, "LAB", "ORU^R01^ORU_R01", subject, visit, order, *lines, *what)

    def _observed(self, sender: str, visit: str, at: datetime, observed: Iterable[tuple[str, str, str, str]]) -> Sent:
        """ORU: (LOINC, name, value, UCUM) of one moment."""
        lines = [
            f"OBX|{nth}|NM|{loinc}^{name}^LN|{nth}|{value}|{unit}|||||F|||{_stamp(at)}"
            for nth, (loinc, name, value, unit) in enumerate(observed, 1)
        ]
        order = f"OBR|1||{sender}{visit}{_stamp(at)}^{sender}|{sender}^{sender}^L|||{_stamp(at)}{'|' * 15}{_stamp(at)}|||F"
        return self.message(at, sender, "ORU^R01^ORU_R01", self.subject(visit), visit, order, *lines)

    def _moments(self, table: str, sender: str, at: str) -> Iterator[tuple[str, datetime, list[Row]]]:
        told = sorted(rows(table), key=lambda row: (row["hospitalization_id"], row[at]))
        for (visit, moment), group in groupby(told, key=lambda row: (row["hospitalization_id"], row[at])):
            yield visit, shifted(moment), list(group)

    def vitals(self) -> Iterator[Sent]:
        """ORU from the monitor: pressure by cuff and by line under codes of their own."""
        for visit, at, group in self._moments("clif/clif_vitals", "MONITOR", "recorded_dttm"):
            told = [(row, code) for row in group for name, code in _VITAL.items() if row["vital_name"].startswith(name)]
            if told:
                yield self._observed(
                    "MONITOR", visit, at, [(loinc, _text(row["vital_name"]), row["vital_value"], unit) for row, (loinc, unit) in told]
                )

    def scores(self) -> Iterator[Sent]:
        """ORU from the nurses' flowsheet."""
        for visit, at, group in self._moments("clif/clif_patient_assessments", "NURSING", "recorded_dttm"):
            told = [
                (*_SCORE[row["assessment_category"]], row["numerical_value"], "{score}")
                for row in group
                if row["assessment_category"] in _SCORE
            ]
            if told := [one for one in told if one[2]]:
                yield self._observed("NURSING", visit, at, told)

    def oxygen(self) -> Iterator[Sent]:
        """ORU from respiratory care; a change of the device is an order."""
        last: dict[str, str] = {}
        for visit, at, group in self._moments("clif/clif_respiratory_support", "RESPCARE", "recorded_dttm"):
            told = [(loinc, field, row[field], unit) for row in group for field, (loinc, unit) in _SETTING.items() if row[field]]
            if told:
                yield self._observed("RESPCARE", visit, at, told)
            for device in dict.fromkeys(row["device_name"].strip() for row in group):
                if device and last.get(visit) != device:
                    last[visit] = device
                    yield self._order(visit, at, f"DEV{visit}{_stamp(at)}", device)

    def urine(self) -> Iterator[Sent]:
        """ORU: each emptying."""
        label = {row["itemid"]: row["label"] for row in rows("icu/d_items")}
        for row in rows("icu/outputevents"):
            if label[row["itemid"]] in _URINE:
                yield self._observed(
                    f"URINE{row['itemid']}", row["hadm_id"], local(row["charttime"]), [("9187-6", label[row["itemid"]], row["value"], "mL")]
                )

    def _order(self, visit: str, at: datetime, number: str, name: str, subject: str = "") -> Sent:
        order = (f"ORC|NW|{number}|||||||{_stamp(at)}", f"OBR|1|{number}||^{_text(name)}")
        return self.message(at, "CPOE", "ORM^O01^ORM_O01", subject or self.subject(visit), visit, *order)

    def cultures(self) -> Iterator[Sent]:
        """ORM: what was taken for microbiology, when it was taken."""
        seen = set[tuple[str, str]]()
        for row in rows("hosp/microbiologyevents"):
            number = row["micro_specimen_id"], row["test_itemid"]
            if number not in seen and (at := row["charttime"] or row["chartdate"]):
                seen.add(number)
                name = f"{row['spec_type_desc']} {row['test_name']}"
                yield self._order(row["hadm_id"], local(at), "M" + "-".join(number), name, row["subject_id"])

    def procedures(self) -> Iterator[Sent]:
        """ORM: what was done at the bedside in intensive care."""
        label = {row["itemid"]: row["label"] for row in rows("icu/d_items")}
        for row in rows("icu/procedureevents"):
            yield self._order(row["hadm_id"], local(row["starttime"]), f"P{row['orderid']}", label[row["itemid"]])

    def ordered(self) -> Iterator[Sent]:
        """RDE: drugs ordered, by name, strength and route, when the order was entered."""
        entered = {row["pharmacy_id"]: row["entertime"] for row in rows("hosp/pharmacy")}
        for nth, row in enumerate(rows("hosp/prescriptions")):
            if at := entered.get(row["pharmacy_id"]) or row["starttime"]:
                drug = f"RXE||^{_text(' '.join((row['drug'], row['prod_strength'])))}|{_text(row['dose_val_rx'])}||{_text(row['dose_unit_rx'])}"
                order = f"ORC|NW|R{row['pharmacy_id']}-{nth}|||||||{_stamp(local(at))}"
                yield self.message(
                    local(at), "PHARMACY", "RDE^O11^RDE_O11", row["subject_id"], row["hadm_id"], order, drug, f"RXR|{_text(row['route'])}"
                )

    def given(self) -> Iterator[Sent]:
        """RAS: drugs given in intensive care, each dose and each change of a rate."""
        for table in ("clif/clif_medication_admin_intermittent", "clif/clif_medication_admin_continuous"):
            for row in rows(table):
                if row["mar_action_category"] in _RUNNING and row["med_dose"]:
                    at, visit = shifted(row["admin_dttm"]), row["hospitalization_id"]
                    order = f"ORC|RE|G{row['med_order_id']}|||||||{_stamp(at)}"
                    amount = f"{float(row['med_dose']):g}|{_text(row['med_dose_unit'])}"
                    drug = f"RXA|0|1|{_stamp(at)}|{_stamp(at)}|^{_text(row['med_name'])}|{amount}{'|' * 13}CP"
                    yield self.message(
                        at,
                        "MAR",
                        "RAS^O17^RAS_O17",
                        self.subject(visit),
                        visit,
                        order,
                        drug,
                        f"RXR|{_text(row['med_route_name'])}",
                    )


def _number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def recording(folder: Path) -> tuple[Path, int]:
    """All messages in the order in which they were sent, as one file; and how many."""
    told = sorted(Hospital().everything(), key=lambda sent: sent.at)
    file = folder / "mimic.hl7"
    with file.open("wb") as out:
        for nth, sent in enumerate(told, 1):
            out.write(sent.body.replace(b"|@|", f"|M{nth}|".encode(), 1))
    return file, len(told)
