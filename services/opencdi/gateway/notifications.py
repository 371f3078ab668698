"""Notifications of a subscription (R5, and its backport to R4): whether they bring what they tell of (pure).

A status comes first (Parameters in R4, SubscriptionStatus in R4B and R5), then the resources of each event.  Nothing can be fetched from
here: of a subscription for `id-only` or `empty` content nothing would ever be known, while its sender believed all delivered.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

NOTIFICATIONS = frozenset({"history", "subscription-notification"})
"""Bundle.type of a notification: R4 and R4B, R5."""
_OF_EVENTS = frozenset({"event-notification", "query-event"})
"""Types of notification that tell of events; `handshake`, `heartbeat` and `query-status` tell of the subscription alone."""


def without_content(entries: Sequence[Any]) -> str | None:
    """Where the content of what is told should stand and does not; None where nothing is missing."""
    for nth, entry in enumerate(entries):
        if isinstance(entry, dict) and entry.get("resource") is None and not _deleted(entry):
            return f"Bundle.entry[{nth}].resource"
    told = entries[0].get("resource") if isinstance(entries[0], dict) else None
    return "Bundle.entry[1]" if len(entries) == 1 and isinstance(told, dict) and _type_of(told) in _OF_EVENTS else None


def _deleted(entry: Mapping[str, Any]) -> bool:
    request = entry.get("request")
    return isinstance(request, dict) and request.get("method") == "DELETE"


def _type_of(status: Mapping[str, Any]) -> str:
    """The type of notification, as SubscriptionStatus or as the parameter of that name says it."""
    if status.get("resourceType") == "SubscriptionStatus":
        return str(status.get("type", ""))
    parameters = status.get("parameter") if status.get("resourceType") == "Parameters" else None
    named: Iterable[Any] = parameters if isinstance(parameters, list) else ()
    return next((str(one.get("valueCode", "")) for one in named if isinstance(one, dict) and one.get("name") == "type"), "")
