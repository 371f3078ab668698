"""Reading HL7 data types: times, people, codes, identifiers."""

from dataclasses import dataclass, field
from datetime import tzinfo
from functools import lru_cache

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import AuthorRole
from opencdi.events.facts import Coded
from opencdi.events.hl7_structure import Signs
from opencdi.events.ids import keyed_hash
from opencdi.events.people import Person
from opencdi.intake.hl7v2.message import NULL, Message, Segment, names_charset, raw, unescaped
from opencdi.intake.tables import SYSTEM_BY_OID
from opencdi.intake.time import claims_future, hl7_time, zone_of_offset
from opencdi.intake.told import Context, Findings, Identifier

_SYSTEMS = {  # HL7 table 0396, OIDs, and what is written instead, in capitals without hyphens and blanks
    "LN": "LN", "LOINC": "LN", "I10": "I10", "I10C": "I10", "ICD10": "I10", "ICD10CM": "I10", "I9": "I9", "I9C": "I9", "I9CM": "I9",
    "ICD9": "I9", "ICD9CM": "I9", "I10P": "I10P", "I10PCS": "I10P", "ICD10PCS": "I10P", "SCT": "SCT", "SNOMED": "SCT", "SNOMEDCT": "SCT",
    "C4": "CPT", "C5": "CPT", "CPT": "CPT", "CPT4": "CPT", "HCPCS": "HCPCS", "HPC": "HCPCS", "MDC": "MDC", "RXNORM": "RXNORM",
    **SYSTEM_BY_OID,
}  # fmt: skip
_NO_PERSON = frozenset({"SS", "SSN", "DL", "DLN", "AN", "VN", "FIN", "FIN NBR", "CSN", "HAR"})
"""CX-5 (HL7 table 0203, and what large systems write): numbers that several people may share, or that are of a visit."""


def _system(name: str, otherwise: str) -> str:
    return _SYSTEMS.get(name.upper().replace("-", "").replace(" ", ""), otherwise)


@lru_cache(maxsize=8192)  # a hospital has some thousand codes and sends each all day
def _coded(value: str, signs: Signs, preferred: tuple[str, ...]) -> Coded:
    parts = [unescaped(part, signs) for part in value.split(signs.repetition, 1)[0].split(signs.component)]
    parts += [""] * (6 - len(parts))
    code, text, system, other, other_text, other_system = ("" if part.strip() == NULL else part.strip() for part in parts[:6])
    if (other and _rank(other_system, preferred) < _rank(system, preferred)) or not (code or text):
        code, text, system = other, other_text or text, other_system
    return Coded(code=code, system=_system(system, system or "L"), text=text)


def _rank(system: str, preferred: tuple[str, ...]) -> int:
    found = _system(system, "")
    return preferred.index(found) if found in preferred else len(preferred) + (found == "I9")


def _surname(family: str) -> str:
    """FN: the surname, or where a sender has only its parts, the own one with its prefix ("&&van Hoekstra")."""
    surname, *own = [part.strip() for part in family.split("&")]
    return surname or " ".join(filter(None, own[:2]))


def without_dots(code: Coded) -> Coded:
    """An ICD code as coders' tables have it."""
    return code.model_copy(update={"code": code.code.replace(".", "").upper()}) if code.system in ("I10", "I10P", "I9") else code


