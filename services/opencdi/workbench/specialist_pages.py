"""The CDI specialist's pages: the worklist, the encounter, and the decision to ask, in which words, or not to ask."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import Connection

from opencdi.clinical.vocabulary import OVER
from opencdi.events.audiences import QueryAlert, QueryWording
from opencdi.events.wording import shown_text
from opencdi.store.encounters import lives_on_as, notes, worklist
from opencdi.store.engine import snapshot
from opencdi.store.health import as_of
from opencdi.store.questions import question
from opencdi.workbench.desk import Desk, back_to
from opencdi.workbench.drg_then import drg_then
from opencdi.workbench.edits import edits_of
from opencdi.workbench.encounter_page import encounter_page
from opencdi.workbench.personas import Persona
from opencdi.workbench.rank import ranked
from opencdi.workbench.restricted import restriction, worklist_row
from opencdi.workbench.vocabulary import DISMISSALS


def specialist_pages(desk: Desk) -> APIRouter:
    """The routes."""
    pages = APIRouter()

    @pages.get("/worklist")
    def the_worklist(request: Request) -> Response:
        def look(connection: Connection, persona: Persona) -> dict[str, Any]:
            now, rows = as_of(connection, desk.tenant), worklist(connection, desk.tenant, OVER)
            shown = [worklist_row(row, sees_restricted=persona.sees_restricted) for row in rows]
            return {"rows": ranked(shown, now.received_at if now else None, desk.screen.zone)}

        return desk.show(request, "worklist.html", look, "specialist", "coder")

    @pages.get("/encounters/{encounter_id}")
    def the_encounter(request: Request, encounter_id: str) -> Response:
        desk.persona(request, "specialist", "coder")
        with snapshot(desk.engine) as connection:
            into = lives_on_as(connection, desk.tenant, encounter_id)
        if into != encounter_id:  # an old link, or a note of somebody's
            return back_to(f"/encounters/{into}")

        def look(connection: Connection, persona: Persona) -> dict[str, Any]:
            shown = encounter_page(connection, desk.tenant, encounter_id, persona, desk.screen.zone)
            if shown is None:
                raise HTTPException(404, "There is no such encounter in this hospital.")
            return shown

        return desk.show(request, "encounter.html", look, "specialist", "coder")

    @pages.get("/encounters/{encounter_id}/drg")
    def the_drg_then(request: Request, encounter_id: str, at: datetime | None = None) -> Response:
        persona, _ = desk.persona(request, "specialist", "coder")
        with snapshot(desk.engine) as connection:
            told = drg_then(connection, desk.tenant, encounter_id, persona, at)
        if told is None:
            raise HTTPException(404, "There is no such encounter in this hospital.")
        return JSONResponse(told)

    @pages.get("/queries/{query_id}/preview")
    def as_the_physician_sees_it(request: Request, query_id: str) -> Response:
        def look(connection: Connection, persona: Persona) -> dict[str, Any]:
            alert, wording = _question(connection, query_id)
            withheld = restriction(notes(connection, alert.encounter_id), sees_restricted=persona.sees_restricted)
            return {"wording": withheld.wording(wording), "encounter_id": alert.encounter_id}

        return desk.show(request, "preview.html", look, "specialist")

    @pages.post("/queries/{query_id}/approve")
    def approve(request: Request, query_id: str, as_of: Annotated[str, Form()]) -> Response:
        persona, _ = desk.persona(request, "specialist")
        with snapshot(desk.engine) as connection:
            alert, wording = _question(connection, query_id)
        told = _decision("query_approved", alert, as_of)
        desk.decide(told | {"shown_text": shown_text(wording)}, persona.person)
        return back_to(f"/encounters/{alert.encounter_id}#question-{query_id}")

    @pages.post("/queries/{query_id}/edit")
    def edit(request: Request, query_id: str, form: Annotated[dict[str, str], Depends(_form)]) -> Response:
        persona, _ = desk.persona(request, "specialist")
        with snapshot(desk.engine) as connection:
            alert, wording = _question(connection, query_id)
        edits = edits_of(form, wording)
        if not edits:
            raise HTTPException(422, "Nothing has been changed.")
        desk.decide(_decision("query_edited", alert, form.get("as_of", "")) | edits, persona.person)
        return back_to(f"/encounters/{alert.encounter_id}#question-{query_id}")

    @pages.post("/queries/{query_id}/dismiss")
    def dismiss(
        request: Request, query_id: str, as_of: Annotated[str, Form()], reason: Annotated[str, Form()], note: Annotated[str, Form()] = ""
    ) -> Response:
        persona, _ = desk.persona(request, "specialist")
        if reason not in DISMISSALS:
            raise HTTPException(422, "Choose a reason from the list.")
        with snapshot(desk.engine) as connection:
            alert, _ = _question(connection, query_id)
        desk.decide(_decision("query_dismissed", alert, as_of) | {"reason": reason, "note": note}, persona.person)
        return back_to(f"/encounters/{alert.encounter_id}#question-{query_id}")

    def _question(connection: Connection, query_id: str) -> tuple[QueryAlert, QueryWording]:
        found = question(connection, desk.tenant, query_id)
        if found is None or found[1] is None:
            raise HTTPException(404, "There is no such question, or it has no wording yet.")
        return found[0], found[1]

    return pages


async def _form(request: Request) -> dict[str, str]:
    # A question's options are its own: their fields cannot be named beforehand.
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _decision(kind: str, alert: QueryAlert, as_of: str) -> dict[str, Any]:
    return {"kind": kind, "encounter_id": alert.encounter_id, "query_id": alert.query_id, "as_of": as_of}
