"""What a sentence says of one of its persons, by the words before and behind it (DOMAIN B26)."""

from opencdi.nlp.around import Surroundings
from opencdi.nlp.persons import Person, is_source, is_subject
from opencdi.nlp.predicates import Said, lists_bare, relative_clause, said_behind


def said_of(person: Person, around: Surroundings) -> Said:
    """What the words before and behind a person say."""
    words, told, mention = around.words, around.cues.words, around.mention
    before = words[max(around.begin, person.owner - 2) : person.owner]
    prior = before[-1] if before else ""
    subject = is_subject(person, around)
    related = relative_clause(person.last, around)
    if related is not None:
        return related
    said = said_behind(person.last, around, subject=subject)
    adjacent = mention.first == person.last
    if is_source(person, around):
        return Said(False, said.at)  # "per wife"
    behind = words[person.last : mention.first]
    if behind[:1] == ["("] and ")" not in behind and lists_bare(person.last, around):
        return Said(True, person.last)  # "lives with his daughter (lupus, ...)"
    if (
        words[person.last] in told.events
        and behind[1:2]
        and (behind[1] in told.died_of or behind[1] in told.weak)
        and prior not in told.companions
    ):
        return Said(True, person.last + 1)  # "since her sister's diagnosis of ..."
    if (
        subject
        and behind[:1] == [","]
        and not told.indefinite.isdisjoint(behind[1:2])
        and "," not in behind[1:]
        and said.theirs is not False
    ):
        return Said(True, person.last)  # "her brother-in-law, a diabetic with ..."
    if _is_patient(person, around):
        return Said(adjacent, said.at)  # "she is a mother of three"
    if words[person.last] in told.lost_to and not told.lost.isdisjoint(before):
        return Said(True, said.at)  # "lost her son to leukemia", "death of his wife from cancer"
    if prior in told.comparisons:
        return Said(adjacent or _as_was(person, said, around), said.at)
    if behind.count(")") > behind.count("("):  # "donor (to brother with renal failure), now with ..."
        said = said_behind(person.last + 1, around, subject=subject)
        return said if behind[0] == ")" and said.theirs and not said.weakly else Said(None, said.at)  # "living donor (sister) has ..."
    if prior in told.in_whom and prior not in told.brackets and said.theirs is not True:
        return Said(None, said.at)  # "diabetes in her father, ...": said of what stands before it
    if said.weakly and prior in told.escorts and told.sharing.isdisjoint(before):
        return Said(False, said.at)  # "found by neighbor with confusion"
    if said.theirs is not True and words[person.first] in told.newborns | told.births and _goes_on_with_newborn(behind, around):
        return Said(True, person.last)  # a newborn tells nothing: "infant to the nursery for ..."
    if said.theirs is not None:
        return said
    if subject:
        return Said(True if lists_bare(person.last, around) else None, person.last)
    # "worried about her husband's cancer", "due to his wife's illness"
    return Said(adjacent and (prior not in told.companions or before[0] in told.due), said.at)


def _is_patient(person: Person, around: Surroundings) -> bool:
    """Whether the sentence says that the patient is that person: "she is a mother"; not "her only relative is a brother"."""
    words, told, verb = around.words, around.cues.words, person.owner - 1
    if verb < around.begin or words[verb] not in told.being:
        return False
    who = words[verb - 1]
    return who in told.he or who in told.she or who in told.patients or who in told.whose or words[verb - 2] in told.titles


def _as_was(person: Person, said: Said, around: Surroundings) -> bool:
    """Whether a comparison tells what was the other's: "as his uncle had pneumonia", "just as her mother did before her stroke"."""
    words, told, stop = around.words, around.cues.words, around.mention.first
    if "," in words[person.last : stop] or not told.patients.isdisjoint(words[person.last : stop]):
        return False
    pronouns = [i for i in range(person.last, stop) if words[i] in told.he or words[i] in told.she]
    if words[person.last] in told.doing:
        return pronouns == [stop - 1]
    return said.theirs is True and not pronouns


def _goes_on_with_newborn(behind: list[str], around: Surroundings) -> bool:
    """Whether these words behind a newborn go on with it: "Apgars 7 and 9, to NICU for"; not "rooming in, fever"."""
    told = around.cues.words
    parts = [behind[i + 1] for i, word in enumerate(behind[:-1]) if word == ","]
    return behind[-1:] != [","] and all(
        part in told.escorts or part in told.joins or part in told.whose or part in told.auxiliaries or part in told.at_birth
        for part in parts
    )


def tells_of_patient(persons: list[Person], around: Surroundings) -> bool:
    """Whether one person tells of the other, who is the patient: "son reports mother has fever", "mother says her daughter vomits"."""
    told, words = around.cues.words, around.words
    last = words[persons[-1].first : persons[-1].last]
    for telling, told_of in (
        (told.elders, told.children),
        (told.children, told.elders),
        (told.spouses, told.spouses),
        (told.nieces, told.uncles),
        (told.uncles, told.nieces),
        (told.siblings, told.siblings),
    ):
        kin_of_teller = telling in (told.nieces, told.uncles, told.siblings)
        another = not told.another.isdisjoint(words[persons[-1].owner : persons[-1].first])  # "her other child"
        if another or told_of.isdisjoint(last) or (kin_of_teller and words[persons[-1].owner] not in told.he | told.she):
            continue
        for person in persons[:-1]:
            named = words[person.first : person.last]
            if telling.isdisjoint(named) or last[-1] in named:
                continue
            told_it = words[person.owner - 1] in told.companions and {",", "and"}.isdisjoint(words[person.last : persons[-1].owner])
            if told_it or is_source(person, around) or said_behind(person.last, around, subject=True).theirs is False:
                return True
    return False
