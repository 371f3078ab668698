"""Conditional create and update (R4, 3.1.0.5): the one condition that can be kept without looking anything up (pure).

Who a resource is about is told by its identifiers, here as at the sender (DOMAIN F.1).  So "the one with this identifier" is the resource
that carries it itself: an update of it finds what it updates, and a conditional create is told to intake, which lets it overwrite nothing.
Any other condition would need a search, and is refused.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

UNKEPT = ("ifMatch", "ifNoneMatch")
"""Conditions on a version: nobody here gives a resource versions of its own."""


def by_own_identifier(criteria: str, resource: Mapping[str, Any]) -> bool:
    """Whether these search criteria are one identifier, and the resource's own: "identifier=system|value"."""
    try:
        asked = parse_qsl(criteria.partition("?")[2] or criteria, strict_parsing=True, max_num_fields=2)
    except ValueError:
        return False
    if len(asked) != 1 or asked[0][0] not in ("identifier", "identifier:exact"):
        return False
    system, bar, value = asked[0][1].partition("|")
    if not bar:
        system, value = "", system
    own = resource.get("identifier")
    return bool(value) and any(
        isinstance(one, dict) and one.get("value") == value and (not bar or one.get("system", "") == system)
        for one in (own if isinstance(own, list) else [own])
    )


def only_new(resource: bytes, kind: str, criteria: str) -> bytes:
    """A resource as the entry of a Bundle that says the same condition: so intake is told of it, and the resource stays as it was sent."""
    request = json.dumps({"method": "POST", "url": kind, "ifNoneExist": criteria})
    return b'{"resource":' + resource.removeprefix(b"\xef\xbb\xbf").strip() + b',"request":' + request.encode() + b"}"
