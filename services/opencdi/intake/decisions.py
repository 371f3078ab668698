"""People's decisions: each is a fact about the encounter that it names."""

import json

from pydantic import ValidationError

from opencdi.events.facts import FACTS, Fact
from opencdi.events.inbound import Inbound
from opencdi.events.people import Decision
from opencdi.events.problems import Unusable
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter

_MODEL_BY_KIND: dict[str, type[Decision]] = {str(fact.model_fields["kind"].default): fact for fact in FACTS if issubclass(fact, Decision)}


def decide(desk: Desk, inbound: Inbound) -> str:
    """File the decision with its encounter, wherever that lives now; returns its kind.  Raises `Unusable` where it names none."""
    try:
        told = json.loads(inbound.body)
        model = _MODEL_BY_KIND[told["kind"]]
        # Who and when are the gate's: the token's person, the gate's clock, the gate's id (DESIGN §3).
        told |= {"decision_id": inbound.ce_id, "decided_at": inbound.received_at.isoformat()}
        decision = model.model_validate_json(json.dumps(told), extra="ignore")
    except (ValueError, KeyError, TypeError) as error:
        where = str(error.errors(include_input=False)[0]["loc"][0]) if isinstance(error, ValidationError) else "kind"
        raise Unusable("UNREADABLE_DECISION", where) from None
    encounter_id = desk.followed(decision.encounter_id)
    if desk.get(f"encounter/{encounter_id}", Encounter) is None:
        raise Unusable("UNKNOWN_ENCOUNTER", "encounter_id")
    fact: Fact = decision.model_copy(update={"encounter_id": encounter_id})  # type: ignore[assignment]  # every Decision model is a Fact
    desk.say(encounter_id, fact)
    return str(told["kind"])
