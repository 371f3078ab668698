"""Dose, route and frequency beside a drug's name: "metoprolol tartrate 25 mg PO BID", "20 mg IV furosemide", "losartan 25" (DOMAIN B22).

What stands right behind the name is read word by word for as long as it speaks of giving the drug; the first other word ends it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from opencdi.knowledge.concepts import Concept
from opencdi.knowledge.medications import Medications, load_medications
from opencdi.knowledge.words import Words, word_form, words_of
from opencdi.nlp.any_of import any_of
from opencdi.nlp.mentioned import Mentioned

_ONE: Final = r"(?:\d{1,6}(?:,\d{3})?(?:\.\d{1,3})?|\.\d{1,3}|(?:one|two|three|four|half)(?![a-z]))"
_AMOUNT: Final = rf"{_ONE}(?:[ ]?(?:-|to)[ ]?\d{{1,6}}(?:\.\d{{1,3}})?(?!\d))?(?:/\d{{1,4}}(?:\.\d{{1,2}})?(?![\d/]))?"
_UNIT: Final = (
    r"(?:mg|mcg|µg|ug|grams?|gm|g|meq|mmol|units?|u|ml|cc|l|puffs?|drops?|gtts?|sprays?|tab\(s\)|tabs?|tablets?|cap\(s\)|caps?|capsules?|%)"
    r"(?:/(?:kg/hr?|kg/min|kg/day|kg/d|kg|hr|h|min|day|ml|dose))?(?![a-z])"
)
_PLAIN: Final = (
    r"[ ,:@()\[\]]{1,4}|(?:tab(?:let)?s?|cap(?:sule)?s?|inj(?:ection)?|soln|solution|susp(?:ension)?|dose|at(?![ ]night)|of|to"
    r"|er|xr|xl|sr|dr|ec"
    r"|low|home|the|bolus|loading|low-dose|continuous|takes?|give|inject|inhale|apply|both eyes|each eye|each nostril"
    r"|(?:one|two|three)(?=[ ](?:to|or|p\.?o|by|every|q|one|two|three)\b)|release|extended|delayed"
    r"|ointment|cream|gel|lotion|mdi|was|were|is|will|had|has|have|be|been|given|begun|started|restarted|continued|administered|resumed|loaded"
    r"|infused|injected|also|both|all|spray|(?:eye[ ])?drops|inhalers?|suppositor(?:y|ies)|swish|(?:mouth[ ])?rinse|mouthwash"
    r"|concentrate|elixir|syrup|powder|lozenges?|each side"
    r"|both sides|each nostril|both nostrils|by(?=[ ]continuous)|with food|for pain)(?!\w)"
)
"""What may stand between: a form, a small word, a comma."""
_NUMBERS: Final = {"one": "1", "two": "2", "three": "3", "four": "4", "six": "6", "eight": "8", "twelve": "12", "half": "0.5"}
_LETTERS: Final = re.compile(r"[a-z]+", re.IGNORECASE)
_KIND: Final = (
    r"(?:long-acting|short-acting|immediate-release|extended-release|sustained-release|liquid|regular|generic|low-dose|high-dose"
    r"|preservative-free)[ ]"
)
"""Between a dose and its drug: "60 mg of long-acting morphine"."""
_FORMS: Final = frozenset({"inhaler", "inhalers", "eye", "neb", "nebs", "drop", "drops"})
"""A form right behind a drug is no drug of its own."""
_KINDS: Final = re.compile(_KIND, re.IGNORECASE)
_BESIDE: Final = re.compile(r"[, ]*(?:(?:and|plus|with)[ ])?")
_OF_BOTH: Final = re.compile(r" (?:[a-z]+ly|by mouth)\b")
_GIVEN_TOGETHER: Final = re.compile(r"\bwere\b", re.IGNORECASE)
_NO_DOSE: Final = re.compile(r"(?:(?:19|20)\d\d|(?:0?\d|1[0-2])/(?:[0-2]?\d|3[01]))\Z")
"""A year, a day: "tolerated cefazolin 2022", "resume Eliquis 5/30"."""
_UNITS: Final = re.compile(r"[ ]{1,2}\d{1,3}[ ]?(?:units?|u)\b", re.IGNORECASE)
"""The dose of a mixture: "insulin 70/30 20 units"."""
_BLANKS: Final = "[ ]{1,3}"
_SEPARATE: Final = frozenset(",;:\n")
_BEHIND: Final = 100
_BEFORE: Final = 40
_AS_NEEDED, _WITH_MEALS = "PRN", "with meals"


@dataclass(frozen=True)
class Dosage:
    """How notes say how a drug is given."""

    salts: frozenset[str]
    routes: Mapping[str, str]
    frequencies: Mapping[str, str]
    behind: re.Pattern[str]
    before: re.Pattern[str]
    bare: re.Pattern[str]
    strengths: frozenset[str]
    closing: frozenset[str]
    """The last words, of letters alone, of what may be told before a drug; behind others nothing needs to be looked for."""

    def with_dosage(self, mentions: list[Mentioned], text: str, words: Words) -> list[Mentioned]:
        """The mentions, drugs with their salt in the name and dose, route and frequency as attributes."""
        found: list[Mentioned] = []
        given: list[tuple[int, int]] = []
        read_to = 0
        for at, mention in enumerate(mentions):
            if mention.kind == "medication":
                if given and given[-1][0] == len(found) - 1 and _is_form(mention, found[-1], words):
                    continue
                behind = at + 1
                if behind < len(mentions) and _is_form(mentions[behind], mention, words):
                    behind += 1
                until = words.starts[mentions[behind].first] if behind < len(mentions) else len(text)
                since = max(read_to, words.ends[found[-1].last - 1] if found else 0)
                mention, read_to = self._given(self._salted(mention, words), text, words, since, until)
                given.append((len(found), read_to))
            found.append(mention)
        _share_routes(found, given, text, words)
        return found

    def _salted(self, mention: Mentioned, words: Words) -> Mentioned:
        behind = words.words[mention.last] if mention.last < len(words.words) else ""
        return replace(mention, last=mention.last + 1) if behind in self.salts else mention

    def _given(self, mention: Mentioned, text: str, words: Words, since: int, until: int) -> tuple[Mentioned, int]:
        """The drug as it is given, and where the words about it end."""
        last_word = words.words[mention.last - 1]
        told = {"dose": last_word} if last_word in self.strengths else {}
        if last_word in self.routes:
            told["route"] = self.routes[last_word]  # "heparin drip"
        at = words.ends[mention.last - 1]
        if (bare := self.bare.match(text, at, min(until, at + _BEHIND))) and not _NO_DOSE.match(bare["amount"]):
            if not ("/" in bare["amount"] and _UNITS.match(text, bare.end("amount"))):
                told["dose"] = bare["amount"]
            if form := self.routes.get((bare["form"] or "").lower()):
                told["route"] = form
            at = bare.end("amount")
        stop = min(until, at + _BEHIND)
        before_comma: tuple[dict[str, str], int] | None = None
        while (match := self.behind.match(text, at, stop)) and match.end() > at:
            if before_comma is None and not told and "," in match.group():
                before_comma = dict(told), at
            if match["frequency"] and match.end() + 1 == until < len(text) and match["frequency"].lower() == "once":
                break  # "fludro once hydrocort < 50": as soon as
            self._note(match, told)
            at = match.end()
        if before_comma is not None and at == until < len(text):
            told, at = before_comma  # "hold lisinopril, 1 L LR": all behind the comma is of the next drug
        start = words.starts[mention.first]
        beside = text[max(since, start - 2) : start]  # most drugs are items of a list: nothing stands right before them
        told_before = beside[-1:] == " " and beside[0] not in _SEPARATE and self._closes(words.words[mention.first - 1])
        if told_before and (before := self.before.search(text, max(since, start - _BEFORE), start)):
            for match in self.behind.finditer(_KINDS.sub(" ", before.group())):
                self._note(match, told, ahead=True)
        return replace(mention, attributes={**mention.attributes, **told}) if told else mention, at

    def _closes(self, word: str) -> bool:
        return word in self.closing or not word.isalpha()

    def _note(self, match: re.Match[str], told: dict[str, str], *, ahead: bool = False) -> None:
        if match["dose"]:
            amount = match["amount"].replace(" ", "")
            if amount.upper() != amount.lower():  # "two", "2 to 4"
                amount = _LETTERS.sub(lambda word: _NUMBERS.get(word.group().lower(), "-"), amount)
            unit = match["unit"].replace("(s)", "s")
            told.setdefault("dose", f"{amount} {unit}{match['second'] or ''}")
        elif match["route"]:
            route = self.routes[_plain(match["route"])]
            if not (ahead and route == "ophthalmic"):  # "OD ibuprofen" was too much of it
                told.setdefault("route", route)
        elif match["hours"]:
            hours = _NUMBERS.get(match["hours"].lower(), match["hours"].replace(" ", ""))
            told.setdefault("frequency", f"q{hours}h")
        elif match["times"]:
            told.setdefault("frequency", f"x{match['times']}")
        elif match["frequency"]:
            said = self.frequencies[_plain(match["frequency"])]
            if ahead and said == "once":
                return  # "compression once diuresis is under way"
            often = told.get("frequency")
            if often is None or often == _WITH_MEALS:
                told["frequency"] = said
            elif said == _AS_NEEDED and not often.endswith(_AS_NEEDED):
                told["frequency"] = f"{often} {_AS_NEEDED}"
            elif often == _AS_NEEDED:
                told["frequency"] = f"{said} {_AS_NEEDED}"


def _is_form(mention: Mentioned, drug: Mentioned, words: Words) -> bool:
    """Whether a mention is only the form of the drug right before it ("tiotropium inhaler")."""
    return (
        mention.first <= drug.last + 1
        and mention.kind == "medication"
        and words.words[mention.first] in _FORMS
        and mention.first >= drug.last
    )


def _share_routes(found: list[Mentioned], given: list[tuple[int, int]], text: str, words: Words) -> None:
    """Drugs given together have the route told behind the last of them ("A 2 g and B 1 g were given intravenously")."""
    together = False
    for (one, end), (other, end_of_other) in reversed(list(pairwise(given))):
        route = found[other].attributes.get("route")
        if route is None or "route" in found[one].attributes:
            together = False
            continue
        begin, behind = words.starts[found[other].first], words.ends[found[other].last - 1]
        together = together or _GIVEN_TOGETHER.search(text, behind, end_of_other) is not None
        if together:
            joined = end <= begin and _BESIDE.fullmatch(text, end, begin)
        else:
            joined = text[words.ends[found[one].last - 1] : begin] == " and " and _OF_BOTH.match(text, behind)
        if joined:
            found[one] = replace(found[one], attributes={**found[one].attributes, "route": route})
        else:
            together = False


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def load_dosage(folder: Path, concepts: Mapping[str, Concept]) -> tuple[Dosage, Medications]:
    """How drugs are given, and the drugs, from `medications.yaml` in that folder."""
    table = load_medications(folder, concepts)
    routes, frequencies = any_of(table.routes, _BLANKS), any_of(table.frequencies, _BLANKS)
    parts = (
        rf"(?P<dose>(?P<amount>{_AMOUNT})[ ]?(?P<unit>{_UNIT})(?P<second>[/-]{_ONE}[ ]?{_UNIT})?)"
        rf"|(?:q[. ]{{0,2}}|every[ ]?)(?P<hours>\d{{1,2}}(?:[ ]?-[ ]?\d{{1,2}})?|two|three|four|six|eight|twelve)"
        r"[ ]?(?:hours?|hrs?|h\.?)?(?!\w)"
        rf"|(?P<frequency>{frequencies})(?![\w])"
        r"(?!(?<=\ba day)[ ](?:before|after|later|ago|prior|earlier|or|in|of)\b|(?<=at night)[ ](?!as\b|prn|for\b|and\b|with\b)[a-z])"
        r"(?!(?<=once)[ ](?!in\b|at\b|on\b|and\b|given|today|now|for\b|prior|then|by\b|iv\b|po\b|prn)[a-z])"
        rf"|(?P<route>{routes})(?![\w])"
        r"|[x×][ ]?(?P<times>[2-9])(?![\w.,]\d|\w|[ ]?(?:d|days?|wks?|weeks?|mos?|months?|hrs?|hours?|yrs?|years?|more)\b)"
    )
    behind = re.compile(rf"(?:{_PLAIN}|{parts})", re.IGNORECASE)
    unnamed = re.sub(r"\?P<\w+>", "?:", parts)
    before = re.compile(rf"(?<![\w.])(?:(?:{unnamed})[ ]{{1,2}}){{1,3}}(?:of[ ](?:(?:{unnamed})[ ]{{1,2}})?)?(?:{_KIND})?$", re.IGNORECASE)
    bare = re.compile(
        rf"(?:[ ](?P<form>patch|gtt|drip|bolus|x[lr]|er|sr|la|cr))?[ ]{{1,8}}(?P<amount>{_AMOUNT})"
        rf"(?=[ ]{{1,8}}(?:{unnamed}|(?:bolus|x[lr]|er|sr|la|cr|tabs?|tablets?|then|and|now|today|given|taper|for|x|one|two|half)\b|d\d)"
        r"|[ ]?(?:[,;)\n](?!\d)|\.(?!\d)|$))",
        re.IGNORECASE,
    )
    closing = {words_of(told).words[-2] for told in (*table.routes, *table.frequencies)}
    closing |= {word_form(word) for word in re.findall(r"[a-zµ]+", f"{_UNIT} {_KIND} of hours hrs h {' '.join(_NUMBERS)}")}
    return Dosage(table.salts, table.routes, table.frequencies, behind, before, bare, table.strengths, frozenset(closing)), table
