"""What an interface analyst asks of a feed: what came, how it was answered, what became of it, and which codes nobody has mapped yet.

Feeds, types, reason codes, field names and the senders' own codes only; each cut short, since a sender may put anything anywhere.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from opencdi.events.audiences import Unmapped

_FEEDS = 20
_ROWS = 20
_CHARACTERS = 60
_COLUMNS = 120  # where no terminal says otherwise


@dataclass(slots=True)
class Tally:
    """Counts of messages: of one feed, or of the small ones together."""

    messages: int = 0
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)  # type and outcome
    acks: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # why there is no entry: outcome and reason
    problems: Counter[tuple[str, str]] = field(default_factory=Counter)  # code and field
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)  # table and code
    names: dict[tuple[str, str], str] = field(default_factory=dict)  # what the sender calls that code

    def add(self, line: dict[str, Any], unmapped: Iterable["Unmapped"]) -> None:
        """One message, as its JSON line says what became of it."""
        outcome = line["outcome"].replace("_", " ")
        self.messages += 1
        self.ends[_cut(line["type"]) or "(no type)", outcome] += 1
        self.acks[line["ack"]] += 1
        if reason := line.get("reason"):
            self.reasons[outcome, reason] += 1
        self.problems.update({(problem["code"], problem["where"]) for problem in line["problems"]})
        for told in unmapped:
            self.unmapped[told.table, told.code] += 1
            self.names[told.table, told.code] = self.names.get((told.table, told.code)) or told.text

    def join(self, other: "Tally") -> None:
        """Count the other's messages here."""
        self.messages += other.messages
        for name in ("ends", "acks", "reasons", "problems", "unmapped"):
            getattr(self, name).update(getattr(other, name))
        self.names = other.names | self.names


class Summary:
    """Counts by feed, and their print-out on standard error."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.feeds: dict[str, Tally] = {}

    def add(self, feed: str, line: dict[str, Any], unmapped: Iterable["Unmapped"] = ()) -> None:
        """One message of that feed."""
        self.feeds.setdefault(_cut(feed) or "(a feed without a name)", Tally()).add(line, unmapped)

    def print(self) -> None:
        """The largest feeds, each by itself, then the others together."""
        from rich.console import Console

        console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        if not console.is_terminal:
            console.width = _COLUMNS
        feeds = sorted(self.feeds.items(), key=lambda told: (-told[1].messages, told[0]))
        for feed, tally in (*feeds[:_FEEDS], *_together(feeds[_FEEDS:])):
            console.print(f"\n{feed}: {tally.messages} {'message' if tally.messages == 1 else 'messages'}", style="bold")
            console.print(_block(tally))
        if feeds:
            console.print()


def _together(feeds: list[tuple[str, Tally]]) -> Iterable[tuple[str, Tally]]:
    if not feeds:
        return
    others = Tally()
    for _, tally in feeds:
        others.join(tally)
    yield f"{len(feeds)} smaller feeds", others


def _block(tally: Tally) -> "Table":
    from rich.table import Table

    block = Table.grid(padding=(0, 2))
    block.add_column(no_wrap=True)
    block.add_column(justify="right", no_wrap=True)
    block.add_column(overflow="fold")
    by_type: dict[str, Counter[str]] = {}
    for (kind, outcome), count in tally.ends.items():
        by_type.setdefault(kind, Counter())[outcome] += count
    types = {f"{kind}: " + ", ".join(f"{end} {n}" for end, n in ends.most_common()): ends.total() for kind, ends in by_type.items()}
    _rows(block, "answered", tally.acks)
    _rows(block, "types", types)
    _rows(block, "why no entry", {f"{reason} ({outcome})": count for (outcome, reason), count in tally.reasons.items()})
    for table in sorted({table for table, _ in tally.unmapped}):
        codes = {f"{code}  {tally.names[table, code]}": count for (of, code), count in tally.unmapped.items() if of == table}
        _rows(block, f"unmapped: {table}", codes)
    _rows(block, "problems", {f"{code} {where}": count for (code, where), count in tally.problems.items()})
    return block


def _rows(block: "Table", title: str, counts: Mapping[str, int]) -> None:
    """The most frequent ones, a row each, under one title."""
    rows = sorted(counts.items(), key=lambda told: (-told[1], told[0]))
    for nth, (text, count) in enumerate(rows[:_ROWS]):
        block.add_row("" if nth else f"  {title}", str(count), text.strip())
    if len(rows) > _ROWS:
        block.add_row("", "", f"and {len(rows) - _ROWS} more")


def _cut(text: str) -> str:
    """Short, and nothing that a terminal would obey."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:_CHARACTERS]).strip()
