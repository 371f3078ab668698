"""Who looks after this patient: attending physicians, now or before, and the providers who wrote notes of the stay."""

from opencdi.events.people import Person
from opencdi.events.reading import NoteRead
from opencdi.queries.chart import Stay


def another(one: Person, other: Person) -> bool:
    """Whether these are two people; a name spelt otherwise is none."""
    if one.staff_id and other.staff_id:
        return one.staff_id != other.staff_id
    return one.name != other.name


def with_member(stay: Stay, person: Person | None) -> tuple[str, ...]:
    """The team with this person."""
    name = (person.staff_id or person.name) if person else ""
    return stay.team if not name or name in stay.team else (*stay.team, name)


def author_of(note: NoteRead) -> Person | None:
    """The provider who answers for the note; None for anyone else's."""
    return note.author if note.counts and not note.retracted else None


def belongs(stay: Stay, person: Person) -> bool:
    """Whether this person looks after the patient."""
    return bool({person.staff_id, person.name} & set(stay.team) - {""})
