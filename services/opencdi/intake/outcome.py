"""How a message ended, told on `outcomes`: exactly one of five ways (DESIGN §1)."""

import re
from collections.abc import Iterable
from typing import get_args

from opencdi.bus.room import Key, Outgoing
from opencdi.clinical.vocabulary import Outcome
from opencdi.events.audiences import MessageEnded, Problem, Unmapped
from opencdi.events.entry import Headers
from opencdi.events.inbound import Inbound, InboundType
from opencdi.events.topics import OUTCOMES

_TYPE = re.compile(r"[A-Z][A-Z0-9]{2}(\^[A-Z0-9]{1,3})?|([A-Z][a-z]+)+")
"""What looks like the name of a type.  Where a message is garbled anything may stand in that field, a patient's name too."""
_OURS = frozenset(name for kind in get_args(InboundType) for name in (kind, kind.rpartition(".")[2]))


def ended(
    inbound: Inbound,
    outcome: Outcome,
    *,
    message_type: str = "",
    entries: int = 0,
    reason: str | None = None,
    problems: Iterable[tuple[str, str]] = (),
    unmapped: tuple[Unmapped, ...] = (),
    entry_id: str | None = None,
) -> Outgoing:
    """The outcome of this message; reason codes, field names and the senders' own codes only."""
    told = MessageEnded(
        tenant=inbound.tenant,
        entry_id=entry_id or inbound.ce_id,
        message_type=message_type if message_type in _OURS or _TYPE.fullmatch(message_type) else "",
        feed=inbound.feed,
        outcome=outcome,
        entries=entries,
        reason=reason,
        problems=tuple(Problem(code=code, where=where) for code, where in dict.fromkeys(problems)),
        unmapped=unmapped,
        replays=inbound.replays,
    )
    headers: Headers = (
        ("ce_specversion", b"1.0"),
        ("ce_id", f"{told.entry_id}.ended".encode()),
        ("ce_type", b"cdi.outcomes.message-ended"),
        ("ce_source", b"intake"),
        ("ce_subject", inbound.tenant.encode()),
        ("ce_time", inbound.received_at.isoformat().encode()),
        ("content-type", b"application/json"),
    )
    return Outgoing(OUTCOMES, Key(inbound.tenant), told.to_json(), headers)
