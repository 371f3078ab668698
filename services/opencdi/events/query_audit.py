"""Questions read again at random (DOMAIN Q-57): which are drawn, the sheet that an auditor fills in, and the score.

The draw is by the tenant's key: who lacks it cannot foresee it, and a month drawn again is the same draw.  The sheet has
the stay's id and no patient's, and nothing of restricted notes; other quotes stand as they were written: it is a part of the record still.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from opencdi.clinical.confidentiality import HIDDEN, is_restricted
from opencdi.events.audiences import Indicator, QueryWording
from opencdi.events.ids import keyed_hash
from opencdi.events.query_history import Asked, month_of
from opencdi.events.wording import indicator_text

TOLD: Final = (
    "query_id", "encounter_id", "drawn_for", "rule", "author", "kind", "put_at", "title", "why", "documented", "indicators", "contrary",
    "question", "options", "answer", "ended", "gate",
)  # fmt: skip
"""The columns that a sheet comes with; after them one for each requirement, which the auditor fills in, and `remark`."""
_JUDGED: Final[Mapping[str, bool | None]] = {"yes": True, "y": True, "no": False, "n": False, "": None, "na": None, "n/a": None}


class Unreadable(ValueError):
    """A sheet that cannot be scored; the message names line and column, never what stands there."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question that is to be read, and for whom it was drawn ("rule D-11", "author cdi-1")."""

    asked: Asked
    drawn_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Of one rule or author: how many of the questions drawn have been read, and of the requirements judged how many are kept."""

    of: str
    drawn: int
    read: int
    judged: int
    kept: int


def draw(asked: Iterable[Asked], month: date, each: int, key: bytes, zone: tzinfo) -> list[Drawn]:
    """`each` of every rule and of every author, of what was put to physicians in that month; all where there are fewer."""
    put = [one for one in asked if one.put_at is not None and month_of(one.put_at, zone) == month]
    put.sort(key=lambda one: keyed_hash(key, "query audit", month.isoformat(), one.query_id))
    taken: dict[str, int] = defaultdict(int)
    drawn = []
    for one in put:
        wanting = tuple(of for of in strata(one.rule_id, one.author) if taken[of] < each)
        for of in wanting:
            taken[of] += 1
        if wanting:
            drawn.append(Drawn(one, wanting))
    return drawn


def strata(rule_id: str, author: str) -> tuple[str, ...]:
    """Of whom a question is an example: its rule; and its author, where that is not the rule itself in one of its revisions."""
    rule = (f"rule {rule_id}",) if rule_id else ()
    return (*rule, f"author {author}") if author and not (rule_id and author.startswith(f"{rule_id} revision")) else rule


def row(drawn: Drawn, zone: tzinfo) -> dict[str, str]:
    """The question as its physician saw it, what he answered, and what the gate said of it."""
    one, wording = drawn.asked, drawn.asked.wording
    told = {
        "query_id": one.query_id,
        "encounter_id": one.encounter_id,
        "drawn_for": "; ".join(drawn.drawn_for),
        "rule": one.rule_id,
        "author": one.author,
        "kind": one.gap_type,
        "put_at": one.put_at.astimezone(zone).isoformat(timespec="minutes") if one.put_at else "",
        "answer": one.chosen.text if one.chosen else "in words" if "answered" in one.reached else "",
        "ended": one.state,
        "gate": "; ".join((one.gate.linter, *(f"{name} {where}" for name, where, _ in one.gate.violations))) if one.gate else "",
    }
    return {**told, **(_words(wording) if wording else {})}


def _words(wording: QueryWording) -> dict[str, str]:
    return {
        "title": wording.title,
        "why": wording.why,
        "documented": _lines(wording.documented),
        "indicators": _lines(wording.indicators),
        "contrary": _lines(wording.contrary) or ("none found" if wording.no_contrary_evidence_found else ""),
        "question": wording.question,
        "options": "\n".join(option.text for option in wording.options),
    }


def _lines(indicators: Iterable[Indicator]) -> str:
    return "\n".join(HIDDEN if is_restricted(one.confidentiality) else indicator_text(one) for one in indicators)


def scores(rows: Iterable[Mapping[str, str]], requirements: Iterable[str]) -> list[Score]:
    """The filled-in sheet by rule and author.  A blank or "na" is not judged.

    Raises: Unreadable.
    """
    columns = tuple(requirements)
    told: dict[str, list[list[bool]]] = defaultdict(list)
    for line, one in enumerate(rows, 2):  # the first line has the names
        judged = list(_judged(line, one, columns))
        for of in strata(one.get("rule", ""), one.get("author", "")):
            told[of].append(judged)
    return [Score(of, len(all_), sum(map(bool, all_)), sum(map(len, all_)), sum(map(sum, all_))) for of, all_ in sorted(told.items())]


def _judged(line: int, one: Mapping[str, str], columns: Iterable[str]) -> Iterator[bool]:
    for name in columns:
        if name not in one:
            raise Unreadable(f"no column {name}")
        said = (one[name] or "").strip().lower()
        if said not in _JUDGED:
            raise Unreadable(f"line {line}, {name}: yes, no or nothing")
        if (kept := _JUDGED[said]) is not None:
            yield kept
