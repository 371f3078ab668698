"""What one rule finds in one record: a gap, or why there is none.  Every judgement carries its reasons (STYLE rule 6)."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Literal

from opencdi.clinical.confidentiality import HIDDEN
from opencdi.knowledge.site import SiteData
from opencdi.queries.chart import Chart
from opencdi.queries.conditions import signs
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.question import Question
from opencdi.queries.rule import Documentation, Rule
from opencdi.queries.told import Act, Mention, attributes_told

Outcome = Literal["gap", "satisfied", "ruled-out", "uncertain", "unsigned", "silent"]
BEFORE = timedelta(hours=24)
AFTER = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer of one rule to one record.

    `reason` is a code and a word ("CLASS observation", "SUPPRESSED end-stage-renal-disease", "NOT_MET").  `documentation` quotes what
    satisfies, leaves open, holds or suppresses.  `met` names the definitions met, for CDI only (DOMAIN F.14).
    """

    outcome: Outcome
    reason: str
    at: datetime | None = None
    cited: tuple[Cited, ...] = ()
    contrary: tuple[Cited, ...] = ()
    documented: tuple[Cited, ...] = ()
    documentation: tuple[Cited, ...] = ()
    met: tuple[str, ...] = ()
    offered: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of indicators that it rests on."""
        return frozenset(cited.kind for cited in self.cited)

    @property
    def final_kinds(self) -> frozenset[str]:
        """Those of which something is neither preliminary nor unsigned."""
        return frozenset(cited.kind for cited in self.cited if cited.final)


def judge(rule: Rule, chart: Chart, site: SiteData, since: datetime | None = None) -> Judgement:
    """What this rule says to this record.  What is documented comes first: it settles a question whatever the values do later.

    `since`: people decided on the evidence up to then, so what came after it is looked at first (Q-55).
    """
    q = Question(rule, site, chart)
    answers = [(one.concept, m) for one in rule.satisfied_by for m in chart.mentions(one.concept)]
    # A denial or a doubt need not name the attributes that only an affirmed diagnosis must carry.
    full = [(one.concept, m) for one in rule.satisfied_by for m in _saying_all(one, chart.mentions(one.concept))]
    if affirmed := [(c, m) for c, m in full if m.counts and m.affirmed]:
        return _documented("satisfied", "DOCUMENTED", affirmed)
    if final := [(c, m) for c, m in full if m.counts and m.uncertain and m.note_type == "discharge-summary"]:
        return _documented("satisfied", "UNCERTAIN_IN_FINAL_STATEMENT", final)  # coded as if established (Guideline II.H, DOMAIN F.11)
    if not_asked := excluded(rule, chart):
        return not_asked
    found = tuple(sign for sign in signs(rule.when, q) if rule.about in ("", sign.about))
    if not found and rule.type == "unspecific" and (taken_back := _taken_back(answers)):
        return _documented("ruled-out", "RULED_OUT", taken_back)  # what was to be said more exactly, the patient does not have
    if not found:
        return Judgement("silent", "NO_LONGER_SO" if rule.stands_by_itself else "NOT_MET")
    for name, condition in rule.unless.items():
        if against := signs(condition, q):
            return _suppressed(name, against[0].cited)
    sign = next((later for later in found if since is not None and _shown_at(later) > since), found[0])
    if ruled_out := [(c, m) for c, m in answers if m.counts and m.denies(_shown_at(sign)) and m.at.at >= _shown_at(sign)]:
        return _documented("ruled-out", "RULED_OUT", ruled_out)
    if uncertain := [(c, m) for c, m in answers if m.counts and m.uncertain and not _known_since(answers, c, m)]:
        return _documented("uncertain", "UNCERTAIN", uncertain)
    gap = _gap(q, sign)
    if unsigned := [(c, m) for c, m in full if _awaits_signature(m, since=_shown_at(sign))]:
        return Judgement(
            "unsigned", "AWAITING_SIGNATURE", gap.at, gap.cited, gap.contrary, gap.documented, _quoted(unsigned), gap.met, gap.offered
        )
    return gap


def _saying_all(one: Documentation, mentions: tuple[Mention, ...]) -> Iterator[Mention]:
    """The mentions that say a part of what is needed and, with what providers say of the condition elsewhere, leave nothing of it open."""
    if not one.having:
        yield from mentions
        return
    told = attributes_told(mentions)
    for mention in mentions:
        own = {name: {value} for name, value in mention.attributes.items()}
        together = {name: own.get(name, set()) | told.get(name, set()) for name in own | told}
        if not own.keys().isdisjoint(one.having) and one.told_by(together):
            yield mention


def _taken_back(answers: list[tuple[str, Mention]]) -> list[tuple[str, Mention]]:
    """What providers ruled out and nobody of them affirmed since."""
    affirmed_at = max((m.at.at for _, m in answers if m.counts and m.affirmed), default=None)
    return [(c, m) for c, m in answers if m.counts and affirmed_at is not None and m.denies(affirmed_at) and m.at.at > affirmed_at]


def _known_since(answers: list[tuple[str, Mention]], concept: str, doubt: Mention) -> bool:
    """Whether a provider affirmed it after he or another had only suspected it: "possible PE" of the emergency room, "PE" of the H&P."""
    return any(c == concept and m.counts and m.affirmed and m.at.at > doubt.at.at for c, m in answers)


def _shown_at(sign: Sign) -> datetime:
    """When the last of the findings was there; what was then done about it does not count."""
    return max((cited.told.at.at for cited in sign.cited if not isinstance(cited.told, Act)), default=sign.at)


def _awaits_signature(mention: Mention, *, since: datetime) -> bool:
    # A provider's unsigned words hold the question, its denial too; anyone else's, signed or not, never do (DOMAIN F.6), unless a provider
    # made them his own and only his signature is missing.
    waiting = mention.authentication in ("unsigned", "needs-cosignature") and (mention.author_role == "provider" or mention.attested)
    return waiting and (mention.affirmed or mention.uncertain or (mention.denies(since) and mention.at.at >= since))


def _quoted(said: list[tuple[str, Mention]]) -> tuple[Cited, ...]:
    return tuple(Cited(concept, mention) for concept, mention in said)


def _documented(outcome: Outcome, reason: str, said: list[tuple[str, Mention]]) -> Judgement:
    return Judgement(outcome, reason, said[0][1].at.at, documentation=_quoted(said))


def _suppressed(name: str, by: tuple[Cited, ...]) -> Judgement:
    """Silent because of what the record says; where a restricted note says it, the reason does not name it (DOMAIN F.17)."""
    told = HIDDEN if all(cited.indicator.confidentiality for cited in by) else name
    return Judgement("silent", f"SUPPRESSED {told}", documentation=by)


def excluded(rule: Rule, chart: Chart) -> Judgement | None:
    """Why this patient is not asked about at all; None if nothing stands against it (DOMAIN D.12)."""
    wanted = rule.preconditions
    encounter_class, age = chart.stay.encounter_class, chart.stay.age()
    if encounter_class not in wanted.classes:
        return Judgement("silent", f"CLASS {encounter_class or 'unknown'}")
    if chart.stay.newborn:
        return Judgement("silent", "NEWBORN")
    if age is None or age < wanted.age_min:
        return Judgement("silent", "AGE unknown" if age is None else "AGE below")
    for concept in wanted.never:
        if said := [(concept, mention) for mention in chart.mentions(concept) if mention.affirmed]:
            return _suppressed(concept, _quoted(said))
    return None


def _gap(q: Question, sign: Sign) -> Judgement:
    rule, chart = q.rule, q.chart
    near = (sign.at - BEFORE, sign.at + AFTER)
    cited = list(sign.cited)
    held = {c.place for c in cited}
    for condition in rule.supporting:
        found = signs(condition, q)
        first = bisect_left(found, near[0], key=attrgetter("at"))
        one = found[first] if first < len(found) and found[first].at <= near[1] else None
        fresh = [c for c in one.cited if c.place not in held] if one else []
        cited += fresh
        held |= {c.place for c in fresh}
    contrary: list[Cited] = []
    for condition in rule.contrary:
        found = signs(condition, q)
        contrary += [c for c in (found[-1].cited if found and found[-1].at >= near[0] else ()) if c.place not in held]
    return Judgement(
        "gap",
        "INDICATORS_WITHOUT_DOCUMENTATION",
        sign.at,
        tuple(sorted(cited, key=lambda c: c.told.at.at)),
        tuple(sorted(contrary, key=lambda c: c.told.at.at)),
        _first_documented(rule, chart) or _documented_by(rule, sign),
        met=tuple(name for name, condition in rule.definitions.items() if signs(condition, q)),
        offered=frozenset(option.id for option in rule.options if option.needs is None or signs(option.needs, q)),
    )


def _documented_by(rule: Rule, sign: Sign) -> tuple[Cited, ...]:
    """Where what is documented is the question, what a provider wrote of it."""
    return tuple(cited for cited in sign.cited if cited.documents) if rule.stands_by_itself else ()


def _first_documented(rule: Rule, chart: Chart) -> tuple[Cited, ...]:
    """What providers have documented of the matter so far: the first mention of each concept, original words only (F.10)."""
    told = []
    for concept in rule.documented:
        said = [m for m in chart.mentions(concept) if m.counts and (m.affirmed or m.uncertain)]
        if said:
            told.append(Cited(concept, said[0]))
    return tuple(sorted(told, key=lambda c: c.told.at.at))
