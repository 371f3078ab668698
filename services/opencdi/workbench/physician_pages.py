"""The physician's pages: the questions put to them, and their answers.

Nothing here can show a DRG, a weight, a CC or a priority: it reads through an engine that refuses every table but the physician's
(DOMAIN C.4), and the questions come in the order of their age.
"""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from opencdi.store.engine import snapshot
from opencdi.store.physician import Asked, asked, inbox
from opencdi.workbench.desk import Desk, back_to
from opencdi.workbench.personas import Persona
from opencdi.workbench.restricted import as_asked

ANSWERABLE = frozenset({"sent", "viewed", "escalated"})


def physician_pages(desk: Desk) -> APIRouter:
    """The routes."""
    pages = APIRouter(prefix="/inbox")

    @pages.get("")
    def the_inbox(request: Request) -> Response:
        def look(connection: Connection, persona: Persona) -> dict[str, Any]:
            questions = inbox(connection, desk.tenant, persona.person.staff_id)
            return {
                "open": [one for one in questions if one.query.state in ANSWERABLE],
                "past": [one for one in reversed(questions) if one.query.state not in ANSWERABLE],
            }

        return desk.show(request, "physician/inbox.html", look, "physician")

    @pages.get("/{query_id}")
    def the_question(request: Request, query_id: str) -> Response:
        def look(connection: Connection, persona: Persona) -> dict[str, Any]:
            one = _asked(connection, query_id, persona)
            shown = replace(one, query=as_asked(one.query, sees_restricted=persona.sees_restricted))
            return {"one": shown, "answerable": one.query.state in ANSWERABLE}

        return desk.show(request, "physician/question.html", look, "physician")

    @pages.post("/{query_id}/open")
    def open_question(request: Request, query_id: str) -> Response:
        persona, _ = desk.persona(request, "physician")
        with snapshot(desk.blind) as connection:
            one = _asked(connection, query_id, persona)
        if one.query.state == "sent" and not one.pending:
            desk.decide(_decision("query_viewed", one, one.query.as_of), persona.person)
        return back_to(f"/inbox/{query_id}")

    @pages.post("/{query_id}/answer")
    def answer(
        request: Request,
        query_id: str,
        as_of: Annotated[str, Form()],
        option_id: Annotated[str | None, Form()] = None,
        free_text: Annotated[str, Form(max_length=20_000)] = "",
    ) -> Response:
        persona, _ = desk.persona(request, "physician")
        with snapshot(desk.blind) as connection:
            one = _asked(connection, query_id, persona)
        option = next((option for option in one.query.wording.options if option.option_id == option_id), None)
        if option is None and (option_id is not None or not free_text.strip()):
            raise HTTPException(422, "Choose one of the answers, or write your own.")
        if option is not None and option.free_text and not free_text.strip():
            raise HTTPException(422, f"Please specify: {option.text}")
        told = _decision("query_answered", one, as_of) | {"option_id": option_id, "free_text": free_text.strip()}
        desk.decide(told, persona.person)
        return back_to(f"/inbox/{query_id}")

    @pages.post("/{query_id}/not-for-me")
    def not_for_me(
        request: Request, query_id: str, as_of: Annotated[str, Form()], staff_id: Annotated[str, Form(max_length=80)] = ""
    ) -> Response:
        persona, _ = desk.persona(request, "physician")
        with snapshot(desk.blind) as connection:
            one = _asked(connection, query_id, persona)
        to = {"to": {"staff_id": staff_id.strip(), "name": "", "role": "provider"}} if staff_id.strip() else {}
        desk.decide({**_decision("query_readdressed", one, as_of), "because": "not-for-me", **to}, persona.person)
        return back_to("/inbox")

    def _asked(connection: Connection, query_id: str, persona: Persona) -> Asked:
        one = asked(connection, desk.tenant, query_id, persona.person.staff_id)
        if one is None:
            raise HTTPException(404, "There is no such question for you.")
        return one

    return pages


def _decision(kind: str, one: Asked, as_of: str) -> dict[str, str | None]:
    wording = one.query.wording
    return {"kind": kind, "encounter_id": wording.encounter_id, "query_id": wording.query_id, "as_of": as_of}
