"""What a sentence says about a mention beyond its name: severity, acuity, side, site, stage, type, presence on admission (DOMAIN B27).

Only by evidence in the words right beside it, never a neighbour's: "AKI, acute anemia" says nothing of the AKI's acuity.  Words before a
mention belong to it where nothing else stands between.  Words behind it do where they are a run of their own: in brackets, behind a comma
or a colon, behind "is", after "of the", or simply next, and then nothing follows that they could belong to.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Final

from opencdi.knowledge.words import BREAK
from opencdi.nlp.began import Onsets
from opencdi.nlp.beside import Beside, Told
from opencdi.nlp.causes import causes_of
from opencdi.nlp.chains import ENDS, chain_before, says
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.relation_words import Table
from opencdi.nlp.side_phrases import side_behind
from opencdi.nlp.sides import labelled, named_side, side_after_part, side_elsewhere, side_of_operated
from opencdi.nlp.stages import stage_at

_TOLD_OF: Final = frozenset({"diagnosis", "finding", "symptom"})
_PLACES: Final = frozenset({"laterality", "site"})
_JOINED: Final = frozenset({"and", "on", "to", "the", "of", "side", "sided", "with"})
"""Words inside a run of modifiers: "acute on chronic", "of the left leg"."""
_SAID_WITHIN: Final = 12
"""Words behind a mention within which "present on admission" still speaks of it."""
_TURNS: Final = frozenset({"acute", "acute-on-chronic"})
_LONGEST_RUN: Final = 12


def attributes_of(at: int, mentions: list[Mentioned], near: Beside) -> dict[str, str]:
    """All attributes of the mention at that place of the list; what its own term implies comes first."""
    mention = mentions[at]
    told = dict(mention.attributes)
    found: list[Told]
    if mention.kind in ("device", "procedure"):
        found = named_side(mention, near)
        found += _before(at, mentions, near)
        found += side_of_operated(at, mentions, near)
        found += _behind(at, mentions, near)
        found += labelled(mention, near)
        for name, value in found:
            if name in _PLACES:
                told.setdefault(name, value)
        return told
    if mention.kind not in _TOLD_OF:
        return told
    presence = _on_admission(mention, near)
    found = presence if ("poa", "yes") in presence else []  # "admitted with hospital-acquired pneumonia": another stay's
    found = found + named_side(mention, near)
    found += _before(at, mentions, near)
    found += _inside(mention, near)
    found += _behind(at, mentions, near)
    found += presence
    found += side_elsewhere(at, mentions, near)
    for name, value in found:
        if takes(mention, name, near.table):
            told.setdefault(name, value)
    for name, value in causes_of(at, mentions, near.words.words, near.table):
        told.setdefault(name, value)
    return told


def takes(mention: Mentioned, name: str, table: Table) -> bool:
    """Whether such an attribute can be said of that mention: sepsis has no side, a symptom no acuity."""
    if mention.kind not in _TOLD_OF or (name in ("laterality", "site") and mention.concept in table.unsided):
        return False
    if name == "organism":
        return mention.concept in table.infections
    return name != "acuity" or mention.kind == "diagnosis"


def resolves(at: int, mentions: list[Mentioned], before: Mapping[str, str], near: Beside) -> bool:
    """Whether "resolved" speaks of this mention: not of a drug, nor of the cause or the chronic disease that a head brings along.

    "Encephalopathy 2/2 sepsis - resolved", "AKI on CKD 3b, resolved".  `before`: the attributes of the mention before it.
    """
    mention = mentions[at]
    if mention.kind not in _TOLD_OF:
        return False
    if not at or "resolved" not in before or BREAK in near.words.words[mentions[at - 1].last : mention.first]:
        return True
    partner = mention.chronic and before.get("acuity") == "acute-on-chronic"
    return not partner and before.get("cause") != mention.concept


def _before(at: int, mentions: list[Mentioned], near: Beside) -> list[Told]:
    _, told = chain_before(at, mentions, near)
    if len(told) < 2:
        return told
    found: list[Told] = []
    acuities = {value for name, value in told if name == "acuity"}
    sides = {value for name, value in told if name == "laterality"}
    for name, value in told:
        if name == "acuity" and {"acute", "chronic"} <= acuities:
            found.append((name, "acute-on-chronic"))
        elif name == "laterality" and {"left", "right"} <= sides:
            found.append((name, "bilateral"))
        else:
            found.append((name, value))
    return found


def _inside(mention: Mentioned, near: Beside) -> list[Told]:
    """What the mention's own words say of its place, type and onset: "RLL pneumonia", "sacral ulcer", "CHF exacerbation"."""
    found: list[Told] = []
    if not near.begins_within(mention.first, mention.last):
        return found
    for i in range(mention.first, mention.last):
        phrase = near.begins.get(i)
        if phrase is None or phrase[0] > mention.last:
            continue
        if "or" not in near.words.words[mention.first : mention.last]:  # "bacterial or viral pneumonia" is of neither
            found += phrase[1].of.get(mention.concept, {}).items()
        place = phrase[1].is_place and mention.concept in near.table.sited
        if place or (phrase[1].says.get("acuity") in _TURNS and not mention.concept.startswith("acute-")):
            found += phrase[1].says.items()
    return found


def _run(i: int, stop: int, mention: Mentioned, near: Beside) -> tuple[int, list[Told]]:
    """The modifiers from word i on, one after the other, and where they end."""
    said = near.words.words
    told: list[Told] = []
    end = i
    while i < stop and i < end + 3:
        if (stage := stage_at(i, mention, near, bare=False)) is not None:
            told.append(("stage", stage[1]))
            i = end = stage[0]
        elif (phrase := near.begins.get(i)) is not None and phrase[0] <= stop:
            told += says(phrase[1], mention)
            i = end = phrase[0]
        elif (said[i] in _JOINED and end == i) or (said[i] in near.table.articles and i > end):
            i += 1
        else:
            break
    return end, told


