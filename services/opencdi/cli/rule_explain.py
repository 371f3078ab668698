"""`opencdi rules explain`: why a rule asks about a stay or keeps silent, condition by condition."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencdi.cli.at_bus import bus_at, stop

if TYPE_CHECKING:
    from opencdi.bus.bus import Bus
    from opencdi.bus.room import Record
    from opencdi.queries.explanation import Explanation, Told
    from opencdi.queries.relived import Relived

_SIGN = {True: "✓", False: "✗", None: "·"}


def explain_rule(
    encounter: Annotated[str, typer.Argument(help="encounter id, as alerts and pages tell it")],
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="for instance D-11")],
    as_of: Annotated[str, typer.Option(help="entry id, or message id: as the stay stood after it")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a question instead of lines")] = False,
) -> None:
    """Why a rule asks about a stay or keeps silent; it prints a patient's record.

    Example: opencdi rules explain h2qa5oobbhmnizujzljmlskszo D-11 --as-of k3f9a/0
    """
    from opencdi.cli.line import documentation_rules, site_of
    from opencdi.queries.explanation import explain
    from opencdi.queries.relived import relive
    from opencdi.queries.room import Desk, rules_path
    from opencdi.queries.treatments import load_treatments
    from opencdi.settings import Settings

    settings = Settings()
    rules = documentation_rules()
    rule = next((rule for rule in rules if rule.id.lower() == rule_id.lower()), None)
    if rule is None:
        stop(f"no active rule {rule_id}; there are {', '.join(rule.id for rule in rules)}")
    desk = Desk(site_of(settings), rules, load_treatments(rules_path() / "treatments.yaml"))
    with bus_at(settings.bus) as bus:
        relived = relive(desk, encounter, _of_its_partition(bus, encounter), as_of)
    work = relived.work()
    if work is None:
        stop(f"nothing about the encounter {encounter} on this bus")
    for explanation in explain(work, rule):
        if as_json:
            print(json.dumps(_as_object(explanation, relived)))
        else:
            print("\n".join(_lines(explanation, relived)))


def _of_its_partition(bus: "Bus", encounter: str) -> "Iterator[Record]":
    """What the room has read in that stay's partition of the stay itself, and of ticks and site data."""
    from opencdi.bus.lying import everything
    from opencdi.events.entry import read_entry
    from opencdi.events.topics import CODING

    kept = [
        delivered
        for delivered in everything(bus, [CODING])
        if delivered.record.key == encounter or read_entry(delivered.record.value).envelope.encounter_id is None
    ]
    its = {delivered.partition for delivered in kept if delivered.record.key == encounter}
    yield from (delivered.record for delivered in kept if delivered.partition in its)


def _verdict(explanation: "Explanation") -> str:
    return f"asks: {explanation.state} ({explanation.reason})" if explanation.asks else f"keeps silent: {explanation.reason}"


def _lines(explanation: "Explanation", relived: "Relived") -> Iterator[str]:
    rule = explanation.rule
    yield f"{rule.id} revision {rule.revision}, {rule.condition}; encounter {relived.encounter_id}"
    if relived.last is not None:
        yield f"as of {relived.last.entry_id}, {relived.last.received_at:%Y-%m-%d %H:%M %Z}"
    yield _verdict(explanation)
    for part in explanation.parts:
        yield from _tree(part, 0)
    if moves := [move for move in relived.moved if move.condition == rule.condition]:
        yield "life of its questions"
        yield from (
            f"  {move.at:%Y-%m-%d %H:%M} {move.rule_id} {move.from_state or '-'} → {move.to_state} ({move.cause})" for move in moves
        )


def _tree(part: "Told", depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{_SIGN[part.met]} {part.text}"
    for one in part.inner:
        yield from _tree(one, depth + 1)


def _as_object(explanation: "Explanation", relived: "Relived") -> dict[str, Any]:
    return {
        "encounter_id": relived.encounter_id,
        "as_of": relived.last.entry_id if relived.last else None,
        "rule": explanation.rule.id,
        "revision": explanation.rule.revision,
        "asks": explanation.asks,
        "state": explanation.state,
        "reason": explanation.reason,
        "parts": [_part(one) for one in explanation.parts],
        "moved": [move.model_dump(mode="json") for move in relived.moved if move.condition == explanation.rule.condition],
    }


def _part(told: "Told") -> dict[str, Any]:
    return {"text": told.text, "met": told.met, "inner": [_part(one) for one in told.inner]}
