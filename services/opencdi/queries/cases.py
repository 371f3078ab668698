"""A rule's cases (`rules/queries/cases/*.yaml`), run through the room's own step: no Python per rule (STYLE §3.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from opencdi.bus.room import Room
from opencdi.events.audiences import Indicator
from opencdi.knowledge.tables import ToldTwice, parsed
from opencdi.knowledge.yaml_places import Place, said_wrong
from opencdi.queries.case_chart import Chart
from opencdi.queries.case_facts import BadCase
from opencdi.queries.noticing import noticed


@dataclass(frozen=True)
class Case:
    """One case of one rule."""

    rule_id: str
    asks: bool
    why: str
    chart: tuple[str, ...]
    age: int = 70
    encounter_class: str = "inpatient"
    ends: str | None = None  # the state in which the question ends
    cause: str | None = None
    shows: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    offers_not: tuple[str, ...] = ()


def load_cases(path: Path, rule_id: str = "D") -> tuple[Case, ...]:
    """The cases of all rules in a folder, or of one; raises `BadCase` naming file and line of what cannot be read."""
    return tuple(case for file in sorted(path.glob(f"{rule_id}-*.yaml")) for case in _cases_in(file))


def _cases_in(file: Path) -> Iterator[Case]:
    written = file.read_bytes()
    place: Place = ()
    try:
        told = parsed(written)
        for name in ("asks", "stays_silent"):
            place = (name,)
            for nth, one in enumerate(told[name]):
                place = (name, nth)
                lists: dict[str, Any] = {key: tuple(one.pop(key, ())) for key in ("chart", "shows", "against", "offers", "offers_not")}
                yield Case(rule_id=told["rule"], asks=name == "asks", **lists, **one)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadCase(f"cases/{file.name}:{mark.line + 1 if mark else 1}: not YAML") from None
    except ToldTwice as error:
        raise BadCase(f"cases/{file.name}: told twice: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise BadCase(said_wrong(f"cases/{file.name}", written, place, str(error))) from None


def failures(case: Case, room: Room, condition: str) -> list[str]:
    """Why a case does not hold; [] if it does.  Of a rule that asks nobody, `asks` are those of which CDI is told."""
    chart = Chart.of(room, *case.chart, age=case.age, encounter_class=case.encounter_class)
    if chart.alarms:
        return [f"suspended: {chart.alarms[0].reason}"]
    if told := next((one for one in noticed(chart.states, chart.encounter_id).values() if one.name == condition), None):
        return _missing("shows", case.shows, told.indicators) if case.asks else ["told to CDI after all"]
    mine = [alert for alert in chart.alerts if alert.condition.partition("/")[0] == condition]
    last = mine[-1] if mine else None
    ended = last.state if last else None
    wanted = case.ends or ("draft" if case.asks else None)
    if not case.asks and wanted is None:
        return ["asked after all"] if any(alert.state == "draft" for alert in mine) else []
    if ended != wanted:
        return [f"ends {ended} ({last.because if last else 'never asked'}), not {wanted}"]
    wrong = []
    if case.cause and last and last.because != case.cause:
        wrong.append(f"cause {last.because}, not {case.cause}")
    wording = last.wording if last else None
    for name, wanted_texts, shown in (
        ("shows", case.shows, wording.indicators if wording else ()),
        ("against", case.against, wording.contrary if wording else ()),
    ):
        wrong += _missing(name, wanted_texts, shown)
    offered = {option.text for option in wording.options} if wording else set()
    wrong += [f"does not offer {text!r}" for text in case.offers if text not in offered]
    wrong += [f"offers {text!r}" for text in case.offers_not if text in offered]
    if case.asks and last and last.gate and not last.gate.compliant:
        wrong.append(f"gate: {last.gate.violations}")
    return wrong


def _missing(name: str, wanted: tuple[str, ...], shown: tuple[Indicator, ...]) -> list[str]:
    texts = " · ".join(f"{one.text} {one.label or ''}" for one in shown)
    return [f"{name} not {text!r} but {texts}" for text in wanted if text not in texts]
