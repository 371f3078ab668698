"""The pregnancy of the stay as the record tells it: its weeks, the birth, what is over (I.C.15.a.3, I.C.15.b)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from opencdi.coding.candidates import Candidate, candidate_of
from opencdi.coding.newborn_data import code_of
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.stated import Stated, heard_of, in_order, wording_of
from opencdi.coding.steps import Candidates, Known, and_code, proposed
from opencdi.events.reading import Finding
from opencdi.knowledge.icd10cm import tabular

IN_PREGNANCY: Final = ("O0", "O1", "O2", "O3", "O4", "O6", "O7", "O98", "O99", "O80", "Z37")
WEEKS: Final = "weeks-"
VAGINAL: Final = frozenset({"vaginal-delivery"})
CESAREAN: Final = frozenset({"cesarean-section"})
DELIVERIES: Final = VAGINAL | CESAREAN
BORN_ALIVE: Final = frozenset({"live-birth", "apgar"})
YOUNGEST: Final = 10
"""Years: below it a note that names a pregnancy is a child's, and the pregnancy its mother's."""
OLDEST: Final = 60
"""Years: from then on a pregnancy that a note names is told of the past or of another."""
VIABLE: Final = 20
"""Weeks: an earlier number in the chart of a later pregnancy is that of the ultrasound that dated it."""
NO_TRIMESTER: Final = "unspecified trimester"
_SCORED: Final = frozenset({"apgar"})
"""Scored in the stay of the birth only."""
_LATER_OR_PAST: Final = frozenset({"plan", "assessment-and-plan", "past-medical-history", "past-surgical-history", "family-history"})
_SCAR: Final = "O3421"
"""Told of every woman who once had a cesarean."""
_PREGNANCY: Final = frozenset({"pregnancy"})
_AFTER_BIRTH: Final = frozenset({"postpartum"})


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """What the record says of it.  `weeks`: completed; `said`: where; `delivery`: where this stay's is told; `over`: it was before."""

    weeks: int | None
    said: Stated | None
    delivery: tuple[datetime, int] | None
    over: bool

    @property
    def periods(self) -> tuple[str, ...]:
        """How the classification calls the time, the most exact first (I.C.15.a.3, I.C.15.b)."""
        if self.over:
            return ("puerperium",)
        if self.weeks is None:
            trimester = NO_TRIMESTER
        else:
            trimester = "first trimester" if self.weeks < 14 else "second trimester" if self.weeks < 28 else "third trimester"
        return ("childbirth", trimester, "pregnancy") if self.delivery else (trimester, "pregnancy")

    def began_after(self, one: Candidate) -> bool:
        """Whether it began behind the birth: she came with it when that was over, or it is first told behind the delivery of this stay."""
        if self.delivery is None or one.order is None:
            return self.over
        return not one.at_admission and one.order > self.delivery


def pregnancy_of(known: Known, codes: Candidates) -> Pregnancy | None:
    """The present pregnancy; None where neither weeks, a complication nor the birth of a child are told (a "pregnancy test" is none)."""
    if (known.age is not None and known.age < YOUNGEST) or is_of_none(known):
        return None
    told = [one for one in _certain(known, _PREGNANCY) if _now(one) and _tells_weeks(one)]
    over = any(_now(one) and _as_she_came(one) for one in _certain(known, _AFTER_BIRTH)) and not any(mentions(known, _SCORED))
    told_birth = None if over else delivery_of(known)
    outcome = next((one for one in proposed(codes, "Z37") if not over), None)
    delivery = place_of(told_birth) if told_birth else outcome.order if outcome else None
    born = delivery is not None and next(mentions(known, BORN_ALIVE), None) is not None
    if not (told or over or born or any(not coded.code.startswith(_SCAR) for coded in proposed(codes, *IN_PREGNANCY))):
        return None
    told = told or [birth for birth in mentions(known, _PREGNANCY) if _tells_weeks(birth)]  # as the child's, in one breath with its birth
    later = [one for one in told if weeks_of(one) >= VIABLE]
    said = next(iter(later or told), None)
    return Pregnancy(weeks_of(said) if said else None, said, delivery, over)


def is_of_none(known: Known) -> bool:
    """Whether no pregnancy can be this patient's: a man's record, or that of a woman past it, tells of another's or of the past."""
    return known.sex == "M" or (known.age or 0) >= OLDEST


def delivery_of(known: Known, which: frozenset[str] = DELIVERIES) -> Stated | None:
    """The first mention of the delivery of this stay: hers, or the child's that was born by it."""
    return next((one for one in mentions(known, which) if _now(one) or one.finding.experiencer == "other"), None)


def mentions(known: Known, concepts: frozenset[str], *, ever: bool = False) -> Iterator[Stated]:
    """Mentions that are present and certain, whoever their subject: mother and child are told of in each other's charts.

    `ever`: also as history, in the record of a child's first day.
    """
    if known.concepts.isdisjoint(concepts):
        return
    for note in in_order(heard_of(known.notes)):
        for one in note.findings:
            now = ever or one.temporality == "current" or (one.concept in BORN_ALIVE and note.note_type not in AT_ADMISSION)
            if one.concept in concepts and one.assertion == "present" and one.certainty == "certain" and now and not is_earlier_birth(one):
                yield Stated(note, one, wording_of(one))


def is_earlier_birth(finding: Finding) -> bool:
    """Whether its own words say that it is an earlier cesarean: "prior c/s", "TOLAC"."""
    return finding.attributes.get("type") == "previous"


def with_told(known: Known, codes: Candidates, chapters: tuple[str, ...]) -> Candidates:
    """With the codes of these chapters that words of this record name, though the reader takes them to be said of the other of the two."""
    for note in sorted((one for one in known.notes if one.counts and not one.retracted), key=lambda one: (one.written_at.at, one.note_id)):
        for one in note.findings:
            code = code_of(one) if one.experiencer == "other" and one.assertion == "present" and one.certainty == "certain" else None
            if code and code.startswith(chapters) and one.temporality == "current" and tabular().billable(code):
                codes = and_code(codes, candidate_of([Stated(note, one, wording_of(one))], code, "", "as the words say, whoever they name"))
    return codes


def _tells_weeks(one: Stated) -> bool:
    return one.finding.attributes.get("form", "").startswith(WEEKS)


def weeks_of(one: Stated) -> int:
    """The completed weeks of gestation that a mention tells."""
    return int(one.finding.attributes["form"].removeprefix(WEEKS))


def place_of(one: Stated) -> tuple[datetime, int]:
    """Where it stands in the record."""
    return one.note.written_at.at, one.finding.start


def _certain(known: Known, concepts: frozenset[str]) -> Iterator[Stated]:
    said = () if known.concepts.isdisjoint(concepts) else known.said
    named = (one for one in said if one.finding.concept in concepts and one.note.counts)
    return (one for one in named if one.finding.assertion == "present" and one.finding.certainty == "certain")


def _now(one: Stated) -> bool:
    return one.finding.active == "yes"


def _as_she_came(one: Stated) -> bool:
    return one.note.note_type in AT_ADMISSION and one.finding.section not in _LATER_OR_PAST
