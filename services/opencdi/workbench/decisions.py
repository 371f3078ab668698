"""A person's decision on its way to the gateway: from there it comes back down the line like everything else (DESIGN §3)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from opencdi.clinical.vocabulary import SiteTable
from opencdi.events.people import Person
from opencdi.store.letters import LetterRow

_SAID_BY_STATUS = {
    401: "The gateway does not know this workbench: its token is missing or wrong.",
    403: "The gateway does not let this workbench speak for you.",
    404: "The gateway does not find it any more.",
    409: "The gateway says that this no longer holds: look at the page again.",
    413: "That is too long for the gateway. Make it shorter.",
    422: "The gateway could not read the decision",
    503: "The line is down at the moment: the gateway cannot store anything. Try again in a minute.",
}


class NotTaken(Exception):
    """The gateway did not take the decision: nothing was recorded.  The text is for the person who made it."""

    def __init__(self, said: str, status: int) -> None:
        """With the HTTP status under which the page says it."""
        super().__init__(f"{said} Nothing was recorded.")
        self.status = status


class Unanswered(NotTaken):
    """The gateway may have taken it: it was handed over, and no answer came."""

    def __init__(self) -> None:
        """Whoever made it must look before making it again."""
        Exception.__init__(self, "The gateway did not answer. It may have been recorded: look at the page again in a minute.")
        self.status = 503


@dataclass(frozen=True)
class Gateway:
    """The gateway's doors for what people decide.  Each raises `NotTaken`, or `Unanswered` where nobody can say."""

    url: str
    token: str | None = field(default=None, repr=False)  # may name the person it speaks for; None on loopback without tokens
    timeout_s: float = 10.0

    def post(self, decision: Mapping[str, object], person: Person) -> str:
        """Hand the decision over; its id, under which it will come back.  Raises `NotTaken`."""
        told = {field: value for field, value in decision.items() if value is not None}
        return str(self._hand_over("/decisions", told, person)["decision_id"])

    def replay(self, letter: LetterRow, person: Person) -> str:
        """Have a dead letter tried again; the id under which it will come back.  Raises `NotTaken`."""
        place = {"room": letter.room, "partition": letter.part, "position": letter.pos, "entry_id": letter.entry_id}
        return str(self._hand_over("/dead/replay", place, person)["entry_id"])

    def map(self, table: SiteTable, code: str, to: str | None, person: Person) -> str:
        """Say what a sender's code means (None: nothing any more); the id of the mapping.  Raises `NotTaken`."""
        return str(self._hand_over("/mappings", {"table": table, "code": code, "to": to}, person)["mapping_id"])

    def _hand_over(self, path: str, told: Mapping[str, object], person: Person) -> Any:
        headers = {"X-CDI-Actor": json.dumps(person.model_dump())}  # ASCII, as a header must be
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = httpx.post(f"{self.url}{path}", json=told, headers=headers, timeout=self.timeout_s, trust_env=False)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise NotTaken("The gateway cannot be reached. Try again.", 503) from None
        except httpx.HTTPError:
            raise Unanswered from None
        if answer.status_code != httpx.codes.ACCEPTED:
            raise _not_taken(answer)
        return answer.json()


def _not_taken(answer: httpx.Response) -> NotTaken:
    said = _SAID_BY_STATUS.get(answer.status_code, f"The gateway refused the decision (HTTP {answer.status_code}).")
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        said += f": {_field(answer)}."
    if answer.status_code == httpx.codes.CONFLICT and (why := _problem(answer)):
        said = f"This cannot be done: {why}."
    return NotTaken(said, answer.status_code if answer.status_code in (404, 409, 413, 422) else 503)


def _problem(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["problem"])
    except (ValueError, TypeError, KeyError):
        return ""


def _field(answer: httpx.Response) -> str:
    try:
        told = answer.json()
        return f"{told['field']}, {told['problem']}"
    except (ValueError, TypeError, KeyError):
        return "it did not say why"
