"""What every page's handler starts from: the databases, the screen, who is looking, and guards against other sites' pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, Engine

from opencdi.events.people import Person
from opencdi.store.engine import snapshot
from opencdi.store.health import as_of, version
from opencdi.store.physician import physicians
from opencdi.store.questions import remember_sent
from opencdi.workbench.decisions import Gateway, NotTaken
from opencdi.workbench.personas import COOKIE, Kind, Persona, seated, seats
from opencdi.workbench.screen import Screen


@dataclass(frozen=True)
class Desk:
    """One workbench.  `blind` is the engine of the physician's pages: it can read nothing about money."""

    engine: Engine
    blind: Engine
    screen: Screen
    gateway: Gateway
    tenant: str

    def persona(self, request: Request, *allowed: Kind) -> tuple[Persona, tuple[Persona, ...]]:
        """Who looks, and which seats there are; 403 where this page is not for them."""
        with snapshot(self.blind) as connection:
            among = seats(physicians(connection, self.tenant))
        persona = seated(request.cookies.get(COOKIE), among)
        if allowed and persona.kind not in allowed:
            raise HTTPException(403, f"This page is for the {' or the '.join(allowed)}; you are here as the {persona.kind}.")
        return persona, among

    def show(self, request: Request, template: str, look: Callable[[Connection, Persona], dict[str, Any]], *allowed: Kind) -> Response:
        """A page from one state of the projection; `look` reads what it shows."""
        persona, among = self.persona(request, *allowed)
        with snapshot(self.blind if persona.kind == "physician" else self.engine) as connection:
            told = look(connection, persona)
            speaks_up_to, seen = as_of(connection, self.tenant), version(connection)
        return self.screen.page(request, template, persona=persona, seats=among, version=seen, as_of=speaks_up_to, **told)

    def decide(self, decision: dict[str, Any], person: Person) -> None:
        """Hand a decision to the gateway and remember that it is on its way; where it was not taken, say why."""
        try:
            decision_id = self.gateway.post(decision, person)
        except NotTaken as reason:
            raise HTTPException(reason.status, str(reason)) from None
        remember_sent(
            self.engine,
            decision_id=decision_id,
            encounter_id=decision["encounter_id"],
            query_id=decision.get("query_id"),
            kind=decision["kind"],
            by_staff_id=person.staff_id,
        )


def from_our_own_page(request: Request) -> None:
    """A form of another site must not decide in this person's name: browsers say where a POST comes from."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    ours = (origin is None or urlsplit(origin).netloc == request.headers.get("host")) and site in ("same-origin", "none")
    if request.method == "POST" and not ours:
        raise HTTPException(403, "This form belongs to another site.")


def back_to(path: str) -> Response:
    """To the page that shows what became of it."""
    return RedirectResponse(path, 303)
