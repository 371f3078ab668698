"""Where two authors say different things of one condition (DOMAIN D-77; Guideline I.B.14, III: the attending is asked).

An author's word is the last that he wrote of the matter: what he wrote before shows how it evolved, and is no conflict.  Between authors it
is one as long as both words are of one time.  The attending decides: a word of his after the other's settles it, as does agreement.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import combinations, product
from typing import Final, NamedTuple

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.queries.chart import Chart
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.feed_conditions import Conflicting
from opencdi.queries.told import Mention

WEIGHED: Final[frozenset[SectionKind]] = frozenset(
    {"assessment", "assessment-and-plan", "plan", "impression", "discharge-diagnoses", "hospital-course", "addendum", "nutrition", "other"}
)
"""Where the author speaks his own mind; a scan that he cites, or a list that he carries on, is not his word."""
SUPERSEDED: Final[frozenset[NoteType]] = frozenset({"emergency"})  # a first impression, which the ward's notes take the place of


_PAST: Final = "past"


class _Word(NamedTuple):
    """What one author says last: the mention, and what it says in one word."""

    mention: Mention
    said: str

    def against(self, other: "_Word") -> bool:
        """Whether both cannot be: "3" and "3a" can, and so can "acute" and "acute-on-chronic"."""
        return not (self.said.startswith(other.said) or other.said.startswith(self.said))


def conflicting(condition: Conflicting, chart: Chart) -> Iterator[Sign]:
    """Each two words that cannot both be, at the time of the later; both are cited, and what each says."""
    attending = chart.stay.attending.staff_id if chart.stay.attending else None
    window = timedelta(hours=condition.within_h)
    for concept, matter in product(condition.concepts, condition.attributes or (_PAST if condition.past else "",)):
        mentions = chart.mentions(concept)
        words = _last_words(matter, (one for one in mentions if one.counts and one.note_type not in SUPERSEDED))
        if condition.against:
            theirs = _last_words(matter, (one for one in mentions if one.note_type in condition.against))
            pairs: Iterable[tuple[_Word, _Word]] = product(words, theirs)
        else:
            pairs = combinations(words, 2)
        decided_at = max((one.mention.at.at for one in words if attending and one.mention.author_id == attending), default=None)
        for pair in pairs:
            first, later = sorted(pair, key=lambda one: one.mention.at.at)
            settled = not condition.against and decided_at is not None and decided_at >= later.mention.at.at
            if first.against(later) and later.mention.at.at - first.mention.at.at <= window and not settled:
                named = f"{matter}: " if matter in condition.attributes else ""
                cited = tuple(Cited(concept, one.mention, f"{named}{one.said}") for one in (first, later))
                yield Sign(later.mention.at.at, cited, about=concept)


def _last_words(matter: str, mentions: Iterable[Mention]) -> tuple[_Word, ...]:
    """The last word of each author on the matter; text that is carried on is nobody's word."""
    last: dict[str, _Word] = {}
    for mention in mentions:
        if not mention.copied and mention.section in WEIGHED and (said := _said(matter, mention)):
            last[mention.author_id or mention.author or mention.note_id] = _Word(mention, said)
    return tuple(last.values())


def _said(matter: str, mention: Mention) -> str:
    if mention.affirmed:
        return mention.attributes.get(matter, "") if matter not in ("", _PAST) else "present"
    if matter == _PAST:
        return _PAST if mention.was_so else ""
    denied = mention.ruled_out and mention.temporality == "current" and mention.not_since is None
    return "ruled out" if denied and not matter else ""
