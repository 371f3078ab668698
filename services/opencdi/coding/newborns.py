"""The newborn's own record (I.C.16): its birth first, perinatal conditions, weight and weeks, nothing of its mother's."""

from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate, candidate_of
from opencdi.coding.combinations import flag
from opencdi.coding.newborn_data import OfNewborn
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.pregnancy import CESAREAN, DELIVERIES, WEEKS, mentions, place_of, weeks_of, with_told
from opencdi.coding.quotes import evidence_of
from opencdi.coding.stated import Stated
from opencdi.coding.steps import Candidates, Known, and_code, proposed, with_code

NEONATAL: Final = 28
"""Days: the perinatal period ends with the 28th (I.C.16)."""
WEIGHED: Final = frozenset({"birth-weight"})
TERM: Final = 37
_SHORT: Final = ("P072", "P073")
_LIGHT: Final = ("P050", "P051")
_PERINATAL: Final = ("P",)
_HEAVY: Final = 4500
_EXTREMELY_LOW: Final = 1000
_BORN: Final = frozenset({"live-birth", "apgar", "twins"})
_TWINS: Final = frozenset({"twins"})
_ELSEWHERE: Final = frozenset({"born-elsewhere"})
_MOVED: Final = frozenset({"transferred-in"})
_MONTHS_OLD: Final = frozenset({"months-old"})
_WEEKS: Final = frozenset({"pregnancy"})


def newborn(known: Known, codes: Candidates) -> Candidates:
    """I.C.16.a: to the 28th day of life, on the child's own record."""
    if known.age:
        return _outgrown(known, known.age, codes)
    if known.age != 0 or (known.days is not None and not 0 <= known.days <= NEONATAL):
        return codes
    if not _is_newborn(known, codes):
        return codes
    data = known.table.newborns
    codes = with_told(known, codes, _PERINATAL)
    for row in data.conditions:
        codes = _of_newborn(known, row, codes)
    for mothers in data.mothers:
        codes = flag(codes, proposed(codes, *mothers.codes), mothers.reason)
    codes = _weight_and_weeks(known, codes)
    codes = _observed(known, codes)
    codes = tuple(one._replace(at_admission=True) if one.code.startswith(data.born_with) else one for one in codes)
    return _birth(known, codes)


def _outgrown(known: Known, age: int, codes: Candidates) -> Candidates:
    """I.C.16.a.4: what began at birth is coded in a later life where it lasts."""
    for row in known.table.newborns.outgrown:
        if age >= row.from_age and not (row.beside and proposed(codes, *row.beside)):
            codes = flag(codes, [one for one in proposed(codes, *row.codes) if not one.code.startswith(row.lasting)], row.reason)
    return codes


def _is_newborn(known: Known, codes: Candidates) -> bool:
    """By the day of birth; where that is unknown by its words: months later a history of the birth is told too."""
    if any(one.note.note_type in AT_ADMISSION for one in mentions(known, _MONTHS_OLD)):
        return False
    return known.days is not None or bool(proposed(codes, "P", "Z38")) or next(mentions(known, _BORN), None) is not None


def _of_newborn(known: Known, row: OfNewborn, codes: Candidates) -> Candidates:
    held = [one for one in proposed(codes, *row.codes) if one.code != row.into]
    if held and (said := proposed(codes, *row.unless)):
        return flag(codes, held, f"{row.cite}: said by {dotted(said[0].code)}")
    if not held or (row.beside and not proposed(codes, *row.beside)) or (row.mother and not _told_of_mother(known, row.mother)):
        return codes
    reason = f"{row.reason} ({dotted(held[0].code)})"
    if not proposed(codes, row.into):
        codes = with_code(codes, held[0]._replace(code=row.into, family=row.into, kind="diagnosis", nature="", reasons=(reason,), parts=()))
    return flag(codes, held, f"{row.cite}: said by {dotted(row.into)}")


def _told_of_mother(known: Known, wanted: tuple[str, ...]) -> bool:
    told = (one for note in known.notes if note.counts and not note.retracted for one in note.findings)
    return any(one.concept.startswith(wanted) and one.assertion == "present" for one in told)


