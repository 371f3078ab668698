"""When it began: now, before this encounter, or not (yet) at all, and whether what began before is over (DOMAIN B24).

`historical` says when it began; whether it is still there is another question: "history of" is past for events and cancers, and present
for disease that does not end, is being treated or has lasted for years (DESIGN §6).
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from opencdi.clinical.vocabulary import SectionKind, Temporality
from opencdi.nlp.around import Hit, Surroundings, is_year
from opencdi.nlp.clauses import CLAUSE_ENDS
from opencdi.nlp.foretold import owned
from opencdi.nlp.past import OF_THIS_STAY

_PAST_SECTIONS: Final = frozenset({"past-medical-history", "past-surgical-history", "allergies", "social-history"})
_DATED: Final = _PAST_SECTIONS | {"discharge-instructions"}
_COMPARED: Final = "findings"
"""Of a study: what it finds resolved was there on the study that it is compared with."""
_YEAR_NEAR: Final = 9
_YEAR_CLOSE: Final = 6
_YEARS_NEAR: Final = 7
_SPELL_NEAR: Final = 3
_LATELY_NEAR: Final = 6
_HEADING: Final = 5


class Onset(NamedTuple):
    """When it began; whether what began before is over; whether it resolved; the words that say so."""

    temporality: Temporality
    over: bool
    resolved: bool
    cue: tuple[int, int] | None


_BEFORE: Final = Onset("historical", over=False, resolved=False, cue=None)
_NOW: Final = Onset("current", over=False, resolved=False, cue=None)


def onset_of(around: Surroundings, said: dict[str, Hit], section: SectionKind, *, settled: bool) -> Onset:
    """`said`: the nearest cue that reaches the mention, by what it makes; `settled`: it is there, neither denied nor doubted."""
    mention = around.mention
    if not said and not around.tells_years and section not in _DATED:  # nothing dates it but what it is: most are so
        return _BEFORE if mention.chronic and settled and not (mention.acute or around.told_as_new) else _NOW
    feared = said.get("hypothetical")
    before = _before(around, said, section)
    past = said.get("allergy") or _nearest((said.get("historical"), _done_before(said.get("done"), around, section), before), around)
    lasting = _place(said.get("long-standing"))
    resolved = _place(said.get("resolved"))
    year = None
    if around.tells_years:
        gone = past is not None and past[0] >= mention.last  # "in remission since 2017", "for five years"
        if dated := _year(around):
            year, since = dated
            lasting = lasting or (year if since and not gone else None)
            year = None if since else year
        lasting = lasting or (None if gone else _for_years(around))
    new = mention.acute or around.told_as_new or "new" in said

    if feared or (section == "discharge-instructions" and _may_come(around)):
        return Onset("hypothetical", over=False, resolved=resolved is not None, cue=_place(feared))
    if today := said.get("today"):
        past = past if past and _distance(past, around) < _distance(today, around) else None
    cured = _place(said.get("cured"))
    gone_before = resolved if (around.visit and mention.kind == "diagnosis") or around.study or section == _COMPARED else None
    was = _place(past) or cured or year or gone_before or (section in _PAST_SECTIONS and not today)
    if not was and not (lasting and settled) and (not settled or new or resolved or not mention.chronic):
        # A disease that does not end began before, unless it is told as new, as gone in this stay, or is not there or in question.
        return Onset("current", over=False, resolved=resolved is not None, cue=resolved)
    if past and (long := said.get("long-standing")) and _distance(past, around) < _distance(long, around):
        lasting = None  # "known coronary disease with prior infarction"
    lived = section == "social-history" and not past and mention.kind != "diagnosis"  # habits go on, an accident at work does not
    there = mention.chronic or lasting or lived or _stays(around, section, past, year) or "ongoing" in said
    over = "allergy" in said or cured is not None or section == "allergies" or not there or (resolved is not None and bool(was))
    cue = _place(past) or cured or year or lasting or resolved
    return Onset("historical", over=over, resolved=resolved is not None and not over, cue=cue)


def _stays(around: Surroundings, section: SectionKind, past: Hit | None, year: tuple[int, int] | None) -> bool:
    """Whether it is still there because it lasts, though a list, a word or a year tells it as of before."""
    lasts = around.mention.lasts
    if lasts is None or around.mention.acute or section == "past-surgical-history":
        return False
    listed = section == "past-medical-history" and year is None and (past is None or _announces(past, around))
    return listed or lasts != "as-listed"


def _announces(past: Hit, around: Surroundings) -> bool:
    """Whether a word of the past heads the list that the mention is an item of: "Past medical history:"."""
    return past[1] <= around.begin and ":" in around.words[past[1] : past[1] + _HEADING]


def _before(around: Surroundings, said: dict[str, Hit], section: SectionKind) -> Hit | None:
    """What is past only where a history is told; at a visit, also what is told in the past tense and with no day of late."""
    if around.visit and (then := said.get("before-visit")):
        return None if _of_late(around) else then
    return None if section in OF_THIS_STAY else said.get("before-stay")


def _of_late(around: Surroundings) -> bool:
    """Whether the sentence names a day of late, "yesterday", "three days ago", or says how many days it has lasted."""
    words, told, last = around.words, around.cues.words, around.mention.last
    if not told.of_late.isdisjoint(words[around.begin : around.stop]):
        return True
    if _lately(around):
        return True
    days = [at for at in range(around.begin, around.stop) if words[at] in told.spells]
    return any(words[at + 1] in told.ago or 0 <= at - last < _SPELL_NEAR for at in days)


def _may_come(around: Surroundings) -> bool:
    """Whether what instructions name, without an owner or "the", may come: "fever", but "the cough may go on" and "for your gout"."""
    return not around.ended("hypothetical", around.begin, around.mention.first) and not owned(around.begin, around)


def tells_of_today(hit: Hit, around: Surroundings) -> bool:
    """Whether a cue of the past only counts the days of today's illness: "a 3-day history of", "in the past week", "POD 2 s/p"."""
    first, last, cue = hit
    if cue.makes not in ("historical", "done"):
        return False
    words, spells = around.words, around.cues.words.spells
    behind = words[last : min(last + _SPELL_NEAR, around.stop)]
    if around.cues.words.ago.isdisjoint(behind) and not spells.isdisjoint(behind) and (cue.place == "after" or last < around.mention.first):
        return True
    if cue.place == "after" and _counted_in_days(around):
        return True  # "3d knee pain after an abscess last month"
    if cue.place == "before" and _lately(around):
        return True  # "has had three episodes of hypoglycemia in the past two weeks"
    before = words[max(around.begin, first - _SPELL_NEAR) : first] if cue.place != "opening" else []
    if words[first] in around.cues.words.following:
        return False  # "six weeks after hospitalization for pneumonia"
    if "," in before:
        before = before[len(before) - before[::-1].index(",") :]
    if cue.makes == "done":
        spells = spells - around.cues.words.long_spells  # "three weeks status post"
    return around.cues.words.ago.isdisjoint(before) and not spells.isdisjoint(before)


