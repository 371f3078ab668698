"""The working DRG of a stay as it stood at an instant, for other internal tools (DOMAIN B57)."""

from datetime import UTC, datetime

from sqlalchemy import Connection

from opencdi.clinical.confidentiality import HIDDEN
from opencdi.events.drg_history import drg_at, in_order
from opencdi.store.encounters import drg_history, header_of, notes, on_line
from opencdi.workbench.personas import Persona
from opencdi.workbench.restricted import restriction


def drg_then(connection: Connection, tenant: str, encounter_id: str, persona: Persona, at: datetime | None) -> dict[str, object] | None:
    """The DRG at that instant (UTC where it has no zone; the latest if none is named) and the stay's first; None for no such stay."""
    if header_of(connection, tenant, encounter_id) is None:
        return None
    line, withheld = (
        on_line(connection, encounter_id),
        restriction(notes(connection, encounter_id), sees_restricted=persona.sees_restricted),
    )
    if line and line.coding and withheld.drg_tells(line.coding.codes, line.coding.drg):
        return {"encounter_id": encounter_id, "drg": None, "baseline": None, "no_drg": HIDDEN}
    history = [withheld.change(change, frozenset()) for change in in_order(drg_history(connection, encounter_id))]
    then = drg_at(history, at.replace(tzinfo=at.tzinfo or UTC)) if at else history[-1].after if history else None
    first = next((change.after for change in history if change.after), None)
    told = {name: drg.model_dump(mode="json") if drg else None for name, drg in (("drg", then), ("baseline", first))}
    return {"encounter_id": encounter_id, **told, "no_drg": None}
