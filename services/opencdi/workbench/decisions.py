"""A person's decision on its way to the gateway: from there it comes back down the line like everything else (DESIGN §3)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from opencdi.events.facts import Person


class NotTaken(Exception):
    """The gateway did not take the decision: nothing was recorded.  The text is for the person who made it."""


@dataclass(frozen=True)
class Gateway:
    """The gateway's door for decisions."""

    url: str
    token: str | None = field(default=None, repr=False)  # may name the person it speaks for; None on loopback without tokens
    timeout_s: float = 10.0

    def post(self, decision: Mapping[str, str | None], person: Person) -> str:
        """Hand the decision over; its id, under which it will come back.  Raises `NotTaken`."""
        told = {field: value for field, value in decision.items() if value is not None}
        headers = {"X-CDI-Actor": json.dumps(person.model_dump())}  # ASCII, as a header must be
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = httpx.post(f"{self.url}/decisions", json=told, headers=headers, timeout=self.timeout_s, trust_env=False)
        except httpx.HTTPError:
            raise NotTaken("The gateway cannot be reached. Nothing was recorded; try again.") from None
        if answer.status_code != httpx.codes.ACCEPTED:
            raise NotTaken(f"The gateway refused the decision ({answer.status_code}). Nothing was recorded.")
        return str(answer.json()["decision_id"])
