"""What became of each question, told from what `query-alerts` said of it: what is counted and read again (DOMAIN Q-44, Q-57, Q-59)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo

from opencdi.clinical.vocabulary import GapType, QueryOrigin, QueryState
from opencdi.events.audiences import GateReport, Option, QueryAlert, QueryWording
from opencdi.events.people import Person


@dataclass(frozen=True, slots=True)
class Asked:
    """One question.  `reached`: when it first stood in each state; `wording` and `gate`: as it was last sent, else as last told.

    `chosen`: the option that was ticked, of those that were `offered` then; None of an answer in words, or where there is none.
    """

    query_id: str
    encounter_id: str
    rule_id: str  # "" of a question that a person wrote
    gap_type: GapType
    origin: QueryOrigin
    state: QueryState
    reached: Mapping[QueryState, datetime] = field(default_factory=dict)
    wording: QueryWording | None = None
    gate: GateReport | None = None
    chosen: Option | None = None
    offered: tuple[Option, ...] = ()

    @property
    def author(self) -> str:
        """Who worded it: a rule in its revision, or the person who wrote or edited it."""
        return self.wording.author if self.wording else ""

    @property
    def physician(self) -> Person:
        """Who was asked: only that one's answer counts (Q-52)."""
        return self.wording.addressed_to if self.wording else Person()

    @property
    def put_at(self) -> datetime | None:
        """When it was put to its physician; one asked in person has been, in whichever words (Q-51).  None where nobody was asked."""
        return self.reached.get("candidate" if self.origin == "verbal" else "sent")

    def month(self, state: QueryState, zone: tzinfo) -> date | None:
        """The month in which it first stood so; None where it never did."""
        at = self.reached.get(state)
        return month_of(at, zone) if at else None


def month_of(at: datetime, zone: tzinfo) -> date:
    """The first day of the month of that instant, by the hospital's calendar."""
    return at.astimezone(zone).date().replace(day=1)


def history(alerts: Iterable[QueryAlert]) -> list[Asked]:
    """Each question once, by when it was opened.  A topic may tell an alert twice; those of one question come in their order."""
    asked: dict[str, Asked] = {}
    for alert in alerts:
        asked[alert.query_id] = _after(asked.get(alert.query_id) or _begun(alert), alert)
    return sorted(asked.values(), key=lambda one: (min(one.reached.values()), one.query_id))


def _begun(alert: QueryAlert) -> Asked:
    return Asked(alert.query_id, alert.encounter_id, alert.rule_id, alert.gap_type, alert.origin, alert.state)


def _after(before: Asked, alert: QueryAlert) -> Asked:
    earlier = before.reached.get(alert.state, alert.at)
    now = replace(before, state=alert.state, reached={**before.reached, alert.state: min(earlier, alert.at)})
    if alert.state == "sent" or "sent" not in before.reached:  # afterwards CDI is shown what is left of the evidence
        now = replace(now, wording=alert.wording or before.wording, gate=alert.gate or before.gate)
    if alert.state == "answered" and alert.wording:
        options = alert.wording.options
        now = replace(now, chosen=next((one for one in options if one.option_id == alert.detail), None), offered=options)
    return now
