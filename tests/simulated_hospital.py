"""A British hospital simulator's HL7 v2.3, as such programs send it: every type, segment by segment (synthetic, ours).

What is particular: times without a zone, empty fields at the end, control ids from 1 in each run, MSH-18 "ASCII", visit numbers of
nineteen digits with "visitid" as their type, a PV1 that says only "N" (not applicable) in messages about the person, the class of a
discharge "O", local codes with a laboratory system's name, vital signs under the names of ISO/IEEE 11073, notes as ORU with an ED.
"""

from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

ADMITTED = datetime(2026, 5, 4, 8, 0, tzinfo=timezone(timedelta(hours=-4)))
VISIT = "7712345678901234567"
DOCTOR = "C901^Marlow^Edith^^^Dr^^^DRNBR^PRSNL^^^ORGDR"
WARD, ICU, THEATRE = (f"{name}^MainRoom^Bed {bed}^Simulated^^BED^Main Building^5" for name, bed in (("Elm", 1), ("ICU", 2), ("Theatre", 3)))
RTF = b"{\\rtf1\\ansi Severe protein-calorie malnutrition, supplements started.\\par Weight loss 12 kg.}"


def clock(hours: float) -> str:
    """HL7's time so many hours after the admission."""
    return (ADMITTED + timedelta(hours=hours)).strftime("%Y%m%d%H%M%S")


@dataclass(frozen=True)
class Patient:
    """Who is sent, and where he lies."""

    mrn: str = "4011223344"
    nhs: str = "9434765919"
    name: str = "Ashdown^Percy^Lionel^^Mr^^CURRENT"
    born: str = "19441103000000"
    sex: str = "M"
    visit: str = VISIT
    kind: str = "I"
    place: str = WARD
    prior: str = ""
    pending: str = ""
    temporary: str = ""
    admitted: str = clock(0)
    discharged: str = ""
    died: str = ""

    def pid(self) -> str:
        """PID, with the national number beside the hospital's."""
        own = f"{self.mrn}^^^SIMULATOR MRN^MRN"
        return (
            f"PID|1|{own}|{own}~{self.nhs}^^^NHSNBR^NHSNMBR||{self.name}||{self.born}|{self.sex}|||4 Mill Lane^^London^^N1 7GU^GBR^HOME||"
            f"020 7946 0018^HOME|||||||||A^White - British^^^|||||||{self.died}|{'Y' if self.died else ''}"
        )

    def pv1(self) -> str:
        """PV1 with all that the simulator fills."""
        number = f"{self.visit}^^^^visitid" if self.visit else ""
        status = "FINISHED" if self.discharged else "ARRIVED"
        return (
            f"PV1|1|{self.kind}|{self.place}|28b||{self.prior}|{DOCTOR}|||MED|{self.temporary}||||||||{number}" + "|" * 22 +
            f"{status}|{self.pending}||{self.admitted}|{self.discharged}|"
        )  # fmt: skip


PERCY = Patient()
ROSE = Patient("4055667788", "9434765870", "Tallis^Rose^^^Mrs^^CURRENT", "19521224000000", "F", "7798765432109876543", place=ICU)
PSEUDO_PV1 = "PV1|1|N|"
PD1 = "PD1|||FAMILY PRACTICE^^12345|"
ALLERGY = f"AL1|0|FA|91935009^Allergy to peanut^SNM3^^|MO|Urticaria|{clock(-9000)}"
DIAGNOSIS = f"DG1|0|SNMCT|233604007^Pneumonia^SNM3^^|Pneumonia|{clock(-1)}|W|||||||||0|{DOCTOR}"
PROCEDURE = f"PR1|0|SNMCT|232717009^Coronary bypass^SNM3^^|Coronary bypass|{clock(-4000)}|P||||||{DOCTOR}||0||"


