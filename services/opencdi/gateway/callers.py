"""Who calls: by token where there is a token file, else by being on this machine (loopback only, for development and the demo)."""

import json
from dataclasses import dataclass

from fastapi import HTTPException, Request
from pydantic import ValidationError

from opencdi.events.people import Person
from opencdi.gateway.tokens import Caller, caller_of


@dataclass(frozen=True, slots=True)
class Callers:
    """Tells the caller of a request.  `tokens` None: loopback, one tenant."""

    tenant: str
    tokens: dict[str, Caller] | None = None

    def caller(self, request: Request) -> Caller:
        """Who this is; 401 or 403 if nobody that may speak."""
        if self.tokens is None:
            return self._on_this_machine(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        caller = caller_of(self.tokens, token.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})
        actor = request.headers.get("x-cdi-actor")
        return caller.model_copy(update={"person": _actor(actor)}) if caller.for_others and actor else caller

    def person(self, request: Request) -> tuple[Caller, Person]:
        """The caller and the person; 403 for a machine's token."""
        caller = self.caller(request)
        if caller.person is None:
            how = "this token names no person" if self.tokens is not None else "X-CDI-Actor names no person"
            raise HTTPException(403, how)
        return caller, caller.person

    def _on_this_machine(self, request: Request) -> Caller:
        # Without tokens a web page open in a browser on this machine could speak for its user: browsers say where they come from.
        if "origin" in request.headers:
            raise HTTPException(403, "requests from web pages need a token (CDI_TOKENS)")
        actor = request.headers.get("x-cdi-actor", "")
        return Caller(tenant=self.tenant, feed="http", person=_actor(actor) if actor else None)


def _actor(header: str) -> Person:
    """Who a trusted caller says it speaks for: a staff id, or a Person in JSON."""
    if not header.startswith("{"):
        return Person(staff_id=header)
    try:
        return Person.model_validate(json.loads(header))
    except (ValidationError, ValueError):
        raise HTTPException(422, "X-CDI-Actor is not a person") from None
