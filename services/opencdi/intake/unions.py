"""Which numbers are one patient: merged, linked as one, and told to be two again, in any order (DOMAIN B07, E.1).

Whatever is told is told under a number, and stays that number's.  A merge only says that two numbers are one patient; of each pair the
newest word stands.  So a merge that is taken back gives each number what was told under it, before the merge and after it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from opencdi.events.facts import ProblemNoticed
from opencdi.intake.desk import Desk
from opencdi.intake.held import hand_out
from opencdi.intake.identity import alias_id, current, identified, tell_encounters
from opencdi.intake.memory import Encounter, Lead, Person, Visit
from opencdi.intake.time import ALWAYS
from opencdi.intake.told import Identifier

MOST_NUMBERS = 200
"""With which one number may ever have been told to be one: a number for everybody (unknown, test) is merged with without end."""


def join(desk: Desk, old_id: str, new_id: str, at: datetime) -> bool:
    """`old` lives on as `new` (A40); False where nothing comes of it: they are one already, or were told later to be two."""
    if old_id == new_id:
        return False
    return _meet(desk, old_id, new_id) and _tell(desk, (old_id, new_id), (at, False)) and _regroup(desk, (old_id, new_id))


def part(desk: Desk, one_id: str, other_id: str, at: datetime) -> bool:
    """They are two patients (A37); False where they were two already, or were merged later."""
    if not _meet(desk, one_id, other_id):
        return False
    told = [_tell(desk, pair, (at, True)) for pair in ((one_id, other_id), (other_id, one_id))]
    return any(told) and _regroup(desk, (one_id, other_id))


def linked(desk: Desk, number_id: str, resource: str, pairs: tuple[tuple[str, str], ...], at: datetime) -> bool:
    """All that this Patient resource links: (replaced, replacing).  What it linked before and links no more, it says no more."""
    pairs = tuple(pair for pair in pairs if _meet(desk, *pair))
    person = desk.get(f"person/{number_id}", Person) or Person()
    before, before_pairs = person.links.get(resource, (ALWAYS, ()))
    if resource not in person.links and len(person.links) >= MOST_NUMBERS:
        desk.problems.append(("TOO_MANY_MERGES", ""))
        return False
    if at > before or (at == before and pairs != before_pairs):
        desk.states[f"person/{number_id}"] = person.model_copy(update={"links": person.links | {resource: (at, pairs)}})
    return pairs != before_pairs and _regroup(desk, [number for pair in (*pairs, *before_pairs) for number in pair])


def parted(desk: Desk, one_id: str, other_id: str) -> bool:
    """Whether two numbers that were ever told to be one patient's are two patients'."""
    return current(desk, one_id) != current(desk, other_id) and other_id in _around(desk, (one_id,))


def introduce(desk: Desk, number_id: str, references: Iterable[str]) -> None:
    """Under these FHIR references this patient is meant; what stood in for it under one of them is this patient."""
    for reference in references:
        alias = alias_id(desk, reference)
        lead = desk.get(f"alias/{alias}", Lead)
        if lead is None or lead.to != number_id:
            desk.states[f"alias/{alias}"] = Lead(to=number_id)
        if alias != number_id and f"person/{alias}" in desk.states and current(desk, alias) != current(desk, number_id):
            join(desk, alias, number_id, ALWAYS)  # no word takes that back


def stand_alone(desk: Desk, number: Identifier) -> str:
    """A number that was known only as another one of a patient's is a number in its own right from now on."""
    own = desk.assigned("patient", number.authority, number.value)
    desk.states.pop(f"alias/{own}", None)
    if f"person/{own}" not in desk.states:
        desk.states[f"person/{own}"] = Person(mrn=number.value)
    return own


def _meet(desk: Desk, *numbers: str) -> bool:
    """They know of each other; False where one of them knows as many as it may: no patient has had so many numbers."""
    people = {number: desk.get(f"person/{number}", Person) or Person() for number in numbers}
    if any(len({*person.near, *numbers} - {number}) > max(MOST_NUMBERS, len(person.near)) for number, person in people.items()):
        desk.problems.append(("TOO_MANY_MERGES", ""))
        return False
    for number, person in people.items():
        near = tuple(sorted({*person.near, *numbers} - {number}))
        if near != person.near:
            desk.states[f"person/{number}"] = person.model_copy(update={"near": near})
    return True


def _tell(desk: Desk, pair: tuple[str, str], word: tuple[datetime, bool]) -> bool:
    person = desk.get(f"person/{pair[0]}", Person) or Person()
    before = person.words.get(pair[1])
    if before is not None and word <= before:  # of two at one instant the parting: it presupposes the merge
        return False
    desk.states[f"person/{pair[0]}"] = person.model_copy(update={"words": person.words | {pair[1]: word}})
    return True