@dataclass
class Simulator:
    """One run: it counts its messages from 1."""

    sent: int = 0
    said: list[str] = field(default_factory=list)

    def send(self, kind: str, hours: float, *segments: str) -> str:
        """A message of that type, so many hours after the admission."""
        self.sent += 1
        head = f"MSH|^~\\&|SIMHOSP|SFAC|RAPP|RFAC|{clock(hours)}||{kind}|{self.sent}|T|2.3|||AL||44|ASCII"
        self.said.append("\r".join((head, *segments)))
        return self.said[-1]

    def adt(self, trigger: str, hours: float, *segments: str, planned: str = "", occurred: str = "") -> str:
        """An ADT with its EVN: EVN-3 of what is planned, EVN-6 of what is undone."""
        return self.send(f"ADT^{trigger}", hours, f"EVN|{trigger}|{clock(hours)}|{planned}||{DOCTOR}|{occurred}", *segments)

    def move(self, trigger: str, hours: float, patient: Patient = PERCY, *more: str, planned: str = "", occurred: str = "") -> str:
        """An ADT with PID, PD1, PV1."""
        return self.adt(trigger, hours, patient.pid(), PD1, patient.pv1(), *more, planned=planned, occurred=occurred)

    def results(
        self, hours: float, service: str, *observations: str, number: str, trigger: str = "R01", status: str = "F", patient: Patient = PERCY,
    ) -> str:  # fmt: skip
        """ORU with ORC and OBR."""
        at = clock(hours)
        orc, obr = f"ORC|RE|9{number}|{number}||CM||||{at}", f"OBR|1|9{number}|{number}|{service}||{at}|{at}|||||||{at}"
        return self.send(f"ORU^{trigger}", hours, patient.pid(), patient.pv1(), orc, f"{obr}||||||||{at}|||{status}||1", *observations)

    def note(self, hours: float, number: str, kind: str, *contents: tuple[str, bytes], service: str = "us-9^Note^WinPath^^") -> str:
        """A clinical note: an ORU of one document, its contents one OBX each; base64 where the format needs it."""
        at, rows = clock(hours), []
        for nth, (form, content) in enumerate(contents, 1):
            data = content.decode() if form == "txt" else b64encode(content).decode()
            coding = "" if form == "txt" else "base64"
            rows.append(f"OBX|{nth}|ED|{kind}^{kind}||^^{form}^{coding}^{data}|||||||||{at}||{DOCTOR}")
        obr = f"OBR|1||{number}^HNAM_CEREF~{number}^HNAM_EVENTID|{service}||{at}|{at}|||||||{at}||{DOCTOR}||||||{at}||MDOC|||1"
        return self.send("ORU^R01", hours, PERCY.pid(), PERCY.pv1(), f"ORC|RE||{number}||CM||||{at}", obr, *rows)

    def document(self, hours: float, number: str, *lines: str, kind: str = "DS", status: str = "AU") -> str:
        """MDM^T02, a line an OBX."""
        at = clock(hours)
        txa = f"TXA|1|{kind}||{at}|{DOCTOR}|||{at}||||{number}|||||{status}||||||"
        rows = (f"OBX|{nth}|TX|obs-1^Established Patient 15^Simulation^^|1|{line}||||||F||||||" for nth, line in enumerate(lines, 1))
        return self.send("MDM^T02", hours, f"EVN|T02|{at}|||{DOCTOR}|", PERCY.pid(), PERCY.pv1(), txa, *rows)

    def merge(self, trigger: str, hours: float, *old: str, patient: Patient = PERCY) -> str:
        """A34 of one old number, A40 of any."""
        mrg = "MRG|" + "~".join(f"{number}^^^SIMULATOR MRN^MRN" for number in old) + "|"
        return self.adt(trigger, hours, patient.pid(), PD1, mrg, *((patient.pv1(),) if trigger == "A40" else ()))


def observed(nth: int, kind: str, code: str, value: str, unit: str = "", status: str = "F", hours: float = 1, normal: str = "1 - 9") -> str:
    """An OBX."""
    return f"OBX|{nth}|{kind}|{code}||{value}|{unit}|{normal}|H|||{status}|||{clock(hours)}||"


def moved(patient: Patient = PERCY, **changes: str) -> Patient:
    """The patient elsewhere, or otherwise."""
    return replace(patient, **changes)