def _counted_in_days(around: Surroundings) -> bool:
    """Whether a count of days or weeks stands directly before the mention: "3d knee pain", "two days of fever"."""
    words, first, spells = around.words, around.mention.first, around.cues.words.spells
    for at in range(max(around.begin, first - 2), first):
        word = words[at]
        if word in spells and at > around.begin and (words[at - 1].isdigit() or words[at - 1] in around.cues.words.counts):
            return around.cues.words.ago.isdisjoint(words[at:first])
        if word[-1] in "dhw" and word[:-1].isdigit():
            return True
    return False


def _lately(around: Surroundings) -> bool:
    """Whether the days or weeks up to today stand directly behind the mention: "over the last week"."""
    told, last = around.cues.words, around.mention.last
    behind = around.words[last : min(last + _LATELY_NEAR, around.stop)]
    at = next((i for i, word in enumerate(behind) if word in told.spells), None)
    return (
        at is not None and not told.lately.isdisjoint(behind[:at]) and told.ago.isdisjoint(behind) and CLAUSE_ENDS.isdisjoint(behind[:at])
    )


def _done_before(done: Hit | None, around: Surroundings, section: SectionKind) -> Hit | None:
    """What is told as done, unless it is the very diagnosis of this stay: "Discharge diagnosis: status post coronary bypass"."""
    return None if done and section == "discharge-diagnoses" and _first_of_item(done[0], around) else done


