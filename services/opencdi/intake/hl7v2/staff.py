"""MFN^M02 and PMU: the staff master file, one STF a person with the MFE before it and the PRA behind (DOMAIN E.1, F.6)."""

from opencdi.intake.hl7v2.message import Segment
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.tables import role_by_words
from opencdi.intake.told import StaffTold

_DELETED = "MDL"


def staff_of(reading: Reading) -> tuple[StaffTold, ...]:
    """Everybody in the message."""
    told: list[StaffTold] = []
    event, segments = "", reading.message.segments
    for nth, segment in enumerate(segments):
        if segment[0] == "MFE":
            event = reading.message.component(segment, 1)
        elif segment[0] == "STF":
            behind: list[Segment] = []
            for other in segments[nth + 1 :]:
                if other[0] in ("STF", "MFE"):
                    break
                behind.append(other)
            pra = next((other for other in behind if other[0] == "PRA"), None)
            told.append(_person(reading, segment, pra, deleted=event == _DELETED))
    return tuple(person for person in told if person.numbers)


def _person(reading: Reading, stf: Segment, pra: Segment | None, *, deleted: bool) -> StaffTold:
    message = reading.message
    numbers = [message.component(stf, 1)]
    for segment, number in ((stf, 2), (pra, 6)):
        numbers += [message.parts(value)[0].strip() for value in message.repetitions(segment, number)]
    # Category, specialty; staff type, title, job; the degree in the name.
    fields = ((pra, 3), (stf, 4), (stf, 18), (stf, 19), (pra, 5))
    words = [part.strip() for field in fields for value in message.repetitions(*field) for part in message.parts(value.replace("&", "^"))]
    given, family = message.component(stf, 3, 2), message.component(stf, 3)
    words += [message.component(stf, 3, 6), message.component(stf, 3, 7)]
    return StaffTold(
        numbers=tuple(dict.fromkeys(filter(None, numbers))),
        name=f"{given} {family}".strip(),
        role=role_by_words(words, reading.context.site),
        deleted=deleted,
    )