def _closes(i: int, stop: int, near: Beside) -> bool:
    """Whether nothing follows at word i that the run before it could belong to."""
    said = near.words.words
    return _ended(i, near) or (i < stop and said[i] in near.table.closing)


def _ended(i: int, near: Beside) -> bool:
    """Whether the clause ends before word i."""
    said = near.words.words
    return i >= len(said) or said[i] in ENDS or near.parted_by_dash(i)


def _past(i: int, stop: int, near: Beside) -> int:
    """Behind the words that only tell more of a run, where the clause ends with them: "mild intermittent"."""
    said, end = near.words.words, i
    while end < stop and said[end] in near.table.passed:
        end += 1
    return end if _ended(end, near) else i


def _behind(at: int, mentions: list[Mentioned], near: Beside) -> list[Told]:
    mention, said = mentions[at], near.words.words
    found: list[Told] = []
    following = mentions[at + 1].first if at + 1 < len(mentions) else len(said)
    if said[mention.last] == BREAK or not (mention.concept in near.table.staged or near.begins_within(mention.last, following)):
        return found
    stop = chain_before(at + 1, mentions, near)[0] if at + 1 < len(mentions) else len(said)
    i = mention.last
    if i < stop and (stage := stage_at(i, mention, near, bare=True)) is not None:
        found.append(("stage", stage[1]))
        i = stage[0]
    if i < stop and said[i] in near.table.copulas:
        passed = near.table.copulas | near.table.articles | {"as"}
        while i < stop and said[i] in passed and i not in near.begins:  # "is a complication of surgery" is one phrase from "a" on
            i += 1
        if i < stop and said[i] == "left" and mention.kind in ("device", "procedure"):
            return found  # "a drain was left in the pelvis"
    while i < stop and said[i] in near.table.shown:
        i += 1
    led = i
    if i < stop and said[i] in near.table.leading and i not in near.begins:
        i += 1
        while i < stop and said[i] in near.table.articles:
            i += 1
    end, told = _run(i, stop, mention, near)
    measured = end < stop and said[end][:1].isdigit() and {name for name, _ in told} <= _PLACES
    if told and (measured or _closes(end, stop, near)):  # "DVT L leg 2016", "skin tear R elbow 2x1 cm"
        found += told
        i = end
    elif near.begins_within(led, stop) and (phrase := side_behind(led, stop, near, led=led < i)) is not None:
        found.append(("laterality", phrase[0]))
        i = phrase[1]
    elif stages := [one for one in told if one[0] == "stage"]:
        found += stages  # a stage belongs to nothing else
        i = end
    if i < stop:
        found += _segments(i, stop, mention, near)
    return found


def _segments(i: int, stop: int, mention: Mentioned, near: Beside) -> list[Told]:
    """The runs behind commas, in brackets and behind a colon.  Behind a colon and in brackets other words may stand between them."""
    said = near.words.words
    found: list[Told] = []
    opener = said[i]
    tolerant = opener in {":", "("}
    limit = min(stop, i + (3 * _LONGEST_RUN if tolerant else _LONGEST_RUN))
    while i < limit and said[i] in {",", ":", "(", "|"}:
        end, told = _run(i + 1, stop, mention, near)
        end = _past(end, stop, near) if told else end
        sided = any(name == "laterality" for name, _ in told)  # "pneumonia, right now on oxygen"
        whole = bool(told) and end < len(said) and (_ended(end, near) or ((tolerant or not sided) and _closes(end, stop, near)))
        if whole:
            found += told
        elif not tolerant:
            return found + side_after_part(i, stop, near)
        i = end if whole else i + 1
        while tolerant and i < limit and said[i] not in {",", BREAK, ")", ";"}:
            i += 1
    return found


def runs_from(i: int, stop: int, following: int, at: int, mentions: list[Mentioned], near: Beside) -> Iterator[Told]:
    """What the runs of modifiers say with which a sentence begins ("stage 3, sacrum"), for the mention at that place of the list.

    `following`: the mention that comes next in the text.
    """
    if following < len(mentions):
        stop = min(stop, chain_before(following, mentions, near)[0])
    while i < stop:
        end, told = _run(i, stop, mentions[at], near)
        if not told or near.words.words[min(end, len(near.words.words) - 1)] not in ENDS:
            return
        yield from told
        i = end + 1


def _on_admission(mention: Mentioned, near: Beside) -> list[Told]:
    """What the note itself says of its presence on admission, in the same clause, or of when it began."""
    if said := _presence(mention, near):
        return [("poa", said)]
    if near.onsets is None:
        near.onsets = Onsets(near.text)
    words = near.words
    first, last = words.starts[mention.first], words.ends[mention.last - 1]
    said = near.onsets.began(first, last, event=mention.concept in near.table.events)
    return [("poa", said)] if said else []


def _presence(mention: Mentioned, near: Beside) -> str | None:
    places = near.told_on_admission
    if not places:
        return None
    nth = bisect_left(places, mention.last)
    if nth == len(places) or places[nth] >= mention.last + _SAID_WITHIN:
        return None
    behind = near.words.words[mention.last : mention.last + _SAID_WITHIN]
    until = min((behind.index(mark) for mark in (BREAK, ";") if mark in behind), default=len(behind))
    return next((told for _, _, told in near.table.on_admission.matches(behind, 0, until)), None)
