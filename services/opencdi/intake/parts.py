"""The parts of one FHIR transaction: held until the last is here, then applied as one (DESIGN §2, 10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from opencdi.bus.room import States, under
from opencdi.events.inbound import Inbound
from opencdi.events.problems import Unusable
from opencdi.intake.memory import Part, Parts

PART_MISNUMBERED, PARTS_MISSING = "PART_MISNUMBERED", "PARTS_MISSING"
_PATIENCE = timedelta(days=1)


def joined_parts(states: States, inbound: Inbound) -> Inbound | None:
    """The whole transaction when this is its last missing part, else None and the part is held.

    Parts of several transactions may interleave, and a part may come twice.  Parts are named by their ce_id up to the last dot.
    """
    if inbound.part is None:
        return None
    nth, _, count = inbound.part.partition("/")
    if not (nth.isdigit() and count.isdigit() and 1 <= int(nth) <= int(count)):
        raise Unusable(PART_MISNUMBERED, "part")
    message = inbound.ce_id.rpartition(".")[0] or inbound.ce_id
    key = f"part/{message}/{nth}"
    before = states.get(f"parts/{message}")
    if not isinstance(before, Parts):
        before = Parts(count=0, tenant=inbound.tenant, feed=inbound.feed, since=inbound.received_at, of=int(count))
    here = before.count + (key not in states)
    states[key] = Part(body=inbound.body.decode("utf-8", "replace"))
    states[f"parts/{message}"] = before.model_copy(update={"count": here})
    if here < int(count):
        return None
    return replace(inbound, ce_id=message, body=_taken_off(states, message, here), part=None)


def given_up(states: States, tenant: str, at: datetime) -> Iterator[Inbound]:
    """What has come of transactions that have lacked a part for a day, as it is then: what is dead-lettered.

    The gate stores all parts at once: this is what another program put on `inbound`, or what was left of a bus.
    """
    for key in list(under(states, "parts/")):
        parts, message = states.get(key), key.removeprefix("parts/")
        if not isinstance(parts, Parts) or parts.tenant != tenant or parts.since is None or parts.since + _PATIENCE >= at:
            continue
        body = _taken_off(states, message, parts.of)
        part = f"{parts.count}/{parts.of}"
        yield Inbound(message, "cdi.inbound.fhir", tenant, parts.feed, parts.since + _PATIENCE, body, part=part)


def _taken_off(states: States, message: str, of: int) -> bytes:
    found = (states.pop(f"part/{message}/{number}", None) for number in range(1, of + 1))
    bodies = [part.body for part in found if isinstance(part, Part)]
    del states[f"parts/{message}"]
    return ('{"resourceType":"Bundle","type":"transaction","entry":[' + ",".join(bodies) + "]}").encode("utf-8", "replace")
