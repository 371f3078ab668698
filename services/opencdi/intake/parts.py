"""The parts of one FHIR transaction: held until the last is here, then applied as one (DESIGN §2, 10)."""

from dataclasses import replace

from opencdi.bus.room import States
from opencdi.events.inbound import Inbound
from opencdi.events.problems import Unusable
from opencdi.intake.memory import Part, Parts

PART_MISNUMBERED = "PART_MISNUMBERED"


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
    here = (before.count if isinstance(before, Parts) else 0) + (key not in states)
    states[key] = Part(body=inbound.body.decode("utf-8", "replace"))
    states[f"parts/{message}"] = Parts(count=here)
    if here < int(count):
        return None
    bodies: list[str] = []
    for number in range(1, here + 1):
        part = states.pop(f"part/{message}/{number}")
        bodies.append(part.body if isinstance(part, Part) else "")
    del states[f"parts/{message}"]
    whole = '{"resourceType":"Bundle","type":"transaction","entry":[' + ",".join(bodies) + "]}"
    return replace(inbound, ce_id=message, body=whole.encode("utf-8", "replace"), part=None)