@dataclass(slots=True)
class Reading:
    """One message being read, with the zone in which its times are meant."""

    message: Message
    context: Context
    told: Findings = field(default_factory=Findings)

    def __post_init__(self) -> None:
        """The zone of times without an offset: MSH-7's, else the facility's (DOMAIN F.2)."""
        sent = self.message.header.first(7)
        told_at = hl7_time(sent, self.context.facility)
        offset = sent[-5:] if told_at is not None and len(sent) > 5 and sent[-5] in "+-" else ""
        self.zone = zone_of_offset(offset) if offset else self.context.facility
        self.sent_at = told_at or self.context.arrived_at
        if not names_charset(self.message.header):
            self.told.problems.append(("CHARSET_UNKNOWN", "MSH-18"))
        if told_at is None and sent not in ("", NULL):
            self.told.problems.append(("UNREADABLE_TIME", "MSH-7"))
        if claims_future(self.sent_at, self.context.received_at):
            # The sender's clock is wrong: its facts are kept, but nothing may count as newer than what truly comes later (F.2).
            self.sent_at = self.context.arrived_at
            self.told.problems.append(("CLOCK_SKEW", "MSH-7"))

    zone: tzinfo = field(init=False)
    sent_at: ClinicalTime = field(init=False)

    def id_of(self, *parts: str) -> str:
        """An id of something that this message identifies."""
        return keyed_hash(self.context.key, *parts)

    @property
    def told_at(self) -> ClinicalTime:
        """When what is told was entered (EVN-2), else sent: it orders versions (DOMAIN F.2)."""
        return self.happened(self.message.first("EVN"), 2) or self.sent_at

    def time(self, segment: Segment | None, number: int, where: str = "") -> ClinicalTime | None:
        """A time field; a problem is noted where it is filled and cannot be read."""
        text = self.message.component(segment, number)
        if not text:
            return None
        at = hl7_time(text, self.zone, self.context.facility)
        if at is None:
            self.told.problems.append(("UNREADABLE_TIME", where or f"{segment[0] if segment else ''}-{number}"))
        return at

    def happened(self, segment: Segment | None, number: int) -> ClinicalTime | None:
        """A time that claims to have happened; one that lies ahead is a problem and no time."""
        at = self.time(segment, number)
        if at is not None and claims_future(at, self.context.received_at):
            self.told.problems.append(("FUTURE_TIME", f"{segment[0] if segment else ''}-{number}"))
            return None
        return at

    def person(self, segment: Segment | None, number: int, role: AuthorRole = "unknown") -> Person | None:
        """XCN, PPN or NDL: id, family, given."""
        value = raw(segment, number)
        if not value or value == NULL:
            return None
        signs = self.message.header.signs
        value = value.split(signs.repetition, 1)[0]
        named, *rest = value.split(signs.component)
        if (
            signs.subcomponent and signs.subcomponent in named and not any(map(str.isalpha, "".join(rest[:1])))
        ):  # NDL: who it was is one component, and the rest says when and where
            value = named.replace(signs.subcomponent, signs.component)
        parts = ["" if part.strip() == NULL else part for part in self.message.parts(value)]
        family = _surname(parts[1] if len(parts) > 1 else "")
        name = f"{parts[2].strip()} {family}".strip() if len(parts) > 2 else family
        return Person(staff_id=parts[0].strip(), name=name, role=role) if parts[0].strip() or name else None

    def degree(self, segment: Segment | None, number: int) -> str:
        """XCN-7, "MD", "RN": the sender's word for a role."""
        return self.message.component(segment, number, 7)

    def code(self, value: str, *preferred: str) -> Coded:
        """CE or CWE; the alternate is taken where it is of these systems (LOINC unless told) and the first is not, where the first is
        ICD-9, and where it is empty: as of the codings of a CodeableConcept."""
        return _coded(value, self.message.header.signs, preferred or ("LN",))

    def listed(self, segment: Segment, number: int, *preferred: str) -> Coded:
        """The code of a list: its own words in the field behind it, its system in the one before (DG1 and PR1 of older versions); ICD
        without dots."""
        code = self.code(raw(segment, number), *preferred)
        told = {"text": code.text or self.message.component(segment, number + 1)}
        if code.system == "L":
            told["system"] = _system(self.message.component(segment, number - 1), "L")
        return without_dots(code.model_copy(update=told))

    def identifier(self, segment: Segment | None, number: int) -> Identifier:
        """CX: the number and who assigned it; of several the first."""
        return Identifier(self.message.component(segment, number), self.message.assigner(raw(segment, number)))

    def identifiers(self, segment: Segment | None, number: int) -> tuple[Identifier, ...]:
        """CX repetitions, the medical record number first; numbers of other kinds (SSN, licence) identify nobody here."""
        found: list[tuple[int, Identifier]] = []
        for value in self.message.repetitions(segment, number):
            parts = self.message.parts(value)
            parts += [""] * (5 - len(parts))
            if parts[0].strip() and parts[0] != NULL and (kind := parts[4].strip().upper()) not in _NO_PERSON:
                rank = 0 if kind in ("MR", "MRN") else 1
                found.append((rank, Identifier(parts[0].strip(), self.message.assigner(value))))
        return tuple(identifier for _, identifier in sorted(found, key=lambda ranked: ranked[0]))

    def changed(self, segment: Segment | None, number: int) -> str | None:
        """A snapshot's field: None if empty (nothing changes), "" if it is deleted, else its first component (DOMAIN F.4)."""
        text = self.message.component(segment, number)
        return text or ("" if raw(segment, number).split(self.message.header.signs.component, 1)[0].strip() == NULL else None)

    def time_of_action(self, segment: Segment | None, number: int) -> ClinicalTime | None:
        """PPN-15: when that person acted (signed)."""
        text = self.message.component(segment, number, 15)
        return hl7_time(text, self.zone, self.context.facility) if text else None
