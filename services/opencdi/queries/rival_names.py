"""Where two providers call one event by names that exclude each other (DOMAIN D-33: an infarction, or a strain on the heart without one).

A provider's name for it is that of his last note that names it.  A note that weighs both names chooses neither, and a name that he took
back since is his no more.  The attending decides: his note after the other's settles it, as agreement does.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from typing import NamedTuple

from opencdi.queries.chart import Chart
from opencdi.queries.conflicts import SUPERSEDED, WEIGHED
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.feed_conditions import NamedDifferently
from opencdi.queries.told import Mention


class _Name(NamedTuple):
    """What one note of a provider calls it: which of the groups, by which words."""

    group: int
    concept: str
    mention: Mention


def named_differently(condition: NamedDifferently, chart: Chart) -> Iterator[Sign]:
    """Each two names that exclude each other, at the time of the later; both are cited."""
    attending = chart.stay.attending.staff_id if chart.stay.attending else None
    names = sorted(_chosen(condition, chart), key=lambda name: name.mention.at.at)
    decided_at = max((name.mention.at.at for name in names if attending and name.mention.author_id == attending), default=None)
    for first, later in combinations(names, 2):
        at = later.mention.at.at
        settled = decided_at is not None and decided_at >= at
        if first.group != later.group and at - first.mention.at.at <= timedelta(hours=condition.within_h) and not settled:
            yield Sign(at, tuple(Cited(name.concept, name.mention) for name in (first, later)))


def _chosen(condition: NamedDifferently, chart: Chart) -> Iterator[_Name]:
    """The one name that each provider's last word leaves."""
    said: dict[str, list[_Name]] = {}
    for group, concepts in enumerate(condition.between):
        for concept in concepts:
            for mention in chart.mentions(concept):
                if mention.counts and not mention.copied and mention.note_type not in SUPERSEDED and mention.section in WEIGHED:
                    said.setdefault(mention.author_id or mention.author or mention.note_id, []).append(_Name(group, concept, mention))
    for names in said.values():
        affirmed = [name for name in names if name.mention.affirmed]
        last = max(affirmed, key=lambda name: name.mention.at.at, default=None)
        if last is None:
            continue
        of_that_note = {name.group for name in names if name.mention.note_id == last.mention.note_id and not name.mention.ruled_out}
        taken_back = any(name.group == last.group and name.mention.ruled_out and name.mention.at.at >= last.mention.at.at for name in names)
        if of_that_note == {last.group} and not taken_back:
            yield last
