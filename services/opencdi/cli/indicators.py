"""`opencdi replay --indicators-only`: which rules' indicators a recording shows, and when; no gap and no question (DOMAIN F.19)."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opencdi.bus.bus import Bus, Place
    from opencdi.knowledge.site import SiteData


def indicators_on(bus: "Bus", site: "SiteData", since: "Mapping[Place, int]") -> Iterator[dict[str, Any]]:
    """The rows for what coding has written since these positions, by clinical time."""
    from opencdi.bus.lying import everything
    from opencdi.bus.room import State
    from opencdi.cli.line import documentation_rules
    from opencdi.events.entry import read_entry
    from opencdi.events.topics import CODING
    from opencdi.queries.indicators import IndicatorDesk, Shown
    from opencdi.queries.room import rules_path
    from opencdi.queries.treatments import load_treatments

    desk = IndicatorDesk(site, documentation_rules(), load_treatments(rules_path() / "treatments.yaml"))
    states: dict[str, State] = {}
    seen: set[tuple[str, str, str]] = set()
    found: list[Shown] = []
    for delivered in everything(bus, [CODING], since):
        found += desk.step(states, seen, read_entry(delivered.record.value))
    for one in sorted(found, key=lambda one: (one.at, one.encounter_id, one.rule_id, one.part)):
        yield {
            "encounter_id": one.encounter_id,
            "rule": one.rule_id,
            "part": one.part,
            "at": one.at.isoformat(),
            "indicators": [indicator.model_dump(mode="json", exclude_none=True) for indicator in one.indicators],
        }
