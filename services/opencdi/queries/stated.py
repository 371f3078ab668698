"""What notes state: which mentions say what a rule asks for, and leave open what it must leave open."""

from collections.abc import Iterator

from opencdi.queries.chart import Chart
from opencdi.queries.condition import Stated
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.objections import to_stating
from opencdi.queries.told import Mention, attributes_told


def says(condition: Stated, mention: Mention) -> bool:
    """Whether nothing stands against the mention."""
    return next(to_stating(condition, mention), None) is None


def _open(condition: Stated, mentions: tuple[Mention, ...]) -> Iterator[Mention]:
    """Those that say so, where what they leave unsaid is said nowhere and no provider took it back since."""
    if condition.lacking and set(condition.lacking) <= attributes_told(mentions).keys():
        return
    denials = [mention for mention in mentions if mention.counts and mention.ruled_out] if condition.standing else []
    for mention in mentions:
        at = mention.at.at
        if says(condition, mention) and not any(one.at.at > at and one.denies(at) for one in denials):
            yield mention


def told_beside(condition: Stated, mention: Mention) -> str | None:
    """What the note tells beyond the name, where the condition asks for it: a quoted name alone would not show the "saddle"."""
    told = (mention.attributes[name].replace("-", " ") for name in condition.having)
    return ", ".join(value for value in told if not value.startswith("icd10cm:")) or None


def stated(condition: Stated, chart: Chart) -> Iterator[Sign]:
    """Each mention that says so; where several notes must say it, each last of them."""
    said = [(concept, mention) for concept in condition.concepts for mention in _open(condition, chart.mentions(concept))]
    if condition.notes == 1:
        for concept, mention in said:
            yield Sign(mention.at.at, (Cited(concept, mention, told_beside(condition, mention)),), about=concept)
        return
    first_of = {mention.note_id: (concept, mention) for concept, mention in sorted(said, key=lambda told: told[1].at.at, reverse=True)}
    each = sorted(first_of.values(), key=lambda told: told[1].at.at)
    if len(each) >= condition.notes:  # the several notes are the evidence, not one of them
        for end in range(condition.notes, len(each) + 1):
            told = each[end - condition.notes : end]
            yield Sign(told[-1][1].at.at, tuple(Cited(concept, mention) for concept, mention in told))
