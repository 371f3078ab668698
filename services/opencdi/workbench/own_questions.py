"""A question of one's own: written by a specialist or a coder from a template or blank, or asked in person and recorded (B68, Q-51)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy import Connection

from opencdi.store.encounters import header_of, items, notes
from opencdi.store.engine import snapshot
from opencdi.store.health import as_of
from opencdi.workbench.chosen_evidence import QUOTES, current, evidence_of, offered
from opencdi.workbench.desk import Desk, back_to
from opencdi.workbench.personas import Persona
from opencdi.workbench.restricted import restriction
from opencdi.workbench.vocabulary import GAPS, PHASES

ANSWERS = range(3)


async def _form(request: Request) -> dict[str, str]:
    return {name: value.strip() for name, value in (await request.form()).items() if isinstance(value, str)}


def own_questions(desk: Desk) -> APIRouter:
    """The routes."""
    pages = APIRouter(prefix="/encounters/{encounter_id}/ask")

    @pages.get("")
    def the_form(request: Request, encounter_id: str) -> Response:
        def look(connection: Connection, persona: Persona) -> dict[str, Any]:
            header = header_of(connection, desk.tenant, encounter_id)
            if header is None:
                raise HTTPException(404, "There is no such encounter in this hospital.")
            filed = notes(connection, encounter_id)
            withheld = restriction(filed, sees_restricted=persona.sees_restricted)
            readable = [one for one in current(filed) if not withheld.hides_note(one.note.note_id)]
            chosen = {"results": offered(items(connection, encounter_id)), "on_chart": readable}
            return {"header": header, "answers": ANSWERS, "quotes": QUOTES, **chosen}

        return desk.show(request, "ask.html", look, "specialist", "coder")

    @pages.post("")
    def ask(request: Request, encounter_id: str, form: Annotated[dict[str, str], Depends(_form)]) -> Response:
        persona, _ = desk.persona(request, "specialist", "coder")
        with snapshot(desk.engine) as connection:
            if header_of(connection, desk.tenant, encounter_id) is None:
                raise HTTPException(404, "There is no such encounter in this hospital.")
            filed, now = notes(connection, encounter_id), as_of(connection, desk.tenant)
            withheld = restriction(filed, sees_restricted=persona.sees_restricted)
            readable = [one for one in filed if not withheld.hides_note(one.note.note_id)]
            try:
                evidence = [*evidence_of(form, items(connection, encounter_id), readable)]
            except ValidationError:
                raise HTTPException(422, "The form was not complete.") from None
            except ValueError as wrong:
                raise HTTPException(422, str(wrong)) from None
        told = _told(form, persona) | {"evidence": [one.model_dump(mode="json") for one in evidence]}
        told |= {"encounter_id": encounter_id, "as_of": now.entry_id if now else ""}
        desk.decide(told, persona.person)
        return back_to(f"/encounters/{encounter_id}#questions-h")

    return pages


def _told(form: dict[str, str], persona: Persona) -> dict[str, Any]:
    """The decision less its evidence, or 422 where the form does not say enough."""
    condition = "-".join("".join(sign if sign.isalnum() else " " for sign in form.get("condition", "").lower()).split())
    if not condition or form.get("gap_type") not in GAPS or form.get("phase") not in PHASES:
        raise HTTPException(422, "Name the condition, what is missing, and when it is asked.")
    template = form.get("template") or None
    written = [{"text": text} for nth in ANSWERS if (text := form.get(f"answer-{nth}"))]
    tail = [{"text": "Other (please specify)", "free_text": True}, {"text": "Unable to determine"}]
    told: dict[str, Any] = {name: form.get(name, "") for name in ("title", "why", "question", "gap_type", "phase")}
    told |= {"condition": condition, "template": template, "options": [] if template and not written else [*written, *tail]}
    for option in told["options"]:
        if option["text"].lower() == condition.replace("-", " "):
            option["diagnosis"] = condition
    to = {"staff_id": form.get("to_id", ""), "name": form.get("to_name", ""), "role": "provider"}
    named = bool(to["staff_id"] or to["name"])
    if not form.get("spoken_at"):
        origin = "coder" if persona.kind == "coder" else "specialist"
        return {"kind": "query_written", "origin": origin, **told} | ({"addressed_to": to} if named else {})
    if not named:
        raise HTTPException(422, "Who was asked?")
    return {
        "kind": "query_spoken", **told, "addressed_to": to, "asked_by": persona.person.model_dump(),
        "spoken_at": _instant(form["spoken_at"]), "answer_text": form.get("answer_text", ""),
    }  # fmt: skip


def _instant(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(422, "When was it asked? Write it as 2026-05-04T10:05-04:00.") from None
    if at.tzinfo is None:
        raise HTTPException(422, "When was it asked? Say in which time zone: 2026-05-04T10:05-04:00.")
    return at.isoformat()
