"""What joins two mentions of a sentence: cause, drug, device, organism, and company (DOMAIN B27).

A cause is one only where the note says so ("due to", "2/2", "warfarin-induced"), and the words between are such as lead from one to
the other.  "With" says company, and of an organism that it is the organism.
"""

from typing import Final

from opencdi.knowledge.words import BREAK
from opencdi.nlp.beside import Told
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.relation_words import Table

_REACH: Final = 7
_AFTER: Final = 5
_NAME: Final = 3
_AFTER_DRUG: Final = 2
_CAUSES: Final = frozenset({"diagnosis", "finding", "symptom", "organism", "medication", "device", "procedure"})
_CLAUSE_ENDS: Final = frozenset({BREAK, ",", ";", ")", "on"})
SICK: Final = frozenset({"diagnosis", "finding", "symptom"})


def causes_of(at: int, mentions: list[Mentioned], words: list[str], table: Table) -> list[Told]:
    """What other mentions of its sentence say about the mention at that place of the list."""
    mention = mentions[at]
    found: list[Told] = []
    following = mentions[at + 1] if at + 1 < len(mentions) else None
    partner = following is not None and following.chronic and _has_partner(at, mentions, words, table)
    if partner:
        found.append(("acuity", "acute-on-chronic"))  # "AKI on CKD", "AKI stage 2 on CKD"; "COPD on home oxygen" is none
    if at:
        found += _led_to_by(at, mentions, words, table)
    if following is None:
        return found
    if following.kind == "organism":
        between = words[mention.last : following.first]
        beside = not between or (between == [","] and mention.concept in table.infections)  # "UTI, ESBL Klebsiella."
        if between in (["("], [":"]) or (beside and _clause_ends(following.last, words)):
            found.append(("organism", following.concept))
    head = at + 1 if partner else at  # "AKI on CKD due to dehydration": what stands behind both is the acute one's
    if head + 1 == len(mentions) or (at and not following.chronic and mention.chronic and _has_partner(at - 1, mentions, words, table)):
        return found
    link = _link_behind(mentions[head].last, mentions[head + 1], words, table)
    if link is not None and not (partner and mentions[head + 1].chronic):
        found += _behind_link(head, mentions, words, table, link)
    return found


def _has_partner(at: int, mentions: list[Mentioned], words: list[str], table: Table) -> bool:
    """Whether the next mention is the chronic disease upon which this one came: "AKI on CKD"."""
    mention, following = mentions[at], mentions[at + 1]
    if not following.chronic or following.kind != "diagnosis" or mention.chronic or words[following.first - 1] != "on":
        return False
    return following.first > mention.last and _passable(words, mention.last, following.first - 1, table.stage_words, table)


def _clause_ends(at: int, words: list[str]) -> bool:
    """ "UTI enterococcus", and nothing behind it of which it could be the organism: "UTI, MRSA nares negative"."""
    return at >= len(words) or words[at] in _CLAUSE_ENDS


def begun_with_cause(begin: int, at: int, mentions: list[Mentioned], words: list[str], table: Table) -> list[Told]:
    """Of a sentence that begins at that word with "Likely due to …": the cause, which is the mention at that place of the list."""
    link = _link_behind(begin, mentions[at], words, table)
    return _behind_link(at - 1, mentions, words, table, link) if link is not None and link[2] == "cause" else []


def _link_behind(begin: int, following: Mentioned, words: list[str], table: Table) -> tuple[int, int, str] | None:
    """The first link between a place and the next mention, where only leading words, sides and sites stand before it."""
    stop = min(following.first, begin + _REACH)
    if stop <= begin or words[begin] == BREAK:
        return None
    links = table.links.behind.matches(words, begin, stop)
    if not links:
        return None
    first, _, role = links[0]
    if role in ("weak", "with", "without") and not _passable(words, begin, first, table.links.before - {",", "(", ":"}, table):
        return links[0] if role == "with" and _modified(words, begin, first, table) else None
    return links[0] if _passable(words, begin, first, table.links.before, table) else None


def _passable(words: list[str], begin: int, stop: int, allowed: frozenset[str], table: Table) -> bool:
    """Whether only such words, or whole modifying phrases, stand between."""
    if begin == stop:
        return True
    i = begin
    modifying = {first: last for first, last, _ in table.phrases.matches(words, begin, stop)}
    while i < stop:
        if i in modifying:
            i = modifying[i]
        elif words[i] in allowed or words[i] in table.stage_words or words[i] in table.stages or words[i] in table.leading:
            i += 1
        else:
            return False
    return True


