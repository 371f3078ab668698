"""What a specialist decides about a question besides asking it or not: later, of somebody else, not any more, after all (DOMAIN E.2)."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from opencdi.store.engine import snapshot
from opencdi.store.health import as_of
from opencdi.store.questions import question
from opencdi.workbench.desk import Desk, back_to
from opencdi.workbench.vocabulary import PASSED_ON, WITHDRAWALS


def question_pages(desk: Desk) -> APIRouter:
    """The routes."""
    pages = APIRouter(prefix="/queries/{query_id}")

    @pages.post("/monitor")
    def monitor(
        request: Request, query_id: str, shown: Annotated[str, Form(alias="as_of")], days: Annotated[int, Form(ge=1, le=31)],
        note: Annotated[str, Form()] = "",
    ) -> Response:  # fmt: skip
        with snapshot(desk.engine) as connection:
            now = as_of(connection, desk.tenant)
        if now is None:
            raise HTTPException(409, "Nothing has been read yet.")
        again = (now.received_at + timedelta(days=days)).isoformat()  # by the line's clock, as reminders go
        return _decide(request, query_id, "query_monitored", shown, recheck_at=again, note=note)

    @pages.post("/pass-on")
    def pass_on(
        request: Request, query_id: str, shown: Annotated[str, Form(alias="as_of")], because: Annotated[str, Form()],
        staff_id: Annotated[str, Form(max_length=80)], name: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:  # fmt: skip
        if because not in PASSED_ON or not staff_id.strip():
            raise HTTPException(422, "Say to whom, and why.")
        to = {"staff_id": staff_id.strip(), "name": name.strip(), "role": "provider"}
        return _decide(request, query_id, "query_readdressed", shown, to=to, because=because)

    @pages.post("/withdraw")
    def withdraw(
        request: Request, query_id: str, shown: Annotated[str, Form(alias="as_of")], reason: Annotated[str, Form()],
        note: Annotated[str, Form()] = "",
    ) -> Response:  # fmt: skip
        if reason not in WITHDRAWALS:
            raise HTTPException(422, "Choose a reason from the list.")
        return _decide(request, query_id, "query_withdrawn", shown, reason=reason, note=note)

    @pages.post("/reopen")
    def reopen(request: Request, query_id: str, shown: Annotated[str, Form(alias="as_of")], note: Annotated[str, Form()] = "") -> Response:
        return _decide(request, query_id, "query_reopened", shown, note=note)

    def _decide(request: Request, query_id: str, kind: str, shown: str, **told: Any) -> Response:
        persona, _ = desk.persona(request, "specialist")
        with snapshot(desk.engine) as connection:
            found = question(connection, desk.tenant, query_id)
        if found is None:
            raise HTTPException(404, "There is no such question.")
        about = {"kind": kind, "encounter_id": found[0].encounter_id, "query_id": query_id, "as_of": shown}
        desk.decide({**about, **told}, persona.person)
        return back_to(f"/encounters/{found[0].encounter_id}#question-{query_id}")

    return pages