def _first_of_item(at: int, around: Surroundings) -> bool:
    words = around.words
    return all(word.isdigit() or not word[:1].isalnum() for word in words[around.begin : at])


def _nearest(hits: Iterable[Hit | None], around: Surroundings) -> Hit | None:
    return min((hit for hit in hits if hit), key=lambda hit: _distance(hit, around), default=None)


def _distance(hit: Hit, around: Surroundings) -> int:
    return max(around.mention.first - hit[1], hit[0] - around.mention.last)


def _place(hit: Hit | None) -> tuple[int, int] | None:
    return (hit[0], hit[1]) if hit else None


def _year(around: Surroundings) -> tuple[tuple[int, int], bool] | None:
    """The year beside it ("stroke in 2010", "In 2010, stroke", "mastectomy 2010") and whether it lasts since then."""
    words, told, mention = around.words, around.cues.words, around.mention
    for i in range(mention.last, min(around.stop, mention.last + _YEAR_NEAR)):
        if is_year(words[i]):
            if _another_event(i, around):
                return None
            if i - mention.last >= _YEAR_CLOSE and not told.joins.isdisjoint(words[mention.last : i]):
                return None  # "cholecystitis and a history of pancreatitis in 2019"
            before = words[i - 1]
            month = before in told.months or (
                before.isdigit() and i - 1 == mention.last + (words[mention.last] == "(")
            )  # "March 2019", "3/2019", "(3/2019)"; a whole date may be today
            alone = not before.isdigit() and before not in told.clock and (around.clause_over(i + 1) or words[i + 1] in told.year_then)
            if before in told.since or before in told.year_after or month or alone or i == mention.last:
                return (i, i + 1), not told.since.isdisjoint(words[mention.last : i])  # "since a fall in 1997"
            return None
        if words[i] == "," and not (i + 1 < around.stop and is_year(words[i + 1])) and not _added_year(i + 1, around):
            break
    opening = around.begin
    if opening < mention.first and words[opening] in told.year_after:
        opening += 1
    if opening < mention.first and words[opening] in told.months:
        opening += 1 + (words[opening + 1] == "of")  # "In January 2020 he had a stroke"
    if opening < mention.first and is_year(words[opening]) and not around.ended("historical", opening, mention.first):
        return (opening, opening + 1), False
    return None


def _added_year(at: int, around: Surroundings) -> bool:
    """Whether only "in" and a year close the clause there: "pancreatitis once, | in 2010"."""
    words = around.words
    return at + 1 < around.stop and words[at] in around.cues.words.year_after and is_year(words[at + 1]) and around.clause_over(at + 2)


def _another_event(year: int, around: Surroundings) -> bool:
    """Whether the year behind a mention dates something else: "ileus after a colectomy in 2012", "and had a bypass in 2010"."""
    words, told, mention = around.words, around.cues.words, around.mention
    between = words[mention.last : year]
    if not told.joins.isdisjoint(between) and not told.perfect.isdisjoint(between):
        return True
    if told.following.isdisjoint(between):
        return False
    near = words[max(around.begin, mention.first - _SPELL_NEAR) : mention.first]
    return not told.having_now.isdisjoint(near) or around.ended("historical", around.begin, mention.first)


def _for_years(around: Surroundings) -> tuple[int, int] | None:
    """ "for the past 10 years", "x 10 years": it has lasted."""
    words, told, last = around.words, around.cues.words, around.mention.last
    for i in range(last + 1, min(around.stop, last + _YEARS_NEAR)):
        if words[i] == ",":
            return None
        if words[i] == "year" and not told.lasting.isdisjoint(words[last:i]):
            return None if i + 1 < around.stop and words[i + 1] in told.ago else (i, i + 1)
    return None