def _modified(words: list[str], begin: int, stop: int, table: Table) -> bool:
    """Whether only commas and what the mention is stand between, no turn of its course: "depression, recurrent, severe, with psychosis"."""
    modifying = {first: last for first, last, meaning in table.phrases.matches(words, begin, stop) if "acuity" not in meaning.says}
    i = begin
    while i < stop and (words[i] == "," or i in modifying):
        i = modifying.get(i, i + 1)
    return i == stop


def _behind_link(at: int, mentions: list[Mentioned], words: list[str], table: Table, link: tuple[int, int, str]) -> list[Told]:
    _, after, role = link
    found: list[Told] = []
    for other in mentions[at + 1 : at + 4]:
        between = words[after : other.first]
        if other.first > after + _AFTER or any(mark in between for mark in (BREAK, ";", ",", ")")):
            return found
        if not _passable(words, after, other.first, table.links.after.union(table.links.untaken), table):
            return found
        if other.kind == "organism":
            names_the_next = role == "with" and any(one.first == other.last for one in mentions[at + 2 : at + 4])
            if mentions[at].kind == "diagnosis" and role in ("cause", "weak", "with") and not names_the_next:
                found.append(("organism", other.concept))  # but "urosepsis with E. coli bacteremia"
            after = other.last  # "due to E. coli UTI": the infection behind it is the cause
            continue
        if role in ("cause", "weak") and other.kind in _CAUSES and other.concept != mentions[at].concept:  # nothing is its own cause
            found += _caused_by(other, words, after, table)
        elif role == "with" and other.kind in SICK:
            found.append(("with", other.concept))
        return found
    return found


def _of_the_name(between: list[str], table: Table) -> bool:
    """Whether the words between an organism and its infection only tell where and how: "MSSA tricuspid valve endocarditis"."""
    if len(between) > _NAME or any(table.colonised.matches(between)) or any(table.cultures.matches(between)):
        return False
    modifying = {i for first, last, _ in table.phrases.matches(between) for i in range(first, last)}
    return all(
        i in modifying or word in table.passed or (word.isalpha() and word not in table.apart and word not in table.specimen_words)
        for i, word in enumerate(between)
    )


def _caused_by(cause: Mentioned, words: list[str], begin: int, table: Table) -> list[Told]:
    """The attributes of a mention with that cause: of a drug it is the adverse effect, of a device the complication.

    `begin`: where the words before the cause begin that may say that the want of a drug did it.
    """
    around = (*words[begin : cause.first], *words[cause.last : cause.last + _AFTER_DRUG])
    wanting = next((table.links.untaken[word] for word in around if word in table.links.untaken), "")
    if wanting == "neither" or (wanting and cause.kind != "medication"):
        return []
    if cause.kind == "medication":
        return [("cause", wanting or cause.concept), ("drug", cause.attributes.get("drug") or " ".join(words[cause.first : cause.last]))]
    if cause.kind == "device":
        return [("cause", cause.concept), ("device", cause.concept)]
    return [("cause", cause.concept)]


def _led_to_by(at: int, mentions: list[Mentioned], words: list[str], table: Table) -> list[Told]:
    """What the mention before it did: "MRSA pneumonia", "warfarin-induced bleeding", "sepsis causing AKI", "diabetic neuropathy"."""
    before, mention, links = mentions[at - 1], mentions[at], table.links
    if mention.first - before.last > _AFTER:
        return []
    between = words[before.last : mention.first]
    if not between:
        if before.kind == "organism":
            return [("organism", before.concept)]
        return [("cause", before.concept)] if " ".join(words[before.first : before.last]) in links.adjectives else []
    if BREAK in between:
        return []
    if before.kind == "organism" and mention.concept in table.infections and _of_the_name(between, table):
        return [("organism", before.concept)]
    if between[0] in links.glued and before.kind in _CAUSES and all(word in links.after for word in between[1:]):
        return [("organism", before.concept)] if before.kind == "organism" else _caused_by(before, words, before.first, table)
    led = links.behind.matches(between)
    if not led or led[0][0] != 0 or led[0][2] != "forward":
        return []
    return _caused_by(before, words, before.first, table) if all(word in links.after for word in between[led[0][1] :]) else []
