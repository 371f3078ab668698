"""The coder's pages: stays that ended, each with its final code set, what it waits for, and what changed since the last one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from opencdi.events.audiences import FinalCodeSet
from opencdi.events.ids import message_of
from opencdi.events.pages import WorkingCode, WorkingProcedure
from opencdi.store.encounters import Header, discharged, final_sets, header_of, notes
from opencdi.store.engine import snapshot
from opencdi.store.health import as_of as speaks_up_to
from opencdi.store.questions import Pending, unsettled
from opencdi.workbench.code_lines import code_lines
from opencdi.workbench.desk import Desk, back_to
from opencdi.workbench.personas import Persona
from opencdi.workbench.procedure_lines import procedure_lines
from opencdi.workbench.restricted import restriction, restriction_by_label

ATTESTABLE = frozenset({"provisional", "held", "amended"})
"""The standings in which a set waits for a coder's word."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One stay that ended: its latest set, and how many days its bill has waited."""

    header: Header
    final: FinalCodeSet | None
    unbilled: int | None

    @property
    def ready(self) -> bool:
        """Whether a coder can attest it now.  Open questions do not block: they go on as retrospective."""
        return self.final is not None and self.final.status in ATTESTABLE and not self.final.waiting_for

    @property
    def rank(self) -> tuple[bool, int, str]:
        """What is ready first, then what has waited longest; ties by id."""
        return not self.ready, -(self.unbilled or 0), self.header.encounter_id


def _listed(final: FinalCodeSet | None, persona: Persona) -> FinalCodeSet | None:
    if final is None:
        return None
    told: list[WorkingCode | WorkingProcedure] = [*final.codes, *final.procedures]
    withheld = restriction_by_label(told, sees_restricted=persona.sees_restricted)
    return withheld.final(final, withheld.hidden(told))


def _ended(header: Header, final: FinalCodeSet | None, now: datetime | None) -> Ended:
    settled = final is not None and final.status == "attested"
    return Ended(header, final, (now - header.discharged_at.at).days if now and header.discharged_at and not settled else None)


def coder_pages(desk: Desk) -> APIRouter:
    """The routes."""
    pages = APIRouter(prefix="/final")

    @pages.get("")
    def the_sets(request: Request) -> Response:
        def look(connection: Connection, persona: Persona) -> dict[str, Any]:
            line = speaks_up_to(connection, desk.tenant)
            now = line.received_at if line else None
            ended = [_ended(header, _listed(final, persona), now) for header, final in discharged(connection, desk.tenant)]
            return {"rows": sorted(ended, key=lambda one: one.rank)}

        return desk.show(request, "finals.html", look, "coder", "specialist")

    @pages.get("/{encounter_id}")
    def the_set(request: Request, encounter_id: str) -> Response:
        def look(connection: Connection, persona: Persona) -> dict[str, Any]:
            header, sets = header_of(connection, desk.tenant, encounter_id), final_sets(connection, encounter_id)
            if header is None or not sets:
                raise HTTPException(404, "There is no final code set for this encounter.")
            withheld = restriction(notes(connection, encounter_id), sees_restricted=persona.sees_restricted)
            codes, hidden_codes = code_lines(sets[0].codes, withheld)
            procedures, hidden_procedures = procedure_lines(sets[0].procedures, withheld)
            every: list[WorkingCode | WorkingProcedure] = [code for one in sets for code in one.codes]
            hidden = withheld.hidden([*every, *(done for one in sets for done in one.procedures)])
            return {
                "header": header,
                "final": withheld.final(sets[0], hidden),
                "attestable": sets[0].status in ATTESTABLE,
                "before": [withheld.final(one, hidden) for one in sets[1:]],
                "codes": codes,
                "hidden_codes": hidden_codes,
                "procedures": procedures,
                "hidden_procedures": hidden_procedures,
                "effects": {},
                "pending_decisions": [decision for decision in unsettled(connection, encounter_id) if _on_its_way(decision, sets)],
            }

        return desk.show(request, "final.html", look, "coder", "specialist")

    @pages.post("/{encounter_id}/attest")
    def attest(
        request: Request, encounter_id: str, as_of: Annotated[str, Form()], waived: Annotated[list[str] | None, Form()] = None
    ) -> Response:
        persona, _ = desk.persona(request, "coder")
        with snapshot(desk.engine) as connection:
            if header_of(connection, desk.tenant, encounter_id) is None:
                raise HTTPException(404, "There is no such encounter in this hospital.")
        told = {"kind": "code_set_attested", "encounter_id": encounter_id, "as_of": as_of, "waived": waived or []}
        desk.decide(told, persona.person)
        return back_to(f"/final/{encounter_id}")

    return pages


def _on_its_way(decision: Pending, sets: list[FinalCodeSet]) -> bool:
    # The set that an attestation made, or was refused into, is as of the decision's own entry: its id and an ordinal.
    return decision.kind == "code_set_attested" and all(message_of(final.as_of) != decision.decision_id for final in sets)
