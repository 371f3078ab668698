"""The coder's pages: stays that ended, each with its final code set, what it waits for, and what changed since the last one."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from opencdi.events.audiences import FinalCodeSet
from opencdi.store.encounters import final_sets, header_of, headers, notes
from opencdi.store.engine import snapshot
from opencdi.store.questions import Pending, unsettled
from opencdi.workbench.desk import Desk, back_to
from opencdi.workbench.personas import Persona
from opencdi.workbench.restricted import restriction


def coder_pages(desk: Desk) -> APIRouter:
    """The routes."""
    pages = APIRouter(prefix="/final")

    @pages.get("")
    def the_sets(request: Request) -> Response:
        def look(connection: Connection, _: Persona) -> dict[str, Any]:
            ended = [(header, final_sets(connection, header.encounter_id)) for header in headers(connection, desk.tenant, ("discharged",))]
            ended.sort(key=lambda one: (one[1][0].at if one[1] else one[0].discharged_at.at if one[0].discharged_at else None) is None)
            return {"rows": [(header, sets[0] if sets else None) for header, sets in ended]}

        return desk.show(request, "finals.html", look, "coder", "specialist")

    @pages.get("/{encounter_id}")
    def the_set(request: Request, encounter_id: str) -> Response:
        def look(connection: Connection, persona: Persona) -> dict[str, Any]:
            header, sets = header_of(connection, desk.tenant, encounter_id), final_sets(connection, encounter_id)
            if header is None or not sets:
                raise HTTPException(404, "There is no final code set for this encounter.")
            withheld = restriction(notes(connection, encounter_id), sees_restricted=persona.sees_restricted)
            return {
                "header": header,
                "final": sets[0],
                "before": sets[1:],
                "codes": [shown for code in sets[0].codes if (shown := withheld.code(code))],
                "hidden_codes": sum(withheld.code(code) is None for code in sets[0].codes),
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
    return decision.kind == "code_set_attested" and all(final.as_of.rpartition("-")[0] != decision.decision_id for final in sets)