def _weight_and_weeks(known: Known, codes: Candidates) -> Candidates:
    """I.C.16.d: prematurity by the recorded weeks and the birth weight, both; a light child's weight is said by P05.-."""
    data = known.table.newborns
    if (born_at := next((one for one in mentions(known, _WEEKS, ever=known.days == 0) if _tells_weeks(one)), None)) and weeks_of(
        born_at
    ) < TERM:
        code = data.weeks[max(weeks_of(born_at), min(data.weeks))]
        codes = flag(codes, [one for one in proposed(codes, *_SHORT) if one.code != code], f"I.C.16.d: said by {dotted(code)}")
        codes = and_code(codes, _coded(born_at, code, "I.C.16.d: completed weeks of gestation at birth"))
    weighed = next(((note, value) for note in known.notes for value in note.values if value.analyte in WEIGHED and not value.earlier), None)
    if weighed is None:
        return codes
    note, grams = weighed[0], weighed[1].value
    band = next((digit for below, digit in sorted(data.weights.items()) if grams < below), None)
    quote = (evidence_of(note, weighed[1]),)
    for one in proposed(codes, *_LIGHT, "P081"):
        exact = f"{one.code[:4]}{band or 9}" if one.code.startswith(_LIGHT) else "P080" if grams >= _HEAVY else one.code
        if exact != one.code:
            codes = flag(codes, [one], f"I.C.16.d: said by {dotted(exact)}")
            codes = with_code(codes, one._replace(code=exact, reasons=(*one.reasons, "I.C.16.d: by the birth weight")))
    asks = proposed(codes, *_SHORT, "P070", "P071")
    if band and asks and not proposed(codes, "P05"):
        code = f"P07{'0' if grams < _EXTREMELY_LOW else '1'}{band}"
        codes = flag(codes, [one for one in proposed(codes, "P070", "P071") if one.code != code], f"I.C.16.d: said by {dotted(code)}")
        weight = asks[0]._replace(code=code, family=code, evidence=quote, reasons=("I.C.16.d: birth weight",), nature="")
        codes = and_code(codes, weight)
    return codes


def _observed(known: Known, codes: Candidates) -> Candidates:
    """I.C.16.b: an infection that was suspected and not found, where no sign of one is coded; who was given antibiotics was suspected."""
    row = known.table.newborns.observation
    treated = any(one.finding.concept in row.treated_with and one.finding.assertion == "present" for one in known.stated)
    named = [one for one in known.stated if one.finding.concept in row.mentions]
    out = [one for one in named if one.finding.certainty == "ruled-out" or (treated and one.finding.assertion == "absent")]
    if not out or proposed(codes, *known.table.newborns.signs):
        return codes
    return and_code(codes, candidate_of(out, row.code, "exempt", row.reason))


def _birth(known: Known, codes: Candidates) -> Candidates:
    """I.C.16.a.2: Z38.- once, on the record of the birth; never where the child was brought here later."""
    if known.days not in (0, None) or any(one.note.note_type in AT_ADMISSION for one in mentions(known, _MOVED)):
        return flag(codes, proposed(codes, "Z38"), "I.C.16.a.2: only on the record of the birth itself")
    if proposed(codes, "Z38"):
        return codes
    how = _way_of_birth(known)
    outside = next(mentions(known, _ELSEWHERE), None)
    told = outside or how
    if told is None or (next(mentions(known, _BORN), None) is None and not proposed(codes, "P") and not how):
        return codes
    twin = next(mentions(known, _TWINS), None) is not None
    if outside:
        code = "Z384" if twin else "Z381"
    else:
        cesarean = int(told.finding.concept in CESAREAN)
        code = f"Z383{cesarean}" if twin else f"Z380{cesarean}"
    return and_code(codes, _coded(told, code, "I.C.16.a.2: the birth of this child, first on its record"))


def _way_of_birth(known: Known) -> Stated | None:
    """The first word of how this child was born; an earlier birth of its mother is told as past."""
    now = min(mentions(known, DELIVERIES), key=place_of, default=None)
    return now or (min(mentions(known, DELIVERIES, ever=True), key=place_of, default=None) if known.days == 0 else None)


def _tells_weeks(one: Stated) -> bool:
    return one.finding.attributes.get("form", "").startswith(WEEKS)


def _coded(said: Stated, code: str, reason: str) -> Candidate:
    return candidate_of([said], code, "", reason)._replace(at_admission=True)