def _regroup(desk: Desk, numbers: Iterable[str]) -> bool:
    """Find out who is who among all that were ever told to be one with these; give each patient its stays and what waits."""
    people = _around(desk, numbers)
    was = {number: current(desk, number) for number in people}
    now = _patients(people)
    if was == now and not any(_astray(desk, now, encounter_id) for person in people.values() for encounter_id in person.encounters):
        return False
    said = {patient_id: identified(desk, patient_id) for patient_id in set(was.values())}
    stays = {encounter_id: said[was[number]] for number, person in people.items() for encounter_id in person.encounters}
    for number, person in people.items():
        merged = tuple(sorted(other for other in people if now[other] == number != other))
        told = {"into": None if now[number] == number else now[number], "was": merged, "visits": (), "encounters": (), "held": ()}
        desk.states[f"person/{number}"] = person.model_copy(update=told)
    for number, person in people.items():
        _hand_stays_out(desk, now, was[number], person)
    for number, person in people.items():
        _hand_rest_out(desk, now, was[number], person)
    for encounter_id, before in stays.items():
        encounter = desk.get(f"encounter/{encounter_id}", Encounter)
        if encounter is None:
            continue
        if identified(desk, encounter.patient_id) != before:
            tell_encounters(desk, encounter.patient_id, (encounter_id,))
        _doubt(desk, encounter_id, encounter, now)
    desk.visits_changed = True
    desk.pasts_changed |= {*was.values(), *now.values()}  # another's history may stand before a stay now, or no longer
    return True


def _astray(desk: Desk, now: dict[str, str], encounter_id: str) -> bool:
    """Whether a stay that came first under another's number is told to be this one's."""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    return encounter is not None and now.get(encounter.number, encounter.patient_id) != encounter.patient_id


def _around(desk: Desk, numbers: Iterable[str]) -> dict[str, Person]:
    left, found = list(numbers), dict[str, Person]()
    while left:
        number = left.pop()
        if number not in found:
            found[number] = desk.get(f"person/{number}", Person) or Person()
            left += found[number].near
    return found


def _patients(people: dict[str, Person]) -> dict[str, str]:
    """Number -> the number under which that patient lives on: by the newest word on each pair, in the order of time."""
    words: dict[tuple[str, str], tuple[datetime, bool]] = {}
    for number, person in people.items():
        for pair, word in _words(number, person):
            words[pair] = max(word, words.get(pair, word))
    into: dict[str, str] = {}

    def lives_on_as(number: str) -> str:
        while number in into:
            number = into[number]
        return number

    for _, old, new in sorted((at, *pair) for pair, (at, parted) in words.items() if not parted):
        one, other = lives_on_as(old), lives_on_as(new)
        if one != other:
            into[one] = other
        elif one == old:  # the other way round after all
            into.pop(new)
            into[old] = new
    return {number: lives_on_as(number) for number in people}


def _words(number: str, person: Person) -> Iterator[tuple[tuple[str, str], tuple[datetime, bool]]]:
    for other, word in person.words.items():
        yield (number, other), word
    for at, pairs in person.links.values():
        for pair in pairs:
            yield pair, (at, False)


def _hand_stays_out(desk: Desk, now: dict[str, str], before_id: str, person: Person) -> None:
    """To each patient the stays that were told under its numbers, of all that this one held for those that were one with it."""
    for encounter_id in person.encounters:
        if (encounter := desk.get(f"encounter/{encounter_id}", Encounter)) is not None:
            patient_id = now.get(encounter.number, before_id)
            desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"patient_id": patient_id})
            _add(desk, patient_id, "encounters", encounter_id)


def _hand_rest_out(desk: Desk, now: dict[str, str], before_id: str, person: Person) -> None:
    """The visits of those stays, and what waits for one."""
    for visit_id in person.visits:
        visit = desk.get(f"visit/{visit_id}", Visit)
        encounter = desk.get(f"encounter/{desk.followed(visit.encounter_id)}", Encounter) if visit is not None else None
        _add(desk, current(desk, encounter.patient_id if encounter is not None else before_id), "visits", visit_id)
    hand_out(desk, now, before_id, person.held)


def _add(desk: Desk, patient_id: str, what: str, name: str) -> None:
    person = desk.get(f"person/{patient_id}", Person) or Person()
    listed = tuple(dict.fromkeys((*getattr(person, what), name)))
    desk.states[f"person/{patient_id}"] = person.model_copy(update={what: listed})


def _doubt(desk: Desk, encounter_id: str, encounter: Encounter, now: dict[str, str]) -> None:
    """While two were one, something of the other may have been filed here that does not say whose it was: a person must look."""
    visits = [visit.patient_id for visit_id in encounter.visits if (visit := desk.get(f"visit/{visit_id}", Visit)) is not None]
    others = {now.get(number, encounter.patient_id) for number in (*encounter.guests, *visits)} - {encounter.patient_id}
    if others and not (encounter.into or encounter.closed):
        desk.problems.append(("TOLD_WHILE_MERGED", "PID-3"))
        desk.say(encounter_id, ProblemNoticed(code="TOLD_WHILE_MERGED", where="PID-3"))
