"""Dose, route and frequency beside a drug's name: "metoprolol tartrate 25 mg PO BID", "20 mg IV furosemide", "losartan 25" (DOMAIN B22).

What stands right behind the name is read word by word for as long as it speaks of giving the drug; the first other word ends it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from opencdi.knowledge.concepts import Concept
from opencdi.knowledge.medications import Medications, load_medications
from opencdi.knowledge.words import Words
from opencdi.nlp.mentioned import Mentioned

_AMOUNT = r"\d{1,6}(?:,\d{3})?(?:\.\d{1,3})?(?:[ ]?-[ ]?\d{1,6}(?:\.\d{1,3})?)?"
_UNIT = (
    r"(?:mg|mcg|µg|ug|grams?|gm|g|meq|mmol|units?|u|ml|cc|l|puffs?|drops?|tabs?|tablets?|caps?|capsules?|%)"
    r"(?:/(?:kg/hr?|kg/min|kg/day|kg|hr|h|min|day|ml|dose))?(?![a-z])"
)
_PLAIN = (
    r"[ ,:@()\[\]]{1,4}|(?:tab(?:let)?s?|cap(?:sule)?s?|inj(?:ection)?|soln|solution|susp(?:ension)?|dose|at|of|to|er|xr|xl|sr|dr|ec"
    r"|low|home|the|bolus|loading|low-dose|gtt|drip|infusion|continuous)(?!\w)"
)
"""What may stand between: a form, a small word, a comma."""
_SEPARATE = frozenset(",;:\n")
_BEHIND = 100
_BEFORE = 40


@dataclass(frozen=True)
class Dosage:
    """How notes say how a drug is given."""

    salts: frozenset[str]
    routes: Mapping[str, str]
    frequencies: Mapping[str, str]
    behind: re.Pattern[str]
    before: re.Pattern[str]
    bare: re.Pattern[str]

    def with_dosage(self, mentions: list[Mentioned], text: str, words: Words) -> list[Mentioned]:
        """The mentions, drugs with their salt in the name and dose, route and frequency as attributes."""
        found: list[Mentioned] = []
        for at, mention in enumerate(mentions):
            if mention.kind == "medication":
                until = words.starts[mentions[at + 1].first] if at + 1 < len(mentions) else len(text)
                since = words.ends[found[-1].last - 1] if found else 0
                mention = self._given(self._salted(mention, words), text, words, since, until)
            found.append(mention)
        return found

    def _salted(self, mention: Mentioned, words: Words) -> Mentioned:
        behind = words.words[mention.last] if mention.last < len(words.words) else ""
        return replace(mention, last=mention.last + 1) if behind in self.salts else mention

    def _given(self, mention: Mentioned, text: str, words: Words, since: int, until: int) -> Mentioned:
        told: dict[str, str] = {}
        at = words.ends[mention.last - 1]
        if bare := self.bare.match(text, at, min(until, at + _BEHIND)):
            told["dose"] = bare["amount"]
            at = bare.end("amount")
        stop = min(until, at + _BEHIND)
        while (match := self.behind.match(text, at, stop)) and match.end() > at:
            self._note(match, told)
            at = match.end()
        start = words.starts[mention.first]
        beside = text[max(since, start - 2) : start]  # most drugs are items of a list: nothing stands right before them
        if beside[-1:] == " " and beside[0] not in _SEPARATE and (before := self.before.search(text, max(since, start - _BEFORE), start)):
            for match in self.behind.finditer(before.group()):
                self._note(match, told)
        return replace(mention, attributes={**mention.attributes, **told}) if told else mention

    def _note(self, match: re.Match[str], told: dict[str, str]) -> None:
        if match["dose"]:
            told.setdefault("dose", f"{match['amount'].replace(' ', '')} {match['unit']}")
        elif match["route"]:
            told.setdefault("route", self.routes[_plain(match["route"])])
        elif match["hours"]:
            told.setdefault("frequency", f"q{match['hours'].replace(' ', '')}h")
        elif match["frequency"]:
            said = self.frequencies[_plain(match["frequency"])]
            often = told.get("frequency")
            if said == "PRN" and often is None:
                return  # when it may be given is not how often
            told["frequency"] = said if often is None else f"{often} {said}" if said == "PRN" and not often.endswith("PRN") else often


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def _any_of(words: Mapping[str, str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", "[ ]{1,3}") for word in sorted(words, key=len, reverse=True))


def load_dosage(folder: Path, concepts: Mapping[str, Concept]) -> tuple[Dosage, Medications]:
    """How drugs are given, and the drugs, from `medications.yaml` in that folder."""
    table = load_medications(folder, concepts)
    routes, frequencies = _any_of(table.routes), _any_of(table.frequencies)
    parts = (
        rf"(?P<dose>(?P<amount>{_AMOUNT})[ ]?(?P<unit>{_UNIT}))"
        rf"|(?:q|every[ ]?)(?P<hours>\d{{1,2}}(?:[ ]?-[ ]?\d{{1,2}})?)[ ]?(?:hours?|hrs?|h)?(?!\w)"
        rf"|(?P<frequency>{frequencies})(?![\w])"
        rf"|(?P<route>{routes})(?![\w])"
    )
    behind = re.compile(rf"(?:{_PLAIN}|{parts})", re.IGNORECASE)
    unnamed = re.sub(r"\?P<\w+>", "?:", parts)
    before = re.compile(rf"(?<![\w.])(?:(?:{unnamed})[ ]{{1,2}}){{1,3}}(?:of[ ])?$", re.IGNORECASE)
    bare = re.compile(rf"[ ]{{1,2}}(?P<amount>{_AMOUNT})(?=[ ]{{1,2}}(?:{unnamed})|[ ]?(?:[,;)\n](?!\d)|\.(?!\d)|$))", re.IGNORECASE)
    return Dosage(table.salts, table.routes, table.frequencies, behind, before, bare), table
