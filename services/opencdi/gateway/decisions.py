"""What a person decides at the door, of a stay or of a sender's code: judged by its model, completed with who and when, told field by
field what is wrong (pure)."""

import json
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from opencdi.events.contract import field_at_fault
from opencdi.events.inbound import SiteMapping
from opencdi.events.people import DECISIONS, Decision, Person

_MODEL_BY_KIND: dict[str, type[Decision]] = {str(model.model_fields["kind"].default): model for model in DECISIONS}
GIVEN_BY_THE_GATE = ("decision_id", "decided_at", "actor")


class BadDecision(Exception):
    """The field that is wrong, and what is wrong with it; never its value."""

    def __init__(self, field: str, problem: str) -> None:
        """Name the field."""
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem


def decision_of(body: bytes, *, decision_id: str, decided_at: datetime, actor: Person) -> Decision:
    """The decision in this body, by this person at this time.  Raises `BadDecision`."""
    told = _told_in(body, GIVEN_BY_THE_GATE)
    model = _MODEL_BY_KIND.get(str(told.get("kind")))
    if model is None:
        raise BadDecision("kind", "not one of " + ", ".join(sorted(_MODEL_BY_KIND)))
    given = {"decision_id": decision_id, "decided_at": decided_at.isoformat(), "actor": actor.model_dump()}
    try:
        return model.model_validate_json(json.dumps({**told, **given}))
    except ValidationError as error:
        raise BadDecision(*field_at_fault(error)) from None


def mapping_of(body: bytes, *, by: Person) -> SiteMapping:
    """What this person says a sender's code means; `to` must be said, null to take a mapping back.  Raises `BadDecision`."""
    told = _told_in(body, ("by",))
    if "to" not in told:
        raise BadDecision("to", "Field required")
    try:
        return SiteMapping.model_validate({**told, "by": by})
    except ValidationError as error:
        raise BadDecision(*field_at_fault(error)) from None


def _told_in(body: bytes, given_by_the_gate: tuple[str, ...]) -> dict[str, Any]:
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise BadDecision("body", "not JSON") from None
    if not isinstance(told, dict):
        raise BadDecision("body", "not a JSON object")
    for field in given_by_the_gate:
        if field in told:
            raise BadDecision(field, "given by the gate, not by the sender")
    return told
